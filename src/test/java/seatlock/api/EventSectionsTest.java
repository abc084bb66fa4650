package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests that sections and rows are added to an event that sells. */
class EventSectionsTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena di Verona","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]},
                         {"name":"T","price":3000,"rows":[{"name":"A","seats":2}]}]}
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

    private static final String ROWS = """
            {"sections":[{"name":"S","rows":[{"name":"B","seats":3}]},
                         {"name":"U","price":1000,"rows":[{"name":"A","seats":2}]}]}
            """;

    @Test
    void rows_and_sections_can_be_added_to_an_event_that_sells() {
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var event = create(EVENT);
            there.buy(event, "S-A-1");
            assertThat(there.get(path(event) + "/seats").json().get("seats")).hasSize(22);
            patch(event, "{\"sections\":[{\"name\":\"S\",\"price\":5000}]}");
            var key = UUID.randomUUID().toString();

            var added = addSections(event, key, ROWS);

            assertThat(added.outcome()).isEqualTo("201");
            assertThat(added.json().get("capacity").asInt()).isEqualTo(27);
            assertThat(added.json().get("version").asInt()).isEqualTo(3);
            assertThat(added.json().get("sections").toString())
                    .isEqualTo("[{\"name\":\"S\",\"price\":5000,\"rows\":[{\"name\":\"A\",\"seats\":20},"
                            + "{\"name\":\"B\",\"seats\":3}]},"
                            + "{\"name\":\"T\",\"price\":3000,\"rows\":[{\"name\":\"A\",\"seats\":2}]},"
                            + "{\"name\":\"U\",\"price\":1000,\"rows\":[{\"name\":\"A\",\"seats\":2}]}]");
            assertThat(api.get(path(event)).text()).isEqualTo(added.text());
            assertThat(there.buy(event, "S-B-3", "U-A-1")
                            .json()
                            .at("/total/amount")
                            .asInt())
                    .isEqualTo(6000);
            Wait.until(
                    "the other node shows the new seats",
                    () -> there.get(path(event) + "/seats").json().get("seats").size() == 27);
            var replayed = addSections(event, key, ROWS);
            assertThat(replayed.text()).isEqualTo(added.text());
            assertThat(replayed.header("Idempotency-Replayed")).isEqualTo("true");
            assertThat(addSections(event, key, ROWS.replace("1000", "1001")).outcome())
                    .isEqualTo("422 idempotency-key-reused");
            assertThat(history(event))
                    .filteredOn(line -> line.startsWith("event"))
                    .containsExactly("event.changed 2", "event.changed 3");
            assertThat(system.violations(event)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"sections":[]}                                                                       | sections
            {}                                                                                    | sections
            {"sections":[null]}                                                                   | sections[0]
            {"sections":[{"name":"S","rows":[]}]}                                                 | sections[0].rows
            {"sections":[{"name":"S","rows":[{"name":"A","seats":1}]}]}                           | sections[0].rows[0].name
            {"sections":[{"name":"S","price":4501,"rows":[{"name":"B","seats":1}]}]}              | sections[0].price
            {"sections":[{"name":"U","rows":[{"name":"B","seats":1}]}]}                           | sections[0].price
            {"sections":[{"name":"U","price":1,"rows":[{"name":"B","seats":0}]}]}                 | sections[0].rows[0].seats
            {"sections":[{"name":"U","price":1,"rows":[{"name":"B","seats":999979}]}]}            | sections
            {"sections":[{"name":"S","rows":[{"name":"B","seats":1}]},{"name":"S","rows":[{"name":"C","seats":1}]}]} | sections[1].name
            """)
    void sections_that_do_not_fit_the_plan_are_refused_and_change_nothing(String json, String field) {
        var event = create(EVENT);
        var before = EventRows.read(system, event);

        var refused = addSections(event, UUID.randomUUID().toString(), json);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(fields(refused)).containsExactly(field);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    @Test
    void a_plan_as_large_as_that_of_a_new_event_can_be_added() {
        var rows = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            rows.append(i == 0 ? "" : ",").append("{\"name\":\"").append(i).append("\",\"seats\":8}");
        }
        var event = create(EVENT);

        var added = addSections(
                event,
                UUID.randomUUID().toString(),
                "{\"sections\":[{\"name\":\"U\",\"price\":1,\"rows\":[" + rows + "]}]}");

        assertThat(added.outcome()).isEqualTo("201");
        assertThat(added.json().get("capacity").asInt()).isEqualTo(40_022);
        assertThat(system.violations(event)).isEmpty();
    }
}
