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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** What Seatlock is for: however many ask at the same instant, a seat is sold once. */
class RaceTest {

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1000})
    void a_seat_is_sold_once_however_many_ask(int buyers) {
        var event = system.event(1);

        var answers = Concurrently.run(buyers, i -> system.api.reserve(event.id(), "S-A-1"));

        assertThat(Tally.of(answers, Api.Response::outcome))
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

        var answers = Concurrently.run(100, i -> system.api.reserve(event.id(), "S-A-" + (i % 10 + 1)));

        assertThat(Tally.of(answers, Api.Response::outcome)).isEqualTo(Map.of("201", 10L, "409 seats-taken", 90L));
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** 2,000 baskets of 1 to 8 of 200 seats, in random order, from 64 clients; a third of those that get theirs give it back. */
    @Test
    void overlapping_baskets_neither_deadlock_nor_disagree() {
        var seats = 200;
        var event = system.event(seats);
        var deadlocksBefore = deadlocks();

        var outcomes = Concurrently.run(64, client -> {
            var random = new Random(client);
            var mine = new ArrayList<String>();
            for (int i = client; i < 2000; i += 64) {
                var answer = system.api.reserve(event.id(), basket(random, seats));
                mine.add(answer.outcome());
                if (answer.status() == 201 && random.nextInt(3) == 0) {
                    var id = answer.json().get("id").asText();
                    var token = answer.json().get("token").asText();
                    mine.add(
                            "cancel " + system.api.cancel(event.id(), id, token).outcome());
                }
            }
            return mine;
        });

        var all = outcomes.stream().flatMap(List::stream).toList();
        assertThat(Tally.of(all, outcome -> outcome)).containsOnlyKeys("201", "409 seats-taken", "cancel 200");
        assertThat(all.stream().filter(outcome -> !outcome.startsWith("cancel")))
                .hasSize(2000);
        assertThat(system.violations(event.id())).isEmpty();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(seats);
        assertThat(deadlocks() - deadlocksBefore).isZero();
    }

    /** Everybody looks at the seats of a large event, again and again, while somebody buys in another. */
    @Test
    void a_crowd_that_looks_does_not_stop_the_sale() {
        var large = system.event(20_000);
        var event = system.event(40);
        var sold = new AtomicBoolean();
        var client = HttpClient.newHttpClient();
        var looking = CompletableFuture.supplyAsync(() -> Concurrently.run(80, i -> {
            int looks = 0;
            while (!sold.get()) {
                look(client, large.id());
                looks++;
            }
            return looks;
        }));

        var answers = Concurrently.run(40, i -> system.api.reserve(event.id(), "S-A-" + (i + 1)));
        sold.set(true);

        assertThat(Tally.of(answers, Api.Response::outcome)).isEqualTo(Map.of("201", 40L));
        assertThat(looking.join()).hasSize(80);
    }

    /** What is sent is not kept: eighty maps of two megabytes, taken apart at once, would fill the memory of the test. */
    private void look(HttpClient client, EventId event) {
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

    private long deadlocks() {
        return system.count("SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()");
    }
}
