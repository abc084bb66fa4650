package seatlock.inventory;

import java.util.Locale;
import java.util.UUID;

/** Identifies a reservation within its event. */
public record ReservationId(UUID value) {

    /** Returns the order number that people read out: the random end of the ID, in groups of four, as ticket numbers are. */
    public String number() {
        var hex = value.toString().replace("-", "").toUpperCase(Locale.ROOT);
        return hex.substring(20, 24) + "-" + hex.substring(24, 28) + "-" + hex.substring(28);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
