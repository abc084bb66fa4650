package seatlock.inventory;

import java.util.Optional;
import java.util.stream.Stream;

/** {@code AVAILABLE → HELD → SOLD}; from {@code HELD} and {@code SOLD} back to {@code AVAILABLE}. */
public enum SeatStatus {
    AVAILABLE("AVAILABLE"),
    HELD("HELD"),
    SOLD("SOLD");

    private final String code;

    SeatStatus(String code) {
        this.code = code;
    }

    /** How the database and the API write it. */
    public String code() {
        return code;
    }

    /** Its initial, which no other status has. */
    public char letter() {
        return code.charAt(0);
    }

    /** Returns the status that a code stands for; empty for any other text. */
    public static Optional<SeatStatus> of(String code) {
        return Stream.of(values()).filter(status -> status.code.equals(code)).findFirst();
    }
}
