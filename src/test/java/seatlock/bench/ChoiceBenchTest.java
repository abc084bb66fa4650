package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Scenario;
import seatlock.support.Jvm;

/**
 * Measures what it costs that the server chooses: places, and the best seats, beside seats that buyers have chosen. Run it with
 * {@code make bench TEST=ChoiceBenchTest}; see {@link SaleBenchTest}.
 */
@Tag("bench")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class ChoiceBenchTest {

    private static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";
    private static final int ROUNDS = Integer.getInteger("seatlock.bench.rounds", 5);
    private static final Duration RUN = Duration.ofSeconds(5);
    private static final Duration WARMUP = Duration.ofSeconds(1);
    private static final int SEATS = 50_000;
    private static final int CLIENTS = 128;

    /** Of the last percent of an event with {@link #SEATS} places. */
    private static final int LEFT = SEATS / 100;

    private static final int EVENTS_ALMOST_SOLD = 6;
    private static final int LARGEST = 100;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private URI url;

    @Test
    void seats_that_the_server_chooses(@TempDir Path home) throws IOException {
        var options =
                List.of(System.getProperty("seatlock.bench.java", "").trim().split(" +"));
        var settings = Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off");
        var jar = Path.of("target/seatlock.jar").toAbsolutePath();
        assertThat(Jvm.jar(jar, options, home, settings, "migrate").exitStatus())
                .isZero();
        var results = new RoundResults();
        try (var node = Jvm.jar(jar, options, home, settings, "serve").awaitReady()) {
            url = URI.create(node.url());
            for (var scenario : List.of(Scenario.ON_SALE, Scenario.PLACES, Scenario.BEST)) {
                perSecond(scenario, Duration.ofSeconds(15));
            }
            for (int round = 1; round <= ROUNDS; round++) {
                System.out.println("Round " + round + " of " + ROUNDS);
                round(results);
            }
        }
        System.out.printf("Median of %d rounds (lowest to highest):%n%s", ROUNDS, results.summary());
    }

    private void round(RoundResults results) {
        var seats = perSecond(Scenario.ON_SALE, RUN);
        results.add("places/s ÷ seats/s", perSecond(Scenario.PLACES, RUN) / seats);
        results.add("best seats/s ÷ seats/s", perSecond(Scenario.BEST, RUN) / seats);

        var almostSold = IntStream.range(0, EVENTS_ALMOST_SOLD)
                .mapToObj(i -> almostSold())
                .toList();
        var fresh = IntStream.range(0, EVENTS_ALMOST_SOLD)
                .mapToObj(i -> event("\"rows\":[{\"name\":\"A\",\"seats\":" + SEATS + "}]"))
                .toList();
        var last = perSecond(almostSold, i -> places(1));
        var chosen = perSecond(fresh, i -> "\"seats\":[\"S-A-" + (i + 1) + "\"]");
        results.add("the last percent of 50,000 places, places/s ÷ seats/s of a fresh event", last / chosen);
        var pairsChosen = perSecond(
                List.of(event(hall())),
                i -> "\"seats\":[\"S-" + i / 20 + "-" + (2 * (i % 20) + 1) + "\",\"S-" + i / 20 + "-"
                        + (2 * (i % 20) + 2) + "\"]");
        var pairs = perSecond(List.of(event(hall())), i -> "\"best\":{\"quantity\":2,\"together\":\"REQUIRED\"}");
        results.add(
                "the best pairs of a hall of 1,000 seats, pairs/s ÷ pairs/s that buyers have chosen",
                pairs / pairsChosen);
    }

    private double perSecond(Scenario scenario, Duration duration) {
        var plan = Plan.of(scenario, url, KEY)
                .with(CLIENTS, duration, WARMUP)
                .selling(1, SEATS)
                .rechecking(100);
        var report = LoadTest.run(plan, line -> {});
        assertThat(report.violations()).isEmpty();
        return report.successRate();
    }

    /** Reserves until all of {@link #LEFT} are reserved in each event, by as many requests. */
    private double perSecond(List<String> events, IntFunction<String> items) {
        var began = System.nanoTime();
        var free = new Semaphore(CLIENTS);
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (var event : events) {
            for (int i = 0; i < LEFT; i++) {
                free.acquireUninterruptibly();
                answers.add(http.sendAsync(reserve(event, items.apply(i)), BodyHandlers.ofString())
                        .whenComplete((answer, failure) -> free.release()));
            }
        }
        answers.forEach(answer ->
                assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(201));
        return answers.size() / ((System.nanoTime() - began) / 1e9);
    }

    private HttpRequest reserve(String event, String items) {
        return post("/api/events/" + event + "/reservations", "{" + items + ",\"email\":\"ada@example.org\"}");
    }

    private HttpRequest post(String path, String json) {
        return HttpRequest.newBuilder(url.resolve(path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
    }

    private static String places(int quantity) {
        return "\"places\":[{\"section\":\"S\",\"quantity\":" + quantity + "}]";
    }

    /** Rows of 40 seats, as many as there are pairs. */
    private static String hall() {
        var rows = IntStream.range(0, LEFT / 20)
                .mapToObj(row -> "{\"name\":\"" + row + "\",\"seats\":40}")
                .toList();
        return "\"rows\":[" + String.join(",", rows) + "]";
    }

    private String event(String section) {
        var request = post("/api/events", """
                {"name":"Bench","venue":"Here","startsAt":"2031-06-18T19:00:00Z","timeZone":"UTC","currency":"EUR",
                 "maxSeatsPerReservation":100,"reservationTtl":"PT24H","sections":[{"name":"S","price":4500,""" + section + "}]}");
        var answer = http.sendAsync(request, BodyHandlers.ofString()).join();
        var id = ID.matcher(answer.body());
        assertThat(id.find()).as(answer.body()).isTrue();
        return id.group(1);
    }

    private String almostSold() {
        var event = event("\"places\":" + SEATS);
        for (int sold = 0; sold < SEATS - LEFT; sold += LARGEST) {
            var answer = http.sendAsync(reserve(event, places(LARGEST)), BodyHandlers.ofString())
                    .join();
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        }
        return event;
    }
}
