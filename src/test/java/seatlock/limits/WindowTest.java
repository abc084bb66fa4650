package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {

    private static final long MINUTE = 1_000 * Window.MILLIS;

    private static int granted(Window window, int times, long now) {
        return (int) LongStream.range(0, times)
                .filter(i -> window.take(now).isGranted())
                .count();
    }

    @Test
    void as_many_as_the_limit_are_let_through_and_no_more() {
        var window = new Window(5);

        assertThat(window.take(MINUTE).remaining()).isEqualTo(4);
        assertThat(granted(window, 10, MINUTE + 10)).isEqualTo(4);
        assertThat(window.take(MINUTE + 20).remaining()).isZero();
    }

    @Test
    void the_end_of_a_minute_gives_nobody_twice_as_much() {
        var window = new Window(100);
        granted(window, 100, MINUTE + Window.MILLIS - 1);

        assertThat(granted(window, 100, MINUTE + Window.MILLIS)).isZero();
        assertThat(granted(window, 100, MINUTE + Window.MILLIS * 3 / 2))
                .as("half a minute later, half of them count")
                .isEqualTo(50);
        assertThat(granted(window, 200, MINUTE + 3 * Window.MILLIS))
                .as("and a minute without any forgets all")
                .isEqualTo(100);
    }

    /** Whatever came before: who waits as long as he was told is let through, and who waits any less is not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100})
    void it_tells_how_long_to_wait(int limit) {
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
    void what_is_refused_does_not_count() {
        var window = new Window(10);
        granted(window, 1_000, MINUTE);

        assertThat(granted(window, 10, MINUTE + 2 * Window.MILLIS - 1)).isGreaterThanOrEqualTo(9);
    }

    @Test
    void what_the_others_counted_counts() {
        var window = new Window(10);
        granted(window, 3, MINUTE);
        var news = window.news();
        granted(window, 1, MINUTE);

        window.told(news, 8, 0); // five of them by others

        assertThat(window.news().count()).as("one more since").isEqualTo(1);
        assertThat(granted(window, 10, MINUTE)).isEqualTo(1);
    }

    @Test
    void what_the_others_counted_in_the_minute_before_counts() {
        var window = new Window(10);
        granted(window, 1, MINUTE);

        window.told(window.news(), 1, 6);

        assertThat(granted(window, 10, MINUTE)).isEqualTo(3);
        assertThat(window.news().isNew()).isFalse();
    }

    @Test
    void news_that_arrive_in_the_next_minute_are_of_the_one_before() {
        var window = new Window(10);
        granted(window, 2, MINUTE);
        var news = window.news();
        granted(window, 1, MINUTE + Window.MILLIS);

        window.told(news, 8, 0);

        assertThat(granted(window, 10, MINUTE + Window.MILLIS)).isEqualTo(1);
    }

    @Test
    void it_is_over_when_nothing_in_it_matters() {
        var window = new Window(10);
        granted(window, 2, MINUTE);

        assertThat(window.isOver(MINUTE + 2 * Window.MILLIS - 1)).isFalse();
        assertThat(window.isOver(MINUTE + 2 * Window.MILLIS)).isTrue();
        assertThat(window.take(MINUTE).resetsIn()).isEqualTo(Duration.ofMinutes(2));
    }
}
