package seatlock.plans;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import seatlock.text.PrintableText;

/** Makes names that differ from each other: the second {@code A} becomes {@code A (2)}. */
final class UniqueNames {

    private final int maxLength;
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> copies = new HashMap<>();

    /** @param maxLength of a name, in characters */
    UniqueNames(int maxLength) {
        this.maxLength = maxLength;
    }

    /**
     * Returns a name that, after the prefix, no other call has returned.
     *
     * @param wanted a valid name; cut if it is too long
     */
    String of(String prefix, String wanted) {
        var name = cut(wanted, maxLength);
        while (!taken.add(prefix + name)) {
            // Counted, so that many copies of a name take no longer than as many different names.
            var suffix = " (" + (copies.merge(prefix + cut(wanted, maxLength), 1, Integer::sum) + 1) + ")";
            name = cut(wanted, maxLength - suffix.length()) + suffix;
        }
        return name;
    }

    private static String cut(String name, int length) {
        if (name.codePointCount(0, name.length()) <= length) {
            return name;
        }
        var cut = PrintableText.asName(name.substring(0, name.offsetByCodePoints(0, length)));
        return cut.isEmpty() ? "?" : cut;
    }
}
