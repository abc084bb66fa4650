package seatlock.workers;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.greghaines.jesque.ConfigBuilder;
import net.greghaines.jesque.utils.ResqueConstants;
import net.greghaines.jesque.worker.DefaultFailQueueStrategy;
import net.greghaines.jesque.worker.JobFactory;
import net.greghaines.jesque.worker.NextQueueStrategy;
import net.greghaines.jesque.worker.RecoveryStrategy;
import net.greghaines.jesque.worker.Worker;
import net.greghaines.jesque.worker.WorkerEvent;
import net.greghaines.jesque.worker.WorkerImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import seatlock.catalog.EventId;
import seatlock.concurrent.PeriodicTask;
import seatlock.jobs.Job;
import seatlock.metrics.Metrics;
import seatlock.net.Conversation;
import seatlock.redis.RedisConnection;

/**
 * A pool of Jesque workers, each with its own thread and connection, and a supervisor that replaces dead workers. Each worker
 * makes documents or sends mail, so that a slow mail server occupies only the workers that send mail; of the kinds of jobs with
 * its work, it takes the most urgent first.
 *
 * <p>A worker ends on any Redis error, and the supervisor starts a new one, which opens a new connection and reloads its
 * scripts. Nothing less recovers from a Redis that was restarted, lost its scripts, or became read-only.
 *
 * <p>Workers are registered as in Resque ({@code resque:workers}, with a heartbeat in {@code resque:workers:heartbeat}), so
 * Resque tools can list them. The entries of a killed worker are removed; its job is in PostgreSQL and becomes due again
 * when its lease expires.
 */
public final class WorkerPool implements AutoCloseable {

    private static final Duration SUPERVISION_INTERVAL = Duration.ofSeconds(1);

    /** A worker counts as killed if its last heartbeat is older than this. */
    private static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    /** Time for running jobs to finish after SIGTERM. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);

    /** Length of Resque's list of failures, which only Resque tools read; the state of each job is in PostgreSQL. */
    private static final int MAX_FAILURES = 1_000;

    /** A pool without a failure may take this long from its start until it counts as not working. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(WorkerPool.class);

    /** The name of this machine, looked up when it is first needed, because a look-up may take long. */
    private static final class ThisHost {
        static final String NAME = name();

        /** If the name does not resolve, which is common in containers, a name that no other process has serves as well. */
        private static String name() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "unnamed-" + UUID.randomUUID().toString().substring(0, 8);
            }
        }
    }

    /** A worker with the name that Jesque gives it, except that the name of the host need not resolve. */
    private static final class NamedWorker extends WorkerImpl {

        NamedWorker(net.greghaines.jesque.Config config, List<String> queues, JobFactory jobs, Jedis connection) {
            super(config, queues, jobs, connection, NextQueueStrategy.RESET_TO_HIGHEST_PRIORITY);
        }

        @Override
        protected String createName() {
            return String.format(
                    Locale.ROOT,
                    "%s:%d-%d:%s,%s",
                    ThisHost.NAME,
                    ProcessHandle.current().pid(),
                    getWorkerId(),
                    ResqueConstants.JAVA_DYNAMIC_QUEUES,
                    String.join(",", queueNames));
        }
    }

    private final URI redisUrl;
    private final JobRunner runner;
    private final Slot[] slots;
    private final Metrics metrics;
    private final RedisConnection redis;
    private final PeriodicTask supervisor = new PeriodicTask("workers-supervisor", this::supervise, failure -> false);
    private volatile boolean stopping;
    private volatile long startedAt;
    private volatile String failure = ""; // of the worker that failed last; empty once all work
    private int lastAlive;

    /** A place in the pool, with its current worker. */
    private static final class Slot {
        final Job.Work work;
        volatile Worker worker;
        volatile Thread thread;
        volatile boolean polls;

        Slot(Job.Work work) {
            this.work = work;
        }

        boolean isAlive() {
            return thread != null && thread.isAlive();
        }

        /** A worker whose start fails is alive for a moment, but never polls. */
        boolean works() {
            return polls && isAlive();
        }
    }

    /** @param workers number of jobs to run at the same time, as in {@link #size} */
    public WorkerPool(URI redisUrl, JobRunner runner, int workers, Metrics metrics) {
        this.redisUrl = redisUrl;
        this.runner = runner;
        this.slots = new Slot[size(workers)];
        this.metrics = metrics;
        this.redis = new RedisConnection(redisUrl, ResqueQueue.TIMEOUT, "workers that end are not replaced");
        this.lastAlive = slots.length;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(i < slots.length / 2 ? Job.Work.DOCUMENTS : Job.Work.MAIL);
        }
        for (var work : Job.Work.values()) {
            metrics.workers(work.firstKind().wireName(), () -> alive(work));
        }
    }

    /**
     * Returns the number of workers in a pool for a setting of WORKERS: half of them make documents, and the others send mail,
     * at least one each. If the number is odd, one more sends mail, because that takes longer.
     */
    public static int size(int workers) {
        return Math.max(2, workers);
    }

    public void start() {
        startedAt = System.nanoTime();
        supervisor.start(SUPERVISION_INTERVAL);
    }

    /** Returns the number of workers that take jobs. It is less than the size of the pool if Redis is down. */
    public int alive() {
        return Stream.of(Job.Work.values()).mapToInt(this::alive).sum();
    }

    private int alive(Job.Work work) {
        return (int) Stream.of(slots)
                .filter(slot -> slot.work == work && slot.works())
                .count();
    }

    /** Returns why jobs of some kind are not run, as a sentence; empty if each kind has a worker, or the pool is starting. */
    public String problem() {
        var idle = Stream.of(Job.Work.values())
                .filter(work -> alive(work) == 0)
                .map(work -> work.firstKind().wireName())
                .collect(Collectors.joining(" and "));
        var reason = failure;
        var isStarting = reason.isEmpty() && System.nanoTime() - startedAt < START_TIMEOUT.toNanos();
        return idle.isEmpty() || isStarting
                ? ""
                : "No worker runs " + idle + (reason.isEmpty() ? "." : ": " + reason + ".");
    }

    private void failed(Throwable thrown) {
        log.debug("A worker failed", thrown);
        failure = String.valueOf(thrown.getMessage()).replaceFirst("\\.$", "");
    }

    /** Counts the live workers of all processes by their heartbeats. Returns empty if Redis does not respond. */
    public static OptionalLong countAlive(URI redisUrl) {
        try (var redis = new RedisConnection(redisUrl, ResqueQueue.TIMEOUT, "live workers cannot be counted")) {
            return redis.use(connection -> {
                        var now = clock(connection);
                        return connection.hvals(ResqueQueue.key("workers", "heartbeat")).stream()
                                .filter(heartbeat -> !isOld(heartbeat, now))
                                .count();
                    })
                    .map(OptionalLong::of)
                    .orElse(OptionalLong.empty());
        }
    }

    private void supervise() {
        try {
            for (int i = 0; i < slots.length && !stopping; i++) {
                if (!slots[i].isAlive()) {
                    replace(slots[i], i);
                }
            }
        } catch (RuntimeException e) {
            failed(e);
            if (!(e instanceof JedisException)) {
                throw e; // a bug, which must not stay unnoticed
            }
        }
        metrics.redisUp(redis.use(connection -> {
                    sendHeartbeats(connection);
                    removeDeadWorkers(connection);
                    return true;
                })
                .isPresent());
        var alive = alive();
        if (alive == slots.length) {
            failure = "";
        }
        if (alive != lastAlive) {
            log.warn("{} of {} workers are alive", alive, slots.length);
            lastAlive = alive;
        }
    }

    private void replace(Slot slot, int number) {
        var conversation = RedisConnection.conversation(ResqueQueue.TIMEOUT);
        var connection = RedisConnection.open(redisUrl, conversation, ResqueQueue.TIMEOUT);
        conversation.begin();
        var worker = new NamedWorker(
                ResqueQueue.config(redisUrl),
                slot.work.kinds().stream().map(ResqueQueue::name).toList(),
                payload -> toCallable(payload, slot.work, conversation),
                connection);
        worker.setFailQueueStrategy(new DefaultFailQueueStrategy(ConfigBuilder.DEFAULT_NAMESPACE) {
            @Override
            public int getFailQueueMaxItems(String queue) {
                return MAX_FAILURES;
            }
        });
        worker.setExceptionHandler((executor, exception, queue) -> {
            // A ClassCastException is a reply of an unexpected type.
            if (exception instanceof JedisException || exception instanceof ClassCastException) {
                failed(exception);
                return RecoveryStrategy.TERMINATE;
            }
            return RecoveryStrategy.PROCEED;
        });
        // An exchange with Redis lasts from one poll to the next, except while a job runs: see toCallable.
        worker.getWorkerEventEmitter()
                .addListener(
                        (event, source, queue, job, runner, result, thrown) -> {
                            conversation.begin();
                            slot.polls = true;
                        },
                        WorkerEvent.WORKER_POLL);
        worker.getWorkerEventEmitter()
                .addListener(
                        (event, source, queue, job, runner, result, thrown) -> failed(thrown),
                        WorkerEvent.WORKER_ERROR);
        var thread = new Thread(() -> run(worker, conversation), "worker-" + (number + 1));
        thread.setDaemon(true);
        slot.worker = worker;
        slot.polls = false;
        slot.thread = thread;
        thread.start();
    }

    private static void run(Worker worker, Conversation conversation) {
        try (conversation) {
            worker.run();
        } catch (JedisException e) {
            log.debug("A worker could not unregister from Redis", e);
        }
    }

    /**
     * Converts a payload to a callable. Its class name must be a kind of job with the work of the worker; no class is ever loaded by
     * name. While the job runs, nothing is expected from Redis.
     */
    private Callable<Void> toCallable(net.greghaines.jesque.Job payload, Job.Work work, Conversation conversation) {
        var args = payload.getArgs();
        var kind = Job.Kind.ofWireName(String.valueOf(payload.getClassName()));
        if (kind.isEmpty() || kind.get().work() != work || args == null || args.length < 2) {
            throw new IllegalArgumentException("Not a job for this worker: " + payload.getClassName());
        }
        var event = new EventId(UUID.fromString(String.valueOf(args[0])));
        var ids = Stream.of(args)
                .skip(1)
                .map(id -> UUID.fromString(String.valueOf(id)))
                .toList();
        return () -> {
            conversation.pause();
            try {
                var failure = runner.run(event, ids);
                if (failure != null) {
                    throw failure; // adds it to Resque's list of failures; the job's state is in PostgreSQL already
                }
                return null;
            } finally {
                conversation.begin();
            }
        };
    }

    /** Reads the clock of Redis, so that the clocks of the nodes do not matter. */
    private static Instant clock(Jedis redis) {
        return Instant.ofEpochSecond(Long.parseLong(redis.time().get(0)));
    }

    private void sendHeartbeats(Jedis redis) {
        var now = clock(redis).toString();
        for (var slot : slots) {
            if (slot.isAlive()) {
                redis.hset(ResqueQueue.key("workers", "heartbeat"), slot.worker.getName(), now);
            }
        }
    }

    private static void removeDeadWorkers(Jedis redis) {
        var heartbeats = redis.hgetAll(ResqueQueue.key("workers", "heartbeat"));
        var now = clock(redis);
        for (var name : redis.smembers(ResqueQueue.key("workers"))) {
            var queues = ResqueQueue.ofWorker(name);
            if (queues.isPresent() && hasDied(name, heartbeats.get(name), now)) {
                log.info("Removing the entries of the killed worker {} from Redis", name);
                redis.srem(ResqueQueue.key("workers"), name);
                redis.del(
                        ResqueQueue.key("worker", name),
                        ResqueQueue.key("worker", name, "started"),
                        ResqueQueue.key("stat", "processed", name),
                        ResqueQueue.key("stat", "failed", name),
                        ResqueQueue.key("inflight", name, queues.get()));
                redis.hdel(ResqueQueue.key("workers", "heartbeat"), name);
            }
        }
        // Jesque unregisters a worker that ends normally, but leaves its heartbeat.
        for (var name : heartbeats.keySet()) {
            if (!redis.sismember(ResqueQueue.key("workers"), name)) {
                redis.hdel(ResqueQueue.key("workers", "heartbeat"), name);
            }
        }
    }

    /** Checks a worker of this machine by its process, others by their heartbeat. One without a heartbeat counts as alive. */
    private static boolean hasDied(String name, String heartbeat, Instant now) {
        var parts = name.split(":", 3);
        if (parts[0].equals(ThisHost.NAME)) {
            var pid = parts[1].split("-")[0];
            if (pid.matches("[0-9]{1,18}")
                    && ProcessHandle.of(Long.parseLong(pid))
                            .filter(ProcessHandle::isAlive)
                            .isEmpty()) {
                return true;
            }
        }
        return heartbeat != null && isOld(heartbeat, now);
    }

    private static boolean isOld(String heartbeat, Instant now) {
        try {
            return OffsetDateTime.parse(heartbeat).toInstant().plus(DEAD_AFTER).isBefore(now);
        } catch (DateTimeParseException e) {
            return false; // another program's format
        }
    }

    /** Stops taking jobs, and waits up to {@link #STOP_TIMEOUT} for the running ones. */
    @Override
    public void close() {
        stopping = true;
        supervisor.close();
        redis.close();
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
