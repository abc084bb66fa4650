package seatlock.changes;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Row;
import seatlock.db.Tx;

/**
 * The changes of an event in an order that never changes, and the history of a reservation.
 *
 * <p>The feed of an event gives each change a position: 1, 2, 3 and so on. <b>A reader that asks for the changes after the last
 * position it has seen never misses one</b>, because a change that can be read is never followed by one with a lower position:
 *
 * <ol>
 *   <li>Ids and times do not have this property. They are chosen before the commit, so a transaction that commits late adds a row
 *       with a lower id than rows that were read long ago. Positions are therefore given later, by {@link #sequence}, and only to
 *       rows that it can see, which are committed.
 *   <li>{@link #sequence} holds the lock of the feed until its commit. So the transactions that give positions of an event follow
 *       each other, and each reads the last position, and the rows that have none, with statements that begin after the commit of
 *       the one before. It gives the positions directly after the last one, without a gap; a rollback takes them back together
 *       with the last position.
 *   <li>So a snapshot that contains a position contains the commits of all transactions that gave a lower one.
 *   <li>A row that a {@link #sequence} does not see yet, because its transaction commits later, gets its position from a later
 *       one, and so a higher position.
 * </ol>
 *
 * <p>Within a reservation, positions follow the versions. The transaction that makes a version holds the lock of the reservation,
 * so it commits before the next version is made: whoever sees a version sees all before it. {@link #sequence} orders what it sees
 * by version, whatever ids and clocks say, and takes no version without those before it.
 */
public final class Feed {

    /** The most changes that one transaction gives positions to: about a tenth of a second of work. */
    public static final int BATCH = 2_000;

    /**
     * A change on record.
     *
     * @param position in the feed; empty if it has none yet
     * @param type the wire name of a {@link Change.Type}
     * @param version of the reservation after the change; of the event, if there is no reservation
     */
    public record Entry(
            Optional<Long> position,
            UUID id,
            String type,
            Optional<UUID> reservation,
            Optional<UUID> ticket,
            int version,
            Actor actor,
            Instant at) {}

    /**
     * How far a feed is.
     *
     * @param last the highest position; 0 if no change has one
     * @param isBehind whether there are changes without a position
     */
    public record State(long last, boolean isBehind) {}

    /**
     * The changes without a position in all events.
     *
     * @param oldest when the first of them was made; {@code null} if there is none
     */
    public record Unsequenced(long count, Instant oldest) {}

    private static final String SELECT = "SELECT position, change_id, type, reservation_id, ticket_id, version, actor,"
            + " changed_at FROM changes WHERE event_id = ? AND ";

    /** Returns how far the feed of an event is; empty if there is no such event. */
    public Optional<State> state(Tx tx, EventId event) throws SQLException {
        return tx.find("""
                SELECT coalesce((SELECT last_position FROM feeds WHERE event_id = e.event_id), 0) AS last_position,
                       EXISTS (SELECT FROM changes WHERE event_id = e.event_id AND position IS NULL) AS is_behind
                  FROM events AS e
                 WHERE e.event_id = ?
                """, row -> new State(row.bigint("last_position"), row.bool("is_behind")), event.value());
    }

    /** Returns the first changes of an event after a position, in order of their positions. */
    public List<Entry> read(Tx tx, EventId event, long after, int limit) throws SQLException {
        return tx.query(SELECT + "position > ? ORDER BY position LIMIT ?", Feed::entry, event.value(), after, limit);
    }

    /** Returns the first changes of a reservation and its tickets after a version, in order of their versions. */
    public List<Entry> ofReservation(Tx tx, EventId event, UUID reservation, int after, int limit) throws SQLException {
        return tx.query(
                SELECT + "reservation_id = ? AND version > ? ORDER BY version LIMIT ?",
                Feed::entry,
                event.value(),
                reservation,
                after,
                limit);
    }

    private static Entry entry(Row row) throws SQLException {
        return new Entry(
                Optional.ofNullable(row.bigintOrNull("position")),
                row.uuid("change_id"),
                row.text("type"),
                Optional.ofNullable(row.uuid("reservation_id")),
                Optional.ofNullable(row.uuid("ticket_id")),
                row.integer("version"),
                new Actor(row.text("actor")),
                row.instant("changed_at"));
    }

    /** Returns the events that have changes without a position. It reads nothing but these changes, in a small index. */
    public List<EventId> findBehind(Tx tx) throws SQLException {
        return tx.query(
                "SELECT DISTINCT event_id FROM changes WHERE position IS NULL",
                row -> new EventId(row.uuid("event_id")));
    }

    /** Counts the changes without a position. */
    public Unsequenced countUnsequenced(Tx tx) throws SQLException {
        return tx.query(
                        "SELECT count(*) AS n, min(changed_at) AS oldest FROM changes WHERE position IS NULL",
                        row -> new Unsequenced(row.bigint("n"), row.instant("oldest")))
                .get(0);
    }

    /**
     * Gives positions to the changes of an event that have none, unless another transaction is doing that: it sees the same ones.
     *
     * @return how many changes got one; {@link #BATCH} if there may be more
     */
    public int sequence(Tx tx, EventId event) throws SQLException {
        var last = claimFeed(tx, event);
        if (last.isEmpty()) {
            return 0;
        }
        // The latest time up to a version replaces its own time, in case the clock was set back in between. The insert
        // always meets
        // the existing row: it is an update that needs no join, and so has only one plan.
        var count = tx.update("""
                INSERT INTO changes (event_id, change_id, type, reservation_id, ticket_id, version, actor, changed_at, position)
                SELECT event_id, change_id, type, reservation_id, ticket_id, version, actor, changed_at,
                       ? + row_number() OVER (ORDER BY at, version, change_id) AS position
                  FROM (SELECT *, max(changed_at) OVER (PARTITION BY reservation_id ORDER BY version) AS at
                          FROM changes
                         WHERE event_id = ? AND position IS NULL) AS unsequenced
                 ORDER BY position
                 LIMIT ?
                ON CONFLICT (event_id, change_id) DO UPDATE SET position = excluded.position
                """, last.get(), event.value(), BATCH);
        tx.updateExactly(1, "UPDATE feeds SET last_position = ? WHERE event_id = ?", last.get() + count, event.value());
        return count;
    }

    /**
     * Locks the feed of an event, and creates it before its first change.
     *
     * @return the last position; empty if another transaction has the lock, for which this one does not wait
     */
    private static Optional<Long> claimFeed(Tx tx, EventId event) throws SQLException {
        var claimed = tx.lock(
                "SELECT last_position FROM feeds WHERE event_id = ? FOR NO KEY UPDATE SKIP LOCKED",
                row -> row.bigint("last_position"),
                event.value());
        if (!claimed.isEmpty()) {
            return Optional.of(claimed.get(0));
        }
        var created = tx.update(
                "INSERT INTO feeds (event_id, last_position) VALUES (?, 0) ON CONFLICT DO NOTHING", event.value());
        return created == 1 ? Optional.of(0L) : Optional.empty();
    }
}
