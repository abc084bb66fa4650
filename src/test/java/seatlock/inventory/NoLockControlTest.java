package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.db.Database;
import seatlock.db.Ids;
import seatlock.db.Tx;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/**
 * The control experiment: the same race with the same decision and the same writes, but without the lock, sells a seat twice. It
 * shows that the buyers in the other races really meet.
 */
class NoLockControlTest {

    private static final int BUYERS = 10;

    /** The buyers commit one after the other, which may take longer than the server would wait while other tests run. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

    private final InventoryReader reader = new InventoryReader();
    private final Inventory inventory = new Inventory(new Catalog(), Duration.ofMinutes(10));

    /** Does what {@link Inventory#apply} does, but reads the seat without a lock, and waits until every buyer has read it. */
    private Outcome applyWithoutLock(Tx tx, Event event, Command command, CyclicBarrier allHaveRead)
            throws SQLException {
        var seat = new Seat(1, "S-A-1", "S", "A", "1", SeatStatus.AVAILABLE, null, null);
        return applyWithoutLock(tx, event, command, seat, Layout.EMPTY, allHaveRead);
    }

    private Outcome applyWithoutLock(
            Tx tx, Event event, Command command, Seat seat, Layout layout, CyclicBarrier allHaveRead)
            throws SQLException {
        tx.limitLockWait(LOCK_WAIT);
        assertThat(reader.statuses(tx, event.id(), 1, 1)).isEqualTo("A");
        await(allHaveRead);
        var locked = new Decision.Locked(Map.of(), Map.of(seat.label(), seat));
        var decision = Decision.of(
                event,
                PriceList.standard(Map.of("S", 4500L)),
                layout,
                Reference::random,
                Duration.ofMinutes(10),
                locked,
                tx.readClock(),
                List.of(command));
        InventoryWriter.write(tx, event, locked, decision);
        return decision.outcomes().get(0);
    }

    private static Command.Reserve command(int buyer) {
        return new Command.Reserve(
                new ReservationId(Ids.next()),
                List.of("S-A-1"),
                "buyer" + buyer + "@example.org",
                ReservationToken.random());
    }

    private static long claims(TestSystem system, Event event) {
        return system.count(
                "SELECT count(*) AS n FROM reservation_seats WHERE event_id = ? AND active",
                event.id().value());
    }

    @Test
    void without_the_lock_and_the_index_every_buyer_gets_the_seat() {
        try (var system = new TestSystem()) {
            system.database.inTransaction(tx -> tx.update("DROP INDEX reservation_seats_one_active_per_seat"));
            var event = system.event(1);
            var barrier = new CyclicBarrier(BUYERS);

            var outcomes = Concurrently.run(
                    BUYERS, i -> system.database.inTransaction(tx -> applyWithoutLock(tx, event, command(i), barrier)));

            assertThat(outcomes).hasOnlyElementsOfType(Outcome.Done.class);
            assertThat(claims(system, event)).isEqualTo(BUYERS);
            assertThat(system.violations(event.id())).isNotEmpty();
        }
    }

    @Test
    void without_the_lock_and_the_index_every_buyer_gets_the_last_place() {
        try (var system = new TestSystem()) {
            system.database.inTransaction(tx -> tx.update("DROP INDEX reservation_seats_one_active_per_seat"));
            var places = new SeatPlan.Row(SeatPlan.PLACES_ROW, Sold.AS_PLACES, new Numbered(1));
            var plan = new SeatPlan(List.of(new SeatPlan.Section("S", 4500, List.of(places))));
            var event = system.event(plan, Tariff.STANDARD);
            var layout = new Layout(List.of(new PlannedRow("S", places, 1)), Optional.empty());
            var seat = new Seat(1, "S-GA-1", "S", "GA", "1", SeatStatus.AVAILABLE, null, null);
            var one = new Basket.PlacesItem("S", 1, Optional.empty());
            var barrier = new CyclicBarrier(BUYERS);

            var outcomes = Concurrently.run(BUYERS, i -> {
                var basket = new Basket(List.of(), List.of(one), List.of(), Optional.empty());
                var buyer = command(i).buyer();
                var command = new Command.Reserve(new ReservationId(Ids.next()), basket, buyer, List.of(), false);
                return system.database.inTransaction(tx -> applyWithoutLock(tx, event, command, seat, layout, barrier));
            });

            assertThat(outcomes).hasOnlyElementsOfType(Outcome.Done.class);
            assertThat(claims(system, event)).isEqualTo(BUYERS);
            assertThat(system.violations(event.id())).isNotEmpty();
        }
    }

    @Test
    void without_the_lock_the_schema_stops_all_buyers_but_one() {
        var system = TestSystem.shared();
        var event = system.event(1);
        var barrier = new CyclicBarrier(BUYERS);

        // A pool of its own: each buyer holds a connection while it waits for the others.
        try (var database = Database.open(system.url, BUYERS, Duration.ofSeconds(10))) {
            var outcomes = Concurrently.run(BUYERS, i -> {
                var isFirst = new AtomicBoolean(true);
                try {
                    return database.inTransaction(tx -> {
                        if (!isFirst.getAndSet(false)) {
                            throw new IllegalStateException("The schema has stopped the first attempt");
                        }
                        return applyWithoutLock(tx, event, command(i), barrier);
                    });
                } catch (IllegalStateException stoppedByTheSchema) {
                    return null;
                }
            });

            assertThat(outcomes)
                    .filteredOn(outcome -> outcome instanceof Outcome.Done)
                    .hasSize(1);
        }
        assertThat(claims(system, event)).isEqualTo(1);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void with_the_lock_one_buyer_gets_the_seat_and_the_others_are_refused() {
        var system = TestSystem.shared();
        var event = system.event(1);

        var outcomes = Concurrently.run(
                BUYERS,
                i -> system.database.inTransaction(tx -> {
                    tx.limitLockWait(LOCK_WAIT);
                    return inventory
                            .apply(tx, event, List.of(command(i)), Inventory.Locking.WAIT)
                            .get(0);
                }));

        assertThat(outcomes)
                .filteredOn(outcome -> outcome instanceof Outcome.Done)
                .hasSize(1);
        assertThat(outcomes)
                .filteredOn(outcome ->
                        outcome instanceof Outcome.Refused refused && refused.reason() == Refusal.SEATS_TAKEN)
                .hasSize(BUYERS - 1);
        assertThat(claims(system, event)).isEqualTo(1);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
