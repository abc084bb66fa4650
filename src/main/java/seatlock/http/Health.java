package seatlock.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.metrics.Metrics;

/**
 * Reports whether this process is alive ({@code /livez}) and whether it is ready for requests ({@code /readyz}).
 *
 * <p>PostgreSQL is checked in the background on its own connection, so that no response waits for it and no load delays the
 * check. A result that is too old counts as unavailable.
 */
public final class Health implements AutoCloseable {

    /** Paths that monitoring polls: always served and never logged. */
    public static final Set<String> PATHS = Set.of("/livez", "/readyz", "/metrics");

    /** Time limit for the check of the database. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Duration VALID_FOR = Duration.ofSeconds(3);

    private enum Stage {
        STARTING,
        SERVING,
        DRAINING
    }

    /**
     * The result of a check.
     *
     * @param database whether PostgreSQL accepts writes
     * @param migrations the number applied to the database; 0 if that cannot be read
     * @param at when the check began, in nanoseconds
     */
    private record Finding(boolean database, long migrations, long at) {}

    private final Database database;
    private final Metrics metrics;
    private final Map<String, BooleanSupplier> dependencies = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private volatile Stage stage = Stage.STARTING;
    private volatile Finding last = new Finding(false, 0, System.nanoTime());
    private volatile long requiredMigrations = 1;

    /**
     * @param database with one connection that nothing else uses
     */
    public Health(Database database, Metrics metrics) {
        this.database = database;
        this.metrics = metrics;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::check, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Adds a dependency that the process can do without. While it is down, the status is {@code degraded}. */
    public void addOptionalDependency(String name, BooleanSupplier isUp) {
        dependencies.put(name, isUp);
    }

    /** Marks the process as ready for requests: everything that it needs is available, including all migrations. */
    public void started() {
        check();
        requiredMigrations = Math.max(requiredMigrations, last.migrations);
        stage = Stage.SERVING;
        metrics.ready(isReady());
    }

    /** Marks the process as not ready, because it is about to stop. */
    public void drain() {
        stage = Stage.DRAINING;
        metrics.ready(false);
    }

    boolean hasStarted() {
        return stage != Stage.STARTING;
    }

    boolean isDraining() {
        return stage == Stage.DRAINING;
    }

    private synchronized void check() {
        var at = System.nanoTime();
        try {
            last = database.inTransaction(tx -> check(tx, at));
        } catch (DatabaseException e) {
            last = new Finding(false, last.migrations, at);
        } catch (IllegalStateException e) {
            last = new Finding(true, 0, at); // there is no schema, or no permission to read it
        }
        metrics.ready(isReady());
    }

    /** A standby also responds, but accepts no writes. */
    private Finding check(Tx tx, long at) throws SQLException {
        return tx.query("""
                        SELECT NOT pg_is_in_recovery() AS writable,
                               (SELECT count(*) FROM flyway_schema_history WHERE success) AS applied
                        """, row -> new Finding(row.bool("writable"), row.bigint("applied"), at))
                .get(0);
    }

    private boolean isReady() {
        var finding = last;
        return stage == Stage.SERVING && isUp(finding) && isCurrent(finding);
    }

    private static boolean isUp(Finding finding) {
        return finding.database && System.nanoTime() - finding.at < VALID_FOR.toNanos();
    }

    private boolean isCurrent(Finding finding) {
        return finding.migrations >= requiredMigrations;
    }

    /** Adds the routes for monitoring: {@code /livez}, {@code /readyz} and {@code /metrics}. */
    public void addRoutes(RoutesConfig routes, RouteRole... roles) {
        var handlers = Map.<String, Handler>of(
                "/livez", this::live, "/readyz", this::ready, "/metrics", new MetricsHandler(metrics));
        handlers.forEach((path, handler) -> {
            routes.addHttpHandler(HandlerType.GET, path, handler, roles);
            routes.addHttpHandler(HandlerType.HEAD, path, handler, roles);
        });
    }

    private void live(Context ctx) {
        ctx.result("alive");
    }

    private void ready(Context ctx) {
        var finding = last;
        var checks = new LinkedHashMap<String, String>();
        checks.put("postgresql", isUp(finding) ? "up" : "down");
        checks.put("schema", isCurrent(finding) ? "current" : "unknown or out of date");
        var isDegraded = false;
        for (var dependency : dependencies.entrySet()) {
            var isUp = dependency.getValue().getAsBoolean();
            checks.put(dependency.getKey(), isUp ? "up" : "down");
            isDegraded |= !isUp;
        }
        var isReady = isReady();
        if (!isReady) {
            ctx.header("Retry-After", "1");
        }
        var status = isReady ? isDegraded ? "degraded" : "ready" : notReady();
        ctx.header("Cache-Control", "no-store");
        ctx.status(isReady ? 200 : 503)
                .contentType("application/json")
                .result(Json.write(Map.of("status", status, "checks", checks)));
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
