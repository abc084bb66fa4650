/** Hashing. */
package seatlock.crypto;
