package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
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
 * The jar in the role {@code serve}, with the Java options of the Makefile and a durable PostgreSQL of its own. Limits are off. The
 * load test runs in this process, on the same cores.
 */
final class BenchNode implements AutoCloseable {

    /** The admin key of all nodes. */
    static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";

    /** How often each measurement is repeated. */
    static final int ROUNDS = Integer.getInteger("seatlock.bench.rounds", 3);

    /** Clients of a measurement that is not about their number, and connections of one directly on PostgreSQL. */
    static final int CLIENTS = 64;

    /** Duration of each measurement. */
    static final Duration RUN = Duration.ofSeconds(Integer.getInteger("seatlock.bench.seconds", 6));

    /** Sells so much that the compiler has seen everything. */
    static final Duration WARMUP = Duration.ofSeconds(Integer.getInteger("seatlock.bench.warmup", 45));

    static final Duration SETTLE = Duration.ofSeconds(1);
    static final int LARGE = 100_000;

    private static final Path JAR = Path.of("target/seatlock.jar").toAbsolutePath();
    static final List<String> JAVA_OPTIONS =
            List.of(System.getProperty("seatlock.bench.java", "").trim().split(" +"));

    private final Path home;
    private final Jvm jvm;
    private final URI url;
    private final DatabaseUrl database;

    private BenchNode(Path home, List<String> moreJavaOptions) {
        this.home = home;
        assertThat(command("migrate").exitStatus()).isZero();
        this.jvm = jar(home, moreJavaOptions, Map.of(), "serve").awaitReady();
        this.url = URI.create(Jvm.published(home, "URL"));
        this.database = DatabaseUrl.parse(Jvm.published(home, "DATABASE_URL"));
        say(
                "Java options: %s; %d cores",
                String.join(" ", JAVA_OPTIONS), Runtime.getRuntime().availableProcessors());
    }

    static BenchNode start(String... moreJavaOptions) {
        return new BenchNode(newHome(), List.of(moreJavaOptions));
    }

    static Path newHome() {
        try {
            return Files.createTempDirectory("seatlock-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Jvm jar(Path home, List<String> moreJavaOptions, Map<String, String> settings, String role) {
        var options = new ArrayList<>(JAVA_OPTIONS);
        options.addAll(moreJavaOptions);
        var all = new TreeMap<>(Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off"));
        all.putAll(settings);
        return Jvm.jar(JAR, options, home, all, role);
    }

    /** Runs another command on this home directory. */
    Jvm command(String command) {
        return jar(home, List.of(), Map.of(), command);
    }

    /** Starts another process on the same database, and does not wait until it is ready. */
    Jvm another(String role, Path otherHome, Map<String, String> settings) {
        var all = new TreeMap<>(settings);
        all.put("DATABASE_URL", Jvm.published(home, "DATABASE_URL"));
        return jar(otherHome, List.of(), all, role);
    }

    Path home() {
        return home;
    }

    long pid() {
        return jvm.pid();
    }

    URI url() {
        return url;
    }

    /** Returns the address of the database, for the role that owns it. */
    DatabaseUrl database() {
        return database;
    }

    // ---- Load

    void warmUp() {
        say("Warming up");
        run(plan(Scenario.ON_SALE).with(CLIENTS, WARMUP, SETTLE).selling(5, LARGE));
    }

    Plan plan(Scenario scenario) {
        return plan(scenario, url);
    }

    static Plan plan(Scenario scenario, URI server) {
        return Plan.of(scenario, server, KEY).rechecking(1000);
    }

    static Report run(Plan plan) {
        return run(plan, line -> {});
    }

    static Report run(Plan plan, Consumer<String> progress) {
        var report = LoadTest.run(plan, progress);
        assertThat(report.violations()).as(plan.toString()).isEmpty();
        return report;
    }

    /** A load test and the CPU time that it took, including that of its warm-up. */
    record Load(Report report, Cpu cpu) {}

    /** Runs a plan that creates events, and measures the CPU time between their creation and the checks at the end. */
    Load measure(Plan plan) {
        var moments = new ArrayList<Cpu>();
        var report = run(plan, line -> {
            if (line.startsWith("Created ") || line.startsWith("Checking ")) {
                moments.add(cpu());
            }
        });
        return new Load(report, moments.get(1).since(moments.get(0)));
    }

    /**
     * CPU time, in seconds.
     *
     * @param wall time passed
     * @param jar of the node
     * @param driver of this process: the load test or the clients of PostgreSQL, with its compiler and garbage collector
     * @param machine of everything, the kernel included
     */
    record Cpu(double wall, double jar, double postgres, double driver, double machine) {

        Cpu since(Cpu before) {
            return new Cpu(
                    wall - before.wall,
                    jar - before.jar,
                    postgres - before.postgres,
                    driver - before.driver,
                    machine - before.machine);
        }

        /** Returns the mean number of busy cores. */
        double cores() {
            return (jar + postgres + driver) / wall;
        }

        /** Returns the mean number of cores that others have used. If it is not almost zero, the measurement is worth little. */
        double coresOfOthers() {
            return machine / wall - cores();
        }
    }

    /** Returns the CPU time used so far. */
    Cpu cpu() {
        return new Cpu(
                System.nanoTime() / 1e9,
                Processes.cpuSeconds(jvm.pid()),
                Processes.cpuSecondsOfPostgres(home),
                Processes.cpuSeconds(ProcessHandle.current().pid()),
                Processes.cpuSecondsOfMachine());
    }

    /** Creates an event without any node. */
    Event event(int seats) {
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
        try (var opened = Database.open(database, 1, Duration.ofMinutes(1))) {
            opened.inTransaction(tx -> new Catalog().create(tx, event, plan));
        }
        return event;
    }

    static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    @Override
    public void close() {
        jvm.close();
        Servers.delete(home);
    }
}
