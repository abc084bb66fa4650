package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.db.Ids;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/** The quotas of a buyer in the database: exact, however many transactions run at once. */
class QuotaTest {

    private final TestSystem system = TestSystem.shared();

    private static Command.Reserve reserve(Quota quota, String... labels) {
        return new Command.Reserve(
                new ReservationId(Ids.next()),
                List.of(labels),
                "ada@example.org",
                new ReservationToken("rsv_mine"),
                List.of(quota));
    }

    private Outcome apply(Event event, Command command) {
        return system.apply(event, List.of(command)).get(0);
    }

    /** Each transaction reserves two other seats, so they compete for nothing but the quota. */
    @Test
    void of_twenty_simultaneous_transactions_three_fit_into_the_quota() {
        var event = system.event(40);
        var quota = Quota.of("email", "ada@example.org", Quota.NO_LIMIT, 7);

        var outcomes =
                Concurrently.run(20, i -> apply(event, reserve(quota, "S-A-" + (2 * i + 1), "S-A-" + (2 * i + 2))));

        assertThat(outcomes).filteredOn(Outcome.Done.class::isInstance).hasSize(3);
        assertThat(outcomes)
                .filteredOn(outcome -> !(outcome instanceof Outcome.Done))
                .containsOnly(new Outcome.TooManySeats(quota));
        assertThat(system.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'HELD'",
                        event.id().value()))
                .isEqualTo(6);
    }

    @Test
    void a_lapse_and_a_cancellation_make_room_and_other_events_do_not_count() {
        var event = system.event(4);
        var quota = Quota.of("address", "192.0.2.1", 2, Quota.NO_LIMIT);
        var first = reserve(quota, "S-A-1");
        apply(event, first);
        apply(event, reserve(quota, "S-A-2"));

        assertThat(apply(event, reserve(quota, "S-A-3"))).isInstanceOf(Outcome.TooManyPending.class);
        assertThat(apply(system.event(1), reserve(quota, "S-A-1"))).isInstanceOf(Outcome.Done.class);

        apply(event, new Command.Cancel(first.id(), new Command.Canceller.Seller(false)));
        assertThat(apply(event, reserve(quota, "S-A-3"))).isInstanceOf(Outcome.Done.class);
        assertThat(apply(event, reserve(quota, "S-A-4"))).isInstanceOf(Outcome.TooManyPending.class);

        system.lapse(event.id());
        assertThat(apply(event, reserve(quota, "S-A-4"))).isInstanceOf(Outcome.Done.class);
        assertThat(system.count(
                        "SELECT cardinality(reservations) AS n FROM quotas WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(1);
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** A list of commands is decided as if each had a transaction of its own. */
    @Test
    void the_quota_holds_within_a_batch_too() {
        var event = system.event(10);
        var quota = Quota.of("email", "ada@example.org", 3, 10);
        var commands = new ArrayList<Command>(IntStream.rangeClosed(1, 10)
                .mapToObj(i -> reserve(quota, "S-A-" + i))
                .toList());

        assertThat(system.apply(event, commands))
                .filteredOn(Outcome.Done.class::isInstance)
                .hasSize(3);
    }

    /** Only the buyer whose quota another transaction has locked is refused. */
    @Test
    void a_locked_quota_refuses_only_its_own_buyer() {
        var event = system.event(3);
        var adas = Quota.of("email", "ada@example.org", 5, 5);
        var bobs = Quota.of("email", "bob@example.org", 5, 5);
        apply(event, reserve(adas, "S-A-1"));

        var outcomes = system.database.inTransaction(outside -> {
            outside.query(
                    "SELECT 1 AS n FROM quotas WHERE event_id = ? FOR UPDATE",
                    row -> row.integer("n"),
                    event.id().value());
            return system.database.inTransaction(tx -> system.inventory.apply(
                    tx, event, List.of(reserve(adas, "S-A-2"), reserve(bobs, "S-A-3")), Inventory.Locking.SKIP));
        });

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty()));
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void the_sweeper_deletes_the_quotas_of_an_event_that_has_begun() {
        try (var own = new TestSystem()) {
            var event = own.event(1, 10, Instant.now().plus(1, ChronoUnit.DAYS));
            var other = own.event(1);
            var quota = Quota.of("email", "ada@example.org", 5, 5);
            own.apply(event, List.of(reserve(quota, "S-A-1")));
            own.apply(other, List.of(reserve(quota, "S-A-1")));
            own.begin(event.id());

            own.sweeper().runOnce();

            assertThat(own.query("SELECT event_id FROM quotas", row -> row.uuid("event_id")))
                    .containsExactly(other.id().value());
        }
    }
}
