package seatlock.plans;

import java.util.ArrayList;
import java.util.List;

/** Collects warnings, and counts those that are too many. */
final class Warnings {

    /** A text of the file in a message; the rest of a longer one would not help. */
    private static final int MAX_QUOTE = 60;

    private final List<ConvertedPlan.Warning> first = new ArrayList<>();
    private int count;

    void add(String field, String message) {
        count++;
        if (first.size() < ConvertedPlan.MAX_WARNINGS) {
            first.add(new ConvertedPlan.Warning(field, message));
        }
    }

    List<ConvertedPlan.Warning> all() {
        if (count <= first.size()) {
            return first;
        }
        var listed = first.subList(0, ConvertedPlan.MAX_WARNINGS - 1);
        var all = new ArrayList<>(listed);
        all.add(new ConvertedPlan.Warning("", "has " + (count - listed.size()) + " more warnings"));
        return all;
    }

    /** Returns a text of the file, in quotes, as part of a message. */
    static String quoted(String text) {
        var isLong = text.codePointCount(0, text.length()) > MAX_QUOTE;
        return "\"" + (isLong ? text.substring(0, text.offsetByCodePoints(0, MAX_QUOTE)) + "…" : text) + "\"";
    }
}
