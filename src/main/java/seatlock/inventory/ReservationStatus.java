package seatlock.inventory;

import java.util.stream.Stream;

/**
 * The status of a reservation: {@code PENDING}, then any of the others; {@code CONFIRMED} may become {@code CANCELLED}. The
 * last two are final.
 */
public enum ReservationStatus {
    PENDING("PENDING"),
    CONFIRMED("CONFIRMED"),
    CANCELLED("CANCELLED"),
    EXPIRED("EXPIRED");

    private final String code;

    ReservationStatus(String code) {
        this.code = code;
    }

    /** Returns its name in the database. */
    String code() {
        return code;
    }

    static ReservationStatus of(String code) {
        return Stream.of(values())
                .filter(status -> status.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Unknown reservation status: " + code));
    }
}
