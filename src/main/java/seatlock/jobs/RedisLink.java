package seatlock.jobs;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to Redis for one thread: made when it is wanted, and made anew after trouble. It says once that Redis is
 * away, and once that it is back.
 */
public final class RedisLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    private final URI url;
    private final int timeoutMillis;
    private final String meanwhile;
    private Jedis connection;
    private volatile boolean isUp = true;

    /**
     * @param timeout for each answer
     * @param meanwhile what is done while Redis is away, for the log
     */
    public RedisLink(URI url, Duration timeout, String meanwhile) {
        this.url = url;
        this.timeoutMillis = (int) timeout.toMillis();
        this.meanwhile = meanwhile;
    }

    /**
     * Does something with Redis.
     *
     * @return what it gave; empty if Redis is away, and then some of it may have been done
     */
    public <T> Optional<T> use(Function<Jedis, T> work) {
        try {
            if (connection == null) {
                connection = new Jedis(url, timeoutMillis);
            }
            var result = work.apply(connection);
            if (!isUp) {
                log.info("Redis is back");
                isUp = true;
            }
            return Optional.of(result);
        } catch (JedisException e) {
            close();
            if (isUp) {
                log.warn("Redis is away, and {}: {}", meanwhile, e.getMessage());
                isUp = false;
            }
            return Optional.empty();
        }
    }

    /** Whether it could be used the last time; {@code true} before the first. */
    public boolean isUp() {
        return isUp;
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (JedisException e) {
                log.debug("Redis did not say goodbye", e);
            }
            connection = null;
        }
    }
}
