package seatlock.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import com.lowagie.text.pdf.PdfDictionary;
import com.lowagie.text.pdf.PdfName;
import com.lowagie.text.pdf.PdfReader;
import com.lowagie.text.pdf.parser.PdfTextExtractor;
import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Terms;
import seatlock.inventory.Reference;
import seatlock.inventory.ReservationId;
import seatlock.text.Messages;

/** Renders tickets and reads the text back. {@code make check-qr} tests that the QR code can be scanned. */
class TicketPdfTest {

    private static byte[] render(String name, String venue, String section, String currency, long price) {
        return render("en", name, venue, section, currency, price);
    }

    private static byte[] render(
            String language, String name, String venue, String section, String currency, long price) {
        var event = new Event(
                new EventId(UUID.randomUUID()),
                name,
                venue,
                ZoneId.of("Europe/Rome"),
                Currency.getInstance(currency),
                Terms.first(Instant.parse("2027-06-18T19:00:00Z"), 8, Optional.empty()),
                10,
                Instant.now());
        var ticket = new Ticket(
                new TicketId(UUID.fromString("01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d")),
                new ReservationId(UUID.randomUUID()),
                new Ticket.Seat(1, section + "-B-12", section, "B", "12"),
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
        var imprint = new Imprint(new Reference("K7M2PQ9X"), "ada@example.org", Sold.SINGLY, Optional.empty(), price);
        return TicketPdf.render(words, event, ticket, imprint, "SL1" + "A".repeat(157));
    }

    private static String text(byte[] pdf) throws IOException {
        try (var reader = new PdfReader(pdf)) {
            assertThat(reader.getNumberOfPages()).isEqualTo(1);
            return new PdfTextExtractor(reader).getTextFromPage(1);
        }
    }

    @Test
    void a_ticket_shows_event_seat_price_and_holder() throws IOException {
        var text = text(render("Aida", "Arena di Verona", "STALLS", "EUR", 4500));

        assertThat(text)
                .contains("Aida", "Arena di Verona", "Friday, 18 June 2027", "21:00 CEST", "STALLS", "€45.00")
                .contains("ada@example.org", "5E6F-7A8B-9C0D", "STALLS-B-12", "K7M2PQ9X");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ελληνικά τραγούδια",
                "Лебединое озеро",
                "İstanbul'da şiir gecesi",
                "Žluťoučký kůň – Größe",
                "歌舞伎と東京の夜",
                "北京京剧院",
                "서울의 밤"
            })
    void names_in_other_scripts_are_rendered(String name) throws IOException {
        assertThat(text(render(name, "V", "S", "EUR", 1)).replace("\n", "")).contains(name.substring(0, 4));
    }

    @Test
    void characters_without_a_font_are_shown_as_boxes() throws IOException {
        assertThat(text(render("A\uD83C\uDFADB \uD842\uDFB7", "V", "S", "EUR", 1)))
                .contains("A\u25a1B \u25a1");
    }

    @ParameterizedTest
    @CsvSource({
        "Latin, Größe İstanbul Việt, true",
        "Greek, Ελληνικά, true",
        "Cyrillic, Лебединое озеро, true",
        "Armenian, Հայերեն, true",
        "Georgian, ქართული, true",
        "Hebrew, שיר, true",
        "Arabic, أغنية, true",
        "Chinese, 北京京剧院, true",
        "Japanese, かぶき歌舞伎カブキ, true",
        "Korean, 서울의 밤, true",
        "Devanagari, हिन्दी, false",
        "Bengali, বাংলা, false",
        "Tamil, தமிழ், false",
        "Telugu, తెలుగు, false",
        "Thai, ไทย, false",
        "Khmer, ខ្មែរ, false",
        "Ethiopic, አማርኛ, false",
        "emoji, 🎭🎵, false"
    })
    void the_documentation_says_which_scripts_are_printed(String script, String text, boolean isPrinted)
            throws IOException {
        var phrase = Typesetter.set(Typesetter.Face.BOLD, text, 10, Color.BLACK);
        assertThat(!phrase.getContent().contains("\u25a1")).isEqualTo(isPrinted);
        assertThat(TicketPdf.unprintable(text).isEmpty()).isEqualTo(isPrinted);
        var readme = Files.readString(Path.of("README.md"));
        var paragraph = readme.substring(readme.indexOf("Tickets print"), readme.indexOf("## The states"));
        var onPaper = paragraph.substring(0, paragraph.indexOf("□"));
        assertThat(isPrinted ? onPaper : paragraph.substring(onPaper.length())).contains(script);
        var documented = Files.readString(Path.of("src/docs/api.md")).replaceAll("\\s+", " ");
        var sentences =
                documented.substring(documented.indexOf("The fonts in the jar"), documented.indexOf("**QR code.**"));
        var printed = sentences.substring(0, sentences.indexOf("Not printed"));
        assertThat(isPrinted ? printed : sentences.substring(printed.length())).contains(script);
    }

    @Test
    void each_character_that_is_shown_as_a_box_is_reported_once() {
        assertThat(TicketPdf.unprintable("Cafe\u0301 🎭 ไไ🎭 Größe").stream().map(Character::toString))
                .containsExactly("🎭", "ไ");
    }

    @Test
    void combining_accents_are_composed() throws IOException {
        assertThat(text(render("Cafe\u0301", "V", "S", "EUR", 1))).contains("Caf\u00e9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"שיר השירים", "أغنية الليل"})
    void right_to_left_scripts_are_rendered(String name) {
        assertThat(render(name, name, name, "EUR", 1)).startsWith("%PDF-".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void the_longest_names_fit_on_the_page() throws IOException {
        var name = "Wagner ".repeat(28).strip();
        var text = text(render(name, name, "W".repeat(50), "EUR", 1_000_000_000_000L));
        assertThat(text).contains("€10,000,000,000.00");
        assertThat(text.replaceAll("\\s", "")).as("the section is complete").contains("W".repeat(50));
        assertThat(text.split("Wagner", -1)).as("both names are complete").hasSize(2 * 28 + 1);
    }

    @ParameterizedTest
    @CsvSource({"JPY, 'JP¥4,500'", "KWD, KWD 4.500", "USD, US$45.00"})
    void prices_have_the_decimals_of_their_currency(String currency, String price) throws IOException {
        assertThat(text(render("N", "V", "S", currency, 4500)).replaceAll("[\\s\u00a0]+", " "))
                .contains(price);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            de | Freitag, 18. Juni 2027 | 21:00 Uhr MESZ | REIHE | Gültig für einmaligen Einlass.
            fr | Vendredi 18 juin 2027 | 21h00 CEST | RANG | Valable pour une seule entrée.
            es | Viernes, 18 de junio de 2027 | 21:00 h CEST | FILA | Válida para un solo acceso.
            it | Venerdì 18 giugno 2027 | ore 21:00 CEST | POSTO | Valido per un solo ingresso.
            nl | Vrijdag 18 juni 2027 | 21:00 uur CEST | RIJ | Geldig voor één keer toegang.
            pl | Piątek, 18 czerwca 2027 | godz. 21:00 CEST | RZĄD | Bilet jednokrotnego wstępu.
            """)
    void a_ticket_is_in_its_language(String language, String date, String time, String caption, String use)
            throws IOException {
        var pdf = render(language, "Aida", "Arena di Verona", "STALLS", "EUR", 4500);

        assertThat(text(pdf)).contains(date, time, caption, use).doesNotContain("\u25a1");
        try (var reader = new PdfReader(pdf)) {
            assertThat(reader.getCatalog().getAsString(PdfName.LANG).toUnicodeString())
                    .isEqualTo(language);
        }
    }

    @Test
    void a_ticket_can_be_read_aloud() throws IOException {
        try (var reader = new PdfReader(render("Aida <&> Co", "Arena di Verona", "STALLS", "EUR", 4500))) {
            var catalog = reader.getCatalog();
            assertThat(catalog.getAsString(PdfName.LANG).toUnicodeString()).isEqualTo("en");
            assertThat(reader.getInfo()).containsEntry("Title", "Aida <&> Co, STALLS-B-12");
            assertThat(catalog.getAsDict(PdfName.VIEWERPREFERENCES).getAsBoolean(PdfName.DISPLAYDOCTITLE))
                    .hasToString("true");
            assertThat(catalog.getAsDict(PdfName.MARKINFO).getAsBoolean(PdfName.MARKED))
                    .hasToString("true");
            assertThat(new String(reader.getMetadata(), StandardCharsets.UTF_8))
                    .contains("<pdfuaid:part>1</pdfuaid:part>", "Aida &lt;&amp;&gt; Co, STALLS-B-12");

            var document = catalog.getAsDict(PdfName.STRUCTTREEROOT)
                    .getAsArray(PdfName.K)
                    .getAsDict(0);
            var elements = new ArrayList<PdfDictionary>();
            for (int i = 0; i < document.getAsArray(PdfName.K).size(); i++) {
                elements.add(document.getAsArray(PdfName.K).getAsDict(i));
            }
            assertThat(elements)
                    .extracting(element -> element.getAsName(PdfName.S).toString())
                    .startsWith("/H1", "/P", "/P", "/P")
                    .containsOnlyOnce("/H1", "/Figure");
            assertThat(elements)
                    .filteredOn(element -> element.getAsName(PdfName.S).equals(PdfName.FIGURE))
                    .singleElement()
                    .satisfies(
                            figure -> assertThat(figure.getAsString(PdfName.ALT).toUnicodeString())
                                    .contains("QR code"));
        }
    }

    @Test
    void fonts_have_no_incomplete_list_of_their_glyphs() throws IOException {
        try (var reader = new PdfReader(render("Aida", "V", "S", "EUR", 1))) {
            var descriptors = IntStream.range(0, reader.getXrefSize())
                    .mapToObj(reader::getPdfObject)
                    .filter(object -> object instanceof PdfDictionary dictionary
                            && new PdfName("FontDescriptor").equals(dictionary.get(PdfName.TYPE)))
                    .map(PdfDictionary.class::cast)
                    .toList();
            assertThat(descriptors).hasSize(2).noneMatch(descriptor -> descriptor.contains(new PdfName("CIDSet")));
        }
    }

    /** A sold-out arena stores twenty thousand of them. */
    @Test
    void a_ticket_takes_at_most_15_kilobytes() {
        assertThat(render("A Midsummer Night's Dream", "Théâtre des Champs-Élysées", "BALCON", "EUR", 4500))
                .hasSizeLessThan(15_000);
    }

    @Test
    void every_part_of_a_ticket_is_tagged_or_decoration() throws IOException {
        try (var reader = new PdfReader(render("Aida", "Arena di Verona", "STALLS", "EUR", 4500))) {
            var depth = 0;
            for (var operator : new String(reader.getPageContent(1), StandardCharsets.ISO_8859_1).split("\\s+")) {
                switch (operator) {
                    case "BMC", "BDC" -> depth++;
                    case "EMC" -> depth--;
                    case "f", "S", "Tj", "TJ" -> assertThat(depth).isPositive();
                    default -> {}
                }
            }
            assertThat(depth).isZero();
        }
    }
}
