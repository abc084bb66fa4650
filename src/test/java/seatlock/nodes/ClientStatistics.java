package seatlock.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seatlock.support.Wait;

/** Counts requests, failures, responses and errors of all clients of a run. */
final class ClientStatistics {

    /** Bound on the errors kept for the output; all are counted. */
    private static final int MAX_ERRORS_KEPT = 30;

    private long requests;
    private long failed;
    private long errorCount;
    private long orders;
    private long lastOrder;
    private long longestGap;
    private final Map<String, Long> failures = new TreeMap<>();
    private final Map<String, Long> responses = new TreeMap<>();
    private final List<String> errors = new ArrayList<>();

    /** Records a request, which may take several attempts. */
    synchronized void requestStarted() {
        requests++;
    }

    /**
     * Records an attempt without a response, or with 502 or 503.
     *
     * @param first whether it was the first attempt
     */
    synchronized void attemptFailed(String how, boolean first) {
        failures.merge(how, 1L, Long::sum);
        failed += first ? 1 : 0;
    }

    /**
     * Records a response.
     *
     * @param what the request and its outcome, such as "confirm 200"
     */
    synchronized void responseReceived(String what) {
        responses.merge(what, 1L, Long::sum);
    }

    /** Records a successful reservation, confirmation, cancellation or check-in. */
    synchronized void orderSucceeded() {
        var now = System.nanoTime();
        longestGap = orders++ == 0 ? 0 : Math.max(longestGap, now - lastOrder);
        lastOrder = now;
    }

    /** Records a response that is not correct. */
    synchronized void addError(String what) {
        if (errorCount++ < MAX_ERRORS_KEPT) {
            errors.add(what);
        }
    }

    synchronized long requests() {
        return requests;
    }

    synchronized long failed() {
        return failed;
    }

    synchronized long errorCount() {
        return errorCount;
    }

    synchronized long orders() {
        return orders;
    }

    synchronized List<String> errors() {
        return List.copyOf(errors);
    }

    synchronized Duration longestGap() {
        return Duration.ofNanos(longestGap);
    }

    /** Returns the counts of responses and failures by kind. */
    synchronized String details() {
        return "  responses " + responses + "\n  failures  " + failures;
    }

    private synchronized long failures() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Waits until a number of further orders have succeeded.
     *
     * @return how long that took
     */
    Duration awaitOrders(int more) {
        var began = System.nanoTime();
        var goal = orders() + more;
        Wait.until(more + " more orders succeed", () -> orders() >= goal);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Waits until a number of further attempts have failed. */
    void awaitFailures(int more) {
        var goal = failures() + more;
        Wait.until(more + " more requests fail", () -> failures() >= goal);
    }
}
