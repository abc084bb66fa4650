package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests that an event is moved, priced, extended, paused and resumed in the middle of its sale, and every sale is of one version. */
class EventStormTest {

    private static final int CLIENTS = 64;
    private static final int SEATS = 3_000;
    private static final int ROUNDS = Storm.size(1, 3);

    /** More than the time between the clock and the commit of a batch, on a busy machine. */
    private static final Duration BATCH = Duration.ofSeconds(1);

    /** A time in which the sale was paused, by the database's clock: from the response of the server to the request to resume it. */
    private record Pause(Instant acknowledged, Instant resumed) {}

    private final TestSystem system = TestSystem.shared();
    private final Event event = system.event(SEATS);
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private final AtomicLong sold = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    private Instant clock() {
        return system.query("SELECT clock_timestamp() AS now", row -> row.instant("now"))
                .get(0);
    }

    /** Reserves and confirms random seats until the storm has ended. Returns the outcomes. */
    private List<String> buy(Api api, int client) {
        var random = new Random(client);
        var outcomes = new ArrayList<String>();
        while (!hasEnded.get()) {
            var body = "{\"seats\":[\"S-A-" + (random.nextInt(SEATS) + 1) + "\"],\"email\":\"buyer-" + client
                    + "@example.org\"}";
            var reserved = api.reserveWith(event.id(), UUID.randomUUID().toString(), body);
            outcomes.add("reserve " + reserved.outcome());
            if (reserved.status() == 201) {
                var id = reserved.json().get("id").asText();
                var total = reserved.json().at("/total/amount").asLong();
                outcomes.add("confirm " + api.confirm(event.id(), id, total).outcome());
                sold.incrementAndGet();
            } else if ("not-on-sale".equals(reserved.problem())) {
                refused.incrementAndGet();
            }
        }
        return outcomes;
    }

    private void change(Api api, String json) {
        var path = "/api/events/" + event.id();
        assertThat(Api.patiently(() -> api.send(Api.patch(api.asAdmin(api.request(path)), json)))
                        .outcome())
                .isEqualTo("200");
    }

    private void addRow(Api api, String row) {
        var request = api.request("/api/events/" + event.id() + "/sections").header("Idempotency-Key", row);
        var body = "{\"sections\":[{\"name\":\"S\",\"rows\":[{\"name\":\"" + row + "\",\"seats\":1000}]}]}";
        assertThat(Api.patiently(() -> api.send(Api.post(api.asAdmin(request.copy()), body)))
                        .outcome())
                .isEqualTo("201");
    }

    private void awaitMore(String what, AtomicLong count) {
        var before = count.get();
        Wait.until(what, () -> count.get() >= before + 20);
    }

    private Pause pause(Api here, Api there) {
        change(here, "{\"sales\":\"PAUSED\"}");
        var acknowledged = clock();
        Wait.until(
                "a batch cannot be as old as the pause",
                () -> clock().isAfter(acknowledged.plus(BATCH.multipliedBy(2))));
        awaitMore("buyers are refused", refused);
        var resumed = clock();
        change(there, "{\"sales\":\"OPEN\"}");
        return new Pause(acknowledged, resumed);
    }

    @Test
    void an_event_is_changed_in_the_middle_of_a_storm_without_a_mixture_of_versions() {
        var pauses = new ArrayList<Pause>();
        try (var node = system.anotherNode()) {
            var here = system.api;
            var there = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            var buyers = CompletableFuture.supplyAsync(() ->
                    Concurrently.run(CLIENTS, client -> buy(client % 2 == 0 ? here : there, client)));

            try {
                awaitMore("seats are sold", sold);
                for (int round = 1; round <= ROUNDS; round++) {
                    change(here, "{\"sections\":[{\"name\":\"S\",\"price\":" + (4500 + round) + "}]}");
                    awaitMore("seats are sold at the new price", sold);
                    change(there, "{\"startsAt\":\"" + event.startsAt().plus(Duration.ofDays(round)) + "\"}");
                    addRow(here, "row-" + round);
                    awaitMore("seats are sold for the new day", sold);
                    pauses.add(pause(here, there));
                    awaitMore("seats are sold again", sold);
                }
            } finally {
                hasEnded.set(true);
            }
            var outcomes = buyers.join().stream().flatMap(List::stream).toList();

            assertThat(Tally.of(outcomes, each -> each))
                    .containsOnlyKeys(
                            "reserve 201", "reserve 409 seats-taken", "reserve 409 not-on-sale", "confirm 200");
        }
        assertThat(soldDuring(pauses)).isZero();
        assertThat(system.count("""
                        SELECT count(DISTINCT terms_version) AS n FROM reservations WHERE event_id = ?
                        """, event.id().value())).isGreaterThanOrEqualTo(3 * ROUNDS);
        assertThat(system.count("""
                        SELECT count(*) AS n
                          FROM reservations AS r
                          JOIN reservation_seats AS s USING (event_id, reservation_id)
                         WHERE r.event_id = ?
                           AND s.price <> (SELECT price FROM section_prices AS p
                                            WHERE p.event_id = r.event_id AND p.section = 'S'
                                              AND p.version <= r.terms_version
                                            ORDER BY p.version DESC LIMIT 1)
                        """, event.id().value())).isZero();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM changes WHERE event_id = ? AND type IN ('event.paused', 'event.resumed')",
                        event.id().value()))
                .isEqualTo(2 * ROUNDS);
        assertThat(system.violations(event.id())).isEmpty();
    }

    private long soldDuring(List<Pause> pauses) {
        return pauses.stream()
                .mapToLong(pause -> system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND created_at > ? AND created_at < ?",
                        event.id().value(),
                        pause.acknowledged.plus(BATCH),
                        pause.resumed))
                .sum();
    }
}
