package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests what can be changed of an event while it sells: its status, texts, times, windows, limits, prices and seats. */
class EventLifeTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena di Verona","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]},
                         {"name":"T","price":3000,"rows":[{"name":"A","seats":2}]}]}
            """;

    private static final String ALL_FIELDS = """
            "description":"With ballet.","url":"https://venue.example/aida","imageUrl":"https://venue.example/aida.jpg",
            "organiser":{"name":"Fondazione","email":"box@venue.example","url":"https://venue.example/"},
            "doorsAt":"2099-06-18T18:00:00Z","endsAt":"2099-06-18T22:00:00Z","language":"it",
            "onSaleFrom":"2026-01-01T00:00:00Z","onSaleUntil":"2099-06-18T18:30:00Z","sales":"PAUSED",
            "maxSeatsPerReservation":8,"maxSeatsPerCustomer":12,"reservationTtl":"PT15M","maxHold":"PT1H","reentry":true,
            "transferUntil":"2099-06-18T12:00:00Z"
            """;

    private static final String ROWS = """
            {"sections":[{"name":"S","rows":[{"name":"B","seats":3}]},
                         {"name":"U","price":1000,"rows":[{"name":"A","seats":2}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId create(String json) {
        return new EventId(
                UUID.fromString(api.createEvent(json).json().get("id").asText()));
    }

    private static String path(EventId event) {
        return "/api/events/" + event;
    }

    private Api.Response patch(EventId event, String json) {
        return patch(api, event, json, null);
    }

    private static Api.Response patch(Api api, EventId event, String json, String ifMatch) {
        var request = Api.patch(api.asAdmin(api.request(path(event))), json);
        return api.send(ifMatch == null ? request : request.header("If-Match", ifMatch));
    }

    private Api.Response publish(EventId event) {
        return api.send(Api.post(api.asAdmin(api.request(path(event) + "/publish")), "{}"));
    }

    private Api.Response addSections(EventId event, String key, String json) {
        return api.send(
                Api.post(api.asAdmin(api.request(path(event) + "/sections")).header("Idempotency-Key", key), json));
    }

    private static List<String> fields(Api.Response refused) {
        return StreamSupport.stream(refused.json().get("errors").spliterator(), false)
                .map(error -> error.get("field").asText())
                .toList();
    }

    private List<String> history(EventId event) {
        return system.query(
                "SELECT type, version FROM changes WHERE event_id = ? ORDER BY change_id",
                row -> row.text("type") + " " + row.integer("version"),
                event.value());
    }

    private String key(Role role, EventId event) {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, "life", Set.of(event), null))
                .secret()
                .reveal();
    }

    @Test
    void every_field_is_returned_as_it_was_given() {
        var created = api.createEvent(EVENT.replace("\"sections\"", ALL_FIELDS + ",\"sections\""));

        assertThat(created.outcome()).isEqualTo("201");
        var given = Api.json("{" + ALL_FIELDS + "}");
        given.properties()
                .forEach(field -> assertThat(created.json().get(field.getKey()))
                        .as(field.getKey())
                        .isEqualTo(field.getValue()));
        assertThat(created.json().get("status").asText()).isEqualTo("PUBLISHED");
        var read = api.get(created.header("Location"));
        assertThat(read.text()).isEqualTo(created.text());
        assertThat(read.header("ETag")).isEqualTo("\"1\"");
    }

    @Test
    void a_patch_can_set_every_field_and_null_removes_the_optional_ones() {
        var event = create(EVENT);
        var before = api.get(path(event)).json();

        var set = patch(event, "{" + ALL_FIELDS + "}");

        assertThat(set.outcome()).isEqualTo("200");
        Api.json("{" + ALL_FIELDS + "}")
                .properties()
                .forEach(field -> assertThat(set.json().get(field.getKey()))
                        .as(field.getKey())
                        .isEqualTo(field.getValue()));
        assertThat(set.header("ETag")).isEqualTo("\"2\"");
        assertThat(api.get(path(event)).text()).isEqualTo(set.text());

        var removed = patch(event, """
                {"description":null,"url":null,"imageUrl":null,"organiser":null,"doorsAt":null,"endsAt":null,"language":null,
                 "onSaleFrom":null,"onSaleUntil":null,"sales":null,"maxSeatsPerReservation":null,"maxSeatsPerCustomer":null,
                 "reservationTtl":null,"maxHold":null,"reentry":null,"transferUntil":null}
                """);

        assertThat(removed.outcome()).isEqualTo("200");
        var after = removed.json();
        ((ObjectNode) after).put("version", 1);
        assertThat(after).isEqualTo(before);
        assertThat(history(event))
                .containsExactly("event.paused 2", "event.changed 2", "event.resumed 3", "event.changed 3");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_patch_of_an_object_changes_only_the_members_it_gives() {
        var event = create(EVENT);
        patch(event, "{\"organiser\":{\"name\":\"Fondazione\",\"email\":\"box@venue.example\"}}");

        var patched = patch(event, "{\"organiser\":{\"email\":null,\"url\":\"https://venue.example/\"}}");

        assertThat(patched.json().get("organiser").toString())
                .isEqualTo("{\"name\":\"Fondazione\",\"url\":\"https://venue.example/\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":\"Aida\"}",
                "{\"notify\":true}",
                "{\"sections\":null}",
                "{\"sections\":[{\"name\":\"S\",\"price\":4500}],\"startsAt\":\"2099-06-18T21:00:00+02:00\",\"language\":null}"
            })
    void a_patch_that_changes_nothing_makes_no_version(String json) {
        var event = create(EVENT);

        var patched = patch(event, json);

        assertThat(patched.outcome()).isEqualTo("200");
        assertThat(patched.header("ETag")).isEqualTo("\"1\"");
        assertThat(history(event)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":null}                                                                  | name
            {"name":" "}                                                                   | name
            {"venue":null}                                                                 | venue
            {"description":""}                                                             | description
            {"url":"javascript:alert(1)"}                                                  | url
            {"url":"https://user:secret@venue.example/"}                                   | url
            {"url":"/aida"}                                                                | url
            {"imageUrl":"https:///x"}                                                      | imageUrl
            {"organiser":{"email":"box@venue.example"}}                                    | organiser.name
            {"organiser":{"name":"F","email":"box"}}                                       | organiser.email
            {"organiser":{"name":"F","url":"ftp://x.example"}}                             | organiser.url
            {"organiser":{"name":"F","phone":"1"}}                                         | organiser.phone
            {"organiser":{"name":"F","nmae":null}}                                         | organiser.nmae
            {"nmae":null}                                                                  | nmae
            {"sections":[{"name":"S","price":1,"nmae":null}]}                              | sections[0].nmae
            {"organiser":"F"}                                                              | organiser
            {"startsAt":null}                                                              | startsAt
            {"startsAt":"2020-06-18T19:00:00Z"}                                            | startsAt
            {"startsAt":"tomorrow"}                                                        | startsAt
            {"doorsAt":"2099-06-18T19:00:01Z"}                                             | doorsAt
            {"endsAt":"2099-06-18T19:00:00Z"}                                              | endsAt
            {"timeZone":"Rome"}                                                            | timeZone
            {"timeZone":null}                                                              | timeZone
            {"language":"DE"}                                                              | language
            {"language":"deu"}                                                             | language
            {"onSaleFrom":"2099-01-02T00:00:00Z","onSaleUntil":"2099-01-02T00:00:00Z"}     | onSaleUntil
            {"onSaleFrom":"now"}                                                           | onSaleFrom
            {"onSaleFrom":"2099-06-18T19:00:00Z"}                                          | onSaleFrom
            {"onSaleFrom":"2099-06-18T17:00:00Z","startsAt":"2099-06-18T16:00:00Z"}        | onSaleFrom
            {"sales":"CLOSED"}                                                             | sales
            {"sales":1}                                                                    | sales
            {"maxSeatsPerReservation":0}                                                   | maxSeatsPerReservation
            {"maxSeatsPerReservation":101}                                                 | maxSeatsPerReservation
            {"maxSeatsPerCustomer":0}                                                      | maxSeatsPerCustomer
            {"maxSeatsPerCustomer":1000001}                                                | maxSeatsPerCustomer
            {"reservationTtl":"P8D"}                                                       | reservationTtl
            {"maxHold":"P31D"}                                                             | maxHold
            {"maxHold":"PT0S"}                                                             | maxHold
            {"maxHold":"PT1M","reservationTtl":"PT2M"}                                     | maxHold
            {"reentry":"yes"}                                                              | reentry
            {"transferUntil":"never"}                                                      | transferUntil
            {"sections":[{"name":"X","price":1}]}                                          | sections[0].name
            {"sections":[{"price":1}]}                                                     | sections[0].name
            {"sections":[{"name":"S"}]}                                                    | sections[0].price
            {"sections":[{"name":"S","price":-1}]}                                         | sections[0].price
            {"sections":[{"name":"S","price":1},{"name":"S","price":2}]}                   | sections[1].name
            {"sections":[]}                                                                | sections
            {"sections":[null]}                                                            | sections[0]
            {"sections":{"S":1}}                                                           | sections
            {"sections":[{"name":"S","price":1,"rows":[]}]}                                | sections[0].rows
            {"notify":1}                                                                   | notify
            {"currency":"USD"}                                                             | currency
            {"status":"CANCELLED"}                                                         | status
            {"capacity":1}                                                                 | capacity
            """)
    void a_patch_with_an_invalid_field_is_refused_with_its_path_and_changes_nothing(String json, String field) {
        var event = create(EVENT);
        var before = EventRows.read(system, event);

        var refused = patch(event, json);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(fields(refused)).containsExactly(field);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    /** The sections of a patch are prices, while those of a new event are a plan. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"doorsAt\":\"2099-06-18T19:00:01Z\"",
                "\"endsAt\":\"2099-06-18T19:00:00Z\"",
                "\"status\":\"CANCELLED\"",
                "\"onSaleUntil\":\"2026-01-01T00:00:00Z\",\"onSaleFrom\":\"2026-01-01T00:00:00Z\"",
                "\"onSaleFrom\":\"2099-06-18T19:00:00Z\"",
                "\"language\":\"english\"",
                "\"organiser\":{}",
                "\"maxSeatsPerCustomer\":-1",
                "\"maxHold\":\"-PT1S\"",
                "\"sales\":\"open\""
            })
    void a_new_event_with_an_invalid_field_is_refused(String field) {
        assertThat(api.createEvent(EVENT.replace("\"sections\"", field + ",\"sections\""))
                        .outcome())
                .isEqualTo("422 invalid-request");
    }

    @Test
    void a_patch_may_be_sent_as_a_merge_patch_and_as_nothing_else() {
        var event = create(EVENT);
        for (var type : List.of("application/merge-patch+json", "application/json; charset=utf-8")) {
            assertThat(api.send(Api.patch(api.asAdmin(api.request(path(event))), "{}")
                                    .setHeader("Content-Type", type))
                            .outcome())
                    .isEqualTo("200");
        }
        for (var type :
                List.of("application/json-patch+json", "text/plain", "application/merge-patch+json; charset=utf-16")) {
            assertThat(api.send(Api.patch(api.asAdmin(api.request(path(event))), "{}")
                                    .setHeader("Content-Type", type))
                            .outcome())
                    .isEqualTo("415 unsupported-media-type");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            "1"           | 200
            W/"1"         | 412 precondition-failed
            W/"1", "1"    | 200
            "0", "1"      | 200
            "0,1" ,, "1"  | 200
            *             | 200
            "2"           | 412 precondition-failed
            ""            | 412 precondition-failed
            1             | 422 invalid-request
            "1            | 422 invalid-request
            w/"1"         | 422 invalid-request
            *, "1"        | 422 invalid-request
            "0" "1"       | 422 invalid-request
            ,             | 422 invalid-request
            """)
    void a_patch_of_another_version_than_the_client_has_seen_is_refused(String ifMatch, String expected) {
        var event = create(EVENT);

        assertThat(patch(api, event, "{\"name\":\"Nabucco\"}", ifMatch).outcome())
                .isEqualTo(expected);

        assertThat(api.get(path(event)).json().get("name").asText())
                .isEqualTo(expected.equals("200") ? "Nabucco" : "Aida");
    }

    @Test
    void a_refused_precondition_says_what_is_wrong_with_it() {
        var event = create(EVENT);

        var weak = patch(api, event, "{}", "W/\"1\"");
        var other = patch(api, event, "{}", "\"2\"");
        var unquoted = patch(api, event, "{}", "1");

        assertThat(weak.json().get("detail").asText()).contains("weak ETag", "send \"1\"");
        assertThat(other.json().get("detail").asText())
                .isEqualTo("The current ETag is \"1\", which is not in If-Match.");
        assertThat(fields(unquoted)).containsExactly("If-Match");
        assertThat(unquoted.text()).contains("with its quotation marks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"0\",", ",", "\"", "W/\"1"})
    void a_long_if_match_is_read_to_its_end(String element) {
        var event = create(EVENT);
        var ifMatch = element.repeat(1_500) + "\"1\"";

        var expected = element.endsWith(",") ? "200" : "422 invalid-request";
        assertThat(patch(api, event, "{}", ifMatch).outcome()).isEqualTo(expected);
    }

    @Test
    void tags_may_be_in_several_if_match_fields() {
        var event = create(EVENT);
        var request = Api.patch(api.asAdmin(api.request(path(event))), "{\"name\":\"Nabucco\"}");

        assertThat(api.send(request.header("If-Match", "\"0\"").header("If-Match", "\"1\""))
                        .outcome())
                .isEqualTo("200");
    }

    @Test
    void a_change_of_what_tickets_print_is_a_new_printed_version() {
        var event = create(EVENT);
        for (var json :
                List.of("{\"description\":\"x\"}", "{\"endsAt\":\"2099-06-18T23:00:00Z\"}", "{\"sales\":\"PAUSED\"}")) {
            patch(event, json);
            assertThat(printedVersion(event)).as(json).isEqualTo(1);
        }
        var version = 4;
        for (var json : List.of(
                "{\"name\":\"Nabucco\"}",
                "{\"venue\":\"Scala\"}",
                "{\"doorsAt\":\"2099-06-18T18:00:00Z\"}",
                "{\"startsAt\":\"2099-06-19T19:00:00Z\",\"endsAt\":null}",
                "{\"timeZone\":\"Europe/Berlin\"}")) {
            assertThat(patch(event, json).outcome()).isEqualTo("200");
            assertThat(printedVersion(event)).as(json).isEqualTo(++version);
        }
    }

    private int printedVersion(EventId event) {
        return Math.toIntExact(
                system.count("SELECT printed_version AS n FROM events WHERE event_id = ?", event.value()));
    }

    @Test
    void a_new_price_is_that_of_what_is_reserved_from_now_on_on_every_node() {
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = create(EVENT);
            var seats = path(event) + "/seats?section=S&limit=1";
            var before = there.reserve(event, "S-A-1").json();
            assertThat(there.get(seats).json().at("/seats/0/price").asInt()).isEqualTo(4500);

            assertThat(patch(event, "{\"sections\":[{\"name\":\"S\",\"price\":5000}]}")
                            .outcome())
                    .isEqualTo("200");

            var after = there.reserve(event, "S-A-2").json();
            assertThat(before.at("/total/amount").asInt()).isEqualTo(4500);
            assertThat(after.at("/total/amount").asInt()).isEqualTo(5000);
            assertThat(there.confirm(event, before.get("id").asText(), 4500).outcome())
                    .isEqualTo("200");
            assertThat(there.confirm(event, after.get("id").asText(), 5000).outcome())
                    .isEqualTo("200");
            assertThat(api.get(seats).json().at("/seats/0/price").asInt()).isEqualTo(5000);
            Wait.until(
                    "the other node shows the new price",
                    () -> there.get(seats).json().at("/seats/0/price").asInt() == 5000);
            assertThat(there.get(path(event)).json().at("/sections/0/price").asInt())
                    .isEqualTo(5000);
            assertThat(there.get(path(event)).json().at("/sections/1/price").asInt())
                    .isEqualTo(3000);
            assertThat(system.violations(event)).isEmpty();
        }
    }

    @Test
    void a_paused_sale_refuses_new_reservations_and_confirms_pending_ones() {
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = create(EVENT);
            var pending = there.reserve(event, "S-A-1").json().get("id").asText();
            var key = UUID.randomUUID().toString();

            patch(event, "{\"sales\":\"PAUSED\"}");

            var refused = there.reserve(event, key, new String[] {"S-A-2"});
            assertThat(refused.outcome()).isEqualTo("409 not-on-sale");
            assertThat(refused.json().has("opensAt")).isFalse();
            assertThat(refused.header("Retry-After")).isNull();
            assertThat(there.confirm(event, pending, 4500).outcome()).isEqualTo("200");
            assertThat(there.get(path(event)).json().get("sales").asText()).isEqualTo("PAUSED");

            patch(event, "{\"sales\":\"OPEN\"}");

            assertThat(there.reserve(event, key, new String[] {"S-A-2"}).outcome())
                    .isEqualTo("201");
            assertThat(history(event)).contains("event.paused 2", "event.resumed 3");
        }
    }

    @Test
    void a_sale_that_has_not_begun_says_when_and_the_same_request_succeeds_then() {
        var soon = Instant.now().plus(30, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MICROS);
        var event = create(EVENT.replace("\"sections\"", "\"onSaleFrom\":\"" + soon + "\",\"sections\""));
        var key = UUID.randomUUID().toString();

        var refused = api.reserve(event, key, new String[] {"S-A-1"});

        assertThat(refused.outcome()).isEqualTo("409 not-on-sale");
        assertThat(refused.json().get("opensAt").asText()).isEqualTo(soon.toString());
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(60, 1_800);
        patch(event, "{\"onSaleFrom\":\"2099-01-01T00:00:00Z\"}");
        var far = api.reserve(event, key, new String[] {"S-A-1"});
        assertThat(far.json().get("opensAt").asText()).isEqualTo("2099-01-01T00:00:00Z");
        assertThat(far.header("Retry-After")).isNull();

        patch(event, "{\"sales\":\"PAUSED\"}");
        var paused = api.reserve(event, key, new String[] {"S-A-1"});
        assertThat(paused.outcome()).isEqualTo("409 not-on-sale");
        assertThat(paused.json().has("opensAt")).isFalse();
        assertThat(paused.json().get("detail").asText()).isEqualTo("The sale is paused.");
        assertThat(paused.header("Retry-After")).isNull();

        patch(event, "{\"onSaleFrom\":\"2026-01-01T00:00:00Z\",\"sales\":\"OPEN\"}");

        assertThat(api.reserve(event, key, new String[] {"S-A-1"}).outcome()).isEqualTo("201");
        patch(event, "{\"onSaleUntil\":\"2026-01-02T00:00:00Z\"}");
        var closed = api.reserve(event, "S-A-2");
        assertThat(closed.outcome()).isEqualTo("409 sales-closed");
        assertThat(closed.json().get("detail").asText()).isEqualTo("The sale ended at 2026-01-02T00:00:00Z.");
    }

    @Test
    void the_seats_of_a_customer_are_limited_over_all_reservations_on_two_nodes() {
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = create(EVENT.replace("\"sections\"", "\"maxSeatsPerCustomer\":3,\"sections\""));

            assertThat(api.reserve(event, "S-A-1", "S-A-2").outcome()).isEqualTo("201");
            assertThat(there.reserve(event, "S-A-3", "S-A-4").outcome()).isEqualTo("422 too-many-seats");
            var third = there.reserve(event, "S-A-3").json().get("id").asText();
            assertThat(api.reserve(event, "S-A-4").outcome()).isEqualTo("422 too-many-seats");
            assertThat(api.reserveWith(
                                    event,
                                    UUID.randomUUID().toString(),
                                    "{\"seats\":[\"S-A-4\"],\"email\":\"eve@example.org\"}")
                            .outcome())
                    .isEqualTo("201");

            api.cancel(event, third, TestSystem.ADMIN_KEY);

            assertThat(there.reserve(event, "S-A-5").outcome()).isEqualTo("201");
            patch(event, "{\"maxSeatsPerCustomer\":4}");
            assertThat(there.reserve(event, "S-A-6").outcome()).isEqualTo("201");
            assertThat(api.reserve(event, "S-A-7").outcome()).isEqualTo("422 too-many-seats");
        }
    }

    @Test
    void an_event_that_was_cancelled_or_does_not_exist_cannot_be_changed() {
        var event = create(EVENT);
        var unknown = new EventId(UUID.randomUUID());
        assertThat(patch(unknown, "{}").outcome()).isEqualTo("404 not-found");
        assertThat(publish(unknown).outcome()).isEqualTo("404 not-found");
        assertThat(addSections(unknown, "k", ROWS).outcome()).isEqualTo("404 not-found");
        system.update(
                "UPDATE events SET status = 'CANCELLED', cancelled_at = now(), cancel_refund = true, cancel_notify = true"
                        + " WHERE event_id = ?",
                event.value());

        assertThat(patch(event, "{\"name\":\"x\"}").outcome()).isEqualTo("409 event-cancelled");
        assertThat(publish(event).outcome()).isEqualTo("409 event-cancelled");
        assertThat(addSections(event, "k", ROWS).outcome()).isEqualTo("409 event-cancelled");
    }
}
