package seatlock.inventory;

import java.util.stream.Stream;

/** {@code PENDING} becomes one of the others; {@code CONFIRMED} may become {@code CANCELLED}; the last two are final. */
public enum ReservationStatus {
    PENDING("PENDING"),
    CONFIRMED("CONFIRMED"),
    CANCELLED("CANCELLED"),
    EXPIRED("EXPIRED");

    private final String code;

    ReservationStatus(String code) {
        this.code = code;
    }

    /** How the database writes it. */
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
