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

/** What a buyer may have of an event, in the database: exact, however many transactions ask at once. */
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

    /** Each asks for two other seats, so nothing but the quota is between them. */
    @Test
    void of_twenty_transactions_at_once_as_many_succeed_as_the_quota_has_seats_for() {
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
    void a_lapse_a_cancellation_and_another_event_make_room() {
        var event = system.event(4);
        var quota = Quota.of("address", "192.0.2.1", 2, Quota.NO_LIMIT);
        var first = reserve(quota, "S-A-1");
        apply(event, first);
        apply(event, reserve(quota, "S-A-2"));

        assertThat(apply(event, reserve(quota, "S-A-3"))).isInstanceOf(Outcome.TooManyPending.class);
        assertThat(apply(system.event(1), reserve(quota, "S-A-1"))).isInstanceOf(Outcome.Done.class);

        apply(event, new Command.Cancel(first.id(), new Command.Canceller.Seller()));
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

    /** A list of commands is decided as if each had had a transaction of its own. */
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

    /** Who is locked out by somebody outside is told so, and nobody else. */
    @Test
    void a_quota_that_somebody_has_locked_keeps_only_its_buyer_waiting() {
        var event = system.event(3);
        var hers = Quota.of("email", "ada@example.org", 5, 5);
        var his = Quota.of("email", "bob@example.org", 5, 5);
        apply(event, reserve(hers, "S-A-1"));

        var outcomes = system.database.inTransaction(outside -> {
            outside.query(
                    "SELECT 1 AS n FROM quotas WHERE event_id = ? FOR UPDATE",
                    row -> row.integer("n"),
                    event.id().value());
            return system.database.inTransaction(tx -> system.inventory.apply(
                    tx, event, List.of(reserve(hers, "S-A-2"), reserve(his, "S-A-3")), Inventory.Locking.SKIP));
        });

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty()));
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void the_sweeper_forgets_the_quotas_of_an_event_that_has_begun() {
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
