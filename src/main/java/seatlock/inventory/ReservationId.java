package seatlock.inventory;

import java.util.Collection;
import java.util.UUID;

/** Identifies a reservation within its event. */
public record ReservationId(UUID value) {

    /** Returns the values of ids, as the parameter of a statement. */
    public static UUID[] values(Collection<ReservationId> ids) {
        return ids.stream().map(ReservationId::value).toArray(UUID[]::new);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
