package seatlock.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import com.lowagie.text.pdf.ColumnText;
import com.lowagie.text.pdf.PdfReader;
import com.lowagie.text.pdf.PdfWriter;
import com.lowagie.text.pdf.parser.FinalText;
import com.lowagie.text.pdf.parser.ParsedText;
import com.lowagie.text.pdf.parser.ParsedTextImpl;
import com.lowagie.text.pdf.parser.PdfTextExtractor;
import com.lowagie.text.pdf.parser.TextAssembler;
import com.lowagie.text.pdf.parser.Vector;
import com.lowagie.text.pdf.parser.Word;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Terms;
import seatlock.inventory.Reference;
import seatlock.inventory.ReservationId;
import seatlock.text.Messages;

/** Nothing that tells two tickets apart is cut off, covers something else or falls off the page. */
class TicketLayoutTest {

    private static final int MAX_NAME = 200;
    private static final int MAX_SECTION_OR_ROW = 50;

    /** The texts that tell a ticket from others. */
    private record Texts(String name, String venue, String section, String row, String number, String holder) {

        static final Texts SHORT = new Texts("Aida", "Arena di Verona", "STALLS", "B", "12", "ada@example.org");

        String label() {
            return section + "-" + row + "-" + number;
        }

        List<String> all() {
            return List.of(name, venue, label(), section, row, number, holder);
        }

        byte[] render(String language) {
            return render(language, Terms.first(Instant.parse("2027-09-22T19:00:00Z"), 8, Optional.empty()));
        }

        byte[] render(String language, Terms terms) {
            return render(language, terms, Sold.SINGLY, Optional.empty());
        }

        byte[] render(String language, Terms terms, Sold sold, Optional<String> priceType) {
            var event = new Event(
                    new EventId(UUID.randomUUID()),
                    name,
                    venue,
                    ZoneId.of("America/Argentina/Buenos_Aires"),
                    Currency.getInstance("EUR"),
                    terms,
                    10,
                    Instant.now());
            var ticket = new Ticket(
                    new TicketId(UUID.randomUUID()),
                    new ReservationId(UUID.randomUUID()),
                    new Ticket.Seat(1, label(), section, row, number),
                    1,
                    Instant.now(),
                    null,
                    false,
                    0,
                    null,
                    1,
                    null,
                    null);
            var words = Messages.in(Optional.of(language), Optional.empty());
            var reference = new Reference("WWWWWWWW"); // the widest
            var imprint = new Imprint(reference, holder, sold, priceType, 100_000_000_000_000L);
            return TicketPdf.render(words, event, ticket, imprint, "SL1" + "A".repeat(157));
        }
    }

    /** A string that is printed at a place. */
    private record Printed(String text, Rectangle2D area) {}

    /** Collects every string that the page prints, with its place. */
    private static final class Places implements TextAssembler {

        /** Ascent and descent of DejaVu Sans, relative to its size. */
        private static final float LINE = 1.164f;

        private Vector lastStart;
        private final List<Printed> printed = new ArrayList<>();

        static List<Printed> of(byte[] pdf) throws IOException {
            var places = new Places();
            try (var reader = new PdfReader(pdf)) {
                assertThat(reader.getNumberOfPages()).isEqualTo(1);
                new PdfTextExtractor(reader, places).getTextFromPage(1);
            }
            return places.printed;
        }

        @Override
        public void process(ParsedText parsed, String contextName) {
            var text = parsed.getAsPartialWords().stream().map(Word::getText).collect(Collectors.joining());
            if (!text.isBlank()) {
                var start = parsed.getStartPoint();
                var descent = Math.abs(parsed.getDescent());
                var height = parsed.getAscent() + descent;
                // Since it knows no widths, the parser also lets a line that changes its font start anew.
                var isSameLine = lastStart != null && start.subtract(lastStart).length() < 0.01;
                var left = isSameLine
                        ? (float) printed.get(printed.size() - 1).area.getMaxX()
                        : start.get(0);
                printed.add(new Printed(
                        text, new Rectangle2D.Float(left, start.get(1) - descent, width(text, height / LINE), height)));
                lastStart = start;
            }
        }

        /** The parser does not know the widths of these fonts. The bold one is the widest. */
        private static float width(String text, float size) {
            return ColumnText.getWidth(Typesetter.set(Typesetter.Face.BOLD, text, size, Color.BLACK));
        }

        @Override
        public void process(FinalText completed, String contextName) {}

        @Override
        public void process(Word completed, String contextName) {}

        @Override
        public void renderText(FinalText completed) {}

        @Override
        public void renderText(ParsedTextImpl parsed) {}

        @Override
        public FinalText endParsingContext(String containingElementName) {
            return new FinalText("");
        }

        @Override
        public String getWordId() {
            return "";
        }

        @Override
        public void setPage(int page) {}

        @Override
        public void reset() {}
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s", "");
    }

    private static void assertShowsEverything(Texts texts) throws IOException {
        assertShowsEverything(texts, "en");
    }

    private static void assertShowsEverything(Texts texts, String language) throws IOException {
        var printed = Places.of(texts.render(language));
        assertThat(printed.stream().map(Printed::text)).contains("WWWWWWWW");
        var onPage = squeezed(printed.stream().map(Printed::text).collect(Collectors.joining()));
        for (var text : texts.all()) {
            assertThat(onPage).as(text).contains(squeezed(text));
            onPage = onPage.replaceFirst(Pattern.quote(squeezed(text)), "|"); // the label repeats section and row
        }

        assertFits(printed);
    }

    private static void assertFits(List<Printed> printed) {
        var page = new Rectangle2D.Float(0, 0, 595, 420);
        for (int i = 0; i < printed.size(); i++) {
            var one = printed.get(i);
            assertThat(page.contains(one.area)).as("on the page: " + one).isTrue();
            for (var other : printed.subList(i + 1, printed.size())) {
                assertThat(one.area.intersects(shrunk(other.area)))
                        .as(one + " overlaps " + other)
                        .isFalse();
            }
        }
    }

    /** Letters are smaller than the boxes that fonts declare, so boxes may touch. */
    private static Rectangle2D shrunk(Rectangle2D area) {
        return new Rectangle2D.Double(
                area.getX() + 0.2, area.getY() + area.getHeight() * 0.1, area.getWidth() - 0.4, area.getHeight() * 0.8);
    }

    @Test
    void rows_that_differ_at_the_end_are_printed_differently() throws IOException {
        for (var row : List.of("Grand Tier Right Box 12 Row A", "Grand Tier Right Box 12 Row B")) {
            assertShowsEverything(new Texts("Aida", "Arena di Verona", "Stalls", row, "12", "ada@example.org"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "W, A, B",
        "i, A, B",
        "'Box 12 ', A, B",
        "'Loge-', A, B",
        "@, A, B",
        "二, 一, 二",
        "한글 , 가, 나",
        "Ж, А, Б",
        "Ǆ, A, B"
    })
    void the_longest_texts_are_printed_to_their_last_character(String filler, String one, String other)
            throws IOException {
        for (var last : List.of(one, other)) {
            assertShowsEverything(new Texts(
                    filled(filler, MAX_NAME, last),
                    filled(filler, MAX_NAME, last),
                    filled(filler, MAX_SECTION_OR_ROW, last),
                    filled(filler, MAX_SECTION_OR_ROW, last),
                    "1000000",
                    "W".repeat(64) + "@" + "w".repeat(186) + ".it"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "venue", "section", "row", "number", "holder"})
    void each_text_alone_may_be_long(String which) throws IOException {
        var length = which.equals("name") || which.equals("venue") ? MAX_NAME : MAX_SECTION_OR_ROW;
        var text = filled("Balcony left ", length, "Z");
        assertShowsEverything(new Texts(
                which.equals("name") ? text : Texts.SHORT.name,
                which.equals("venue") ? text : Texts.SHORT.venue,
                which.equals("section") ? text : Texts.SHORT.section,
                which.equals("row") ? text : Texts.SHORT.row,
                which.equals("number") ? "1000000" : Texts.SHORT.number,
                which.equals("holder") ? text : Texts.SHORT.holder));
    }

    /** The blanks between the words count: otherwise, lines began outside of their box, where nothing is seen. */
    @ParameterizedTest
    @ValueSource(strings = {"אולם גדול יציע ימין ", "أغنية الليل الطويل "})
    void lines_from_right_to_left_stay_in_their_box(String filler) {
        var whole = ColumnText.getWidth(
                Typesetter.set(Typesetter.Face.BOLD, filler.strip(), 10, Color.BLACK), PdfWriter.RUN_DIRECTION_RTL, 0);

        assertThat(new TextBox(0, whole * 0.99f, 100, 0)
                        .fitsOnOneLine(filler.strip(), new TextBox.Style(Typesetter.Face.BOLD, Color.BLACK, 10, 10)))
                .isFalse();
    }

    private static List<String> languages() {
        return Messages.languages();
    }

    /** Captions are never wrapped or set smaller than they are in English. */
    @ParameterizedTest
    @MethodSource("languages")
    void the_words_of_each_language_fit_beside_long_and_short_texts(String language) throws IOException {
        var words = Messages.in(Optional.of(language), Optional.empty());
        var wide = filled("W", MAX_SECTION_OR_ROW, "W");
        for (var texts : List.of(Texts.SHORT, new Texts(wide, wide, wide, wide, "1000000", wide))) {
            assertShowsEverything(texts, language);

            var printed = Places.of(texts.render(language)).stream().toList();
            assertThat(printed.stream().map(Printed::text))
                    .contains(Stream.of("section", "row", "seat", "price", "holder", "ticket", "order")
                            .map(caption -> words.get("pdf." + caption))
                            .toArray(String[]::new))
                    .contains(words.plural("ticket.use", 1));
            var heights = printed.stream()
                    .filter(one -> one.text().equals(words.get("pdf.section"))
                            || one.text().equals(words.get("pdf.seat"))
                            || one.text().equals(words.plural("ticket.use", 1)))
                    .map(one -> Math.round(one.area().getHeight() * 100))
                    .distinct();
            assertThat(heights).hasSize(1);
        }
    }

    /** Captions are as large as others, and the longest price type covers nothing. */
    @ParameterizedTest
    @MethodSource("languages")
    void a_place_and_a_table_fit_with_the_name_of_the_price_type(String language) throws IOException {
        var words = Messages.in(Optional.of(language), Optional.empty());
        var terms = Terms.first(Instant.parse("2027-09-22T19:00:00Z"), 8, Optional.empty());
        var type = filled("Concession ", 50, "Z");

        var place = Places.of(Texts.SHORT.render(language, terms, Sold.AS_PLACES, Optional.of(type)));
        var table = Places.of(Texts.SHORT.render(language, terms, Sold.WHOLE, Optional.of("Adult")));

        assertFits(place);
        assertFits(table);
        assertThat(squeezed(place.stream().map(Printed::text).collect(Collectors.joining())))
                .contains(squeezed(type));
        assertThat(place.stream().map(Printed::text))
                .contains(words.get("pdf.place"), "12")
                .doesNotContain(words.get("pdf.row"), words.get("pdf.seat"));
        assertThat(table.stream().map(Printed::text))
                .contains(words.get("pdf.table"), "B", words.get("pdf.seat"), "12", "Adult")
                .doesNotContain(words.get("pdf.row"));
        var heights = Stream.concat(place.stream(), table.stream())
                .filter(one -> Stream.of("pdf.section", "pdf.place", "pdf.table")
                        .anyMatch(key -> one.text().equals(words.get(key))))
                .map(one -> Math.round(one.area().getHeight() * 100))
                .distinct();
        assertThat(heights).hasSize(1);
    }

    /** In the size of the sentence about one entry, so that it fits without being set smaller. */
    @ParameterizedTest
    @MethodSource("languages")
    void a_ticket_of_an_event_with_reentry_says_so(String language) throws IOException {
        var words = Messages.in(Optional.of(language), Optional.empty());
        var once = Terms.first(Instant.parse("2027-09-22T19:00:00Z"), 8, Optional.empty());

        var printed = Places.of(Texts.SHORT.render(language, withReentry(once))).stream()
                .toList();

        assertThat(printed).extracting(Printed::text).doesNotContain(words.plural("ticket.use", 1));
        var heights = printed.stream()
                .filter(one -> one.text().equals(words.get("pdf.section"))
                        || one.text().equals(words.plural("ticket.use.reentry", 1)))
                .map(one -> Math.round(one.area().getHeight() * 100))
                .toList();
        assertThat(heights).hasSize(2).allMatch(heights.get(0)::equals);
    }

    private static Terms withReentry(Terms terms) {
        return new Terms(
                terms.version(),
                terms.startsAt(),
                terms.onSaleFrom(),
                terms.onSaleUntil(),
                terms.isPaused(),
                terms.maxSeatsPerReservation(),
                terms.maxSeatsPerCustomer(),
                terms.reservationTtl(),
                terms.maxHold(),
                true,
                terms.transferUntil(),
                terms.presales(),
                Terms.Choice.FREE);
    }

    private static String filled(String filler, int length, String last) {
        return filler.repeat(length).substring(0, length - last.length()).strip() + last;
    }
}
