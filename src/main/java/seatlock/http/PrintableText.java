package seatlock.http;

/** Checks the characters of a text from a client. */
public final class PrintableText {

    private PrintableText() {}

    /** Returns whether a text is Unicode without control characters: no NUL, no line break, no half of a surrogate pair. */
    public static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c));
    }

    /** A surrogate that {@code codePoints()} did not join with another stands alone. */
    private static boolean isLoneSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
