package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;

/** Measures what a hanging Redis costs sales. Run it with {@code make bench}. */
@Tag("bench")
class RedisBenchTest {

    private static final int REPEATS = 5;
    private static final int CONFIRMATIONS = 200;

    /** A Redis stopped with SIGSTOP accepts connections but never responds. Sales must be as fast as without that. */
    @Test
    void confirming_is_as_fast_while_redis_hangs() throws Exception {
        try (var system = new TestSystem();
                var testWorkers = TestWorkers.withOwnRedis(system).start()) {
            var event = system.event((2 * REPEATS + 1) * CONFIRMATIONS);
            var reservations = new ArrayList<String>();
            for (int i = 1; i <= event.capacity(); i++) {
                reservations.add(system.api
                        .reserve(event.id(), "S-A-" + i)
                        .json()
                        .get("id")
                        .asText());
            }
            var next = reservations.iterator();
            medianMs(system, event, take(next)); // warm-up

            var without = new ArrayList<Double>();
            var with = new ArrayList<Double>();
            for (int i = 0; i < REPEATS; i++) {
                without.add(medianMs(system, event, take(next)));
                testWorkers.signalRedis("-STOP");
                try {
                    with.add(medianMs(system, event, take(next)));
                } finally {
                    testWorkers.signalRedis("-CONT");
                }
            }
            var ratios = new ArrayList<Double>();
            for (int i = 0; i < REPEATS; i++) {
                ratios.add(with.get(i) / without.get(i));
            }
            System.out.printf(
                    "Confirming, one client, median of %d: Redis hanging ÷ Redis healthy = %.2f (median of %d"
                            + " pairs; spread %.2f to %.2f)%n",
                    CONFIRMATIONS,
                    median(ratios),
                    REPEATS,
                    ratios.stream().mapToDouble(r -> r).min().orElseThrow(),
                    ratios.stream().mapToDouble(r -> r).max().orElseThrow());
            assertThat(reservations).hasSize(event.capacity());
        }
    }

    private static List<String> take(Iterator<String> reservations) {
        var taken = new ArrayList<String>();
        for (int i = 0; i < CONFIRMATIONS; i++) {
            taken.add(reservations.next());
        }
        return taken;
    }

    private static double medianMs(TestSystem system, Event event, List<String> reservations) {
        var times = new ArrayList<Double>();
        for (var reservation : reservations) {
            var began = System.nanoTime();
            assertThat(system.api.confirm(event.id(), reservation, 4500).status())
                    .isEqualTo(200);
            times.add((System.nanoTime() - began) / 1e6);
        }
        return median(times);
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(v -> v).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
