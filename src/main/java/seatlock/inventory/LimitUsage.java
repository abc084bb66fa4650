package seatlock.inventory;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The seats that count against limits while commands are decided. A part of {@link Decision}. */
final class LimitUsage {

    private final Map<UUID, Limits.Count> counts;
    private final Map<ReservationId, Map<UUID, Integer>> uses;
    private final Limits locked;
    private final Instant now;

    LimitUsage(Limits locked, Instant now) {
        this.counts = new HashMap<>(locked.counts());
        locked.pending().forEach((limit, uses) -> {
            var seats = uses.stream()
                    .filter(use -> now.isBefore(use.expiresAt()))
                    .mapToInt(Limits.Pending::seats)
                    .sum();
            counts.computeIfPresent(limit, (id, count) -> count.plus(0, seats));
        });
        this.uses = new LinkedHashMap<>(locked.uses());
        this.locked = locked;
        this.now = now;
    }

    /** Returns the limits as they must be written. */
    Map<UUID, Limits.Count> counts() {
        return counts;
    }

    /** Returns the uses of the locked and the new reservations. */
    Map<ReservationId, Map<UUID, Integer>> uses() {
        return uses;
    }

    Map<UUID, Integer> of(ReservationId id) {
        return uses.getOrDefault(id, Map.of());
    }

    boolean isLockedByOthers(Map<UUID, Integer> wanted) {
        return wanted.keySet().stream().anyMatch(locked.lockedByOthers()::contains);
    }

    /** Returns a limit that has fewer seats left than wanted, if there is one. */
    Optional<UUID> exceededBy(Map<UUID, Integer> wanted) {
        return wanted.entrySet().stream()
                .filter(use -> counts.get(use.getKey()).left() < use.getValue())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    int left(UUID limit) {
        return Math.max(0, counts.get(limit).left());
    }

    /** Makes a new pending reservation count. */
    void reserve(ReservationId id, Map<UUID, Integer> wanted) {
        if (!wanted.isEmpty()) {
            uses.put(id, wanted);
            add(wanted, 0, 1);
        }
    }

    /** Counts a pending reservation, which has not lapsed, as a confirmed one. */
    void confirm(ReservationId id) {
        add(of(id), 1, -1);
    }

    /** Makes a new confirmed reservation count as much as a lapsed one did. */
    void replace(ReservationId lapsed, ReservationId successor) {
        var wanted = of(lapsed);
        if (!wanted.isEmpty()) {
            uses.put(successor, wanted);
            add(wanted, 1, 0);
        }
    }

    /** Makes a reservation count no longer. One that has lapsed does not count already. */
    void end(Reservation reservation) {
        var isConfirmed = reservation.status() == ReservationStatus.CONFIRMED;
        if (isConfirmed || !reservation.hasLapsedAt(now)) {
            add(of(reservation.id()), isConfirmed ? -1 : 0, isConfirmed ? 0 : -1);
        }
    }

    /** Makes some seats of a confirmed reservation count no longer. */
    void release(ReservationId id, Map<UUID, Integer> seats) {
        var before = of(id);
        var released = new HashMap<UUID, Integer>();
        var left = new HashMap<UUID, Integer>();
        before.forEach((limit, quantity) -> {
            released.put(limit, Math.min(quantity, seats.getOrDefault(limit, 0)));
            left.put(limit, quantity - released.get(limit));
        });
        add(released, -1, 0);
        uses.put(id, left);
    }

    private void add(Map<UUID, Integer> quantities, int confirmed, int pending) {
        quantities.forEach((limit, quantity) ->
                counts.computeIfPresent(limit, (id, count) -> count.plus(confirmed * quantity, pending * quantity)));
    }
}
