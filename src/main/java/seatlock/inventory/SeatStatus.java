package seatlock.inventory;

import java.util.Optional;
import java.util.stream.Stream;

/** The status of a seat: {@code AVAILABLE → HELD → SOLD}; a released seat returns to {@code AVAILABLE}. */
public enum SeatStatus {
    AVAILABLE("AVAILABLE"),
    HELD("HELD"),
    SOLD("SOLD");

    private final String code;

    SeatStatus(String code) {
        this.code = code;
    }

    /** Returns its name in the database and the API. */
    public String code() {
        return code;
    }

    /** Returns its initial, which is unique. */
    public char letter() {
        return code.charAt(0);
    }

    /** Returns the status with a code; empty if there is none. */
    public static Optional<SeatStatus> of(String code) {
        return Stream.of(values()).filter(status -> status.code.equals(code)).findFirst();
    }
}
