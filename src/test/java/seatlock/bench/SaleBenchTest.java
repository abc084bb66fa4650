package seatlock.bench;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.bench.BenchNode.CLIENTS;
import static seatlock.bench.BenchNode.LARGE;
import static seatlock.bench.BenchNode.ROUNDS;
import static seatlock.bench.BenchNode.RUN;
import static seatlock.bench.BenchNode.SETTLE;
import static seatlock.bench.BenchNode.WARMUP;
import static seatlock.bench.BenchNode.plan;
import static seatlock.bench.BenchNode.run;
import static seatlock.bench.BenchNode.say;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import seatlock.catalog.Event;
import seatlock.loadtest.Report;
import seatlock.loadtest.Scenario;
import seatlock.support.Jvm;
import seatlock.support.Servers;

/**
 * Measures sales, as ratios between measurements of the same run on the same machine. Run it with {@code make bench}.
 *
 * <p>Everything is warmed up first. This process has an optimising compiler, so that neither the load test nor the bookings
 * directly on PostgreSQL take more CPU time than they must: see the Makefile.
 */
@Tag("bench")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SaleBenchTest {

    /** Seats of an event that is sold directly on PostgreSQL. */
    private static final int MANY = 300_000;

    /** Per round, since a single stampede lasts a tenth of a second and varies a lot. */
    private static final int STAMPEDES = 5;

    private static BenchNode node;

    @BeforeAll
    static void start() {
        node = BenchNode.start();
        node.warmUp();
        run(node.plan(Scenario.PURCHASE)
                .with(CLIENTS, Duration.ofSeconds(15), SETTLE)
                .selling(1, LARGE));
        run(node.plan(Scenario.BROWSE).with(16, Duration.ofSeconds(5), SETTLE));
        run(node.plan(Scenario.NOTHING).with(CLIENTS, Duration.ofSeconds(5), SETTLE));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    /** Prints the table of the documentation. */
    @Test
    @Order(1)
    void ratios() throws Exception {
        var results = new RoundResults();
        try (var lean = new LeanBookings(node.database());
                var direct = new DirectBookings(node.database());
                var files = staticFile()) {
            var fileUrl = URI.create("http://localhost:" + files.output().replaceAll("(?s).*PORT=(\\d+).*", "$1"));
            direct.perSecond(lean.event(MANY), CLIENTS, 5);
            direct.perSecond(DirectBookings.oneCte(node.event(LARGE)), CLIENTS, 5);
            direct.perSecond(DirectBookings.fourStatements(node.event(LARGE)), CLIENTS, 5);
            run(plan(Scenario.NOTHING, fileUrl).with(16, Duration.ofSeconds(8), SETTLE));
            for (int round = 1; round <= ROUNDS; round++) {
                say("Round %d of %d", round, ROUNDS);
                sales(results, lean, direct, round % 2 == 0);
                otherRatios(results, direct, fileUrl);
            }
        }
        say("Median of %d rounds (lowest to highest):%n%s", ROUNDS, results.summary());
    }

    /** A measurement: successes per second, and the CPU time that they took. */
    private record Rate(double perSecond, BenchNode.Cpu cpu) {}

    /** @param reversed the order in which the measurements are made */
    private static void sales(RoundResults results, LeanBookings lean, DirectBookings direct, boolean reversed)
            throws Exception {
        var steps = new ArrayList<Map.Entry<String, Callable<Rate>>>(List.of(
                entry("16", () -> onSale(results, 16)),
                entry("256", () -> onSale(results, 256)),
                entry("64", () -> onSale(results, 64)),
                entry("lean", () -> directly(direct, lean.event(MANY))),
                entry("cte", () -> directly(direct, DirectBookings.oneCte(node.event(LARGE)))),
                entry("four", () -> directly(direct, DirectBookings.fourStatements(node.event(LARGE))))));
        if (reversed) {
            Collections.reverse(steps);
        }
        var rates = new HashMap<String, Rate>();
        for (var step : steps) {
            rates.put(step.getKey(), step.getValue().call());
        }
        for (var clients : List.of("16", "64", "256")) {
            results.add("bookings/s over HTTP, " + clients + " connections", rates.get(clients).perSecond);
            results.add(
                    "busy cores, " + clients + " connections",
                    rates.get(clients).cpu.cores());
        }
        var cpu = rates.get("64").cpu;
        results.add("busy cores, 64 connections, of which jar", cpu.jar() / cpu.wall());
        results.add("busy cores, 64 connections, of which PostgreSQL", cpu.postgres() / cpu.wall());
        results.add("busy cores, 64 connections, of which driver", cpu.driver() / cpu.wall());
        results.add("busy cores, 64 connections, others on this machine", cpu.coresOfOthers());
        var sale = rates.get("64").perSecond;
        var names = Map.of("lean", "the lean reference", "cte", "one CTE", "four", "four statements");
        for (var way : List.of("lean", "cte", "four")) {
            var rate = rates.get(way);
            results.add("bookings/s on PostgreSQL directly, " + names.get(way), rate.perSecond);
            results.add("busy cores, " + names.get(way), rate.cpu.cores());
            results.add(
                    "busy cores, " + names.get(way) + ", of which PostgreSQL", rate.cpu.postgres() / rate.cpu.wall());
            results.add("bookings ÷ " + names.get(way), sale / rate.perSecond);
        }
    }

    private static Rate directly(DirectBookings direct, DirectBookings.Way way) throws SQLException {
        var before = node.cpu();
        var perSecond = direct.perSecond(way, CLIENTS, RUN.toSeconds());
        return new Rate(perSecond, node.cpu().since(before));
    }

    /** Measures an on-sale, with the memory of the jar and the CPU time of jar, PostgreSQL and driver. */
    private static Rate onSale(RoundResults results, int clients) {
        var load = node.measure(
                node.plan(Scenario.ON_SALE).with(clients, RUN, SETTLE).selling(1, LARGE));
        var cpu = load.cpu();
        if (clients == CLIENTS) {
            var perBooking = 1000.0 / load.report().acknowledged();
            results.add("memory after the on-sale (jar, PSS), MB", Processes.pssMegabytes(node.pid()));
            results.add("CPU per booking, jar, ms", cpu.jar() * perBooking);
            results.add("CPU per booking, PostgreSQL, ms", cpu.postgres() * perBooking);
            results.add("CPU per booking, jar and PostgreSQL, ms", (cpu.jar() + cpu.postgres()) * perBooking);
            results.add("CPU per booking, driver, ms", cpu.driver() * perBooking);
        }
        return new Rate(load.report().successRate(), cpu);
    }

    private static void otherRatios(RoundResults results, DirectBookings direct, URI fileUrl) throws Exception {
        var sale = run(node.plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, LARGE))
                .successRate();
        var nothing =
                run(node.plan(Scenario.NOTHING).with(CLIENTS, RUN, SETTLE)).rate();
        var purchases = run(node.plan(Scenario.PURCHASE)
                        .with(CLIENTS, RUN, SETTLE)
                        .selling(1, LARGE))
                .successRate();
        results.add("requests/s of an endpoint that does no work", nothing);
        results.add("reserve + confirm, flows/s", purchases);
        results.add("bookings ÷ an endpoint that does no work", sale / nothing);
        results.add("flows ÷ bookings", purchases / sale);

        var small = run(node.plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(10, 10_000))
                .successRate();
        var million = run(node.plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, 1_000_000))
                .successRate();
        results.add("bookings on an event of 1,000,000 seats ÷ events of 10,000", million / small);

        for (int i = 0; i < STAMPEDES; i++) {
            var stampede = run(node.plan(Scenario.STAMPEDE).with(1000, RUN, Duration.ZERO))
                    .wallSeconds();
            var nothingAtOnce =
                    run(node.plan(Scenario.NOTHING).forRequests(1000, 1000)).wallSeconds();
            results.add("1,000 simultaneous requests for one seat, ms", stampede * 1000);
            results.add("1,000 simultaneous requests for one seat ÷ 1,000 without work", stampede / nothingAtOnce);
        }

        var alone = run(node.plan(Scenario.ON_SALE).forRequests(1, 2000).selling(1, 2000))
                .total()
                .ms(50);
        var aloneDirect = direct.millis(DirectBookings.fourStatements(node.event(2000)), 2000);
        Arrays.sort(aloneDirect);
        results.add("a single client's reservation, median ms", alone);
        results.add(
                "a single client's reservation ÷ four statements over JDBC",
                alone / aloneDirect[aloneDirect.length / 2]);

        var map = run(node.plan(Scenario.BROWSE).with(16, RUN, SETTLE)).rate();
        var file = run(plan(Scenario.NOTHING, fileUrl).with(16, RUN, SETTLE)).rate();
        results.add("seat map of 10,000 seats, gzip: requests ÷ the same as a static file", map / file);
    }

    /** Locks a whole event from outside while clients keep requesting its seats, and measures sales of other events. */
    @Test
    @Order(2)
    void sales_of_other_events_while_one_event_is_locked() throws Exception {
        var results = new RoundResults();
        var locked = node.event(1000);
        var otherEvent = node.plan(Scenario.ON_SALE)
                .with(CLIENTS, Duration.ofSeconds(20), SETTLE)
                .atRate(1000)
                .selling(1, LARGE);
        for (int round = 1; round <= 3; round++) {
            var usual = run(otherEvent);
            Report during;
            try (var connection = Servers.connect(node.database());
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
        say(
                "One event locked from outside for 20 s, three times; 1,000 bookings/s in other events:%n%s",
                results.summary());
    }

    @Test
    @Order(3)
    void ten_thousand_simultaneous_connections_for_one_seat() {
        var before = Processes.pssMegabytes(node.pid());
        var report = run(node.plan(Scenario.STAMPEDE).with(10_000, RUN, Duration.ZERO));
        var after = Processes.pssMegabytes(node.pid());
        say(
                "10,000 simultaneous connections for one seat: %s in %.2f s; memory of the jar %.0f MB before, %.0f MB after",
                report.counts(), report.wallSeconds(), before, after);
    }

    /** Audits the responses of two nodes with a shared database at full load, and then verifies the database. */
    @Test
    @Order(4)
    void two_nodes_on_one_database_agree() {
        var otherHome = BenchNode.newHome();
        try (var other = node.another("serve", otherHome, Map.of()).awaitReady()) {
            var nodes = List.of(node.url(), URI.create(other.url()));
            for (var scenario : List.of(Scenario.RIVALS, Scenario.RETRY_STORM, Scenario.PURCHASE, Scenario.ON_SALE)) {
                var report = run(
                        node.plan(scenario).at(nodes).with(CLIENTS, RUN, SETTLE).selling(4, 20_000));
                say("Two nodes, %s: %,.0f/s, %s", scenario, report.rate(), report.counts());
            }
        }
        Servers.delete(otherHome);
        var verify = node.command("verify");
        assertThat(verify.exitStatus()).as(verify.output()).isZero();
        say("verify: no violations in the whole database");
    }

    /** Compares two nodes that differ only in this setting. The limit per key is raised, since one key sends everything. */
    @Test
    @Order(5)
    void sales_with_and_without_limits() {
        var results = new RoundResults();
        var otherHome = BenchNode.newHome();
        var limits = Map.of("LIMITS", "on", "LIMIT_REQUESTS_PER_KEY", "1000000000");
        try (var limited = node.another("serve", otherHome, limits).awaitReady()) {
            var limitedUrl = URI.create(limited.url());
            run(plan(Scenario.ON_SALE, limitedUrl).with(CLIENTS, WARMUP, SETTLE).selling(5, LARGE));
            for (int round = 1; round <= ROUNDS; round++) {
                var with = run(plan(Scenario.ON_SALE, limitedUrl)
                                .with(CLIENTS, RUN, SETTLE)
                                .selling(1, LARGE))
                        .successRate();
                var without = run(node.plan(Scenario.ON_SALE)
                                .with(CLIENTS, RUN, SETTLE)
                                .selling(1, LARGE))
                        .successRate();
                results.add("bookings/s with limits ÷ without", with / without);
            }
        }
        Servers.delete(otherHome);
        say("Limits on and off:%n%s", results.summary());
    }

    /** Serves the compressed seat map of an event with 10,000 seats as a static file. */
    private static Jvm staticFile() throws Exception {
        var event = node.event(10_000);
        var request = HttpRequest.newBuilder(node.url().resolve("/api/events/" + event.id() + "/seats"))
                .header("Accept-Encoding", "gzip")
                .build();
        var bytes = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
        var directory = Files.createDirectory(node.home().resolve("static"));
        Files.write(directory.resolve("livez"), bytes);
        return Jvm.run(StaticFileServer.class, BenchNode.JAVA_OPTIONS, directory.toString())
                .awaitReady();
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
                var request = HttpRequest.newBuilder(node.url().resolve("/api/events/" + event.id() + "/reservations"))
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
