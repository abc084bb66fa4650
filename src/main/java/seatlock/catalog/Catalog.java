package seatlock.catalog;

import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import seatlock.db.Row;
import seatlock.db.Tx;

/** Creates events from a seat plan, and reads them. */
public final class Catalog {

    /** Seats written by one statement: few round trips, and no statement near its timeout. */
    private static final int SEATS_PER_STATEMENT = 10_000;

    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    /** Some hundred kilobytes. Rarely are more events on sale at the same time. */
    private static final int MAX_REMEMBERED = 1_000;

    private record Remembered(Event event, long since) {}

    private final Map<EventId, Remembered> remembered = new ConcurrentHashMap<>();

    private static final String EVENT_COLUMNS = """
            SELECT event_id, name, venue, starts_at, time_zone, currency, max_seats_per_reservation, reservation_ttl_ms,
                   capacity, created_at
              FROM events
            """;

    /**
     * Creates an event with all its seats, each of them available.
     *
     * @return whether it was created: {@code false} if there is one of that id, which is then left as it is
     * @throws IllegalArgumentException if the event's capacity is not the plan's
     */
    public boolean create(Tx tx, Event event, SeatPlan plan) throws SQLException {
        if (event.capacity() != plan.capacity()) {
            throw new IllegalArgumentException("The plan has " + plan.capacity() + " seats, not " + event.capacity());
        }
        var created = tx.update(
                """
                INSERT INTO events (event_id, name, venue, starts_at, time_zone, currency, max_seats_per_reservation,
                                    reservation_ttl_ms, capacity, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (event_id) DO NOTHING
                """,
                event.id().value(),
                event.name(),
                event.venue(),
                event.startsAt(),
                event.timeZone().getId(),
                event.currency().getCurrencyCode(),
                event.maxSeatsPerReservation(),
                event.reservationTtl() == null ? null : event.reservationTtl().toMillis(),
                event.capacity(),
                event.createdAt());
        if (created == 0) {
            return false;
        }
        insertPlan(tx, event.id(), plan);
        insertSeats(tx, event);
        return true;
    }

    private static void insertPlan(Tx tx, EventId event, SeatPlan plan) throws SQLException {
        var firstSeatIds = new ArrayList<Integer>();
        var sections = new ArrayList<String>();
        var prices = new ArrayList<Long>();
        var rows = new ArrayList<String>();
        var counts = new ArrayList<Integer>();
        int nextSeatId = 1;
        for (var section : plan.sections()) {
            for (var row : section.rows()) {
                firstSeatIds.add(nextSeatId);
                sections.add(section.name());
                prices.add(section.price());
                rows.add(row.name());
                counts.add(row.seats());
                nextSeatId += row.seats();
            }
        }
        tx.updateExactly(
                rows.size(),
                """
                INSERT INTO seat_plans (event_id, first_seat_id, section, price, row_name, seat_count)
                SELECT ?, * FROM unnest(?, ?, ?, ?, ?)
                """,
                event.value(),
                firstSeatIds.toArray(Integer[]::new),
                sections.toArray(String[]::new),
                prices.toArray(Long[]::new),
                rows.toArray(String[]::new),
                counts.toArray(Integer[]::new));
    }

    /** Made by the database from the lines of the plan: a million seats need not pass through here. */
    private static void insertSeats(Tx tx, Event event) throws SQLException {
        for (int first = 1; first <= event.capacity(); first += SEATS_PER_STATEMENT) {
            var last = Math.min(event.capacity(), first + SEATS_PER_STATEMENT - 1);
            tx.updateExactly(last - first + 1, """
                    INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, price, status)
                    SELECT event_id, seat_id, section || '-' || row_name || '-' || seat_id - first_seat_id + 1, section,
                           row_name, seat_id - first_seat_id + 1, price, 'AVAILABLE'
                      FROM seat_plans,
                           generate_series(greatest(?, first_seat_id), least(?, first_seat_id + seat_count - 1)) AS seat_id
                     WHERE event_id = ?
                       AND first_seat_id <= ?
                       AND first_seat_id + seat_count > ?
                     ORDER BY seat_id
                    """, first, last, event.id().value(), last, first);
            tx.flush(); // so that the answer to each is waited for, and not that to a hundred of them
        }
    }

    public Optional<Event> find(Tx tx, EventId id) throws SQLException {
        return tx.find(EVENT_COLUMNS + " WHERE event_id = ?", Catalog::event, id.value());
    }

    /**
     * The same from memory, where it may have been for {@link #REMEMBERED}: an event does not change once it is created,
     * unless somebody does it in SQL. An event that is not there is looked for each time.
     */
    public Optional<Event> recall(Tx tx, EventId id) throws SQLException {
        var now = System.nanoTime();
        var known = remembered.get(id);
        if (known != null && now - known.since < REMEMBERED.toNanos()) {
            return Optional.of(known.event);
        }
        var found = find(tx, id);
        if (remembered.size() >= MAX_REMEMBERED && !remembered.containsKey(id)) {
            remembered.clear();
        }
        found.ifPresentOrElse(event -> remembered.put(id, new Remembered(event, now)), () -> remembered.remove(id));
        return found;
    }

    /** The plan the event was created from. */
    public SeatPlan plan(Tx tx, EventId id) throws SQLException {
        record Line(String section, long price, SeatPlan.Row row) {}
        var lines = tx.query(
                "SELECT section, price, row_name, seat_count FROM seat_plans WHERE event_id = ? ORDER BY first_seat_id",
                row -> new Line(
                        row.text("section"),
                        row.bigint("price"),
                        new SeatPlan.Row(row.text("row_name"), row.integer("seat_count"))),
                id.value());
        var sections = new ArrayList<SeatPlan.Section>();
        for (var line : lines) {
            var current = sections.isEmpty() ? null : sections.get(sections.size() - 1);
            if (current == null || !current.name().equals(line.section())) {
                current = new SeatPlan.Section(line.section(), line.price(), new ArrayList<>());
                sections.add(current);
            }
            current.rows().add(line.row());
        }
        return new SeatPlan(sections);
    }

    /**
     * Events in the order in which they start.
     *
     * @param after the last one already seen, or {@code null} to begin with the first
     */
    public List<Event> list(Tx tx, int limit, EventId after) throws SQLException {
        return tx.query(
                EVENT_COLUMNS + """
                         WHERE ?::uuid IS NULL
                            OR (starts_at, event_id) > (SELECT starts_at, event_id FROM events WHERE event_id = ?)
                         ORDER BY starts_at, event_id
                         LIMIT ?
                        """,
                Catalog::event,
                after == null ? null : after.value(),
                after == null ? null : after.value(),
                limit);
    }

    private static Event event(Row row) throws SQLException {
        var ttlMs = row.bigintOrNull("reservation_ttl_ms");
        return new Event(
                new EventId(row.uuid("event_id")),
                row.text("name"),
                row.text("venue"),
                row.instant("starts_at"),
                ZoneId.of(row.text("time_zone")),
                Currency.getInstance(row.text("currency")),
                row.integer("max_seats_per_reservation"),
                ttlMs == null ? null : Duration.ofMillis(ttlMs),
                row.integer("capacity"),
                row.instant("created_at"));
    }
}
