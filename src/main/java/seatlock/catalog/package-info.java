/**
 * Events and their seat plans: what there is to sell. Who has which seat is {@link seatlock.inventory}'s matter.
 *
 * <p>An event does not change once it is made.
 */
package seatlock.catalog;
