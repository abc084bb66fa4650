package seatlock.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Renders a report as a self-contained page: no scripts, fonts or images from elsewhere. The page is also valid XML. */
final class HtmlReport {

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1f2328; --soft: #656d76; --line: #d0d7de; --paper: #ffffff;
                    --a: #0969da; --b: #bc4c00; --c: #8250df; --bad: #cf222e; --good: #1a7f37; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --paper: #0d1117;
                      --a: #4493f8; --b: #f0883e; --c: #ab7df8; --bad: #ff7b72; --good: #56d364; } }
            body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
                   font: 16px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
            p { margin: .25rem 0; } .soft { color: var(--soft); }
            .good { color: var(--good); } .bad { color: var(--bad); }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
            th, td { padding: .25rem .5rem; text-align: right; border-bottom: 1px solid var(--line); }
            th:first-child, td:first-child { text-align: left; }
            dl { display: grid; grid-template-columns: max-content auto; gap: .25rem 1.5rem; margin: 0; }
            dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
            svg { width: 100%; height: auto; display: block; }
            svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
            .grid { stroke: var(--line); } .series { fill: none; stroke-width: 2; stroke-linejoin: round; }
            .a { stroke: var(--a); } .b { stroke: var(--b); } .c { stroke: var(--c); } .e { stroke: var(--bad); }
            svg .a-text { fill: var(--a); } svg .b-text { fill: var(--b); } svg .c-text { fill: var(--c); }
            svg .e-text { fill: var(--bad); } .warmup { fill: var(--line); opacity: .4; }
            """;

    private static final int WIDTH = 760;
    private static final int HEIGHT = 240;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 28;
    private static final int BOTTOM = 34;

    /** Marks on the percentile axis. Each one leaves a tenth of the share that the previous one leaves. */
    private static final double[] PERCENTILES = {0, 90, 99, 99.9, 99.99, 99.999};

    private final Report report;

    HtmlReport(Report report) {
        this.report = report;
    }

    /**
     * A line of a chart.
     *
     * @param style CSS class of its colour: a, b, c or e
     */
    private record Series(String name, String style, List<double[]> points) {}

    /** An axis from 0 to its end. On the percentile axis, values are counts of nines. */
    private record Axis(double end, List<Double> ticks) {

        /** Creates an axis with three to six round numbers as ticks. */
        static Axis upTo(double max) {
            var rough = Math.max(max, 1e-3) / 5;
            var power = Math.pow(10, Math.floor(Math.log10(rough)));
            var step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
            var ticks = new ArrayList<Double>();
            for (int i = 0; (i - 1) * step < max; i++) {
                ticks.add(i * step);
            }
            return new Axis(ticks.get(ticks.size() - 1), ticks);
        }
    }

    /** Renders the whole page. */
    String page() {
        var plan = report.plan();
        var title = "Load test: " + plan.scenario();
        return String.format(
                Locale.ROOT,
                """
                <!DOCTYPE html>
                <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <h1>%s</h1>
                <p class="soft">%s</p>
                <p><strong>%,.0f %s per second</strong>, %,.0f of them successful; p50 %.2f ms, p99 %.2f ms</p>
                %s%s
                <h2>Rate over time</h2>
                %s
                <h2>Latency over time, in ms</h2>
                %s
                <h2>Latency by percentile, in ms</h2>
                %s
                <h2>Outcomes</h2>
                <div class="scroll">%s</div>
                <h2>Settings</h2>
                %s
                </body>
                </html>
                """,
                escape(title),
                STYLE,
                escape(title),
                escape(plan.toString()),
                report.rate(),
                report.unit(),
                report.successRate(),
                report.total().ms(50),
                report.total().ms(99),
                report.notes().stream()
                        .map(note -> "<p>" + escape(note) + "</p>\n")
                        .collect(Collectors.joining()),
                verdict(),
                rateChart(),
                latencyChart(),
                percentileChart(),
                table(),
                settings());
    }

    private String verdict() {
        var items = report.violations().stream()
                .map(violation -> "<li>" + escape(violation) + "</li>\n")
                .collect(Collectors.joining());
        return "<p class=\"" + (report.isCorrect() ? "good" : "bad") + "\"><strong>" + escape(report.verdict())
                + "</strong></p>" + (items.isEmpty() ? "" : "\n<ul>\n" + items + "</ul>");
    }

    private String rateChart() {
        var series = new ArrayList<Series>();
        series.add(series(report.unit() + " per second", "a", report.seconds(), Report.Second::perSecond));
        if (report.seconds().stream().anyMatch(second -> second.errorsPerSecond() > 0)) {
            series.add(series("errors per second", "e", report.seconds(), Report.Second::errorsPerSecond));
        }
        return overTime(series);
    }

    private String latencyChart() {
        // A second without a response has no latency, so its point is left out rather than drawn at 0.
        var secondsWithResponses = report.seconds().stream()
                .filter(second -> second.perSecond() > 0)
                .toList();
        return overTime(List.of(
                series("max", "c", secondsWithResponses, Report.Second::max),
                series("p99", "b", secondsWithResponses, Report.Second::p99),
                series("p50", "a", secondsWithResponses, Report.Second::p50)));
    }

    private static Series series(
            String name, String style, List<Report.Second> seconds, ToDoubleFunction<Report.Second> value) {
        var points = new ArrayList<double[]>();
        for (var second : seconds) {
            if (points.isEmpty()) {
                points.add(
                        new double[] {0, value.applyAsDouble(second)}); // a one-second run needs two points for a line
            }
            points.add(new double[] {second.at(), value.applyAsDouble(second)});
        }
        return new Series(name, style, points);
    }

    private String overTime(List<Series> series) {
        var last = report.seconds().get(report.seconds().size() - 1).at();
        var x = Axis.upTo(last);
        var warmup = report.seconds().stream()
                .filter(Report.Second::warmup)
                .mapToDouble(Report.Second::at)
                .max()
                .orElse(0);
        var shade = warmup == 0
                ? ""
                : String.format(
                                Locale.ROOT,
                                "<rect class=\"warmup\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\"/>",
                                LEFT,
                                TOP,
                                number(x(warmup, last) - LEFT),
                                HEIGHT - TOP - BOTTOM)
                        + text(LEFT + 6, TOP + 16, "start", "", "warm-up");
        var labels = x.ticks().stream()
                .filter(tick -> tick <= last)
                .map(tick -> text(x(tick, last), HEIGHT - 12, "middle", "", number(tick) + " s"))
                .collect(Collectors.joining("\n"));
        return chart(series, last, shade + labels);
    }

    private String percentileChart() {
        var points = new ArrayList<double[]>();
        var leftMost =
                Math.log10(1 / Math.max(1e-5, 1.0 / Math.max(10, report.total().count())));
        var steps = 200;
        for (int i = 0; i <= steps; i++) {
            var nines = leftMost * i / steps;
            points.add(new double[] {nines, report.total().ms(100 * (1 - Math.pow(10, -nines)))});
        }
        var labels = new StringBuilder();
        for (int nines = 0; nines < PERCENTILES.length && nines <= leftMost + 1e-9; nines++) {
            labels.append(text(x(nines, leftMost), HEIGHT - 12, "middle", "", "p" + number(PERCENTILES[nines])));
        }
        return chart(List.of(new Series("all " + report.unit(), "a", points)), leftMost, labels.toString());
    }

    /** @param more SVG elements of the x axis */
    private static String chart(List<Series> series, double xEnd, String more) {
        var max = series.stream()
                .flatMap(one -> one.points().stream())
                .mapToDouble(point -> point[1])
                .max()
                .orElse(0);
        var y = Axis.upTo(max);
        var svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n",
                WIDTH,
                HEIGHT));
        for (var tick : y.ticks()) {
            var at = y(tick, y.end());
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    number(at),
                    number(at)));
            svg.append(text(LEFT - 8, at + 4, "end", "", number(tick))).append('\n');
        }
        svg.append(more).append('\n');
        double nameAt = LEFT;
        for (var one : series) {
            svg.append(text(nameAt, 16, "start", one.style() + "-text", one.name()));
            nameAt += 24 + 7.5 * one.name().length();
            var points = one.points().stream()
                    .map(point -> number(x(point[0], xEnd)) + "," + number(y(point[1], y.end())))
                    .collect(Collectors.joining(" "));
            svg.append(
                    String.format(Locale.ROOT, "<polyline class=\"series %s\" points=\"%s\"/>\n", one.style(), points));
        }
        return svg.append("</svg>").toString();
    }

    private static double x(double value, double end) {
        return LEFT + (WIDTH - LEFT - RIGHT) * value / end;
    }

    private static double y(double value, double end) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / end;
    }

    private static String text(double x, double y, String anchor, String style, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" class=\"%s\">%s</text>",
                number(x),
                number(y),
                anchor,
                style,
                escape(text));
    }

    private String table() {
        var rows = new StringBuilder();
        report.rows().forEach(row -> rows.append(row(row.outcome(), row.latency())));
        if (report.rows().size() > 1) {
            rows.append(row("all", report.total()));
        }
        return "<table>\n<thead><tr><th>outcome</th><th>count</th><th>p50 ms</th><th>p90</th><th>p99</th><th>p99.9</th>"
                + "<th>max</th></tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table>";
    }

    private static String row(String name, Report.Latency latency) {
        return String.format(
                Locale.ROOT,
                "<tr><td>%s</td><td>%,d</td><td>%,.2f</td><td>%,.2f</td><td>%,.2f</td><td>%,.2f</td><td>%,.2f</td></tr>\n",
                escape(name),
                latency.count(),
                latency.ms(50),
                latency.ms(90),
                latency.ms(99),
                latency.ms(99.9),
                latency.maxMs());
    }

    private String settings() {
        var plan = report.plan();
        var list = new StringBuilder("<dl>\n");
        setting(list, "server", plan.servers());
        setting(list, "clients", String.format(Locale.ROOT, "%,d", plan.clients()));
        setting(
                list,
                "rate",
                plan.rate() > 0
                        ? String.format(Locale.ROOT, "%,.1f due per second", plan.rate())
                        : "as fast as possible");
        setting(list, "warm-up", plan.warmup().toMillis() / 1000.0 + " s");
        setting(
                list,
                "counted",
                String.format(
                        Locale.ROOT, "%.1f s, %,d bytes of response bodies", report.wallSeconds(), report.bytes()));
        setting(list, "events", String.format(Locale.ROOT, "%,d of %,d seats", plan.eventsToMake(), plan.seats()));
        setting(
                list,
                "reservations",
                String.format(
                        Locale.ROOT,
                        "%,d acknowledged, %,d of them read again",
                        report.acknowledged(),
                        report.rechecked()));
        setting(
                list,
                "CPU of the load test",
                String.format(Locale.ROOT, "%.1f µs per request", report.driverCpuMicrosPerRequest()));
        return list.append("</dl>").toString();
    }

    private static void setting(StringBuilder list, String name, String value) {
        list.append("<dt>")
                .append(escape(name))
                .append("</dt><dd>")
                .append(escape(value))
                .append("</dd>\n");
    }

    /** Formats a number without trailing zeros, with a decimal point in every locale. */
    private static String number(double value) {
        var text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    private static String escape(String text) {
        var escaped = text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
        return escaped.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "�");
    }
}
