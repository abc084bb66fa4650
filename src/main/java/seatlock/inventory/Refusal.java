package seatlock.inventory;

/** Reasons to refuse a command: the expected negative answers of the domain. How they look on the wire is the API's matter. */
public enum Refusal {
    /** The event has started. */
    SALES_CLOSED,
    /** The basket has more seats than one reservation of this event may have. */
    TOO_MANY_SEATS,
    /** Some of the seats do not exist in this event. */
    UNKNOWN_SEATS,
    /** Some of the seats are held by or sold to others. */
    SEATS_TAKEN,
    /** The event has no such reservation, or it does not belong to the caller. */
    RESERVATION_NOT_FOUND,
    /** The reservation lapsed before it was confirmed. */
    RESERVATION_EXPIRED,
    /** The reservation is in a state that does not allow the command. */
    RESERVATION_NOT_PENDING,
    /** The amount paid is not the total. */
    AMOUNT_MISMATCH,
    /** Another transaction has locked the reservation or a seat, and the command was not to wait. */
    LOCKED
}
