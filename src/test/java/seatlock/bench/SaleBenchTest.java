package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Terms;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Ids;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Report;
import seatlock.loadtest.Scenario;
import seatlock.support.Jvm;
import seatlock.support.Servers;

/**
 * Measures sales, as ratios between measurements of the same run on the same machine. Run it with {@code make bench}.
 *
 * <p>A node is the jar in the role {@code serve}, with the Java options of the Makefile and its own durable PostgreSQL. The
 * load test runs in this process, on the same cores. Everything is warmed up first.
 */
@Tag("bench")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SaleBenchTest {

    private static final Path JAR = Path.of("target/seatlock.jar").toAbsolutePath();
    private static final List<String> JAVA_OPTIONS =
            List.of(System.getProperty("seatlock.bench.java", "").trim().split(" +"));
    private static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";

    private static final int ROUNDS = Integer.getInteger("seatlock.bench.rounds", 3);
    private static final int CLIENTS = 128;
    private static final int DIRECT_CONNECTIONS = 64;
    private static final Duration RUN = Duration.ofSeconds(6);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final int LARGE = 100_000;

    /** Per round, since a single stampede lasts a tenth of a second and varies a lot. */
    private static final int STAMPEDES = 5;

    private static Path home;
    private static Jvm node;
    private static URI url;
    private static DatabaseUrl databaseUrl;

    @BeforeAll
    static void start() throws IOException {
        home = Files.createTempDirectory("seatlock-bench-");
        assertThat(serve("migrate").exitStatus()).isZero();
        node = serve("serve").awaitReady();
        url = URI.create(Jvm.published(home, "URL"));
        databaseUrl = DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL"));
        say("Java options: " + String.join(" ", JAVA_OPTIONS) + "; "
                + Runtime.getRuntime().availableProcessors() + " cores; warming up");
        run(plan(Scenario.ON_SALE).with(CLIENTS, Duration.ofSeconds(45), SETTLE).selling(5, LARGE));
        run(plan(Scenario.PURCHASE)
                .with(CLIENTS, Duration.ofSeconds(15), SETTLE)
                .selling(1, LARGE));
        run(plan(Scenario.BROWSE).with(16, Duration.ofSeconds(5), SETTLE));
        run(plan(Scenario.NOTHING).with(CLIENTS, Duration.ofSeconds(5), SETTLE));
    }

    private static Jvm serve(String role) {
        return Jvm.jar(JAR, JAVA_OPTIONS, home, Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off"), role);
    }

    @AfterAll
    static void stop() throws IOException {
        if (node != null) {
            node.close();
        }
        delete(home);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    /** Prints the table of the documentation. */
    @Test
    @Order(1)
    void ratios() throws Exception {
        var results = new RoundResults();
        try (var direct = new DirectBookings(databaseUrl);
                var files = staticFile()) {
            var fileUrl = URI.create("http://localhost:" + files.output().replaceAll("(?s).*PORT=(\\d+).*", "$1"));
            direct.perSecond(
                    DirectBookings.Strategy.ONE_CTE, event(LARGE), new AtomicInteger(1), DIRECT_CONNECTIONS, 5);
            direct.perSecond(
                    DirectBookings.Strategy.FOUR_STATEMENTS, event(LARGE), new AtomicInteger(1), DIRECT_CONNECTIONS, 5);
            run(plan(Scenario.NOTHING, fileUrl).with(16, Duration.ofSeconds(8), SETTLE));
            for (int round = 1; round <= ROUNDS; round++) {
                say("Round " + round + " of " + ROUNDS);
                round(results, direct, fileUrl);
            }
        }
        say(String.format(Locale.ROOT, "Median of %d rounds (lowest to highest):%n%s", ROUNDS, results.summary()));
    }

    private static void round(RoundResults results, DirectBookings direct, URI fileUrl) throws Exception {
        var sale = onSale(
                results, plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, LARGE));
        var cte = direct.perSecond(
                DirectBookings.Strategy.ONE_CTE,
                event(LARGE),
                new AtomicInteger(1),
                DIRECT_CONNECTIONS,
                RUN.toSeconds());
        var four = direct.perSecond(
                DirectBookings.Strategy.FOUR_STATEMENTS,
                event(LARGE),
                new AtomicInteger(1),
                DIRECT_CONNECTIONS,
                RUN.toSeconds());
        var nothing = run(plan(Scenario.NOTHING).with(CLIENTS, RUN, SETTLE)).rate();
        var purchases = run(plan(Scenario.PURCHASE).with(CLIENTS, RUN, SETTLE).selling(1, LARGE))
                .successRate();
        results.add("bookings/s over HTTP", sale);
        results.add("bookings/s, one CTE per booking on PostgreSQL directly", cte);
        results.add("bookings/s, four statements per booking on PostgreSQL directly", four);
        results.add("requests/s of an endpoint that does no work", nothing);
        results.add("reserve + confirm, flows/s", purchases);
        results.add("bookings ÷ one CTE", sale / cte);
        results.add("bookings ÷ four statements", sale / four);
        results.add("bookings ÷ an endpoint that does no work", sale / nothing);
        results.add("flows ÷ bookings", purchases / sale);

        var small = run(plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(10, 10_000))
                .successRate();
        var million = run(plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, 1_000_000))
                .successRate();
        results.add("bookings on an event of 1,000,000 seats ÷ events of 10,000", million / small);

        for (int i = 0; i < STAMPEDES; i++) {
            var stampede =
                    run(plan(Scenario.STAMPEDE).with(1000, RUN, Duration.ZERO)).wallSeconds();
            var nothingAtOnce =
                    run(plan(Scenario.NOTHING).forRequests(1000, 1000)).wallSeconds();
            results.add("1,000 simultaneous requests for one seat, ms", stampede * 1000);
            results.add("1,000 simultaneous requests for one seat ÷ 1,000 without work", stampede / nothingAtOnce);
        }

        var alone = run(plan(Scenario.ON_SALE).forRequests(1, 2000).selling(1, 2000))
                .total()
                .ms(50);
        var aloneDirect =
                direct.millis(DirectBookings.Strategy.FOUR_STATEMENTS, event(2000), new AtomicInteger(1), 2000);
        Arrays.sort(aloneDirect);
        results.add("a single client's reservation, median ms", alone);
        results.add(
                "a single client's reservation ÷ four statements over JDBC",
                alone / aloneDirect[aloneDirect.length / 2]);

        var map = run(plan(Scenario.BROWSE).with(16, RUN, SETTLE)).rate();
        var file = run(plan(Scenario.NOTHING, fileUrl).with(16, RUN, SETTLE)).rate();
        results.add("seat map of 10,000 seats, gzip: requests ÷ the same as a static file", map / file);
    }

    /** Measures an on-sale, with the memory of the jar and the CPU time of jar, PostgreSQL and driver. */
    private static double onSale(RoundResults results, Plan plan) {
        var before = new double[2];
        var after = new double[2];
        var report = run(plan, line -> {
            if (line.startsWith("Created ")) {
                before[0] = Processes.cpuSeconds(node.pid());
                before[1] = Processes.cpuSecondsOfPostgres(home);
            } else if (line.startsWith("Checking ")) {
                after[0] = Processes.cpuSeconds(node.pid());
                after[1] = Processes.cpuSecondsOfPostgres(home);
                results.add("memory during the on-sale (jar, PSS), MB", Processes.pssMegabytes(node.pid()));
            }
        });
        var bookings = report.acknowledged();
        var jar = (after[0] - before[0]) * 1000 / bookings;
        var postgres = (after[1] - before[1]) * 1000 / bookings;
        results.add("CPU per booking, jar, ms", jar);
        results.add("CPU per booking, PostgreSQL, ms", postgres);
        results.add("CPU per booking, jar and PostgreSQL, ms", jar + postgres);
        results.add("CPU per booking, driver, ms", report.driverCpuMicrosPerRequest() / 1000);
        return report.successRate();
    }

    @Test
    @Order(2)
    void latency_at_a_constant_rate() {
        var most = run(plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, LARGE))
                .successRate();
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "On-sale at a constant rate; latency since each request was due; maximum rate %,.0f/s:%n",
                most));
        for (var share : List.of(0.25, 0.5, 0.9)) {
            var report = run(plan(Scenario.ON_SALE)
                    .with(1000, Duration.ofSeconds(10), Duration.ofSeconds(2))
                    .atRate(most * share)
                    .selling(2, LARGE));
            var latency = report.total();
            text.append(String.format(
                    Locale.ROOT,
                    "  at %.0f%% of the maximum: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms%n",
                    share * 100,
                    latency.ms(50),
                    latency.ms(99),
                    latency.ms(99.9)));
        }
        say(text.toString());
    }

    /** Locks a whole event from outside while clients keep requesting its seats, and measures sales of other events. */
    @Test
    @Order(3)
    void sales_of_other_events_while_one_event_is_locked() throws Exception {
        var results = new RoundResults();
        var locked = event(1000);
        var otherEvent = plan(Scenario.ON_SALE)
                .with(CLIENTS, Duration.ofSeconds(20), SETTLE)
                .atRate(1000)
                .selling(1, LARGE);
        for (int round = 1; round <= 3; round++) {
            var usual = run(otherEvent);
            Report during;
            try (var connection = Servers.connect(databaseUrl);
                    var clients = new BackgroundClients(locked)) {
                connection.setAutoCommit(false);
                try (var lock = connection.prepareStatement("SELECT FROM seats WHERE event_id = ? FOR UPDATE")) {
                    lock.setObject(1, locked.id().value());
                    lock.execute();
                }
                during = run(otherEvent);
                results.add("responses of the locked event per second", clients.responses() / 21.0);
                connection.rollback();
            }
            results.add("p99 of other events, normally, ms", usual.total().ms(99));
            results.add(
                    "p99 of other events, with one event locked, ms",
                    during.total().ms(99));
            results.add(
                    "p99 with ÷ without the lock",
                    during.total().ms(99) / usual.total().ms(99));
        }
        say(String.format(
                Locale.ROOT,
                "One event locked from outside for 20 s, three times; 1,000 bookings/s in other events:%n%s",
                results.summary()));
    }

    @Test
    @Order(4)
    void ten_thousand_simultaneous_connections_for_one_seat() {
        var before = Processes.pssMegabytes(node.pid());
        var report = run(plan(Scenario.STAMPEDE).with(10_000, RUN, Duration.ZERO));
        var after = Processes.pssMegabytes(node.pid());
        say(String.format(
                Locale.ROOT,
                "10,000 simultaneous connections for one seat: %s in %.2f s; memory of the jar %.0f MB before, %.0f MB after",
                report.counts(),
                report.wallSeconds(),
                before,
                after));
    }

    /** Audits the responses of two nodes with a shared database at full load, and then verifies the database. */
    @Test
    @Order(5)
    void two_nodes_on_one_database_agree() throws IOException {
        var otherHome = Files.createTempDirectory("seatlock-bench-");
        try (var other = anotherNode(otherHome, "LIMITS", "off")) {
            var nodes = List.of(url, URI.create(other.url()));
            for (var scenario : List.of(Scenario.RIVALS, Scenario.RETRY_STORM, Scenario.PURCHASE, Scenario.ON_SALE)) {
                var report =
                        run(plan(scenario).at(nodes).with(CLIENTS, RUN, SETTLE).selling(4, 20_000));
                say(String.format(Locale.ROOT, "Two nodes, %s: %,.0f/s, %s", scenario, report.rate(), report.counts()));
            }
        }
        delete(otherHome);
        var verify = serve("verify");
        assertThat(verify.exitStatus()).as(verify.output()).isZero();
        say("verify: no violations in the whole database");
    }

    /** Compares two nodes that differ only in this setting. The limit per key is raised, since one key sends everything. */
    @Test
    @Order(6)
    void sales_with_and_without_limits() throws IOException {
        var results = new RoundResults();
        var otherHome = Files.createTempDirectory("seatlock-bench-");
        try (var limited = anotherNode(otherHome, "LIMIT_REQUESTS_PER_KEY", "1000000000")) {
            var limitedUrl = URI.create(limited.url());
            run(plan(Scenario.ON_SALE, limitedUrl)
                    .with(CLIENTS, Duration.ofSeconds(40), SETTLE)
                    .selling(5, LARGE));
            for (int round = 1; round <= ROUNDS; round++) {
                var with = run(plan(Scenario.ON_SALE, limitedUrl)
                                .with(CLIENTS, RUN, SETTLE)
                                .selling(1, LARGE))
                        .successRate();
                var without = run(plan(Scenario.ON_SALE)
                                .with(CLIENTS, RUN, SETTLE)
                                .selling(1, LARGE))
                        .successRate();
                results.add("bookings/s with limits ÷ without", with / without);
            }
        }
        delete(otherHome);
        say(String.format(Locale.ROOT, "Limits on and off:%n%s", results.summary()));
    }

    // ---- Shared by all benchmarks

    /** Starts a second node on the same database. */
    private static Jvm anotherNode(Path otherHome, String setting, String value) {
        var settings =
                Map.of("SEATLOCK_ADMIN_KEY", KEY, "DATABASE_URL", Jvm.published(home, "DATABASE_URL"), setting, value);
        return Jvm.jar(JAR, JAVA_OPTIONS, otherHome, settings, "serve").awaitReady();
    }

    private static Plan plan(Scenario scenario) {
        return plan(scenario, url);
    }

    private static Plan plan(Scenario scenario, URI server) {
        return Plan.of(scenario, server, KEY).rechecking(1000);
    }

    private static Report run(Plan plan) {
        return run(plan, line -> {});
    }

    private static Report run(Plan plan, Consumer<String> progress) {
        var report = LoadTest.run(plan, progress);
        assertThat(report.violations()).as(plan.toString()).isEmpty();
        return report;
    }

    private static void say(String text) {
        System.out.println(text);
    }

    private static Event event(int seats) {
        var plan = new SeatPlan(List.of(new SeatPlan.Section("S", 4500, List.of(new SeatPlan.Row("A", seats)))));
        var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        var event = new Event(
                new EventId(Ids.next()),
                "Bench",
                "Here",
                ZoneId.of("UTC"),
                Currency.getInstance("EUR"),
                Terms.first(now.plus(365, ChronoUnit.DAYS), 10, Optional.empty()),
                seats,
                now);
        try (var database = Database.open(databaseUrl, 1, Duration.ofMinutes(1))) {
            database.inTransaction(tx -> new Catalog().create(tx, event, plan));
        }
        return event;
    }

    /** Serves the compressed seat map of an event with 10,000 seats as a static file. */
    private static Jvm staticFile() throws Exception {
        var event = event(10_000);
        var request = HttpRequest.newBuilder(url.resolve("/api/events/" + event.id() + "/seats"))
                .header("Accept-Encoding", "gzip")
                .build();
        var bytes = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
        var directory = Files.createDirectory(home.resolve("static"));
        Files.write(directory.resolve("livez"), bytes);
        return Jvm.run(StaticFileServer.class, directory.toString()).awaitReady();
    }

    /** Clients that keep requesting seats of an event until closed. */
    private static final class BackgroundClients implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger responses = new AtomicInteger();
        private final List<Thread> threads;

        BackgroundClients(Event event) {
            var client = HttpClient.newHttpClient();
            threads = IntStream.range(0, 20)
                    .mapToObj(i -> new Thread(() -> sendRequests(client, event, i)))
                    .toList();
            threads.forEach(Thread::start);
        }

        private void sendRequests(HttpClient client, Event event, int number) {
            for (int i = 0; !ended.get(); i++) {
                var request = HttpRequest.newBuilder(url.resolve("/api/events/" + event.id() + "/reservations"))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", number + "-" + i + "-" + System.nanoTime())
                        .timeout(Duration.ofSeconds(30))
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"seats\":[\"S-A-" + (number + 1) + "\"],\"email\":\"ada@example.org\"}"))
                        .build();
                try {
                    client.send(request, BodyHandlers.discarding());
                    responses.incrementAndGet();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        int responses() {
            return responses.get();
        }

        @Override
        public void close() throws SQLException {
            ended.set(true);
            for (var thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
