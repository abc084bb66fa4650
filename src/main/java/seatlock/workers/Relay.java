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
import seatlock.redis.RedisConnection;

/**
 * Hands the ids of due jobs from PostgreSQL to Redis. Any number of them may run: an id that is handed over twice is
 * claimed once.
 *
 * <p>It has a thread and a connection of its own, so that a Redis that hangs keeps nobody else waiting.
 */
public final class Relay implements AutoCloseable {

    /** Delay that a buyer might see between paying and his ticket; and a query that costs next to nothing. */
    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** Ids of one round. */
    private static final int BATCH = 500;

    /** Ids waiting in Redis: enough to keep the workers busy, and little to lose or to repeat. */
    private static final int MAX_QUEUED = 2_000;

    private final Database database;
    private final Jobs jobs;
    private final PeriodicTask task =
            new PeriodicTask("relay", this::runWhileThereIsMore, DatabaseException.class::isInstance);
    private final RedisConnection redis;

    public Relay(Database database, Jobs jobs, URI redisUrl) {
        this.database = database;
        this.jobs = jobs;
        this.redis = new RedisConnection(redisUrl, ResqueQueue.TIMEOUT, "jobs wait in PostgreSQL");
    }

    public void start() {
        task.start(INTERVAL);
    }

    /** Whether it could the last time. */
    public boolean reachesRedis() {
        return redis.isUp();
    }

    private void runWhileThereIsMore() {
        while (runOnce() == BATCH) {
            // there may be more
        }
    }

    /**
     * Hands over what is due, up to a batch.
     *
     * @return how many that were; 0 also while Redis is away
     */
    int runOnce() {
        return redis.use(this::handOver).orElse(0);
    }

    private int handOver(Jedis redis) {
        var room = MAX_QUEUED - ResqueQueue.length(redis); // asked first: nothing is marked if Redis is away
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
        ResqueQueue.push(redis, due); // if this fails they are handed over again, Jobs.RELAY_AGAIN later
        return due.size();
    }

    @Override
    public void close() {
        task.close();
        redis.close();
    }
}
