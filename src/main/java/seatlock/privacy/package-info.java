/**
 * The personal data of buyers: the data that is stored about one, and its erasure. {@code PersonalDataTest} lists every column of the schema
 * and says which ones {@link seatlock.privacy.Erasure} erases.
 */
package seatlock.privacy;
