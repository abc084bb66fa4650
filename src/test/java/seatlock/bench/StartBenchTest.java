package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.bench.BenchNode.CLIENTS;
import static seatlock.bench.BenchNode.LARGE;
import static seatlock.bench.BenchNode.ROUNDS;
import static seatlock.bench.BenchNode.SETTLE;
import static seatlock.bench.BenchNode.plan;
import static seatlock.bench.BenchNode.run;
import static seatlock.bench.BenchNode.say;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.loadtest.LoadTest;
import seatlock.loadtest.Scenario;
import seatlock.support.Servers;
import seatlock.support.Wait;

/**
 * Measures how fast a node sells right after its start. Run it with {@code make bench TEST=StartBenchTest}.
 *
 * <p>In each round a new JVM serves, on a database that another node has warmed up, together with the load test. That node also
 * creates the event, so the requests of the sale are the first that the new JVM gets, except for {@code /readyz} and {@code /livez}.
 */
@Tag("bench")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class StartBenchTest {

    private static final Duration FIRST = Duration.ofSeconds(5);

    /** How long the new node sells until its steady state is measured. */
    private static final Duration UNTIL_STEADY = Duration.ofSeconds(Integer.getInteger("seatlock.bench.steady", 40));

    @Test
    void first_five_seconds_of_a_new_node() throws Exception {
        var results = new RoundResults();
        try (var node = BenchNode.start()) {
            node.warmUp();
            for (int round = 1; round <= ROUNDS; round++) {
                say("Round %d of %d", round, ROUNDS);
                round(results, node);
            }
        }
        say("A new node, %d clients, median of %d rounds (lowest to highest):%n%s", CLIENTS, ROUNDS, results.summary());
    }

    private static void round(RoundResults results, BenchNode node) {
        var sale =
                node.plan(Scenario.ON_SALE).with(CLIENTS, FIRST, Duration.ZERO).selling(1, LARGE);
        var events = LoadTest.createEvents(sale);
        var home = BenchNode.newHome();
        var began = System.nanoTime();
        try (var fresh = node.another("serve", home, Map.of())) {
            var url = URI.create(fresh.url());
            Wait.until("the new node is ready", () -> isReady(url));
            var untilReady = (System.nanoTime() - began) / 1e9;
            var first = LoadTest.run(sale.at(List.of(url)), events, line -> {});
            assertThat(first.violations()).isEmpty();
            run(plan(Scenario.ON_SALE, url)
                    .with(CLIENTS, UNTIL_STEADY, Duration.ZERO)
                    .selling(5, LARGE));
            var steady =
                    run(plan(Scenario.ON_SALE, url).with(CLIENTS, FIRST, SETTLE).selling(1, LARGE));

            results.add("start of the JVM until /readyz is 200, s", untilReady);
            results.add("bookings/s, first five seconds", first.successRate());
            results.add("bookings/s, steady", steady.successRate());
            results.add("bookings/s, first five seconds ÷ steady", first.successRate() / steady.successRate());
            results.add("p99 of the first five seconds, ms", first.total().ms(99));
            results.add("p99, steady, ms", steady.total().ms(99));
            results.add(
                    "p99, first five seconds ÷ steady",
                    first.total().ms(99) / steady.total().ms(99));
            results.add(
                    "longest response of the first five seconds, ms",
                    first.total().maxMs());
            for (var second : first.seconds()) {
                results.add(String.format(Locale.ROOT, "bookings/s, second %.0f", second.at()), second.perSecond());
            }
        } finally {
            Servers.delete(home);
        }
    }

    private static boolean isReady(URI url) {
        try {
            var readyz = (HttpURLConnection) url.resolve("/readyz").toURL().openConnection();
            return readyz.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
