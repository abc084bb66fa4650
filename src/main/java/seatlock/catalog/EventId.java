package seatlock.catalog;

import java.util.UUID;

/** Identifies an event. */
public record EventId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
