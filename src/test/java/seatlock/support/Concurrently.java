package seatlock.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Runs an action on many threads at the same instant. */
public final class Concurrently {

    private Concurrently() {}

    /**
     * Calls an action once on each of a number of threads, which all start together, and waits for all of them.
     *
     * @param action gets the number of its thread, from 0
     * @return the results in the order of the threads
     */
    public static <T> List<T> run(int threads, IntFunction<T> action) {
        var pool = Executors.newFixedThreadPool(threads);
        try {
            var ready = new CountDownLatch(threads);
            var start = new CountDownLatch(1);
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < threads; i++) {
                var number = i;
                futures.add(pool.submit(() -> {
                    ready.countDown();
                    start.await();
                    return action.apply(number);
                }));
            }
            ready.await();
            start.countDown();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }
}
