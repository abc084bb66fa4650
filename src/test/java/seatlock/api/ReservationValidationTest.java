package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that invalid reservations and confirmations are refused and change nothing. */
class ReservationValidationTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    static Stream<Arguments> invalidReservations() {
        return Stream.of(
                arguments("{\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":null,\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":[],\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":\"S-A-1\",\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":{},\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":[null],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[1],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[\"\"],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[\"" + "x".repeat(123) + "\"],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments(
                        "{\"seats\":[\"S-A-2\",{\"seat\":\"S-A-3\",\"holder\":\"A\\tB\"}],\"email\":\"a@b.c\"}",
                        "seats[1].holder"),
                arguments("{\"seats\":[{\"seat\":\"S\\nA\"}],\"email\":\"a@b.c\"}", "seats[0].seat"),
                arguments("{\"seats\":[\"S\\nA\"],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[[{\"x\":\"\\n\"}]],\"email\":\"a@b.c\"}", "seats[0][0].x"),
                arguments("{\"seats\":[{\"seat\":\"S-A-3\",\"holder\":7}],\"email\":\"a@b.c\"}", "seats[0].holder"),
                arguments("{\"seats\":[{\"seat\":\"S-A-3\",\"row\":\"A\"}],\"email\":\"a@b.c\"}", "seats[0].row"),
                arguments("{\"seats\":[\"S-A-2\",\"S-A-2\"],\"email\":\"a@b.c\"}", "seats[1]"),
                arguments("{\"seats\":[\"S-A-2\"]}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":7}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"nobody\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b@c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"" + "a".repeat(65) + "@b.c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@" + "b".repeat(64) + ".c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@-b.c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b-.c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b.c.\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"Ada <a@b.c>\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b.c,d@e.f\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"" + "a".repeat(251) + "@b.c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b.c\",\"price\":1}", "price"));
    }

    @ParameterizedTest
    @MethodSource("invalidReservations")
    void a_reservation_with_one_invalid_field_is_refused_with_the_name_of_that_field(String body, String field) {
        var held = new HeldSeat(system);

        var response = api.reserveWith(held.event, UUID.randomUUID().toString(), body);

        assertThat(response.outcome()).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors").get(0).get("field").asText()).isEqualTo(field);
        held.assertUnchanged();
    }

    @Test
    void a_basket_of_five_thousand_seats_is_refused() {
        var held = new HeldSeat(system);
        var seats = IntStream.rangeClosed(1, 5000).mapToObj(i -> "S-A-" + i).toArray(String[]::new);

        assertThat(api.reserve(held.event, seats).outcome()).isEqualTo("422 too-many-seats");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"amount\":4500}",
                "{\"paymentReference\":\"\",\"amount\":4500}",
                "{\"paymentReference\":\"pi\"}",
                "{\"paymentReference\":\"pi\",\"amount\":null}",
                "{\"paymentReference\":\"pi\",\"amount\":-4500}",
                "{\"paymentReference\":\"pi\",\"amount\":\"4500\"}",
                "{\"paymentReference\":\"pi\",\"amount\":4500.0}",
                "{\"paymentReference\":\"pi\",\"amount\":1e400}",
                "{\"paymentReference\":\"pi\",\"amount\":true}"
            })
    void an_invalid_confirmation_is_refused_and_changes_nothing(String body) {
        var held = new HeldSeat(system);

        assertThat(api.confirmWith(
                                held.event, held.reservation, UUID.randomUUID().toString(), body)
                        .outcome())
                .isEqualTo("422 invalid-request");
        held.assertUnchanged();
    }
}
