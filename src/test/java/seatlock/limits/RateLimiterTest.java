package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.metrics.Metrics;
import seatlock.support.Servers;

/** Nodes that count together, with a real Redis between them; rounds and clock are the test's. */
class RateLimiterTest {

    private static final RateLimiter.Policy TEN = new RateLimiter.Policy("address", 10);

    private final AtomicLong clock = new AtomicLong(1_000_000_020_000L);
    private final RateLimiter here = new RateLimiter(clock::get, new Metrics());
    private final RateLimiter there = new RateLimiter(clock::get, new Metrics());

    private long granted(RateLimiter limiter, int times) {
        return IntStream.range(0, times)
                .filter(i -> limiter.take(TEN, "192.0.2.7").isGranted())
                .count();
    }

    private void exchange() {
        here.runOnce();
        there.runOnce();
        here.runOnce(); // what the other had to tell is heard with the next news
    }

    @Test
    void what_one_has_counted_the_other_knows() {
        try (var redis = Servers.newRedis()) {
            here.share(redis.url());
            there.share(redis.url());
            granted(here, 6);
            granted(there, 2);
            exchange();

            assertThat(granted(there, 10)).as("8 were used").isEqualTo(2);
            there.runOnce();
            granted(here, 1);
            here.runOnce();
            assertThat(granted(here, 10)).isZero();
            assertThat(here.isShared()).isTrue();
            try (var jedis = redis.connect()) {
                assertThat(jedis.keys("*"))
                        .hasSize(1)
                        .allSatisfy(key -> assertThat(jedis.ttl(key)).isPositive());
            }

            clock.addAndGet(2 * Window.MILLIS);
            assertThat(granted(here, 20)).isEqualTo(10);
        } finally {
            here.close();
            there.close();
        }
    }

    @Test
    void who_is_new_here_brings_what_he_used_elsewhere_in_the_minute_before() {
        try (var redis = Servers.newRedis()) {
            here.share(redis.url());
            there.share(redis.url());
            granted(here, 10);
            here.runOnce();
            clock.addAndGet(Window.MILLIS / 2 + 10_000); // into the next minute
            var first = granted(there, 1);
            there.runOnce();

            assertThat(first).as("it cannot know yet").isEqualTo(1);
            assertThat(granted(there, 20)).isLessThan(9);
        } finally {
            here.close();
            there.close();
        }
    }

    @Test
    void without_redis_each_goes_on_with_what_it_knows_and_shares_it_when_it_can() {
        here.share(URI.create("redis://127.0.0.1:1"));
        granted(here, 6);
        here.runOnce();

        assertThat(here.isShared()).isFalse();
        assertThat(granted(here, 10)).isEqualTo(4);
        try (var redis = Servers.newRedis()) {
            here.share(redis.url());
            there.share(redis.url());
            here.runOnce();
            granted(there, 1);
            there.runOnce();
            assertThat(granted(there, 10)).as("all of it").isZero();
        } finally {
            here.close();
            there.close();
        }
    }

    @Test
    void it_forgets_and_has_room_for_so_many_and_no_more() {
        IntStream.range(0, 100_010).forEach(i -> here.take(TEN, "address " + i));
        assertThat(here.size()).isEqualTo(100_000);
        assertThat(granted(here, 20)).as("nobody is refused for want of room").isEqualTo(20);

        clock.addAndGet(2 * Window.MILLIS);
        here.runOnce();

        assertThat(here.size()).isZero();
        assertThat(granted(here, 20)).isEqualTo(10);
    }
}
