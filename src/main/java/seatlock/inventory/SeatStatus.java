package seatlock.inventory;

/** {@code AVAILABLE → HELD → SOLD}; from {@code HELD} and {@code SOLD} back to {@code AVAILABLE}. */
public enum SeatStatus {
    AVAILABLE,
    HELD,
    SOLD;

    /** The first of its name, which tells it from the others. */
    public char letter() {
        return name().charAt(0);
    }
}
