package seatlock.loadtest;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/**
 * What came out.
 *
 * @param total of all that was counted; flows, where it is flows that are counted
 * @param rows by outcome; in a scenario of flows with their steps, too
 * @param seconds what happened in each second, warm-up included
 * @param successes how many got what they had hoped for
 * @param wallSeconds from when the first was due to the last answer
 * @param bytes of the content of all answers
 * @param driverCpuSeconds CPU time of the test's own threads while it counted
 * @param acknowledged reservations that the server said there are
 * @param rechecked how many of them were read afterwards
 * @param notes what a reader has to know, such as that all seats were asked for before the time was over
 * @param violationCount how much was wrong
 * @param violations the first of it
 */
public record Report(
        Plan plan,
        Latency total,
        List<Row> rows,
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

    /** What became of a request to which no answer came. */
    static final String NO_ANSWER = "no answer";

    /** What became of a request that was due when all clients were waiting, and for long after. */
    static final String NOT_SENT = "not sent";

    /** Between an outcome that settles nothing and what it turned out to be. */
    static final String THEN = ", then ";

    /** An outcome, and how long it took. */
    public record Row(String outcome, Latency latency) {}

    /** A second, from its end. Latencies are in milliseconds. */
    public record Second(
            double at, boolean warmup, double perSecond, double errorsPerSecond, double p50, double p99, double max) {}

    /** How long answers took, in milliseconds. */
    public static final class Latency {

        private final Histogram micros;

        Latency(Histogram micros) {
            this.micros = micros;
        }

        public long count() {
            return micros.getTotalCount();
        }

        /** @param percentile 0 to 100 */
        public double ms(double percentile) {
            return count() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
        }

        public double maxMs() {
            return count() == 0 ? 0 : micros.getMaxValue() / 1000.0;
        }
    }

    /** Answers per second, and with them what had none; flows, where it is flows that are counted. */
    public double rate() {
        return wallSeconds == 0 ? 0 : (total.count() - counts().getOrDefault(NOT_SENT, 0L)) / wallSeconds;
    }

    /** Those per second that got what they had hoped for. */
    public double successRate() {
        return wallSeconds == 0 ? 0 : successes / wallSeconds;
    }

    public double driverCpuMicrosPerRequest() {
        return total.count() == 0 ? 0 : driverCpuSeconds * 1e6 / total.count();
    }

    /** How many there were of each outcome. */
    public Map<String, Long> counts() {
        return rows.stream()
                .collect(Collectors.toMap(Row::outcome, row -> row.latency().count()));
    }

    public boolean isCorrect() {
        return violationCount == 0;
    }

    /** For a terminal. */
    public String toText() {
        var text = new StringBuilder();
        text.append("%n%-34s %10s %9s %9s %9s %9s %9s%n"
                .formatted("outcome", "count", "p50 ms", "p90", "p99", "p99.9", "max"));
        rows.forEach(row -> text.append(line(row.outcome(), row.latency())));
        if (rows.size() > 1) {
            text.append(line("all", total));
        }
        text.append("%n%,.0f %s per second, %,.0f of them %s; %.2f s from the first to the last answer%n"
                .formatted(rate(), unit(), successRate(), "successful", wallSeconds));
        text.append("The test itself took %.1f µs of CPU for each%n".formatted(driverCpuMicrosPerRequest()));
        if (acknowledged > 0) {
            text.append("%,d reservations were acknowledged; %,d of them were read again%n"
                    .formatted(acknowledged, rechecked));
        }
        notes.forEach(note -> text.append(note).append('\n'));
        text.append(verdict()).append('\n');
        violations.forEach(violation -> text.append("  ").append(violation).append('\n'));
        return text.toString();
    }

    String verdict() {
        return violationCount == 0
                ? "Nothing was wrong."
                : "%,d violations%s:"
                        .formatted(violationCount, violationCount > violations.size() ? ", the first of them" : "");
    }

    String unit() {
        return plan.scenario() == Scenario.PURCHASE ? "purchases" : "answers";
    }

    private static String line(String name, Latency latency) {
        Function<Double, String> ms = value -> "%,9.2f".formatted(value);
        return "%-34s %,10d %s%n"
                .formatted(
                        name,
                        latency.count(),
                        DoubleStream.of(
                                        latency.ms(50),
                                        latency.ms(90),
                                        latency.ms(99),
                                        latency.ms(99.9),
                                        latency.maxMs())
                                .mapToObj(ms::apply)
                                .collect(Collectors.joining(" ")));
    }
}
