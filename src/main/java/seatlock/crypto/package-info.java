/** Hashing, in the one form that Seatlock uses. Knows nothing of what it hashes. */
package seatlock.crypto;
