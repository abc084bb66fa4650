package seatlock.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts outcomes and records latencies: by outcome, in total, and second by second. */
final class Measurements {

    /** Upper end of the histograms, which have three significant digits; twice as long as any request may take. */
    private static final long MAX_MICROS = 60_000_000;

    /** About ten outcomes are normal; the bound protects memory from a server that invents more. */
    private static final int MAX_OUTCOMES = 100;

    /** Bound on the slow responses listed, so that a server that is always slow does not fill the memory. */
    private static final int MAX_SLOW = 100_000;

    private static final class OutcomeStatistics {
        final boolean error;
        final boolean success;
        final Histogram micros = new Histogram(MAX_MICROS, 3);
        long warmup;

        OutcomeStatistics(boolean error, boolean success) {
            this.error = error;
            this.success = success;
        }
    }

    private final Scenario scenario;
    private final Map<String, OutcomeStatistics> outcomes = new LinkedHashMap<>(); // guarded by this
    private final Histogram all = new Histogram(MAX_MICROS, 3); // guarded by this
    private final Histogram second = new Histogram(MAX_MICROS, 3); // guarded by this
    private final List<Report.Second> seconds = new ArrayList<>(); // guarded by this
    private final List<Report.Slow> slow = new ArrayList<>(); // guarded by this
    private long errorsInSecond; // guarded by this
    private long bytes; // guarded by this
    private long successes; // guarded by this
    private long firstDue = Long.MAX_VALUE; // guarded by this
    private long lastEnd = Long.MIN_VALUE; // guarded by this

    Measurements(Scenario scenario) {
        this.scenario = scenario;
    }

    /**
     * Records the outcome of a request or flow.
     *
     * @param counted whether it was due after the warm-up
     * @param dueNanos when it was due, which may be before it could be sent
     * @param length of the response body in bytes
     */
    synchronized void record(String outcome, boolean counted, long dueNanos, long endNanos, long length) {
        var statistics = statisticsOf(outcome);
        var micros = Math.max(0, Math.min(MAX_MICROS, (endNanos - dueNanos) / 1000));
        var wasSent = !outcome.equals(Report.NOT_SENT);
        if (wasSent) {
            second.recordValue(micros);
        }
        errorsInSecond += statistics.error ? 1 : 0;
        if (!counted) {
            statistics.warmup++;
            return;
        }
        statistics.micros.recordValue(micros);
        all.recordValue(micros);
        if (wasSent && micros > Report.SLOW_MS * 1000 && slow.size() < MAX_SLOW) {
            slow.add(new Report.Slow(dueNanos, micros / 1000.0));
        }
        bytes += length;
        successes += statistics.success ? 1 : 0;
        firstDue = Math.min(firstDue, dueNanos);
        lastEnd = Math.max(lastEnd, endNanos);
    }

    /** Records a step of a flow. Steps are not counted as requests of their own. */
    synchronized void recordStep(String outcome, boolean counted, long dueNanos, long endNanos) {
        var statistics = statisticsOf(outcome);
        if (counted) {
            statistics.micros.recordValue(Math.max(0, Math.min(MAX_MICROS, (endNanos - dueNanos) / 1000)));
        } else {
            statistics.warmup++;
        }
    }

    private OutcomeStatistics statisticsOf(String outcome) {
        var statistics = outcomes.get(outcome);
        if (statistics == null) {
            if (outcomes.size() >= MAX_OUTCOMES) {
                return outcomes.computeIfAbsent("other", name -> new OutcomeStatistics(true, false));
            }
            statistics = new OutcomeStatistics(
                    !scenario.allows(outcome) || Scenario.isTurnedAway(outcome), scenario.isSuccess(outcome));
            outcomes.put(outcome, statistics);
        }
        return statistics;
    }

    /**
     * Ends the current second.
     *
     * @return its rate and latencies
     */
    synchronized Report.Second tick(double atSecond, double length, boolean warmup) {
        var ended = new Report.Second(
                atSecond,
                warmup,
                second.getTotalCount() / length,
                errorsInSecond / length,
                second.getValueAtPercentile(50) / 1000.0,
                second.getValueAtPercentile(99) / 1000.0,
                second.getMaxValue() / 1000.0);
        seconds.add(ended);
        second.reset();
        errorsInSecond = 0;
        return ended;
    }

    /** Returns how often each outcome occurred, including the warm-up. */
    synchronized Map<String, Long> seen() {
        var seen = new TreeMap<String, Long>();
        outcomes.forEach(
                (outcome, statistics) -> seen.put(outcome, statistics.micros.getTotalCount() + statistics.warmup));
        return seen;
    }

    /** Returns the outcomes after the warm-up, most frequent first. */
    synchronized List<Report.Row> rows() {
        var rows = new ArrayList<Report.Row>();
        outcomes.forEach((outcome, statistics) -> {
            if (statistics.micros.getTotalCount() > 0) {
                rows.add(new Report.Row(outcome, new Report.Latency(statistics.micros.copy())));
            }
        });
        rows.sort((a, b) -> Long.compare(b.latency().count(), a.latency().count()));
        return rows;
    }

    synchronized Report.Latency all() {
        return new Report.Latency(all.copy());
    }

    synchronized List<Report.Slow> slow() {
        return List.copyOf(slow);
    }

    synchronized List<Report.Second> seconds() {
        return List.copyOf(seconds);
    }

    synchronized long successes() {
        return successes;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Returns the time from when the first counted request was due until the last response. */
    synchronized double wallSeconds() {
        return lastEnd > firstDue ? (lastEnd - firstDue) / 1e9 : 0;
    }
}
