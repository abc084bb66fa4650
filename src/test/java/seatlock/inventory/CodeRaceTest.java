package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Catalog;
import seatlock.catalog.Code;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Codes;
import seatlock.catalog.Event;
import seatlock.catalog.Limit;
import seatlock.db.DatabaseException;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** The holder of the last use of a code confirms within 50 ms of its expiry, while a rival on another node asks for that use. */
class CodeRaceTest {

    private static final int ROUNDS = Storm.size(101, 1000);
    private static final int CLIENTS = 4;

    private final TestSystem system = new TestSystem();
    /** As on another node: it shares only the database. */
    private final Inventory otherNode = new Inventory(new Catalog(), Duration.ofMinutes(10));

    private final AtomicLong lag = new AtomicLong();

    @AfterEach
    void close() {
        system.close();
    }

    /** Each code has one use left. Seats never decide: the holder and the rival ask for different ones. */
    @Test
    void the_last_use_of_a_code_is_confirmed_or_lapses_and_a_rival_gets_it_only_then() {
        var event = system.event(2 * ROUNDS);
        var codes = codes(event);
        var holders = reserveAll(event, codes);

        var outcomes = Concurrently.run(
                        CLIENTS,
                        client -> IntStream.range(0, ROUNDS)
                                .filter(i -> i % CLIENTS == client)
                                .mapToObj(i -> race(event, codes.get(i), holders.get(i), i))
                                .toList())
                .stream()
                .flatMap(List::stream)
                .toList();

        // Nobody gets it only if the rival asked before it lapsed, and the holder confirmed after that.
        assertThat(Tally.of(outcomes, outcome -> outcome).keySet())
                .isSubsetOf(
                        "CONFIRMED, CodeExhausted",
                        "RESERVATION_EXPIRED, PENDING",
                        "RESERVATION_EXPIRED, CodeExhausted")
                .contains("CONFIRMED, CodeExhausted", "RESERVATION_EXPIRED, PENDING");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM limits WHERE event_id = ? AND confirmed = 1",
                        event.id().value()))
                .isEqualTo(outcomes.stream()
                        .filter(outcome -> outcome.startsWith("CONFIRMED"))
                        .count());
        assertThat(system.violations(event.id())).isEmpty();

        // No use is lost: whatever lapsed can be used once more.
        system.lapse(event.id());
        for (int i = 0; i < ROUNDS; i++) {
            var isUsed = outcome(event, reserve(ROUNDS + 1 + i, codes.get(i)), system.inventory)
                    instanceof Outcome.CodeExhausted;
            assertThat(isUsed).isEqualTo(isConfirmed(event, holders.get(i)));
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    private boolean isConfirmed(Event event, ReservationId id) {
        return system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND reservation_id = ? AND status = 'CONFIRMED'",
                        event.id().value(),
                        id.value())
                == 1;
    }

    private List<Code> codes(Event event) {
        var codes = IntStream.range(0, ROUNDS)
                .mapToObj(i -> new Code(
                        new UUID(7, i),
                        "LAST" + i,
                        CodeEffect.on(CodeEffect.Kind.OFF, 500),
                        Set.of(),
                        Set.of(),
                        Optional.of(new Limit(new UUID(8, i), 1)),
                        false,
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        true,
                        Instant.EPOCH))
                .toList();
        system.database.inTransaction(tx -> {
            new Codes().insert(tx, event.id(), codes);
            return null;
        });
        return codes;
    }

    private static Command.Reserve reserve(int seat, Code code) {
        var item = new Basket.SeatItem("S-A-" + seat, Optional.empty(), Optional.empty());
        return new Command.Reserve(
                new ReservationId(UUID.randomUUID()),
                new Basket(
                        List.of(item),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(code.code())),
                new Reservation.Buyer(
                        "ada@example.org",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        ReservationToken.random().hash()),
                List.of(),
                false);
    }

    private List<ReservationId> reserveAll(Event event, List<Code> codes) {
        var commands = IntStream.range(0, ROUNDS)
                .mapToObj(i -> reserve(i + 1, codes.get(i)))
                .toList();
        assertThat(system.apply(event, List.copyOf(commands))).allMatch(Outcome.Done.class::isInstance);
        return commands.stream().map(Command.Reserve::id).toList();
    }

    /** The hold lapses within 50 ms of the moment at which the confirmation is decided, as far as the last one tells. */
    private String race(Event event, Code code, ReservationId holder, int i) {
        expireIn(i % 101 - 50 + lag.get(), holder);
        var rival = CompletableFuture.supplyAsync(() -> outcome(event, reserve(ROUNDS + 1 + i, code), otherNode));
        var began = System.nanoTime();
        var confirmed = outcome(
                event, new Command.Confirm(holder, new Reservation.Payment("pi_" + holder, 4000)), system.inventory);
        lag.set(Duration.ofNanos(System.nanoTime() - began).toMillis() / 2);
        return name(confirmed) + ", " + name(rival.join());
    }

    private static String name(Outcome outcome) {
        return outcome instanceof Outcome.Done done
                ? done.reservation().status().name()
                : outcome instanceof Outcome.Refused refused
                        ? refused.reason().name()
                        : outcome.getClass().getSimpleName();
    }

    /** Retries after a lock timeout, as a client does. */
    private Outcome outcome(Event event, Command command, Inventory node) {
        while (true) {
            try {
                return system.database.inTransaction(tx -> {
                    var current = system.catalog.find(tx, event.id()).orElseThrow();
                    var outcomes = node.apply(tx, current, List.of(command), Inventory.Locking.WAIT);
                    system.tickets.issueOrVoid(tx, current, outcomes);
                    return outcomes.get(0);
                });
            } catch (DatabaseException.LockTimeout e) {
                // again
            }
        }
    }

    private void expireIn(long milliseconds, ReservationId id) {
        system.database.inTransaction(tx -> {
            var expiresAt = tx.readClock().plusMillis(milliseconds);
            tx.updateExactly(1, """
                    UPDATE reservations SET expires_at = ?, created_at = created_at - interval '1 hour'
                     WHERE reservation_id = ?
                    """, expiresAt, id.value());
            tx.updateExactly(1, "UPDATE limit_uses SET expires_at = ? WHERE reservation_id = ?", expiresAt, id.value());
            return tx.update("UPDATE seats SET held_until = ? WHERE reservation_id = ?", expiresAt, id.value());
        });
    }
}
