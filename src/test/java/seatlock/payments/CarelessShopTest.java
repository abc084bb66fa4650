package seatlock.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.payments.PayingProcess.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Delivery;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/**
 * The day of a careless shop: 200 buyers try for 100 seats, notices come up to nine seconds late, some twice and one in ten never, holds
 * last a few seconds, and the node is killed three times. Every buyer ends with a ticket and charged once, or with nothing charged.
 */
@Tag("payments")
class CarelessShopTest {

    private static final int BUYERS = 200;
    private static final int SEATS = 100;
    private static final int KILLS = 3;
    private static final long PRICE = 4500;

    @TempDir
    private Path home;

    private final TestSystem system = new TestSystem();
    private final FakeStripe stripe = new FakeStripe();
    private final Event event = system.event(SEATS);

    @AfterEach
    void close() {
        stripe.close();
        system.close();
    }

    /** A buyer with the reservation and the page that was paid. @param intent {@code null} if the page had closed */
    private record Paid(String reservation, String page, String intent) {}

    @Test
    void every_buyer_has_a_ticket_and_was_charged_once_or_was_not_charged() throws Exception {
        var random = new Random(158);
        stripe.deliver(notice -> {
            synchronized (random) {
                var delay = Duration.ofMillis(random.nextInt(9_000));
                var lot = random.nextInt(10);
                return lot == 0 ? Delivery.LOST : Delivery.after(delay).times(lot < 3 ? 2 : 1);
            }
        });
        var settings = Map.of("RESERVATION_TTL", "PT4S", "PAYMENT_TTL", "PT5S", "SWEEP_INTERVAL", "PT1S");
        try (var process = new PayingProcess(home, system, stripe, settings).start()) {
            var kills = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < KILLS; i++) {
                    pause(Duration.ofSeconds(4));
                    process.kill();
                    process.start();
                }
            });
            var threads = Executors.newFixedThreadPool(40);
            var buyers = new HashMap<Integer, CompletableFuture<Optional<Paid>>>();
            for (int i = 0; i < BUYERS; i++) {
                var number = i;
                buyers.put(i, CompletableFuture.supplyAsync(() -> buy(process, number), threads));
            }
            for (var buyer : buyers.values()) {
                buyer.get(5, TimeUnit.MINUTES);
            }
            threads.shutdown();
            kills.get(5, TimeUnit.MINUTES);
            stripe.awaitDelivered();
            Wait.until(
                    "all payments are at rest", () -> count("payments WHERE due_at IS NOT NULL AND event_id = ?") == 0);
            Wait.until(
                    "all holds have ended", () -> count("reservations WHERE status = 'PENDING' AND event_id = ?") == 0);
            check(
                    process.api(),
                    buyers.values().stream().map(CompletableFuture::join).toList());
        }
    }

    private static void pause(Duration time) {
        java.util.concurrent.locks.LockSupport.parkNanos(time.toNanos());
    }

    /** A buyer tries one seat after the other, opens the page of the first that is free, and pays after some time. */
    private Optional<Paid> buy(PayingProcess process, int number) {
        var random = new Random(number);
        var api = process.api();
        pause(Duration.ofMillis(random.nextInt(12_000)));
        for (int attempt = 0; attempt < 30; attempt++) {
            var seat = "S-A-" + (random.nextInt(SEATS) + 1);
            var key = UUID.randomUUID().toString();
            var reserved = patiently(() -> api.reserve(event.id(), key, new String[] {seat}));
            if (reserved.status() == 201) {
                var paid = pay(api, reserved.json(), random);
                if (paid.isPresent()) {
                    return paid;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Paid> pay(Api api, JsonNode reservation, Random random) {
        var key = UUID.randomUUID().toString();
        var id = reservation.get("id").asText();
        var page = patiently(() -> api.checkout(event.id(), reservation, key, "https://venue.example"));
        if (page.status() != 201) {
            return Optional.empty(); // the hold has lapsed while the node was down
        }
        pause(Duration.ofMillis(random.nextInt(6_000)));
        var intent = stripe.pay(page.json().get("url").asText());
        return intent == null
                ? Optional.empty()
                : Optional.of(new Paid(id, page.json().get("url").asText(), intent));
    }

    private void check(Api api, List<Optional<Paid>> buyers) {
        var table = new TreeMap<String, Integer>();
        long charged = 0;
        for (var buyer : buyers) {
            var outcome =
                    buyer.map(paid -> outcome(api, paid)).orElse("found no free seat, or too late to pay: not charged");
            table.merge(outcome, 1, Integer::sum);
        }
        table.forEach((outcome, count) -> System.out.println(String.format(Locale.ROOT, "%5d  %s", count, outcome)));
        for (var entry : stripe.books()) {
            charged += entry.captured() - entry.refunded();
        }
        var sold = count("seats WHERE status = 'SOLD' AND event_id = ?");
        System.out.println("Sold " + sold + " seats of " + SEATS + "; in the books of the provider " + charged
                + ", in ours " + ours() + " cents");
        assertThat(charged).as("the provider's books").isEqualTo(sold * PRICE);
        assertThat(ours()).as("our books").isEqualTo(charged);
        assertThat(count("tickets WHERE voided_at IS NULL AND event_id = ?")).isEqualTo(sold);
        assertThat(system.violations(event.id())).isEmpty();
        assertThat(stripe.books())
                .allSatisfy(
                        entry -> assertThat(entry.captured() - entry.refunded()).isIn(0L, PRICE));
    }

    private String outcome(Api api, Paid paid) {
        var shown = api.get(Api.path(event.id(), paid.reservation), TestSystem.ADMIN_KEY)
                .json();
        var reservation = shown.has("replacedBy")
                ? api.get(Api.path(event.id(), shown.get("replacedBy").asText()), TestSystem.ADMIN_KEY)
                        .json()
                : shown;
        var entry = stripe.book(paid.intent);
        var net = entry.captured() - entry.refunded();
        if (reservation.get("status").asText().equals("CONFIRMED")) {
            assertThat(net).as(reservation.toString()).isEqualTo(PRICE);
            assertThat(api.tickets(event.id(), reservation.get("id").asText())).hasSize(1);
            return shown.has("replacedBy") ? "paid late: ticket, charged once" : "ticket, charged once";
        }
        assertThat(net).as(reservation.toString()).isZero();
        return "paid late: no ticket, not charged in the end";
    }

    private long ours() {
        return system.count(
                "SELECT coalesce(sum(captured - refunded), 0)::bigint AS n FROM payments WHERE event_id = ?",
                event.id().value());
    }

    private long count(String from) {
        return system.count("SELECT count(*) AS n FROM " + from, event.id().value());
    }
}
