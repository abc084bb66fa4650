package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.metrics.Metrics;
import seatlock.support.Servers;

/** Tests nodes that share their counts through Redis. The test runs their rounds and moves their clock. */
class RateLimiterTest {

    private static final RateLimiter.Policy TEN = new RateLimiter.Policy("address", 10);

    private final AtomicLong clock = new AtomicLong(1_000_000_020_000L); // the start of a minute
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
        here.runOnce(); // learns what the other node has just shared
    }

    @Test
    void each_node_learns_what_the_other_has_counted() {
        try (var redis = Servers.newRedis()) {
            here.share(redis.url());
            there.share(redis.url());
            granted(here, 6);
            granted(there, 2);
            exchange();

            assertThat(granted(there, 10)).as("eight of ten were used").isEqualTo(2);
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
    void a_node_learns_the_requests_of_the_previous_minute_for_a_new_client() {
        try (var redis = Servers.newRedis()) {
            here.share(redis.url());
            there.share(redis.url());
            granted(here, 10);
            here.runOnce();
            clock.addAndGet(Window.MILLIS + Window.MILLIS / 4); // a quarter of the next minute has passed
            var first = granted(there, 1);
            there.runOnce();

            assertThat(first).as("before the node knows").isEqualTo(1);
            assertThat(granted(there, 20))
                    .as("10 - 1 - 3/4 of 10, rounded down")
                    .isEqualTo(1);
        } finally {
            here.close();
            there.close();
        }
    }

    @Test
    void without_redis_each_node_counts_alone_and_shares_its_count_later() {
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
            assertThat(granted(there, 10))
                    .as("with the ten requests of the other node")
                    .isZero();
        } finally {
            here.close();
            there.close();
        }
    }

    @Test
    void idle_clients_are_forgotten_and_at_most_a_hundred_thousand_are_counted() {
        IntStream.range(0, 100_010).forEach(i -> here.take(TEN, "address " + i));
        assertThat(here.size()).isEqualTo(100_000);
        assertThat(granted(here, 20))
                .as("a client that is not counted is not limited")
                .isEqualTo(20);

        clock.addAndGet(2 * Window.MILLIS);
        here.runOnce();

        assertThat(here.size()).isZero();
        assertThat(granted(here, 20)).isEqualTo(10);
    }
}
