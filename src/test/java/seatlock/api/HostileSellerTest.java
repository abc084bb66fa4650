package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/**
 * Tests that invalid codes, allocations and cancellations of seats are refused with the name of the invalid field and change
 * nothing.
 */
class HostileSellerTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Api.Response send(String path, String body) {
        var request = api.asAdmin(api.request(path))
                .header("Idempotency-Key", UUID.randomUUID().toString());
        return api.send(Api.post(request, body));
    }

    /** Sends a body that must be refused for a field, and checks that no row of the event has changed. */
    private void assertRefused(EventId event, String path, String body, String field) {
        var before = EventRows.read(system, event);

        var response = send("/api/events/" + event + path, body);

        assertThat(response.outcome()).as(response.text()).isEqualTo("422 invalid-request");
        assertThat(StreamSupport.stream(response.json().get("errors").spliterator(), false)
                        .map(error -> error.get("field").asText()))
                .contains(field);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    private static String code(String fields) {
        return "{\"code\":\"EARLY\",\"effect\":{\"percent\":10}," + fields + "}";
    }

    private static String effect(String fields) {
        return "{\"code\":\"EARLY\",\"effect\":{" + fields + "}}";
    }

    private static String text(String code) {
        return "{\"effect\":{\"percent\":10},\"code\":" + code + "}";
    }

    private static String counted(String fields) {
        return "{\"effect\":{\"percent\":10}," + fields + "}";
    }

    private static String list(String item, int count) {
        return "[" + IntStream.range(0, count).mapToObj(i -> item).collect(Collectors.joining(",")) + "]";
    }

    static Stream<Arguments> invalidCodes() {
        return Stream.of(
                arguments("{\"effect\":{\"percent\":10}}", "code"),
                arguments(text("null"), "code"),
                arguments(text("7"), "code"),
                arguments(text("[]"), "code"),
                arguments(text("\"\""), "code"),
                arguments(text("\"AB\""), "code"),
                arguments(text("\"" + "A".repeat(51) + "\""), "code"),
                arguments(text("\"" + "\u00df".repeat(50) + "\""), "code"), // longer in upper case
                arguments(text("\" ABC\""), "code"),
                arguments(text("\"A\\u0000BC\""), "code"),
                arguments(text("\"AB\\nC\""), "code"),
                arguments(text("\"AB\\ud800\""), "code"),
                arguments(text("\"AB\\u202eC\""), "code"),
                arguments(counted("\"count\":0"), "count"),
                arguments(counted("\"count\":-1"), "count"),
                arguments(counted("\"count\":10001"), "count"),
                arguments(counted("\"count\":4294967297"), "count"),
                arguments(counted("\"count\":1.5"), "count"),
                arguments(counted("\"count\":\"5\""), "count"),
                arguments(counted("\"count\":true"), "count"),
                arguments(counted("\"count\":5,\"code\":\"EARLY\""), "code"),
                arguments(counted("\"count\":5,\"maxSeats\":5"), "maxSeats"),
                arguments(counted("\"count\":5,\"prefix\":\"\""), "prefix"),
                arguments(counted("\"count\":5,\"prefix\":7"), "prefix"),
                arguments(counted("\"count\":5,\"prefix\":\"" + "A".repeat(31) + "\""), "prefix"),
                arguments(counted("\"count\":5,\"prefix\":\"A\\u0000\""), "prefix"),
                arguments(counted("\"code\":\"EARLY\",\"prefix\":\"A\""), "count"),
                arguments(counted("\"code\":\"EARLY\",\"prefix\":\"\""), "prefix"),
                arguments("{\"code\":\"EARLY\"}", "effect"),
                arguments("{\"code\":\"EARLY\",\"effect\":null}", "effect"),
                arguments("{\"code\":\"EARLY\",\"effect\":[]}", "effect"),
                arguments("{\"code\":\"EARLY\",\"effect\":10}", "effect"),
                arguments(effect(""), "effect"),
                arguments(effect("\"percent\":null"), "effect"),
                arguments(effect("\"percent\":10,\"off\":10"), "effect"),
                arguments(effect("\"percent\":0"), "effect.percent"),
                arguments(effect("\"percent\":-1"), "effect.percent"),
                arguments(effect("\"percent\":101"), "effect.percent"),
                arguments(effect("\"percent\":12.5"), "effect.percent"),
                arguments(effect("\"percent\":\"10\""), "effect.percent"),
                arguments(effect("\"off\":0"), "effect.off"),
                arguments(effect("\"off\":-9223372036854775808"), "effect.off"),
                arguments(effect("\"off\":1000000000001"), "effect.off"),
                arguments(effect("\"off\":9223372036854775808"), "effect.off"),
                arguments(effect("\"price\":-1"), "effect.price"),
                arguments(effect("\"price\":1000000000001"), "effect.price"),
                arguments(effect("\"price\":0.5"), "effect.price"),
                arguments(effect("\"access\":\"\""), "effect.access"),
                arguments(effect("\"access\":\"members\""), "effect.access"),
                arguments(effect("\"access\":\"" + "A".repeat(31) + "\""), "effect.access"),
                arguments(effect("\"access\":\"A\\n\""), "effect.access"),
                arguments(effect("\"access\":true"), "effect.access"),
                arguments(effect("\"percent\":10,\"half\":1"), "effect.half"),
                arguments(code("\"sections\":[]"), "sections"),
                arguments(code("\"sections\":\"S\""), "sections"),
                arguments(code("\"sections\":[null]"), "sections[0]"),
                arguments(code("\"sections\":[7]"), "sections[0]"),
                arguments(code("\"sections\":[\"\"]"), "sections[0]"),
                arguments(code("\"sections\":[\"T\"]"), "sections[0]"),
                arguments(code("\"sections\":[\"S\",\"S\"]"), "sections[1]"),
                arguments(code("\"sections\":" + list("\"S\"", 1_001)), "sections"),
                arguments(code("\"priceTypes\":[]"), "priceTypes"),
                arguments(code("\"priceTypes\":{}"), "priceTypes"),
                arguments(code("\"priceTypes\":[null]"), "priceTypes[0]"),
                arguments(code("\"priceTypes\":[\"senior\"]"), "priceTypes[0]"),
                arguments(code("\"priceTypes\":[\"standard\",\"standard\"]"), "priceTypes[1]"),
                arguments(code("\"priceTypes\":" + list("\"standard\"", 51)), "priceTypes"),
                arguments(code("\"maxSeats\":0"), "maxSeats"),
                arguments(code("\"maxSeats\":1000001"), "maxSeats"),
                arguments(code("\"maxSeats\":1.5"), "maxSeats"),
                arguments(code("\"maxSeats\":\"9\""), "maxSeats"),
                arguments(code("\"maxSeatsPerReservation\":0"), "maxSeatsPerReservation"),
                arguments(code("\"maxSeatsPerReservation\":101"), "maxSeatsPerReservation"),
                arguments(code("\"maxSeatsPerReservation\":[]"), "maxSeatsPerReservation"),
                arguments(code("\"validFrom\":\"soon\""), "validFrom"),
                arguments(code("\"validFrom\":\"\""), "validFrom"),
                arguments(code("\"validFrom\":\"2098-02-30T00:00:00Z\""), "validFrom"),
                arguments(code("\"validFrom\":4070908800"), "validFrom"),
                arguments(code("\"validUntil\":\"2098-01-01\""), "validUntil"),
                arguments(
                        code("\"validFrom\":\"2098-01-01T00:00:00Z\",\"validUntil\":\"2098-01-01T00:00:00Z\""),
                        "validUntil"),
                arguments(code("\"active\":false"), "active"));
    }

    @ParameterizedTest
    @MethodSource("invalidCodes")
    void an_invalid_code_is_refused_with_the_name_of_the_field(String body, String field) {
        assertRefused(system.event(2).id(), "/codes", body, field);
    }

    private static String places(String fields) {
        return "\"places\":[{" + fields + "}]";
    }

    /** Fields of a request to withhold or to release seats. */
    static Stream<Arguments> invalidItems() {
        return Stream.of(
                arguments("\"seats\":[]", "seats"),
                arguments("\"places\":[]", "seats"),
                arguments("\"tables\":[]", "seats"),
                arguments("\"seats\":{}", "seats"),
                arguments("\"seats\":\"S-A-1\"", "seats"),
                arguments("\"seats\":[null]", "seats[0]"),
                arguments("\"seats\":[7]", "seats[0]"),
                arguments("\"seats\":[{\"seat\":\"S-A-1\"}]", "seats[0]"),
                arguments("\"seats\":[\"\"]", "seats[0]"),
                arguments("\"seats\":[\"" + "x".repeat(123) + "\"]", "seats[0]"),
                arguments("\"seats\":[\"S-A-1\\u0000\"]", "seats[0]"),
                arguments("\"seats\":[\"\\ud800\"]", "seats[0]"),
                arguments("\"seats\":[\"S-A-1\",\"S-A-1\"]", "seats[1]"),
                arguments("\"seats\":" + list("\"S-A-1\"", 10_001), "seats"),
                arguments("\"tables\":\"S-T\"", "tables"),
                arguments("\"tables\":[null]", "tables[0]"),
                arguments("\"tables\":[7]", "tables[0]"),
                arguments("\"tables\":[\"\"]", "tables[0]"),
                arguments("\"tables\":[\"S-T\",\"S-T\"]", "tables[1]"),
                arguments("\"tables\":" + list("\"S-T\"", 10_001), "tables"),
                arguments("\"places\":{}", "places"),
                arguments("\"places\":[null]", "places[0]"),
                arguments("\"places\":[\"FLOOR\"]", "places[0]"),
                arguments("\"places\":" + list("{}", 10_001), "places"),
                arguments(places("\"quantity\":1"), "places[0].section"),
                arguments(places("\"section\":\"\",\"quantity\":1"), "places[0].section"),
                arguments(places("\"section\":7,\"quantity\":1"), "places[0].section"),
                arguments(places("\"section\":\"FLOOR\""), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":null"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":0"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":-2147483648"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":10001"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":2147483647"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":4294967297"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":1.5"), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":\"1\""), "places[0].quantity"),
                arguments(places("\"section\":\"FLOOR\",\"quantity\":1,\"priceType\":\"x\""), "places[0].priceType"),
                arguments(
                        places("\"section\":\"FLOOR\",\"quantity\":1},{\"section\":\"FLOOR\",\"quantity\":2"),
                        "places[1].section"),
                arguments(
                        places("\"section\":\"FLOOR\",\"quantity\":10000},{\"section\":\"S\",\"quantity\":1"), "seats"),
                arguments("\"seats\":[\"S-A-1\"],\"best\":{\"quantity\":1}", "best"));
    }

    @ParameterizedTest
    @MethodSource("invalidItems")
    void invalid_seats_are_neither_withheld_nor_released(String items, String field) {
        var event = system.event(2).id();
        assertRefused(event, "/allocations", "{\"name\":\"HOUSE\"," + items + "}", field);
        assertThat(send("/api/events/" + event + "/allocations", "{\"name\":\"HOUSE\",\"seats\":[\"S-A-2\"]}")
                        .status())
                .isEqualTo(200);
        assertRefused(event, "/allocations/HOUSE/release", "{" + items + "}", field);
    }

    static Stream<Arguments> invalidAllocations() {
        return Stream.of(
                arguments("\"reason\":\"x\"", "name"),
                arguments("\"name\":null", "name"),
                arguments("\"name\":7", "name"),
                arguments("\"name\":\"\"", "name"),
                arguments("\"name\":\"house\"", "name"),
                arguments("\"name\":\"-HOUSE\"", "name"),
                arguments("\"name\":\"A/B\"", "name"),
                arguments("\"name\":\"A\\n\"", "name"),
                arguments("\"name\":\"" + "A".repeat(31) + "\"", "name"),
                arguments("\"name\":\"A\",\"reason\":\"\"", "reason"),
                arguments("\"name\":\"A\",\"reason\":7", "reason"),
                arguments("\"name\":\"A\",\"reason\":\"" + "x".repeat(201) + "\"", "reason"),
                arguments("\"name\":\"A\",\"reason\":\"\\u0000\"", "reason"),
                arguments("\"name\":\"A\",\"reason\":\"\\ud800\"", "reason"),
                arguments("\"name\":\"A\",\"holder\":\"x\"", "holder"));
    }

    @ParameterizedTest
    @MethodSource("invalidAllocations")
    void an_invalid_allocation_is_refused_with_the_name_of_the_field(String fields, String field) {
        assertRefused(system.event(2).id(), "/allocations", "{\"seats\":[\"S-A-1\"]," + fields + "}", field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"house", "-", "A%00", "A%0A", "%C3%A4", "A%2FB", "..%2f", "'%20OR%201=1--"})
    void a_name_that_no_allocation_has_is_not_found(String name) {
        var event = system.event(1).id();
        var before = EventRows.read(system, event);

        assertThat(send("/api/events/" + event + "/allocations/" + name + "/release", "{}")
                        .status())
                .isIn(400, 404);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    static Stream<Arguments> invalidCancellations() {
        return Stream.of(
                arguments("\"seats\":[]", "seats"),
                arguments("\"seats\":{}", "seats"),
                arguments("\"seats\":\"S-A-1\"", "seats"),
                arguments("\"seats\":[null]", "seats[0]"),
                arguments("\"seats\":[7]", "seats[0]"),
                arguments("\"seats\":[[]]", "seats[0]"),
                arguments("\"seats\":[\"\"]", "seats[0]"),
                arguments("\"seats\":[\"" + "x".repeat(123) + "\"]", "seats[0]"),
                arguments("\"seats\":[\"S-A-1\\u0000\"]", "seats[0]"),
                arguments("\"seats\":[\"\\ud800\"]", "seats[0]"),
                arguments("\"seats\":[\"S-A-1\",\"S-A-1\"]", "seats[1]"),
                arguments("\"seats\":" + list("\"S-A-1\"", 101), "seats"),
                arguments("\"seats\":[\"S-A-1\"],\"force\":\"yes\"", "force"),
                arguments("\"seats\":[\"S-A-1\"],\"refund\":true", "refund"));
    }

    @ParameterizedTest
    @MethodSource("invalidCancellations")
    void an_invalid_cancellation_of_seats_is_refused_with_the_name_of_the_field(String fields, String field) {
        var event = system.event(2).id();
        var id = api.buy(event, "S-A-1", "S-A-2").json().get("id").asText();
        assertRefused(event, "/reservations/" + id + "/cancel", "{" + fields + "}", field);
    }
}
