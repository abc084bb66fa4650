package seatlock.loadtest;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Finds a single value in the bytes of a JSON document. Parsing every response into a tree would cost as much as everything
 * else done for a request; trees are used only while nothing is measured.
 */
final class JsonScanner {

    private JsonScanner() {}

    /**
     * Finds the first string member.
     *
     * @param name in quotes
     * @return its value, or {@code null} if there is none
     */
    static String findText(byte[] json, String name) {
        var at = afterColon(json, name.getBytes(StandardCharsets.US_ASCII));
        if (at < 0 || at >= json.length || json[at] != '"') {
            return null;
        }
        int end = at + 1;
        while (end < json.length && json[end] != '"') {
            end++;
        }
        return new String(json, at + 1, end - at - 1, StandardCharsets.UTF_8);
    }

    /**
     * Finds the first member that is a UUID.
     *
     * @param name in quotes
     * @return its value, or {@code null} if there is none
     */
    static UUID findUuid(byte[] json, String name) {
        var text = findText(json, name);
        try {
            return text == null || text.length() != 36 ? null : UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static boolean contains(byte[] json, byte[] what) {
        return indexOf(json, what, 0) >= 0;
    }

    private static int afterColon(byte[] json, byte[] name) {
        var at = indexOf(json, name, 0);
        if (at < 0) {
            return -1;
        }
        at += name.length;
        while (at < json.length && (json[at] == ':' || json[at] == ' ')) {
            at++;
        }
        return at;
    }

    private static int indexOf(byte[] in, byte[] what, int from) {
        for (int i = from; i <= in.length - what.length; i++) {
            int j = 0;
            while (j < what.length && in[i + j] == what[j]) {
                j++;
            }
            if (j == what.length) {
                return i;
            }
        }
        return -1;
    }
}
