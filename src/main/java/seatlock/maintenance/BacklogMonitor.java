package seatlock.maintenance;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import seatlock.changes.Feed;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.jobs.Jobs;
import seatlock.metrics.Backlog;
import seatlock.metrics.Metrics;
import seatlock.payments.PaymentStore;

/**
 * Counts the pending work for the metrics at intervals, so that no scrape waits for the database. It reads only small partial
 * indexes of pending reservations, unfinished jobs, changes without a position and payments that are not at rest.
 */
public final class BacklogMonitor implements AutoCloseable {

    /** The usual scrape interval of Prometheus. */
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    /** A job that has been due for longer, in seconds, waits for a worker that does not come. */
    private static final double LONG_WAIT = 120;

    private final Database database;
    private final Jobs jobs;
    private final InventoryReader inventory;
    private final Feed feed;
    private final Metrics metrics;
    private final PaymentStore payments = new PaymentStore();
    private final PeriodicTask task = new PeriodicTask("backlog", this::runOnce, DatabaseException.class::isInstance);

    private volatile double oldestReady; // seconds
    private volatile long overduePayments;

    public BacklogMonitor(Database database, Jobs jobs, InventoryReader inventory, Feed feed, Metrics metrics) {
        this.database = database;
        this.jobs = jobs;
        this.inventory = inventory;
        this.feed = feed;
        this.metrics = metrics;
    }

    public void start() {
        task.start(INTERVAL);
    }

    /** Counts once. If that fails, the metrics report the numbers as unknown. */
    public void runOnce() {
        try {
            var backlog = database.inTransaction(this::count);
            oldestReady = backlog.oldestReady();
            overduePayments = backlog.payments().overdue();
            metrics.backlog(backlog);
        } catch (RuntimeException e) {
            metrics.backlog(null);
            throw e;
        }
    }

    /** Returns a sentence if jobs wait for a worker, here or elsewhere, that does not take them; empty otherwise. */
    public String problem() {
        return oldestReady > LONG_WAIT
                ? String.format(
                        Locale.ROOT, "A job has been due for %.0f seconds, and no worker has taken it.", oldestReady)
                : "";
    }

    /** Returns a sentence if no node looks at payments that are due; empty otherwise. */
    public String paymentProblem() {
        return overduePayments > 0
                ? "Payments have been due for a minute, and no node has looked at them: buyers wait for tickets or for their money."
                : "";
    }

    private Backlog count(Tx tx) throws SQLException {
        var now = tx.readClock();
        var backlog = jobs.backlog(tx, now);
        var pending = inventory.countPending(tx, now);
        var unsequenced = feed.countUnsequenced(tx);
        return new Backlog(
                backlog.byState(),
                seconds(backlog.due(), now),
                seconds(backlog.running(), now),
                pending.holding(),
                pending.lapsed(),
                seconds(pending.lapsedSince(), now),
                unsequenced.count(),
                seconds(unsequenced.oldest(), now),
                payments.countLate(tx));
    }

    private static double seconds(Instant since, Instant now) {
        return since == null ? 0 : Duration.between(since, now).toMillis() / 1e3;
    }

    @Override
    public void close() {
        task.close();
    }
}
