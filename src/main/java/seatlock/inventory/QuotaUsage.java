package seatlock.inventory;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The reservations that count against the quotas of buyers while commands are decided. A part of {@link Decision}. */
final class QuotaUsage {

    private final Map<String, List<ReservationId>> bySubject;
    private final Set<String> subjectsLockedByOthers;
    private final Set<ReservationId> reservationsLockedByOthers;
    private final Map<ReservationId, Reservation> reservations;
    private final Instant now;

    /** @param reservations as the commands that were decided so far leave them */
    QuotaUsage(Decision.Locked locked, Map<ReservationId, Reservation> reservations, Instant now) {
        this.bySubject = new HashMap<>(locked.quotas().reservations());
        this.subjectsLockedByOthers = locked.quotas().subjectsLockedByOthers();
        this.reservationsLockedByOthers = locked.reservationsLockedByOthers();
        this.reservations = reservations;
        this.now = now;
    }

    /** Returns the reservations that now count, by subject. */
    Map<String, List<ReservationId>> bySubject() {
        return bySubject;
    }

    /** Returns whether it is unknown what counts against one of the quotas. */
    boolean isLockedByOthers(List<Quota> quotas) {
        return quotas.stream()
                .map(Quota::subject)
                .anyMatch(subject -> subjectsLockedByOthers.contains(subject)
                        || bySubject.getOrDefault(subject, List.of()).stream()
                                .anyMatch(reservationsLockedByOthers::contains));
    }

    /** Returns a refusal if a buyer may not have another pending reservation of this many seats. */
    Optional<Outcome> checkPending(List<Quota> quotas, int seats) {
        return quotas.stream()
                .flatMap(quota -> checkSeats(quota, seats).or(() -> checkPending(quota)).stream())
                .findFirst();
    }

    /** Returns a refusal if a buyer may not have this many more seats. */
    Optional<Outcome> checkSeats(List<Quota> quotas, int seats) {
        return quotas.stream()
                .flatMap(quota -> checkSeats(quota, seats).stream())
                .findFirst();
    }

    private Optional<Outcome> checkSeats(Quota quota, int seats) {
        var existing = counted(quota)
                .mapToInt(id -> reservations.get(id).seats().size())
                .sum();
        return seats <= quota.maxSeats() - existing ? Optional.empty() : Optional.of(new Outcome.TooManySeats(quota));
    }

    private Optional<Outcome> checkPending(Quota quota) {
        var pending = counted(quota)
                .filter(id -> reservations.get(id).status() == ReservationStatus.PENDING)
                .count();
        return pending < quota.maxPending() ? Optional.empty() : Optional.of(new Outcome.TooManyPending(quota));
    }

    /** Makes a reservation count against quotas from now on. */
    void add(ReservationId id, List<Quota> quotas) {
        quotas.forEach(quota -> bySubject.put(
                quota.subject(), Stream.concat(counted(quota), Stream.of(id)).toList()));
    }

    private Stream<ReservationId> counted(Quota quota) {
        return bySubject.getOrDefault(quota.subject(), List.of()).stream()
                .filter(id -> reservations.get(id).asOf(now).mayHaveSeats());
    }
}
