package seatlock.inventory;

/** {@code AVAILABLE → HELD → SOLD}; from {@code HELD} and {@code SOLD} back to {@code AVAILABLE}. */
public enum SeatStatus {
    AVAILABLE,
    HELD,
    SOLD
}
