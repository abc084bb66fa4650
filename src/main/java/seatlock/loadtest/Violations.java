package seatlock.loadtest;

import java.util.ArrayList;
import java.util.List;

/** What was wrong: all of it is counted, and the first of it is told. */
final class Violations {

    private static final int TOLD = 20;

    private final List<String> first = new ArrayList<>(); // guarded by this
    private long count; // guarded by this

    synchronized void add(String violation) {
        count++;
        if (first.size() < TOLD) {
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
