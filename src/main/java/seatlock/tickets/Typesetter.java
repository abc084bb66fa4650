package seatlock.tickets;

import com.lowagie.text.Chunk;
import com.lowagie.text.DocumentException;
import com.lowagie.text.Font;
import com.lowagie.text.Phrase;
import com.lowagie.text.pdf.BaseFont;
import com.lowagie.text.pdf.PdfWriter;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.Bidi;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Typesets any text: each character in the first font that contains it, or as a box if none does. The PDF library would
 * silently omit a character that its font lacks.
 *
 * <p>DejaVu Sans covers Latin, Greek, Cyrillic, Hebrew and Arabic; Droid Sans Fallback covers Chinese, Japanese and Korean.
 */
final class Typesetter {

    /** Replaces a character that no font contains. */
    private static final String MISSING = "\u25a1";

    private static final BaseFont REGULAR = font("DejaVuSans.ttf");
    private static final BaseFont BOLD = font("DejaVuSans-Bold.ttf");
    private static final BaseFont FALLBACK = font("DroidSansFallback.ttf");

    /** The characters of every face: a table, because a seat plan may have a million names to check. */
    private static final BitSet PRINTABLE = IntStream.rangeClosed(0, Character.MAX_VALUE)
            .filter(character -> carrier(character, List.of(REGULAR, FALLBACK)) != null)
            .collect(BitSet::new, BitSet::set, BitSet::or);

    private Typesetter() {}

    private static BaseFont font(String name) {
        try (var stream = Typesetter.class.getResourceAsStream("/fonts/" + name)) {
            var font = BaseFont.createFont(
                    name, BaseFont.IDENTITY_H, BaseFont.EMBEDDED, BaseFont.CACHED, stream.readAllBytes(), null);
            font.setIncludeCidSet(false); // the library's would be incomplete, which PDF/UA-1 forbids
            return font;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DocumentException e) {
            throw new IllegalStateException("The font " + name + " in the jar is damaged", e);
        }
    }

    /** The weight of a text. */
    enum Face {
        REGULAR(List.of(Typesetter.REGULAR, FALLBACK)),
        BOLD(List.of(Typesetter.BOLD, Typesetter.REGULAR, FALLBACK));

        private final List<BaseFont> fonts;

        Face(List<BaseFont> fonts) {
            this.fonts = fonts;
        }
    }

    /** Returns the direction of a text, which is that of its first directional letter: LTR or RTL. */
    static int direction(String text) {
        var bidi = new Bidi(text, Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT);
        return bidi.baseIsLeftToRight() ? PdfWriter.RUN_DIRECTION_LTR : PdfWriter.RUN_DIRECTION_RTL;
    }

    static Phrase set(Face face, String text, float size, Color color) {
        var phrase = new Phrase();
        var run = new StringBuilder();
        BaseFont current = null;
        for (var codePoint : composed(text).codePoints().toArray()) {
            var carrier = carrier(codePoint, face.fonts);
            var font = carrier == null ? face.fonts.get(0) : carrier;
            if (font != current && current != null) {
                phrase.add(new Chunk(run.toString(), new Font(current, size, Font.NORMAL, color)));
                run.setLength(0);
            }
            current = font;
            run.append(carrier == null ? MISSING : Character.toString(codePoint));
        }
        if (current != null) {
            phrase.add(new Chunk(run.toString(), new Font(current, size, Font.NORMAL, color)));
        }
        return phrase;
    }

    /** Returns the code points of a text that are shown as a box, each once. */
    static List<Integer> unprintable(String text) {
        return composed(text)
                .codePoints()
                .filter(codePoint -> !PRINTABLE.get(codePoint))
                .distinct()
                .boxed()
                .toList();
    }

    /** Returns the composed form of a text, since nothing here positions an accent over a letter. */
    private static String composed(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /** Returns the first font that contains a character, or {@code null}. None contains supplementary characters. */
    private static BaseFont carrier(int codePoint, List<BaseFont> fonts) {
        return Character.isSupplementaryCodePoint(codePoint)
                ? null
                : fonts.stream()
                        .filter(font -> font.charExists((char) codePoint))
                        .findFirst()
                        .orElse(null);
    }
}
