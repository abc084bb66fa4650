package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.db.Tx;
import seatlock.inventory.Reference;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationSearch;
import seatlock.inventory.ReservationSearch.Filter;
import seatlock.inventory.ReservationStatus;
import seatlock.support.TestSystem;
import seatlock.text.Words;

/** Measures how long it takes to find a reservation among a million in one event. Run it with {@code make bench}. */
@Tag("bench")
class SearchBenchTest {

    private static final int RESERVATIONS = 1_000_000;
    private static final int REPEATS = 50;
    private static final int PAGE = 100;
    private static final int PART = 50_000;

    /** One in a thousand is confirmed, one in a hundred thousand cancelled, the rest expired; the newest hundred are pending. */
    private static final String FILL = """
            INSERT INTO reservations (awaits_capture, event_id, terms_version, event_starts_at, event_max_seats, reservation_id, reference, version,
                                      status, email, name, token_hash, seat_count, prices, discounts, fees, total, created_at, expires_at, hold_until,
                                      confirmed_at, ended_at, payment_reference, amount_paid)
            SELECT false, e.event_id, e.version, e.starts_at, e.max_seats_per_reservation,
                   ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
                   (SELECT string_agg(substr('23456789ABCDEFGHJKMNPQRSTVWXYZ', (n::bigint * 405482914189 % 656100000000
                                             / power(30, k)::bigint % 30)::integer + 1, 1), '' ORDER BY k)
                      FROM generate_series(0, 7) AS k),
                   1, status, 'Buyer' || n || '@example.org', 'Buyer' || n || ' Miller',
                   sha256(n::text::bytea), 1, 4500, 0, 0, 4500, now() - interval '1 hour',
                   now() + CASE status WHEN 'EXPIRED' THEN interval '-50 minutes' ELSE interval '1 hour' END,
                   now() + interval '2 hours',
                   CASE WHEN status IN ('CONFIRMED', 'CANCELLED') THEN now() - interval '55 minutes' END,
                   CASE WHEN status IN ('CANCELLED', 'EXPIRED') THEN now() END,
                   CASE WHEN status IN ('CONFIRMED', 'CANCELLED') THEN 'pi_' || n END,
                   CASE WHEN status IN ('CONFIRMED', 'CANCELLED') THEN 4500 END
              FROM event_terms AS e
             CROSS JOIN LATERAL (SELECT n, CASE WHEN n > ? - 100 THEN 'PENDING' WHEN n % 100000 = 1 THEN 'CANCELLED'
                                                WHEN n % 1000 = 2 THEN 'CONFIRMED' ELSE 'EXPIRED' END AS status
                                   FROM generate_series(?, ?) AS n) AS line
             WHERE e.event_id = ?
            """;

    private static final String CLAIM = """
            INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active)
            SELECT event_id, reservation_id, 1, 'standard', 4500, 0, false FROM reservations
             WHERE event_id = ? AND reservation_id BETWEEN ? AND ?
            """;

    private static final String WORDS = """
            INSERT INTO reservation_words (event_id, word, reservation_id)
            SELECT event_id, word, reservation_id FROM reservations
             CROSS JOIN LATERAL unnest(string_to_array(lower(name), ' ')) AS word
             WHERE event_id = ? AND reservation_id BETWEEN ? AND ?
            """;

    @FunctionalInterface
    private interface Search {
        int in(Tx tx) throws SQLException;
    }

    private final List<String> results = new ArrayList<>();

    @Test
    void a_reservation_is_found_among_a_million() {
        try (var system = new TestSystem()) {
            var event = system.event(1);
            fill(system, event);
            var search = new ReservationSearch();
            var middle = RESERVATIONS / 2;
            var reference = new Reference(system.query(
                            "SELECT reference FROM reservations WHERE event_id = ? AND name = ?",
                            row -> row.text("reference"),
                            event.id().value(),
                            "Buyer" + middle + " Miller")
                    .get(0));
            var email = Optional.of("bUYER" + middle + "@example.org");
            measure(system, "email", 1, tx -> find(tx, search, event, filter(email, "", null, null)));
            measure(
                    system,
                    "email, all events",
                    1,
                    tx -> search.findByEmail(tx, email.get(), Set.of(), Optional.empty(), PAGE)
                            .found()
                            .size());
            measure(
                    system,
                    "reference",
                    1,
                    tx -> find(tx, search, event, filter(Optional.empty(), "", reference, null)));
            measure(system, "rare name", 1, tx -> find(tx, search, event, named("buyer" + middle)));
            measure(system, "rare and common name", 1, tx -> find(tx, search, event, named("miller buyer" + middle)));
            measure(system, "name of all", PAGE, tx -> find(tx, search, event, named("miller")));
            measure(system, "no filter", PAGE, tx -> find(tx, search, event, named("")));
            for (var status : ReservationStatus.values()) {
                var expected = status == ReservationStatus.CANCELLED ? RESERVATIONS / 100_000 : PAGE;
                measure(
                        system,
                        "status " + status,
                        expected,
                        tx -> find(tx, search, event, filter(Optional.empty(), "", null, status)));
                var both = filter(Optional.empty(), "miller", null, status);
                measure(system, "name of all, status " + status, -1, tx -> find(tx, search, event, both));
            }
            var after = Optional.of(new ReservationId(id(middle)));
            measure(
                    system,
                    "status PENDING, from the middle",
                    0,
                    tx -> search.find(
                                    tx,
                                    event.id(),
                                    filter(Optional.empty(), "", null, ReservationStatus.PENDING),
                                    after,
                                    PAGE)
                            .found()
                            .size());
        }
        results.forEach(System.out::println);
        assertThat(results).hasSizeGreaterThan(10);
    }

    private static Filter named(String name) {
        return filter(Optional.empty(), name, null, null);
    }

    private static Filter filter(Optional<String> email, String name, Reference reference, ReservationStatus status) {
        return new Filter(email, Words.of(name), Optional.ofNullable(reference), Optional.ofNullable(status));
    }

    private static int find(Tx tx, ReservationSearch search, Event event, Filter filter) throws SQLException {
        return search.find(tx, event.id(), filter, Optional.empty(), PAGE)
                .found()
                .size();
    }

    private static void fill(TestSystem system, Event event) {
        for (int first = 1; first <= RESERVATIONS; first += PART) {
            var from = first;
            var to = first + PART - 1;
            system.database.inTransaction(tx -> {
                tx.update("SET LOCAL statement_timeout = 0");
                tx.update(FILL, RESERVATIONS, from, to, event.id().value());
                tx.update(CLAIM, event.id().value(), id(from), id(to));
                return tx.update(WORDS, event.id().value(), id(from), id(to));
            });
        }
        system.database.inTransaction(tx -> {
            tx.update("SET LOCAL statement_timeout = 0");
            tx.update("ANALYZE reservations");
            return tx.update("ANALYZE reservation_words");
        });
    }

    private static UUID id(int n) {
        return UUID.fromString(String.format(Locale.ROOT, "01900000-0000-7000-8000-%012x", n));
    }

    /** @param expected number of reservations in the page; -1 for any */
    private void measure(TestSystem system, String what, int expected, Search search) {
        var times = new ArrayList<Double>();
        for (int i = 0; i < REPEATS; i++) {
            var began = System.nanoTime();
            int found = system.database.inTransaction(search::in);
            times.add((System.nanoTime() - began) / 1e6);
            if (expected >= 0) {
                assertThat(found).as(what).isEqualTo(expected);
            }
        }
        Collections.sort(times);
        results.add(String.format(
                Locale.ROOT,
                "%-32s median %.1f ms, 95 %% %.1f ms, longest %.1f ms",
                what,
                times.get(REPEATS / 2),
                times.get(REPEATS * 95 / 100),
                times.get(REPEATS - 1)));
    }
}
