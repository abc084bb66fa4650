package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.openapi.Examples;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests {@code POST /api/plans/convert}: its responses, that they are accepted as events, and hostile plans. */
class PlanConversionTest {

    private static final String JSON = "application/json";
    private static final String CSV = "text/csv";

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Api.Response convert(byte[] body, String contentType) {
        return api.send(api.asAdmin(api.request("/api/plans/convert"))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    private Api.Response convert(String body, String contentType) {
        return convert(body.getBytes(StandardCharsets.UTF_8), contentType);
    }

    /** Completes the fields that are missing, but for prices. */
    private static ObjectNode event(JsonNode converted) {
        var event = (ObjectNode) Api.json("""
                {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR"}
                """);
        return event.set("sections", converted.get("sections"));
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void the_example_of_the_documentation_is_converted_to_its_example() {
        var converted = convert(Examples.PLAN_CONVERSION_REQUEST, JSON);

        assertThat(converted.outcome()).isEqualTo("200");
        assertThat(converted.json()).isEqualTo(Api.json(Examples.CONVERTED_PLAN));
        assertThat(api.createEvent(event(converted.json()).toString()).outcome())
                .isEqualTo("201");
    }

    @Test
    void csv_is_converted_and_the_response_says_which_fields_are_missing() {
        var converted =
                convert("section;row;seat;price\r\nS;A;1;4500\r\nS;A;2;4500\r\nT;A;1A;\r\n", CSV + "; charset=UTF-8");

        assertThat(converted.outcome()).isEqualTo("200");
        assertThat(converted.json().get("sections")).isEqualTo(Api.json("""
                [{"name":"S","price":4500,"rows":[{"name":"A","seats":2}]},{"name":"T","rows":[{"name":"A","seats":[{"number":"1A"}]}]}]
                """));
        assertThat(texts(converted.json().get("missing")))
                .containsExactly("name", "venue", "startsAt", "timeZone", "currency", "sections[1].price");
        assertThat(api.createEvent(event(converted.json()).toString())
                        .json()
                        .at("/errors/0/field")
                        .asText())
                .isEqualTo("sections[1].price");
    }

    /** A hall with slanted blocks, aisles, text numbers and two prices. */
    private static String hall(int seats) {
        var zones = Api.object().putArray("zones");
        for (int i = 0; i < seats; i++) {
            if (i % 1_000 == 0) {
                var zone = zones.addObject().put("name", "Block " + i / 1_000);
                zone.putObject("position").put("x", i).put("y", 100);
                zone.putArray("rows");
            }
            var rows = (ArrayNode) zones.get(zones.size() - 1).get("rows");
            if (i % 40 == 0) {
                var row = rows.addObject().put("row_number", String.valueOf(i % 1_000 / 40 + 1));
                row.putObject("position").put("x", 0).put("y", i % 1_000 / 40 * 30);
                row.putArray("seats");
            }
            var inRow = i % 40;
            var seat = ((ArrayNode) rows.get(rows.size() - 1).get("seats")).addObject();
            seat.put("seat_guid", "" + i).put("seat_number", inRow + "A").put("category", i % 1_000 < 80 ? "I" : "II");
            seat.putObject("position")
                    .put("x", 20 * inRow + (inRow < 20 ? 0 : 40))
                    .put("y", 3 * inRow);
        }
        var plan = Api.object().put("name", "Hall");
        plan.set("zones", zones);
        plan.putArray("categories").addObject().put("name", "I");
        var request = Api.object();
        request.set("plan", plan);
        request.putObject("prices").put("I", 9000).put("II", 4500);
        return request.toString();
    }

    @Test
    void a_plan_of_10000_seats_becomes_an_event_whose_plan_is_the_same() {
        var converted = convert(hall(10_000), JSON);
        assertThat(converted.outcome()).isEqualTo("200");
        assertThat(converted.json().get("warnings")).hasSize(10);

        var created = api.createEvent(event(converted.json()).toString());

        assertThat(created.outcome()).isEqualTo("201");
        assertThat(created.json().get("capacity").asInt()).isEqualTo(10_000);
        var id = new EventId(UUID.fromString(created.json().get("id").asText()));
        var plan = api.get("/api/events/" + id + "/plan").json();
        assertThat(plan.get("sections")).isEqualTo(converted.json().get("sections"));
        assertThat(plan.at("/sections/0/name").asText()).isEqualTo("Block 0 I");
        assertThat(plan.at("/sections/0/rows/0/seats")).hasSize(41); // with the aisle
        assertThat(api.reserve(id, "Block 9 II-25-39A").outcome()).isEqualTo("201");
    }

    /** Names that make labels ambiguous, are too long, or cannot be printed: the result must be valid nevertheless. */
    @Test
    void whatever_is_converted_is_accepted_as_an_event() {
        var names = List.of(
                "",
                "A",
                "A-B",
                "B",
                "-",
                "a\u200b",
                "\u200b",
                "\u0301",
                "\u0301".repeat(60) + "x",
                "x".repeat(300),
                "\ud83c\udfad".repeat(60),
                "x".repeat(49) + "\u2003y",
                "A (2)",
                "\u202eevil",
                " A ",
                "1",
                "2",
                "=1+1");
        var seats = Api.object().putArray("seats");
        names.forEach(name -> seats.addObject().put("seat_number", name).put("category", name));
        var rows = Api.object().putArray("rows");
        names.forEach(name -> rows.addObject().put("row_number", name).set("seats", seats));
        var request = Api.object();
        var zones = request.putObject("plan").put("name", "\u202e").putArray("zones");
        names.forEach(name -> zones.addObject().put("name", name).set("rows", rows));

        var converted = convert(request.toString(), JSON);

        assertThat(converted.outcome()).isEqualTo("200");
        assertThat(converted.json().get("warnings")).hasSize(20);
        var event = event(converted.json());
        event.get("sections").forEach(section -> ((ObjectNode) section).put("price", 1));
        var created = api.createEvent(event.toString());
        assertThat(created.outcome()).as(created.text()).isEqualTo("201");
        assertThat(created.json().get("capacity").asInt()).isEqualTo(names.size() * names.size() * names.size());
    }

    static Stream<Arguments> hostile() {
        var zone = "{\"zones\":[{\"rows\":[{\"seats\":[{}]}]}]}";
        return Stream.of(
                arguments("no plan", "{}", JSON, "422 invalid-request plan"),
                arguments("no plan but null", "{\"plan\":null}", JSON, "422 invalid-request plan"),
                arguments("a list", "{\"plan\":[]}", JSON, "422 invalid-request plan"),
                arguments("a text", "{\"plan\":\"{}\"}", JSON, "422 invalid-request plan"),
                arguments("a plan that is not wrapped", zone, JSON, "422 invalid-request zones"),
                arguments("no zones", "{\"plan\":{}}", JSON, "422 invalid-request plan.zones"),
                arguments("no seats", "{\"plan\":{\"zones\":[{}]}}", JSON, "422 invalid-request "),
                arguments(
                        "a seat that is a number",
                        "{\"plan\":{\"zones\":[{\"rows\":[{\"seats\":[1]}]}]}}",
                        JSON,
                        "422 invalid-request plan.zones[0].rows[0].seats[0]"),
                arguments(
                        "a control character",
                        "{\"plan\":{\"zones\":[{\"name\":\"\\u0000\"}]}}",
                        JSON,
                        "422 invalid-request plan.zones[0].name"),
                arguments("an unknown field", "{\"plan\":" + zone + ",\"price\":1}", JSON, "422 invalid-request price"),
                arguments(
                        "a price as text",
                        "{\"plan\":" + zone + ",\"prices\":{\"\":\"1\"}}",
                        JSON,
                        "422 invalid-request prices.?"),
                arguments(
                        "prices as a list",
                        "{\"plan\":" + zone + ",\"prices\":[]}",
                        JSON,
                        "422 invalid-request prices"),
                arguments(
                        "a price of null",
                        "{\"plan\":" + zone + ",\"prices\":{\"\":null}}",
                        JSON,
                        "422 invalid-request prices.?"),
                arguments(
                        "an unknown category",
                        "{\"plan\":" + zone + ",\"prices\":{\"X\":1}}",
                        JSON,
                        "422 invalid-request prices.X"),
                arguments(
                        "a lone surrogate",
                        "{\"plan\":{\"zones\":[],\"name\":\"\\ud800\"}}",
                        JSON,
                        "422 invalid-request plan.name"),
                arguments(
                        "deep nesting",
                        "{\"plan\":" + "[".repeat(20) + "]".repeat(20) + "}",
                        JSON,
                        "400 malformed-request"),
                arguments("a repeated name", "{\"plan\":{\"zones\":[],\"zones\":[]}}", JSON, "400 malformed-request"),
                arguments("truncated JSON", "{\"plan\":{", JSON, "400 malformed-request"),
                arguments("nothing", "", JSON, "400 malformed-request"),
                arguments(
                        "an endless number",
                        "{\"plan\":{\"x\":" + "9".repeat(2_000) + "}}",
                        JSON,
                        "400 malformed-request"),
                arguments("CSV as JSON", "section,row,seat\nS,A,1\n", JSON, "400 malformed-request"),
                arguments("JSON as CSV", "{\"plan\":{}}", CSV, "422 invalid-request line 1"),
                arguments("no CSV", "", CSV, "422 invalid-request line 1"),
                arguments("a CSV without seats", "section,row,seat\n", CSV, "422 invalid-request "),
                arguments(
                        "a NUL byte in CSV", "section,row,seat\nS,A,\u0000\n", CSV, "422 invalid-request line 2, seat"),
                arguments("an open quote", "section,row,seat\nS,A,\"1", CSV, "400 malformed-request"),
                arguments(
                        "a million commas",
                        "section,row,seat\n" + ",".repeat(900_000) + "x",
                        CSV,
                        "422 invalid-request line 2"),
                arguments("a long cell", "section,row,seat\nS,A," + "1".repeat(900_000), CSV, "200"),
                arguments(
                        "long white space",
                        "section,row,seat\nS,A,\u200b" + "\u2003".repeat(200_000) + "x",
                        CSV,
                        "200"),
                arguments("many columns", "x,".repeat(400_000), CSV, "422 invalid-request line 1"),
                arguments("another type", "section,row,seat\nS,A,1\n", "text/plain", "415 unsupported-media-type"),
                arguments(
                        "another charset",
                        "section,row,seat\nS,A,1\n",
                        CSV + ";charset=latin1",
                        "415 unsupported-media-type"),
                arguments("too much", "section,row,seat\n" + "S,A,1\n".repeat(170_000), CSV, "413 content-too-large"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void a_hostile_plan_is_refused_with_a_clear_problem(
            String description, String body, String contentType, String expected) {
        var response = convert(body, contentType);

        var field = response.problem() == null ? null : response.json().at("/errors/0/field");
        assertThat(response.outcome() + (field == null || field.isMissingNode() ? "" : " " + field.asText()))
                .isEqualTo(expected);
    }

    @Test
    void bytes_that_are_not_utf_8_are_malformed() {
        var latin1 = "section,row,seat\nCafé,A,1\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(convert(latin1, CSV).outcome()).isEqualTo("400 malformed-request");
        assertThat(convert("{\"plan\":{\"name\":\"é\"}}".getBytes(StandardCharsets.ISO_8859_1), JSON)
                        .outcome())
                .isEqualTo("400 malformed-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x=1", "dryRun=true"})
    void it_has_no_query_parameters(String query) {
        var request = api.asAdmin(api.request("/api/plans/convert?" + query));
        assertThat(api.send(Api.post(request, Examples.PLAN_CONVERSION_REQUEST)).outcome())
                .isEqualTo("422 invalid-request");
    }

    @Test
    void the_errors_of_a_large_plan_are_limited() {
        var seats = Api.object().putArray("seats");
        IntStream.range(0, 50_000).forEach(i -> seats.add(1));
        var response = convert("{\"plan\":{\"zones\":[{\"rows\":[{\"seats\":" + seats + "}]}]}}", JSON);

        assertThat(response.outcome()).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors")).hasSize(20);
    }
}
