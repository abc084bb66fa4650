package seatlock.maintenance;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.metrics.Metrics;

/**
 * Continuously checks every invariant in every event, one at a time, during sales. After each statement it rests fifty times
 * as long as the statement took, so it occupies the database for less than 2 % of the time. A larger database only makes a
 * round longer.
 *
 * <p>Any number of monitors may run; they lock nothing.
 */
public final class InvariantMonitor implements AutoCloseable {

    /** Time to read the largest event. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    private static final int REST_FACTOR = 50;

    private static final Logger log = LoggerFactory.getLogger(InvariantMonitor.class);

    private final Database database;
    private final Metrics metrics;
    private final LongConsumer rest;
    private final CountDownLatch stop;
    private final PeriodicTask task =
            new PeriodicTask("invariants", this::runOnce, DatabaseException.class::isInstance);

    /** The number of violations found by the latest check of each event. Used only by the monitor's thread. */
    private final Map<EventId, Map<Invariant, Long>> violations = new HashMap<>();

    /** @param database a pool of one connection is enough */
    public InvariantMonitor(Database database, Metrics metrics) {
        this(database, metrics, new CountDownLatch(1));
    }

    private InvariantMonitor(Database database, Metrics metrics, CountDownLatch stop) {
        this(database, metrics, stop, nanos -> sleep(stop, nanos));
    }

    /** @param rest waits for a number of nanoseconds */
    InvariantMonitor(Database database, Metrics metrics, CountDownLatch stop, LongConsumer rest) {
        this.database = database;
        this.metrics = metrics;
        this.stop = stop;
        this.rest = rest;
    }

    /** Runs a round now and again after every pause, until closed. */
    public void start(Duration pause) {
        task.start(pause);
    }

    /** Checks each invariant in each event once. Events with the latest reservations come first. */
    void runOnce() {
        var complete = true;
        for (var event : database.inTransaction(InvariantMonitor::events)) {
            for (var invariant : Invariant.values()) {
                if (stop.getCount() == 0) {
                    return;
                }
                complete &= check(event, invariant);
            }
        }
        if (complete) {
            metrics.invariantsChecked();
        }
    }

    /** Returns all events. The ids of reservations are ordered by time. */
    private static List<EventId> events(Tx tx) throws SQLException {
        return tx.query("""
                SELECT e.event_id
                  FROM events AS e
                  LEFT JOIN LATERAL (SELECT r.reservation_id
                                       FROM reservations AS r
                                      WHERE r.event_id = e.event_id
                                      ORDER BY r.reservation_id DESC
                                      LIMIT 1) AS latest ON true
                 ORDER BY latest.reservation_id DESC NULLS LAST, e.event_id DESC
                """, row -> new EventId(row.uuid("event_id")));
    }

    /** @return {@code false} if the database was unavailable */
    private boolean check(EventId event, Invariant invariant) {
        var began = System.nanoTime();
        var checked = false;
        try {
            long count = database.inTransaction(tx -> invariant.count(tx, event));
            recordResult(event, invariant, count);
            checked = true;
        } catch (DatabaseException.Unavailable e) {
            if (e.getCause() instanceof SQLTransientConnectionException) {
                throw e; // without a connection, the other checks would fail, too
            }
            log.warn("Cannot check event {}: {}: {}", event, invariant, e.getMessage());
        } catch (IllegalStateException e) { // the others are checked all the same
            log.error("Cannot check event {}: {}", event, invariant, e);
        }
        rest.accept(REST_FACTOR * (System.nanoTime() - began));
        return checked;
    }

    private void recordResult(EventId event, Invariant invariant, long count) {
        var ofEvent = violations.computeIfAbsent(event, id -> new EnumMap<>(Invariant.class));
        var before = count > 0 ? ofEvent.put(invariant, count) : ofEvent.remove(invariant);
        if (ofEvent.isEmpty()) {
            violations.remove(event);
        }
        if (count > 0 && before == null) {
            log.error("Invariant violated in event {}: {} (violations: {})", event, invariant, count);
        }
        metrics.violations(
                invariant.slug(),
                violations.values().stream()
                        .mapToLong(counts -> counts.getOrDefault(invariant, 0L))
                        .sum());
    }

    private static void sleep(CountDownLatch stop, long nanos) {
        try {
            stop.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop.countDown();
        task.close();
    }
}
