package seatlock.inventory;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/** Finds the rows that {@code SKIP LOCKED} has left out: one that exists but was not locked is locked by another transaction. */
final class Skipped {

    private Skipped() {}

    static Set<String> quotas(Tx tx, EventId event, Set<String> subjects, Set<String> locked) throws SQLException {
        var existing = tx.query("""
                SELECT encode(found.subject, 'hex') AS subject
                  FROM unnest(?) AS named (subject)
                 CROSS JOIN LATERAL (SELECT subject FROM quotas WHERE event_id = ?
                                        AND subject = decode(named.subject, 'hex') OFFSET 0) AS found
                """, row -> row.text("subject"), subjects.toArray(String[]::new), event.value());
        return of(existing, locked);
    }

    static Set<ReservationId> reservations(Tx tx, EventId event, Set<ReservationId> ids, Set<ReservationId> locked)
            throws SQLException {
        if (locked.size() == ids.size()) {
            return Set.of();
        }
        var existing = tx.query(
                "SELECT reservation_id FROM reservations WHERE event_id = ? AND reservation_id = ANY (?)",
                row -> new ReservationId(row.uuid("reservation_id")),
                event.value(),
                ReservationId.values(ids));
        return of(existing, locked);
    }

    static Set<String> seats(Tx tx, EventId event, String[] labels, Integer[] ids, Set<String> locked)
            throws SQLException {
        var existing = tx.query(
                "SELECT label FROM seats WHERE event_id = ? AND (label = ANY (?) OR seat_id = ANY (?))",
                row -> row.text("label"),
                event.value(),
                labels,
                ids);
        return of(existing, locked);
    }

    /** Returns those of the existing rows that were not locked. */
    static <T> Set<T> of(Collection<T> existing, Set<T> locked) {
        var skipped = new HashSet<>(existing);
        skipped.removeAll(locked);
        return skipped;
    }
}
