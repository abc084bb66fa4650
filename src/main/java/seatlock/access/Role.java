package seatlock.access;

/** What a key is for. */
public enum Role {
    /** Whatever the others may; and, if it is for all events, create events and keys. */
    ADMIN,
    /** Confirm, refund, and read every reservation: the shop. */
    SALES,
    /** Check tickets in. */
    GATE;

    /** Whether it may do what is for another role. */
    public boolean includes(Role other) {
        return this == ADMIN || this == other;
    }
}
