package seatlock.workers;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import net.greghaines.jesque.ConfigBuilder;
import net.greghaines.jesque.worker.DefaultFailQueueStrategy;
import net.greghaines.jesque.worker.RecoveryStrategy;
import net.greghaines.jesque.worker.Worker;
import net.greghaines.jesque.worker.WorkerImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import seatlock.catalog.EventId;
import seatlock.concurrent.PeriodicTask;
import seatlock.jobs.Job;
import seatlock.metrics.Metrics;

/**
 * A pool of Jesque workers, each with a thread and a connection of its own, and the supervisor that keeps it whole.
 *
 * <p>A worker that meets any trouble with Redis ends, and the supervisor starts a new one, with a new connection and its
 * scripts loaded anew: that is the one way out of a Redis that was restarted, flushed of its scripts, or read-only.
 *
 * <p>WorkerPool are registered as Resque does it ({@code resque:workers}, with a heartbeat in {@code
 * resque:workers:heartbeat}), so that any Resque tool sees them. What a killed one has left behind is removed: its job
 * is in PostgreSQL, and becomes due again when its lease ends.
 */
public final class WorkerPool implements AutoCloseable {

    private static final Duration SUPERVISION = Duration.ofSeconds(1);

    /** A worker whose last heartbeat is older has been killed. */
    private static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    /** On SIGTERM, a job that is being done has this long to be finished. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);

    /** Failures that Resque's list keeps, for Resque's tools; what became of each job is in PostgreSQL. */
    private static final int MAX_FAILURES = 1_000;

    private static final Logger log = LoggerFactory.getLogger(WorkerPool.class);

    private final URI redisUrl;
    private final JobRunner runner;
    private final Slot[] slots;
    private final Metrics metrics;
    private final PeriodicTask supervisor = new PeriodicTask("workers-supervisor", this::supervise, failure -> false);
    private volatile boolean stopping;
    private int lastAlive;

    /** A place in the pool, and who has it. */
    private static final class Slot {
        volatile Worker worker;
        volatile Thread thread;

        boolean isAlive() {
            return thread != null && thread.isAlive();
        }
    }

    /** @param size how many jobs are done at once */
    public WorkerPool(URI redisUrl, JobRunner runner, int size, Metrics metrics) {
        this.redisUrl = redisUrl;
        this.runner = runner;
        this.slots = new Slot[size];
        this.metrics = metrics;
        this.lastAlive = size;
        for (int i = 0; i < size; i++) {
            slots[i] = new Slot();
        }
        metrics.workers(this::alive);
    }

    public void start() {
        supervisor.start(SUPERVISION);
    }

    /** How many workers are alive; less than the size of the pool means that Redis is away. */
    public int alive() {
        int alive = 0;
        for (var slot : slots) {
            if (slot.isAlive()) {
                alive++;
            }
        }
        return alive;
    }

    /** How many workers of all processes are alive, by their heartbeats; empty if Redis does not answer. */
    public static OptionalLong registered(URI redisUrl) {
        try (var redis = ResqueQueue.connect(redisUrl)) {
            return OptionalLong.of(redis.hvals(ResqueQueue.key("workers", "heartbeat")).stream()
                    .filter(heartbeat -> !isOld(heartbeat))
                    .count());
        } catch (JedisException e) {
            log.debug("Redis is away", e);
            return OptionalLong.empty();
        }
    }

    private void supervise() {
        try (var redis = ResqueQueue.connect(redisUrl)) {
            redis.ping();
            metrics.redisUp(true);
            for (int i = 0; i < slots.length && !stopping; i++) {
                if (!slots[i].isAlive()) {
                    replace(slots[i], i);
                }
            }
            beat(redis);
            removeKilled(redis);
        } catch (JedisException e) {
            metrics.redisUp(false);
            log.debug("Redis is away", e);
        }
        var alive = alive();
        if (alive != lastAlive) {
            log.warn("{} of {} workers are alive", alive, slots.length);
            lastAlive = alive;
        }
    }

    private void replace(Slot slot, int number) {
        var worker = new WorkerImpl(
                ResqueQueue.config(redisUrl),
                List.of(ResqueQueue.NAME),
                this::materialize,
                ResqueQueue.connect(redisUrl));
        worker.setFailQueueStrategy(new DefaultFailQueueStrategy(ConfigBuilder.DEFAULT_NAMESPACE) {
            @Override
            public int getFailQueueMaxItems(String queue) {
                return MAX_FAILURES;
            }
        });
        worker.setExceptionHandler((executor, exception, queue) -> {
            log.debug("A worker ends", exception);
            return exception instanceof JedisException ? RecoveryStrategy.TERMINATE : RecoveryStrategy.PROCEED;
        });
        var thread = new Thread(() -> runQuietly(worker), "worker-" + (number + 1));
        thread.setDaemon(true);
        slot.worker = worker;
        slot.thread = thread;
        thread.start();
    }

    private static void runQuietly(Worker worker) {
        try {
            worker.run();
        } catch (JedisException e) {
            log.debug("A worker could not say goodbye to Redis", e);
        }
    }

    /** What Redis says is to be done, as something that can be called. It names a kind of job, never a class. */
    private Callable<Void> materialize(net.greghaines.jesque.Job payload) {
        var args = payload.getArgs();
        if (Job.Kind.ofWireName(payload.getClassName()).isEmpty() || args == null || args.length != 2) {
            throw new IllegalArgumentException("Not a job of ours: " + payload.getClassName());
        }
        var event = new EventId(UUID.fromString(String.valueOf(args[0])));
        var id = UUID.fromString(String.valueOf(args[1]));
        return () -> {
            var failure = runner.run(event, id);
            if (failure != null) {
                throw failure; // for Resque's list of failures; what comes of the job is in PostgreSQL
            }
            return null;
        };
    }

    private void beat(Jedis redis) {
        var now = Instant.now().toString();
        for (var slot : slots) {
            if (slot.isAlive()) {
                redis.hset(ResqueQueue.key("workers", "heartbeat"), slot.worker.getName(), now);
            }
        }
    }

    private void removeKilled(Jedis redis) {
        var heartbeats = redis.hgetAll(ResqueQueue.key("workers", "heartbeat"));
        for (var name : redis.smembers(ResqueQueue.key("workers"))) {
            if (hasDied(name, heartbeats.get(name))) {
                log.info("Removing what the killed worker {} has left in Redis", name);
                redis.srem(ResqueQueue.key("workers"), name);
                redis.del(
                        ResqueQueue.key("worker", name),
                        ResqueQueue.key("worker", name, "started"),
                        ResqueQueue.key("stat", "processed", name),
                        ResqueQueue.key("stat", "failed", name),
                        ResqueQueue.key("inflight", name, ResqueQueue.NAME));
                redis.hdel(ResqueQueue.key("workers", "heartbeat"), name);
            }
        }
        // Those that ended in good order took themselves off the list, but not their heartbeat.
        for (var name : heartbeats.keySet()) {
            if (!redis.sismember(ResqueQueue.key("workers"), name)) {
                redis.hdel(ResqueQueue.key("workers", "heartbeat"), name);
            }
        }
    }

    /** By its process, if that was on this machine; else by its heartbeat. WorkerPool of others that send none are left. */
    private static boolean hasDied(String name, String heartbeat) {
        var parts = name.split(":", 3);
        if (parts.length < 3 || !parts[2].equals(ResqueQueue.NAME)) {
            return false; // somebody else's
        }
        if (parts[0].equals(hostName())) {
            var pid = parts[1].split("-")[0];
            if (pid.matches("[0-9]{1,18}")
                    && ProcessHandle.of(Long.parseLong(pid))
                            .filter(ProcessHandle::isAlive)
                            .isEmpty()) {
                return true;
            }
        }
        return heartbeat != null && isOld(heartbeat);
    }

    private static boolean isOld(String heartbeat) {
        try {
            return OffsetDateTime.parse(heartbeat).toInstant().plus(DEAD_AFTER).isBefore(Instant.now());
        } catch (DateTimeParseException e) {
            return false; // somebody else's, in another format
        }
    }

    /** As Jesque names its workers. */
    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    /** Takes no more jobs, and waits until those that are being done are done. */
    @Override
    public void close() {
        stopping = true;
        supervisor.close();
        for (var slot : slots) {
            if (slot.worker != null) {
                slot.worker.end(false);
            }
        }
        var deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        for (var slot : slots) {
            try {
                if (slot.thread != null) {
                    var left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
                    slot.thread.join(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
