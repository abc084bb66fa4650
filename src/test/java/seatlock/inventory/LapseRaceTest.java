package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.db.DatabaseException;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Buyers confirm at the very moment when their holds lapse. */
class LapseRaceTest {

    private static final int RESERVATIONS = Storm.size(303, 1000);
    private static final int CLIENTS = 4;

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    /**
     * Each reservation lapses within 50 ms before or after the moment at which confirmation and expiry win equally often, while two
     * sweepers run all the time. That moment depends on the speed of the machine, so it is moved towards the one that lost. Through
     * {@link Inventory#apply}, because a request over HTTP would take longer than these 50 ms.
     */
    @Test
    void a_reservation_ends_confirmed_or_expired_and_never_both() {
        var event = system.event(RESERVATIONS);
        var ids = reserveAll(event);

        var stop = new AtomicBoolean();
        var sweepers = IntStream.range(0, 2)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    int expired = 0;
                    try (var sweeper = system.sweeper()) {
                        while (!stop.get()) {
                            expired += sweeper.runOnce();
                        }
                    }
                    return expired;
                }))
                .toList();
        var outcomes = Concurrently.run(CLIENTS, client -> {
            var mine = new ArrayList<String>();
            int lead = 0; // ms
            for (int i = client; i < RESERVATIONS; i += CLIENTS) {
                expireIn(lead + i % 101 - 50, ids.get(i));
                var outcome = confirm(event, ids.get(i));
                lead += outcome.equals("CONFIRMED") ? -10 : 10;
                mine.add(outcome);
            }
            return mine;
        });
        stop.set(true);
        var swept = sweepers.stream()
                .map(CompletableFuture::join)
                .mapToInt(Integer::intValue)
                .sum();

        var tally = Tally.of(outcomes.stream().flatMap(List::stream).toList(), outcome -> outcome);
        assertThat(tally).containsOnlyKeys("CONFIRMED", "RESERVATION_EXPIRED");

        assertThat(swept)
                .as("reservations that the sweepers expired during the race")
                .isPositive();

        // The outcomes that the clients got are those in the database.
        system.lapse(event.id());
        system.sweeper().runOnce();
        assertThat(byStatus(event, "CONFIRMED")).isEqualTo(tally.get("CONFIRMED"));
        assertThat(byStatus(event, "EXPIRED")).isEqualTo(tally.get("RESERVATION_EXPIRED"));
        assertThat(system.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'SOLD'",
                        event.id().value()))
                .isEqualTo(tally.get("CONFIRMED"));
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Reserves each seat by itself, all in one transaction. */
    private List<ReservationId> reserveAll(Event event) {
        var commands = IntStream.rangeClosed(1, RESERVATIONS)
                .mapToObj(i -> (Command) new Command.Reserve(
                        new ReservationId(UUID.randomUUID()),
                        List.of("S-A-" + i),
                        "ada@example.org",
                        ReservationToken.random()))
                .toList();
        system.apply(event, commands);
        return commands.stream()
                .map(command -> ((Command.Reserve) command).id())
                .toList();
    }

    private String confirm(Event event, ReservationId id) {
        var command = new Command.Confirm(id, new Reservation.Payment("pi_" + id, 4500));
        var outcome = apply(event, command);
        return outcome instanceof Outcome.Done done
                ? done.reservation().status().name()
                : ((Outcome.Refused) outcome).reason().name();
    }

    /** Retries after a lock timeout: on a busy machine a sweeper may hold a lock for long. A client would get 503 and retry. */
    private Outcome apply(Event event, Command command) {
        while (true) {
            try {
                return system.apply(event, List.of(command)).get(0);
            } catch (DatabaseException.LockTimeout e) {
                // again
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

    private long byStatus(Event event, String status) {
        return system.count(
                "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = ?",
                event.id().value(),
                status);
    }
}
