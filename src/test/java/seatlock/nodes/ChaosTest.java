package seatlock.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.support.Wait;

/**
 * Nodes, PostgreSQL and Redis die and come back at random, for minutes, while clients buy. In the end all that was said has
 * to be true, and the node that was never killed has to need no more than in the beginning. {@code make chaos SEED=1
 * MINUTES=10} runs it; the same seed makes the same schedule.
 */
@Tag("chaos")
class ChaosTest {

    private static final int SERVERS = 3;
    private static final int WORKERS = 3;
    private static final int SHOPPERS = 6;
    private static final int SEATS = 5_000;

    private static final Duration SAMPLED_EVERY = Duration.ofSeconds(5);

    /**
     * What the node may have more at the end than at the beginning. Its heap is touched from the start, and what lives on
     * it is looked at apart. The rest is code that is loaded and compiled when it is first needed, on a bad day only, and
     * the stacks and buffers of a thread or two; one kilobyte that were kept of each of the requests would be more.
     */
    private static final double MORE_MEGABYTES = 32;

    /** Caches have a bound, and fill: the keys just used, the maps of the four events. */
    private static final double MORE_LIVE_MEGABYTES = 8;

    /** Jetty takes threads when clients come at once, as they do after an outage, and lets them go after a minute. */
    private static final double MORE_THREADS = 16;

    /** Connections of the proxy, which come with the threads and go with them; and those to PostgreSQL. */
    private static final double MORE_FILES = 32;

    /** All that its pools may have: sales 16, reads 11, health 1, invariants 1. They fill, and stay full. */
    private static final int MOST_CONNECTIONS = 29;

    private final long seed = Long.getLong("seatlock.chaos.seed", 1);
    private final Duration length = Duration.ofMinutes(Long.getLong("seatlock.chaos.minutes", 10));
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<String, ExecutorService> hands = new TreeMap<>();
    private final List<Vitals> samples = new ArrayList<>();
    private final List<Double> liveHeaps = new ArrayList<>();
    private long began;
    private Duration longestRecovery = Duration.ZERO; // of PostgreSQL's hand alone

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void whatever_dies_all_that_was_said_is_true() {
        var steps = Schedule.of(seed, length, SERVERS, WORKERS);
        System.out.printf("Seed %d, %d minutes, %d steps:%n", seed, length.toMinutes(), steps.size());
        steps.forEach(step -> System.out.println("  " + step));
        try (var cluster = Cluster.start(
                        SERVERS,
                        WORKERS,
                        "RESERVATION_TTL",
                        "PT5S",
                        "JAVA_TOOL_OPTIONS",
                        "-Xms256m -XX:+AlwaysPreTouch");
                var shoppers = new Shoppers(cluster, SHOPPERS, SEATS, seed)) {
            began = System.nanoTime();
            run(steps, cluster, shoppers.tally);
            letGo();
            cluster.nodes().forEach(cluster::awaitServing);
            shoppers.tally.awaitOrders(100);
            takeSample(cluster);
            var kept = keptConnections(cluster);
            Audit.check("chaos, seed " + seed + ", " + length.toMinutes() + " min", cluster, shoppers);
            System.out.printf("  sold again at most %,d ms after PostgreSQL was back%n", longestRecovery.toMillis());
            assertThat(faults).isEmpty();
            assertThat(kept).isLessThanOrEqualTo(MOST_CONNECTIONS);
            checkVitals();
        } finally {
            hands.values().forEach(ExecutorService::shutdownNow);
        }
    }

    /** Each thing that can die has a hand of its own: several may lie there at the same time. */
    private void run(List<Schedule.Step> steps, Cluster cluster, Tally tally) {
        var due = new ArrayList<>(steps);
        var nextSample = SAMPLED_EVERY;
        while (elapsed().compareTo(length) < 0) {
            while (!due.isEmpty() && due.get(0).at().compareTo(elapsed()) <= 0) {
                var step = due.remove(0);
                hands.computeIfAbsent(step.of(), target -> Executors.newSingleThreadExecutor())
                        .execute(() -> take(step, cluster, tally));
            }
            if (nextSample.compareTo(elapsed()) <= 0) {
                takeSample(cluster);
                nextSample = nextSample.plus(SAMPLED_EVERY);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void take(Schedule.Step step, Cluster cluster, Tally tally) {
        try {
            switch (step.action()) {
                case KILL_SERVE, KILL_WORKER -> {
                    var node = cluster.node(step.of());
                    node.kill();
                    leave(step);
                    node.start();
                }
                case TERMINATE_SERVE, TERMINATE_WORKER -> {
                    var node = cluster.node(step.of());
                    var wasReady = node.isReady();
                    var status = node.terminate();
                    if (wasReady && status != 0) {
                        faults.add(node.name + " ended with " + status + ":\n" + node.output());
                    }
                    leave(step);
                    node.start();
                }
                case STOP_POSTGRES -> {
                    cluster.postgres.stop();
                    leave(step);
                    bringBack(cluster.postgres, tally);
                }
                case KILL_POSTGRES -> {
                    cluster.postgres.kill();
                    leave(step);
                    bringBack(cluster.postgres, tally);
                }
                case KILL_REDIS -> {
                    cluster.redis.kill();
                    leave(step);
                    cluster.redis.start();
                }
                case WIPE_REDIS -> {
                    cluster.redis.kill();
                    cluster.redis.wipe();
                    leave(step);
                    cluster.redis.start();
                }
            }
        } catch (RuntimeException | Error e) {
            faults.add(step + ": " + e);
        }
    }

    private void bringBack(Postgres postgres, Tally tally) {
        postgres.start();
        var recovery = tally.awaitOrders(1);
        longestRecovery = recovery.compareTo(longestRecovery) > 0 ? recovery : longestRecovery;
    }

    private static void leave(Schedule.Step step) {
        var until = System.nanoTime() + step.away().toNanos();
        while (System.nanoTime() - until < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    /** Waits until all that was begun is done. */
    private void letGo() {
        hands.values().forEach(ExecutorService::shutdown);
        Wait.until("the last steps are done", () -> hands.values().stream().allMatch(ExecutorService::isTerminated));
    }

    private void takeSample(Cluster cluster) {
        var node = cluster.serving.get(0);
        samples.add(Vitals.of(node));
        var tenth = samples.size() * 10 / (int) Math.max(1, length.dividedBy(SAMPLED_EVERY));
        if (tenth >= List.of(1, 5, 10, 99).get(liveHeaps.size())) {
            liveHeaps.add(Vitals.liveHeap(node));
        }
    }

    /** Of the node that was never killed, as PostgreSQL counts them. */
    private static long keptConnections(Cluster cluster) {
        return cluster.count("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'serve-1'");
    }

    private void checkVitals() {
        System.out.println("serve 1, never killed             begin  middle     end   at most");
        var flat = isFlat("memory (PSS), MB", Vitals::memory, MORE_MEGABYTES);
        flat &= isFlat("threads", Vitals::threads, MORE_THREADS);
        flat &= isFlat("open files", Vitals::files, MORE_FILES);
        flat &= isFlat(
                "connections to PostgreSQL", Vitals::connections, MOST_CONNECTIONS - median(Vitals::connections, 1));
        flat &= isFlat(
                "heap after a full collection, MB",
                liveHeaps.get(0),
                liveHeaps.get(1),
                liveHeaps.get(2),
                liveHeaps.get(0) + MORE_LIVE_MEGABYTES);
        assertThat(samples).allMatch(sample -> sample.connections() <= MOST_CONNECTIONS);
        assertThat(flat).as("it needs no more than in the beginning").isTrue();
    }

    /** Medians of the second tenth of the time (the first one warms it up), of the one in the middle, of the last one. */
    private boolean isFlat(String what, ToDoubleFunction<Vitals> figure, double more) {
        var begin = median(figure, 1);
        return isFlat(what, begin, median(figure, 5), median(figure, 9), begin + more);
    }

    private static boolean isFlat(String what, double begin, double middle, double end, double most) {
        System.out.printf("%-32s %6.0f  %6.0f  %6.0f    %6.0f%n", what, begin, middle, end, most);
        return end <= most;
    }

    private double median(ToDoubleFunction<Vitals> figure, int tenth) {
        var size = samples.size();
        var sorted =
                samples.subList(size * tenth / 10, Math.max(size * tenth / 10 + 1, size * (tenth + 1) / 10)).stream()
                        .mapToDouble(figure)
                        .sorted()
                        .toArray();
        return sorted[sorted.length / 2];
    }
}
