package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import seatlock.support.Api;
import seatlock.support.Crowd;
import seatlock.support.Shop;

/** Paying at the very moment when the hold lapses. */
class LapseRaceTest {

    private static final int RESERVATIONS = 1000;
    private static final int CLIENTS = 16;

    private final Shop shop = Shop.shared();

    /** Each is confirmed within 50 ms of its expiry, before or after, while two sweepers run all the time. */
    @Test
    void a_reservation_ends_confirmed_or_expired_and_never_both() {
        var event = shop.event(RESERVATIONS);
        var ids = new ArrayList<String>();
        for (int i = 1; i <= RESERVATIONS; i++) {
            ids.add(shop.api.reserve(event.id(), "S-A-" + i).json().get("id").asText());
        }

        var stop = new AtomicBoolean();
        var sweepers = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 2; i++) {
            sweepers.add(CompletableFuture.runAsync(() -> {
                try (var sweeper = shop.sweeper()) {
                    while (!stop.get()) {
                        sweeper.runOnce();
                    }
                }
            }));
        }
        var answers = Crowd.of(CLIENTS, client -> {
            var mine = new ArrayList<Api.Answer>();
            for (int i = client; i < RESERVATIONS; i += CLIENTS) {
                expireIn(i % 101 - 50, ids.get(i));
                mine.add(shop.api.confirm(event.id(), ids.get(i), 4500));
            }
            return mine;
        });
        stop.set(true);
        sweepers.forEach(CompletableFuture::join);

        var all = answers.stream().flatMap(List::stream).toList();
        var tally = Crowd.tally(all, Api.Answer::outcome);
        assertThat(tally).containsOnlyKeys("200", "410 reservation-expired");

        // What was answered is what is so.
        shop.lapse(event.id());
        shop.sweeper().runOnce();
        assertThat(byStatus(event.id().value(), "CONFIRMED")).isEqualTo(tally.get("200"));
        assertThat(byStatus(event.id().value(), "EXPIRED")).isEqualTo(tally.get("410 reservation-expired"));
        assertThat(shop.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'SOLD'",
                        event.id().value()))
                .isEqualTo(tally.get("200"));
        assertThat(shop.violations(event.id())).isEmpty();
    }

    private void expireIn(int milliseconds, String reservation) {
        shop.database.inTransaction(tx -> {
            var expiresAt = tx.readClock().plusMillis(milliseconds);
            var id = UUID.fromString(reservation);
            tx.updateExactly(1, """
                    UPDATE reservations SET expires_at = ?, created_at = created_at - interval '1 hour'
                     WHERE reservation_id = ?
                    """, expiresAt, id);
            return tx.update("UPDATE seats SET held_until = ? WHERE reservation_id = ?", expiresAt, id);
        });
    }

    private long byStatus(UUID event, String status) {
        return shop.count("SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = ?", event, status);
    }
}
