package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.catalog.EventId;
import seatlock.db.DatabaseUrl;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Report;
import seatlock.loadtest.Scenario;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.Wait;

/** Measures the stream of the seat map while its event is sold. Run it with {@code make bench TEST=StreamBenchTest}. */
@Tag("bench")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class StreamBenchTest {

    private static final Path JAR = Path.of("target/seatlock.jar").toAbsolutePath();
    private static final List<String> JAVA_OPTIONS =
            List.of(System.getProperty("seatlock.bench.java", "").trim().split(" +"));
    private static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";
    private static final int ROUNDS = Integer.getInteger("seatlock.bench.rounds", 3);
    private static final int STREAMS = Integer.getInteger("seatlock.bench.streams", 10_000);
    private static final int SEATS = 100_000;
    private static final int RATE = 3_000;
    private static final Duration RUN = Duration.ofSeconds(10);
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static Path home;
    private static Jvm node;
    private static URI url;
    private static DatabaseUrl database;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        home = Files.createTempDirectory("seatlock-bench-");
        var settings = Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off", "LIMIT_STREAMS", String.valueOf(STREAMS));
        assertThat(Jvm.jar(JAR, JAVA_OPTIONS, home, settings, "migrate").exitStatus())
                .isZero();
        node = Jvm.jar(JAR, JAVA_OPTIONS, home, settings, "serve").awaitReady();
        url = URI.create(Jvm.published(home, "URL"));
        database = DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL"));
        api = new Api(url.toString(), KEY);
        run(plan().with(128, Duration.ofSeconds(30), SETTLE).selling(5, SEATS), null);
    }

    @AfterAll
    static void stop() throws IOException {
        if (node != null) {
            node.close();
        }
        try (var files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static Plan plan() {
        return Plan.of(Scenario.ON_SALE, url, KEY).rechecking(1000);
    }

    /** One of the clients hangs: it is connected and reads nothing. */
    @Test
    void thousands_follow_an_event_while_it_is_sold() throws Exception {
        var results = new RoundResults();
        for (int round = 1; round <= ROUNDS; round++) {
            var fast = plan().with(128, RUN, SETTLE).selling(1, SEATS);
            var without = run(fast, null).successRate();
            var with = run(fast, new Following(results, "full speed")).successRate();
            var slow = plan().with(128, RUN, SETTLE).atRate(RATE).selling(1, SEATS);
            results.add(
                    "bookings/s with streams, of 3,000",
                    run(slow, new Following(results, "3,000/s")).successRate());
            results.add("bookings/s without streams", without);
            results.add("bookings/s with streams", with);
            results.add("bookings/s with streams ÷ without", with / without);
        }
        System.out.printf(
                Locale.ROOT,
                "%,d streams of the event that is sold, one of them hung, %d rounds:%n%s",
                STREAMS,
                ROUNDS,
                results.summary());
    }

    /** Opens the streams when the event exists, sells a seat every second from then on, and adds the lags to the results. */
    private record Following(RoundResults results, String load) {

        void during(AtomicReference<Thread> prober) throws IOException {
            var event = newestEvent();
            var clients = new StreamClients(url, event, STREAMS, 1);
            var thread = new Thread(() -> probe(event, clients));
            prober.set(thread);
            thread.start();
        }

        private void probe(String event, StreamClients clients) {
            try (clients) {
                var opened = System.nanoTime();
                Wait.until("all clients know the map", () -> clients.begun() == STREAMS - 1);
                results.add("time until all know the map, ms, at " + load, (System.nanoTime() - opened) / 1e6);
                for (int seat = SEATS; !Thread.interrupted(); seat--) {
                    var label = api.get("/api/events/" + event + "/seats?limit=1&after=" + (seat - 1))
                            .json()
                            .at("/seats/0/label")
                            .asText();
                    clients.requested(seat - 1);
                    var response = api.reserve(new EventId(UUID.fromString(event)), label);
                    assertThat(response.status())
                            .as("a seat that nobody else buys")
                            .isEqualTo(201);
                    try {
                        TimeUnit.MILLISECONDS.sleep(700);
                    } catch (InterruptedException e) {
                        break;
                    }
                }
                Wait.until("all clients know all seats", () -> clients.informed() == STREAMS - 1);
                var lags = clients.lags();
                results.add("lag p50, ms, at " + load, lags[lags.length / 2]);
                results.add("lag p99, ms, at " + load, lags[(int) (lags.length * 0.99)]);
                results.add("lag max, ms, at " + load, lags[lags.length - 1]);
                results.add("lags measured at " + load, lags.length);
                results.add("memory of the jar (PSS), MB, at " + load, Processes.pssMegabytes(node.pid()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String newestEvent() {
        try (var connection = Servers.connect(database);
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT event_id FROM events ORDER BY created_at DESC LIMIT 1")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Report run(Plan plan, Following following) {
        var prober = new AtomicReference<Thread>();
        var report = LoadTest.run(plan, line -> {
            try {
                if (following != null && line.startsWith("Created ")) {
                    following.during(prober);
                } else if (prober.get() != null && line.startsWith("Checking ")) {
                    prober.get().interrupt();
                    prober.get().join();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // A client that has gone counts until something is sent to it: within 15 s.
        Wait.until("the node has no streams", () -> api.get("/metrics").text().contains("seatlock_seat_streams 0"));
        assertThat(report.violations()).filteredOn(each -> following == null).isEmpty();
        return report;
    }
}
