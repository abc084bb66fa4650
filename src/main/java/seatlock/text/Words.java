package seatlock.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The words of a name, in the form in which they are compared: in lower case and without accents, so José is found as jose. */
public final class Words {

    /** Longer words are compared by their beginnings. */
    public static final int MAX_LENGTH = 50;

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    /** Letters that Unicode does not decompose. */
    static final Map<String, String> PLAIN =
            Map.of("ł", "l", "ø", "o", "đ", "d", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i");

    private Words() {}

    /** Returns the words of a text, each once: sequences of letters and digits, of at most {@link #MAX_LENGTH} characters. */
    public static Set<String> of(String text) {
        var plain = MARKS.matcher(Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFKD))
                .replaceAll("")
                .toLowerCase(Locale.ROOT); // compatibility forms become capital letters, such as ㎏
        for (var letter : PLAIN.entrySet()) {
            plain = plain.replace(letter.getKey(), letter.getValue());
        }
        return BETWEEN_WORDS
                .splitAsStream(plain)
                .filter(word -> !word.isEmpty())
                .map(Words::beginning)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String beginning(String word) {
        return word.codePointCount(0, word.length()) <= MAX_LENGTH
                ? word
                : word.substring(0, word.offsetByCodePoints(0, MAX_LENGTH));
    }
}
