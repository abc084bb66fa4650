package seatlock.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import seatlock.db.DatabaseUrl;
import seatlock.support.Servers;

/**
 * The least that a booking can be on PostgreSQL, as pgbench would measure it: two tables in a schema of their own, without
 * foreign keys and checks, and one statement that holds the seat and inserts the reservation. The statement commits by itself.
 */
final class LeanBookings implements AutoCloseable {

    private static final String CREATE = """
            DROP SCHEMA IF EXISTS lean CASCADE;
            CREATE SCHEMA lean;
            CREATE TABLE lean.seats (
                event_id       integer NOT NULL,
                seat_id        integer NOT NULL,
                status         text    NOT NULL,
                reservation_id bigint,
                PRIMARY KEY (event_id, seat_id)
            ) WITH (fillfactor = 60); -- as Seatlock's own table of seats
            CREATE TABLE lean.reservations (
                id         bigint      PRIMARY KEY,
                event_id   integer     NOT NULL,
                seat_id    integer     NOT NULL,
                email      text        NOT NULL,
                created_at timestamptz NOT NULL
            );
            """;

    private static final String BOOK = """
            WITH seat AS (
                UPDATE lean.seats SET status = 'HELD', reservation_id = ?
                 WHERE event_id = ? AND seat_id = ? AND status = 'AVAILABLE'
                RETURNING event_id, seat_id, reservation_id
            )
            INSERT INTO lean.reservations (id, event_id, seat_id, email, created_at)
            SELECT reservation_id, event_id, seat_id, 'ada@example.org', now() FROM seat
            """;

    private final Connection connection;
    private final AtomicLong nextReservation = new AtomicLong(1);
    private int events;

    /** @param owner URL with a role that may create a schema in the database */
    LeanBookings(DatabaseUrl owner) throws SQLException {
        connection = Servers.connect(owner);
        execute(CREATE);
    }

    /** Creates an event, and returns the way to book its seats. */
    DirectBookings.Way event(int seats) throws SQLException {
        var event = ++events;
        execute("INSERT INTO lean.seats SELECT " + event + ", n, 'AVAILABLE', NULL FROM generate_series(1, " + seats
                + ") AS n");
        return new DirectBookings.Way() {
            @Override
            public int seats() {
                return seats;
            }

            @Override
            public DirectBookings.Booking on(Connection own) throws SQLException {
                return new Lean(own.prepareStatement(BOOK), event);
            }
        };
    }

    private final class Lean implements DirectBookings.Booking {
        private final PreparedStatement statement;

        Lean(PreparedStatement statement, int event) throws SQLException {
            this.statement = statement;
            statement.setInt(2, event);
        }

        @Override
        public void book(int seat) throws SQLException {
            statement.setLong(1, nextReservation.getAndIncrement());
            statement.setInt(3, seat);
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException("Not booked");
            }
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("DROP SCHEMA lean CASCADE");
        connection.close();
    }
}
