package seatlock.http;

import io.javalin.http.Context;
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
 * Whether this process lives, and whether it should be given work: {@code /livez} and {@code /readyz}.
 *
 * <p>PostgreSQL is asked in the background, by a connection of its own, so that an answer waits for nothing and no crowd
 * can make it late. What was found out too long ago counts as not known.
 */
public final class Health implements AutoCloseable {

    /** What machines ask again and again: always answered, and never logged. */
    static final Set<String> PATHS = Set.of("/livez", "/readyz", "/metrics");

    /** Longest that the database may take to say that it is there. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Duration GOOD_FOR = Duration.ofSeconds(3);

    private enum Stage {
        STARTING,
        SERVING,
        DRAINING
    }

    /** @param migrations how many are in the database; 0 if that cannot be read */
    private record Finding(boolean database, long migrations, long at) {}

    private final Database database;
    private final Metrics metrics;
    private final Map<String, BooleanSupplier> helpers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private volatile Stage stage = Stage.STARTING;
    private volatile Finding last = new Finding(false, 0, System.nanoTime());
    private volatile long wanted = 1;

    /**
     * @param database with a connection for this alone
     */
    public Health(Database database, Metrics metrics) {
        this.database = database;
        this.metrics = metrics;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "health");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Something that the process can do without, for a while. */
    public void helps(String name, BooleanSupplier isUp) {
        helpers.put(name, isUp);
    }

    /** From now on it may be given work: all that it needs is there, all migrations included. */
    public void started() {
        look();
        wanted = Math.max(wanted, last.migrations);
        stage = Stage.SERVING;
        metrics.ready(isReady());
    }

    /** From now on it should be given no more work: it is about to stop. */
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

    private synchronized void look() {
        var at = System.nanoTime();
        try {
            last = database.inTransaction(tx -> look(tx, at));
        } catch (DatabaseException e) {
            last = new Finding(false, last.migrations, at);
        } catch (IllegalStateException e) {
            last = new Finding(true, 0, at); // there is no schema yet, or it is locked away
        }
        metrics.ready(isReady());
    }

    /** A standby answers, too, but cannot sell anything. */
    private Finding look(Tx tx, long at) throws SQLException {
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
        return finding.database && System.nanoTime() - finding.at < GOOD_FOR.toNanos();
    }

    private boolean isCurrent(Finding finding) {
        return finding.migrations >= wanted;
    }

    void live(Context ctx) {
        ctx.result("alive");
    }

    void ready(Context ctx) {
        var finding = last;
        var checks = new LinkedHashMap<String, String>();
        checks.put("postgresql", isUp(finding) ? "up" : "down");
        checks.put("schema", isCurrent(finding) ? "current" : "unknown or out of date");
        var missing = false;
        for (var helper : helpers.entrySet()) {
            var isUp = helper.getValue().getAsBoolean();
            checks.put(helper.getKey(), isUp ? "up" : "down");
            missing |= !isUp;
        }
        var isReady = isReady();
        if (!isReady) {
            ctx.header("Retry-After", "1");
        }
        var status =
                isReady ? missing ? "degraded" : "ready" : stage == Stage.SERVING ? "not ready" : Text.lowerCase(stage);
        ctx.header("Cache-Control", "no-store");
        Replies.health(ctx, isReady ? 200 : 503, Json.write(Map.of("status", status, "checks", checks)));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
