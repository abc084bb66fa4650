package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Catalog;
import seatlock.db.Database;
import seatlock.db.Ids;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/** {@link Inventory#apply} on a real database. */
class InventoryTest {

    /** Longer than a lock is waited for on a very slow machine. A deadlock is found after a second, however long this is. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestSystem system = TestSystem.shared();
    private final Inventory inventory = new Inventory(new Catalog(), Duration.ofMinutes(10));

    private static Command.Reserve reserve(ReservationId id, List<String> labels) {
        return new Command.Reserve(id, labels, "ada@example.org", new ReservationToken("rsv_mine"));
    }

    private static ReservationId id() {
        return new ReservationId(Ids.next());
    }

    /** One transaction takes reservations through every state, with the result that one transaction per command would have. */
    @Test
    void a_list_of_commands_is_written_as_it_was_decided() {
        var event = system.event(3);
        var confirmed = id();
        var cancelled = id();
        var refunded = id();
        var held = id();
        List<Command> commands = List.of(
                reserve(cancelled, List.of("S-A-1", "S-A-2")),
                new Command.Cancel(cancelled, new Command.Canceller.Seller(false)),
                reserve(refunded, List.of("S-A-1")),
                new Command.Confirm(refunded, new Reservation.Payment("pi_1", 4500)),
                new Command.Cancel(refunded, new Command.Canceller.Seller(false)),
                reserve(confirmed, List.of("S-A-1")),
                new Command.Confirm(confirmed, new Reservation.Payment("pi_2", 4500)),
                reserve(held, List.of("S-A-2")),
                reserve(id(), List.of("S-A-1", "S-A-3")));

        var outcomes = system.apply(event, commands);

        assertThat(outcomes.subList(0, 8)).hasOnlyElementsOfType(Outcome.Done.class);
        assertThat(((Outcome.Refused) outcomes.get(8)).seats()).containsExactly("S-A-1");
        assertThat(system.violations(event.id())).isEmpty();
        assertThat(system.query(
                        "SELECT label || ' ' || status AS line FROM seats WHERE event_id = ? ORDER BY seat_id",
                        row -> row.text("line"),
                        event.id().value()))
                .containsExactly("S-A-1 SOLD", "S-A-2 HELD", "S-A-3 AVAILABLE");
        var statuses = system.database.inTransaction(tx -> {
            var found = new ArrayList<ReservationStatus>();
            for (var reservation : List.of(cancelled, refunded, confirmed, held)) {
                found.add(new InventoryReader()
                        .find(tx, event.id(), reservation)
                        .orElseThrow()
                        .status());
            }
            return found;
        });
        assertThat(statuses)
                .containsExactly(
                        ReservationStatus.CANCELLED,
                        ReservationStatus.CANCELLED,
                        ReservationStatus.CONFIRMED,
                        ReservationStatus.PENDING);
    }

    /**
     * 16 connections reserve baskets of 8 of 10 seats in random order and release each at once. If seats were locked in the order
     * of the request, the transactions would deadlock within a few rounds, and some would run a second time.
     */
    @Test
    void baskets_in_any_order_never_deadlock() {
        var event = system.event(10);
        var begun = new AtomicInteger();
        var transactions = 16 * 50;
        try (var database = Database.open(system.url, 16, PATIENCE)) {
            Concurrently.run(16, client -> {
                var random = new Random(client);
                for (int round = 0; round < 50; round++) {
                    var labels = new ArrayList<String>();
                    for (int i = 1; i <= 10; i++) {
                        labels.add("S-A-" + i);
                    }
                    Collections.shuffle(labels, random);
                    var id = id();
                    database.inTransaction(tx -> {
                        begun.incrementAndGet();
                        tx.limitLockWait(PATIENCE);
                        return inventory.apply(
                                tx,
                                event,
                                List.of(
                                        reserve(id, labels.subList(0, 8)),
                                        new Command.Cancel(id, new Command.Canceller.Seller(false))),
                                Inventory.Locking.WAIT);
                    });
                }
                return null;
            });
        }
        assertThat(begun).hasValue(transactions);
        assertThat(system.violations(event.id())).isEmpty();
    }
}
