package seatlock.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import seatlock.metrics.Metrics;

/**
 * A lane for each event: what is asked of it waits there in order of arrival, until one of a small number of threads
 * takes what has gathered. Those threads may block on the database; nobody else does.
 *
 * <p>So thousands of requests can be in flight on a few threads, and one event that is slow, or locked by somebody
 * outside, keeps only a few of those threads. What finds its lane idle is taken at once: nothing ever waits for more to
 * come.
 *
 * @param <K> what a lane belongs to
 * @param <T> what waits in it
 */
final class Lanes<K, T> implements AutoCloseable {

    /**
     * @param threads that all lanes share
     * @param atOnce of them, at most so many for one lane
     * @param batch what one of them takes at a time, at most
     * @param maxWaiting in one lane; what comes then is refused
     * @param maxWait what was not begun by then is refused, and has no effect
     */
    record Bounds(int threads, int atOnce, int batch, int maxWaiting, Duration maxWait) {

        /** More than come in the time that anybody waits, and some megabytes. */
        private static final int MAX_WAITING = 20_000;

        /** By then the client has given up, or is about to. */
        private static final Duration MAX_WAIT = Duration.ofSeconds(10);

        Bounds(int threads, int atOnce, int batch) {
            this(threads, atOnce, batch, MAX_WAITING, MAX_WAIT);
        }
    }

    private record Waiting<T>(T item, long since) {}

    private static final class Lane<T> {
        final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
        int running;
    }

    private final Bounds bounds;
    private final BiConsumer<K, List<T>> work;
    private final BiConsumer<T, Problem.Refused> refuse;
    private final Metrics metrics;
    private final Map<K, Lane<T>> lanes = new HashMap<>(); // guarded by this
    private final ExecutorService threads;
    private boolean closed; // guarded by this

    /**
     * @param work does what was taken from a lane; throws nothing
     * @param refuse is told of what waited too long
     */
    Lanes(
            String name,
            Bounds bounds,
            BiConsumer<K, List<T>> work,
            BiConsumer<T, Problem.Refused> refuse,
            Metrics metrics) {
        this.bounds = bounds;
        this.work = work;
        this.refuse = refuse;
        this.metrics = metrics;
        var number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(bounds.threads, task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Has something done in a lane.
     *
     * @throws Problem.Refused overloaded, if too much is waiting there
     */
    void submit(K key, T item) {
        synchronized (this) {
            if (closed) {
                throw overloaded("The server is stopping.");
            }
            var lane = lanes.computeIfAbsent(key, k -> new Lane<>());
            if (lane.waiting.size() >= bounds.maxWaiting) {
                throw overloaded("Too many requests are waiting.");
            }
            lane.waiting.add(new Waiting<>(item, System.nanoTime()));
            metrics.laneEntered();
            if (lane.running < bounds.atOnce) {
                lane.running++;
                threads.execute(() -> takeTurn(key, lane));
            }
        }
    }

    /** One batch of one lane; if there is more, it goes on behind the other lanes. */
    private void takeTurn(K key, Lane<T> lane) {
        var late = new ArrayList<T>();
        try {
            var batch = take(lane, late);
            late.forEach(item -> refuse.accept(item, overloaded("It waited too long for its turn.")));
            if (!batch.isEmpty()) {
                work.accept(key, batch);
            }
        } finally {
            synchronized (this) {
                if (!lane.waiting.isEmpty()) {
                    threads.execute(() -> takeTurn(key, lane));
                } else if (--lane.running == 0) {
                    lanes.remove(key, lane);
                    notifyAll();
                }
            }
        }
    }

    private List<T> take(Lane<T> lane, List<T> late) {
        var batch = new ArrayList<T>();
        var waits = new ArrayList<Long>();
        synchronized (this) {
            var now = System.nanoTime();
            while (batch.size() < bounds.batch && !lane.waiting.isEmpty()) {
                var next = lane.waiting.poll();
                waits.add(now - next.since);
                (now - next.since > bounds.maxWait.toNanos() ? late : batch).add(next.item);
            }
        }
        waits.forEach(metrics::laneLeft); // not while everybody who comes has to wait for it
        return batch;
    }

    private static Problem.Refused overloaded(String detail) {
        return Problem.of(ProblemType.OVERLOADED, detail).refuse();
    }

    /** Does what is waiting still, then ends. */
    @Override
    public void close() {
        var deadline = System.nanoTime() + Bounds.MAX_WAIT.toNanos();
        synchronized (this) {
            closed = true;
            try {
                while (!lanes.isEmpty() && deadline - System.nanoTime() > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        threads.shutdown();
    }
}
