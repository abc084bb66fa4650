package seatlock.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import seatlock.net.Conversation;

/**
 * A connection to Redis for one thread: opened when it is first used, and opened again after a failure. It logs once when
 * Redis becomes unavailable and once when it is available again. A Redis that is slow or sends too much counts as unavailable.
 */
public final class RedisConnection implements AutoCloseable {

    /**
     * Received in one use. The longest expected replies are the counters of 100,000 subjects, and the heartbeats of some
     * thousand workers.
     */
    private static final long MAX_BYTES = 4_000_000;

    /** Begins the query of a {@code rediss} URL, followed by a file of certificates that are trusted instead of Java's. */
    static final String CA_FILE = "cafile=";

    private static final Logger log = LoggerFactory.getLogger(RedisConnection.class);

    private final URI url;
    private final Duration timeout;
    private final String consequence;
    private Conversation conversation;
    private Jedis connection;
    private volatile boolean isUp = true;

    /**
     * @param timeout for each use as a whole, including the connection if it must be opened
     * @param consequence completes the log line "Redis is unavailable, so …"
     */
    public RedisConnection(URI url, Duration timeout, String consequence) {
        this.url = url;
        this.timeout = timeout;
        this.consequence = consequence;
    }

    /** Returns the URL of a Redis whose certificate is verified with the certificates in a file. */
    public static URI verifiedBy(URI url, Path caFile) {
        try {
            return new URI(url + "?" + new URI(null, null, null, CA_FILE + caFile, null).getRawQuery());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Creates a conversation with Redis that has not begun, each exchange of which may take as long as the timeout. */
    public static Conversation conversation(Duration timeout) {
        return new Conversation("Redis", timeout, MAX_BYTES);
    }

    /**
     * Opens a connection within a conversation, on a thread of its own. The conversation pauses afterwards, and closes if the
     * connection cannot be opened.
     *
     * @throws JedisException if the connection cannot be opened
     */
    public static Jedis open(URI url, Conversation conversation, Duration timeout) {
        try {
            return conversation.call(() -> RedisSockets.connect(url, conversation, timeout));
        } catch (Exception e) {
            conversation.close();
            throw asJedisException(e);
        }
    }

    /**
     * Runs commands on Redis, and nothing else that takes time, on another thread.
     *
     * @return the result; empty if Redis is unavailable, in which case some of the commands may have taken effect
     */
    public <T> Optional<T> use(Function<Jedis, T> work) {
        try {
            var result = apply(work);
            if (!isUp) {
                log.info("Redis is available again");
                isUp = true;
            }
            return Optional.of(result);
        } catch (JedisException e) {
            if (isUp) {
                log.warn("Redis is unavailable, so {}: {}", consequence, e.getMessage());
                isUp = false;
            }
            return Optional.empty();
        }
    }

    private record Used<T>(Jedis connection, T result) {}

    private <T> T apply(Function<Jedis, T> work) {
        if (connection == null) {
            conversation = conversation(timeout);
        }
        var talk = conversation;
        var opened = connection;
        try {
            var used = talk.call(() -> {
                var usable = opened == null ? RedisSockets.connect(url, talk, timeout) : opened;
                return new Used<>(usable, work.apply(usable));
            });
            connection = used.connection;
            return used.result;
        } catch (Exception e) {
            close();
            throw asJedisException(e);
        }
    }

    private static JedisException asJedisException(Exception e) {
        if (e instanceof Conversation.LimitExceeded) {
            return new JedisException(e.getMessage(), e);
        } else if (e instanceof JedisException) {
            // A message that is made from the cause begins with the name of a class.
            var cause = e.getCause();
            var isMadeFromCause = cause != null && cause.toString().equals(e.getMessage());
            return new JedisException(isMadeFromCause ? cause.getMessage() : e.getMessage(), e);
        } else if (e instanceof ClassCastException || e instanceof NumberFormatException) {
            return new JedisException("Redis sent a reply of an unexpected type", e);
        } else if (e instanceof RuntimeException bug) {
            throw bug;
        }
        throw new IllegalStateException(e);
    }

    /** Returns whether Redis responded at the last use; {@code true} before the first. */
    public boolean isUp() {
        return isUp;
    }

    @Override
    public void close() {
        if (conversation != null) {
            conversation.close();
            conversation = null;
            connection = null;
        }
    }
}
