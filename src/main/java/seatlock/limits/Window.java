package seatlock.limits;

import java.time.Duration;

/**
 * Counts the requests of one client in a sliding window of one minute. It has two counters, for the current minute of the clock
 * and the previous one; the latter counts in proportion to how much of it the window still covers. The memory is constant, and
 * the result is exact if the requests of the previous minute were evenly distributed.
 *
 * @see <a href="https://blog.cloudflare.com/counting-things-a-lot-of-different-things/">How Cloudflare counts</a>
 */
final class Window {

    static final long MILLIS = 60_000;

    private final int limit;
    private long minute;
    private long current;
    private long previous;
    private long unshared; // the part of current that is not yet in Redis
    private long mergedMinute = -1; // the minute whose previous minute was read from Redis

    /** @param limit requests per minute, at least 1 */
    Window(int limit) {
        this.limit = limit;
    }

    /**
     * Counts a request if the limit permits it.
     *
     * @param now wall clock in milliseconds, roughly the same on all nodes
     */
    synchronized RateLimiter.Grant take(long now) {
        moveTo(now / MILLIS);
        var passed = now % MILLIS;
        var used = used(passed);
        if (used + 1 > limit) {
            var wait = Duration.ofMillis(millisUntilRoom(passed));
            return new RateLimiter.Grant(false, 0, wait, wait);
        }
        current++;
        unshared++;
        var untilReset = Duration.ofMillis(
                2 * MILLIS - passed); // the current minute counts in the next one, too, with decreasing weight
        return new RateLimiter.Grant(true, (int) (limit - used - 1), untilReset, Duration.ZERO);
    }

    /** Returns whether {@link #take} would refuse a request. */
    synchronized boolean isFull(long now) {
        moveTo(now / MILLIS);
        return used(now % MILLIS) + 1 > limit;
    }

    private double used(long passed) {
        return current + previous * (MILLIS - passed) / (double) MILLIS;
    }

    private long millisUntilRoom(long passed) {
        long most = limit - 1;
        if (current <= most) {
            return MILLIS - passed - (most - current) * MILLIS / previous;
        }
        return MILLIS - passed + MILLIS - most * MILLIS / current; // in the next minute
    }

    private void moveTo(long nowMinute) {
        if (nowMinute > minute) {
            previous = nowMinute == minute + 1 ? current : 0;
            current = 0;
            unshared = 0;
            minute = nowMinute;
        }
    }

    /**
     * Requests that the other nodes do not know yet.
     *
     * @param minute in which they were counted
     * @param count number of requests
     * @param needsPrevious whether the total of all nodes in the previous minute is unknown
     */
    record Unshared(long minute, long count, boolean needsPrevious) {}

    /** Returns the requests that the other nodes do not know yet. */
    synchronized Unshared unshared() {
        return new Unshared(minute, unshared, mergedMinute != minute);
    }

    /**
     * Merges the totals of all nodes, after the unshared requests were added to them.
     *
     * @param total requests of all nodes in the minute of the unshared requests
     * @param before requests of all nodes in the minute before; used only if {@link Unshared#needsPrevious}
     */
    synchronized void merge(Unshared shared, long total, long before) {
        if (minute == shared.minute + 1) {
            previous = Math.max(previous, total);
        } else if (minute == shared.minute) {
            unshared -= shared.count;
            current = total + unshared;
            if (shared.needsPrevious) {
                previous = Math.max(previous, before);
                mergedMinute = minute;
            }
        }
    }

    /** Returns whether both counters are too old to matter. */
    synchronized boolean isIdle(long now) {
        return now / MILLIS > minute + 1;
    }
}
