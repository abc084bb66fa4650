/**
 * The seat map of an event as bytes that are ready to be sent, and the cache of them. A map promises nothing: a reservation is
 * decided by the seats themselves, under lock.
 */
package seatlock.seatmap;
