package seatlock.inventory;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The limits that commands need, locked.
 *
 * @param counts by the id of the limit
 * @param uses how many seats of a reservation count against each of its limits
 * @param lockedByOthers ids of limits that other transactions have locked, so their state is unknown
 */
record Limits(Map<UUID, Count> counts, Map<ReservationId, Map<UUID, Integer>> uses, Set<UUID> lockedByOthers) {

    static final Limits NONE = new Limits(Map.of(), Map.of(), Set.of());

    /**
     * The seats that count against a limit.
     *
     * @param confirmed those of confirmed reservations
     * @param pending those of pending reservations that had not lapsed when the limit was locked
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
