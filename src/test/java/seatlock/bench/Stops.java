package seatlock.bench;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import seatlock.loadtest.Report;

/**
 * Explains the stops of an open loop. A stop is a time in which slow responses overlap: whenever no response comes for longer than
 * {@link #LONG_MS}, the request that was due first is slow. Its possible causes are the pauses in the logs that overlap it.
 */
final class Stops {

    /** Shorter stops are not listed. */
    static final int LONG_MS = Report.SLOW_MS;

    /** A shorter pause explains nothing. */
    private static final int SHORTEST_PAUSE_MS = 5;

    private static final int MOST_LISTED = 40;
    private static final int STATEMENT_LENGTH = 70;

    private static final Pattern GC = Pattern.compile("\\[(\\d+)ms] GC\\(\\d+\\) (Pause .*) \\d+M->\\S+ ([\\d.]+)ms");
    private static final Pattern SAFEPOINT = Pattern.compile("\\[(\\d+)ms] Safepoint \"(\\w+)\",.* Total: +(\\d+) ns");

    private static final Pattern POSTGRES = Pattern.compile("(\\d+)\\.(\\d{3}) \\w+: +(.*)");
    private static final Pattern CHECKPOINT =
            Pattern.compile("checkpoint complete: .* write=([\\d.]+) s, sync=([\\d.]+) s, total=([\\d.]+) s.*");
    private static final Pattern STATEMENT = Pattern.compile("duration: ([\\d.]+) ms +(?:\\w+ [^:]+: )?(.*)");
    private static final Pattern MAINTENANCE = Pattern.compile("(automatic (?:vacuum|analyze) of table \"[^\"]+\").*");
    private static final Pattern ELAPSED = Pattern.compile("\\s.* elapsed: ([\\d.]+) s");

    private Stops() {}

    /**
     * Something that may have caused a stop.
     *
     * @param from in milliseconds since 1970
     */
    record Pause(long from, long until, String cause) {

        private static Pause endingAt(long until, double millis, String cause) {
            return new Pause(until - Math.round(millis), until, cause);
        }

        long millis() {
            return until - from;
        }

        boolean overlaps(Stop stop) {
            return from <= stop.until && until >= stop.from;
        }
    }

    /**
     * A time in which slow responses overlap.
     *
     * @param from when the request of the first was due, in milliseconds since 1970
     * @param until when the last came
     * @param longest of them, in milliseconds
     */
    record Stop(long from, long until, int responses, double longest) {}

    /** A moment by both clocks: in milliseconds since 1970, as in logs, and as a value of {@link System#nanoTime()}. */
    record Moment(long millis, long nanos) {

        static Moment now() {
            return new Moment(System.currentTimeMillis(), System.nanoTime());
        }
    }

    /**
     * Groups slow responses by time.
     *
     * @param start any moment, to translate between the clocks
     */
    static List<Stop> of(List<Report.Slow> slow, Moment start) {
        var stops = new ArrayList<Stop>();
        for (var response : slow.stream()
                .sorted(Comparator.comparing(Report.Slow::dueNanos))
                .toList()) {
            var due = start.millis + Math.floorDiv(response.dueNanos() - start.nanos, 1_000_000);
            var end = due + (long) Math.ceil(response.ms());
            var last = stops.isEmpty() ? null : stops.get(stops.size() - 1);
            if (last == null || due > last.until) {
                stops.add(new Stop(due, end, 1, response.ms()));
            } else {
                var joined = new Stop(
                        last.from,
                        Math.max(last.until, end),
                        last.responses + 1,
                        Math.max(last.longest, response.ms()));
                stops.set(stops.size() - 1, joined);
            }
        }
        return stops;
    }

    /** Lists the stops, and under each the pauses that overlap it. Times are in seconds since the given start. */
    static String explain(List<Report.Slow> slow, List<Pause> pauses, Moment start) {
        var stops = of(slow, start);
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d stops longer than %d ms, with %,d slow responses%s%n",
                stops.size(),
                LONG_MS,
                slow.size(),
                stops.size() > MOST_LISTED ? "; the " + MOST_LISTED + " longest:" : ""));
        stops.stream()
                .sorted(Comparator.comparing(Stop::longest).reversed())
                .limit(MOST_LISTED)
                .sorted(Comparator.comparing(Stop::from))
                .forEach(stop -> {
                    text.append(String.format(
                            Locale.ROOT,
                            "  %s: %,d slow responses, the longest after %.0f ms%n",
                            span(stop.from, stop.until, start.millis),
                            stop.responses,
                            stop.longest));
                    text.append(causes(stop, pauses, start));
                });
        return text.toString();
    }

    private static String causes(Stop stop, List<Pause> pauses, Moment start) {
        var text = new StringBuilder();
        var byCause = pauses.stream()
                .filter(pause -> pause.millis() >= SHORTEST_PAUSE_MS && pause.overlaps(stop))
                .collect(groupingBy(Pause::cause, TreeMap::new, toList()));
        byCause.forEach((cause, all) -> {
            var longest = all.stream().max(Comparator.comparing(Pause::millis)).orElseThrow();
            text.append(String.format(
                    Locale.ROOT,
                    "      %,d ms, %s%s: %s%n",
                    longest.millis(),
                    span(longest.from, longest.until, start.millis),
                    all.size() == 1 ? "" : ", the longest of " + all.size(),
                    cause));
        });
        return text.isEmpty() ? "      no pause was logged at this time\n" : text.toString();
    }

    private static String span(long from, long until, long zero) {
        return String.format(Locale.ROOT, "%.3f to %.3f s", (from - zero) / 1e3, (until - zero) / 1e3);
    }

    /** Reads the log that Java writes with {@code -Xlog:gc,safepoint:file=…:timemillis}. */
    static List<Pause> pausesOfJava(Path log) {
        var pauses = new ArrayList<Pause>();
        for (var line : lines(log)) {
            var gc = GC.matcher(line);
            var safepoint = SAFEPOINT.matcher(line);
            if (gc.matches()) {
                pauses.add(Pause.endingAt(
                        Long.parseLong(gc.group(1)),
                        Double.parseDouble(gc.group(3)),
                        "Java of the node: " + gc.group(2)));
            } else if (safepoint.matches()) {
                pauses.add(Pause.endingAt(
                        Long.parseLong(safepoint.group(1)),
                        Double.parseDouble(safepoint.group(3)) / 1e6,
                        "Java of the node: safepoint " + safepoint.group(2)));
            }
        }
        return pauses;
    }

    /** Reads the log that PostgreSQL writes with {@code log_line_prefix = '%n '}. */
    static List<Pause> pausesOfPostgres(Path log) {
        var pauses = new ArrayList<Pause>();
        long at = 0;
        String maintenance = null;
        double millis = 0; // of a statement that begins in the next line
        for (var line : lines(log)) {
            var prefixed = POSTGRES.matcher(line);
            var elapsed = ELAPSED.matcher(line);
            if (prefixed.matches()) {
                at = Long.parseLong(prefixed.group(1) + prefixed.group(2));
                maintenance = null;
                millis = 0;
                var message = prefixed.group(3);
                var checkpoint = CHECKPOINT.matcher(message);
                var statement = STATEMENT.matcher(message);
                var begun = MAINTENANCE.matcher(message);
                if (checkpoint.matches()) {
                    var total = Double.parseDouble(checkpoint.group(3)) * 1000;
                    var written = Math.round(Double.parseDouble(checkpoint.group(1)) * 1000 - total) + at;
                    pauses.add(new Pause(at - Math.round(total), written, "PostgreSQL: checkpoint, writing"));
                    pauses.add(new Pause(written, at, "PostgreSQL: checkpoint, syncing"));
                } else if (statement.matches()) {
                    millis = Double.parseDouble(statement.group(1));
                    if (!statement.group(2).isBlank()) {
                        pauses.add(statement(at, millis, statement.group(2)));
                        millis = 0;
                    }
                } else if (begun.matches()) {
                    maintenance = begun.group(1);
                }
            } else if (millis > 0) {
                pauses.add(statement(at, millis, line));
                millis = 0;
            } else if (maintenance != null && elapsed.matches()) {
                pauses.add(
                        Pause.endingAt(at, Double.parseDouble(elapsed.group(1)) * 1000, "PostgreSQL: " + maintenance));
            }
        }
        return pauses;
    }

    private static Pause statement(long at, double millis, String statement) {
        var line = statement.strip();
        return Pause.endingAt(
                at,
                millis,
                "PostgreSQL: statement "
                        + (line.length() <= STATEMENT_LENGTH ? line : line.substring(0, STATEMENT_LENGTH) + "…"));
    }

    private static List<String> lines(Path log) {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
