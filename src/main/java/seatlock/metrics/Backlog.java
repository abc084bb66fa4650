package seatlock.metrics;

import java.util.Map;

/**
 * Jobs and reservations in the database that have to be processed.
 *
 * @param jobs number of jobs by state
 * @param oldestReady seconds since the longest overdue job was due; 0 if none is due
 * @param oldestRunning seconds since the oldest running job was added; 0 if none is running
 * @param pending reservations that hold their seats
 * @param lapsed reservations that have lapsed and are {@code PENDING} until the sweeper marks them
 * @param sweeperLag seconds since the first of the lapsed reservations lapsed; 0 if there is none
 * @param unsequenced changes without a position in the feed of their event
 * @param sequencerLag seconds since the first of these changes was made; 0 if there is none
 * @param payments that have not come to rest in time
 */
public record Backlog(
        Map<String, Long> jobs,
        double oldestReady,
        double oldestRunning,
        long pending,
        long lapsed,
        double sweeperLag,
        long unsequenced,
        double sequencerLag,
        LatePayments payments) {

    /**
     * Payments through a provider that somebody should look at.
     *
     * @param stranded payments that confirm nothing and whose money was not given back yet
     * @param uncaptured payments whose money was reserved but not moved yet, so that there are no tickets
     * @param failedRefunds refunds that the provider has refused
     * @param overdue payments at which the reconciler should have looked
     */
    public record LatePayments(long stranded, long uncaptured, long failedRefunds, long overdue) {}
}
