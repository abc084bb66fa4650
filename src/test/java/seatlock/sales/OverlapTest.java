package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.db.Ids;
import seatlock.inventory.Basket;
import seatlock.inventory.Command;
import seatlock.inventory.Quota;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;
import seatlock.metrics.Metrics;
import seatlock.support.Wait;

/** Which orders begin while the batch before them commits. */
class OverlapTest {

    private static final EventId EVENT = new EventId(Ids.next());
    private static final ReservationId RESERVATION = new ReservationId(Ids.next());
    private static final Quota QUOTA = new Quota("0a", false, 5, 5);

    private final CountDownLatch committed = new CountDownLatch(1);
    private final List<Order> begun = new CopyOnWriteArrayList<>();
    private final GroupCommit groupCommit = new GroupCommit(this::run, Runnable::run, new Metrics());

    /** The first transaction waits in its commit until {@link #committed} is counted down. */
    private List<Receipt> run(EventId event, List<Order> orders, GroupCommit.Patience patience, Runnable committing) {
        var isFirst = begun.isEmpty();
        begun.addAll(orders);
        committing.run();
        if (isFirst) {
            try {
                committed.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return Collections.nCopies(orders.size(), new Receipt.UnknownEvent());
    }

    @AfterEach
    void close() {
        committed.countDown();
        groupCommit.close();
    }

    private static Order order(String key, Command command) {
        var use = new Order.KeyUse(new IdempotencyKey("scope", key), Fingerprint.of("test", new byte[0]));
        return new Order(EVENT, Actor.HOLDER, Optional.of(use), command, (event, outcome) -> new byte[0]);
    }

    private static Command seat(String label, Quota... quotas) {
        return new Command.Reserve(
                new ReservationId(Ids.next()),
                List.of(label),
                "ada@example.org",
                new ReservationToken("rsv_1"),
                List.of(quotas));
    }

    private static Command basket(Basket basket) {
        var buyer = new Reservation.Buyer(
                "ada@example.org", Optional.empty(), Optional.empty(), new ReservationToken("rsv_1").hash());
        return new Command.Reserve(new ReservationId(Ids.next()), basket, buyer, List.of(), false);
    }

    private CompletableFuture<Receipt> submitFirst(Order first) {
        var receipt = groupCommit.submit(first);
        Wait.until("the first transaction commits", () -> begun.contains(first));
        return receipt;
    }

    @Test
    void an_order_for_another_seat_begins_while_the_batch_before_commits() {
        var first = submitFirst(order("1", seat("S-A-1", QUOTA)));
        var other = groupCommit.submit(order("2", seat("S-A-2")));
        var confirmation =
                groupCommit.submit(order("3", new Command.Confirm(RESERVATION, new Reservation.Payment("pi_1", 0))));

        other.join();
        confirmation.join();

        assertThat(first).isNotDone();
    }

    static List<Order> conflicting() {
        return List.of(
                order("2", seat("S-A-1")),
                order("1", seat("S-A-2")),
                order("2", seat("S-A-2", QUOTA)),
                order(
                        "2",
                        basket(new Basket(
                                List.of(),
                                List.of(new Basket.PlacesItem("FLOOR", 1, Optional.empty())),
                                List.of(),
                                Optional.empty()))),
                order(
                        "2",
                        basket(new Basket(
                                List.of(),
                                List.of(),
                                List.of(new Basket.TableItem("T-1", Optional.empty())),
                                Optional.empty()))),
                order(
                        "2",
                        new Command.Withhold(
                                UUID.randomUUID(), "HOUSE", Optional.empty(), Basket.ofSeats(List.of("S-A-2")))));
    }

    @ParameterizedTest
    @MethodSource("conflicting")
    void an_order_that_uses_the_same_or_may_use_anything_waits_for_the_commit(Order second) {
        submitFirst(order("1", seat("S-A-1", QUOTA)));
        groupCommit.submit(second);
        var otherEvent = new Order(
                new EventId(Ids.next()),
                Actor.HOLDER,
                Optional.empty(),
                seat("S-A-1"),
                (event, outcome) -> new byte[0]);
        groupCommit.submit(otherEvent).join();

        assertThat(begun).doesNotContain(second);
        committed.countDown();
        Wait.until("the second transaction runs", () -> begun.contains(second));
    }

    @Test
    void two_orders_of_one_reservation_do_not_overlap() {
        submitFirst(order("1", new Command.Extend(RESERVATION, Optional.empty())));
        var second = order("2", new Command.Cancel(RESERVATION, new Command.Canceller.Seller(false)));
        groupCommit.submit(second);
        groupCommit.submit(order("3", seat("S-A-3")));

        assertThat(begun).hasSize(1);
        committed.countDown();
        Wait.until("the others run", () -> begun.size() == 3);
        assertThat(begun.get(1)).isEqualTo(second);
    }
}
