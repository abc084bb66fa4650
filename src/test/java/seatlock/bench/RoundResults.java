package seatlock.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of several rounds, by name; what is told of them is the median and the spread. */
final class Ratios {

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    void add(String name, double value) {
        figures.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    double median(String name) {
        return median(figures.get(name));
    }

    static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(v -> v).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** "median (lowest to highest)", of each. */
    String told() {
        var text = new StringBuilder();
        figures.forEach((name, values) -> text.append("  %-66s %s%n".formatted(name, told(values))));
        return text.toString();
    }

    private static String told(List<Double> values) {
        var min = values.stream().mapToDouble(v -> v).min().orElseThrow();
        var max = values.stream().mapToDouble(v -> v).max().orElseThrow();
        var form = max >= 100 ? "%,.0f (%,.0f to %,.0f)" : "%.2f (%.2f to %.2f)";
        return form.formatted(median(values), min, max);
    }
}
