package seatlock.workers;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.stream.Stream;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;
import seatlock.jobs.RetryPolicy;
import seatlock.redis.RedisConnection;

/**
 * Sends the ids of due jobs from PostgreSQL to Redis. Any number of relays may run, because a job whose id is sent twice is
 * claimed only once.
 *
 * <p>A relay has its own thread and connection, so a hanging Redis delays nothing else.
 */
public final class Relay implements AutoCloseable {

    /** Adds to the time between payment and ticket; the query costs next to nothing. */
    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** How often jobs are looked for that a clock which was ahead has postponed. */
    private static final Duration CLOCK_INTERVAL = Duration.ofSeconds(10);

    /** Ids sent at once. */
    private static final int BATCH = 500;

    /** Maximum number of jobs in each queue in Redis: enough to keep the workers busy, and few to resend if Redis loses them. */
    private static final int MAX_QUEUED = 2_000;

    private final Database database;
    private final Jobs jobs;
    private final PeriodicTask task = new PeriodicTask("relay", this::relayAll, DatabaseException.class::isInstance);
    private final PeriodicTask clock =
            new PeriodicTask("relay-clock", this::pullForward, DatabaseException.class::isInstance);
    private final RedisConnection redis;

    public Relay(Database database, Jobs jobs, URI redisUrl) {
        this.database = database;
        this.jobs = jobs;
        this.redis = new RedisConnection(redisUrl, ResqueQueue.TIMEOUT, "jobs wait in PostgreSQL");
    }

    public void start() {
        task.start(INTERVAL);
        clock.start(CLOCK_INTERVAL);
    }

    private void pullForward() {
        database.inTransaction(tx -> jobs.pullForward(tx, RetryPolicy.DEFAULT));
    }

    /** Returns whether the latest attempt to reach Redis succeeded. */
    public boolean reachesRedis() {
        return redis.isUp();
    }

    private void relayAll() {
        for (var kind : Job.Kind.values()) {
            while (relay(kind) == BATCH) {
                // a full batch: there may be more
            }
        }
    }

    /**
     * Sends one batch of due jobs of each kind.
     *
     * @return the number of jobs; 0 if Redis is down
     */
    int runOnce() {
        return Stream.of(Job.Kind.values()).mapToInt(this::relay).sum();
    }

    private int relay(Job.Kind kind) {
        var queued = redis.use(connection -> ResqueQueue.length(connection, kind));
        if (queued.isEmpty()) {
            return 0; // Redis is down, so no job must be marked
        }
        var room = Math.min(MAX_QUEUED - queued.get() * kind.work().batch(), BATCH);
        if (room <= 0) {
            return 0;
        }
        var due = database.inTransaction(tx -> jobs.findDue(tx, kind, (int) room));
        if (due.isEmpty()) {
            return 0;
        }
        var byEvent =
                due.stream().collect(groupingBy(Jobs.Due::event, LinkedHashMap::new, mapping(Jobs.Due::id, toList())));
        byEvent.forEach((event, ids) -> database.inTransaction(tx -> {
            jobs.markRelayed(tx, event, ids);
            return null;
        }));
        return redis.use(connection -> {
                    ResqueQueue.push(connection, kind, byEvent);
                    return due.size();
                })
                .orElse(0); // if this fails, they are sent again after Jobs.RELAY_AGAIN_AFTER
    }

    @Override
    public void close() {
        clock.close();
        task.close();
        redis.close();
    }
}
