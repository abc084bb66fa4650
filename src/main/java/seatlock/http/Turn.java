package seatlock.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import seatlock.metrics.Metrics;

/**
 * A piece of work that waits in a lane by itself.
 *
 * @param answers where what depends on the result goes on, so that a slow client never keeps a lane's thread
 */
record Turn<T>(Supplier<T> work, CompletableFuture<T> result, Executor answers) {

    /** Does it, and tells its result or what it threw. */
    void take() {
        try {
            var value = work.get();
            answers.execute(() -> result.complete(value));
        } catch (Throwable t) {
            refuse(t);
        }
    }

    void refuse(Throwable reason) {
        answers.execute(() -> result.completeExceptionally(reason));
    }

    /** Lanes where each thread takes one at a time. */
    static <K> Lanes<K, Turn<?>> lanes(String name, int threads, int atOnce, Metrics metrics) {
        return new Lanes<>(
                name,
                new Lanes.Bounds(threads, atOnce, 1),
                (key, turns) -> turns.forEach(Turn::take),
                Turn::refuse,
                metrics);
    }

    static <K, T> CompletableFuture<T> submit(Lanes<K, Turn<?>> lanes, K key, Supplier<T> work, Executor answers) {
        var turn = new Turn<>(work, new CompletableFuture<T>(), answers);
        lanes.submit(key, turn);
        return turn.result();
    }
}
