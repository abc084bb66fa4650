/**
 * Work on other threads: queues that preserve the order per key, and tasks that repeat.
 *
 * <p>Everything here is bounded: the number of threads, the length of a queue, the time that an item may wait. Work that does
 * not fit is refused with {@link seatlock.concurrent.Overload}. The package knows neither
 * the domain nor HTTP nor the database.
 */
package seatlock.concurrent;
