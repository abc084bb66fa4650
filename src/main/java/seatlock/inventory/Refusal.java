package seatlock.inventory;

/** Why a command was refused: the expected noes of the domain. How each one looks on the wire is not decided here. */
public enum Refusal {
    /** The event has begun. */
    SALES_CLOSED,
    /** More seats than one reservation of this event may have. */
    TOO_MANY_SEATS,
    /** Some of the seats do not exist in this event. */
    UNKNOWN_SEATS,
    /** Some of the seats are somebody else's. */
    SEATS_TAKEN,
    /** There is no such reservation in this event, or it is not the caller's. */
    RESERVATION_NOT_FOUND,
    /** It lapsed before it was confirmed. */
    RESERVATION_EXPIRED,
    /** What was asked is only possible in another state. */
    RESERVATION_NOT_PENDING,
    /** The amount paid is not the total. */
    AMOUNT_MISMATCH,
    /** Somebody else has the reservation or one of the seats locked, and the command was not to wait. */
    LOCKED
}
