package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/**
 * Tests that invalid plans, prices, fees and baskets are refused with the name of the invalid field and change nothing, and that a
 * plan can be sent as it was returned.
 */
class HostilePlanTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private static String event(String name, String fields) {
        return "{\"name\":\"" + name + "\",\"venue\":\"Hall\",\"startsAt\":\"2099-06-18T19:00:00Z\","
                + "\"timeZone\":\"Europe/Rome\",\"currency\":\"EUR\"," + fields + "}";
    }

    private static String section(String fields) {
        return "\"sections\":[{\"name\":\"S\",\"price\":4500," + fields + "}]";
    }

    private static String row(String fields) {
        return section("\"rows\":[{\"name\":\"A\"," + fields + "}]");
    }

    private static String seats(String list) {
        return row("\"seats\":" + list);
    }

    private static String seat(String fields) {
        return seats("[{\"number\":\"1\"," + fields + "}]");
    }

    private static String withPlaces(String fields) {
        return fields + "," + section("\"places\":5");
    }

    private static String priceTypes(String list) {
        return withPlaces("\"priceTypes\":" + list);
    }

    private static String prices(String fields) {
        return "\"priceTypes\":[{\"id\":\"adult\",\"name\":\"Adult\"},{\"id\":\"child\",\"name\":\"Child\"}],"
                + "\"sections\":[{\"name\":\"S\",\"places\":5" + fields + "}]";
    }

    private static String fee(String fields) {
        return withPlaces("\"fees\":[{" + fields + "}]");
    }

    private static final String FROM = "\"from\":\"2098-01-01T00:00:00Z\"";

    private static String presale(String fields) {
        return withPlaces("\"presales\":[{" + fields + "}]");
    }

    /** Fields of an event, and the field that the response must name. */
    static Stream<Arguments> invalidEvents() {
        var first = "sections[0]";
        var row = "sections[0].rows[0]";
        var listed = "sections[0].rows[0].seats[0]";
        return Stream.of(
                // Places
                arguments(section("\"places\":0"), first + ".places"),
                arguments(section("\"places\":-1"), first + ".places"),
                arguments(section("\"places\":1000001"), first + ".places"),
                arguments(section("\"places\":4294967297"), first + ".places"),
                arguments(section("\"places\":1.5"), first + ".places"),
                arguments(section("\"places\":\"5\""), first + ".places"),
                arguments(section("\"places\":[]"), first + ".places"),
                arguments(section("\"places\":null"), first + ".rows"),
                arguments(section("\"places\":5,\"rows\":[{\"name\":\"A\",\"seats\":1}]"), first + ".rows"),
                arguments(section("\"places\":5,\"rows\":[]"), first + ".rows"),
                arguments(
                        "\"sections\":[{\"name\":\"S\",\"price\":1,\"places\":1},{\"name\":\"S\",\"price\":1,\"places\":1}]",
                        "sections[1].name"),
                arguments(
                        "\"sections\":[{\"name\":\"S\",\"price\":1,\"places\":999999},{\"name\":\"T\",\"price\":1,\"places\":2}]",
                        "sections"),
                // Rows and seats
                arguments(row("\"seats\":5,\"sold\":\"AS_PLACES\""), row + ".sold"),
                arguments(row("\"seats\":5,\"sold\":\"whole\""), row + ".sold"),
                arguments(row("\"seats\":5,\"sold\":true"), row + ".sold"),
                arguments(row("\"seats\":11,\"sold\":\"WHOLE\""), row + ".seats"),
                arguments(seats("null"), row + ".seats"),
                arguments(seats("true"), row + ".seats"),
                arguments(seats("\"5\""), row + ".seats"),
                arguments(seats("{\"count\":5}"), row + ".seats"),
                arguments(seats("1.5"), row + ".seats"),
                arguments(seats("[]"), row + ".seats"),
                arguments(seats("[null,null]"), row + ".seats"),
                arguments(seats("[1]"), listed),
                arguments(seats("[\"1\"]"), listed),
                arguments(seats("[[]]"), listed),
                arguments(seats("[{}]"), listed + ".number"),
                arguments(seats("[{\"number\":null}]"), listed + ".number"),
                arguments(seats("[{\"number\":12}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\" 1\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"1-2\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"1\\n2\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"\\u0000\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"\\ud800\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"\\u202e1\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"" + "9".repeat(21) + "\"}]"), listed + ".number"),
                arguments(seats("[{\"number\":\"1\"},null,{\"number\":\"1\"}]"), row + ".seats[2].number"),
                arguments(seat("\"accessible\":\"yes\""), listed + ".accessible"),
                arguments(seat("\"companion\":1"), listed + ".companion"),
                arguments(seat("\"restrictedView\":[]"), listed + ".restrictedView"),
                arguments(seat("\"x\":1"), listed + ".y"),
                arguments(seat("\"y\":1"), listed + ".x"),
                arguments(seat("\"x\":1,\"y\":1000001"), listed + ".y"),
                arguments(seat("\"x\":-1000000.5,\"y\":1"), listed + ".x"),
                arguments(seat("\"x\":1e400,\"y\":1"), listed + ".x"),
                arguments(seat("\"x\":\"1\",\"y\":1"), listed + ".x"),
                arguments(seat("\"x\":true,\"y\":1"), listed + ".x"),
                arguments(seat("\"z\":1"), listed + ".z"),
                // Price types
                arguments(priceTypes("[]"), "priceTypes"),
                arguments(priceTypes("{}"), "priceTypes"),
                arguments(priceTypes("[null]"), "priceTypes[0]"),
                arguments(priceTypes("[\"adult\"]"), "priceTypes[0]"),
                arguments(priceTypes("[{\"name\":\"Adult\"}]"), "priceTypes[0].id"),
                arguments(priceTypes("[{\"id\":\"Adult\",\"name\":\"Adult\"}]"), "priceTypes[0].id"),
                arguments(priceTypes("[{\"id\":\"-a\",\"name\":\"Adult\"}]"), "priceTypes[0].id"),
                arguments(priceTypes("[{\"id\":\"a\\n\",\"name\":\"Adult\"}]"), "priceTypes[0].id"),
                arguments(priceTypes("[{\"id\":\"" + "a".repeat(31) + "\",\"name\":\"Adult\"}]"), "priceTypes[0].id"),
                arguments(priceTypes("[{\"id\":\"adult\"}]"), "priceTypes[0].name"),
                arguments(priceTypes("[{\"id\":\"adult\",\"name\":\"\"}]"), "priceTypes[0].name"),
                arguments(
                        priceTypes("[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"a\",\"name\":\"B\"}]"),
                        "priceTypes[1].id"),
                arguments(priceTypes("[{\"id\":\"a\",\"name\":\"A\",\"max\":0}]"), "priceTypes[0].max"),
                arguments(priceTypes("[{\"id\":\"a\",\"name\":\"A\",\"max\":1000001}]"), "priceTypes[0].max"),
                arguments(priceTypes("[{\"id\":\"a\",\"name\":\"A\",\"max\":\"9\"}]"), "priceTypes[0].max"),
                // Prices
                arguments(prices(""), first + ".price"),
                arguments(prices(",\"prices\":null"), first + ".price"),
                arguments(prices(",\"prices\":{}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"child\":1}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":null}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":-1}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":1000000000001}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":\"1\"}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":1.5}"), first + ".prices.adult"),
                arguments(prices(",\"prices\":{\"adult\":1,\"senior\":1}"), first + ".prices.senior"),
                arguments(prices(",\"prices\":{\"adult\":1,\"\":1}"), first + ".prices."),
                arguments(prices(",\"prices\":[1]"), first + ".prices"),
                arguments(prices(",\"price\":2,\"prices\":{\"adult\":1}"), first + ".price"),
                // Fees
                arguments(fee(""), "fees[0].name"),
                arguments(fee("\"name\":\"\",\"amount\":1,\"per\":\"SEAT\""), "fees[0].name"),
                arguments(fee("\"name\":\"" + "x".repeat(51) + "\",\"amount\":1,\"per\":\"SEAT\""), "fees[0].name"),
                arguments(fee("\"name\":\"F\",\"per\":\"SEAT\""), "fees[0].amount"),
                arguments(fee("\"name\":\"F\",\"amount\":0,\"per\":\"SEAT\""), "fees[0].amount"),
                arguments(fee("\"name\":\"F\",\"amount\":-1,\"per\":\"SEAT\""), "fees[0].amount"),
                arguments(fee("\"name\":\"F\",\"amount\":1000000000001,\"per\":\"SEAT\""), "fees[0].amount"),
                arguments(fee("\"name\":\"F\",\"amount\":9223372036854775808,\"per\":\"SEAT\""), "fees[0].amount"),
                arguments(fee("\"name\":\"F\",\"amount\":1"), "fees[0].per"),
                arguments(fee("\"name\":\"F\",\"amount\":1,\"per\":\"seat\""), "fees[0].per"),
                arguments(
                        fee("\"name\":\"F\",\"amount\":1,\"per\":\"SEAT\",\"refundable\":\"no\""),
                        "fees[0].refundable"),
                arguments(withPlaces("\"fees\":[null]"), "fees[0]"),
                arguments(withPlaces("\"fees\":{}"), "fees"),
                arguments(
                        withPlaces("\"fees\":["
                                + "{\"name\":\"F\",\"amount\":1,\"per\":\"SEAT\"},".repeat(20)
                                + "{\"name\":\"F\",\"amount\":1,\"per\":\"SEAT\"}]"),
                        "fees"),
                arguments(
                        "\"fees\":[{\"name\":\"F\",\"amount\":1,\"per\":\"SEAT\"}],"
                                + section("\"places\":5").replace("4500", "1000000000000"),
                        first + ".price"),
                // The best seats
                arguments(withPlaces("\"focus\":[]"), "focus"),
                arguments(withPlaces("\"focus\":\"0,0\""), "focus"),
                arguments(withPlaces("\"focus\":{}"), "focus.x"),
                arguments(withPlaces("\"focus\":{\"x\":1}"), "focus.y"),
                arguments(withPlaces("\"focus\":{\"x\":null,\"y\":1}"), "focus.x"),
                arguments(withPlaces("\"focus\":{\"x\":\"1\",\"y\":1}"), "focus.x"),
                arguments(withPlaces("\"focus\":{\"x\":true,\"y\":1}"), "focus.x"),
                arguments(withPlaces("\"focus\":{\"x\":1000000.5,\"y\":1}"), "focus.x"),
                arguments(withPlaces("\"focus\":{\"x\":1,\"y\":-1000001}"), "focus.y"),
                arguments(withPlaces("\"focus\":{\"x\":1,\"y\":1e400}"), "focus.y"),
                arguments(withPlaces("\"focus\":{\"x\":1,\"y\":1,\"z\":1}"), "focus.z"),
                arguments(withPlaces("\"orphans\":\"\""), "orphans"),
                arguments(withPlaces("\"orphans\":\"refused\""), "orphans"),
                arguments(withPlaces("\"orphans\":false"), "orphans"),
                arguments(withPlaces("\"orphans\":[\"REFUSED\"]"), "orphans"),
                arguments(withPlaces("\"accessibleReleased\":\"true\""), "accessibleReleased"),
                arguments(withPlaces("\"accessibleReleased\":1"), "accessibleReleased"),
                arguments(withPlaces("\"accessibleReleased\":{}"), "accessibleReleased"),
                // Presales
                arguments(withPlaces("\"presales\":{}"), "presales"),
                arguments(withPlaces("\"presales\":[null]"), "presales[0]"),
                arguments(withPlaces("\"presales\":[\"MEMBERS\"]"), "presales[0]"),
                arguments(presale("\"access\":\"MEMBERS\""), "presales[0].from"),
                arguments(presale("\"from\":null,\"access\":\"MEMBERS\""), "presales[0].from"),
                arguments(presale("\"from\":\"2098-02-30T00:00:00Z\",\"access\":\"MEMBERS\""), "presales[0].from"),
                arguments(presale("\"from\":4070908800,\"access\":\"MEMBERS\""), "presales[0].from"),
                arguments(presale("\"from\":\"2100-01-01T00:00:00Z\",\"access\":\"MEMBERS\""), "presales[0].from"),
                arguments(presale(FROM + ",\"until\":\"soon\",\"access\":\"MEMBERS\""), "presales[0].until"),
                arguments(
                        presale(FROM + ",\"until\":\"2097-01-01T00:00:00Z\",\"access\":\"MEMBERS\""),
                        "presales[0].until"),
                arguments(presale(FROM), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":null"), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":\"\""), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":\"members\""), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":\"A\\n\""), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":\"" + "A".repeat(31) + "\""), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":[\"A\"]"), "presales[0].access"),
                arguments(presale(FROM + ",\"access\":\"A\",\"code\":\"A\""), "presales[0].code"),
                arguments(withPlaces("\"presales\":[" + "{},".repeat(20) + "{}]"), "presales"),
                // Tax
                arguments(withPlaces("\"taxRate\":0"), "taxRate"),
                arguments(withPlaces("\"taxRate\":-1"), "taxRate"),
                arguments(withPlaces("\"taxRate\":10001"), "taxRate"),
                arguments(withPlaces("\"taxRate\":19.5"), "taxRate"),
                arguments(withPlaces("\"taxRate\":\"1900\""), "taxRate"));
    }

    @ParameterizedTest
    @MethodSource("invalidEvents")
    void an_invalid_plan_or_price_is_refused_with_the_name_of_the_field(String fields, String field) {
        var name = "Refused " + UUID.randomUUID();

        var response = api.createEvent(event(name, fields));

        assertThat(response.outcome()).as(response.text()).isEqualTo("422 invalid-request");
        assertThat(fields(response)).contains(field);
        assertThat(system.count("SELECT count(*) AS n FROM events WHERE name = ?", name))
                .isZero();
    }

    private static Stream<String> fields(Api.Response response) {
        return StreamSupport.stream(response.json().get("errors").spliterator(), false)
                .map(error -> error.get("field").asText());
    }

    /** Items of a basket, the outcome, and the field or seat that the response must name; nothing for an outcome without one. */
    static Stream<Arguments> invalidBaskets() {
        return Stream.of(
                arguments("\"places\":[]", "422 invalid-request", "seats"),
                arguments("\"places\":{}", "422 invalid-request", "places"),
                arguments("\"places\":[null]", "422 invalid-request", "places[0]"),
                arguments("\"places\":[\"FLOOR\"]", "422 invalid-request", "places[0]"),
                arguments("\"places\":[{\"quantity\":1}]", "422 invalid-request", "places[0].section"),
                arguments("\"places\":[{\"section\":\"\",\"quantity\":1}]", "422 invalid-request", "places[0].section"),
                arguments("\"places\":[{\"section\":\"FLOOR\"}]", "422 invalid-request", "places[0].quantity"),
                arguments(places("0"), "422 invalid-request", "places[0].quantity"),
                arguments(places("-1"), "422 invalid-request", "places[0].quantity"),
                arguments(places("-2147483648"), "422 invalid-request", "places[0].quantity"),
                arguments(places("1.5"), "422 invalid-request", "places[0].quantity"),
                arguments(places("\"1\""), "422 invalid-request", "places[0].quantity"),
                arguments(places("4294967297"), "422 invalid-request", "places[0].quantity"),
                arguments(places("101"), "422 too-many-seats", ""),
                arguments(places("2147483647"), "422 too-many-seats", ""),
                arguments(
                        "\"places\":[{\"section\":\"FLOOR\",\"quantity\":2147483647},"
                                + "{\"section\":\"STANDING\",\"quantity\":2147483647}]",
                        "422 too-many-seats",
                        ""),
                arguments(places("11"), "422 too-many-seats", ""), // more than the event allows
                arguments(places("1,\"price\":1"), "422 invalid-request", "places[0].price"),
                arguments(places("1,\"priceType\":\"\""), "422 invalid-request", "places[0].priceType"),
                arguments(places("1,\"priceType\":7"), "422 invalid-request", "places[0].priceType"),
                arguments(places("1,\"priceType\":\"senior\""), "422 not-priced", "FLOOR"),
                arguments(
                        "\"places\":[{\"section\":\"FLOOR\",\"quantity\":1},{\"section\":\"FLOOR\",\"quantity\":2}]",
                        "422 invalid-request",
                        "places[1].section"),
                arguments(places("1").replace("FLOOR", "S"), "422 unknown-seats", "S"),
                arguments(places("1").replace("FLOOR", "floor"), "422 unknown-seats", "floor"),
                arguments(places("1").replace("FLOOR", "FLOOR-GA"), "422 unknown-seats", "FLOOR-GA"),
                arguments("\"tables\":[]", "422 invalid-request", "seats"),
                arguments("\"tables\":\"S-T\"", "422 invalid-request", "tables"),
                arguments("\"tables\":[null]", "422 invalid-request", "tables[0]"),
                arguments("\"tables\":[7]", "422 invalid-request", "tables[0]"),
                arguments("\"tables\":[\"\"]", "422 invalid-request", "tables[0]"),
                arguments("\"tables\":[{\"priceType\":\"child\"}]", "422 invalid-request", "tables[0].table"),
                arguments("\"tables\":[{\"table\":\"S-T\",\"seat\":1}]", "422 invalid-request", "tables[0].seat"),
                arguments("\"tables\":[\"S-T\",\"S-T\"]", "422 invalid-request", "tables[1]"),
                arguments("\"tables\":[\"S-A\"]", "422 unknown-seats", "S-A"),
                arguments("\"tables\":[\"FLOOR-GA\"]", "422 unknown-seats", "FLOOR-GA"),
                arguments("\"tables\":[\"S-T\\u0000\"]", "422 invalid-request", "tables[0]"),
                arguments("\"seats\":[\"S-T-1\"]", "422 sold-whole", "S-T-1"),
                arguments("\"seats\":[\"FLOOR-GA-1\"]", "422 unknown-seats", "FLOOR-GA-1"),
                arguments(
                        "\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":\"\"}]",
                        "422 invalid-request",
                        "seats[0].priceType"),
                arguments(
                        "\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":\"" + "x".repeat(31) + "\"}]",
                        "422 invalid-request",
                        "seats[0].priceType"),
                arguments(
                        "\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":[]}]",
                        "422 invalid-request",
                        "seats[0].priceType"),
                arguments("\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":\"senior\"}]", "422 not-priced", "S-A-1"),
                arguments(
                        "\"seats\":[\"S-A-1\",{\"seat\":\"S-A-1\",\"priceType\":\"child\"}]",
                        "422 invalid-request",
                        "seats[1].seat"));
    }

    private static String places(String quantity) {
        return "\"places\":[{\"section\":\"FLOOR\",\"quantity\":" + quantity + "}]";
    }

    /** Seats, a table, and places. */
    private EventId hall() {
        var created = api.createEvent(
                event(
                        "Hall",
                        "\"priceTypes\":[{\"id\":\"adult\",\"name\":\"Adult\"},{\"id\":\"child\",\"name\":\"Child\"}],"
                                + "\"sections\":[{\"name\":\"S\",\"prices\":{\"adult\":4500,\"child\":2000},\"rows\":"
                                + "[{\"name\":\"A\",\"seats\":3},{\"name\":\"T\",\"seats\":4,\"sold\":\"WHOLE\"}]},"
                                + "{\"name\":\"FLOOR\",\"price\":3500,\"places\":20},{\"name\":\"STANDING\",\"price\":1,\"places\":20}]"));
        return new EventId(UUID.fromString(created.json().get("id").asText()));
    }

    @ParameterizedTest
    @MethodSource("invalidBaskets")
    void an_invalid_basket_is_refused_and_changes_nothing(String items, String outcome, String named) {
        var event = hall();
        var before = EventRows.read(system, event);
        var key = UUID.randomUUID().toString();

        var response = api.reserveWith(event, key, "{" + items + ",\"email\":\"ada@example.org\"}");

        assertThat(response.outcome()).as(response.text()).isEqualTo(outcome);
        if (outcome.equals("422 invalid-request")) {
            assertThat(fields(response)).contains(named);
        } else if (!named.isEmpty()) {
            assertThat(response.json().get("seats").toString()).isEqualTo("[\"" + named + "\"]");
        }
        // A refusal under lock is stored with its key, and is all that changes.
        assertThat(EventRows.read(system, event).stream().filter(line -> !line.startsWith("idempotency_keys")))
                .isEqualTo(before);
        assertThat(system.violations(event)).isEmpty();
    }

    /** A row of each kind, in a section of each kind. */
    private static final String EVERY_KIND = """
            "priceTypes":[{"id":"adult","name":"Adult"},{"id":"early","name":"Early bird","max":7}],
            "fees":[{"name":"Booking fee","amount":150,"per":"SEAT","refundable":false},
                    {"name":"Postage","amount":300,"per":"RESERVATION","refundable":true}],
            "taxRate":1900,
            "sections":[
              {"name":"S","price":4500,"prices":{"adult":4500,"early":3000},"rows":[
                {"name":"A","seats":3},
                {"name":"B","seats":[{"number":"12A","accessible":true,"x":0.5,"y":-3.0},null,
                                     {"number":"14","companion":true},{"number":"1","restrictedView":true},null]},
                {"name":"T7","seats":4,"sold":"WHOLE"},
                {"name":"T8","seats":[{"number":"N"},{"number":"S"}],"sold":"WHOLE"}]},
              {"name":"FLOOR","price":0,"places":30}]""";

    @Test
    void a_plan_can_be_sent_as_it_was_returned() {
        var first = created(event("First", EVERY_KIND));
        var plan = plan(first);
        assertThat(plan).isEqualTo(Api.json("{" + EVERY_KIND + "}"));

        var copy = (ObjectNode) plan.deepCopy();
        copy.setAll((ObjectNode) Api.json(event("Second", "\"maxSeatsPerReservation\":9")));
        var second = created(copy.toString());

        assertThat(plan(second)).isEqualTo(plan);
        assertThat(seatRows(second)).isEqualTo(seatRows(first)).hasSize(3 + 3 + 4 + 2 + 30);
    }

    private String created(String body) {
        var response = api.createEvent(body);
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return response.json().get("id").asText();
    }

    private JsonNode plan(String event) {
        var response = api.send(api.asAdmin(api.request("/api/events/" + event + "/plan")));
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return response.json();
    }

    private List<String> seatRows(String event) {
        return system.query(
                "SELECT s.seat_id || ' ' || s.label || ' ' || coalesce((to_jsonb(l) - 'event_id')::text, '') AS line"
                        + " FROM seats AS s LEFT JOIN listed_seats AS l USING (event_id, seat_id)"
                        + " WHERE s.event_id = ?::uuid ORDER BY s.seat_id",
                row -> row.text("line"),
                event);
    }

    @Test
    void a_plan_without_types_fees_and_tax_can_be_sent_as_it_was_returned() {
        var first = created(event("Plain", section("\"rows\":[{\"name\":\"A\",\"seats\":2}]")));
        var copy = (ObjectNode) plan(first);
        copy.setAll((ObjectNode) Api.json(event("Copy", "\"maxSeatsPerReservation\":9")));

        var second = created(copy.toString());

        assertThat(plan(second)).isEqualTo(plan(first));
    }
}
