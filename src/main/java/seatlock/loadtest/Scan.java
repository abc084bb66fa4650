package seatlock.loadtest;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Finds the one value that is wanted in the bytes of an answer. A tree of JSON for each of them would cost as much as
 * all the rest that is done for a request; the tree is read afterwards, when nothing is measured.
 */
final class Scan {

    private Scan() {}

    /** @param name with its quotes @return the first text of that name, or {@code null} */
    static String text(byte[] json, String name) {
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

    /** @return the first value of that name that is a UUID, or {@code null} */
    static UUID uuid(byte[] json, String name) {
        var text = text(json, name);
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
