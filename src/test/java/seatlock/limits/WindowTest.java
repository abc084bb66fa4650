package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how requests are counted in a sliding window. */
class WindowTest {

    private static final long MINUTE = 1_000 * Window.MILLIS;

    private static int granted(Window window, int times, long now) {
        return (int) LongStream.range(0, times)
                .filter(i -> window.take(now).isGranted())
                .count();
    }

    @Test
    void requests_up_to_the_limit_are_granted_and_no_more() {
        var window = new Window(5);

        assertThat(window.take(MINUTE).remaining()).isEqualTo(4);
        assertThat(granted(window, 10, MINUTE + 10)).isEqualTo(4);
        assertThat(window.take(MINUTE + 20).remaining()).isZero();
    }

    @Test
    void the_limit_holds_across_the_end_of_a_minute() {
        var window = new Window(100);
        granted(window, 100, MINUTE + Window.MILLIS - 1);

        assertThat(granted(window, 100, MINUTE + Window.MILLIS)).isZero();
        assertThat(granted(window, 100, MINUTE + Window.MILLIS * 3 / 2))
                .as("half a minute later, half of the previous requests count")
                .isEqualTo(50);
        assertThat(granted(window, 200, MINUTE + 3 * Window.MILLIS))
                .as("after a minute without requests, none of them counts")
                .isEqualTo(100);
    }

    /** Whatever happened before, a client that waits as long as the refusal says is granted its request, and not before. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100})
    void a_refusal_states_exactly_how_long_to_wait(int limit) {
        for (int seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var window = new Window(limit);
            var now = MINUTE + random.nextInt(60_000);
            for (int i = 0; i < 10; i++) {
                granted(window, limit + 1, now);
                var refused = window.take(now);
                assertThat(refused.isGranted()).isFalse();
                var wait = refused.retryAfter().toMillis();
                assertThat(wait).isPositive().isLessThanOrEqualTo(2 * Window.MILLIS);
                assertThat(window.take(now + wait - 2).isGranted())
                        .as("seed %d, %d ms after %d", seed, wait - 2, now)
                        .isFalse();
                assertThat(window.take(now + wait + 1).isGranted())
                        .as("seed %d, %d ms after %d", seed, wait + 1, now)
                        .isTrue();
                now += wait + 1 + random.nextInt(90_000);
            }
        }
    }

    @Test
    void refused_requests_do_not_count() {
        var window = new Window(10);
        assertThat(granted(window, 1_000, MINUTE)).isEqualTo(10);

        assertThat(granted(window, 20, MINUTE + 2 * Window.MILLIS - 1))
                .as("a small part of the ten granted requests still counts")
                .isEqualTo(9);
    }

    @Test
    void requests_counted_by_other_nodes_count() {
        var window = new Window(10);
        granted(window, 3, MINUTE);
        var unshared = window.unshared();
        granted(window, 1, MINUTE);

        window.merge(unshared, 8, 0); // five of them on other nodes

        assertThat(window.unshared().count()).as("one request since then").isEqualTo(1);
        assertThat(granted(window, 10, MINUTE)).isEqualTo(1);
    }

    @Test
    void requests_counted_by_other_nodes_in_the_previous_minute_count() {
        var window = new Window(10);
        granted(window, 1, MINUTE);

        window.merge(window.unshared(), 1, 6);

        assertThat(granted(window, 10, MINUTE)).isEqualTo(3);
        assertThat(window.unshared().needsPrevious()).isFalse();
    }

    @Test
    void totals_that_arrive_a_minute_late_count_for_the_previous_minute() {
        var window = new Window(10);
        granted(window, 2, MINUTE);
        var unshared = window.unshared();
        granted(window, 1, MINUTE + Window.MILLIS);

        window.merge(unshared, 8, 0);

        assertThat(granted(window, 10, MINUTE + Window.MILLIS)).isEqualTo(1);
    }

    @Test
    void a_window_is_over_two_minutes_after_its_minute_began() {
        var window = new Window(10);
        granted(window, 2, MINUTE);

        assertThat(window.isIdle(MINUTE + 2 * Window.MILLIS - 1)).isFalse();
        assertThat(window.isIdle(MINUTE + 2 * Window.MILLIS)).isTrue();
        assertThat(window.take(MINUTE).resetsIn()).isEqualTo(Duration.ofMinutes(2));
    }
}
