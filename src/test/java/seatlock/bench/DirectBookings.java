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
 * The baseline without Seatlock: bookings directly on PostgreSQL, one transaction each, but without HTTP, JSON, tokens and
 * idempotency keys. Statements are prepared on the server at their first execution, and each connection has its own thread.
 *
 * <p>This class books in Seatlock's own tables with their constraints. {@link LeanBookings} has tables of its own.
 */
final class DirectBookings implements AutoCloseable {

    /** A way to book the seats of one event. */
    interface Way {
        /** Returns the number of seats, which are numbered from 1. */
        int seats();

        /** Prepares the statements on a connection in autocommit mode. */
        Booking on(Connection connection) throws SQLException;
    }

    /** Books one seat after another on its connection. */
    interface Booking extends AutoCloseable {
        void book(int seat) throws SQLException;

        @Override
        void close() throws SQLException;
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
        var separator = url.jdbc().contains("?") ? "&" : "?";
        this.url = new DatabaseUrl(url.jdbc() + separator + "prepareThreshold=1", url.user(), url.password());
    }

    /** Returns the way that writes everything in one statement, which commits by itself: one round trip. */
    static Way oneCte(Event event) {
        return way(event, OneCte::new);
    }

    /** Returns the way that locks the seat, inserts the reservation and its seat, updates the seat, and commits: five round trips. */
    static Way fourStatements(Event event) {
        return way(event, FourStatements::new);
    }

    private interface Constructor {
        Booking of(Connection connection, Event event) throws SQLException;
    }

    private static Way way(Event event, Constructor constructor) {
        return new Way() {
            @Override
            public int seats() {
                return event.capacity();
            }

            @Override
            public Booking on(Connection connection) throws SQLException {
                return constructor.of(connection, event);
            }
        };
    }

    /**
     * Books the seats of an event one after another until the time is over.
     *
     * @return bookings per second
     */
    double perSecond(Way way, int threads, double seconds) throws SQLException {
        connect(threads);
        var pool = Executors.newFixedThreadPool(threads);
        try {
            var nextSeat = new AtomicInteger(1);
            var began = System.nanoTime();
            var until = began + (long) (seconds * 1e9);
            var counts = new ArrayList<Future<Integer>>();
            for (int i = 0; i < threads; i++) {
                var connection = connections.get(i);
                counts.add(pool.submit(() -> bookUntil(until, way, connection, nextSeat)));
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
    double[] millis(Way way, int bookings) throws SQLException {
        connect(1);
        var millis = new double[bookings];
        try (var booking = way.on(connections.get(0))) {
            for (int i = 0; i < bookings; i++) {
                var began = System.nanoTime();
                booking.book(i + 1);
                millis[i] = (System.nanoTime() - began) / 1e6;
            }
        }
        return millis;
    }

    private static int bookUntil(long until, Way way, Connection connection, AtomicInteger nextSeat)
            throws SQLException {
        int booked = 0;
        try (var booking = way.on(connection)) {
            while (System.nanoTime() - until < 0) {
                var seat = nextSeat.getAndIncrement();
                if (seat > way.seats()) {
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
            connections.add(Servers.connect(url));
        }
    }

    /** Runs a prepared statement that must change one row. */
    static void update(PreparedStatement statement, Object... parameters) throws SQLException {
        bind(statement, parameters);
        if (statement.executeUpdate() != 1) {
            throw new IllegalStateException("Not booked");
        }
    }

    private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    private static OffsetDateTime startsAt(Event event) {
        return event.startsAt().atOffset(ZoneOffset.UTC);
    }

    private static final class OneCte implements Booking {
        private final PreparedStatement statement;
        private final Event event;
        private final OffsetDateTime startsAt;

        OneCte(Connection connection, Event event) throws SQLException {
            this.statement = connection.prepareStatement(CTE);
            this.event = event;
            this.startsAt = startsAt(event);
        }

        @Override
        public void book(int seat) throws SQLException {
            var maxSeats = event.terms().maxSeatsPerReservation();
            update(statement, event.id().value(), "S-A-" + seat, Ids.next(), startsAt, maxSeats);
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }

    private static final class FourStatements implements Booking {
        private final Connection connection;
        private final Event event;
        private final OffsetDateTime startsAt;
        private final PreparedStatement lock;
        private final PreparedStatement insertReservation;
        private final PreparedStatement insertSeat;
        private final PreparedStatement updateSeat;

        FourStatements(Connection connection, Event event) throws SQLException {
            this.connection = connection;
            this.event = event;
            this.startsAt = startsAt(event);
            connection.setAutoCommit(false);
            lock = connection.prepareStatement(LOCK);
            insertReservation = connection.prepareStatement(INSERT_RESERVATION);
            insertSeat = connection.prepareStatement(INSERT_SEAT);
            updateSeat = connection.prepareStatement(UPDATE_SEAT);
        }

        @Override
        public void book(int seat) throws SQLException {
            var reservation = Ids.next();
            var eventId = event.id().value();
            var id = lock("S-A-" + seat);
            update(
                    insertReservation,
                    eventId,
                    reservation,
                    startsAt,
                    event.terms().maxSeatsPerReservation());
            update(insertSeat, eventId, reservation, id);
            update(updateSeat, reservation, eventId, id);
            connection.commit();
        }

        private int lock(String label) throws SQLException {
            bind(lock, event.id().value(), label);
            try (var row = lock.executeQuery()) {
                if (!row.next() || !row.getString("status").equals("AVAILABLE")) {
                    throw new IllegalStateException("Not available: " + label);
                }
                return row.getInt("seat_id");
            }
        }

        @Override
        public void close() throws SQLException {
            for (var statement : List.of(lock, insertReservation, insertSeat, updateSeat)) {
                statement.close();
            }
            connection.setAutoCommit(true);
        }
    }

    @Override
    public void close() throws SQLException {
        for (var connection : connections) {
            connection.close();
        }
    }
}
