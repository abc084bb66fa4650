package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Tests events and their seat maps over HTTP. */
class EventsTest {

    private static final String EVENT = """
            {"name":"Aïda – Ἀΐδα","venue":"Arena di Verona","startsAt":"2099-06-18T21:00:00+02:00",
             "timeZone":"Europe/Rome","currency":"EUR","maxSeatsPerReservation":8,
             "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":2},{"name":"B","seats":3}]},
                         {"name":"Balcony left","price":0,"rows":[{"name":"A","seats":1}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId create() {
        return new EventId(
                UUID.fromString(api.createEvent(EVENT).json().get("id").asText()));
    }

    private List<String> labels(Api.Response seats) {
        var labels = new ArrayList<String>();
        seats.json().get("seats").forEach(seat -> labels.add(seat.get("label").asText()));
        return labels;
    }

    @Test
    void an_event_is_returned_as_it_was_created() {
        var created = api.createEvent(EVENT);

        assertThat(created.status()).isEqualTo(201);
        var json = created.json();
        assertThat(json.get("name").asText()).isEqualTo("Aïda – Ἀΐδα");
        assertThat(json.get("startsAt").asText()).isEqualTo("2099-06-18T19:00:00Z");
        assertThat(json.get("capacity").asInt()).isEqualTo(6);
        assertThat(json.get("sections").toString())
                .isEqualTo("[{\"name\":\"STALLS\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":2},"
                        + "{\"name\":\"B\",\"seats\":3}]},"
                        + "{\"name\":\"Balcony left\",\"price\":0,\"rows\":[{\"name\":\"A\",\"seats\":1}]}]");
        assertThat(api.get(created.header("Location")).text()).isEqualTo(created.text());
        assertThat(UUID.fromString(json.get("id").asText()).version()).isEqualTo(7);
    }

    private Api.Response createWithKey(String key, String json) {
        return api.send(Api.post(api.asAdmin(api.request("/api/events").header("Idempotency-Key", key)), json));
    }

    @Test
    void an_event_that_is_created_again_with_the_same_key_is_the_same_event() {
        var key = UUID.randomUUID().toString();

        var first = createWithKey(key, EVENT);
        var second = createWithKey("\"" + key + "\"", " " + EVENT);

        assertThat(first.outcome()).isEqualTo("201");
        assertThat(first.header("Idempotency-Replayed")).isNull();
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(createWithKey(key, EVENT.replace("Verona", "Pula")).outcome())
                .isEqualTo("422 idempotency-key-reused");
        assertThat(createWithKey("", EVENT).outcome()).isEqualTo("400 idempotency-key-invalid");
        var id = new EventId(UUID.fromString(first.json().get("id").asText()));
        assertThat(id.value().version()).isEqualTo(8);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(system.violations(id)).isEmpty();
    }

    @Test
    void twenty_simultaneous_copies_create_one_event() {
        var key = UUID.randomUUID().toString();

        var responses = Concurrently.run(20, i -> Api.patiently(() -> createWithKey(key, EVENT)));

        assertThat(Tally.of(responses, Api.Response::outcome)).isEqualTo(Map.of("201", 20L));
        assertThat(Tally.of(responses, Api.Response::text)).hasSize(1);
        assertThat(Tally.of(responses, each -> String.valueOf(each.header("Idempotency-Replayed"))))
                .isEqualTo(Map.of("null", 1L, "true", 19L));
    }

    @Test
    void a_key_that_created_an_event_creates_no_other_when_it_was_deleted() {
        var key = UUID.randomUUID().toString();
        var id = UUID.fromString(createWithKey(key, EVENT).json().get("id").asText());

        system.update("DELETE FROM idempotency_keys WHERE event_id = ?", id);

        assertThat(createWithKey(key, EVENT).outcome()).isEqualTo("422 idempotency-key-reused");
    }

    @Test
    void an_invalid_event_does_not_use_up_its_key() {
        var key = UUID.randomUUID().toString();

        assertThat(createWithKey(key, EVENT.replace("EUR", "XYZZY")).outcome()).isEqualTo("422 invalid-request");
        assertThat(createWithKey(key, EVENT).outcome()).isEqualTo("201");
    }

    @Test
    void texts_that_tickets_cannot_show_are_warned_about_also_when_replayed() {
        var key = UUID.randomUUID().toString();
        var event = EVENT.replace("Aïda", "โขน")
                .replace("Verona", "Verona 🎭🎭")
                .replace("Balcony left", "हाल")
                .replace("\"B\"", "\"แถว B\"");

        var first = createWithKey(key, event);
        var warnings = first.json().get("warnings");

        assertThat(first.outcome()).isEqualTo("201");
        assertThat(warnings.findValuesAsText("field"))
                .containsExactly("name", "venue", "sections[0].rows[1].name", "sections[1].name");
        assertThat(warnings.findValuesAsText("message"))
                .containsExactly(
                        "contains characters that tickets show as □: โ ข น (Thai)",
                        "contains characters that tickets show as □: 🎭",
                        "contains characters that tickets show as □: แ ถ ว (Thai)",
                        "contains characters that tickets show as □: ह ा ल (Devanagari)");
        var second = createWithKey(key, event);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(api.get(first.header("Location")).json().has("warnings")).isFalse();
    }

    @Test
    void texts_that_tickets_can_show_cause_no_warning() {
        assertThat(api.createEvent(EVENT.replace("Aïda", "Cafe\u0301 北京 שיר"))
                        .json()
                        .has("warnings"))
                .isFalse();
    }

    @Test
    void a_plan_full_of_unprintable_names_gets_a_bounded_number_of_warnings() {
        var rows = IntStream.range(0, 500)
                .mapToObj(i -> "{\"name\":\"ไทย " + i + "\",\"seats\":1}")
                .collect(Collectors.joining(","));
        var every = IntStream.rangeClosed(0x0e01, 0x0e2e)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        var created = api.createEvent(EVENT.replace("Aïda", every)
                .replace("{\"name\":\"A\",\"seats\":2},{\"name\":\"B\",\"seats\":3}", rows));

        var warnings = created.json().get("warnings");
        assertThat(warnings).hasSize(20);
        assertThat(warnings.get(0).get("message").asText()).endsWith("□: ก ข ฃ ค ฅ ฆ ง จ ฉ ช and 36 others (Thai)");
    }

    @Test
    void only_the_admin_key_in_a_bearer_header_creates_an_event() {
        assertThat(api.send(Api.post(api.request("/api/events"), EVENT)).outcome())
                .isEqualTo("401 unauthorized");
        for (var header : List.of("Bearer wrong", "Bearer", "Basic " + TestSystem.ADMIN_KEY, TestSystem.ADMIN_KEY)) {
            var request = api.request("/api/events").header("Authorization", header);
            assertThat(api.send(Api.post(request, EVENT)).outcome()).isEqualTo("401 unauthorized");
        }
    }

    @Test
    void the_seat_map_lists_every_seat_in_the_order_of_the_plan() {
        var event = create();
        api.reserve(event, "STALLS-B-2");

        var map = api.get("/api/events/" + event + "/seats");

        assertThat(labels(map))
                .containsExactly(
                        "STALLS-A-1", "STALLS-A-2", "STALLS-B-1", "STALLS-B-2", "STALLS-B-3", "Balcony left-A-1");
        assertThat(map.json().get("seats").get(3).toString())
                .isEqualTo("{\"label\":\"STALLS-B-2\",\"section\":\"STALLS\",\"row\":\"B\",\"number\":2,"
                        + "\"price\":4500,\"status\":\"HELD\"}");
        assertThat(map.json().get("next").isNull()).isTrue();
        assertThat(map.json().get("eventId").asText()).isEqualTo(event.toString());
    }

    @Test
    void the_seat_map_can_be_filtered_and_paged() {
        var event = create();
        api.reserve(event, "STALLS-A-1");
        var seats = "/api/events/" + event + "/seats";

        assertThat(labels(api.get(seats + "?section=Balcony%20left"))).containsExactly("Balcony left-A-1");
        assertThat(labels(api.get(seats + "?status=HELD"))).containsExactly("STALLS-A-1");
        assertThat(labels(api.get(seats + "?section=nowhere"))).isEmpty();

        var paged = new ArrayList<String>();
        var after = "0";
        do {
            var page = api.get(seats + "?status=AVAILABLE&limit=2&after=" + after);
            paged.addAll(labels(page));
            after = page.json().get("next").asText();
        } while (!after.equals("null"));
        assertThat(paged).containsExactly("STALLS-A-2", "STALLS-B-1", "STALLS-B-2", "STALLS-B-3", "Balcony left-A-1");
    }

    @Test
    void an_unchanged_seat_map_is_answered_with_304() {
        var event = create();
        var seats = "/api/events/" + event + "/seats";
        var first = api.get(seats);
        var etag = first.header("ETag");

        var again = api.send(api.request(seats).header("If-None-Match", etag));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(etag);
        assertThat(api.send(api.request(seats).header("If-None-Match", "\"x\", " + etag))
                        .status())
                .isEqualTo(304);
        assertThat(api.send(api.request(seats).header("If-None-Match", "*")).status())
                .isEqualTo(304);

        api.reserve(event, "STALLS-A-1");
        var changed = api.send(api.request(seats).header("If-None-Match", etag));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(etag);
    }

    @Test
    void events_are_listed_by_start_time_page_by_page() {
        try (var system = new TestSystem()) {
            var names = IntStream.of(5, 1, 4, 2, 3)
                    .mapToObj(day ->
                            EVENT.replace("2099-06-18", "2099-06-0" + day).replace("Aïda", "day " + day))
                    .map(system.api::createEvent)
                    .map(created -> created.json().get("name").asText())
                    .sorted()
                    .toList();

            var listed = new ArrayList<String>();
            var query = "?limit=2";
            while (true) {
                var page = system.api.get("/api/events" + query).json();
                page.get("events").forEach(event -> listed.add(event.get("name").asText()));
                page.get("events")
                        .forEach(event -> assertThat(event.has("sections")).isFalse());
                if (page.get("next").isNull()) {
                    break;
                }
                query = "?limit=2&after=" + page.get("next").asText();
            }

            assertThat(listed).isEqualTo(names);
        }
    }

    @Test
    void an_event_of_forty_thousand_seats_is_created_completely() {
        var rows = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            rows.append(i == 0 ? "" : ",").append("{\"name\":\"").append(i).append("\",\"seats\":8}");
        }
        var created = api.createEvent(EVENT.replace("{\"name\":\"A\",\"seats\":2},{\"name\":\"B\",\"seats\":3}", rows));

        assertThat(created.status()).isEqualTo(201);
        var event = new EventId(UUID.fromString(created.json().get("id").asText()));
        assertThat(created.json().get("capacity").asInt()).isEqualTo(40_001);
        assertThat(system.violations(event)).isEmpty();
        assertThat(system.count(
                        "SELECT max(seat_id) AS n FROM seats WHERE event_id = ? AND label LIKE 'STALLS-4999-8'",
                        event.value()))
                .isEqualTo(40_000);
    }
}
