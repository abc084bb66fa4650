package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.ScrapedMetrics;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** The promise of Seatlock: however many buyers request a seat at the same instant, it is sold once. */
class RaceTest {

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1000})
    void a_seat_is_sold_once_however_many_buyers_request_it(int buyers) {
        var event = system.event(1);

        var responses = Concurrently.run(buyers, i -> system.api.reserve(event.id(), "S-A-1"));

        assertThat(Tally.of(responses, Api.Response::outcome))
                .isEqualTo(Map.of("201", 1L, "409 seats-taken", buyers - 1L));
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(1);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_hundred_buyers_share_ten_seats_exactly() {
        var event = system.event(10);

        var responses = Concurrently.run(100, i -> system.api.reserve(event.id(), "S-A-" + (i % 10 + 1)));

        assertThat(Tally.of(responses, Api.Response::outcome)).isEqualTo(Map.of("201", 10L, "409 seats-taken", 90L));
        assertThat(system.violations(event.id())).isEmpty();
    }

    /**
     * 64 clients of four nodes request 2,000 baskets of 1 to 8 of 200 seats, in random order, and give a third of theirs back.
     * One node commits one batch of an event at a time, so only several nodes can deadlock.
     */
    @Test
    void overlapping_baskets_neither_deadlock_nor_disagree() {
        var seats = 200;
        var metrics = Stream.generate(Metrics::new).limit(3).toList();
        // In a database of its own, so that each retry is one of this test.
        try (var own = new TestSystem();
                var second = own.anotherNode(metrics.get(0));
                var third = own.anotherNode(metrics.get(1));
                var fourth = own.anotherNode(metrics.get(2))) {
            var event = own.event(seats);
            var ports = List.of(own.server.port(), second.port(), third.port(), fourth.port());
            var nodes = ports.stream()
                    .map(port -> new Api("http://localhost:" + port, TestSystem.ADMIN_KEY))
                    .toList();

            var outcomes = Concurrently.run(64, client -> {
                var api = nodes.get(client % nodes.size());
                var random = new Random(client);
                var mine = new ArrayList<String>();
                for (int i = client; i < 2000; i += 64) {
                    var response = api.reserve(event.id(), basket(random, seats));
                    mine.add(response.outcome());
                    if (response.status() == 201 && random.nextInt(3) == 0) {
                        var id = response.json().get("id").asText();
                        var token = response.json().get("token").asText();
                        mine.add("cancel " + api.cancel(event.id(), id, token).outcome());
                    }
                }
                return mine;
            });

            assertThat(deadlocks(own.metrics)
                            + metrics.stream().mapToDouble(RaceTest::deadlocks).sum())
                    .as("transactions that deadlocked")
                    .isZero();
            var all = outcomes.stream().flatMap(List::stream).toList();
            assertThat(Tally.of(all, outcome -> outcome)).containsOnlyKeys("201", "409 seats-taken", "cancel 200");
            assertThat(all.stream().filter(outcome -> !outcome.startsWith("cancel")))
                    .hasSize(2000);
            assertThat(own.violations(event.id())).isEmpty();
            assertThat(own.count(
                            "SELECT count(*) AS n FROM seats WHERE event_id = ?",
                            event.id().value()))
                    .isEqualTo(seats);
        }
    }

    /**
     * Returns the number of transactions that ran again after PostgreSQL detected a deadlock, or that waited in vain for a lock:
     * the lock timeout is as long as PostgreSQL's deadlock timeout, and mostly the first to end a deadlock.
     */
    private static double deadlocks(Metrics metrics) {
        var scraped = ScrapedMetrics.parse(metrics.scrape());
        assertThat(scraped.samples())
                .containsKeys("seatlock_transaction_retries_total", "seatlock_lock_timeouts_total");
        return scraped.of("seatlock_transaction_retries_total") + scraped.of("seatlock_lock_timeouts_total");
    }

    /**
     * 80 readers load the seats of a large event again and again while another event is sold. The second half of the sale waits
     * until each reader has begun and ended a read during the sale.
     */
    @Test
    void readers_of_one_event_do_not_stop_the_sale_of_another() throws InterruptedException {
        var readers = 80;
        var large = system.event(20_000);
        var event = system.event(40);
        var client = HttpClient.newHttpClient();
        var readBefore = new CountDownLatch(readers);
        var readDuring = new CountDownLatch(readers);
        var selling = new AtomicBoolean();
        var sold = new AtomicBoolean();
        var reading = CompletableFuture.supplyAsync(() -> Concurrently.run(readers, i -> {
            loadSeats(client, large.id());
            readBefore.countDown();
            int during = 0;
            while (!sold.get()) {
                var begunDuring = selling.get();
                loadSeats(client, large.id());
                if (begunDuring && !sold.get() && ++during == 1) {
                    readDuring.countDown();
                }
            }
            return during;
        }));

        List<Api.Response> first;
        List<Api.Response> second;
        try {
            assertThat(readBefore.await(1, TimeUnit.MINUTES)).isTrue();
            selling.set(true);
            first = Concurrently.run(20, i -> system.api.reserve(event.id(), "S-A-" + (i + 1)));
            assertThat(readDuring.await(1, TimeUnit.MINUTES)).isTrue();
            second = Concurrently.run(20, i -> system.api.reserve(event.id(), "S-A-" + (i + 21)));
        } finally {
            sold.set(true);
        }

        assertThat(Tally.of(first, Api.Response::outcome)).isEqualTo(Map.of("201", 20L));
        assertThat(Tally.of(second, Api.Response::outcome)).isEqualTo(Map.of("201", 20L));
        assertThat(reading.join())
                .as("reads of each reader during the sale")
                .hasSize(readers)
                .allMatch(during -> during > 0);
    }

    /** Discards the body: eighty parsed seat maps of two megabytes each would not fit in the memory of the test. */
    private void loadSeats(HttpClient client, EventId event) {
        var request = HttpRequest.newBuilder(
                URI.create("http://localhost:" + system.server.port() + "/api/events/" + event + "/seats?limit=20000"));
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
            assertThat(response.statusCode()).isEqualTo(200);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String[] basket(Random random, int seats) {
        var numbers = new ArrayList<>(IntStream.rangeClosed(1, seats).boxed().toList());
        Collections.shuffle(numbers, random);
        return numbers.subList(0, 1 + random.nextInt(8)).stream()
                .map(n -> "S-A-" + n)
                .toArray(String[]::new);
    }
}
