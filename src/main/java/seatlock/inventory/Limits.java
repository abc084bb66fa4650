package seatlock.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The limits that commands need, locked.
 *
 * @param counts by the id of the limit
 * @param pending the uses of pending reservations, by the id of the limit
 * @param uses how many seats of a reservation count against each of its limits
 * @param lockedByOthers ids of limits that other transactions have locked, so their state is unknown
 */
record Limits(
        Map<UUID, Count> counts,
        Map<UUID, List<Pending>> pending,
        Map<ReservationId, Map<UUID, Integer>> uses,
        Set<UUID> lockedByOthers) {

    /** The seats of a pending reservation, which count until it lapses. */
    record Pending(int seats, Instant expiresAt) {}

    static final Limits NONE = new Limits(Map.of(), Map.of(), Map.of(), Set.of());

    /**
     * The seats that count against a limit.
     *
     * @param confirmed those of confirmed reservations
     * @param pending those of pending reservations that have not lapsed
     */
    record Count(int size, int confirmed, int pending) {

        int left() {
            return size - confirmed - pending;
        }

        Count plus(int moreConfirmed, int morePending) {
            return new Count(size, confirmed + moreConfirmed, pending + morePending);
        }
    }
}
