package seatlock.limits;

import java.time.Duration;

/**
 * How often one subject has asked: a window of a minute that slides over two counters, that of this minute of the clock and
 * that of the one before, which counts for as much as the window still covers of it. It takes a few bytes whatever the
 * limit is, and errs only where the minute before was uneven.
 *
 * @see <a href="https://blog.cloudflare.com/counting-things-a-lot-of-different-things/">How Cloudflare counts</a>
 */
final class Window {

    static final long MILLIS = 60_000;

    private final int limit;
    private long minute;
    private long current;
    private long previous;
    private long untold; // of the current minute: what the other nodes do not know of yet
    private long introduced = -1; // the minute of which it is known what the others counted before

    /** @param limit requests in a minute, at least 1 */
    Window(int limit) {
        this.limit = limit;
    }

    /** @param now milliseconds of the wall clock, since all nodes have the same one, more or less */
    synchronized RateLimiter.Grant take(long now) {
        moveTo(now / MILLIS);
        var passed = now % MILLIS;
        var used = used(passed);
        if (used + 1 > limit) {
            var wait = Duration.ofMillis(millisUntilThereIsRoom(passed));
            return new RateLimiter.Grant(false, 0, wait, wait);
        }
        current++;
        untold++;
        var untilAllOfIt = Duration.ofMillis(2 * MILLIS - passed); // this minute counts, less and less, in the next
        return new RateLimiter.Grant(true, (int) (limit - used - 1), untilAllOfIt, Duration.ZERO);
    }

    synchronized boolean isFull(long now) {
        moveTo(now / MILLIS);
        return used(now % MILLIS) + 1 > limit;
    }

    private double used(long passed) {
        return current + previous * (MILLIS - passed) / (double) MILLIS;
    }

    private long millisUntilThereIsRoom(long passed) {
        long most = limit - 1;
        if (current <= most) {
            return MILLIS - passed - (most - current) * MILLIS / previous;
        }
        return MILLIS - passed + MILLIS - most * MILLIS / current; // in the next minute
    }

    private void moveTo(long now) {
        if (now > minute) {
            previous = now == minute + 1 ? current : 0;
            current = 0;
            untold = 0;
            minute = now;
        }
    }

    /**
     * @param minute the one it is of
     * @param count what the others do not know of yet
     * @param isNew whether it is not known what the others counted before
     */
    record News(long minute, long count, boolean isNew) {}

    synchronized News news() {
        return new News(minute, untold, introduced != minute);
    }

    /**
     * The others know it now.
     *
     * @param total of all nodes in that minute
     * @param before of all nodes in the minute before; only looked at if the news were new
     */
    synchronized void told(News news, long total, long before) {
        if (minute == news.minute + 1) {
            previous = Math.max(previous, total);
        } else if (minute == news.minute) {
            untold -= news.count;
            current = total + untold;
            if (news.isNew) {
                previous = Math.max(previous, before);
                introduced = minute;
            }
        }
    }

    /** Whether nothing that it has counted matters any more. */
    synchronized boolean isOver(long now) {
        return now / MILLIS > minute + 1;
    }
}
