package seatlock.inventory;

import java.util.Optional;
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

    /** Returns the status with a name; empty if there is none. */
    public static Optional<ReservationStatus> find(String name) {
        return Stream.of(values()).filter(status -> status.code.equals(name)).findFirst();
    }

    static ReservationStatus of(String code) {
        return find(code).orElseThrow(() -> new IllegalStateException("Unknown reservation status: " + code));
    }
}
