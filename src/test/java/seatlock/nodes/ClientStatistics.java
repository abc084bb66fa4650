package seatlock.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seatlock.support.Wait;

/** What the clients of a run have met, counted. */
final class Tally {

    /** Enough to see what is wrong; all are counted. */
    private static final int WRONG_KEPT = 30;

    private long requests;
    private long failed;
    private long wrong;
    private long orders;
    private long lastOrder;
    private long longestGap;
    private final Map<String, Long> failures = new TreeMap<>();
    private final Map<String, Long> answers = new TreeMap<>();
    private final List<String> wrongs = new ArrayList<>();

    /** A client begins to ask for something, however often he will have to. */
    synchronized void asks() {
        requests++;
    }

    /** He got no answer, or 502 or 503. @param first whether it was the first time that he asked for this */
    synchronized void failed(String how, boolean first) {
        failures.merge(how, 1L, Long::sum);
        failed += first ? 1 : 0;
    }

    /** He got an answer. @param what was answered to what */
    synchronized void answered(String what) {
        answers.merge(what, 1L, Long::sum);
    }

    /** A reservation, confirmation, cancellation or check-in succeeded. */
    synchronized void ordered() {
        var now = System.nanoTime();
        longestGap = orders++ == 0 ? 0 : Math.max(longestGap, now - lastOrder);
        lastOrder = now;
    }

    /** An answer was not what it should have been. */
    synchronized void wrong(String what) {
        if (wrong++ < WRONG_KEPT) {
            wrongs.add(what);
        }
    }

    synchronized long requests() {
        return requests;
    }

    synchronized long failed() {
        return failed;
    }

    synchronized long wrong() {
        return wrong;
    }

    synchronized long orders() {
        return orders;
    }

    synchronized List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    synchronized Duration longestGap() {
        return Duration.ofNanos(longestGap);
    }

    /** How requests failed, and what was answered, of each kind how often. */
    synchronized String details() {
        return "  answers  " + answers + "\n  failures " + failures;
    }

    private synchronized long failures() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Waits until so many more orders have succeeded. @return how long that took */
    Duration awaitOrders(int more) {
        var began = System.nanoTime();
        var goal = orders() + more;
        Wait.until(more + " more orders succeed", () -> orders() >= goal);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Waits until so many more attempts have failed. */
    void awaitFailures(int more) {
        var goal = failures() + more;
        Wait.until(more + " more requests fail", () -> failures() >= goal);
    }
}
