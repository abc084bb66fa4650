package seatlock.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.db.Row;
import seatlock.db.Tx;

/** Creates events from a seat plan, and reads them. */
public final class Catalog {

    /** Seats inserted per statement: few round trips, and each statement stays far below its timeout. */
    private static final int SEATS_PER_STATEMENT = 10_000;

    private static final Duration CACHE_TTL = Duration.ofSeconds(10);

    /** A few hundred kilobytes; more events are rarely on sale at the same time. */
    private static final int MAX_CACHED = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Catalog.class);

    private static final String SELECT_EVENT = """
            SELECT e.event_id, e.name, e.venue, e.time_zone, e.currency, e.capacity, e.created_at,
                   t.version, t.starts_at, t.max_seats_per_reservation, t.reservation_ttl_ms
              FROM events AS e
              JOIN event_terms AS t ON t.event_id = e.event_id AND t.version = e.terms_version
            """;

    private final Cache<EventId, Event> cached = Caffeine.newBuilder()
            .maximumSize(MAX_CACHED)
            .expireAfterWrite(CACHE_TTL)
            .build();

    private final Set<String> unknownNames = ConcurrentHashMap.newKeySet();

    /**
     * Creates an event and all its seats, which are available.
     *
     * @return {@code false} if an event with this id exists already; it is left unchanged
     * @throws IllegalArgumentException if the event's capacity differs from the plan's
     */
    public boolean create(Tx tx, Event event, SeatPlan plan) throws SQLException {
        if (event.capacity() != plan.capacity()) {
            throw new IllegalArgumentException("The plan has " + plan.capacity() + " seats, not " + event.capacity());
        }
        if (!insertTerms(tx, event)) {
            return false;
        }
        tx.updateExactly(
                1,
                """
                INSERT INTO events (event_id, name, venue, time_zone, currency, terms_version, starts_at, capacity,
                                    created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                event.id().value(),
                event.name(),
                event.venue(),
                event.timeZoneName(),
                event.currencyCode(),
                event.terms().version(),
                event.startsAt(),
                event.capacity(),
                event.createdAt());
        insertPlan(tx, event.id(), plan);
        insertSeats(tx, event);
        return true;
    }

    /** @return {@code false} if the event exists already */
    private static boolean insertTerms(Tx tx, Event event) throws SQLException {
        var terms = event.terms();
        return tx.update(
                        """
                        INSERT INTO event_terms (event_id, version, starts_at, max_seats_per_reservation,
                                                 reservation_ttl_ms, created_at)
                        VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT (event_id, version) DO NOTHING
                        """,
                        event.id().value(),
                        terms.version(),
                        terms.startsAt(),
                        terms.maxSeatsPerReservation(),
                        terms.reservationTtl().map(Duration::toMillis).orElse(null),
                        event.createdAt())
                == 1;
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

    /** Lets the database generate the seats from the plan, so that a million seats need not be sent to it. */
    private static void insertSeats(Tx tx, Event event) throws SQLException {
        for (int first = 1; first <= event.capacity(); first += SEATS_PER_STATEMENT) {
            var last = Math.min(event.capacity(), first + SEATS_PER_STATEMENT - 1);
            tx.updateExactly(last - first + 1, """
                    INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, price, status)
                    SELECT event_id, seat_id, section || '-' || row_name || '-' || seat_id - first_seat_id + 1, section,
                           row_name, (seat_id - first_seat_id + 1)::text, price, 'AVAILABLE'
                      FROM seat_plans,
                           generate_series(greatest(?, first_seat_id), least(?, first_seat_id + seat_count - 1)) AS seat_id
                     WHERE event_id = ?
                       AND first_seat_id <= ?
                       AND first_seat_id + seat_count > ?
                     ORDER BY seat_id
                    """, first, last, event.id().value(), last, first);
            tx.flush(); // one statement per round trip, so that none takes long enough to time out
        }
    }

    public Optional<Event> find(Tx tx, EventId id) throws SQLException {
        return tx.find(SELECT_EVENT + " WHERE e.event_id = ?", this::event, id.value());
    }

    /**
     * Like {@link #find}, but the result may be up to {@link #CACHE_TTL} old. An event that does not exist is looked up each
     * time.
     */
    public Optional<Event> findCached(Tx tx, EventId id) throws SQLException {
        var hit = cached.getIfPresent(id);
        if (hit != null) {
            return Optional.of(hit);
        }
        var found = find(tx, id);
        found.ifPresent(event -> cached.put(id, event));
        return found;
    }

    /** Returns the seat plan of an event. */
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
     * Lists events in the order in which they start.
     *
     * @param after the last event of the previous page; {@code null} for the first page
     */
    public List<Event> list(Tx tx, int limit, EventId after) throws SQLException {
        return tx.query(
                SELECT_EVENT + """
                         WHERE ?::uuid IS NULL
                            OR (e.starts_at, e.event_id) > (SELECT starts_at, event_id FROM events WHERE event_id = ?)
                         ORDER BY e.starts_at, e.event_id
                         LIMIT ?
                        """,
                this::event,
                after == null ? null : after.value(),
                after == null ? null : after.value(),
                limit);
    }

    private Event event(Row row) throws SQLException {
        var ttl = Optional.ofNullable(row.bigintOrNull("reservation_ttl_ms")).map(Duration::ofMillis);
        var event = new Event(
                new EventId(row.uuid("event_id")),
                row.text("name"),
                row.text("venue"),
                row.text("time_zone"),
                row.text("currency"),
                new Terms(
                        row.integer("version"),
                        row.instant("starts_at"),
                        row.integer("max_seats_per_reservation"),
                        ttl),
                row.integer("capacity"),
                row.instant("created_at"));
        if (event.knownTimeZone().isEmpty()) {
            unknown("time zone", event.timeZoneName(), "times of its events are printed in UTC");
        }
        if (Amounts.digits(event.currencyCode()).isEmpty()) {
            unknown("currency", event.currencyCode(), "its amounts are printed with two decimals");
        }
        return event;
    }

    private void unknown(String kind, String name, String consequence) {
        if (unknownNames.add(name)) {
            log.warn("This version of Java does not know the {} {}, so {}. Upgrade Java.", kind, name, consequence);
        }
    }

    /** Returns how many time zones and currencies of the events that were read are too new for this version of Java. */
    public int unknownNames() {
        return unknownNames.size();
    }
}
