package seatlock.jobs;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import seatlock.db.Database;
import seatlock.db.Tx;
import seatlock.inventory.Inventory;
import seatlock.metrics.Metrics;

/**
 * Counts now and then what is in the database, for the figures: so that whoever fetches those never waits for it. What it
 * reads are a few small indexes, of what is pending, due or dead.
 */
public final class Census implements AutoCloseable {

    /** As often as Prometheus usually comes. */
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final Database database;
    private final Jobs jobs;
    private final Inventory inventory;
    private final Metrics metrics;
    private final Loop loop = new Loop("census", this::runOnce);

    public Census(Database database, Jobs jobs, Inventory inventory, Metrics metrics) {
        this.database = database;
        this.jobs = jobs;
        this.inventory = inventory;
        this.metrics = metrics;
    }

    public void start() {
        loop.start(INTERVAL);
    }

    /** Counts, and tells it; if that fails, tells that it is not known. */
    public void runOnce() {
        try {
            metrics.census(database.inTransaction(this::count));
        } catch (RuntimeException e) {
            metrics.census(null);
            throw e;
        }
    }

    private Metrics.Census count(Tx tx) throws SQLException {
        var now = tx.readClock();
        var backlog = jobs.backlog(tx, now);
        var pending = inventory.countPending(tx, now);
        return new Metrics.Census(
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
        loop.close();
    }
}
