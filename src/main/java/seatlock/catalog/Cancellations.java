package seatlock.catalog;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import seatlock.db.Tx;

/** Finds the cancellations of events, and records that one is complete. {@link Catalog#cancel} begins one. */
public final class Cancellations {

    /**
     * A sale that began before the cancellation may commit after it, under the version of the event that it has read. No
     * transaction lasts this long: each of its statements, locks and pauses has a limit of seconds. So whatever such a sale
     * wrote is seen by a search that begins this long after the cancellation.
     */
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(1);

    /**
     * A cancellation that is not complete.
     *
     * @param version in which the event is cancelled
     * @param isSettled whether every transaction has ended that may have sold something under an earlier version
     */
    public record Unfinished(EventId event, int version, boolean refund, boolean notifies, boolean isSettled) {}

    /** Finds the cancellation of an event; empty if the event is not cancelled. */
    public Optional<Cancellation> find(Tx tx, EventId event) throws SQLException {
        return tx.find(
                """
                SELECT cancelled_at, cancel_reason, cancel_refund, cancel_notify, cancel_completed_at
                  FROM events
                 WHERE event_id = ?
                   AND status = 'CANCELLED'
                """,
                row -> new Cancellation(
                        row.instant("cancelled_at"),
                        Optional.ofNullable(row.text("cancel_reason")),
                        row.bool("cancel_refund"),
                        row.bool("cancel_notify"),
                        Optional.ofNullable(row.instant("cancel_completed_at"))),
                event.value());
    }

    /** Finds the cancellations of all events that are not complete, the oldest first. */
    public List<Unfinished> findUnfinished(Tx tx) throws SQLException {
        return tx.query(
                """
                SELECT event_id, terms_version, cancel_refund, cancel_notify,
                       cancelled_at < statement_timestamp() - ?::interval AS settled
                  FROM events
                 WHERE status = 'CANCELLED'
                   AND cancel_completed_at IS NULL
                 ORDER BY cancelled_at
                """,
                row -> new Unfinished(
                        new EventId(row.uuid("event_id")),
                        row.integer("terms_version"),
                        row.bool("cancel_refund"),
                        row.bool("cancel_notify"),
                        row.bool("settled")),
                LONGEST_TRANSACTION.toString());
    }

    /** Records that nothing is left to be cancelled, if that is not recorded yet. */
    public int complete(Tx tx, EventId event) throws SQLException {
        return tx.update("""
                UPDATE events
                   SET cancel_completed_at = greatest(?, cancelled_at) -- if the clock was set back
                 WHERE event_id = ?
                   AND status = 'CANCELLED'
                   AND cancel_completed_at IS NULL
                """, tx.readClock(), event.value());
    }
}
