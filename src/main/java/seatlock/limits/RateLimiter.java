package seatlock.limits;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import seatlock.jobs.Loop;
import seatlock.jobs.RedisLink;
import seatlock.metrics.Metrics;

/**
 * How often somebody may ask. Each node counts for itself and answers at once; a few times in a second it tells the others
 * through Redis what it has counted, and hears from them. So nobody waits for Redis, and several nodes together let through
 * no more than a fraction of a second's requests beyond the limit. While Redis is away each goes on with what it knows.
 */
public final class RateLimiter implements AutoCloseable {

    /** The window of every policy. */
    public static final Duration WINDOW = Duration.ofMillis(Window.MILLIS);

    private static final Duration INTERVAL = Duration.ofMillis(200);

    private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);

    /** Two windows and some more, for clocks that do not agree. */
    private static final long KEPT_SECONDS = 3 * WINDOW.toSeconds();

    /**
     * Some ten megabytes. Who has more addresses than that is not held up by a limit for each of them: who comes when it is
     * full is not counted until there is room, less than two minutes later.
     */
    private static final int MAX_SUBJECTS = 100_000;

    private static final String NAMESPACE = "seatlock:requests:";

    /**
     * What is limited.
     *
     * @param name on the wire and in Redis; of a fixed set, each of which always comes with the same limit
     * @param requests in a window
     */
    public record Policy(String name, int requests) {}

    /**
     * Whether somebody may go on.
     *
     * @param remaining of the requests in a window, after this one
     * @param resetsIn until there is room again, if there is none; until there is all of it, if nothing more comes
     * @param retryAfter until there is room again; zero if this request was let through
     */
    public record Grant(boolean isGranted, int remaining, Duration resetsIn, Duration retryAfter) {}

    private record Subject(String policy, String name) {

        String key(long minute) {
            return NAMESPACE + policy + ":" + name + ":" + minute;
        }
    }

    private record Told(Window window, Window.Unshared news, Response<Long> total, Response<String> before) {}

    private final LongSupplier clock;
    private final Map<Subject, Window> windows = new ConcurrentHashMap<>();
    private final Loop loop = new Loop("limits", this::runOnce);
    private final Metrics metrics;
    private volatile RedisLink redis; // null: counts alone

    /** @param clock milliseconds of the wall clock: System::currentTimeMillis, or a test's */
    public RateLimiter(LongSupplier clock, Metrics metrics) {
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Begins to forget who has not come for long, and to share what is counted.
     *
     * @param redisUrl empty: there is nobody to share it with
     */
    public void start(Optional<URI> redisUrl) {
        redisUrl.ifPresent(this::share);
        loop.start(INTERVAL);
    }

    /** Shares, from the next round on. */
    void share(URI redisUrl) {
        redis = new RedisLink(redisUrl, REDIS_TIMEOUT, "each node counts requests for itself");
    }

    /** Whether the others heard of this node the last time it had something to tell. */
    public boolean isShared() {
        var link = redis;
        return link != null && link.isUp();
    }

    /**
     * Counts a request, if it may be let through; what is refused does not count.
     *
     * @param subject who asks: an address, or the id of a key
     */
    public Grant take(Policy policy, String subject) {
        var who = new Subject(policy.name, subject);
        var window = windows.get(who);
        if (window == null) {
            if (windows.size() >= MAX_SUBJECTS) {
                return new Grant(true, policy.requests - 1, WINDOW.multipliedBy(2), Duration.ZERO);
            }
            window = windows.computeIfAbsent(who, key -> new Window(policy.requests));
        }
        return window.take(clock.getAsLong());
    }

    /** Whether {@link #take} would refuse; counts nothing. */
    public boolean isExhausted(Policy policy, String subject) {
        var window = windows.get(new Subject(policy.name, subject));
        return window != null && window.isFull(clock.getAsLong());
    }

    /** How many subjects it keeps in mind. */
    int size() {
        return windows.size();
    }

    /** A round: forgets and shares. */
    void runOnce() {
        var now = clock.getAsLong();
        windows.values().removeIf(window -> window.isOver(now));
        var link = redis;
        if (link != null) {
            metrics.redisUp(link.use(this::tell).isPresent());
        }
    }

    /** @return how many news there were */
    private int tell(Jedis connection) {
        var told = new ArrayList<Told>();
        try (var pipeline = connection.pipelined()) {
            windows.forEach((subject, window) -> {
                var news = window.unshared();
                if (news.count() > 0) {
                    var key = subject.key(news.minute());
                    var total = pipeline.incrBy(key, news.count());
                    pipeline.expire(key, KEPT_SECONDS);
                    var before = news.needsPrevious() ? pipeline.get(subject.key(news.minute() - 1)) : null;
                    told.add(new Told(window, news, total, before));
                }
            });
            if (told.isEmpty()) {
                pipeline.ping();
            }
            pipeline.sync();
        }
        told.forEach(one -> {
            var before = one.before == null ? null : one.before.get();
            one.window.merge(one.news, one.total.get(), before == null ? 0 : Long.parseLong(before));
        });
        return told.size();
    }

    @Override
    public void close() {
        loop.close();
        if (redis != null) {
            redis.close();
        }
    }
}
