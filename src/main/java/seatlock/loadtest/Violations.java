package seatlock.loadtest;

import java.util.ArrayList;
import java.util.List;

/** Collects violations: counts all of them and keeps the first ones for the report. */
final class Violations {

    private static final int REPORTED = 20;

    private final List<String> first = new ArrayList<>(); // guarded by this
    private long count; // guarded by this

    synchronized void add(String violation) {
        count++;
        if (first.size() < REPORTED) {
            first.add(violation);
        }
    }

    synchronized long count() {
        return count;
    }

    synchronized List<String> first() {
        return List.copyOf(first);
    }
}
