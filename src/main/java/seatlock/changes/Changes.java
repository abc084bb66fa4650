package seatlock.changes;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Tx;

/** Writes the history of an event and its reservations. */
public final class Changes {

    /** Counts the reservations of an event that background jobs have cancelled, because the event was. */
    public long countCancelledByJobs(Tx tx, EventId event) throws SQLException {
        return tx.query("""
                        SELECT count(*) AS n
                          FROM changes
                         WHERE event_id = ?
                           AND actor = 'job'
                           AND type IN ('reservation.cancelled', 'reservation.refunded')
                        """, row -> row.bigint("n"), event.value()).get(0);
    }

    /** Adds changes of an event, in the transaction that makes them. */
    public void add(Tx tx, EventId event, List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        tx.updateExactly(
                changes.size(),
                """
                INSERT INTO changes (event_id, changed_at, change_id, type, reservation_id, ticket_id, version, actor)
                SELECT ?, statement_timestamp(), * FROM unnest(?, ?, ?, ?, ?, ?)
                """,
                event.value(),
                changes.stream().map(change -> Ids.next()).toArray(UUID[]::new),
                changes.stream().map(change -> change.type().wireName()).toArray(String[]::new),
                changes.stream()
                        .map(change -> change.reservation().orElse(null))
                        .toArray(UUID[]::new),
                changes.stream().map(change -> change.ticket().orElse(null)).toArray(UUID[]::new),
                changes.stream().map(Change::version).toArray(Integer[]::new),
                changes.stream().map(change -> change.actor().code()).toArray(String[]::new));
    }
}
