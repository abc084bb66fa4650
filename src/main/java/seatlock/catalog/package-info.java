/**
 * Events and their seat plans. The state of each seat belongs to {@link seatlock.inventory}.
 *
 * <p>An event never changes after it is created.
 */
package seatlock.catalog;
