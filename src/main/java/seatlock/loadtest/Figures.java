package seatlock.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts and times what comes back: by outcome, in all, and second by second. */
final class Figures {

    /** Latency is kept in microseconds, to three digits, up to this: twice as long as any request may take. */
    private static final long MAX_MICROS = 60_000_000;

    /** There are some ten; a server that answers each request in another way is not to fill the memory. */
    private static final int MAX_OUTCOMES = 100;

    private static final class Tally {
        final boolean error;
        final boolean success;
        final Histogram micros = new Histogram(MAX_MICROS, 3);
        long warmup;

        Tally(boolean error, boolean success) {
            this.error = error;
            this.success = success;
        }
    }

    private final Scenario scenario;
    private final Map<String, Tally> outcomes = new LinkedHashMap<>(); // guarded by this
    private final Histogram all = new Histogram(MAX_MICROS, 3); // guarded by this
    private final Histogram second = new Histogram(MAX_MICROS, 3); // guarded by this
    private final List<Report.Second> seconds = new ArrayList<>(); // guarded by this
    private long errorsInSecond; // guarded by this
    private long bytes; // guarded by this
    private long successes; // guarded by this
    private long firstDue = Long.MAX_VALUE; // guarded by this
    private long lastAnswered = Long.MIN_VALUE; // guarded by this

    Figures(Scenario scenario) {
        this.scenario = scenario;
    }

    /**
     * Notes what became of a request, or of a flow of them.
     *
     * @param counted whether it was due after the warm-up
     * @param dueNanos when it was due, which may be before it could be sent
     */
    synchronized void note(String outcome, boolean counted, long dueNanos, long answeredNanos, long length) {
        var tally = tally(outcome);
        var micros = Math.max(0, Math.min(MAX_MICROS, (answeredNanos - dueNanos) / 1000));
        var answered = !outcome.equals(Report.NOT_SENT);
        if (answered) {
            second.recordValue(micros);
        }
        errorsInSecond += tally.error ? 1 : 0;
        if (!counted) {
            tally.warmup++;
            return;
        }
        tally.micros.recordValue(micros);
        all.recordValue(micros);
        bytes += length;
        successes += tally.success ? 1 : 0;
        firstDue = Math.min(firstDue, dueNanos);
        lastAnswered = Math.max(lastAnswered, answeredNanos);
    }

    /** Notes a step of a flow, which is not counted as a request of its own. */
    synchronized void noteStep(String outcome, boolean counted, long dueNanos, long answeredNanos) {
        var tally = tally(outcome);
        if (counted) {
            tally.micros.recordValue(Math.max(0, Math.min(MAX_MICROS, (answeredNanos - dueNanos) / 1000)));
        } else {
            tally.warmup++;
        }
    }

    private Tally tally(String outcome) {
        var tally = outcomes.get(outcome);
        if (tally == null) {
            if (outcomes.size() >= MAX_OUTCOMES) {
                return outcomes.computeIfAbsent("other", name -> new Tally(true, false));
            }
            tally = new Tally(!scenario.allows(outcome) || Scenario.isTurnedAway(outcome), scenario.isSuccess(outcome));
            outcomes.put(outcome, tally);
        }
        return tally;
    }

    /** Ends a second. @return what happened in it */
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

    /** Outcomes with how often there was each, warm-up included. */
    synchronized Map<String, Long> seen() {
        var seen = new TreeMap<String, Long>();
        outcomes.forEach((outcome, tally) -> seen.put(outcome, tally.micros.getTotalCount() + tally.warmup));
        return seen;
    }

    /** The most frequent first, steps of flows last. */
    synchronized List<Report.Row> rows() {
        var rows = new ArrayList<Report.Row>();
        outcomes.forEach((outcome, tally) -> {
            if (tally.micros.getTotalCount() > 0) {
                rows.add(new Report.Row(outcome, new Report.Latency(tally.micros.copy())));
            }
        });
        rows.sort((a, b) -> Long.compare(b.latency().count(), a.latency().count()));
        return rows;
    }

    synchronized Report.Latency all() {
        return new Report.Latency(all.copy());
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

    /** From when the first counted request was due to the last answer. */
    synchronized double wallSeconds() {
        return lastAnswered > firstDue ? (lastAnswered - firstDue) / 1e9 : 0;
    }
}
