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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.Catalog;
import seatlock.catalog.Code;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Codes;
import seatlock.catalog.Event;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.db.DatabaseException;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/**
 * The holder of the last one of something confirms within 50 ms of its expiry, while a rival on another node asks for it: the last
 * use of a code, the last ticket at an early price, the last place of a section.
 */
class LastOneRaceTest {

    private static final int ROUNDS = Storm.size(101, 1000);
    private static final int CLIENTS = 4;
    private static final long PRICE = 4500;

    private final TestSystem system = new TestSystem();
    /** As on another node: it shares only the database. */
    private final Inventory otherNode = new Inventory(new Catalog(), Duration.ofMinutes(10));

    private final AtomicLong lag = new AtomicLong();

    @AfterEach
    void close() {
        system.close();
    }

    /** The thing that holder and rival ask for: one is left in each round. */
    private enum LastOne {
        USE_OF_A_CODE("CodeExhausted") {
            @Override
            Basket basket(int round, boolean isRival) {
                return of(seat(round, isRival, Optional.empty()), Optional.of("LAST" + round));
            }
        },
        EARLY_BIRD("PriceExhausted") {
            @Override
            Basket basket(int round, boolean isRival) {
                return of(seat(round, isRival, Optional.of("early" + round)), Optional.empty());
            }
        },
        PLACE("SoldOut") {
            @Override
            Basket basket(int round, boolean isRival) {
                var place = new Basket.PlacesItem("F" + round, 1, Optional.empty());
                return new Basket(List.of(), List.of(place), List.of(), Optional.empty());
            }
        };

        final String gone;

        LastOne(String gone) {
            this.gone = gone;
        }

        abstract Basket basket(int round, boolean isRival);

        /** The seats never decide: the holder and the rival ask for different ones. */
        private static Basket.SeatItem seat(int round, boolean isRival, Optional<String> priceType) {
            return new Basket.SeatItem("S-A-" + (round + 1 + (isRival ? ROUNDS : 0)), priceType, Optional.empty());
        }

        private static Basket of(Basket.SeatItem seat, Optional<String> code) {
            return new Basket(List.of(seat), List.of(), List.of(), Optional.empty(), Optional.empty(), code);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_last_one_is_confirmed_or_lapses_and_a_rival_gets_it_only_then(LastOne kind) {
        var event = event();
        var holders = reserveAll(event, kind);

        var outcomes = Concurrently.run(
                        CLIENTS,
                        client -> IntStream.range(0, ROUNDS)
                                .filter(i -> i % CLIENTS == client)
                                .mapToObj(i -> race(event, kind.basket(i, true), holders.get(i), i))
                                .toList())
                .stream()
                .flatMap(List::stream)
                .toList();

        // Nobody gets it only if the rival asked before it lapsed, and the holder confirmed after that.
        assertThat(Tally.of(outcomes, outcome -> outcome).keySet())
                .isSubsetOf(
                        "CONFIRMED, " + kind.gone, "RESERVATION_EXPIRED, PENDING", "RESERVATION_EXPIRED, " + kind.gone)
                .contains("CONFIRMED, " + kind.gone, "RESERVATION_EXPIRED, PENDING");
        assertThat(system.violations(event.id())).isEmpty();

        // None is lost: whatever lapsed is there once more.
        system.lapse(event.id());
        for (int i = 0; i < ROUNDS; i++) {
            var again = name(outcome(event, reserve(kind.basket(i, true)), system.inventory));
            assertThat(again).isEqualTo(isConfirmed(event, holders.get(i)) ? kind.gone : "PENDING");
        }
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Seats for codes and early birds, and sections of one place, all at the same price. */
    private Event event() {
        var early = IntStream.range(0, ROUNDS)
                .mapToObj(i -> new PriceType("early" + i, "Early bird", Optional.of(new Limit(new UUID(9, i), 1))))
                .toList();
        var types = Stream.concat(Stream.of(PriceType.STANDARD), early.stream()).toList();
        var prices = types.stream().collect(Collectors.toMap(PriceType::id, type -> PRICE));
        var seats = new SeatPlan.Section("S", prices, List.of(new SeatPlan.Row("A", 2 * ROUNDS)));
        var floors = IntStream.range(0, ROUNDS)
                .mapToObj(i -> new SeatPlan.Section(
                        "F" + i,
                        PRICE,
                        List.of(new SeatPlan.Row(SeatPlan.PLACES_ROW, Sold.AS_PLACES, new Numbered(1)))));
        var plan = new SeatPlan(Stream.concat(Stream.of(seats), floors).toList());
        var event = system.event(plan, new Tariff(types, List.of()));
        codes(event);
        return event;
    }

    private boolean isConfirmed(Event event, ReservationId id) {
        return system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND reservation_id = ? AND status = 'CONFIRMED'",
                        event.id().value(),
                        id.value())
                == 1;
    }

    private void codes(Event event) {
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
    }

    private static Command.Reserve reserve(Basket basket) {
        var buyer = new Reservation.Buyer(
                "ada@example.org",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ReservationToken.random().hash());
        return new Command.Reserve(new ReservationId(UUID.randomUUID()), basket, buyer, List.of(), false);
    }

    private List<ReservationId> reserveAll(Event event, LastOne kind) {
        var commands = IntStream.range(0, ROUNDS)
                .mapToObj(i -> reserve(kind.basket(i, false)))
                .toList();
        assertThat(system.apply(event, List.copyOf(commands))).allMatch(Outcome.Done.class::isInstance);
        return commands.stream().map(Command.Reserve::id).toList();
    }

    /** The hold lapses within 50 ms of the moment at which the confirmation is decided, as far as the last one tells. */
    private String race(Event event, Basket wanted, ReservationId holder, int i) {
        expireIn(i % 101 - 50 + lag.get(), holder);
        var rival = CompletableFuture.supplyAsync(() -> outcome(event, reserve(wanted), otherNode));
        var began = System.nanoTime();
        var paid = new Reservation.Payment("pi_" + holder, total(event, holder));
        var confirmed = outcome(event, new Command.Confirm(holder, paid), system.inventory);
        lag.set(Duration.ofNanos(System.nanoTime() - began).toMillis() / 2);
        return name(confirmed) + ", " + name(rival.join());
    }

    private long total(Event event, ReservationId id) {
        return system.count(
                "SELECT total AS n FROM reservations WHERE event_id = ? AND reservation_id = ?",
                event.id().value(),
                id.value());
    }

    private static String name(Outcome outcome) {
        return outcome instanceof Outcome.Done done
                ? done.reservation().status().name()
                : outcome instanceof Outcome.Refused refused
                        ? refused.reason().name()
                        : outcome.getClass().getSimpleName();
    }

    /** Retries after a lock timeout, and while it is unknown whether a place is free, as a client does. */
    private Outcome outcome(Event event, Command command, Inventory node) {
        while (true) {
            try {
                var outcome = system.database.inTransaction(tx -> {
                    var current = system.catalog.find(tx, event.id()).orElseThrow();
                    var outcomes = node.apply(tx, current, List.of(command), Inventory.Locking.WAIT);
                    system.tickets.issueOrVoid(tx, current, outcomes);
                    return outcomes.get(0);
                });
                if (outcome.isFinal()) {
                    return outcome;
                }
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
            tx.update("UPDATE limit_uses SET expires_at = ? WHERE reservation_id = ?", expiresAt, id.value());
            return tx.update("UPDATE seats SET held_until = ? WHERE reservation_id = ?", expiresAt, id.value());
        });
    }
}
