/**
 * The history of an event and its reservations: a row for everything that is not a plain reservation, written in the transaction
 * that makes the change, without personal data.
 */
package seatlock.changes;
