package seatlock.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.metrics.Metrics;
import seatlock.support.Wait;

/** Tests the order and the bounds of the queues. */
class KeyedBatcherTest {

    /** Batches in the order in which they were taken. */
    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();

    private final List<Integer> refused = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch release = new CountDownLatch(1);

    /** A batch that starts with a negative number occupies its thread until {@link #release} is counted down. */
    private KeyedBatcher<String, Integer> batcher(KeyedBatcher.Bounds bounds) {
        return new KeyedBatcher<>("test", bounds, this::work, (item, refusal) -> refused.add(item), new Metrics());
    }

    private void work(String key, List<Integer> batch) {
        batches.add(batch);
        if (batch.get(0) < 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void submitAndAwaitStart(KeyedBatcher<String, Integer> batcher, String key, int item) {
        batcher.submit(key, item);
        Wait.until("the batch has started", () -> batches.contains(List.of(item)));
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static KeyedBatcher.Bounds bounds(int threads, int threadsPerKey, int batch) {
        return new KeyedBatcher.Bounds(threads, threadsPerKey, batch);
    }

    @Test
    void items_that_arrive_during_a_batch_form_the_next_ones_in_order_of_arrival() {
        try (var batcher = batcher(bounds(4, 1, 60))) {
            submitAndAwaitStart(batcher, "event", -1);
            range(0, 100).forEach(i -> batcher.submit("event", i));
            release.countDown();
        }
        assertThat(batches).containsExactly(List.of(-1), range(0, 60), range(60, 100));
    }

    @Test
    void a_stuck_key_does_not_delay_other_keys() {
        try (var batcher = batcher(bounds(2, 1, 10))) {
            submitAndAwaitStart(batcher, "stuck", -1);
            range(1_000, 1_050).forEach(i -> batcher.submit("stuck", i));
            range(0, 100).stream()
                    .map(i -> CompletableFuture.runAsync(() -> batcher.submit("event " + i, i)))
                    .toList()
                    .forEach(CompletableFuture::join);
            Wait.until("the other keys were served", () -> batches.size() == 101);

            assertThat(batches.stream().flatMap(List::stream)).noneMatch(i -> i >= 1_000);
            release.countDown();
        }
        assertThat(batches.stream().flatMap(List::stream).filter(i -> i >= 1_000))
                .containsExactlyElementsOf(range(1_000, 1_050));
    }

    @Test
    void a_key_occupies_as_many_threads_as_it_may_and_no_more() {
        try (var batcher = batcher(bounds(3, 2, 1))) {
            submitAndAwaitStart(batcher, "event", -1);
            submitAndAwaitStart(batcher, "event", -2);
            batcher.submit("event", 0);
            submitAndAwaitStart(batcher, "other event", 1); // on the third thread

            assertThat(batches).doesNotContain(List.of(0));
            release.countDown();
        }
        assertThat(batches).contains(List.of(0));
    }

    @Test
    void a_full_queue_refuses_new_items_and_serves_the_waiting_ones() {
        try (var batcher = batcher(new KeyedBatcher.Bounds(1, 1, 1, 3, Duration.ofMinutes(1)))) {
            submitAndAwaitStart(batcher, "event", -1);
            range(0, 3).forEach(i -> batcher.submit("event", i));

            assertThatThrownBy(() -> batcher.submit("event", 3)).isInstanceOf(Overload.class);
            release.countDown();
        }
        assertThat(batches).containsExactly(List.of(-1), List.of(0), List.of(1), List.of(2));
        assertThat(refused).isEmpty();
    }

    @Test
    void an_item_that_waited_too_long_is_refused_and_not_processed() {
        try (var batcher = batcher(new KeyedBatcher.Bounds(1, 1, 1, 100, Duration.ZERO))) {
            batcher.submit("event", 7);
        }
        assertThat(refused).containsExactly(7);
        assertThat(batches).isEmpty();
    }

    @Test
    void closing_processes_the_waiting_items_and_refuses_new_ones() {
        var batcher = batcher(bounds(1, 1, 1));
        submitAndAwaitStart(batcher, "event", -1);
        range(0, 20).forEach(i -> batcher.submit("event", i));
        var closing = CompletableFuture.runAsync(batcher::close);
        Wait.until("new items are refused", () -> isClosed(batcher));
        assertThat(batches).hasSize(1);
        assertThat(closing).isNotDone();

        release.countDown();
        closing.join();

        var accepted = batches.stream().flatMap(List::stream).filter(i -> i < 20);
        assertThat(accepted).containsExactlyElementsOf(range(-1, 20));
    }

    /** Submits an item to another key, which is accepted until the batcher is closed. */
    private static boolean isClosed(KeyedBatcher<String, Integer> batcher) {
        try {
            batcher.submit("other event", 20);
            return false;
        } catch (Overload e) {
            return true;
        }
    }

    /** While a batch with a negative number waits for its end, batches with other tens may begin. */
    private KeyedBatcher<String, Integer> overlapping() {
        return new KeyedBatcher<>(
                "test",
                bounds(4, 1, 10),
                (key, batch, ending) -> {
                    if (batch.get(0) < 0) {
                        ending.run();
                    }
                    work(key, batch);
                },
                item -> item == 99 ? Optional.empty() : Optional.of(Set.of(Math.abs(item) / 10)),
                (item, refusal) -> refused.add(item),
                new Metrics());
    }

    @Test
    void a_batch_begins_while_the_one_before_ends_up_to_the_first_item_that_both_use() {
        try (var batcher = overlapping()) {
            submitAndAwaitStart(batcher, "event", -1);
            submitAndAwaitStart(batcher, "event", 20);
            batcher.submit("event", 5);
            batcher.submit("event", 30);
            submitAndAwaitStart(batcher, "other event", 5);

            assertThat(batches).containsExactly(List.of(-1), List.of(20), List.of(5));
            release.countDown();
        }
        assertThat(batches).endsWith(List.of(5, 30));
    }

    @Test
    void an_item_that_may_use_anything_waits_for_the_end_of_the_batch_before() {
        try (var batcher = overlapping()) {
            submitAndAwaitStart(batcher, "event", -1);
            batcher.submit("event", 99);
            batcher.submit("event", 30);
            submitAndAwaitStart(batcher, "other event", 40);

            assertThat(batches).containsExactly(List.of(-1), List.of(40));
            release.countDown();
        }
        assertThat(batches).endsWith(List.of(99, 30));
    }

    @Test
    void no_more_than_one_batch_ends_while_another_runs() {
        try (var batcher = overlapping()) {
            submitAndAwaitStart(batcher, "event", -1);
            submitAndAwaitStart(batcher, "event", -25);
            batcher.submit("event", 30);
            submitAndAwaitStart(batcher, "other event", 40);

            assertThat(batches).containsExactly(List.of(-1), List.of(-25), List.of(40));
            release.countDown();
        }
        assertThat(batches).endsWith(List.of(30));
    }

    @Test
    void a_queue_survives_an_exception_of_its_work() {
        var done = Collections.synchronizedList(new ArrayList<Integer>());
        try (var batcher = new KeyedBatcher<String, Integer>(
                "test",
                bounds(1, 1, 1),
                (key, batch) -> {
                    done.addAll(batch);
                    throw new IllegalStateException("thrown by the test");
                },
                (item, refusal) -> {},
                new Metrics())) {
            range(0, 5).forEach(i -> batcher.submit("event", i));
        }
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
    }
}
