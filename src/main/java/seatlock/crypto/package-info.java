/** Hashing and encryption. */
package seatlock.crypto;
