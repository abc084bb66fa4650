package seatlock.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.Concurrently;
import seatlock.support.Servers;
import seatlock.support.TestSystem;

class SweeperTest {

    private final TestSystem system = TestSystem.shared();

    private String statuses(Event event) {
        return system.query(
                        "SELECT status FROM reservations WHERE event_id = ? ORDER BY reservation_id",
                        row -> row.text("status"),
                        event.id().value())
                .toString();
    }

    private long held(Event event) {
        return system.count(
                "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'HELD'",
                event.id().value());
    }

    @Test
    void a_sweep_expires_lapsed_reservations_and_leaves_the_others_alone() {
        var event = system.event(4);
        system.api.reserve(event.id(), "S-A-1", "S-A-2");
        system.lapse(event.id());
        system.api.reserve(event.id(), "S-A-3");

        system.sweeper().runOnce();

        assertThat(statuses(event)).isEqualTo("[EXPIRED, PENDING]");
        assertThat(held(event)).isEqualTo(1);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void one_round_sweeps_more_than_one_batch() {
        var event = system.event(1200);
        Concurrently.run(4, client -> {
            IntStream.rangeClosed(1, 1200)
                    .filter(i -> i % 4 == client)
                    .forEach(i -> system.api.reserve(event.id(), "S-A-" + i));
            return null;
        });
        assertThat(held(event)).isEqualTo(1200);
        system.lapse(event.id());

        system.sweeper().runOnce();

        assertThat(held(event)).isZero();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = 'EXPIRED'",
                        event.id().value()))
                .isEqualTo(1200);
    }

    /** In a database of its own, so that every expired reservation is one of this test. */
    @Test
    void simultaneous_sweepers_expire_each_reservation_once() {
        try (var own = new TestSystem()) {
            var event = own.event(100);
            IntStream.rangeClosed(1, 100).forEach(i -> own.api.reserve(event.id(), "S-A-" + i));
            own.lapse(event.id());

            var expired = Concurrently.run(8, i -> own.sweeper().runOnce());
            var rest = own.sweeper().runOnce(); // those that every sweeper skipped because another one had locked them

            assertThat(expired.stream().mapToInt(Integer::intValue).sum() + rest)
                    .isEqualTo(100);
            assertThat(own.count(
                            "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = 'EXPIRED'",
                            event.id().value()))
                    .isEqualTo(100);
            assertThat(own.violations(event.id())).isEmpty();
        }
    }

    @Test
    void a_locked_event_does_not_hold_up_the_others() throws SQLException {
        var locked = system.event(1);
        var other = system.event(1);
        system.api.reserve(locked.id(), "S-A-1");
        system.api.reserve(other.id(), "S-A-1");
        system.lapse(locked.id());
        system.lapse(other.id());
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement =
                    connection.prepareStatement("SELECT FROM reservations WHERE event_id = ? FOR UPDATE")) {
                statement.setObject(1, locked.id().value());
                statement.execute();
            }
            system.sweeper().runOnce();

            assertThat(statuses(other)).isEqualTo("[EXPIRED]");
            assertThat(statuses(locked)).isEqualTo("[PENDING]");
            connection.rollback(); // now: PostgreSQL may notice a closed connection late
        }
        system.sweeper().runOnce();
        assertThat(statuses(locked)).isEqualTo("[EXPIRED]");
    }
}
