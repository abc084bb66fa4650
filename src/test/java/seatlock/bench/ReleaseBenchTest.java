package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Plan;
import seatlock.loadtest.Scenario;
import seatlock.support.Jvm;

/**
 * Compares this jar with an older one: {@code make bench TEST=ReleaseBenchTest OLD=seatlock-0.1.0.jar}. Each runs in the role
 * {@code serve} with its own durable PostgreSQL. In each round both serve the same load, one after the other, and the order
 * alternates.
 */
@Tag("bench")
@EnabledIfSystemProperty(named = "seatlock.bench.old", matches = ".+")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class ReleaseBenchTest {

    private static final String KEY = "the-admin-key-of-the-bench-has-more-than-32-characters";
    private static final List<Scenario> SCENARIOS = List.of(Scenario.ON_SALE, Scenario.PURCHASE, Scenario.BROWSE);
    private static final int ROUNDS = Integer.getInteger("seatlock.bench.rounds", 5);
    private static final Duration RUN = Duration.ofSeconds(4);
    private static final Duration WARMUP = Duration.ofSeconds(1);
    private static final int SEATS = 40_000;

    @Test
    void this_jar_and_an_older_one(@TempDir Path home) throws IOException {
        var old = Path.of(System.getProperty("seatlock.bench.old")).toAbsolutePath();
        var results = new RoundResults();
        try (var older = node(old, home.resolve("old"));
                var newer = node(Path.of("target/seatlock.jar").toAbsolutePath(), home.resolve("new"))) {
            for (var scenario : SCENARIOS) {
                perSecond(older, scenario, Duration.ofSeconds(15));
                perSecond(newer, scenario, Duration.ofSeconds(15));
            }
            for (int round = 1; round <= ROUNDS; round++) {
                System.out.println("Round " + round + " of " + ROUNDS);
                for (var scenario : SCENARIOS) {
                    var isFirst = round % 2 == 0;
                    var before = isFirst ? perSecond(older, scenario, RUN) : 0;
                    var now = perSecond(newer, scenario, RUN);
                    results.add(scenario + ", new ÷ old", now / (isFirst ? before : perSecond(older, scenario, RUN)));
                }
            }
        }
        System.out.printf("Median of %d rounds (lowest to highest):%n%s", ROUNDS, results.summary());
    }

    private static Jvm node(Path jar, Path home) throws IOException {
        Files.createDirectory(home);
        var options =
                List.of(System.getProperty("seatlock.bench.java", "").trim().split(" +"));
        var settings = Map.of("SEATLOCK_ADMIN_KEY", KEY, "LIMITS", "off");
        assertThat(Jvm.jar(jar, options, home, settings, "migrate").exitStatus())
                .isZero();
        return Jvm.jar(jar, options, home, settings, "serve").awaitReady();
    }

    private static double perSecond(Jvm node, Scenario scenario, Duration duration) {
        var plan = Plan.of(scenario, URI.create(node.url()), KEY)
                .with(scenario == Scenario.BROWSE ? 16 : 128, duration, WARMUP)
                .selling(1, SEATS)
                .rechecking(100);
        var report = LoadTest.run(plan, line -> {});
        assertThat(report.violations()).isEmpty();
        return report.successRate();
    }
}
