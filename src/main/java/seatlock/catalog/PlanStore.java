package seatlock.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Seat;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.db.Tx;

/** Writes and reads the seat plans of events. */
final class PlanStore {

    /** Seats inserted per statement: few round trips, and each statement stays far below its timeout. */
    private static final int SEATS_PER_STATEMENT = 10_000;

    private PlanStore() {}

    /** @param firstSeatId of the first row; the other rows follow */
    static void insert(Tx tx, EventId event, SeatPlan plan, int firstSeatId) throws SQLException {
        var rows = planned(plan, firstSeatId);
        insertRows(tx, event, rows);
        insertNumberedSeats(tx, event, rows);
        insertListedSeats(tx, event, rows);
    }

    private static List<PlannedRow> planned(SeatPlan plan, int firstSeatId) {
        var rows = new ArrayList<PlannedRow>();
        int next = firstSeatId;
        for (var section : plan.sections()) {
            for (var row : section.rows()) {
                rows.add(new PlannedRow(section.name(), row, next));
                next += row.seats().count();
            }
        }
        return rows;
    }

    private static void insertRows(Tx tx, EventId event, List<PlannedRow> rows) {
        tx.updateExactly(
                rows.size(),
                """
                INSERT INTO seat_plans (event_id, first_seat_id, section, row_name, sold, is_listed, length, seat_count)
                SELECT ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?)
                """,
                event.value(),
                rows.stream().map(PlannedRow::firstSeatId).toArray(Integer[]::new),
                rows.stream().map(PlannedRow::section).toArray(String[]::new),
                rows.stream().map(row -> row.row().name()).toArray(String[]::new),
                rows.stream().map(row -> row.row().sold().name()).toArray(String[]::new),
                rows.stream().map(row -> row.row().seats() instanceof Listed).toArray(Boolean[]::new),
                rows.stream().map(row -> row.row().seats().length()).toArray(Integer[]::new),
                rows.stream().map(row -> row.row().seats().count()).toArray(Integer[]::new));
    }

    /** Lets the database generate the seats from the plan, so that a million seats need not be sent to it. */
    private static void insertNumberedSeats(Tx tx, EventId event, List<PlannedRow> rows) throws SQLException {
        var numbered = rows.stream()
                .filter(row -> row.row().seats() instanceof Numbered)
                .toList();
        var end = rows.get(rows.size() - 1).lastSeatId();
        for (int from = rows.get(0).firstSeatId(); from <= end; from += SEATS_PER_STATEMENT) {
            var first = from;
            var last = Math.min(end, first + SEATS_PER_STATEMENT - 1);
            tx.updateExactly(
                    numbered.stream()
                            .mapToInt(row -> Math.max(
                                    0, Math.min(last, row.lastSeatId()) - Math.max(first, row.firstSeatId()) + 1))
                            .sum(),
                    """
                    INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status)
                    SELECT event_id, seat_id, section || '-' || row_name || '-' || seat_id - first_seat_id + 1, section,
                           row_name, (seat_id - first_seat_id + 1)::text, 'AVAILABLE'
                      FROM seat_plans,
                           generate_series(greatest(?, first_seat_id), least(?, first_seat_id + seat_count - 1)) AS seat_id
                     WHERE event_id = ?
                       AND first_seat_id <= ?
                       AND first_seat_id + seat_count > ?
                       AND NOT is_listed
                     ORDER BY seat_id
                    """,
                    first,
                    last,
                    event.value(),
                    last,
                    first);
            tx.flush(); // one statement per round trip, so that none takes long enough to time out
        }
    }

    /** A seat that the plan lists. */
    private record ListedSeat(int id, PlannedRow row, int position, Seat seat) {}

    private static void insertListedSeats(Tx tx, EventId event, List<PlannedRow> rows) throws SQLException {
        var seats = new ArrayList<ListedSeat>();
        for (var row : rows) {
            if (row.row().seats() instanceof Listed listed) {
                int id = row.firstSeatId();
                for (int position = 0; position < listed.length(); position++) {
                    if (listed.at(position).isPresent()) {
                        seats.add(new ListedSeat(
                                id++, row, position, listed.at(position).get()));
                    }
                }
            }
        }
        for (int from = 0; from < seats.size(); from += SEATS_PER_STATEMENT) {
            var part = seats.subList(from, Math.min(seats.size(), from + SEATS_PER_STATEMENT));
            insertListedSeats(tx, event, part.toArray(ListedSeat[]::new));
            tx.flush();
        }
    }

    private static void insertListedSeats(Tx tx, EventId event, ListedSeat[] seats) {
        var ids = new Integer[seats.length];
        var firstIds = new Integer[seats.length];
        var sections = new String[seats.length];
        var rows = new String[seats.length];
        var numbers = new String[seats.length];
        var positions = new Integer[seats.length];
        var accessible = new Boolean[seats.length];
        var companion = new Boolean[seats.length];
        var restricted = new Boolean[seats.length];
        var xs = new Double[seats.length];
        var ys = new Double[seats.length];
        for (int i = 0; i < seats.length; i++) {
            var listed = seats[i];
            ids[i] = listed.id();
            firstIds[i] = listed.row().firstSeatId();
            sections[i] = listed.row().section();
            rows[i] = listed.row().row().name();
            numbers[i] = listed.seat().number();
            positions[i] = listed.position();
            accessible[i] = listed.seat().accessible();
            companion[i] = listed.seat().companion();
            restricted[i] = listed.seat().restrictedView();
            xs[i] = listed.seat().at().map(Point::x).orElse(null);
            ys[i] = listed.seat().at().map(Point::y).orElse(null);
        }
        tx.updateExactly(seats.length, """
                INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status)
                SELECT ?, seat_id, section || '-' || row_name || '-' || number, section, row_name, number, 'AVAILABLE'
                  FROM unnest(?, ?, ?, ?) AS line (seat_id, section, row_name, number)
                """, event.value(), ids, sections, rows, numbers);
        tx.updateExactly(
                seats.length, """
                INSERT INTO listed_seats (event_id, seat_id, first_seat_id, position, accessible, companion,
                                          restricted_view, x, y)
                SELECT ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?)
                """, event.value(), ids, firstIds, positions, accessible, companion, restricted, xs, ys);
    }

    static Optional<Point> focus(Tx tx, EventId event) throws SQLException {
        return tx.find(
                "SELECT focus_x, focus_y FROM events WHERE event_id = ? AND focus_x IS NOT NULL",
                row -> new Point(row.doubleOrNull("focus_x"), row.doubleOrNull("focus_y")),
                event.value());
    }

    /** Returns the rows of an event in its version, in the order of their seats' ids. */
    static List<PlannedRow> rows(Tx tx, Event event) throws SQLException {
        var listed = listedPositions(tx, event);
        return tx.query(
                """
                SELECT section, row_name, first_seat_id, seat_count, sold, is_listed, length
                  FROM seat_plans
                 WHERE event_id = ?
                   AND first_seat_id <= ? -- later versions may have more
                 ORDER BY first_seat_id
                """,
                row -> {
                    var first = row.integer("first_seat_id");
                    var seats = row.bool("is_listed")
                            ? new Listed(positions(row.integer("length"), listed.get(first)))
                            : new Numbered(row.integer("seat_count"));
                    return new PlannedRow(
                            row.text("section"),
                            new SeatPlan.Row(row.text("row_name"), Sold.valueOf(row.text("sold")), seats),
                            first);
                },
                event.id().value(),
                event.capacity());
    }

    /** Returns the seats that the plan lists, by position, by the id of the first seat of their row. */
    private static Map<Integer, Map<Integer, Seat>> listedPositions(Tx tx, Event event) throws SQLException {
        record Line(int row, int position, Seat seat) {}
        var lines = tx.query(
                """
                SELECT l.first_seat_id, l.position, s.seat_number, l.accessible, l.companion, l.restricted_view, l.x, l.y
                  FROM listed_seats AS l
                 CROSS JOIN LATERAL (SELECT seat_number FROM seats
                                      WHERE event_id = l.event_id AND seat_id = l.seat_id OFFSET 0) AS s
                 WHERE l.event_id = ?
                   AND l.seat_id <= ?
                """,
                row -> {
                    var x = row.doubleOrNull("x");
                    var point = x == null ? Optional.<Point>empty() : Optional.of(new Point(x, row.doubleOrNull("y")));
                    var seat = new Seat(
                            row.text("seat_number"),
                            row.bool("accessible"),
                            row.bool("companion"),
                            row.bool("restricted_view"),
                            point);
                    return new Line(row.integer("first_seat_id"), row.integer("position"), seat);
                },
                event.id().value(),
                event.capacity());
        var byRow = new HashMap<Integer, Map<Integer, Seat>>();
        lines.forEach(line ->
                byRow.computeIfAbsent(line.row(), first -> new HashMap<>()).put(line.position(), line.seat()));
        return byRow;
    }

    private static List<Optional<Seat>> positions(int length, Map<Integer, Seat> seats) {
        var positions = new ArrayList<>(Collections.nCopies(length, Optional.<Seat>empty()));
        seats.forEach((position, seat) -> positions.set(position, Optional.of(seat)));
        return positions;
    }
}
