package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Servers;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Somebody in a psql has begun a transaction, locked a seat, and gone to lunch. */
class OutsideLockTest {

    private final TestSystem system = TestSystem.shared();

    @Test
    void requests_for_a_locked_seat_are_answered_and_other_events_do_not_notice() throws SQLException {
        var locked = system.event(2);
        var other = system.event(100);
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement(
                    "SELECT FROM seats WHERE event_id = ? AND label = 'S-A-1' FOR UPDATE")) {
                statement.setObject(1, locked.id().value());
                statement.execute();
            }
            // More than the server has threads, let alone connections; and the lock stays until the end of this block.
            var waiting = CompletableFuture.supplyAsync(
                    () -> Concurrently.run(300, i -> system.api.reserve(locked.id(), "S-A-1")));
            for (int i = 0; i < 20; i++) {
                assertThat(system.api.get("/livez").status()).isEqualTo(200);
            }

            var meanwhile = Concurrently.run(100, i -> system.api.reserve(other.id(), "S-A-" + (i + 1)));
            assertThat(Tally.of(meanwhile, Api.Response::outcome)).isEqualTo(Map.of("201", 100L));

            // All of them together, not one after the other (which would take five minutes).
            assertThat(waiting).succeedsWithin(Duration.ofSeconds(60));
            var answers = waiting.join();
            assertThat(Tally.of(answers, Api.Response::outcome)).isEqualTo(Map.of("503 overloaded", 300L));
            assertThat(answers).allMatch(answer -> answer.header("Retry-After").equals("1"));

            // Nor does anybody wait any more for those who will be refused anyway: the next seat is for sale.
            assertThat(system.api.reserve(locked.id(), "S-A-2").outcome()).isEqualTo("201");
        }
        // It was only "not now": nothing has happened, and it works when the lock is gone.
        assertThat(system.api.reserve(locked.id(), "S-A-1").outcome()).isEqualTo("201");
        assertThat(system.violations(locked.id())).isEmpty();
    }

    /** What is no seat and no reservation can be locked, too; and that has nothing to do with any key. */
    @Test
    void who_waits_for_something_else_than_his_key_is_not_told_that_it_is_in_use() throws SQLException {
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
}
