package seatlock.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import seatlock.catalog.Catalog.PlannedRow;
import seatlock.db.Tx;

/** Writes and reads the rows and seats of events. */
final class PlanStore {

    /** Seats inserted per statement: few round trips, and each statement stays far below its timeout. */
    private static final int SEATS_PER_STATEMENT = 10_000;

    private PlanStore() {}

    /** Inserts the rows of a plan and their seats, which are available, from the first id to the last. */
    static void insert(Tx tx, EventId event, SeatPlan plan, int firstSeatId, int lastSeatId) throws SQLException {
        insertRows(tx, event, plan, firstSeatId);
        insertSeats(tx, event, firstSeatId, lastSeatId);
    }

    /** @param firstSeatId of the first row; the other rows follow */
    private static void insertRows(Tx tx, EventId event, SeatPlan plan, int firstSeatId) {
        var firstSeatIds = new ArrayList<Integer>();
        var sections = new ArrayList<String>();
        var rows = new ArrayList<String>();
        var counts = new ArrayList<Integer>();
        int nextSeatId = firstSeatId;
        for (var section : plan.sections()) {
            for (var row : section.rows()) {
                firstSeatIds.add(nextSeatId);
                sections.add(section.name());
                rows.add(row.name());
                counts.add(row.seats());
                nextSeatId += row.seats();
            }
        }
        tx.updateExactly(
                rows.size(),
                """
                INSERT INTO seat_plans (event_id, first_seat_id, section, row_name, seat_count)
                SELECT ?, * FROM unnest(?, ?, ?, ?)
                """,
                event.value(),
                firstSeatIds.toArray(Integer[]::new),
                sections.toArray(String[]::new),
                rows.toArray(String[]::new),
                counts.toArray(Integer[]::new));
    }

    /** Lets the database generate the seats from the plan, so that a million seats need not be sent to it. */
    private static void insertSeats(Tx tx, EventId event, int firstSeatId, int lastSeatId) throws SQLException {
        for (int first = firstSeatId; first <= lastSeatId; first += SEATS_PER_STATEMENT) {
            var last = Math.min(lastSeatId, first + SEATS_PER_STATEMENT - 1);
            tx.updateExactly(last - first + 1, """
                    INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status)
                    SELECT event_id, seat_id, section || '-' || row_name || '-' || seat_id - first_seat_id + 1, section,
                           row_name, (seat_id - first_seat_id + 1)::text, 'AVAILABLE'
                      FROM seat_plans,
                           generate_series(greatest(?, first_seat_id), least(?, first_seat_id + seat_count - 1)) AS seat_id
                     WHERE event_id = ?
                       AND first_seat_id <= ?
                       AND first_seat_id + seat_count > ?
                     ORDER BY seat_id
                    """, first, last, event.value(), last, first);
            tx.flush(); // one statement per round trip, so that none takes long enough to time out
        }
    }

    /** See {@link Catalog#rows}. */
    static List<PlannedRow> rows(Tx tx, Event event) throws SQLException {
        return tx.query(
                """
                SELECT section, row_name, first_seat_id, seat_count
                  FROM seat_plans
                 WHERE event_id = ?
                   AND first_seat_id <= ? -- later versions may have more
                 ORDER BY first_seat_id
                """,
                row -> new PlannedRow(
                        row.text("section"),
                        row.text("row_name"),
                        row.integer("first_seat_id"),
                        row.integer("seat_count")),
                event.id().value(),
                event.capacity());
    }
}
