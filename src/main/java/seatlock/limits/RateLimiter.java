package seatlock.limits;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import seatlock.concurrent.PeriodicTask;
import seatlock.metrics.Metrics;
import seatlock.redis.SharedCounters;

/**
 * Limits how often a subject may send requests. Each node counts locally and decides at once; five times a second it adds its
 * count to counters in Redis and reads the totals of all nodes. No request waits for Redis, and all nodes together exceed the
 * limit by at most a fraction of a second's requests. While Redis is unavailable, each node limits by itself.
 */
public final class RateLimiter implements AutoCloseable {

    /** The window of every policy. */
    public static final Duration WINDOW = Duration.ofMillis(Window.MILLIS);

    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** Two windows, and one more because clocks differ. */
    private static final Duration COUNTER_TTL = WINDOW.multipliedBy(3);

    /**
     * Takes some ten megabytes. A limit per address cannot stop an attacker with more addresses. A subject that arrives while
     * the table is full is not counted until there is room, less than two minutes later.
     */
    private static final int MAX_SUBJECTS = 100_000;

    private static final String NAMESPACE = "seatlock:requests:";

    /**
     * A limit.
     *
     * @param name on the wire and in Redis; one of a fixed set, each with one limit
     * @param requests per window
     */
    public record Policy(String name, int requests) {}

    /**
     * The decision on one request.
     *
     * @param remaining requests in the window after this one
     * @param resetsIn time until there is room again if there is none; otherwise until the whole limit is available again
     *     if no further request arrives
     * @param retryAfter time until there is room again; zero if this request was granted
     */
    public record Grant(boolean isGranted, int remaining, Duration resetsIn, Duration retryAfter) {}

    private record Subject(String policy, String name) {

        String key(long minute) {
            return NAMESPACE + policy + ":" + name + ":" + minute;
        }
    }

    private record Report(Window window, Window.Unshared requests) {}

    private final LongSupplier clock;
    private final Map<Subject, Window> windows = new ConcurrentHashMap<>();
    private final PeriodicTask rounds = new PeriodicTask("limits", this::runOnce, failure -> false);
    private final Metrics metrics;
    private volatile SharedCounters counters; // null: counts are not shared

    /** @param clock milliseconds of the wall clock: System::currentTimeMillis, or the clock of a test */
    public RateLimiter(LongSupplier clock, Metrics metrics) {
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Starts to forget idle subjects, and to share counts with the other nodes.
     *
     * @param redisUrl empty if there are no other nodes
     */
    public void start(Optional<URI> redisUrl) {
        redisUrl.ifPresent(this::share);
        rounds.start(INTERVAL);
    }

    /** Shares counts from the next round on. */
    void share(URI redisUrl) {
        counters = new SharedCounters(redisUrl, COUNTER_TTL, "each node counts requests by itself");
    }

    /** Returns whether the counts were shared at the last attempt. */
    public boolean isShared() {
        var shared = counters;
        return shared != null && shared.isUp();
    }

    /**
     * Counts a request if it may be granted. A request that is not granted does not count.
     *
     * @param subject an address, or the id of a key
     */
    public Grant take(Policy policy, String subject) {
        var key = new Subject(policy.name, subject);
        var window = windows.get(key);
        if (window == null) {
            if (windows.size() >= MAX_SUBJECTS) {
                return new Grant(true, policy.requests - 1, WINDOW.multipliedBy(2), Duration.ZERO);
            }
            window = windows.computeIfAbsent(key, k -> new Window(policy.requests));
        }
        return window.take(clock.getAsLong());
    }

    /** Returns whether {@link #take} would refuse a request now. Counts nothing. */
    public boolean isExhausted(Policy policy, String subject) {
        var window = windows.get(new Subject(policy.name, subject));
        return window != null && window.isFull(clock.getAsLong());
    }

    /** Returns the number of subjects in memory. */
    int size() {
        return windows.size();
    }

    /** One round: forgets idle subjects and shares counts. */
    void runOnce() {
        var now = clock.getAsLong();
        windows.values().removeIf(window -> window.isIdle(now));
        var shared = counters;
        if (shared != null) {
            metrics.redisUp(share(shared));
        }
    }

    /** @return whether Redis responded */
    private boolean share(SharedCounters shared) {
        var reports = new ArrayList<Report>();
        var additions = new ArrayList<SharedCounters.Addition>();
        windows.forEach((subject, window) -> {
            var requests = window.unshared();
            if (requests.count() > 0) {
                reports.add(new Report(window, requests));
                additions.add(new SharedCounters.Addition(
                        subject.key(requests.minute()),
                        requests.count(),
                        requests.needsPrevious() ? subject.key(requests.minute() - 1) : null));
            }
        });
        var totals = shared.add(additions);
        totals.ifPresent(all -> {
            for (int i = 0; i < all.size(); i++) {
                var report = reports.get(i);
                report.window.merge(
                        report.requests, all.get(i).total(), all.get(i).other());
            }
        });
        return totals.isPresent();
    }

    @Override
    public void close() {
        rounds.close();
        if (counters != null) {
            counters.close();
        }
    }
}
