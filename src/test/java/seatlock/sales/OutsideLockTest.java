package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Servers;
import seatlock.support.Tally;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** A transaction outside Seatlock, such as an open psql session, holds a row lock. */
class OutsideLockTest {

    private final TestSystem system = TestSystem.shared();

    @Test
    void requests_for_a_locked_seat_get_503_and_other_events_are_not_affected() throws SQLException {
        var locked = system.event(2);
        var other = system.event(100);
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement(
                    "SELECT FROM seats WHERE event_id = ? AND label = 'S-A-1' FOR UPDATE")) {
                statement.setObject(1, locked.id().value());
                statement.execute();
            }
            var pid = connection.unwrap(PGConnection.class).getBackendPID();
            // More requests than the server has threads and connections. The lock is held until the end of this block.
            var waiting = CompletableFuture.supplyAsync(
                    () -> Concurrently.run(300, i -> system.api.reserve(locked.id(), "S-A-1")));
            Wait.until("a request waits for the lock", () -> isBlocking(pid));
            for (int i = 0; i < 20; i++) {
                assertThat(system.api.get("/livez").status()).isEqualTo(200);
            }

            var meanwhile = Concurrently.run(100, i -> system.api.reserve(other.id(), "S-A-" + (i + 1)));
            assertThat(Tally.of(meanwhile, Api.Response::outcome)).isEqualTo(Map.of("201", 100L));

            // Together, not one after the other, which would take five minutes.
            assertThat(waiting).succeedsWithin(Duration.ofSeconds(60));
            var responses = waiting.join();
            assertThat(Tally.of(responses, Api.Response::outcome)).isEqualTo(Map.of("503 overloaded", 300L));
            assertThat(responses)
                    .allMatch(response -> response.header("Retry-After").equals("1"));

            // The next seat is for sale meanwhile: no order waits behind those that will be refused.
            assertThat(system.api.reserve(locked.id(), "S-A-2").outcome()).isEqualTo("201");
        }
        // The refusals stored nothing, so the seat can be reserved once the lock is released.
        assertThat(system.api.reserve(locked.id(), "S-A-1").outcome()).isEqualTo("201");
        assertThat(system.violations(locked.id())).isEmpty();
    }

    /** A lock on a claim, which no refusal foresees, has nothing to do with the key of the request. */
    @Test
    void a_lock_on_another_row_is_not_reported_as_a_key_in_use() throws SQLException {
        var event = system.event(1);
        var reserved = system.api.reserve(event.id(), "S-A-1").json();
        var id = reserved.get("id").asText();
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement =
                    connection.prepareStatement("SELECT FROM reservation_seats WHERE event_id = ? FOR UPDATE")) {
                statement.setObject(1, event.id().value());
                statement.execute();
            }
            assertThat(system.api.confirm(event.id(), id, 4500).outcome()).isEqualTo("503 overloaded");
        }
        assertThat(system.api.confirm(event.id(), id, 4500).outcome()).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private boolean isBlocking(int pid) {
        return system.count("SELECT count(*) AS n FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))", pid)
                > 0;
    }
}
