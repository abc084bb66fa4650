/**
 * The seat map of an event as bytes that are ready to be sent, and the cache of them. A map reserves nothing: the
 * seats themselves decide a reservation, under lock.
 */
package seatlock.seatmap;
