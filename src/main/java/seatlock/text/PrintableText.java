package seatlock.text;

import java.util.Optional;

/** The rules for the characters of a text from a client. */
public final class PrintableText {

    /**
     * Characters that look like white space or like nothing, and that Java does not count as white space: soft hyphen, Hangul
     * fillers, Mongolian vowel separator, zero width space, word joiner, blank Braille pattern, byte order mark, object
     * replacement character, null notehead.
     */
    private static final String BLANKS =
            "\u00ad\u115f\u1160\u180e\u200b\u2060\u2800\u3164\ufeff\uffa0\ufffc\ud834\udd59";

    /** Separators of lines and paragraphs; embeddings, overrides and isolates, which also reorder what follows the text. */
    private static final String LINE_CONTROLS = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    private PrintableText() {}

    /** Returns whether a text is Unicode without control characters: no NUL, no line break, no half of a surrogate pair. */
    public static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c));
    }

    /** A surrogate that {@code codePoints()} did not join with another stands alone. */
    private static boolean isLoneSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** Returns a text for a message: the text itself, or a question mark if it is empty or not printable. */
    public static String orQuestionMark(String text) {
        return !text.isEmpty() && isPrintable(text) ? text : "?";
    }

    /**
     * Returns why a text cannot be a name, as a phrase such as "must not be blank"; empty if it can. A name shows something, has
     * no blank at either end, and does not change how the text next to it is printed.
     */
    public static Optional<String> flawOfName(String text) {
        if (!isPrintable(text)) {
            return Optional.of("must not contain control characters or invalid Unicode");
        } else if (text.codePoints().noneMatch(PrintableText::isVisible)) {
            return Optional.of("must not be blank");
        } else if (isBlank(text.codePointAt(0)) || isBlank(text.codePointBefore(text.length()))) {
            return Optional.of("must not start or end with white space or an invisible character");
        } else if (text.codePoints().anyMatch(c -> LINE_CONTROLS.indexOf(c) >= 0)) {
            return Optional.of("must not contain line separators or bidirectional controls");
        }
        return Optional.empty();
    }

    /**
     * Returns a text without everything that {@link #flawOfName} refuses in a name: control characters and separators of lines become
     * spaces, characters that reorder the text are left out, and so are blanks at either end. Empty if nothing visible is left.
     */
    public static String asName(String text) {
        var name = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                name.append(' ');
            } else if (!isLoneSurrogate(c) && LINE_CONTROLS.indexOf(c) < 0) {
                name.appendCodePoint(c);
            }
        });
        if (name.codePoints().noneMatch(PrintableText::isVisible)) {
            return "";
        }
        var start = 0;
        while (isBlank(name.codePointAt(start))) {
            start += Character.charCount(name.codePointAt(start));
        }
        var end = name.length();
        while (isBlank(name.codePointBefore(end))) {
            end -= Character.charCount(name.codePointBefore(end));
        }
        return name.substring(start, end);
    }

    /** Joiners, variation selectors, combining marks and the like are not visible by themselves. */
    private static boolean isVisible(int codePoint) {
        return !isBlank(codePoint)
                && switch (Character.getType(codePoint)) {
                    case Character.FORMAT,
                            Character.NON_SPACING_MARK,
                            Character.ENCLOSING_MARK,
                            Character.COMBINING_SPACING_MARK -> false;
                    case Character.UNASSIGNED -> !isReserved(codePoint);
                    default -> true;
                };
    }

    /** Others that are unassigned may be letters or emoji of a later Unicode than this Java's. These never will be. */
    private static boolean isReserved(int codePoint) {
        return codePoint == 0x2065
                || codePoint >= 0xfdd0 && codePoint <= 0xfdef
                || codePoint >= 0xfff0 && codePoint <= 0xfff8
                || (codePoint & 0xfffe) == 0xfffe
                || codePoint >= 0xe0000;
    }

    private static boolean isBlank(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || BLANKS.indexOf(codePoint) >= 0;
    }
}
