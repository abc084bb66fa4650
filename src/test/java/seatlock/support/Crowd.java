package seatlock.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Many who do something at the same instant. */
public final class Crowd {

    private Crowd() {}

    /** Has each of so many threads do something, all let go at once; returns what each got, in their order. */
    public static <T> List<T> of(int size, IntFunction<T> action) {
        var threads = Executors.newFixedThreadPool(size);
        try {
            var ready = new CountDownLatch(size);
            var go = new CountDownLatch(1);
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < size; i++) {
                var number = i;
                futures.add(threads.submit(() -> {
                    ready.countDown();
                    go.await();
                    return action.apply(number);
                }));
            }
            ready.await();
            go.countDown();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many there are of each kind. */
    public static <T> Map<String, Long> tally(List<T> results, Function<T, String> kind) {
        return results.stream().collect(Collectors.groupingBy(kind, TreeMap::new, Collectors.counting()));
    }
}
