package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that operations with an optional body, or an unusual one, refuse what they do not know, and change nothing. */
class HostileBodyTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @Test
    void cancelling_accepts_no_body_or_an_empty_object_only() {
        var held = new HeldSeat(system);
        var path = Api.path(held.event, held.reservation) + "/cancel";

        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{\"refund\":true}"))
                        .outcome())
                .isEqualTo("422 invalid-request");
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{")).outcome())
                .isEqualTo("400 malformed-request");
        held.assertUnchanged();
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{}")).outcome())
                .isEqualTo("200");

        var other = new HeldSeat(system);
        assertThat(api.cancel(other.event, other.reservation, TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("200");
    }

    @Test
    void erasing_accepts_no_body_or_one_with_force_only() {
        var held = new HeldSeat(system);
        var path = Api.path(held.event, held.reservation) + "/erase";
        for (var body : List.of("{\"force\":\"yes\"}", "{\"force\":1}", "{\"reason\":\"x\"}", "[]", "true")) {
            assertThat(api.send(Api.post(api.asAdmin(api.request(path)), body)).outcome())
                    .as(body)
                    .isEqualTo("422 invalid-request");
        }
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{")).outcome())
                .isEqualTo("400 malformed-request");
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{\"force\":true}"))
                        .outcome())
                .isEqualTo("409 not-erasable");
        held.assertUnchanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"by\":\"PT1H\"}", "[]", "7"})
    void extending_accepts_no_body_or_an_empty_object_only(String body) {
        var held = new HeldSeat(system);
        var path = Api.path(held.event, held.reservation) + "/extend";

        assertThat(api.send(Api.post(api.asAdmin(api.request(path)).header("Idempotency-Key", "k"), body))
                        .outcome())
                .isEqualTo("422 invalid-request");
        held.assertUnchanged();
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)).header("Idempotency-Key", "k"), "{}"))
                        .outcome())
                .isEqualTo("200");
    }

    @Test
    void extending_requires_a_key() {
        var held = new HeldSeat(system);

        assertThat(api.extend(held.event, held.reservation, null, TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("400 idempotency-key-missing");
        assertThat(api.extend(held.event, held.reservation, "k", "rsv_of_somebody_else")
                        .outcome())
                .isEqualTo("404 not-found");
        held.assertUnchanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"reacquire\"", "\"REACQUIRE \"", "true", "1", "[\"REACQUIRE\"]", "{}"})
    void an_unknown_way_to_confirm_a_lapsed_reservation_is_refused(String ifLapsed) {
        var held = new HeldSeat(system);
        var body = "{\"paymentReference\":\"pi_1\",\"amount\":4500,\"ifLapsed\":" + ifLapsed + "}";

        var refused = api.confirmWith(held.event, held.reservation, "k", body);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo("ifLapsed");
        held.assertUnchanged();
    }

    @Test
    void cancelling_an_event_refuses_what_it_cannot_store_and_changes_nothing() {
        var held = new HeldSeat(system);
        var path = "/api/events/" + held.event + "/cancel";
        var bodies = List.of(
                "{\"reason\":\"\"}",
                "{\"reason\":\" \"}",
                "{\"reason\":\"a\\u0000b\"}",
                "{\"reason\":\"" + "x".repeat(1_001) + "\"}",
                "{\"reason\":1}",
                "{\"refund\":\"yes\"}",
                "{\"notify\":1}",
                "{\"notifies\":true}",
                "{\"force\":true}",
                "[]");
        for (var body : bodies) {
            assertThat(api.send(Api.post(api.asAdmin(api.request(path)), body)).outcome())
                    .as(body)
                    .isEqualTo("422 invalid-request");
        }
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{")).outcome())
                .isEqualTo("400 malformed-request");
        assertThat(api.send(Api.post(api.asAdmin(api.request("/api/events/" + UUID.randomUUID() + "/cancel")), "{}"))
                        .outcome())
                .isEqualTo("404 not-found");
        held.assertUnchanged();
        var most = "{\"reason\":\"" + "x".repeat(1_000) + "\"}";
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), most)).status())
                .isEqualTo(200);
    }
}
