package seatlock.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.DatabaseException;

/**
 * A lane for each event: what is to be done to an event waits in its lane, in order of arrival, and a few at a time are
 * done by a small number of threads that may block on the database.
 *
 * <p>So thousands of requests can be in flight on a few threads, and an event that somebody has locked keeps at most
 * {@link #AT_ONCE} of those threads waiting: the other events do not notice.
 */
final class Lanes implements AutoCloseable {

    /** Threads, and so database connections, that all lanes share. */
    static final int THREADS = 16;

    /** Of one event. They contend for the same rows, so more would only wait for each other. */
    private static final int AT_ONCE = 4;

    /** Waiting for one event: some ten seconds' worth, beyond which nobody would still be there for the answer. */
    private static final int MAX_WAITING = 10_000;

    /** A request that was not begun by then is refused, and has no effect. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /**
     * The same while somebody outside keeps rows of the event locked: nobody waits longer for those who wait for the
     * lock than he would wait for the lock.
     */
    private static final Duration MAX_WAIT_WHEN_LOCKED = Database.LOCK_TIMEOUT;

    private static final class Lane {
        final Queue<Runnable> waiting = new ArrayDeque<>();
        int running;
        volatile boolean locked; // what was done last ran into a lock timeout
    }

    private final Map<EventId, Lane> lanes = new HashMap<>(); // guarded by this
    private final ExecutorService threads;

    Lanes() {
        var number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            var thread = new Thread(task, "lane-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Does something in the lane of an event.
     *
     * @param answers where what depends on the result goes on, so that a slow client never keeps a lane's thread
     * @return its result, or what it threw; {@link Problem.Refused} (overloaded) if it was not begun
     */
    <T> CompletableFuture<T> submit(EventId event, Supplier<T> work, Executor answers) {
        var result = new CompletableFuture<T>();
        var arrived = System.nanoTime();
        synchronized (this) {
            var lane = lanes.computeIfAbsent(event, id -> new Lane());
            Runnable task = () -> run(lane, arrived, work, result, answers);
            if (lane.running < AT_ONCE) {
                lane.running++;
                threads.execute(() -> runAndGoOn(event, lane, task));
            } else if (lane.waiting.size() < MAX_WAITING) {
                lane.waiting.add(task);
            } else {
                result.completeExceptionally(overloaded("Too many requests are waiting for this event."));
            }
        }
        return result;
    }

    private static <T> void run(
            Lane lane, long arrived, Supplier<T> work, CompletableFuture<T> result, Executor answers) {
        try {
            var maxWait = lane.locked ? MAX_WAIT_WHEN_LOCKED : MAX_WAIT;
            if (System.nanoTime() - arrived > maxWait.toNanos()) {
                throw overloaded("It waited too long for its turn.");
            }
            var value = work.get();
            lane.locked = false;
            answers.execute(() -> result.complete(value));
        } catch (Throwable t) {
            lane.locked |= t instanceof DatabaseException.LockTimeout;
            answers.execute(() -> result.completeExceptionally(t));
        }
    }

    private void runAndGoOn(EventId event, Lane lane, Runnable task) {
        try {
            task.run();
        } finally {
            synchronized (this) {
                var next = lane.waiting.poll();
                if (next != null) {
                    threads.execute(() -> runAndGoOn(event, lane, next)); // behind the other lanes' next
                } else if (--lane.running == 0) {
                    lanes.remove(event);
                }
            }
        }
    }

    private static Problem.Refused overloaded(String detail) {
        return Problem.of(ProblemType.OVERLOADED, detail).refuse();
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
