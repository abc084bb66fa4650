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
 * Stops and restarts nodes, PostgreSQL and Redis at random for minutes while buyers buy. In the end every acknowledgement must
 * still be true, every client that followed a seat map must know it as it is, and the node that was never killed must not have grown. Run it with {@code make chaos SEED=1 MINUTES=10};
 * the same seed gives the same schedule.
 */
@Tag("chaos")
class ChaosTest {

    private static final int SERVERS = 3;
    private static final int WORKERS = 3;
    private static final int SHOPPERS = 6;
    private static final int SEATS = 5_000;

    /** Of each event. */
    private static final int FOLLOWERS = 10;

    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(5);

    /**
     * How much the process may grow. The whole heap is touched at the start, and live objects are checked separately, so what
     * remains is code that failures load and compile, and the stacks and buffers of a few threads. A leak of one kilobyte per
     * request would exceed this.
     */
    private static final double MAX_EXTRA_MEGABYTES = 32;

    /** How much the live heap may grow: caches of recently used keys and of the four seat maps fill up to their bounds. */
    private static final double MAX_EXTRA_LIVE_MEGABYTES = 8;

    /** Jetty starts threads when many clients connect at once, as after an outage, and ends them after a minute. */
    private static final double MAX_EXTRA_THREADS = 16;

    /** Connections of the proxy, which come and go with these threads, and connections to PostgreSQL. */
    private static final double MAX_EXTRA_FILES = 32;

    /** Sum of the maximum pool sizes: sales 16, reads 11, health 1, invariants 1. Pools that are full stay full. */
    private static final int MAX_CONNECTIONS = 29;

    private final long seed = Long.getLong("seatlock.chaos.seed", 1);
    private final Duration length = Duration.ofMinutes(Long.getLong("seatlock.chaos.minutes", 10));
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<String, ExecutorService> executors = new TreeMap<>();
    private final List<ResourceUsage> samples = new ArrayList<>();
    private final List<Double> liveHeaps = new ArrayList<>();
    private long began;
    private Duration longestRecovery = Duration.ZERO; // accessed only by the executor of PostgreSQL

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void acknowledgements_survive_random_failures() {
        var steps = ChaosSchedule.generate(seed, length, SERVERS, WORKERS);
        System.out.printf("Seed %d, %d minutes, %d steps:%n", seed, length.toMinutes(), steps.size());
        steps.forEach(step -> System.out.println("  " + step));
        try (var cluster = Cluster.start(
                        SERVERS,
                        WORKERS,
                        "RESERVATION_TTL",
                        "PT5S",
                        "JAVA_TOOL_OPTIONS",
                        "-Xms256m -XX:+AlwaysPreTouch");
                var shoppers = new Shoppers(cluster, SHOPPERS, SEATS, seed);
                var followers = new MapFollowers(cluster, shoppers.events, FOLLOWERS)) {
            began = System.nanoTime();
            run(steps, cluster, shoppers.statistics);
            awaitSteps();
            cluster.nodes().forEach(cluster::awaitServing);
            shoppers.statistics.awaitOrders(100);
            takeSample(cluster);
            var connections = openConnections(cluster);
            Audit.check("chaos, seed " + seed + ", " + length.toMinutes() + " min", cluster, shoppers);
            followers.check();
            System.out.printf(
                    "  longest time from PostgreSQL's return to a sale: %,d ms%n", longestRecovery.toMillis());
            assertThat(faults).isEmpty();
            assertThat(connections).isLessThanOrEqualTo(MAX_CONNECTIONS);
            checkResources();
        } finally {
            executors.values().forEach(ExecutorService::shutdownNow);
        }
    }

    /** Runs the steps. Each target has its own executor, so that several can be down at the same time. */
    private void run(List<ChaosSchedule.Step> steps, Cluster cluster, ClientStatistics statistics) {
        var due = new ArrayList<>(steps);
        var nextSample = SAMPLE_INTERVAL;
        while (elapsed().compareTo(length) < 0) {
            while (!due.isEmpty() && due.get(0).at().compareTo(elapsed()) <= 0) {
                var step = due.remove(0);
                executors
                        .computeIfAbsent(step.target(), target -> Executors.newSingleThreadExecutor())
                        .execute(() -> execute(step, cluster, statistics));
            }
            if (nextSample.compareTo(elapsed()) <= 0) {
                takeSample(cluster);
                nextSample = nextSample.plus(SAMPLE_INTERVAL);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void execute(ChaosSchedule.Step step, Cluster cluster, ClientStatistics statistics) {
        try {
            switch (step.action()) {
                case KILL_SERVE, KILL_WORKER -> {
                    var node = cluster.node(step.target());
                    node.kill();
                    stayDown(step);
                    node.start();
                }
                case TERMINATE_SERVE, TERMINATE_WORKER -> {
                    var node = cluster.node(step.target());
                    var wasReady = node.isReady();
                    var status = node.terminate();
                    if (wasReady && status != 0) {
                        faults.add(node.name + " ended with " + status + ":\n" + node.output());
                    }
                    stayDown(step);
                    node.start();
                }
                case STOP_POSTGRES -> {
                    cluster.postgres.stop();
                    stayDown(step);
                    restart(cluster.postgres, statistics);
                }
                case KILL_POSTGRES -> {
                    cluster.postgres.kill();
                    stayDown(step);
                    restart(cluster.postgres, statistics);
                }
                case KILL_REDIS -> {
                    cluster.redis.kill();
                    stayDown(step);
                    cluster.redis.start();
                }
                case WIPE_REDIS -> {
                    cluster.redis.kill();
                    cluster.redis.wipe();
                    stayDown(step);
                    cluster.redis.start();
                }
            }
        } catch (RuntimeException | Error e) {
            faults.add(step + ": " + e);
        }
    }

    private void restart(Postgres postgres, ClientStatistics statistics) {
        postgres.start();
        var recovery = statistics.awaitOrders(1);
        longestRecovery = recovery.compareTo(longestRecovery) > 0 ? recovery : longestRecovery;
    }

    private static void stayDown(ChaosSchedule.Step step) {
        var until = System.nanoTime() + step.downtime().toNanos();
        while (System.nanoTime() - until < 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    /** Waits until all steps are complete. */
    private void awaitSteps() {
        executors.values().forEach(ExecutorService::shutdown);
        Wait.until(
                "the last steps are done", () -> executors.values().stream().allMatch(ExecutorService::isTerminated));
    }

    private void takeSample(Cluster cluster) {
        var node = cluster.serving.get(0);
        samples.add(ResourceUsage.of(node));
        var tenth = samples.size() * 10 / (int) Math.max(1, length.dividedBy(SAMPLE_INTERVAL));
        if (tenth >= List.of(1, 5, 10, 99).get(liveHeaps.size())) {
            liveHeaps.add(ResourceUsage.liveHeap(node));
        }
    }

    /** Counts, in PostgreSQL, the connections of the node that was never killed. */
    private static long openConnections(Cluster cluster) {
        return cluster.count("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'serve-1'");
    }

    private void checkResources() {
        System.out.println("serve 1, never killed             start  middle     end   at most");
        var flat = isFlat("memory (PSS), MB", ResourceUsage::memory, MAX_EXTRA_MEGABYTES);
        flat &= isFlat("threads", ResourceUsage::threads, MAX_EXTRA_THREADS);
        flat &= isFlat("open files", ResourceUsage::files, MAX_EXTRA_FILES);
        flat &= isFlat(
                "connections to PostgreSQL",
                ResourceUsage::connections,
                MAX_CONNECTIONS - median(ResourceUsage::connections, 1));
        flat &= isFlat(
                "heap after a full collection, MB",
                liveHeaps.get(0),
                liveHeaps.get(1),
                liveHeaps.get(2),
                liveHeaps.get(0) + MAX_EXTRA_LIVE_MEGABYTES);
        assertThat(samples).allMatch(sample -> sample.connections() <= MAX_CONNECTIONS);
        assertThat(flat).as("resource usage stays flat").isTrue();
    }

    /** Compares medians of the second tenth of the run (the first tenth warms up), of the middle and of the last tenth. */
    private boolean isFlat(String name, ToDoubleFunction<ResourceUsage> value, double maxGrowth) {
        var start = median(value, 1);
        return isFlat(name, start, median(value, 5), median(value, 9), start + maxGrowth);
    }

    private static boolean isFlat(String name, double start, double middle, double end, double max) {
        System.out.printf("%-32s %6.0f  %6.0f  %6.0f    %6.0f%n", name, start, middle, end, max);
        return end <= max;
    }

    private double median(ToDoubleFunction<ResourceUsage> value, int tenth) {
        var size = samples.size();
        var sorted =
                samples.subList(size * tenth / 10, Math.max(size * tenth / 10 + 1, size * (tenth + 1) / 10)).stream()
                        .mapToDouble(value)
                        .sorted()
                        .toArray();
        return sorted[sorted.length / 2];
    }
}
