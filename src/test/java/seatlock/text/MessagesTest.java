package seatlock.text;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every language says everything that English says, and says it in its own forms. */
class MessagesTest {

    private static final Path FILES = Path.of("src/main/resources/messages");
    private static final Pattern PLURAL = Pattern.compile("(.+)\\.(one|few|many|other)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\w+}");

    private static Messages in(String language) {
        return Messages.in(Optional.of(language), Optional.empty());
    }

    static List<String> languages() {
        return Messages.languages();
    }

    /** Returns the texts of a file in their order; fails if it is not UTF-8 or has a key twice. */
    private static Map<String, String> read(Path file) throws IOException {
        var content = StandardCharsets.UTF_8
                .newDecoder() // which reports what is malformed
                .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                .toString();
        var texts = new TreeMap<String, String>();
        var properties = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                assertThat(texts.put((String) key, (String) value))
                        .as("%s has %s twice", file, key)
                        .isNull();
                return super.put(key, value);
            }
        };
        properties.load(new StringReader(content));
        return texts;
    }

    private static Map<String, String> read(String language) throws IOException {
        return read(FILES.resolve(language + ".properties"));
    }

    /** Returns what a file must have in common with the English one: each key, without its plural form, with its placeholders. */
    private static Map<String, Set<String>> shape(Map<String, String> texts) {
        var shape = new TreeMap<String, Set<String>>();
        texts.forEach((key, text) -> {
            var plural = PLURAL.matcher(key);
            var placeholders = PLACEHOLDER
                    .matcher(text)
                    .results()
                    .map(MatchResult::group)
                    // "Your ticket" instead of "your 1 tickets"
                    .filter(name -> !plural.matches() || !name.equals("{count}"))
                    .collect(toCollection(TreeSet::new));
            var others = shape.put(plural.matches() ? plural.group(1) + ".*" : key, placeholders);
            assertThat(others == null || others.equals(placeholders))
                    .as("the plural forms of %s have the same placeholders", key)
                    .isTrue();
        });
        return shape;
    }

    @Test
    void there_is_a_file_for_each_language_and_no_other() throws IOException {
        try (var files = Files.list(FILES)) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactlyElementsOf(Messages.languages().stream()
                            .map(language -> language + ".properties")
                            .toList());
        }
        assertThat(Messages.languages()).containsExactly("de", "en", "es", "fr", "it", "nl", "pl");
    }

    @ParameterizedTest
    @MethodSource("languages")
    void each_file_has_the_keys_and_placeholders_of_the_english_one(String language) throws IOException {
        assertThat(shape(read(language))).isEqualTo(shape(read("en")));
    }

    @ParameterizedTest
    @MethodSource("languages")
    void no_text_is_empty_or_untidy_or_has_a_brace_that_is_no_placeholder(String language) throws IOException {
        read(language).forEach((key, text) -> {
            assertThat(text).as(language + " " + key).isNotBlank().isEqualTo(text.strip());
            assertThat(PLACEHOLDER.matcher(text).replaceAll("x")).as(key).doesNotContain("{", "}", "  ", "\\");
            assertThat(PrintableText.isPrintable(text)).as(key).isTrue();
        });
    }

    @ParameterizedTest
    @MethodSource("languages")
    void each_plural_text_has_the_forms_of_its_language_and_no_other(String language) throws IOException {
        var forms =
                IntStream.rangeClosed(1, 200).mapToObj(in(language)::pluralForm).collect(toCollection(TreeSet::new));
        var byKey = read(language).keySet().stream()
                .map(PLURAL::matcher)
                .filter(matcher -> matcher.matches())
                .collect(Collectors.groupingBy(
                        matcher -> matcher.group(1),
                        Collectors.mapping(matcher -> matcher.group(2), toCollection(TreeSet::new))));
        assertThat(byKey)
                .isNotEmpty()
                .allSatisfy((key, found) -> assertThat(found).as(key).isEqualTo(forms));
    }

    /** A form that covers more than one number must name the number, if any form does. */
    @ParameterizedTest
    @MethodSource("languages")
    void a_text_that_counts_does_so_in_each_form_but_one(String language) throws IOException {
        var texts = read(language);
        texts.forEach((key, text) -> {
            var plural = PLURAL.matcher(key);
            if (plural.matches() && !plural.group(2).equals("one")) {
                var english = in("en").plural(plural.group(1), 7777, "event", "Aida");
                assertThat(text.contains("{count}")).as(key).isEqualTo(english.contains("7777"));
            }
        });
    }

    @Test
    void each_text_is_used_and_each_used_text_exists() throws IOException {
        var used = new HashSet<String>();
        try (var files = Stream.of("mail", "tickets", "text")
                .flatMap(MessagesTest::sources)
                .collect(toCollection(ArrayList::new))
                .stream()) {
            for (var file : files.toList()) {
                Pattern.compile(
                                "\"((?:format|greeting|contact|label|ticket|update|cancellation|refund|payment|transfer|transferred|pdf)"
                                        + "(?:\\.\\w+)*)\"")
                        .matcher(Files.readString(file))
                        .results()
                        .forEach(match -> used.add(match.group(1)));
            }
        }
        var keys = read("en").keySet().stream()
                .map(key -> PLURAL.matcher(key).replaceFirst("$1"))
                .collect(toCollection(TreeSet::new));
        assertThat(used).containsAll(keys);
        assertThat(used.stream().filter(key -> key.contains("."))).isSubsetOf(keys);
    }

    private static Stream<Path> sources(String directory) {
        try (var files = Files.list(Path.of("src/main/java/seatlock", directory))) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pl, 0, many",
        "pl, 1, one",
        "pl, 2, few",
        "pl, 4, few",
        "pl, 5, many",
        "pl, 11, many",
        "pl, 12, many",
        "pl, 14, many",
        "pl, 21, many",
        "pl, 22, few",
        "pl, 25, many",
        "pl, 100, many",
        "pl, 102, few",
        "pl, 112, many",
        "en, 0, other",
        "en, 1, one",
        "en, 2, other",
        "fr, 0, one",
        "fr, 1, one",
        "fr, 2, other",
        "de, 1, one",
        "de, 21, other"
    })
    void a_number_has_the_plural_form_of_the_language(String language, int number, String form) {
        assertThat(in(language).pluralForm(number)).isEqualTo(form);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | dziękujemy za zamówienie. Bilet przesyłamy w załączniku.
            2 | dziękujemy za zamówienie. W załącznikach przesyłamy 2 bilety.
            5 | dziękujemy za zamówienie. W załącznikach przesyłamy 5 biletów.
            12 | dziękujemy za zamówienie. W załącznikach przesyłamy 12 biletów.
            22 | dziękujemy za zamówienie. W załącznikach przesyłamy 22 bilety.
            25 | dziękujemy za zamówienie. W załącznikach przesyłamy 25 biletów.
            """)
    void a_polish_mail_counts_as_poles_do(int tickets, String text) {
        assertThat(in("pl").plural("ticket.intro", tickets)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en | Friday, 18 June 2027 | 21:00 CEST
            de | Freitag, 18. Juni 2027 | 21:00 Uhr MESZ
            fr | Vendredi 18 juin 2027 | 21h00 CEST
            es | Viernes, 18 de junio de 2027 | 21:00 h CEST
            it | Venerdì 18 giugno 2027 | ore 21:00 CEST
            nl | Vrijdag 18 juni 2027 | 21:00 uur CEST
            pl | Piątek, 18 czerwca 2027 | godz. 21:00 CEST
            """)
    void dates_and_times_are_written_as_usual_in_the_language(String language, String date, String time) {
        var start = Instant.parse("2027-06-18T19:00:00Z").atZone(ZoneId.of("Europe/Rome"));

        assertThat(in(language).date(start)).isEqualTo(date);
        assertThat(in(language).time(start)).isEqualTo(time);
    }

    @Test
    void the_first_language_that_is_known_is_taken() {
        assertThat(Messages.in(Optional.of("de"), Optional.of("fr")).language()).isEqualTo("de");
        assertThat(Messages.in(Optional.of("xx"), Optional.of("fr")).language()).isEqualTo("fr");
        assertThat(Messages.in(Optional.empty(), Optional.of("fr")).language()).isEqualTo("fr");
        assertThat(Messages.in(Optional.empty(), Optional.of("xx")).language()).isEqualTo("en");
        assertThat(Messages.in(Optional.empty(), Optional.empty()).language()).isEqualTo("en");
    }

    @Test
    void a_value_is_not_searched_for_placeholders_and_a_missing_one_is_an_error() {
        assertThat(in("en").plural("ticket.subject", 2, "event", "{count} $1 \\ {event}"))
                .isEqualTo("Your tickets for {count} $1 \\ {event}");
        assertThatThrownBy(() -> in("en").get("update.subject")).hasMessageContaining("{event}");
        assertThatThrownBy(() -> in("en").get("nothing")).hasMessageContaining("nothing");
    }
}
