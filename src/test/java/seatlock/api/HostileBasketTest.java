package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/**
 * Tests that an invalid request for the best seats, and an invalid code, allocation or customer, is refused with the name of the
 * invalid field and changes nothing.
 */
class HostileBasketTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** Fields of a request, the outcome, and the field that the response must name; nothing for an outcome without one. */
    static Stream<Arguments> invalidBaskets() {
        return Stream.of(
                // The best seats
                arguments("\"best\":null", "422 invalid-request", "seats"),
                arguments("\"best\":4", "422 invalid-request", "best"),
                arguments("\"best\":[]", "422 invalid-request", "best"),
                arguments("\"best\":{}", "422 invalid-request", "best.quantity"),
                arguments(best("null"), "422 invalid-request", "best.quantity"),
                arguments(best("0"), "422 invalid-request", "best.quantity"),
                arguments(best("-2147483648"), "422 invalid-request", "best.quantity"),
                arguments(best("1.5"), "422 invalid-request", "best.quantity"),
                arguments(best("\"2\""), "422 invalid-request", "best.quantity"),
                arguments(best("4294967297"), "422 invalid-request", "best.quantity"),
                arguments(best("101"), "422 too-many-seats", ""),
                arguments(best("2147483647"), "422 too-many-seats", ""),
                arguments(best("11"), "422 too-many-seats", ""), // more than the event allows
                arguments("\"seats\":[\"S-A-1\"]," + best("10"), "422 too-many-seats", ""),
                arguments(best("1,\"row\":\"A\""), "422 invalid-request", "best.row"),
                arguments(best("1,\"sections\":[]"), "422 invalid-request", "best.sections"),
                arguments(best("1,\"sections\":\"S\""), "422 invalid-request", "best.sections"),
                arguments(best("1,\"sections\":[null]"), "422 invalid-request", "best.sections[0]"),
                arguments(best("1,\"sections\":[7]"), "422 invalid-request", "best.sections[0]"),
                arguments(best("1,\"sections\":[\"\"]"), "422 invalid-request", "best.sections[0]"),
                arguments(
                        best("1,\"sections\":[\"" + "x".repeat(123) + "\"]"),
                        "422 invalid-request",
                        "best.sections[0]"),
                arguments(best("1,\"sections\":[\"S\",\"S\"]"), "422 invalid-request", "best.sections[1]"),
                arguments(
                        best("1,\"sections\":[" + "\"S\",".repeat(100) + "\"S\"]"),
                        "422 invalid-request",
                        "best.sections"),
                arguments(best("1,\"together\":\"\""), "422 invalid-request", "best.together"),
                arguments(best("1,\"together\":\"required\""), "422 invalid-request", "best.together"),
                arguments(best("1,\"together\":true"), "422 invalid-request", "best.together"),
                arguments(best("1,\"accessible\":-1"), "422 invalid-request", "best.accessible"),
                arguments(best("1,\"accessible\":2"), "422 invalid-request", "best.accessible"),
                arguments(best("1,\"accessible\":true"), "422 invalid-request", "best.accessible"),
                arguments(best("1,\"accessible\":0.5"), "422 invalid-request", "best.accessible"),
                arguments(best("1,\"priceTypes\":[]"), "422 invalid-request", "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{}"), "422 invalid-request", "best.priceTypes"),
                arguments(best("1,\"priceTypes\":\"adult\""), "422 invalid-request", "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{\"\":1}"), "422 invalid-request", "best.priceTypes"),
                arguments(
                        best("1,\"priceTypes\":{\"" + "x".repeat(31) + "\":1}"),
                        "422 invalid-request",
                        "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{\"adult\":null}"), "422 invalid-request", "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{\"adult\":0}"), "422 invalid-request", "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{\"adult\":2}"), "422 invalid-request", "best.priceTypes"),
                arguments(
                        best("1,\"priceTypes\":{\"adult\":2,\"child\":-1}"), "422 invalid-request", "best.priceTypes"),
                arguments(
                        best("2,\"priceTypes\":{\"adult\":2147483647,\"child\":2147483647}"),
                        "422 invalid-request",
                        "best.priceTypes"),
                arguments(best("1,\"priceTypes\":{\"adult\":\"1\"}"), "422 invalid-request", "best.priceTypes.adult"),
                // What belongs to the whole basket
                arguments(one("\"code\":\"\""), "422 invalid-request", "code"),
                arguments(one("\"code\":7"), "422 invalid-request", "code"),
                arguments(one("\"code\":[]"), "422 invalid-request", "code"),
                arguments(one("\"code\":\"" + "x".repeat(51) + "\""), "422 invalid-request", "code"),
                arguments(one("\"code\":\"\\u0000\""), "422 invalid-request", "code"),
                arguments(one("\"code\":\"\\ud800\""), "422 invalid-request", "code"),
                arguments(one("\"allocation\":\"\""), "422 invalid-request", "allocation"),
                arguments(one("\"allocation\":7"), "422 invalid-request", "allocation"),
                arguments(one("\"allocation\":\"" + "X".repeat(31) + "\""), "422 invalid-request", "allocation"),
                arguments(one("\"allocation\":\"\\u0000\""), "422 invalid-request", "allocation"),
                arguments(one("\"customer\":\"\""), "422 invalid-request", "customer"),
                arguments(one("\"customer\":7"), "422 invalid-request", "customer"),
                arguments(one("\"customer\":{}"), "422 invalid-request", "customer"),
                arguments(one("\"customer\":\"" + "x".repeat(101) + "\""), "422 invalid-request", "customer"),
                arguments(one("\"customer\":\"a\\nb\""), "422 invalid-request", "customer"),
                arguments(one("\"customer\":\"\\u0000\""), "422 invalid-request", "customer"),
                arguments(one("\"customer\":\"\\ud800\""), "422 invalid-request", "customer"));
    }

    private static String best(String quantity) {
        return "\"best\":{\"quantity\":" + quantity + "}";
    }

    private static String one(String field) {
        return "\"seats\":[\"S-A-1\"]," + field;
    }

    @ParameterizedTest
    @MethodSource("invalidBaskets")
    void an_invalid_request_is_refused_and_changes_nothing(String fields, String outcome, String named) {
        var event = system.event(12).id();
        var before = EventRows.read(system, event);
        var body = "{" + fields + ",\"email\":\"ada@example.org\"}";

        for (var asSeller : new boolean[] {true, false}) {
            var request = api.request("/api/events/" + event + "/reservations")
                    .header("Idempotency-Key", UUID.randomUUID().toString());
            var response = api.send(Api.post(asSeller ? api.asAdmin(request) : request, body));

            assertThat(response.outcome()).as(response.text()).isEqualTo(outcome);
            if (!named.isEmpty()) {
                assertThat(StreamSupport.stream(response.json().get("errors").spliterator(), false)
                                .map(error -> error.get("field").asText()))
                        .contains(named);
            }
        }
        // A refusal under lock is stored with its key, and is all that changes.
        assertThat(EventRows.read(system, event).stream().filter(line -> !line.startsWith("idempotency_keys")))
                .isEqualTo(before);
    }

    /** Only a seller may name them, whatever they are. */
    @ParameterizedTest
    @ValueSource(strings = {"\"customer\":\"c-17\"", "\"allocation\":\"HOUSE\"", "\"allocation\":\"no such\""})
    void a_buyer_names_neither_a_customer_nor_an_allocation(String field) {
        var event = system.event(1).id();
        var before = EventRows.read(system, event);

        var response = api.reserveWith(
                event, UUID.randomUUID().toString(), "{" + one(field) + ",\"email\":\"ada@example.org\"}");

        assertThat(response.status()).as(response.text()).isIn(401, 403);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }
}
