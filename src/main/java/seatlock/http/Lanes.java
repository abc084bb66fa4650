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
import seatlock.db.DatabaseException;

/**
 * A lane for each event: what is asked of it waits there in order of arrival, and a few at a time are done, by a small
 * number of threads that may block on the database.
 *
 * <p>So thousands of requests can be in flight on a few threads, and one event that is slow, or locked by somebody
 * outside, keeps only a few of those threads waiting.
 */
final class Lanes implements AutoCloseable {

    /** Waiting in one lane: some ten seconds' worth, beyond which nobody would still be there for the answer. */
    private static final int MAX_WAITING = 10_000;

    /** A request that was not begun by then is refused, and has no effect. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /** The same where rows of the event are locked by somebody else: nobody waits longer for those who wait for him. */
    private static final Duration MAX_WAIT_WHEN_LOCKED = Duration.ofSeconds(2);

    /** After somebody waited in vain for a lock, the event counts as locked for so long. */
    private static final Duration LOCKED_FOR = Duration.ofSeconds(5);

    /** What is done in a lane. */
    @FunctionalInterface
    interface Work<T> {
        /** @param hurry not to wait for a lock that others have just waited for in vain */
        T run(boolean hurry);
    }

    private static final class Lane {
        final Queue<Runnable> waiting = new ArrayDeque<>();
        int running;
        volatile long lockedUntil = System.nanoTime();

        boolean isLocked() {
            return lockedUntil - System.nanoTime() > 0;
        }
    }

    private final int atOnce;
    private final Map<Object, Lane> lanes = new HashMap<>(); // guarded by this
    private final ExecutorService threads;

    /**
     * @param size threads that all lanes share
     * @param atOnce of them, at most so many for one lane
     */
    Lanes(String name, int size, int atOnce) {
        this.atOnce = atOnce;
        var number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(size, task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Does something in a lane.
     *
     * @param answers where what depends on the result goes on, so that a slow client never keeps a lane's thread
     * @return its result, or what it threw; {@link Problem.Refused} (overloaded) if it was not begun
     */
    <T> CompletableFuture<T> submit(Object key, Work<T> work, Executor answers) {
        var result = new CompletableFuture<T>();
        var arrived = System.nanoTime();
        synchronized (this) {
            var lane = lanes.computeIfAbsent(key, k -> new Lane());
            Runnable task = () -> run(lane, arrived, work, result, answers);
            if (lane.running < atOnce) {
                lane.running++;
                threads.execute(() -> runAndGoOn(key, lane, task));
            } else if (lane.waiting.size() < MAX_WAITING) {
                lane.waiting.add(task);
            } else {
                result.completeExceptionally(overloaded("Too many requests are waiting."));
            }
        }
        return result;
    }

    private static <T> void run(Lane lane, long arrived, Work<T> work, CompletableFuture<T> result, Executor answers) {
        try {
            var hurry = lane.isLocked();
            var maxWait = hurry ? MAX_WAIT_WHEN_LOCKED : MAX_WAIT;
            if (System.nanoTime() - arrived > maxWait.toNanos()) {
                throw overloaded("It waited too long for its turn.");
            }
            var value = work.run(hurry);
            answers.execute(() -> result.complete(value));
        } catch (Throwable t) {
            if (t instanceof DatabaseException.LockTimeout) {
                lane.lockedUntil = System.nanoTime() + LOCKED_FOR.toNanos();
            }
            answers.execute(() -> result.completeExceptionally(t));
        }
    }

    private void runAndGoOn(Object key, Lane lane, Runnable task) {
        try {
            task.run();
        } finally {
            synchronized (this) {
                var next = lane.waiting.poll();
                if (next != null) {
                    threads.execute(() -> runAndGoOn(key, lane, next)); // behind the other lanes' next
                } else if (--lane.running == 0 && !lane.isLocked()) {
                    lanes.remove(key);
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
