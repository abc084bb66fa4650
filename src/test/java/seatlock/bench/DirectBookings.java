package seatlock.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import seatlock.catalog.Event;
import seatlock.db.DatabaseUrl;
import seatlock.db.Ids;
import seatlock.support.Servers;

/**
 * The baseline without Seatlock: the same booking directly on PostgreSQL, in the same tables with the same constraints, one
 * transaction each, but without HTTP, JSON, tokens and idempotency keys. Statements are prepared, and each connection has
 * its own thread.
 */
final class DirectBookings implements AutoCloseable {

    /** How a booking is written to the database. */
    enum Strategy {
        /** Lock and check the seat, insert the reservation, insert its seat, update the seat: four round trips. */
        FOUR_STATEMENTS,
        /** All of this in one statement. */
        ONE_CTE
    }

    private static final String LOCK = "SELECT seat_id, status FROM seats WHERE event_id = ? AND label = ? FOR UPDATE";

    private static final String INSERT_RESERVATION = """
            INSERT INTO reservations (awaits_capture, event_id, reservation_id, reference, version, status, email, token_hash, seat_count, prices, discounts, fees, total, created_at,
                                      expires_at, hold_until, terms_version, event_starts_at, event_max_seats)
            VALUES (false, ?, ?, upper(translate(substr(gen_random_uuid()::text, 1, 8), '01', 'gh')), 1, 'PENDING',
                    'ada@example.org', sha256('token'), 1, 4500, 0, 0, 4500, now(), now() + interval '10 minutes',
                    now() + interval '30 minutes', 1, ?, ?)
            """;

    private static final String INSERT_SEAT =
            "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (?, ?, ?, 'standard', 4500, 0, true)";

    private static final String UPDATE_SEAT = """
            UPDATE seats SET status = 'HELD', reservation_id = ?, held_until = now() + interval '10 minutes'
             WHERE event_id = ? AND seat_id = ?
            """;

    private static final String CTE = """
            WITH seat AS (
                SELECT event_id, seat_id, 4500 AS price FROM seats
                 WHERE event_id = ? AND label = ? AND status = 'AVAILABLE' FOR UPDATE
            ), reservation AS (
                INSERT INTO reservations (awaits_capture, event_id, reservation_id, reference, version, status, email, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at, expires_at, hold_until, terms_version, event_starts_at, event_max_seats)
                SELECT false, event_id, ?, upper(translate(substr(gen_random_uuid()::text, 1, 8), '01', 'gh')), 1, 'PENDING',
                       'ada@example.org', sha256('token'), 1, price, 0, 0, price, now(),
                       now() + interval '10 minutes', now() + interval '30 minutes', 1, ?, ?
                  FROM seat
                RETURNING event_id, reservation_id, expires_at
            ), claim AS (
                INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active)
                SELECT r.event_id, r.reservation_id, seat.seat_id, 'standard', seat.price, 0, true FROM reservation AS r, seat
                RETURNING event_id, reservation_id, seat_id
            )
            UPDATE seats AS s
               SET status = 'HELD', reservation_id = r.reservation_id, held_until = r.expires_at
              FROM reservation AS r, claim AS c
             WHERE s.event_id = c.event_id AND s.seat_id = c.seat_id
            """;

    private final List<Connection> connections = new ArrayList<>();
    private final DatabaseUrl url;

    DirectBookings(DatabaseUrl url) {
        this.url = url;
    }

    /**
     * Books seats of an event one after another until the time is over.
     *
     * @return bookings per second
     */
    double perSecond(Strategy strategy, Event event, AtomicInteger nextSeat, int threads, double seconds)
            throws SQLException {
        connect(threads);
        var pool = Executors.newFixedThreadPool(threads);
        try {
            var began = System.nanoTime();
            var until = began + (long) (seconds * 1e9);
            var counts = new ArrayList<Future<Integer>>();
            for (int i = 0; i < threads; i++) {
                var connection = connections.get(i);
                counts.add(pool.submit(() -> bookUntil(until, strategy, connection, event, nextSeat)));
            }
            int booked = 0;
            for (var count : counts) {
                booked += count.get();
            }
            return booked / ((System.nanoTime() - began) / 1e9);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * Makes bookings one after another on one connection.
     *
     * @return how long each took, in milliseconds
     */
    double[] millis(Strategy strategy, Event event, AtomicInteger nextSeat, int bookings) throws SQLException {
        connect(1);
        var millis = new double[bookings];
        try (var booking = new Booking(strategy, connections.get(0), event)) {
            for (int i = 0; i < bookings; i++) {
                var began = System.nanoTime();
                booking.book(nextSeat.getAndIncrement());
                millis[i] = (System.nanoTime() - began) / 1e6;
            }
        }
        return millis;
    }

    private static int bookUntil(
            long until, Strategy strategy, Connection connection, Event event, AtomicInteger nextSeat)
            throws SQLException {
        int booked = 0;
        try (var booking = new Booking(strategy, connection, event)) {
            while (System.nanoTime() - until < 0) {
                var seat = nextSeat.getAndIncrement();
                if (seat > event.capacity()) {
                    throw new IllegalStateException("The event is sold out; this benchmark needs a larger one");
                }
                booking.book(seat);
                booked++;
            }
        }
        return booked;
    }

    private void connect(int wanted) throws SQLException {
        while (connections.size() < wanted) {
            var connection = Servers.connect(url);
            connection.setAutoCommit(false);
            connections.add(connection);
        }
    }

    private static final class Booking implements AutoCloseable {
        private final Strategy strategy;
        private final Connection connection;
        private final Event event;
        private final OffsetDateTime startsAt;
        private final List<PreparedStatement> statements = new ArrayList<>();

        Booking(Strategy strategy, Connection connection, Event event) throws SQLException {
            this.strategy = strategy;
            this.connection = connection;
            this.event = event;
            this.startsAt = event.startsAt().atOffset(ZoneOffset.UTC);
            var all = strategy == Strategy.ONE_CTE
                    ? List.of(CTE)
                    : List.of(LOCK, INSERT_RESERVATION, INSERT_SEAT, UPDATE_SEAT);
            for (var sql : all) {
                statements.add(connection.prepareStatement(sql));
            }
        }

        void book(int seat) throws SQLException {
            var reservation = Ids.next();
            if (strategy == Strategy.ONE_CTE) {
                update(
                        0,
                        event.id().value(),
                        "S-A-" + seat,
                        reservation,
                        startsAt,
                        event.terms().maxSeatsPerReservation());
            } else {
                var id = lock("S-A-" + seat);
                update(
                        1,
                        event.id().value(),
                        reservation,
                        startsAt,
                        event.terms().maxSeatsPerReservation());
                update(2, event.id().value(), reservation, id);
                update(3, reservation, event.id().value(), id);
            }
            connection.commit();
        }

        private int lock(String label) throws SQLException {
            bind(0, event.id().value(), label);
            try (var row = statements.get(0).executeQuery()) {
                if (!row.next() || !row.getString("status").equals("AVAILABLE")) {
                    throw new IllegalStateException("Not available: " + label);
                }
                return row.getInt("seat_id");
            }
        }

        private void update(int statement, Object... parameters) throws SQLException {
            bind(statement, parameters);
            if (statements.get(statement).executeUpdate() != 1) {
                throw new IllegalStateException("Not booked");
            }
        }

        private void bind(int statement, Object... parameters) throws SQLException {
            for (int i = 0; i < parameters.length; i++) {
                statements.get(statement).setObject(i + 1, parameters[i]);
            }
        }

        @Override
        public void close() throws SQLException {
            for (var statement : statements) {
                statement.close();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (var connection : connections) {
            connection.close();
        }
    }
}
