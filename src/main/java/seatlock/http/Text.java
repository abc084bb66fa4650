package seatlock.http;

import java.util.Locale;

/** What may stand in a text that a client sends. */
final class Text {

    private Text() {}

    /** Whether it is Unicode without control characters: no NUL, no line break, no half of a surrogate pair. */
    static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c));
    }

    /** A word of ours as it stands on the wire. */
    static String lowerCase(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    /** codePoints() joins the pairs; what still is a surrogate stands alone. */
    private static boolean isLoneSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
