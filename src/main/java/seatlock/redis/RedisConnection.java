package seatlock.redis;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to Redis for one thread: opened when it is first used, and opened again after a failure. It logs once when
 * Redis becomes unavailable and once when it is available again.
 */
public final class RedisConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisConnection.class);

    private final URI url;
    private final int timeoutMillis;
    private final String consequence;
    private Jedis connection;
    private volatile boolean isUp = true;

    /**
     * @param timeout for each response
     * @param consequence completes the log line "Redis is unavailable, so …"
     */
    public RedisConnection(URI url, Duration timeout, String consequence) {
        this.url = url;
        this.timeoutMillis = (int) timeout.toMillis();
        this.consequence = consequence;
    }

    /**
     * Runs commands on Redis.
     *
     * @return the result; empty if Redis is unavailable, in which case some of the commands may have taken effect
     */
    public <T> Optional<T> use(Function<Jedis, T> work) {
        try {
            if (connection == null) {
                connection = new Jedis(url, timeoutMillis);
            }
            var result = work.apply(connection);
            if (!isUp) {
                log.info("Redis is available again");
                isUp = true;
            }
            return Optional.of(result);
        } catch (JedisException e) {
            close();
            if (isUp) {
                log.warn("Redis is unavailable, so {}: {}", consequence, e.getMessage());
                isUp = false;
            }
            return Optional.empty();
        }
    }

    /** Returns whether Redis responded at the last use; {@code true} before the first. */
    public boolean isUp() {
        return isUp;
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (JedisException e) {
                log.debug("The connection to Redis was not closed cleanly", e);
            }
            connection = null;
        }
    }
}
