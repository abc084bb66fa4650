package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.idempotency.IdempotencyKeys;
import seatlock.inventory.Inventory;
import seatlock.jobs.Sweeper;
import seatlock.support.Crowd;
import seatlock.support.Servers;
import seatlock.support.Shop;

class SweeperTest {

    private final Shop shop = Shop.shared();

    private String statuses(Event event) {
        return shop.query(
                        "SELECT status FROM reservations WHERE event_id = ? ORDER BY reservation_id",
                        row -> row.text("status"),
                        event.id().value())
                .toString();
    }

    private long held(Event event) {
        return shop.count(
                "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'HELD'",
                event.id().value());
    }

    @Test
    void what_has_lapsed_is_expired_and_its_seats_are_freed_and_the_rest_is_left_alone() {
        var event = shop.event(4);
        shop.api.reserve(event.id(), "S-A-1", "S-A-2");
        shop.lapse(event.id());
        shop.api.reserve(event.id(), "S-A-3");

        shop.sweeper().runOnce();

        assertThat(statuses(event)).isEqualTo("[EXPIRED, PENDING]");
        assertThat(held(event)).isEqualTo(1);
        assertThat(shop.violations(event.id())).isEmpty();
    }

    @Test
    void more_than_a_batch_is_swept_in_one_round() {
        var event = shop.event(1200);
        Crowd.of(4, client -> {
            IntStream.rangeClosed(1, 1200)
                    .filter(i -> i % 4 == client)
                    .forEach(i -> shop.api.reserve(event.id(), "S-A-" + i));
            return null;
        });
        assertThat(held(event)).isEqualTo(1200);
        shop.lapse(event.id());

        shop.sweeper().runOnce();

        assertThat(held(event)).isZero();
        assertThat(shop.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = 'EXPIRED'",
                        event.id().value()))
                .isEqualTo(1200);
    }

    @Test
    void many_sweepers_at_once_do_it_once() {
        var event = shop.event(100);
        IntStream.rangeClosed(1, 100).forEach(i -> shop.api.reserve(event.id(), "S-A-" + i));
        shop.lapse(event.id());

        Crowd.of(8, i -> {
            shop.sweeper().runOnce();
            return null;
        });

        assertThat(held(event)).isZero();
        assertThat(shop.violations(event.id())).isEmpty();
    }

    @Test
    void an_event_that_is_locked_does_not_hold_up_the_others() throws SQLException {
        var locked = shop.event(1);
        var other = shop.event(1);
        shop.api.reserve(locked.id(), "S-A-1");
        shop.api.reserve(other.id(), "S-A-1");
        shop.lapse(locked.id());
        shop.lapse(other.id());
        try (var connection = Servers.connect(shop.url)) {
            connection.setAutoCommit(false);
            try (var statement =
                    connection.prepareStatement("SELECT FROM reservations WHERE event_id = ? FOR UPDATE")) {
                statement.setObject(1, locked.id().value());
                statement.execute();
            }
            shop.sweeper().runOnce();

            assertThat(statuses(other)).isEqualTo("[EXPIRED]");
            assertThat(statuses(locked)).isEqualTo("[PENDING]");
            connection.rollback(); // a server that is only left notices it when it likes
        }
        shop.sweeper().runOnce();
        assertThat(statuses(locked)).isEqualTo("[EXPIRED]");
    }

    /** A ScheduledExecutorService forgets a task that throws. This one throws an Error, twice, and then sweeps. */
    @Test
    void it_survives_whatever_is_thrown() throws InterruptedException {
        var rounds = new CountDownLatch(3);
        var keys = new IdempotencyKeys() {
            @Override
            public List<Outdated> findOutdated(Tx tx, int limit) throws SQLException {
                rounds.countDown();
                if (rounds.getCount() > 0) {
                    throw new StackOverflowError("made for this test");
                }
                return super.findOutdated(tx, limit);
            }
        };
        try (var database = Database.open(shop.url, 1, Duration.ofSeconds(10));
                var sweeper = new Sweeper(
                        database, shop.catalog, new Inventory(Duration.ofMinutes(10)), keys, shop.metrics)) {
            sweeper.start(Duration.ofMillis(1));

            assertThat(rounds.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
