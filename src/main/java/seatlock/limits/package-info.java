/**
 * Rate limits. The request rate of a client is counted here, approximately and at almost no cost. How many seats and
 * reservations a buyer may have is decided exactly, where the seats are locked ({@link seatlock.inventory.Quota}).
 */
package seatlock.limits;
