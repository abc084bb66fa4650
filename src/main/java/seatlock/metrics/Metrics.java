package seatlock.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
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
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a process. The only class that uses Micrometer.
 *
 * <p>Every request is recorded, thousands per second on two cores, so recording takes only a few hundred nanoseconds. A meter is
 * created once and then found by a small key, because Micrometer's own look-up builds and sorts the tags each time. A histogram
 * has a dozen buckets, because each is a separate series for every route and status. Nothing here waits: a background task
 * reports what it read from the database ({@link #backlog}), and a scrape prints the current values.
 *
 * <p>All tags come from a fixed set (routes, statuses, slugs), so that no client can create thousands of series.
 */
public final class Metrics implements AutoCloseable {

    /** Content type of {@link #scrape}: the text format of Prometheus. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** From the latency of an idle server to the longest time that clients wait. */
    private static final Duration[] LATENCY_BUCKETS = {
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

    /** Orders in one transaction, up to the largest batch. */
    private static final double[] BATCH_BUCKETS = {1, 2, 5, 10, 20, 50, 100, 200, 500};

    private record RequestTags(String method, String route, int status) {}

    private record TagPair(String first, String second) {}

    private static final String OLDEST_JOB = "Time that the oldest job has been overdue or running";

    /** The job states with a gauge. {@code DONE} has none, since it would only grow: the counter of jobs has it. */
    private static final List<String> JOB_STATES = List.of("READY", "RUNNING", "DEAD");

    private final PrometheusMeterRegistry registry = newRegistry();

    /**
     * The gauges of the {@link Backlog}. They have their own registry because {@code seatlock_jobs} is a gauge and {@code
     * seatlock_jobs_total} a counter, which Micrometer considers the same name within one registry.
     */
    private final PrometheusMeterRegistry backlogRegistry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final Map<RequestTags, Timer> requests = new ConcurrentHashMap<>();
    private final Map<TagPair, Counter> orders = new ConcurrentHashMap<>();
    private final Map<TagPair, Counter> jobs = new ConcurrentHashMap<>();
    private final Map<String, Counter> exceededLimits = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> violations = new ConcurrentHashMap<>();
    private final Counter expiredReservations =
            counter("seatlock.expired.reservations", "Reservations that the sweeper has marked as expired");
    private final Counter lockTimeouts =
            counter("seatlock.lock.timeouts", "Statements that waited too long for a lock");
    private final Counter providerFailures =
            counter("seatlock.provider.failures", "Calls of the payment provider that failed or were refused");
    private final Counter replacedConnections =
            counter("seatlock.connections.replaced", "Connections of clients that were closed to make room for others");
    private final Counter retries =
            counter("seatlock.transaction.retries", "Transactions that were repeated after a conflict");
    private final DistributionSummary batchSizes = DistributionSummary.builder("seatlock.batch.orders")
            .description("Orders that were committed in one transaction")
            .serviceLevelObjectives(BATCH_BUCKETS)
            .register(registry);
    private final Timer queueWaits =
            timer("seatlock.lane.wait", "Time in the queue of an event or pool").register(registry);
    private final Timer lockWaits =
            timer("seatlock.lock.wait", "Time of the statements that lock rows").register(registry);
    private final LongAdder queuedItems = new LongAdder();
    private final JvmGcMetrics garbageCollections = new JvmGcMetrics();
    private volatile Backlog backlog;
    private volatile double lastSweep = Double.NaN;
    private volatile double lastInvariantCheck = Double.NaN;
    private volatile double redisUp = Double.NaN;
    private volatile double clockDifference = Double.NaN;
    private volatile boolean ready;

    /** Creates the metrics of Seatlock, without those of the process itself: see {@link #measureProcess}. */
    public Metrics() {
        gauge("seatlock.lane.waiting", "Items in the queues of events and pools", queuedItems::sum);
        gauge("seatlock.ready", "Whether this process is ready for requests", () -> ready ? 1 : 0);
        gauge("seatlock.redis.up", "Whether Redis responded at the last use", () -> redisUp);
        seconds(
                "seatlock.clock.difference",
                "By how much the clock of this node is ahead of the database's",
                () -> clockDifference);
        seconds(
                "seatlock.sweeper.last.success.timestamp",
                "When the sweeper last processed all events",
                () -> lastSweep);
        seconds(
                "seatlock.invariants.checked.timestamp",
                "When all invariants were last checked in all events",
                () -> lastInvariantCheck);
        for (var state : JOB_STATES) {
            backlogGauge(
                            "seatlock.jobs",
                            "Jobs in the database by state",
                            now -> now.jobs().getOrDefault(state, 0L))
                    .tag("state", state)
                    .register(backlogRegistry);
        }
        backlogGauge("seatlock.oldest.job", OLDEST_JOB, Backlog::oldestReady)
                .tag("state", "READY")
                .baseUnit("seconds")
                .register(backlogRegistry);
        backlogGauge("seatlock.oldest.job", OLDEST_JOB, Backlog::oldestRunning)
                .tag("state", "RUNNING")
                .baseUnit("seconds")
                .register(backlogRegistry);
        backlogGauge("seatlock.pending.reservations", "Reservations that hold their seats", Backlog::pending)
                .register(backlogRegistry);
        backlogGauge(
                        "seatlock.lapsed.reservations",
                        "Lapsed reservations that the sweeper has not marked yet",
                        Backlog::lapsed)
                .register(backlogRegistry);
        backlogGauge(
                        "seatlock.sweeper.lag",
                        "Time since the first of the lapsed reservations lapsed",
                        Backlog::sweeperLag)
                .baseUnit("seconds")
                .register(backlogRegistry);
        backlogGauge(
                        "seatlock.unsequenced.changes",
                        "Changes without a position in the feed of their event",
                        Backlog::unsequenced)
                .register(backlogRegistry);
        backlogGauge(
                        "seatlock.sequencer.lag",
                        "Time since the first of the changes without a position was made",
                        Backlog::sequencerLag)
                .baseUnit("seconds")
                .register(backlogRegistry);
        latePayments(
                "seatlock.stranded.payments",
                "Payments that confirm nothing and whose money was not given back within a minute",
                Backlog.LatePayments::stranded);
        latePayments(
                "seatlock.uncaptured.payments",
                "Payments of confirmed reservations whose money was not moved within a minute",
                Backlog.LatePayments::uncaptured);
        latePayments("seatlock.failed.refunds", "Refunds that were refused", Backlog.LatePayments::failedRefunds);
        latePayments(
                "seatlock.overdue.payments", "Payments that wait for the reconciler", Backlog.LatePayments::overdue);
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(LATENCY_BUCKETS);
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    private void seconds(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).baseUnit("seconds").register(registry);
    }

    /**
     * Exposes what this process is, so that alerts can tell roles apart without labels from the configuration of Prometheus. A
     * label {@code role} of that configuration would hide one of this name.
     *
     * @param role {@code all}, {@code serve} or {@code worker}
     */
    public void info(String role, String version) {
        Gauge.builder("seatlock.info", () -> 1)
                .description("Role and version of this process; always 1")
                .tags("seatlock_role", role, "version", version)
                .register(registry);
    }

    private void latePayments(String name, String description, ToDoubleFunction<Backlog.LatePayments> value) {
        backlogGauge(name, description, now -> value.applyAsDouble(now.payments()))
                .register(backlogRegistry);
    }

    /** Starts to build a gauge. Its value is NaN while the database is unavailable, because an old value would mislead. */
    private Gauge.Builder<Supplier<Number>> backlogGauge(
            String name, String description, ToDoubleFunction<Backlog> value) {
        Supplier<Number> current = () -> {
            var now = backlog;
            return now == null ? Double.NaN : value.applyAsDouble(now);
        };
        return Gauge.builder(name, current).description(description);
    }

    private static PrometheusMeterRegistry newRegistry() {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new ConventionalNames()); // before the first metric
        return registry;
    }

    /** Measures memory, garbage collection, threads, processors, file descriptors and uptime as well. */
    public void measureProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu.seconds", system, each -> each.getProcessCpuTime() / 1e9)
                    .description("Processor time used by this process")
                    .register(registry);
        }
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollections.bindTo(registry);
    }

    /** Exposes how many lines of the log were dropped because its reader was too slow. */
    public void droppedLogLines(LongSupplier dropped) {
        FunctionCounter.builder("seatlock.log.dropped", dropped, LongSupplier::getAsLong)
                .description("Lines of the log that were dropped because its reader was too slow")
                .register(registry);
    }

    /** Returns all metrics in {@link #CONTENT_TYPE}. */
    public String scrape() {
        return registry.scrape() + backlogRegistry.scrape();
    }

    /**
     * Records the response to a request.
     *
     * @param method a method of HTTP, or {@code other}
     * @param route the template of the path, never the path itself
     * @param nanos from the arrival of the request to the response
     */
    public void requestCompleted(String method, String route, int status, long nanos) {
        getOrCreate(requests, new RequestTags(method, route, status), this::requestTimer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Looks without a lock first, because the meter almost always exists. */
    private static <K, M> M getOrCreate(Map<K, M> meters, K key, Function<K, M> create) {
        var found = meters.get(key);
        return found != null ? found : meters.computeIfAbsent(key, create);
    }

    private Timer requestTimer(RequestTags tags) {
        return timer("seatlock.http.request", "Time from the arrival of a request to the response")
                .tag("method", tags.method)
                .tag("route", tags.route)
                .tag("status", String.valueOf(tags.status))
                .register(registry);
    }

    /**
     * Counts the outcome of an action.
     *
     * @param action such as {@code reserve}
     * @param outcome {@code done}, {@code replayed}, or the slug of the problem
     */
    public void orderCompleted(String action, String outcome) {
        getOrCreate(
                        orders,
                        new TagPair(action, outcome),
                        order -> counter(
                                "seatlock.orders",
                                "Outcomes of actions",
                                "action",
                                order.first,
                                "outcome",
                                order.second))
                .increment();
    }

    /** Counts a call of the payment provider that failed or was refused. */
    public void providerFailed() {
        providerFailures.increment();
    }

    /** Counts reservations that the sweeper has marked as expired. */
    public void expired(long reservations) {
        expiredReservations.increment(reservations);
    }

    /** Records the number of orders that were committed in one transaction. */
    public void batch(int orders) {
        batchSizes.record(orders);
    }

    /** Counts an item that starts to wait in a queue. */
    public void queued() {
        queuedItems.increment();
    }

    /** Records that an item has left its queue, and how long it waited. */
    public void dequeued(long nanos) {
        queuedItems.decrement();
        queueWaits.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Returns an observer that measures the transactions of a connection pool. */
    public TransactionObserver transactions(String pool) {
        var transactions = timer("seatlock.transaction", "Duration of transactions")
                .tag("pool", pool)
                .register(registry);
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
     * Exposes the connections of a pool under the names of HikariCP's own metrics, which dashboards know.
     *
     * @param open connections that exist
     * @param active connections in use
     * @param pending threads that wait for a connection
     */
    public void connections(String pool, IntSupplier open, IntSupplier active, IntSupplier pending) {
        connections("hikaricp.connections", "Connections that exist", pool, open::getAsInt);
        connections("hikaricp.connections.active", "Connections in use", pool, active::getAsInt);
        connections("hikaricp.connections.pending", "Threads that wait for a connection", pool, pending::getAsInt);
    }

    private void connections(String name, String description, String pool, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).tag("pool", pool).register(registry);
    }

    /** Exposes how many workers of this process take jobs of a kind. */
    public void workers(String kind, IntSupplier alive) {
        Gauge.builder("seatlock.workers.alive", alive::getAsInt)
                .description("Workers of this process that take jobs of a kind")
                .tag("kind", kind)
                .register(registry);
    }

    /** Exposes how many time zones and currencies of stored events this version of Java does not know. */
    public void unknownNames(IntSupplier count) {
        gauge("seatlock.unknown.names", "Time zones and currencies that this Java does not know", count::getAsInt);
    }

    /**
     * Counts an attempt at a job.
     *
     * @param outcome {@code done}, {@code failed} (the job will be retried) or {@code dead}
     */
    public void jobEnded(String kind, String outcome) {
        getOrCreate(
                        jobs,
                        new TagPair(kind, outcome),
                        job -> counter("seatlock.jobs", "Attempts at jobs", "kind", job.first, "outcome", job.second))
                .increment();
    }

    /** Exposes how many clients follow seat maps. */
    public void streams(IntSupplier open) {
        gauge("seatlock.seat.streams", "Clients that follow the seat map of an event", open::getAsInt);
    }

    /** Records that the sweeper has just processed all events. */
    public void sweepCompleted() {
        lastSweep = now();
    }

    /** @param latest the current backlog; {@code null} if it could not be read */
    public void backlog(Backlog latest) {
        backlog = latest;
    }

    /** Records the number of violations that the latest check of an invariant found in all events. */
    public void violations(String invariant, long count) {
        violations
                .computeIfAbsent(invariant, name -> {
                    var value = new AtomicLong();
                    Gauge.builder("seatlock.invariant.violations", value::get)
                            .description("Violations that the latest check of an invariant found")
                            .tag("invariant", name)
                            .register(registry);
                    return value;
                })
                .set(count);
    }

    /** Records that all invariants have been checked in all events. */
    public void invariantsChecked() {
        lastInvariantCheck = now();
    }

    /** Exposes whether the latest mail left; there is no value before the first. */
    public void mailUp(Supplier<Optional<Boolean>> isUp) {
        gauge(
                "seatlock.mail.up",
                "Whether the latest mail left, or failed for a reason that stops all mail",
                () -> isUp.get().<Number>map(up -> up ? 1.0 : 0.0).orElse(Double.NaN));
    }

    /** Records whether Redis responded at the last use. */
    public void redisUp(boolean isUp) {
        redisUp = isUp ? 1 : 0;
    }

    /** Records whether this process is ready for requests. */
    public void ready(boolean isReady) {
        ready = isReady;
    }

    /** @param seconds by how much the clock of this node is ahead of the database's; NaN if that is unknown */
    public void clockDifference(double seconds) {
        clockDifference = seconds;
    }

    /** Counts a request that was refused because it exceeded a limit. */
    public void limitExceeded(String limit) {
        getOrCreate(
                        exceededLimits,
                        limit,
                        name -> counter("seatlock.limited", "Requests that exceeded a limit", "limit", name))
                .increment();
    }

    /** Counts a connection that was closed to make room for another one. */
    public void connectionReplaced() {
        replacedConnections.increment();
    }

    private static double now() {
        return Instant.now().toEpochMilli() / 1e3;
    }

    @Override
    public void close() {
        garbageCollections.close();
    }
}
