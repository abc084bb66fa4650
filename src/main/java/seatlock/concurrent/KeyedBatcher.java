package seatlock.concurrent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import seatlock.metrics.Metrics;

/**
 * Queues items per key, on a few threads that all keys share. Items of a key wait in order of arrival until a thread takes
 * the next batch of them.
 *
 * <p>Thousands of items can be in flight on a few threads, and a key whose work is slow or stuck occupies only some of
 * those threads. An item that finds its queue idle is taken at once: nothing waits for a batch to fill. While a batch only waits
 * for its end, the next one may begin, if the two use nothing in common.
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

    /** Processes batches. */
    @FunctionalInterface
    public interface Work<K, T> {

        /**
         * Processes a batch of one key. It must throw nothing.
         *
         * @param ending may be called once, when all that is left to do is to wait: the next batch of the key may then begin with
         *     items that use nothing of what this batch uses
         */
        void process(K key, List<T> batch, Runnable ending);
    }

    private record Waiting<T>(T item, long since) {}

    private static final class Queue<T> {
        final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
        int running; // batches, without the one that is ending
        Optional<Set<Object>> ending = NOTHING; // what it uses; empty for everything
    }

    private static final Optional<Set<Object>> NOTHING = Optional.of(Set.of());

    private final Bounds bounds;
    private final Work<K, T> work;
    private final Function<T, Optional<Set<Object>>> uses;
    private final BiConsumer<T, Overload> refuse;
    private final Metrics metrics;
    private final Map<K, Queue<T>> queues = new HashMap<>(); // guarded by this
    private final ExecutorService threads;
    private boolean closed; // guarded by this

    /**
     * Creates a batcher whose batches of one key end before the next ones begin.
     *
     * @param name prefix of the names of the threads
     * @param work processes a batch of one key; it must throw nothing
     * @param refuse receives each item that waited too long
     */
    public KeyedBatcher(
            String name, Bounds bounds, BiConsumer<K, List<T>> work, BiConsumer<T, Overload> refuse, Metrics metrics) {
        this(name, bounds, (key, batch, ending) -> work.accept(key, batch), item -> Optional.empty(), refuse, metrics);
    }

    /**
     * @param name prefix of the names of the threads
     * @param work processes a batch of one key
     * @param uses returns what an item uses, as objects that can be compared; empty if it may be anything
     * @param refuse receives each item that waited too long
     */
    public KeyedBatcher(
            String name,
            Bounds bounds,
            Work<K, T> work,
            Function<T, Optional<Set<Object>>> uses,
            BiConsumer<T, Overload> refuse,
            Metrics metrics) {
        this.bounds = bounds;
        this.work = work;
        this.uses = uses;
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
            startNext(key, queue);
        }
    }

    /** Starts a thread for the items that wait under a key, if it may have another and the first of them may begin. */
    private void startNext(K key, Queue<T> queue) {
        if (queue.running < bounds.threadsPerKey && mayBegin(queue)) {
            queue.running++;
            threads.execute(() -> runBatch(key, queue)); // behind those of other keys
        }
    }

    /** Returns whether the first item that waits uses nothing of what the ending batch uses. */
    private boolean mayBegin(Queue<T> queue) {
        var first = queue.waiting.peek();
        if (first == null || queue.ending == NOTHING) {
            return first != null;
        }
        var used = uses.apply(first.item);
        return queue.ending.isPresent() && used.isPresent() && Collections.disjoint(queue.ending.get(), used.get());
    }

    /** Runs one batch of one key. */
    private void runBatch(K key, Queue<T> queue) {
        var late = new ArrayList<T>();
        var ending = new Ending(key, queue);
        try {
            ending.batch = take(queue, late);
            late.forEach(item -> refuse.accept(item, new Overload("The request waited too long in the queue.")));
            if (!ending.batch.isEmpty()) {
                work.process(key, ending.batch, ending);
            }
        } finally {
            ending.finish();
        }
    }

    /** The end of a batch. */
    private final class Ending implements Runnable {
        private final K key;
        private final Queue<T> queue;
        private List<T> batch = List.of();
        private boolean isAnnounced;

        Ending(K key, Queue<T> queue) {
            this.key = key;
            this.queue = queue;
        }

        @Override
        public void run() {
            var used = usedBy(batch);
            synchronized (KeyedBatcher.this) {
                if (!isAnnounced && queue.ending == NOTHING) { // otherwise the next batch waits for this one
                    isAnnounced = true;
                    queue.ending = used;
                    queue.running--;
                    startNext(key, queue);
                }
            }
        }

        private Optional<Set<Object>> usedBy(List<T> items) {
            var all = new HashSet<>();
            for (var item : items) {
                var used = uses.apply(item);
                if (used.isEmpty()) {
                    return Optional.empty();
                }
                all.addAll(used.get());
            }
            return Optional.of(all);
        }

        void finish() {
            synchronized (KeyedBatcher.this) {
                if (isAnnounced) {
                    queue.ending = NOTHING;
                } else {
                    queue.running--;
                }
                startNext(key, queue);
                if (queue.running == 0 && queue.ending == NOTHING && queue.waiting.isEmpty()) {
                    queues.remove(key, queue);
                    KeyedBatcher.this.notifyAll();
                }
            }
        }
    }

    private List<T> take(Queue<T> queue, List<T> late) {
        var batch = new ArrayList<T>();
        var waits = new ArrayList<Long>();
        synchronized (this) {
            var now = System.nanoTime();
            while (batch.size() < bounds.batch && mayBegin(queue)) {
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
