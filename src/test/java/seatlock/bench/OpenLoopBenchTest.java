package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.bench.BenchNode.CLIENTS;
import static seatlock.bench.BenchNode.LARGE;
import static seatlock.bench.BenchNode.RUN;
import static seatlock.bench.BenchNode.SETTLE;
import static seatlock.bench.BenchNode.run;
import static seatlock.bench.BenchNode.say;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Scenario;
import seatlock.support.Servers;

/**
 * Measures latency at a constant rate, from the moment when each request is due. Run it with {@code make bench
 * TEST=OpenLoopBenchTest}; {@code MINUTES=10} is the duration of the long run.
 */
@Tag("bench")
@Timeout(value = 4, unit = TimeUnit.HOURS)
class OpenLoopBenchTest {

    private static final int MINUTES = Integer.getInteger("seatlock.bench.minutes", 10);

    /** A free client for each request that is due, even if the node stops for a third of a second. */
    private static final int MANY_CLIENTS = 1000;

    @TempDir
    private static Path logs;

    private static BenchNode node;

    @BeforeAll
    static void start() throws SQLException {
        node = BenchNode.start("-Xlog:gc,safepoint:file=" + logs.resolve("java.log") + ":timemillis");
        var settings = List.of(
                "log_line_prefix = '%n '",
                "log_checkpoints = on",
                "log_autovacuum_min_duration = 0",
                "log_min_duration_statement = " + Stops.LONG_MS,
                "log_parameter_max_length = 0");
        for (var setting : settings) {
            execute("ALTER SYSTEM SET " + setting);
        }
        execute("SELECT pg_reload_conf()");
        node.warmUp();
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = Servers.connect(node.database());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static double highestRate() {
        return run(node.plan(Scenario.ON_SALE).with(CLIENTS, RUN, SETTLE).selling(1, LARGE))
                .successRate();
    }

    @Test
    void latency_at_a_constant_rate() {
        var most = highestRate();
        say("On-sale at a constant rate; latency since each request was due; maximum rate %,.0f/s:", most);
        for (var share : List.of(0.25, 0.5, 0.9)) {
            var latency = run(node.plan(Scenario.ON_SALE)
                            .with(MANY_CLIENTS, Duration.ofSeconds(10), Duration.ofSeconds(2))
                            .atRate(most * share)
                            .selling(2, LARGE))
                    .total();
            say(
                    "  at %.0f%% of the maximum: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, longest %.1f ms",
                    share * 100, latency.ms(50), latency.ms(99), latency.ms(99.9), latency.maxMs());
        }
    }

    /** Sells at half the highest rate for minutes, and lists every stop with the pauses of the node, PostgreSQL and this process. */
    @Test
    void stops_at_half_the_highest_rate() throws SQLException {
        var most = highestRate();
        var time = Duration.ofMinutes(MINUTES);
        var seats = most / 2 * time.plus(SETTLE).toSeconds();
        var plan = node.plan(Scenario.ON_SALE)
                .with(MANY_CLIENTS, time, SETTLE)
                .atRate(most / 2)
                .selling((int) Math.ceil(seats / LARGE), LARGE);
        var events = LoadTest.createEvents(plan);
        // A seller creates events long before the sale, so their creation must not cause a checkpoint or a vacuum now.
        execute("VACUUM (ANALYZE)");
        execute("CHECKPOINT");

        var before = node.cpu();
        var began = Stops.Moment.now();
        var pauses = new ArrayList<Stops.Pause>();
        try (var watch = new PauseWatch()) {
            var cpu = new BenchNode.Cpu[1];
            var report = LoadTest.run(plan, events, line -> {
                if (line.startsWith("Checking ")) {
                    cpu[0] = node.cpu().since(before);
                }
            });
            assertThat(report.violations()).isEmpty();
            var latency = report.total();
            say(
                    "On-sale at %,.0f/s, half of the highest rate, for %d minutes: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms,"
                            + " longest %.1f ms; %s",
                    most / 2,
                    MINUTES,
                    latency.ms(50),
                    latency.ms(99),
                    latency.ms(99.9),
                    latency.maxMs(),
                    report.counts());
            say("Busy cores: %.2f, and %.2f by others on this machine", cpu[0].cores(), cpu[0].coresOfOthers());
            pauses.addAll(watch.pauses());
            pauses.addAll(Stops.pausesOfJava(logs.resolve("java.log")));
            pauses.addAll(Stops.pausesOfPostgres(node.home().resolve("postgres/postgres.log")));
            say("%s", Stops.explain(report.slow(), pauses, began));
        }
    }
}
