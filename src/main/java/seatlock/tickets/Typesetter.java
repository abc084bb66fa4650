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
import java.nio.charset.StandardCharsets;
import java.text.Bidi;
import java.text.Normalizer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Typesets any text: each character in the first font that contains it, or as a box if none does. The PDF library would
 * silently omit a character that its font lacks.
 *
 * <p>DejaVu Sans covers Latin, Greek, Cyrillic, Hebrew and Arabic; Droid Sans Fallback covers Chinese, Japanese and Korean. Both
 * are divided into pieces, because the PDF library embeds tables for all glyphs of a font with the glyphs that are used. {@code
 * demo/split-fonts} makes the pieces.
 */
final class Typesetter {

    /** Replaces a character that no font contains. */
    private static final String MISSING = "\u25a1";

    /** A part of the characters of a font. It is loaded when it is first needed, because most tickets need only one or two. */
    private static final class Piece {
        private final String file;
        private BaseFont font; // guarded by this

        Piece(String file) {
            this.file = file;
        }

        synchronized BaseFont font() {
            if (font == null) {
                font = load(file);
            }
            return font;
        }

        private static BaseFont load(String file) {
            try (var stream = Typesetter.class.getResourceAsStream("/fonts/" + file)) {
                var font = BaseFont.createFont(
                        file, BaseFont.IDENTITY_H, BaseFont.EMBEDDED, BaseFont.NOT_CACHED, stream.readAllBytes(), null);
                font.setIncludeCidSet(false); // the library's would be incomplete, which PDF/UA-1 forbids
                return font;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (DocumentException e) {
                throw new IllegalStateException("The font " + file + " in the jar is damaged", e);
            }
        }
    }

    /** The weight of a text. */
    enum Face {
        REGULAR(List.of("DejaVuSans", "DroidSansFallback")),
        BOLD(List.of("DejaVuSans-Bold", "DejaVuSans", "DroidSansFallback"));

        /** The piece that contains each character of the Basic Multilingual Plane. No font contains others. */
        private final Piece[] pieces = new Piece[Character.MAX_VALUE + 1];

        /** @param fonts the first one that contains a character is used */
        Face(List<String> fonts) {
            for (var font : fonts) {
                PIECES.forEach((piece, line) -> {
                    if (line[0].equals(font)) {
                        add(piece, Stream.of(line).skip(2));
                    }
                });
            }
        }

        private void add(Piece piece, Stream<String> ranges) {
            ranges.map(range -> range.split("-")).forEach(range -> {
                for (int c = Integer.parseInt(range[0], 16); c <= Integer.parseInt(range[1], 16); c++) {
                    if (pieces[c] == null) {
                        pieces[c] = piece;
                    }
                }
            });
        }

        /** Returns the piece that contains a character, or {@code null}. */
        private Piece piece(int codePoint) {
            return codePoint < pieces.length ? pieces[codePoint] : null;
        }
    }

    /** Each piece with its line of the index: the font, the file, and ranges of its characters. */
    private static final Map<Piece, String[]> PIECES = index();

    private Typesetter() {}

    private static Map<Piece, String[]> index() {
        try (var stream = Typesetter.class.getResourceAsStream("/fonts/pieces.txt")) {
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.split(" "))
                    .collect(Collectors.toMap(line -> new Piece(line[1]), line -> line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
        Piece current = null;
        for (var codePoint : composed(text).codePoints().toArray()) {
            var carrier = face.piece(codePoint);
            var piece = carrier == null ? face.piece(MISSING.charAt(0)) : carrier;
            if (piece != current && current != null) {
                phrase.add(new Chunk(run.toString(), new Font(current.font(), size, Font.NORMAL, color)));
                run.setLength(0);
            }
            current = piece;
            run.append(carrier == null ? MISSING : Character.toString(codePoint));
        }
        if (current != null) {
            phrase.add(new Chunk(run.toString(), new Font(current.font(), size, Font.NORMAL, color)));
        }
        return phrase;
    }

    /** Returns the code points of a text that are shown as a box, each once. */
    static List<Integer> unprintable(String text) {
        return composed(text)
                .codePoints()
                .filter(codePoint -> Face.REGULAR.piece(codePoint) == null)
                .distinct()
                .boxed()
                .toList();
    }

    /** Returns the composed form of a text, since nothing here positions an accent over a letter. */
    private static String composed(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }
}
