package seatlock.maintenance;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Jobs;
import seatlock.metrics.Metrics;

/**
 * Counts the pending work for the metrics at intervals, so that no scrape waits for the database. It reads only small partial
 * indexes of pending reservations and unfinished jobs.
 */
public final class BacklogMonitor implements AutoCloseable {

    /** The usual scrape interval of Prometheus. */
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final Database database;
    private final Jobs jobs;
    private final InventoryReader inventory;
    private final Metrics metrics;
    private final PeriodicTask task = new PeriodicTask("backlog", this::runOnce, DatabaseException.class::isInstance);

    public BacklogMonitor(Database database, Jobs jobs, InventoryReader inventory, Metrics metrics) {
        this.database = database;
        this.jobs = jobs;
        this.inventory = inventory;
        this.metrics = metrics;
    }

    public void start() {
        task.start(INTERVAL);
    }

    /** Counts once. If that fails, the metrics report the numbers as unknown. */
    public void runOnce() {
        try {
            metrics.backlog(database.inTransaction(this::count));
        } catch (RuntimeException e) {
            metrics.backlog(null);
            throw e;
        }
    }

    private Metrics.Backlog count(Tx tx) throws SQLException {
        var now = tx.readClock();
        var backlog = jobs.backlog(tx, now);
        var pending = inventory.countPending(tx, now);
        return new Metrics.Backlog(
                backlog.byState(),
                seconds(backlog.due(), now),
                seconds(backlog.running(), now),
                pending.holding(),
                pending.lapsed(),
                seconds(pending.lapsedSince(), now));
    }

    private static double seconds(Instant since, Instant now) {
        return since == null ? 0 : Duration.between(since, now).toMillis() / 1e3;
    }

    @Override
    public void close() {
        task.close();
    }
}
