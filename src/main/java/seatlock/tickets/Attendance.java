package seatlock.tickets;

import java.sql.SQLException;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/**
 * How many of the people with a ticket have come.
 *
 * @param checkedIn number of valid tickets that are checked in; with re-entry, the number of people inside
 * @param tickets number of valid tickets
 */
public record Attendance(long checkedIn, long tickets) {

    /** Counts the tickets of an event. */
    public static Attendance read(Tx tx, EventId event) throws SQLException {
        return tx.query("""
                        SELECT count(checked_in_at) AS checked_in, count(*) AS tickets
                          FROM tickets
                         WHERE event_id = ? AND voided_at IS NULL
                        """, row -> new Attendance(row.bigint("checked_in"), row.bigint("tickets")), event.value())
                .get(0);
    }
}
