package seatlock.sales;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.App;
import seatlock.catalog.Event;
import seatlock.changes.Actor;
import seatlock.changes.Changes;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Ids;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;
import seatlock.metrics.Metrics;
import seatlock.metrics.TransactionObserver;
import seatlock.support.PostgresProxy;
import seatlock.support.Servers;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Orders that share a transaction get the same result as orders that have one each. */
class GroupCommitTest {

    private final TestSystem system = TestSystem.shared();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Checkout checkout = checkout(system.url, Checkout.CONNECTIONS);

    private Checkout checkout(DatabaseUrl url, int connections) {
        var database = Database.open(
                url, connections, App.SALES_STATEMENT_TIMEOUT, Database.Plans.BY_KEY, TransactionObserver.NONE);
        var checkout = new Checkout(
                database,
                system.catalog,
                system.inventory,
                system.keys,
                system.tickets,
                new Changes(),
                changed -> {},
                Runnable::run,
                new Metrics());
        opened.add(0, database);
        opened.add(0, checkout);
        return checkout;
    }

    @AfterEach
    void close() throws Exception {
        for (var part : opened) {
            part.close();
        }
    }

    @Test
    void orders_that_arrive_while_a_batch_runs_share_the_next_transaction() throws SQLException {
        var event = system.event(201);
        List<String> outcomes;
        try (var outside = lock(event, "seats", "label = 'S-A-1'")) {
            var first = submit(event, "S-A-1");
            var gathered = submitAll(IntStream.rangeClosed(2, 201).mapToObj(i -> reserve(event, key(), "S-A-" + i)));
            outside.rollback();
            first.exceptionally(e -> null).join(); // refused if this machine stood still for longer than the lock wait
            outcomes = outcomes(gathered);
        }
        assertThat(outcomes).hasSize(200).containsOnly("201");
        assertThat(system.count(
                        "SELECT count(DISTINCT xmin::text) AS n FROM reservations WHERE event_id = ?",
                        event.id().value()))
                .as("transactions for 201 reservations")
                .isLessThanOrEqualTo(3);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void the_first_order_to_arrive_gets_the_seat() throws SQLException {
        var event = system.event(2);
        try (var outside = lock(event, "seats", "label = 'S-A-1'")) {
            submit(event, "S-A-1");
            var rivals = submitAll(IntStream.range(0, 50).mapToObj(i -> reserve(event, key(), "S-A-2")));
            outside.rollback();

            assertThat(outcomes(rivals).indexOf("201")).isZero();
            assertThat(outcomes(rivals).subList(1, 50)).containsOnly("409");
        }
    }

    @Test
    void an_order_that_fails_its_transaction_does_not_harm_the_others() throws SQLException {
        var event = system.event(41);
        try (var outside = lock(event, "seats", "label = 'S-A-41'")) {
            submit(event, "S-A-41");
            var orders = new ArrayList<Order>();
            for (int i = 1; i <= 40; i++) {
                // Without an address: this level accepts it, the schema does not.
                var email = i % 13 == 0 ? null : "ada@example.org";
                orders.add(reserve(event, key(), List.of("S-A-" + i), email));
            }
            var results = submitAll(orders.stream());
            outside.rollback();

            var outcomes = outcomes(results);
            assertThat(Tally.of(outcomes, outcome -> outcome))
                    .containsEntry("201", 37L)
                    .containsEntry("IllegalStateException", 3L);
            assertThat(List.of(outcomes.get(12), outcomes.get(25), outcomes.get(38)))
                    .containsOnly("IllegalStateException");
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void an_order_that_throws_an_error_fails_and_the_queue_continues() {
        var event = system.event(1);
        var broken = new Order(
                event.id(),
                Actor.HOLDER,
                Optional.empty(),
                reserve(event, key(), "S-A-1").command(),
                (found, outcome) -> {
                    throw new StackOverflowError("made for this test");
                });

        assertThat(outcome(checkout.submit(broken))).isEqualTo("StackOverflowError");
        assertThat(outcome(submit(event, "S-A-1"))).isEqualTo("201");
    }

    @Test
    void copies_of_a_key_that_arrive_together_get_the_same_reply() throws SQLException {
        var event = system.event(4);
        var key = key();
        try (var outside = lock(event, "seats", "label = 'S-A-1'")) {
            submit(event, "S-A-1");
            var copies = submitAll(IntStream.range(0, 50).mapToObj(i -> reserve(event, key, "S-A-2")));
            var other = checkout.submit(reserve(event, key, "S-A-3"));
            outside.rollback();

            var receipts = copies.stream().map(CompletableFuture::join).toList();
            assertThat(receipts).hasAtLeastOneElementOfType(Receipt.Answered.class);
            assertThat(receipts.stream().filter(Receipt.Answered.class::isInstance))
                    .hasSize(1);
            assertThat(receipts.stream().map(receipt -> new String(reply(receipt), UTF_8)))
                    .hasSize(50)
                    .containsOnly(new String(reply(receipts.get(0)), UTF_8));
            assertThat(outcome(other)).isEqualTo("KeyReused");
            // A later copy gets the same reply.
            assertThat(checkout.submit(reserve(event, key, "S-A-2")).join()).isInstanceOf(Receipt.Replayed.class);
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void only_the_orders_that_need_a_locked_row_are_refused() throws SQLException {
        var event = system.event(20);
        var reservation = id(submit(event, "S-A-11"));
        try (var seat = lock(event, "seats", "label = 'S-A-1'");
                var pending = lock(event, "reservations", "reservation_id = '" + reservation + "'")) {
            var reserving = submitAll(IntStream.range(0, 30).mapToObj(i -> reserve(event, key(), "S-A-1")));
            var confirming = checkout.submit(confirm(event, reservation));
            var others = submitAll(IntStream.rangeClosed(2, 10).mapToObj(i -> reserve(event, key(), "S-A-" + i)));

            assertThat(outcomes(others)).containsOnly("201");
            assertThat(outcomes(reserving)).containsOnly("NotNow");
            assertThat(outcome(confirming)).isEqualTo("NotNow");
            seat.rollback();
            pending.rollback();
        }
        // NotNow stores nothing under any key.
        assertThat(outcome(submit(event, "S-A-1"))).isEqualTo("201");
        assertThat(outcome(checkout.submit(confirm(event, reservation)))).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void all_orders_of_a_locked_event_are_refused_together() throws SQLException {
        var event = system.event(300);
        try (var outside = lock(event, "events", "true")) {
            var orders = submitAll(IntStream.rangeClosed(1, 300).mapToObj(i -> reserve(event, key(), "S-A-" + i)));

            assertThat(outcomes(orders)).containsOnly("NotNow");
            outside.rollback();
        }
        assertThat(outcome(submit(event, "S-A-1"))).isEqualTo("201");
    }

    @Test
    void a_connection_lost_at_commit_leaves_the_outcome_of_the_whole_batch_unknown() throws Exception {
        var event = system.event(31);
        try (var proxy = PostgresProxy.inFrontOf(system.url)) {
            var node = checkout(proxy.url(), 1);
            node.submit(reserve(event, key(), "S-A-31")).join(); // connected
            var orders = IntStream.rangeClosed(1, 30)
                    .mapToObj(i -> reserve(event, key(), "S-A-" + i))
                    .toList();
            proxy.cutAtNextCommit();

            var results = orders.stream().map(order -> node.submit(order)).toList();

            var outcomes = outcomes(results);
            assertThat(outcomes).contains("OutcomeUnknown").isSubsetOf("OutcomeUnknown", "201");
            // The batch was committed, so each repeated order gets the reply it would have got.
            var again =
                    orders.stream().map(order -> checkout.submit(order).join()).toList();
            assertThat(again)
                    .allMatch(receipt -> receipt instanceof Receipt.Replayed
                            && status(receipt).equals("201"));
        }
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(31);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_batch_takes_as_many_round_trips_as_a_single_order() throws Exception {
        var event = system.event(411);
        try (var proxy = PostgresProxy.inFrontOf(system.url)) {
            var node = checkout(proxy.url(), 1);
            for (int i = 1; i <= 20; i++) { // until the event is cached and the statements are prepared
                node.submit(reserve(event, key(), "S-A-" + i)).join();
            }
            int before;
            int single = Integer.MAX_VALUE; // the minimum: after a pause the pool validates the connection
            for (int i = 402; i <= 410; i++) {
                before = proxy.roundTrips();
                node.submit(reserve(event, key(), "S-A-" + i)).join();
                single = Math.min(single, proxy.roundTrips() - before);
            }

            List<CompletableFuture<Receipt>> gathered;
            try (var outside = lock(event, "seats", "label = 'S-A-411'")) {
                before = proxy.roundTrips();
                var first = node.submit(reserve(event, key(), "S-A-411"));
                gathered = IntStream.rangeClosed(21, 401)
                        .mapToObj(i -> node.submit(reserve(event, key(), "S-A-" + i)))
                        .toList();
                outside.rollback();
                outcome(first); // refused if this machine stood still for longer than the lock wait
            }
            assertThat(outcomes(gathered)).containsOnly("201");
            assertThat(single)
                    .as("round trips of a single order (BEGIN needs none of its own)")
                    .isEqualTo(5);
            assertThat(proxy.roundTrips() - before)
                    .as("round trips of 382 orders in two batches, one of which may run again")
                    .isLessThanOrEqualTo(5 * single);
        }
    }

    /** The queue of a node orders its own orders; between nodes only the row locks do. */
    @Test
    void two_nodes_with_the_same_seats_and_the_same_keys_agree() {
        var event = system.event(40);
        var other = checkout(system.url, Checkout.CONNECTIONS);
        var orders = IntStream.range(0, 200)
                .mapToObj(i -> Stream.of(i % 40 + 1, i * 7 % 40 + 1)
                        .distinct()
                        .map(n -> "S-A-" + n)
                        .toList())
                .map(labels -> reserve(event, key(), labels, "ada@example.org"))
                .toList();

        var here = new ArrayList<CompletableFuture<Receipt>>();
        var there = new ArrayList<CompletableFuture<Receipt>>();
        for (int i = 0; i < orders.size(); i++) {
            here.add(checkout.submit(orders.get(i)));
            there.add(other.submit(orders.get(orders.size() - 1 - i)));
        }

        for (int i = 0; i < orders.size(); i++) {
            var mine = here.get(i).join();
            var theirs = there.get(orders.size() - 1 - i).join();
            assertThat(reply(mine)).isEqualTo(reply(theirs));
            assertThat(List.of(mine instanceof Receipt.Replayed, theirs instanceof Receipt.Replayed))
                    .containsExactlyInAnyOrder(true, false);
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    // ---- Orders

    private CompletableFuture<Receipt> submit(Event event, String label) {
        return checkout.submit(reserve(event, key(), label));
    }

    private List<CompletableFuture<Receipt>> submitAll(Stream<Order> orders) {
        return orders.map(order -> checkout.submit(order)).toList();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static Order reserve(Event event, String key, String label) {
        return reserve(event, key, List.of(label), "ada@example.org");
    }

    private static Order reserve(Event event, String key, List<String> labels, String email) {
        var id = new ReservationId(Ids.next());
        var command = new Command.Reserve(id, labels, email, ReservationToken.random());
        var use = new Order.KeyUse(
                new IdempotencyKey("test", key),
                Fingerprint.of("reserve", labels.toString().getBytes(UTF_8)));
        return new Order(event.id(), Actor.HOLDER, Optional.of(use), command, GroupCommitTest::reply);
    }

    private static Order confirm(Event event, ReservationId reservation) {
        var command = new Command.Confirm(reservation, new Reservation.Payment("pi_" + reservation, 4500));
        return new Order(event.id(), Actor.HOLDER, Optional.empty(), command, GroupCommitTest::reply);
    }

    /** Writes a reply as the API does: status, location, body. */
    private static byte[] reply(Event event, Outcome outcome) {
        if (!(outcome instanceof Outcome.Done done)) {
            return "409 \n{}".getBytes(UTF_8);
        }
        var id = done.reservation().id();
        var status = done.reservation().status() == ReservationStatus.PENDING ? 201 : 200;
        return (status + " /api/events/" + event.id() + "/reservations/" + id + "\n" + id).getBytes(UTF_8);
    }

    private static byte[] reply(Receipt receipt) {
        return receipt instanceof Receipt.Answered answered ? answered.reply() : ((Receipt.Replayed) receipt).reply();
    }

    private static ReservationId id(CompletableFuture<Receipt> reserved) {
        var reply = new String(reply(reserved.join()), UTF_8);
        return new ReservationId(UUID.fromString(reply.substring(reply.indexOf('\n') + 1)));
    }

    /** Returns the status of a reply, or the type of any other receipt. */
    private static String status(Receipt receipt) {
        return receipt instanceof Receipt.Answered || receipt instanceof Receipt.Replayed
                ? new String(reply(receipt), UTF_8).substring(0, 3)
                : receipt.getClass().getSimpleName();
    }

    /** Returns the status of a reply, or the type of any other receipt or of the exception. */
    private static String outcome(CompletableFuture<Receipt> result) {
        try {
            return status(result.join());
        } catch (CompletionException e) {
            return e.getCause().getClass().getSimpleName();
        }
    }

    private static List<String> outcomes(List<CompletableFuture<Receipt>> results) {
        return results.stream().map(GroupCommitTest::outcome).toList();
    }

    /** Locks rows of an event from outside, until the returned connection rolls back. */
    private Connection lock(Event event, String table, String condition) throws SQLException {
        var connection = Servers.connect(system.url);
        connection.setAutoCommit(false);
        try (var statement = connection.prepareStatement(
                "SELECT FROM " + table + " WHERE event_id = ? AND " + condition + " FOR UPDATE")) {
            statement.setObject(1, event.id().value());
            statement.execute();
        }
        return connection;
    }
}
