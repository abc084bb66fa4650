package seatlock.tickets;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.lowagie.text.Element;
import com.lowagie.text.Phrase;
import com.lowagie.text.pdf.ColumnText;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfWriter;
import java.awt.Color;
import java.text.BreakIterator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An area of the page that shows the whole of a text, however long: the text is wrapped between words, then set smaller, then
 * wrapped within words. Nothing is cut off, because the end of a text may be all that tells two tickets apart.
 *
 * @param top of the capital letters of the first line
 * @param bottom lowest position of the baseline of the last line
 */
record TextBox(float left, float right, float top, float bottom) {

    /** Smallest font size in points. Only a text of extremely wide characters, such as three-em dashes, is set smaller. */
    static final float SMALLEST = 5;

    /** From here on, larger letters are more important than whole words. */
    private static final float COMFORTABLE = 9;

    private static final float STEP = 0.5f;
    private static final float LEADING = 1.2f;

    /** Height of capital letters, relative to the size of the font. */
    private static final float CAPITALS = 0.73f;

    /** How texts were set, because most texts of a ticket are those of its event or of its language. The names of buyers soon go. */
    private static final Cache<Task, Setting> SETTINGS = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    private static final Locale THAI = Locale.forLanguageTag("th");

    /** A letter with its accents and vowel signs, or an emoji with its modifiers. */
    private static final Pattern LETTER = Pattern.compile("\\X");

    /**
     * How a text looks.
     *
     * @param size in points, for a text that is short enough
     * @param oneLineFrom a text that fits on one line at this size or above is not wrapped
     */
    record Style(Typesetter.Face face, Color color, float size, float oneLineFrom) {

        Phrase set(String text, float size) {
            return Typesetter.set(face, text, size, color);
        }
    }

    /** Draws a text. */
    void draw(PdfContentByte page, String text, Style style) {
        var setting = fit(text, style);
        var direction = Typesetter.direction(text);
        var lines = setting.lines.stream()
                .map(line -> style.set(line, setting.size))
                .toList();
        var isRightToLeft = direction == PdfWriter.RUN_DIRECTION_RTL;
        var indent = isRightToLeft
                ? lines.stream()
                        .mapToDouble(line -> width(line, direction))
                        .max()
                        .orElseThrow()
                : 0;
        var baseline = top - CAPITALS * setting.size;
        for (var line : lines) {
            ColumnText.showTextAligned(
                    page,
                    isRightToLeft ? Element.ALIGN_RIGHT : Element.ALIGN_LEFT,
                    line,
                    left + (float) indent,
                    baseline,
                    0,
                    direction,
                    0);
            baseline -= LEADING * setting.size;
        }
    }

    /** Returns the height from the top of the first line to the baseline of the last. */
    float height(String text, Style style) {
        var setting = fit(text, style);
        return height(setting.lines.size(), setting.size);
    }

    /** Returns whether a text fits on one line without becoming smaller than its style permits. */
    boolean fitsOnOneLine(String text, Style style) {
        return new Measured(text, style).width() * style.oneLineFrom <= right - left;
    }

    /** A text in a size, divided into lines. */
    private record Setting(float size, List<String> lines) {}

    /** A text to be set. */
    private record Task(TextBox box, String text, Style style) {}

    private Setting fit(String text, Style style) {
        return SETTINGS.get(new Task(this, text, style), task -> fitAnew(text, style));
    }

    private Setting fitAnew(String text, Style style) {
        var measured = new Measured(text, style);
        for (var size = style.size; size >= style.oneLineFrom; size -= STEP) {
            if (measured.width() * size <= right - left) {
                return new Setting(size, List.of(text));
            }
        }
        for (var size = style.size; size >= COMFORTABLE; size -= STEP) {
            var lines = measured.lines((right - left) / size, false);
            if (lines.isPresent() && height(lines.get().size(), size) <= top - bottom) {
                return new Setting(size, lines.get());
            }
        }
        for (var size = style.size; ; size -= size > SMALLEST ? STEP : STEP / 10) {
            var lines = measured.lines((right - left) / size, true).orElseThrow();
            if (height(lines.size(), size) <= top - bottom || size <= 1) {
                return new Setting(size, lines);
            }
        }
    }

    private static float height(int lines, float size) {
        return ((lines - 1) * LEADING + CAPITALS) * size;
    }

    private static float width(Phrase phrase, int direction) {
        return ColumnText.getWidth(phrase, direction, 0);
    }

    /** A text in pieces between which a line may end. */
    private static final class Measured {

        /** The library wraps a line at 20,000 points, which the longest text stays below at this size. */
        private static final float SIZE = 10;

        /**
         * A part of the text that stays on one line.
         *
         * @param width at size 1
         * @param visible its width without white space at the end
         */
        private record Piece(String text, float width, float visible) {}

        private final Style style;
        private final int direction;
        private final List<Piece> words = new ArrayList<>();
        private final Map<Piece, List<Piece>> letters = new HashMap<>();

        Measured(String text, Style style) {
            this.style = style;
            this.direction = Typesetter.direction(text);
            // Thai has no spaces. Java finds its words only in this language, which treats other scripts like any
            // other.
            var breaks = BreakIterator.getLineInstance(THAI);
            breaks.setText(text);
            var start = breaks.first();
            for (var end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
                words.add(measure(text.substring(start, end)));
                start = end;
            }
        }

        private Piece measure(String text) {
            var bare = text.stripTrailing();
            var visible = width(bare);
            return new Piece(text, visible + blankWidth(text.substring(bare.length())), visible);
        }

        /** Measures blanks between two letters, because the library ignores those at the end of a text from right to left. */
        private float blankWidth(String blanks) {
            return blanks.isEmpty() ? 0 : latinWidth("a" + blanks + "a") - latinWidth("aa");
        }

        private float latinWidth(String text) {
            return TextBox.width(style.set(text, SIZE), PdfWriter.RUN_DIRECTION_LTR) / SIZE;
        }

        private float width(String text) {
            return text.isEmpty() ? 0 : TextBox.width(style.set(text, SIZE), direction) / SIZE;
        }

        private List<Piece> letters(Piece word) {
            return letters.computeIfAbsent(
                    word,
                    key -> LETTER.matcher(key.text)
                            .results()
                            .map(letter -> measure(letter.group()))
                            .toList());
        }

        float width() {
            return (float) words.stream().mapToDouble(Piece::width).sum();
        }

        /**
         * Divides the text into lines.
         *
         * @param limit width of a line at size 1
         * @return empty if a word is wider than a line and must stay whole
         */
        Optional<List<String>> lines(float limit, boolean mayBreakWords) {
            var lines = new ArrayList<String>();
            var line = new StringBuilder();
            var used = 0f;
            for (var word : words) {
                if (word.visible > limit && !mayBreakWords) {
                    return Optional.empty();
                }
                for (var piece : word.visible > limit ? letters(word) : List.of(word)) {
                    if (used > 0 && used + piece.visible > limit) {
                        lines.add(line.toString().stripTrailing());
                        line.setLength(0);
                        used = 0;
                    }
                    line.append(piece.text);
                    used += piece.width;
                }
            }
            lines.add(line.toString().stripTrailing());
            return Optional.of(lines);
        }
    }
}
