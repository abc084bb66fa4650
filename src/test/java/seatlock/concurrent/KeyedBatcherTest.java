package seatlock.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.metrics.Metrics;

class LanesTest {

    /** Batches in the order in which they were taken. */
    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();

    private final List<Integer> refused = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch held = new CountDownLatch(1);

    /** What is negative keeps its thread until {@link #held} is let go. */
    private KeyedBatcher<String, Integer> lanes(KeyedBatcher.Bounds bounds) {
        return new KeyedBatcher<>("test", bounds, this::work, (item, refusal) -> refused.add(item), new Metrics());
    }

    private void work(String key, List<Integer> batch) {
        batches.add(batch);
        if (batch.get(0) < 0) {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void awaitBegun() {
        while (batches.isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static KeyedBatcher.Bounds bounds(int threads, int atOnce, int batch) {
        return new KeyedBatcher.Bounds(threads, atOnce, batch);
    }

    @Test
    void what_gathers_while_one_batch_runs_is_the_next_one_in_order_of_arrival() {
        try (var lanes = lanes(bounds(4, 1, 60))) {
            lanes.submit("event", -1);
            IntStream.range(0, 100).forEach(i -> lanes.submit("event", i));
            held.countDown();
        }
        var all = batches.stream().flatMap(List::stream).toList();
        assertThat(all).isEqualTo(IntStream.range(-1, 100).boxed().toList());
        assertThat(batches).extracting(List::size).allMatch(size -> size <= 60);
        assertThat(batches.size()).isLessThanOrEqualTo(4);
    }

    @Test
    void a_lane_that_stands_still_does_not_hold_up_the_others() {
        try (var lanes = lanes(bounds(2, 1, 10))) {
            lanes.submit("stuck", -1);
            awaitBegun();
            IntStream.range(0, 50).forEach(i -> lanes.submit("stuck", 1_000 + i));
            var others = IntStream.range(0, 100)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> lanes.submit("event " + i, i)))
                    .toList();
            others.forEach(CompletableFuture::join);
            while (batches.stream().flatMap(List::stream).filter(i -> i < 1_000).count() < 101) {
                Thread.onSpinWait();
            }
            assertThat(batches.stream().flatMap(List::stream)).noneMatch(i -> i >= 1_000);
            held.countDown();
        }
    }

    @Test
    void a_full_lane_refuses_what_comes_then_and_nothing_that_waits() {
        try (var lanes = lanes(new KeyedBatcher.Bounds(1, 1, 1, 3, Duration.ofMinutes(1)))) {
            lanes.submit("event", -1);
            awaitBegun();
            IntStream.range(0, 3).forEach(i -> lanes.submit("event", i));

            assertThatThrownBy(() -> lanes.submit("event", 3)).isInstanceOf(Overload.class);
            held.countDown();
        }
        assertThat(batches).containsExactly(List.of(-1), List.of(0), List.of(1), List.of(2));
    }

    @Test
    void what_waited_too_long_is_refused_and_not_done() {
        try (var lanes = lanes(new KeyedBatcher.Bounds(1, 1, 1, 100, Duration.ZERO))) {
            lanes.submit("event", 7);
        }
        assertThat(refused).containsExactly(7);
        assertThat(batches).isEmpty();
    }

    @Test
    void closing_does_what_is_waiting_and_takes_no_more() {
        var lanes = lanes(bounds(1, 1, 1));
        lanes.submit("event", -1);
        IntStream.range(0, 20).forEach(i -> lanes.submit("event", i));
        held.countDown();
        lanes.close();

        assertThat(batches).hasSize(21);
        assertThatThrownBy(() -> lanes.submit("event", 20)).isInstanceOf(Overload.class);
    }

    /** Whatever the work does: the lane goes on. */
    @Test
    void a_lane_survives_what_its_work_throws() {
        var done = Collections.synchronizedList(new ArrayList<Integer>());
        try (var lanes = new KeyedBatcher<String, Integer>(
                "test",
                bounds(1, 1, 1),
                (key, batch) -> {
                    done.addAll(batch);
                    throw new IllegalStateException("made for this test");
                },
                (item, refusal) -> {},
                new Metrics())) {
            IntStream.range(0, 5).forEach(i -> lanes.submit("event", i));
        }
        assertThat(done).containsExactly(0, 1, 2, 3, 4);
    }
}
