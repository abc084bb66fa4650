package seatlock.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import seatlock.metrics.Metrics;

/**
 * Runs tasks one by one, in order of arrival per key, on a few threads that all keys share.
 *
 * @param <K> what a queue belongs to, such as an event
 */
public final class KeyedExecutor<K> implements AutoCloseable {

    private record Task<T>(Supplier<T> work, CompletableFuture<T> result, Executor continuations) {

        void run() {
            try {
                var value = work.get();
                continuations.execute(() -> result.complete(value));
            } catch (Throwable t) {
                fail(t);
            }
        }

        void fail(Throwable reason) {
            continuations.execute(() -> result.completeExceptionally(reason));
        }
    }

    private final KeyedBatcher<K, Task<?>> tasks;
    private final Executor continuations;

    /**
     * @param name prefix of the names of the threads
     * @param threadsPerKey the most threads that one key may occupy at a time
     * @param continuations runs what depends on a result, so that a slow client never occupies one of the threads
     */
    public KeyedExecutor(String name, int threads, int threadsPerKey, Executor continuations, Metrics metrics) {
        this.continuations = continuations;
        this.tasks = new KeyedBatcher<>(
                name,
                new KeyedBatcher.Bounds(threads, threadsPerKey, 1),
                (key, batch) -> batch.forEach(Task::run),
                Task::fail,
                metrics);
    }

    /**
     * Queues a task.
     *
     * @return its result, or what it threw; {@link Overload} if it waited too long
     * @throws Overload if the queue of the key is full, or this executor was closed
     */
    public <T> CompletableFuture<T> submit(K key, Supplier<T> work) {
        var task = new Task<>(work, new CompletableFuture<T>(), continuations);
        tasks.submit(key, task);
        return task.result();
    }

    /** Refuses further tasks, runs those that are waiting, then ends its threads. */
    @Override
    public void close() {
        tasks.close();
    }
}
