package seatlock.inventory;

/** Reasons to refuse a command. The API maps each reason to a response. */
public enum Refusal {
    /** The event has started, or its sale has ended. */
    SALES_CLOSED,
    /** The event was cancelled. */
    EVENT_CANCELLED,
    /** The command names more seats than one reservation of this event may have. */
    TOO_MANY_SEATS,
    /** Some of the seats do not exist in this event. */
    UNKNOWN_SEATS,
    /** Some of the seats are sold only together with their table. */
    SOLD_WHOLE,
    /** Some of the seats are not sold for the price type that is named: it has no price there. */
    NOT_PRICED,
    /** Some of the seats are held, sold, or withheld for somebody else. */
    SEATS_TAKEN,
    /** The event has no allocation with the name. */
    ALLOCATION_NOT_FOUND,
    /** The event has no such reservation, or the token is wrong. */
    RESERVATION_NOT_FOUND,
    /** The reservation lapsed before it was confirmed. */
    RESERVATION_EXPIRED,
    /** The reservation is in a state that does not allow the command. */
    RESERVATION_NOT_PENDING,
    /** The reservation was never confirmed, so that it has no seats to give back one by one. */
    RESERVATION_NOT_CONFIRMED,
    /** Some of the seats are not among those of the reservation. */
    NOT_OF_THE_RESERVATION,
    /** Some of the seats are given back only together with their table. */
    TABLE_DIVIDED,
    /** The amount paid is not the total. */
    AMOUNT_MISMATCH,
    /** The payment has confirmed another reservation of the event. */
    PAYMENT_USED,
    /** A ticket of the reservation was used, and the command does not say that this does not matter. */
    TICKETS_USED,
    /** The payment of the reservation is about to be captured. Once it is, the command can be repeated. */
    PAYMENT_NOT_CAPTURED,
    /** Another transaction has locked a row that the command needs, and {@link Inventory.Locking#SKIP} was set. */
    LOCKED
}
