package seatlock.support;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts results by kind. */
public final class Tally {

    private Tally() {}

    /** Returns the number of results of each kind; a kind without results is missing. */
    public static <T> Map<String, Long> of(List<T> results, Function<T, String> kind) {
        return results.stream().collect(Collectors.groupingBy(kind, TreeMap::new, Collectors.counting()));
    }
}
