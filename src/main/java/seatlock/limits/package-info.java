/**
 * How much anybody may ask for. What may be had of an event is decided where its seats are ({@link
 * seatlock.inventory.Quota}), exactly; how often somebody may ask is counted here, at next to no cost.
 */
package seatlock.limits;
