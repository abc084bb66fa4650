package seatlock.redis;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;

/** Counters in Redis that all nodes add to. Only one thread may use an instance. */
public final class SharedCounters implements AutoCloseable {

    /** For all additions of a round together. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * An amount to add to a counter.
     *
     * @param alsoRead the name of another counter to read; {@code null} for none
     */
    public record Addition(String counter, long amount, String alsoRead) {}

    /**
     * The result of an addition.
     *
     * @param total value of the counter after the addition
     * @param other value of the counter that was also read; 0 if there is none
     */
    public record Total(long total, long other) {}

    private record Responses(Response<Long> total, Response<String> other) {

        Total get() {
            var text = other == null ? null : other.get();
            return new Total(total.get(), text == null ? 0 : Long.parseLong(text));
        }
    }

    private final RedisConnection redis;
    private final long ttlSeconds;

    /**
     * @param ttl a counter expires when nothing was added to it for this long
     * @param consequence completes the log line "Redis is unavailable, so …"
     */
    public SharedCounters(URI url, Duration ttl, String consequence) {
        this.redis = new RedisConnection(url, TIMEOUT, consequence);
        this.ttlSeconds = ttl.toSeconds();
    }

    /**
     * Adds to counters, in one round trip.
     *
     * @return a total for each addition, in the same order; empty if Redis is unavailable
     */
    public Optional<List<Total>> add(List<Addition> additions) {
        return redis.use(connection -> add(connection, additions));
    }

    private List<Total> add(Jedis connection, List<Addition> additions) {
        var responses = new ArrayList<Responses>();
        try (var pipeline = connection.pipelined()) {
            for (var addition : additions) {
                var total = pipeline.incrBy(addition.counter, addition.amount);
                pipeline.expire(addition.counter, ttlSeconds);
                responses.add(new Responses(total, addition.alsoRead == null ? null : pipeline.get(addition.alsoRead)));
            }
            if (additions.isEmpty()) {
                pipeline.ping(); // to learn whether Redis responds
            }
            pipeline.sync();
        }
        return responses.stream().map(Responses::get).toList();
    }

    /** Returns whether Redis responded at the last use; {@code true} before the first. */
    public boolean isUp() {
        return redis.isUp();
    }

    @Override
    public void close() {
        redis.close();
    }
}
