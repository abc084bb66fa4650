package seatlock.concurrent;

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
 * Queues items per key, on a few threads that all keys share. Items of a key wait in order of arrival until a thread takes
 * the next batch of them.
 *
 * <p>Thousands of items can be in flight on a few threads, and a key whose work is slow or stuck occupies only some of
 * those threads. An item that finds its queue idle is taken at once: nothing waits for a batch to fill.
 *
 * @param <K> what a queue belongs to, such as an event
 * @param <T> an item of work
 */
public final class KeyedBatcher<K, T> implements AutoCloseable {

    /**
     * Bounds of the queues.
     *
     * @param threads shared by all keys
     * @param threadsPerKey the most threads that one key may occupy at a time
     * @param batch the most items that a thread takes at a time
     * @param maxWaiting the most items that may wait under one key; further ones are refused
     * @param maxWait items that were not taken within this time are refused, and have no effect
     */
    public record Bounds(int threads, int threadsPerKey, int batch, int maxWaiting, Duration maxWait) {

        /** More than can be served within {@link #MAX_WAIT}. Takes some megabytes. */
        private static final int MAX_WAITING = 20_000;

        /** Clients give up at about this time. */
        private static final Duration MAX_WAIT = Duration.ofSeconds(10);

        /** Bounds with the default queue length and waiting time. */
        public Bounds(int threads, int threadsPerKey, int batch) {
            this(threads, threadsPerKey, batch, MAX_WAITING, MAX_WAIT);
        }
    }

    private record Waiting<T>(T item, long since) {}

    private static final class Queue<T> {
        final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
        int running;
    }

    private final Bounds bounds;
    private final BiConsumer<K, List<T>> work;
    private final BiConsumer<T, Overload> refuse;
    private final Metrics metrics;
    private final Map<K, Queue<T>> queues = new HashMap<>(); // guarded by this
    private final ExecutorService threads;
    private boolean closed; // guarded by this

    /**
     * @param name prefix of the names of the threads
     * @param work processes a batch of one key; it must throw nothing
     * @param refuse receives each item that waited too long
     */
    public KeyedBatcher(
            String name, Bounds bounds, BiConsumer<K, List<T>> work, BiConsumer<T, Overload> refuse, Metrics metrics) {
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
     * Adds an item to the queue of a key.
     *
     * @throws Overload if the queue is full, or this batcher was closed
     */
    public void submit(K key, T item) {
        synchronized (this) {
            if (closed) {
                throw new Overload("The server is stopping.");
            }
            var queue = queues.computeIfAbsent(key, k -> new Queue<>());
            if (queue.waiting.size() >= bounds.maxWaiting) {
                throw new Overload("Too many requests are waiting.");
            }
            queue.waiting.add(new Waiting<>(item, System.nanoTime()));
            metrics.queued();
            if (queue.running < bounds.threadsPerKey) {
                queue.running++;
                threads.execute(() -> runBatch(key, queue));
            }
        }
    }

    /** Runs one batch of one key. If more items wait under the key, their batch queues behind those of other keys. */
    private void runBatch(K key, Queue<T> queue) {
        var late = new ArrayList<T>();
        try {
            var batch = take(queue, late);
            late.forEach(item -> refuse.accept(item, new Overload("The request waited too long in the queue.")));
            if (!batch.isEmpty()) {
                work.accept(key, batch);
            }
        } finally {
            synchronized (this) {
                if (!queue.waiting.isEmpty()) {
                    threads.execute(() -> runBatch(key, queue));
                } else if (--queue.running == 0) {
                    queues.remove(key, queue);
                    notifyAll();
                }
            }
        }
    }

    private List<T> take(Queue<T> queue, List<T> late) {
        var batch = new ArrayList<T>();
        var waits = new ArrayList<Long>();
        synchronized (this) {
            var now = System.nanoTime();
            while (batch.size() < bounds.batch && !queue.waiting.isEmpty()) {
                var next = queue.waiting.poll();
                waits.add(now - next.since);
                (now - next.since > bounds.maxWait.toNanos() ? late : batch).add(next.item);
            }
        }
        waits.forEach(metrics::dequeued); // outside the lock, which every arriving item needs
        return batch;
    }

    /** Refuses further items, processes those that are waiting, then ends its threads. */
    @Override
    public void close() {
        var deadline = System.nanoTime() + Bounds.MAX_WAIT.toNanos();
        synchronized (this) {
            closed = true;
            try {
                while (!queues.isEmpty() && deadline - System.nanoTime() > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        threads.shutdown();
    }
}
