package seatlock.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects named results of several rounds and summarizes each as its median and spread. */
final class RoundResults {

    private final Map<String, List<Double>> results = new LinkedHashMap<>();

    void add(String name, double value) {
        results.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    double median(String name) {
        return median(results.get(name));
    }

    static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(v -> v).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Formats each result as "median (lowest to highest)". */
    String summary() {
        var text = new StringBuilder();
        results.forEach(
                (name, values) -> text.append(String.format(Locale.ROOT, "  %-70s %s%n", name, summary(values))));
        return text.toString();
    }

    private static String summary(List<Double> values) {
        var min = values.stream().mapToDouble(v -> v).min().orElseThrow();
        var max = values.stream().mapToDouble(v -> v).max().orElseThrow();
        var format = max >= 100 ? "%,.0f (%,.0f to %,.0f)" : "%.2f (%.2f to %.2f)";
        return String.format(Locale.ROOT, format, median(values), min, max);
    }
}
