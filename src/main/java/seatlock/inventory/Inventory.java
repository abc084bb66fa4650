package seatlock.inventory;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/** Who has which seat now, and the one place where that changes: {@link #apply}. */
public final class Inventory {

    private final InventoryRepository repository = new InventoryRepository();
    private final Duration defaultTtl;

    /** @param defaultTtl how long a pending reservation holds its seats, unless its event says otherwise */
    public Inventory(Duration defaultTtl) {
        this.defaultTtl = defaultTtl;
    }

    /** What to do about a row that somebody else has locked. */
    public enum Locking {
        /** Wait for it, as long as the transaction's lock timeout allows: then all of the commands fail. */
        WAIT,
        /** Refuse the commands that need it ({@link Refusal#LOCKED}), and only those. */
        SKIP
    }

    /**
     * Applies commands to one event, in order, in the caller's transaction: lock, read the clock, decide, write.
     *
     * <p>What it locks stays locked until the caller commits, so he does nothing slow before that.
     *
     * @param event as it is in the database
     * @return one outcome for each command, in their order; they are true once the caller has committed
     * @throws SQLException if a lock was not to be had in time, or the database failed: roll back, nothing was changed
     */
    public List<Outcome> apply(Tx tx, Event event, List<Command> commands, Locking locking) throws SQLException {
        var held = repository.lock(tx, event, commands, locking);
        var ttl = event.reservationTtl() == null ? defaultTtl : event.reservationTtl();
        var decision = Decision.of(event, ttl, held.locked(), held.now(), commands);

        repository.write(tx, event, held.locked(), decision);
        return decision.outcomes();
    }

    /** A reservation as it is now: one that has lapsed is expired, even if the sweeper has not been there. */
    public Optional<Reservation> find(Tx tx, EventId event, ReservationId id) throws SQLException {
        var found = repository.find(tx, event, id);
        return found.isEmpty() ? found : Optional.of(found.get().asOf(tx.readClock()));
    }

    /**
     * The status of each seat as it is now, in the order of the seat plan: one whose hold has lapsed is available.
     *
     * @param first id of the first seat
     * @param last id of the last one, which exists, as do all between
     * @return for each seat the {@link SeatStatus#letter}
     */
    public String statuses(Tx tx, EventId event, int first, int last) throws SQLException {
        var statuses = repository.statuses(tx, event, first, last);
        if (statuses.length() != last - first + 1) {
            throw new IllegalStateException("Event " + event + " lacks seats from " + first + " to " + last);
        }
        return statuses;
    }

    /**
     * Pending reservations that have lapsed, of all events, the longest lapsed first. Nothing is locked.
     *
     * @param after the last one already seen, or {@code null} to begin with the first
     */
    public List<Lapsed> findLapsed(Tx tx, int limit, Lapsed after) throws SQLException {
        return repository.findLapsed(tx, limit, after);
    }

    /** Events that have begun since, with quotas that nobody needs any more. Nothing is locked. */
    public List<EventId> findBegunWithQuotas(Tx tx, Instant since) throws SQLException {
        return repository.findBegunWithQuotas(tx, since);
    }

    /** Forgets the quotas of an event that has begun: it is no longer sold. */
    public int forgetQuotas(Tx tx, EventId event) throws SQLException {
        return repository.deleteQuotas(tx, event);
    }

    /**
     * How many reservations are pending, in all events.
     *
     * @param holding those that hold their seats
     * @param lapsed those that hold them no longer, and wait for the sweeper
     * @param lapsedSince when the first of these lapsed; {@code null} if there is none
     */
    public record Pending(long holding, long lapsed, Instant lapsedSince) {}

    /** Counts the pending reservations of all events. Nothing is locked. */
    public Pending countPending(Tx tx, Instant now) throws SQLException {
        return repository.countPending(tx, now);
    }

    /** A reservation that the sweeper should {@link Command.Expire}. */
    public record Lapsed(Instant expiresAt, EventId event, ReservationId reservation) {}
}
