package seatlock.inventory;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Seats that are withheld for somebody.
 *
 * @param name unique in its event
 * @param reason for the seller's staff
 */
record Allocation(UUID id, String name, Optional<String> reason, Instant createdAt) {

    Allocation withReason(Optional<String> other) {
        return new Allocation(id, name, other, createdAt);
    }
}
