package seatlock.workers;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.net.URI;
import java.time.Duration;
import redis.clients.jedis.Jedis;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
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

    /** Maximum number of ids queued in Redis: enough to keep the workers busy, and few to resend if Redis loses them. */
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
        while (runOnce() == BATCH) {
            // a full batch: there may be more
        }
    }

    /**
     * Sends one batch of due jobs.
     *
     * @return the number of jobs; 0 if Redis is down
     */
    int runOnce() {
        return redis.use(this::relayBatch).orElse(0);
    }

    private int relayBatch(Jedis redis) {
        var room = MAX_QUEUED - ResqueQueue.length(redis); // fails first if Redis is down, so that no job is marked
        if (room <= 0) {
            return 0;
        }
        var due = database.inTransaction(tx -> jobs.findDue(tx, (int) Math.min(room, BATCH)));
        if (due.isEmpty()) {
            return 0;
        }
        var byEvent = due.stream().collect(groupingBy(Jobs.Due::event, mapping(Jobs.Due::id, toList())));
        byEvent.forEach((event, ids) -> database.inTransaction(tx -> {
            jobs.markRelayed(tx, event, ids);
            return null;
        }));
        ResqueQueue.push(redis, due); // if this fails, they are sent again after Jobs.RELAY_AGAIN_AFTER
        return due.size();
    }

    @Override
    public void close() {
        clock.close();
        task.close();
        redis.close();
    }
}
