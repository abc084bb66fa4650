package seatlock.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The figures of a process. The only class that knows Micrometer.
 *
 * <p>It is told of every request, thousands in a second on two cores, so telling costs a few hundred nanoseconds: a meter is
 * made once and then found by a small key (Micrometer's own look-up builds and sorts its tags each time), and a histogram
 * has a dozen buckets, since each is a series of its own for every route and status. Nothing here waits for anybody: what
 * the database knows is told by whoever reads it in the background ({@link #backlog}), and a scrape prints what is there.
 *
 * <p>All tags come from a fixed set (routes, statuses, slugs), so that no client can make series by the thousand.
 */
public final class Metrics implements AutoCloseable {

    /** Of {@link #scrape}: Prometheus' text format. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** From what an idle server takes to what anybody waits for. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10)
    };

    /** Orders in one transaction, up to the most that there can be. */
    private static final double[] BATCH_BUCKETS = {1, 2, 5, 10, 20, 50, 100, 200, 500};

    private record Answered(String method, String route, int status) {}

    private record Pair(String first, String second) {}

    /**
     * What is in the database, as far as an operator wants to watch it.
     *
     * @param jobs how many there are in each state
     * @param oldestReady seconds since the longest due job was due; 0 if none is
     * @param oldestRunning seconds since the oldest of the jobs that are being done was added; 0 if none is
     * @param pending reservations that hold their seats
     * @param lapsed reservations that hold them no longer, and are {@code PENDING} until the sweeper comes by
     * @param sweeperLag seconds since the first of them lapsed; 0 if there is none
     */
    public record Backlog(
            Map<String, Long> jobs,
            double oldestReady,
            double oldestRunning,
            long pending,
            long lapsed,
            double sweeperLag) {}

    /** The states of jobs that are counted. Those that are done are as many as there ever were: see the counter. */
    private static final List<String> JOB_STATES = List.of("READY", "RUNNING", "DEAD");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /**
     * What the database says. In a registry of its own: {@code seatlock_jobs} is a gauge and {@code seatlock_jobs_total} a
     * counter, and within one Micrometer takes them for the same name.
     */
    private final PrometheusMeterRegistry stock = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final Map<Answered, Timer> requests = new ConcurrentHashMap<>();
    private final Map<Pair, Counter> orders = new ConcurrentHashMap<>();
    private final Map<Pair, Counter> jobs = new ConcurrentHashMap<>();
    private final Map<String, Counter> limited = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> violations = new ConcurrentHashMap<>();
    private final Counter expired = registry.counter("seatlock.expired.reservations");
    private final Counter lockTimeouts = registry.counter("seatlock.lock.timeouts");
    private final Counter retries = registry.counter("seatlock.transaction.retries");
    private final DistributionSummary batches = DistributionSummary.builder("seatlock.batch.orders")
            .serviceLevelObjectives(BATCH_BUCKETS)
            .register(registry);
    private final Timer queueWaits = timer("seatlock.lane.wait").register(registry);
    private final Timer lockWaits = timer("seatlock.lock.wait").register(registry);
    private final LongAdder inQueues = new LongAdder();
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private volatile Backlog backlog;
    private volatile double lastSweep = Double.NaN;
    private volatile double lastCheck = Double.NaN;
    private volatile double redisUp = Double.NaN;
    private volatile boolean ready;

    /** Measures nothing of the process itself yet: see {@link #measureProcess}. */
    public Metrics() {
        gauge("seatlock.lane.waiting", inQueues::sum);
        gauge("seatlock.ready", () -> ready ? 1 : 0);
        gauge("seatlock.redis.up", () -> redisUp);
        seconds("seatlock.sweeper.last.success.timestamp", () -> lastSweep);
        seconds("seatlock.invariants.checked.timestamp", () -> lastCheck);
        for (var state : JOB_STATES) {
            counted("seatlock.jobs", now -> now.jobs.getOrDefault(state, 0L))
                    .tag("state", state)
                    .register(stock);
        }
        counted("seatlock.oldest.job", now -> now.oldestReady)
                .tag("state", "READY")
                .baseUnit("seconds")
                .register(stock);
        counted("seatlock.oldest.job", now -> now.oldestRunning)
                .tag("state", "RUNNING")
                .baseUnit("seconds")
                .register(stock);
        counted("seatlock.pending.reservations", now -> now.pending).register(stock);
        counted("seatlock.lapsed.reservations", now -> now.lapsed).register(stock);
        counted("seatlock.sweeper.lag", now -> now.sweeperLag)
                .baseUnit("seconds")
                .register(stock);
    }

    private static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(BUCKETS);
    }

    private void gauge(String name, Supplier<Number> value) {
        Gauge.builder(name, value).register(registry);
    }

    private void seconds(String name, Supplier<Number> value) {
        Gauge.builder(name, value).baseUnit("seconds").register(registry);
    }

    /** NaN while the database does not answer: what was true before may be far from it. */
    private Gauge.Builder<Supplier<Number>> counted(String name, ToDoubleFunction<Backlog> figure) {
        return Gauge.builder(name, () -> {
            var now = backlog;
            return now == null ? Double.NaN : figure.applyAsDouble(now);
        });
    }

    /** Measures memory, garbage collection, threads, processors, file descriptors and uptime as well, until closed. */
    public void measureProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** All there is, in {@link #CONTENT_TYPE}. */
    public String scrape() {
        return registry.scrape() + stock.scrape();
    }

    /**
     * A request was answered.
     *
     * @param method one of HTTP's, or {@code other}
     * @param route the template of its path, never the path itself
     * @param nanos that it took
     */
    public void requestAnswered(String method, String route, int status, long nanos) {
        find(requests, new Answered(method, route, status), this::requests).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** First without a lock: all but a few times in the life of the process it is there. */
    private static <K, M> M find(Map<K, M> meters, K key, Function<K, M> make) {
        var found = meters.get(key);
        return found != null ? found : meters.computeIfAbsent(key, make);
    }

    private Timer requests(Answered answered) {
        return timer("seatlock.http.request")
                .tag("method", answered.method)
                .tag("route", answered.route)
                .tag("status", String.valueOf(answered.status))
                .register(registry);
    }

    /**
     * An order was settled, or refused.
     *
     * @param action such as {@code reserve}
     * @param outcome {@code done}, {@code replayed}, or the slug of the problem
     */
    public void orderAnswered(String action, String outcome) {
        find(
                        orders,
                        new Pair(action, outcome),
                        order -> registry.counter("seatlock.orders", "action", order.first, "outcome", order.second))
                .increment();
    }

    /** The sweeper has marked reservations as expired. */
    public void expired(long reservations) {
        expired.increment(reservations);
    }

    /** Orders were settled in one transaction. */
    public void batch(int orders) {
        batches.record(orders);
    }

    /** Something waits in a lane from now on. */
    public void queued() {
        inQueues.increment();
    }

    /** It waits no longer. */
    public void dequeued(long nanos) {
        inQueues.decrement();
        queueWaits.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** For a pool of connections: measures its transactions. */
    public TransactionObserver transactions(String pool) {
        var transactions = timer("seatlock.transaction").tag("pool", pool).register(registry);
        return new TransactionObserver() {
            @Override
            public void ended(long nanos) {
                transactions.record(nanos, TimeUnit.NANOSECONDS);
            }

            @Override
            public void locked(long nanos) {
                lockWaits.record(nanos, TimeUnit.NANOSECONDS);
            }

            @Override
            public void lockTimedOut() {
                lockTimeouts.increment();
            }

            @Override
            public void retried() {
                retries.increment();
            }
        };
    }

    /**
     * Exposes the connections of a pool, under the names that HikariCP's own metrics have elsewhere.
     *
     * @param open connections that exist
     * @param active connections in use
     * @param pending threads that wait for a connection
     */
    public void connections(String pool, IntSupplier open, IntSupplier active, IntSupplier pending) {
        connections("hikaricp.connections", pool, open::getAsInt);
        connections("hikaricp.connections.active", pool, active::getAsInt);
        connections("hikaricp.connections.pending", pool, pending::getAsInt);
    }

    private void connections(String name, String pool, Supplier<Number> value) {
        Gauge.builder(name, value).tag("pool", pool).register(registry);
    }

    /** Shows how many workers of this process are alive. */
    public void workers(IntSupplier alive) {
        gauge("seatlock.workers.alive", alive::getAsInt);
    }

    /**
     * An attempt at a job has ended.
     *
     * @param outcome {@code done}, {@code failed} (and will be tried again), or {@code dead}
     */
    public void jobEnded(String kind, String outcome) {
        find(
                        jobs,
                        new Pair(kind, outcome),
                        job -> registry.counter("seatlock.jobs", "kind", job.first, "outcome", job.second))
                .increment();
    }

    /** The sweeper has been everywhere just now. */
    public void swept() {
        lastSweep = now();
    }

    /** @param counted {@code null} if it could not be counted */
    public void backlog(Backlog counted) {
        backlog = counted;
    }

    /** What the latest checks of an invariant have found, in all events together. */
    public void violations(String invariant, long count) {
        violations
                .computeIfAbsent(invariant, name -> {
                    var value = new AtomicLong();
                    Gauge.builder("seatlock.invariant.violations", value::get)
                            .tag("invariant", name)
                            .register(registry);
                    return value;
                })
                .set(count);
    }

    /** Every invariant was checked in every event. */
    public void invariantsChecked() {
        lastCheck = now();
    }

    /** Whether Redis answered the last time that somebody wanted something of it. */
    public void redisUp(boolean answers) {
        redisUp = answers ? 1 : 0;
    }

    /** Whether this process wants requests. */
    public void ready(boolean isReady) {
        ready = isReady;
    }

    /** A limit was exceeded, and somebody refused for it. */
    public void limited(String limit) {
        find(limited, limit, name -> registry.counter("seatlock.limited", "limit", name))
                .increment();
    }

    private static double now() {
        return Instant.now().toEpochMilli() / 1e3;
    }

    @Override
    public void close() {
        collections.close();
    }
}
