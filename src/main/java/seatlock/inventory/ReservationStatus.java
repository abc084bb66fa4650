package seatlock.inventory;

/** {@code PENDING} becomes one of the others; {@code CONFIRMED} may become {@code CANCELLED}; the last two are final. */
public enum ReservationStatus {
    PENDING,
    CONFIRMED,
    CANCELLED,
    EXPIRED
}
