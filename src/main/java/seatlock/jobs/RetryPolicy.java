package seatlock.jobs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When to retry a failed job, and when to take a job from a silent worker.
 *
 * @param documentAttempts number of failed attempts after which a job that makes documents is dead
 * @param mailAttempts the same for a job that sends mail
 * @param firstRetry pause after the first failure; it doubles with each further failure
 * @param maxRetry maximum pause
 * @param lease a job may be claimed again if its worker has not renewed the lease for this long
 */
public record RetryPolicy(
        int documentAttempts, int mailAttempts, Duration firstRetry, Duration maxRetry, Duration lease) {

    /**
     * Pauses of 1 s, 2 s, 4 s, … up to 30 minutes. A mail is retried for two days whatever the first pause, as mail servers
     * do (RFC 5321 section 4.5.4.1 recommends longer, but a ticket is needed soon); a document for half a day.
     */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(30, 115, Duration.ofSeconds(1), Duration.ofMinutes(30), Duration.ofSeconds(15));

    /** Creates a policy with the same number of attempts for each kind of job. */
    public RetryPolicy(int maxAttempts, Duration firstRetry, Duration maxRetry, Duration lease) {
        this(maxAttempts, maxAttempts, firstRetry, maxRetry, lease);
    }

    /** Returns the number of failed attempts after which a job of this kind is dead. */
    public int maxAttempts(Job.Kind kind) {
        return switch (kind.work()) {
            case DOCUMENTS -> documentAttempts;
            case MAIL -> mailAttempts;
        };
    }

    /** Returns the longest pause that {@link #pauseAfter} can return. */
    Duration longestPause() {
        return maxRetry.multipliedBy(5).dividedBy(4);
    }

    /** Returns the pause after a failed attempt, with 25 % jitter, so that jobs that failed together are spread out. */
    public Duration pauseAfter(int attempt) {
        var doubled = firstRetry.toMillis() * Math.pow(2, Math.min(attempt - 1, 40));
        var pause = Math.min(doubled, maxRetry.toMillis());
        return Duration.ofMillis((long) (pause * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
    }
}
