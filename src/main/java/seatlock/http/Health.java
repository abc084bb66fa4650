package seatlock.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.metrics.Metrics;

/**
 * Reports whether this process is alive ({@code /livez}) and whether it is ready for requests ({@code /readyz}).
 *
 * <p>PostgreSQL is checked in the background on its own connection, so that no response waits for it and no load delays the
 * check. A result that is too old counts as unavailable. The check includes a rehearsal of the work of this process, because a
 * server that responds may still refuse it.
 */
public final class Health implements AutoCloseable {

    /** Paths that monitoring polls: always served and never logged. */
    public static final Set<String> PATHS = Set.of("/livez", "/readyz", "/metrics");

    /** Time limit for the check of the database. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Duration VALID_FOR = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(Health.class);

    private enum Stage {
        STARTING,
        SERVING,
        DRAINING
    }

    /** A smaller difference between the clocks is usual, and matters to nothing. */
    private static final Duration TOLERATED_CLOCK_DIFFERENCE = Duration.ofSeconds(5);

    /**
     * The result of a check.
     *
     * @param isUp whether PostgreSQL responds and accepts writes
     * @param schema the version of the schema; 0 if that cannot be read
     * @param problem why this process cannot work, as a sentence; empty if it can
     * @param clockDifference by how much the clock of this node is ahead of the database's, at least
     * @param at when the check began, in nanoseconds
     */
    private record Finding(boolean isUp, int schema, String problem, Duration clockDifference, long at) {

        Finding with(String newProblem) {
            return new Finding(isUp, schema, newProblem, clockDifference, at);
        }
    }

    private record Dependency(boolean isRequired, Supplier<String> problem) {}

    private record Server(boolean isStandby, boolean isReadOnly, Instant now) {}

    private final List<Runnable> drainers = new CopyOnWriteArrayList<>();
    private final Database database;
    private final Database.Work<?> rehearsal;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Map<String, Dependency> dependencies = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private volatile Stage stage = Stage.STARTING;
    private volatile Finding last = new Finding(false, 0, "Not checked yet.", Duration.ZERO, System.nanoTime());
    private volatile int requiredSchema = 1;

    /**
     * @param database with one connection that nothing else uses
     * @param rehearsal changes nothing, and fails whenever PostgreSQL would refuse the work of this process
     */
    public Health(Database database, Database.Work<?> rehearsal, Metrics metrics) {
        this(database, rehearsal, metrics, InstantSource.system());
    }

    Health(Database database, Database.Work<?> rehearsal, Metrics metrics, InstantSource clock) {
        this.database = database;
        this.rehearsal = rehearsal;
        this.metrics = metrics;
        this.clock = clock;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::check, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Adds something that this process works with.
     *
     * @param isRequired whether the process is not ready without it; otherwise its status is {@code degraded} meanwhile, and the
     *     problem is a hint
     * @param problem returns at once why it does not work, as a sentence; empty if it works
     */
    public void addDependency(String name, boolean isRequired, Supplier<String> problem) {
        dependencies.put(name, new Dependency(isRequired, problem));
    }

    /**
     * Marks the process as ready for requests: everything that it needs is available, including all migrations.
     *
     * @param schema the version of the schema that this program needs
     */
    public void started(int schema) {
        requiredSchema = schema;
        check();
        stage = Stage.SERVING;
        metrics.ready(isReady());
    }

    /** Marks the process as not ready, because it is about to stop. */
    public void drain() {
        stage = Stage.DRAINING;
        metrics.ready(false);
        drainers.forEach(Runnable::run);
    }

    /** Adds an action that ends responses of unlimited length, as soon as the process is about to stop. */
    public void whenDraining(Runnable drainer) {
        drainers.add(drainer);
    }

    boolean hasStarted() {
        return stage != Stage.STARTING;
    }

    boolean isDraining() {
        return stage == Stage.DRAINING;
    }

    private synchronized void check() {
        var found = look(System.nanoTime());
        if (stage == Stage.SERVING && !found.problem.equals(last.problem)) {
            if (found.problem.isEmpty()) {
                log.info("Ready again");
            } else {
                log.warn("Not ready: {}", found.problem);
            }
        }
        last = found;
        metrics.ready(isReady());
    }

    private Finding look(long at) {
        var unknown = new Finding(false, last.schema, "", Duration.ZERO, at);
        try {
            var found = database.inTransaction(tx -> lookAtServer(tx, at));
            return found.isUp ? lookInside(found) : found;
        } catch (DatabaseException e) {
            metrics.clockDifference(Double.NaN);
            return unknown.with(e.withAdvice("PostgreSQL is unavailable."));
        } catch (IllegalStateException e) {
            return unknown.with(refusal(e));
        }
    }

    /** A standby also responds, but accepts no writes. */
    private Finding lookAtServer(Tx tx, long at) throws SQLException {
        var before = clock.instant();
        var server = tx.query("""
                        SELECT pg_is_in_recovery() AS standby,
                               current_setting('transaction_read_only')::boolean AS read_only,
                               clock_timestamp() AS now
                        """, row -> new Server(row.bool("standby"), row.bool("read_only"), row.instant("now")))
                .get(0);
        var difference = differenceFrom(server.now, before, clock.instant());
        metrics.clockDifference(difference.toMillis() / 1e3);
        var problem = server.isStandby
                ? "PostgreSQL is a standby, which accepts no writes."
                : server.isReadOnly ? "PostgreSQL accepts no writes: default_transaction_read_only is on." : "";
        return new Finding(problem.isEmpty(), last.schema, problem, difference, at);
    }

    /** @return by how much this clock is ahead, at least; zero if the database's time is between the two of this clock */
    private static Duration differenceFrom(Instant database, Instant before, Instant after) {
        if (database.isBefore(before)) {
            return Duration.between(database, before);
        }
        return database.isAfter(after) ? Duration.between(database, after) : Duration.ZERO;
    }

    private Finding lookInside(Finding up) {
        int schema;
        try {
            schema = database.inTransaction(Health::readSchemaVersion);
        } catch (IllegalStateException e) {
            return new Finding(true, 0, "The schema cannot be read: " + refusal(e), up.clockDifference, up.at);
        }
        var found = new Finding(true, schema, "", up.clockDifference, up.at);
        if (schema < requiredSchema) {
            return found.with(String.format(
                    Locale.ROOT,
                    "The schema has version %d, but this program needs version %d: run `seatlock migrate`.",
                    schema,
                    requiredSchema));
        }
        try {
            database.inTransaction(rehearsal);
            return found.with(missingDependency());
        } catch (DatabaseException.LockTimeout e) {
            return found.with("A table that a sale writes is locked by another session.");
        } catch (IllegalStateException e) {
            return found.with("PostgreSQL would refuse a sale: " + refusal(e));
        }
    }

    /** @return the problem of a required dependency; empty if all work */
    private String missingDependency() {
        return dependencies.values().stream()
                .filter(Dependency::isRequired)
                .map(dependency -> dependency.problem.get())
                .filter(problem -> !problem.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static int readSchemaVersion(Tx tx) throws SQLException {
        return tx.query(
                        "SELECT coalesce(max(version::int), 0) AS version FROM flyway_schema_history WHERE success",
                        row -> row.integer("version"))
                .get(0);
    }

    private static String refusal(IllegalStateException e) {
        return (e.getCause() == null ? e : e.getCause()).getMessage();
    }

    private boolean isReady() {
        var finding = last;
        return stage == Stage.SERVING && isFresh(finding) && finding.problem.isEmpty();
    }

    private static boolean isFresh(Finding finding) {
        return System.nanoTime() - finding.at < VALID_FOR.toNanos();
    }

    /** Adds the routes for monitoring: {@code /livez}, {@code /readyz} and {@code /metrics}. */
    public void addRoutes(RoutesConfig routes, RouteRole... roles) {
        var handlers = Map.<String, Handler>of(
                "/livez", this::live, "/readyz", this::ready, "/metrics", new MetricsHandler(metrics));
        handlers.forEach((path, handler) -> Pages.add(routes, path, handler, roles));
    }

    private void live(Context ctx) {
        ctx.result("alive");
    }

    private void ready(Context ctx) {
        var finding = last;
        var checks = new LinkedHashMap<String, String>();
        checks.put("postgresql", finding.isUp && isFresh(finding) ? "up" : "down");
        checks.put("schema", schema(finding.schema));
        var hints = hints(finding);
        var isDegraded = false;
        for (var entry : dependencies.entrySet()) {
            var dependency = entry.getValue();
            var problem = dependency.problem.get();
            checks.put(entry.getKey(), problem.isEmpty() ? "up" : "down");
            isDegraded |= !problem.isEmpty();
            if (!problem.isEmpty() && !dependency.isRequired) {
                hints.add(problem);
            }
        }
        var isReady = isReady();
        if (!isReady) {
            ctx.header("Retry-After", "1");
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("status", isReady ? isDegraded ? "degraded" : "ready" : notReady());
        body.put("checks", checks);
        if (!finding.problem.isEmpty()) {
            body.put("problem", finding.problem);
        } else if (!isFresh(finding)) {
            body.put("problem", "PostgreSQL does not respond.");
        }
        if (!hints.isEmpty()) {
            body.put("hints", hints);
        }
        ctx.header("Cache-Control", "no-store");
        ctx.status(isReady ? 200 : 503).contentType("application/json").result(Json.write(body));
    }

    private String schema(int version) {
        if (version == 0) {
            return "unknown";
        }
        return version < requiredSchema ? "older" : version > requiredSchema ? "newer" : "current";
    }

    /** Returns what does not prevent this process from working, but should be changed. */
    private List<String> hints(Finding finding) {
        var hints = new ArrayList<String>();
        if (stage == Stage.SERVING && finding.schema > requiredSchema) {
            hints.add(String.format(
                    Locale.ROOT,
                    "The schema has version %d; this program knows version %d. Upgrade this node.",
                    finding.schema,
                    requiredSchema));
        }
        var difference = finding.clockDifference;
        if (difference.abs().compareTo(TOLERATED_CLOCK_DIFFERENCE) > 0) {
            hints.add(String.format(
                    Locale.ROOT,
                    "The clock of this node is %d seconds %s the database's. Synchronize the clocks.",
                    difference.abs().toSeconds(),
                    difference.isNegative() ? "behind" : "ahead of"));
        }
        return hints;
    }

    private String notReady() {
        return switch (stage) {
            case STARTING -> "starting";
            case SERVING -> "not ready";
            case DRAINING -> "draining";
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
