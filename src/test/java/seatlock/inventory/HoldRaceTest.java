package seatlock.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.changes.Actor;
import seatlock.concurrent.Overload;
import seatlock.db.DatabaseException;
import seatlock.db.Ids;
import seatlock.sales.Checkout;
import seatlock.sales.Order;
import seatlock.sales.Receipt;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/**
 * Around the moment when a hold lapses, its buyer asks one node for more time, or pays, while a rival tries again and again through
 * another node to get the seat, and sweepers run on both. Through the checkouts, because a request over HTTP would take longer than
 * the 50 ms in question.
 */
class HoldRaceTest {

    /** In each of the two races. */
    private static final int RESERVATIONS = Storm.size(200, 1000);

    private static final int CLIENTS = 4;

    private final TestSystem system = new TestSystem();
    private final TestSystem.Node other = system.anotherNode();
    private final Event event = system.event(RESERVATIONS);
    private final List<ReservationId> ids = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private List<CompletableFuture<Void>> sweepers;

    @BeforeEach
    void reserveAllAndSweep() {
        var commands = IntStream.rangeClosed(1, RESERVATIONS)
                .mapToObj(i -> (Command) reserve(i))
                .toList();
        system.apply(event, commands);
        Command.select(commands, Command.Reserve.class).forEach(command -> ids.add(command.id()));
        sweepers = IntStream.range(0, 2)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    try (var sweeper = system.sweeper()) {
                        while (!stop.get()) {
                            sweeper.runOnce();
                        }
                    }
                }))
                .toList();
    }

    @AfterEach
    void close() {
        stopSweepers();
        other.close();
        system.close();
    }

    private void stopSweepers() {
        stop.set(true);
        sweepers.forEach(CompletableFuture::join);
    }

    @Test
    void a_hold_is_extended_or_its_seat_goes_to_the_rival_and_never_both() {
        var tally = race((id, attempt) -> new Command.Extend(id, Optional.empty()));

        assertThat(tally).containsOnlyKeys("PENDING", "RESERVATION_EXPIRED, rival");
        assertThat(tally.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(RESERVATIONS);
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = 'PENDING' AND version = 2",
                        event.id().value()))
                .isEqualTo(tally.get("PENDING"));
        assertThat(held()).isEqualTo(RESERVATIONS);
        assertThat(system.count(
                        "SELECT count(*) AS n FROM changes WHERE event_id = ? AND type = 'reservation.extended'",
                        event.id().value()))
                .isEqualTo(tally.get("PENDING"));
    }

    @Test
    void a_late_payment_gets_the_seat_or_the_rival_does_and_never_both() {
        var tally = race((id, successor) -> new Command.Confirm(
                id,
                new Reservation.Payment("pi_" + id, 4500),
                Optional.of(new Command.Successor(successor, List.of()))));

        assertThat(tally).containsOnlyKeys("CONFIRMED", "CONFIRMED successor", "RESERVATION_EXPIRED, rival");
        var paid = tally.get("CONFIRMED") + tally.get("CONFIRMED successor");
        assertThat(system.count("""
                        SELECT count(*) AS n
                          FROM reservations AS r
                          JOIN tickets AS t ON t.event_id = r.event_id AND t.reservation_id = r.reservation_id
                         WHERE r.event_id = ? AND r.status = 'CONFIRMED' AND t.voided_at IS NULL
                        """, event.id().value()))
                .as("tickets of the buyers who were told that they have the seat")
                .isEqualTo(paid);
        assertThat(held()).isEqualTo(tally.get("RESERVATION_EXPIRED, rival"));
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND replaces IS NOT NULL",
                        event.id().value()))
                .isEqualTo(tally.get("CONFIRMED successor"));
    }

    private long held() {
        return system.count(
                "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'HELD'",
                event.id().value());
    }

    /**
     * Each hold lapses within 50 ms before or after the moment at which buyer and rival win equally often. That moment depends on the
     * speed of the machine, so it is moved towards the one that lost. The buyer sends the command after up to three attempts of the rival, who
     * gives up only once the buyer has the seat.
     *
     * @param command of the buyer, for a reservation and the id of a possible successor
     * @return the numbers of outcomes
     */
    private Map<String, Long> race(BiFunction<ReservationId, ReservationId, Command.OfReservation> command) {
        var outcomes = Concurrently.run(CLIENTS, client -> {
            var mine = new ArrayList<String>();
            int lead = 0; // ms
            for (int i = client; i < RESERVATIONS; i += CLIENTS) {
                var outcome = compete(i, lead + i % 101 - 50, command.apply(ids.get(i), new ReservationId(Ids.next())));
                lead += outcome.endsWith("rival") ? 10 : -10;
                mine.add(outcome);
            }
            return mine;
        });
        stopSweepers();
        assertThat(system.violations(event.id())).isEmpty();
        system.sweeper().runOnce();
        assertThat(system.violations(event.id())).isEmpty();
        return Tally.of(outcomes.stream().flatMap(List::stream).toList(), outcome -> outcome);
    }

    private String compete(int i, int expiresIn, Command.OfReservation command) {
        expireIn(expiresIn, command.id());
        var attemptsBefore = i % 4;
        CompletableFuture<Outcome> buyer = null;
        for (int attempt = 0; ; attempt++) {
            if (attempt == attemptsBefore) {
                buyer = CompletableFuture.supplyAsync(() -> submit(system.checkout, command));
            }
            if (submit(other.checkout(), reserve(i + 1)) instanceof Outcome.Done) {
                var outcome = buyer == null ? submit(system.checkout, command) : buyer.join();
                return show(outcome, command) + ", rival";
            }
            if (buyer != null && buyer.isDone() && buyer.join() instanceof Outcome.Done) {
                return show(buyer.join(), command);
            }
        }
    }

    private static String show(Outcome outcome, Command.OfReservation command) {
        if (outcome instanceof Outcome.Done done) {
            var isSuccessor = !done.reservation().id().equals(command.id());
            return done.reservation().status() + (isSuccessor ? " successor" : "");
        }
        return ((Outcome.Refused) outcome).reason().name();
    }

    private static Command.Reserve reserve(int seat) {
        return new Command.Reserve(
                new ReservationId(Ids.next()),
                List.of("S-A-" + seat),
                "ada@example.org",
                ReservationToken.random(),
                List.of());
    }

    /** Repeats an order while it is not decided because others have locked its rows, as a client that gets 503 does. */
    private Outcome submit(Checkout checkout, Command command) {
        while (true) {
            var order = new Order(
                    event.id(),
                    Actor.HOLDER,
                    Optional.empty(),
                    command,
                    (found, outcome) -> "200 \n{}".getBytes(UTF_8));
            try {
                if (checkout.submit(order).join() instanceof Receipt.Answered answered) {
                    return answered.outcome();
                }
            } catch (CompletionException e) {
                assertThat(e.getCause()).isInstanceOfAny(DatabaseException.LockTimeout.class, Overload.class);
            }
        }
    }

    private void expireIn(int milliseconds, ReservationId id) {
        system.database.inTransaction(tx -> {
            var expiresAt = tx.readClock().plusMillis(milliseconds);
            tx.updateExactly(1, """
                    UPDATE reservations SET expires_at = ?, created_at = created_at - interval '1 hour'
                     WHERE reservation_id = ?
                    """, expiresAt, id.value());
            return tx.update("UPDATE seats SET held_until = ? WHERE reservation_id = ?", expiresAt, id.value());
        });
    }
}
