package seatlock.jobs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to go on with a job that fails, and how long a job may be silent.
 *
 * @param maxAttempts after so many it is dead
 * @param firstRetry pause after the first failure; it doubles with each one
 * @param maxRetry the longest pause
 * @param lease a job whose worker has not been heard of for this long is anybody's again
 */
public record RetryPolicy(int maxAttempts, Duration firstRetry, Duration maxRetry, Duration lease) {

    /** With pauses of 1 s, 2 s, 4 s, …, at most half an hour: a mail server may be away for a night. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(30, Duration.ofSeconds(1), Duration.ofMinutes(30), Duration.ofSeconds(15));

    /** The pause after an attempt that failed, give or take a quarter, so that those that failed together part. */
    public Duration pauseAfter(int attempt) {
        var doubled = firstRetry.toMillis() * Math.pow(2, Math.min(attempt - 1, 40));
        var pause = Math.min(doubled, maxRetry.toMillis());
        return Duration.ofMillis((long) (pause * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
    }
}
