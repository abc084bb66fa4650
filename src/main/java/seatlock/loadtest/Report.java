package seatlock.loadtest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/**
 * The result of a load test.
 *
 * @param total latencies of everything that was counted: requests, or flows (see {@link Scenario#isFlow})
 * @param rows latencies by outcome; for flows, including their steps
 * @param slow the first responses that were slower than {@link #SLOW_MS}, in the order in which they came
 * @param seconds rate and latencies of each second, including the warm-up
 * @param successes number of successful requests or flows
 * @param wallSeconds from when the first was due until the last response
 * @param bytes total size of all response bodies
 * @param driverCpuSeconds CPU time of the test's own threads, without the warm-up
 * @param acknowledged number of reservations that the server acknowledged
 * @param rechecked number of these that were read again afterwards
 * @param notes remarks for the reader, such as that the test ran out of seats
 * @param violationCount total number of violations
 * @param violations the first violations
 */
public record Report(
        Plan plan,
        Latency total,
        List<Row> rows,
        List<Slow> slow,
        List<Second> seconds,
        long successes,
        double wallSeconds,
        long bytes,
        double driverCpuSeconds,
        long acknowledged,
        long rechecked,
        List<String> notes,
        long violationCount,
        List<String> violations) {

    /** A response later than this many milliseconds after its request was due is listed by itself. */
    public static final int SLOW_MS = 50;

    /** Outcome of a request that got no response. */
    static final String NO_RESPONSE = "no response";

    /** Outcome of a request that was never sent because all clients stayed busy for too long after it was due. */
    static final String NOT_SENT = "not sent";

    /** Separates an unsettled outcome from the final one. */
    static final String THEN = ", then ";

    /** An outcome and its latencies. */
    public record Row(String outcome, Latency latency) {}

    /**
     * A slow response.
     *
     * @param dueNanos when its request was due, as a value of {@link System#nanoTime()}
     * @param ms how much later it came
     */
    public record Slow(long dueNanos, double ms) {}

    /**
     * One second of the test. Latencies are in milliseconds.
     *
     * @param at when it ended, in seconds since the start
     */
    public record Second(
            double at, boolean warmup, double perSecond, double errorsPerSecond, double p50, double p99, double max) {}

    /** Distribution of latencies, in milliseconds. */
    public static final class Latency {

        private final Histogram micros;

        Latency(Histogram micros) {
            this.micros = micros;
        }

        /** Returns the number of latencies. */
        public long count() {
            return micros.getTotalCount();
        }

        /**
         * Returns a percentile in milliseconds.
         *
         * @param percentile 0 to 100
         */
        public double ms(double percentile) {
            return count() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
        }

        /** Returns the maximum in milliseconds. */
        public double maxMs() {
            return count() == 0 ? 0 : micros.getMaxValue() / 1000.0;
        }
    }

    /** Returns requests (or flows) per second, including those without a response. */
    public double rate() {
        return wallSeconds == 0 ? 0 : (total.count() - counts().getOrDefault(NOT_SENT, 0L)) / wallSeconds;
    }

    /** Returns successful requests (or flows) per second. */
    public double successRate() {
        return wallSeconds == 0 ? 0 : successes / wallSeconds;
    }

    /** Returns the CPU time of the test itself per request (or flow), in microseconds. */
    public double driverCpuMicrosPerRequest() {
        return total.count() == 0 ? 0 : driverCpuSeconds * 1e6 / total.count();
    }

    /** Returns the count of each outcome. */
    public Map<String, Long> counts() {
        return rows.stream()
                .collect(Collectors.toMap(Row::outcome, row -> row.latency().count()));
    }

    /** Returns whether the server passed: no violations. */
    public boolean isCorrect() {
        return violationCount == 0;
    }

    /** Formats the report as a self-contained HTML page with charts. */
    public String toHtml() {
        return new HtmlReport(this).page();
    }

    /** Formats the report for a terminal. */
    public String toText() {
        var text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "\n%-34s %10s %9s %9s %9s %9s %9s\n",
                "outcome",
                "count",
                "p50 ms",
                "p90",
                "p99",
                "p99.9",
                "max"));
        rows.forEach(row -> text.append(line(row.outcome(), row.latency())));
        if (rows.size() > 1) {
            text.append(line("all", total));
        }
        text.append(String.format(
                Locale.ROOT,
                "\n%,.0f %s per second, %,.0f of them %s; %.2f s from the first request to the last response\n",
                rate(),
                unit(),
                successRate(),
                "successful",
                wallSeconds));
        text.append(String.format(
                Locale.ROOT, "CPU time of the load test: %.1f µs per request\n", driverCpuMicrosPerRequest()));
        if (acknowledged > 0) {
            text.append(String.format(
                    Locale.ROOT, "%,d reservations acknowledged, %,d of them read again\n", acknowledged, rechecked));
        }
        notes.forEach(note -> text.append(note).append('\n'));
        text.append(verdict()).append('\n');
        violations.forEach(violation -> text.append("  ").append(violation).append('\n'));
        return text.toString();
    }

    String verdict() {
        return violationCount == 0
                ? "No violations found."
                : String.format(
                        Locale.ROOT,
                        "%,d violations%s:",
                        violationCount,
                        violationCount > violations.size() ? " (first " + violations.size() + " shown)" : "");
    }

    String unit() {
        return plan.scenario().isFlow() ? "purchases" : "responses";
    }

    private static String line(String name, Latency latency) {
        Function<Double, String> ms = value -> String.format(Locale.ROOT, "%,9.2f", value);
        return String.format(
                Locale.ROOT,
                "%-34s %,10d %s\n",
                name,
                latency.count(),
                DoubleStream.of(latency.ms(50), latency.ms(90), latency.ms(99), latency.ms(99.9), latency.maxMs())
                        .mapToObj(ms::apply)
                        .collect(Collectors.joining(" ")));
    }
}
