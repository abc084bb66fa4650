package seatlock.inventory;

import java.util.UUID;

/** Identifies a reservation within its event. */
public record ReservationId(UUID value) {

    @Override
    public String toString() {
        return value.toString();
    }
}
