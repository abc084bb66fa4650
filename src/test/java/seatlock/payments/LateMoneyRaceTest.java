package seatlock.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.Storm;
import seatlock.support.Wait;

/** Buyers pay at the very moment when their holds lapse, and others ask for their seats. */
class LateMoneyRaceTest {

    private static final int ROUNDS = Storm.size(3, 50);
    private static final int SEATS = 10;
    private static final int AROUND_MS = 50;

    private final SandboxSystem paying = new SandboxSystem();
    private final Random random = new Random(14);

    /** About as long as it takes on this machine until a payment on the page is recorded; measured in each round for the next. */
    private long lead = 60;

    @AfterEach
    void close() {
        paying.close();
    }

    /** A buyer who pays some milliseconds before or after the hold lapses, and a rival for the seat. */
    private record Buyer(JsonNode reservation, Api.Response page, int offset, CompletableFuture<String> rival) {}

    @Test
    void seat_and_money_agree_however_late_the_money_is() throws Exception {
        var table = new TreeMap<String, Integer>();
        for (int round = 0; round < ROUNDS; round++) {
            race(table);
        }
        System.out.println("Money within " + AROUND_MS + " ms of the end of the hold, " + ROUNDS * SEATS + " times:");
        table.forEach((outcome, count) -> System.out.println(String.format(Locale.ROOT, "%5d  %s", count, outcome)));
        assertThat(table.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(ROUNDS * SEATS);
    }

    private void race(Map<String, Integer> table) throws Exception {
        var event = paying.system.event(SEATS);
        var timer = Executors.newScheduledThreadPool(2 * SEATS);
        try {
            var buyers = new ArrayList<Buyer>();
            for (int seat = 1; seat <= SEATS; seat++) {
                var reservation = paying.api.reserve(event.id(), "S-A-" + seat).json();
                var page = paying.checkout(event.id(), reservation);
                assertThat(page.outcome()).isEqualTo("201");
                buyers.add(new Buyer(reservation, page, offset(), new CompletableFuture<>()));
            }
            var until = Duration.ofMillis(400);
            var end = endHoldsIn(event, until);
            var paid = new ArrayList<CompletableFuture<?>>();
            for (int i = 0; i < SEATS; i++) {
                var buyer = buyers.get(i);
                var seat = "S-A-" + (i + 1);
                var pays = new CompletableFuture<Void>();
                paid.add(pays);
                timer.schedule(
                        () -> {
                            paying.act(buyer.page, Action.PAY_LATE);
                            pays.complete(null);
                        },
                        Math.max(0, until.toMillis() + buyer.offset - lead),
                        TimeUnit.MILLISECONDS);
                timer.schedule(
                        () -> buyer.rival.complete(
                                paying.api.reserve(event.id(), seat).outcome()),
                        until.toMillis() + offset(),
                        TimeUnit.MILLISECONDS);
            }
            CompletableFuture.allOf(paid.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            for (var buyer : buyers) {
                buyer.rival.get(60, TimeUnit.SECONDS);
            }
            Wait.until(
                    "all money is known",
                    () -> paying.system.count(
                                    "SELECT count(*) AS n FROM payments WHERE event_id = ? AND verdict IS NULL",
                                    event.id().value())
                            == 0);
            var delay = paying.system.count(
                    "SELECT (avg(extract(epoch FROM paid_at - ?::timestamptz)) * 1000)::bigint AS n FROM payments WHERE event_id = ?",
                    end,
                    event.id().value());
            lead = Math.max(0, lead + delay / 2);
            paying.settle();
            for (var buyer : buyers) {
                table.merge(outcome(event, buyer), 1, Integer::sum);
            }
            assertThat(paying.system.violations(event.id())).isEmpty();
            assertThat(paying.money(event.id()))
                    .isEqualTo(4500
                            * paying.system.count(
                                    "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'SOLD'",
                                    event.id().value()));
        } finally {
            timer.shutdownNow();
        }
    }

    private int offset() {
        return random.nextInt(2 * AROUND_MS + 1) - AROUND_MS;
    }

    private Instant endHoldsIn(Event event, Duration time) {
        var at = Instant.now().plus(time);
        paying.system.update(
                "UPDATE reservations SET expires_at = ? WHERE event_id = ?",
                at,
                event.id().value());
        paying.system.update(
                "UPDATE seats SET held_until = ? WHERE event_id = ?",
                at,
                event.id().value());
        return at;
    }

    /** Returns what became of the seat and of the money, which must fit. */
    private String outcome(Event event, Buyer buyer) {
        var shown = paying.read(event.id(), buyer.reservation);
        var rival = buyer.rival.join().equals("201") ? "another buyer has the seat" : "nobody else has the seat";
        if (shown.has("replacedBy")) {
            var successor = paying.read(event.id(), shown.get("replacedBy").asText());
            assertThat(List.of(
                            successor.get("status").asText(),
                            successor.at("/payment/status").asText()))
                    .containsExactly("CONFIRMED", "CAPTURED");
            return "late: a successor is confirmed, captured; " + rival;
        }
        var money = shown.at("/payment/status").asText();
        if (shown.get("status").asText().equals("CONFIRMED")) {
            assertThat(money).isEqualTo("CAPTURED");
            return "in time: confirmed, captured; " + rival;
        }
        assertThat(money).isEqualTo("VOIDED");
        assertThat(shown.at("/payment/returned").asText()).isEqualTo("LATE");
        return "late: " + shown.get("status").asText().toLowerCase(Locale.ROOT) + ", released; " + rival;
    }
}
