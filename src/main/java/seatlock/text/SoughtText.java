package seatlock.text;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A text that is looked for in others, in any case and with or without accents. The database compares them by its function {@code
 * translate}, so the result does not depend on its locale: {@code strpos(translate(name, variants, plain), text) > 0}.
 *
 * @param text in lower case, without accents
 * @param variants the other forms of the letters of the text, and then the accents that may follow a letter
 * @param plain for each form of a letter, the letter; accents have none, so they are removed
 */
public record SoughtText(String text, String variants, String plain) {

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    /** The blocks with letters that have two cases or accents end before this. */
    private static final int LAST_LETTER = 0x1ffff;

    private static final String ACCENTS = IntStream.rangeClosed(0x300, 0x36f)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    /** Returns what to look for. */
    public static SoughtText of(String given) {
        var text = new StringBuilder();
        MARKS.matcher(Normalizer.normalize(given, Normalizer.Form.NFC))
                .replaceAll("")
                .codePoints()
                .map(SoughtText::plain)
                .forEach(text::appendCodePoint);
        var variants = new StringBuilder();
        var plain = new StringBuilder();
        text.codePoints()
                .distinct()
                .forEach(letter -> Variants.OF
                        .getOrDefault(letter, "")
                        .codePoints()
                        .forEach(variant -> {
                            variants.appendCodePoint(variant);
                            plain.appendCodePoint(letter);
                        }));
        return new SoughtText(text.toString(), variants + ACCENTS, plain.toString());
    }

    /** Returns a letter in lower case and without accents, if that is one letter. */
    private static int plain(int letter) {
        var decomposed = Normalizer.normalize(Character.toString(letter), Normalizer.Form.NFD);
        var base = MARKS.matcher(decomposed).replaceAll("");
        var known = Words.PLAIN.get(base.toLowerCase(Locale.ROOT));
        var shortest = known == null ? base : known;
        var single = shortest.codePointCount(0, shortest.length()) == 1 ? shortest.codePointAt(0) : letter;
        return Character.toLowerCase(Character.toUpperCase(single));
    }

    /** The other forms of each letter. They are found when the first text is looked for. */
    private static final class Variants {
        private static final Map<Integer, String> OF = new HashMap<>();

        static {
            for (int letter = 0; letter <= LAST_LETTER; letter++) {
                if (Character.isLetter(letter) && !Character.isIdeographic(letter)) {
                    var plain = plain(letter);
                    if (plain != letter) {
                        OF.merge(plain, Character.toString(letter), String::concat);
                    }
                }
            }
        }
    }
}
