package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that a text which shows nothing, or makes what follows it unreadable, is refused wherever a client names something. */
class InvisibleTextTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"ROW","seats":1}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;
    private final HeldSeat held = new HeldSeat(system);

    /** An operation that takes a text, the field of the text, and the request with a text (as JSON escapes) in that field. */
    private record Place(String field, Function<String, Api.Response> send) {}

    private List<Place> places() {
        return List.of(
                new Place("name", text -> api.createEvent(EVENT.replace("Aida", text))),
                new Place("venue", text -> api.createEvent(EVENT.replace("Arena", text))),
                new Place("sections[0].name", text -> api.createEvent(EVENT.replace("STALLS", text))),
                new Place("sections[0].rows[0].name", text -> api.createEvent(EVENT.replace("ROW", text))),
                new Place("name", text -> createKey(text)),
                new Place(
                        "paymentReference",
                        text -> api.confirmWith(
                                held.event,
                                held.reservation,
                                UUID.randomUUID().toString(),
                                "{\"paymentReference\":\"" + text + "\",\"amount\":4500}")),
                new Place("code", text -> scan("{\"code\":\"" + text + "\",\"gate\":\"North\"}")),
                new Place("gate", text -> scan("{\"code\":\"SL1\",\"gate\":\"" + text + "\"}")),
                new Place("nonce", text -> scan("{\"code\":\"SL1\",\"gate\":\"North\",\"nonce\":\"" + text + "\"}")));
    }

    private Api.Response createKey(String name) {
        return api.send(
                Api.post(api.asAdmin(api.request("/api/keys")), "{\"role\":\"gate\",\"name\":\"" + name + "\"}"));
    }

    private Api.Response scan(String json) {
        return api.scanWith(held.event, json);
    }

    private static String escape(int codePoint) {
        return Character.toString(codePoint)
                .chars()
                .mapToObj("\\u%04x"::formatted)
                .reduce("", String::concat);
    }

    static Stream<String> invisibleTexts() {
        var codePoints = IntStream.of(
                ' ', 0xa0, 0xad, 0x301, 0x34f, 0x61c, 0x903, 0x115f, 0x1160, 0x17b4, 0x180e, 0x2007, 0x200b, 0x200c,
                0x200d, 0x200e, 0x2028, 0x202e, 0x2060, 0x2065, 0x2066, 0x20dd, 0x2800, 0x3000, 0x3164, 0xfe0f, 0xfeff,
                0xffa0, 0xfff0, 0xfffc, 0xffff, 0x1d159, 0x1fffe, 0xe0001, 0xe0061, 0xe0080, 0xe0100);
        return Stream.concat(codePoints.mapToObj(InvisibleTextTest::escape), Stream.of("\\u200d\\ufe0f\\u0301", ""));
    }

    @ParameterizedTest
    @MethodSource("invisibleTexts")
    void a_text_that_shows_nothing_is_refused_everywhere(String text) {
        for (var place : places()) {
            assertRefused(place, text);
        }
        held.assertUnchanged();
    }

    private static void assertRefused(Place place, String text) {
        var response = place.send.apply(text);
        assertThat(response.outcome()).as(place.field + " " + text).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors").get(0).get("field").asText()).isEqualTo(place.field);
    }

    /** They would make two names look alike. */
    @ParameterizedTest
    @ValueSource(
            strings = {"\\ufeffA", "A\\u00a0", "\\u200bA", "A\\u200b", "A\\u2060", "\\u3164A", "A\\u2800", "A\\u3000"})
    void white_space_and_blank_characters_at_either_end_are_refused(String text) {
        for (var place : places()) {
            assertRefused(place, text);
        }
        held.assertUnchanged();
    }

    /** They reorder or break the text that follows: the seat on a ticket, the line of a list. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "A\\u202eB",
                "A\\u202dB",
                "A\\u202aB\\u202c",
                "A\\u202bB",
                "A\\u2066B\\u2069",
                "A\\u2067B",
                "A\\u2068B",
                "A\\u2028B",
                "A\\u2029B"
            })
    void bidirectional_controls_and_line_separators_are_refused(String text) {
        for (var place : places()) {
            assertRefused(place, text);
        }
        held.assertUnchanged();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "👨‍👩‍👧 ❤️", // joiners and variation selectors
                "❤️",
                "🏴󠁧󠁢󠁳󠁣󠁴󠁿", // tags
                "می‌خواهم", // a zero width non-joiner in Persian
                "क्‍ष", // a zero width joiner in Hindi
                "e\u0301te\u0301", // combining marks
                "مسرح‎ A1‎", // marks of direction
                "שלום",
                "서울 오페라",
                "東京 オペラ",
                "Théâtre\u00a0des Champs",
                "So\u00adft",
                "🫨", // younger than the Unicode of Java 17
                "½ & co. – “X”",
                "…"
            })
    void legitimate_text_is_accepted_unchanged(String text) {
        var created = api.createEvent(EVENT.replace("Aida", text).replace("STALLS", text));

        assertThat(created.outcome()).isEqualTo("201");
        assertThat(created.json().get("name").asText()).isEqualTo(text);
        assertThat(createKey(text).outcome()).isEqualTo("201");
    }

    /** Earlier releases accepted such names, for example with the byte order mark of a spreadsheet. */
    @Test
    void a_seat_whose_label_would_be_refused_today_can_still_be_sold() {
        var event = system.event(1).id();
        system.update("UPDATE section_prices SET section = ? WHERE event_id = ?", "\ufeffS\u202e", event.value());
        system.update(
                "UPDATE seats SET section = ?, label = ? WHERE event_id = ?",
                "\ufeffS\u202e",
                "\ufeffS\u202e-A-1",
                event.value());

        assertThat(api.buy(event, "\ufeffS\u202e-A-1").outcome()).isEqualTo("200");
    }
}
