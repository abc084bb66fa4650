package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** A total of 0 is confirmed without a payment, by the holder or a seller. */
class ConfirmFreeTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private final EventId event = event();

    private EventId event() {
        var response = api.createEvent("""
                {"name":"Open day","venue":"Museum","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
                 "fees":[{"name":"Booking fee","amount":150,"per":"RESERVATION"}],
                 "sections":[{"name":"S","prices":{"adult":4500,"child":0},"rows":[{"name":"A","seats":4}]}]}
                """);
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private JsonNode reserve(String priceType) {
        return api.reserveWith(
                        event,
                        UUID.randomUUID().toString(),
                        "{\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":\"" + priceType
                                + "\"}],\"email\":\"ada@example.org\"}")
                .json();
    }

    /** @param json the body, or null for none */
    private Api.Response confirm(JsonNode reservation, String bearer, String key, String json) {
        var request = api.request(Api.path(event, reservation.get("id").asText()) + "/confirm")
                .header("Idempotency-Key", key);
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return api.send(json == null ? request.POST(BodyPublishers.noBody()) : Api.post(request, json));
    }

    private static String token(JsonNode reservation) {
        return reservation.get("token").asText();
    }

    @Test
    void the_holder_confirms_a_free_reservation_and_gets_tickets() {
        var reserved = reserve("child");
        var key = UUID.randomUUID().toString();

        var confirmed = confirm(reserved, token(reserved), key, null);
        var again = confirm(reserved, token(reserved), key, null);

        assertThat(confirmed.status()).as(confirmed.text()).isEqualTo(200);
        assertThat(confirmed.json().get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(confirmed.json().has("paymentReference")).isFalse();
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.text()).isEqualTo(confirmed.text());
        assertThat(api.tickets(event, reserved.get("id").asText())).hasSize(1);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_seller_confirms_a_free_reservation_with_or_without_a_payment() {
        var without = reserve("child");
        assertThat(confirm(without, TestSystem.ADMIN_KEY, UUID.randomUUID().toString(), "{}")
                        .status())
                .isEqualTo(200);
        api.cancel(event, without.get("id").asText(), TestSystem.ADMIN_KEY);

        var with = reserve("child");
        var confirmed = api.confirm(event, with.get("id").asText(), 0);

        assertThat(confirmed.status()).as(confirmed.text()).isEqualTo(200);
        assertThat(confirmed.json().has("paymentReference")).isTrue();
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_refund_of_a_free_reservation_releases_its_seats_and_moves_no_money() {
        var reserved = reserve("child");
        confirm(reserved, token(reserved), UUID.randomUUID().toString(), null);

        var refunded = api.cancel(event, reserved.get("id").asText(), TestSystem.ADMIN_KEY);

        assertThat(refunded.json().get("status").asText()).isEqualTo("CANCELLED");
        assertThat(refunded.json().has("paymentReference")).isFalse();
        assertThat(reserve("adult").get("id")).isNotNull();
        var sales =
                api.get("/api/events/" + event + "/sales", TestSystem.ADMIN_KEY).json();
        assertThat(sales.at("/amounts/refunded").asLong()).isZero();
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_reservation_with_a_price_is_not_confirmed_without_a_payment() {
        var reserved = reserve("adult");
        var before = EventRows.read(system, event);

        var byHolder = confirm(reserved, token(reserved), UUID.randomUUID().toString(), null);
        assertThat(byHolder.outcome()).isEqualTo("409 amount-mismatch");
        var bySeller = confirm(reserved, TestSystem.ADMIN_KEY, UUID.randomUUID().toString(), "{}");
        assertThat(bySeller.outcome()).isEqualTo("409 amount-mismatch");
        assertThat(api.get(Api.path(event, reserved.get("id").asText()), token(reserved))
                        .json()
                        .get("status")
                        .asText())
                .isEqualTo("PENDING");
        assertThat(before).isNotEmpty();
        assertThat(api.confirm(event, reserved.get("id").asText(), 4650).status())
                .isEqualTo(200);
    }

    /** Only a seller knows whether a payment was made. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"paymentReference\":\"pi_1\",\"amount\":0}",
                "{\"amount\":0}",
                "{\"paymentReference\":\"pi_1\"}",
                "{\"ifLapsed\":\"REACQUIRE\"}"
            })
    void the_holder_names_no_payment(String json) {
        var reserved = reserve("child");
        var before = EventRows.read(system, event);

        var refused = confirm(reserved, token(reserved), UUID.randomUUID().toString(), json);

        assertThat(refused.outcome()).isEqualTo("401 unauthorized");
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    @Test
    void a_stranger_cannot_tell_whether_a_reservation_exists() {
        var reserved = reserve("child");
        var gate = system.database.inTransaction(tx -> new ApiKeys().create(tx, Role.GATE, "gate", Set.of(), null));
        var before = EventRows.read(system, event);

        var key = UUID.randomUUID().toString();
        var wrongToken = confirm(reserved, "0123456789abcdefghijkl", key, null);
        var unknown =
                confirm(Api.object().put("id", UUID.randomUUID().toString()), "0123456789abcdefghijkl", key, null);

        assertThat(wrongToken.outcome()).isEqualTo("404 not-found");
        assertThat(unknown.outcome()).isEqualTo("404 not-found");
        assertThat(confirm(reserved, null, key, null).outcome()).isEqualTo("401 unauthorized");
        assertThat(confirm(reserved, gate.secret().reveal(), key, null).outcome())
                .isEqualTo("403 forbidden");
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    @Test
    void a_free_reservation_that_has_lapsed_is_not_confirmed() {
        var reserved = reserve("child");
        system.lapse(event);

        var late = confirm(reserved, token(reserved), UUID.randomUUID().toString(), null);

        assertThat(late.outcome()).isEqualTo("410 reservation-expired");
    }

    @Test
    void half_a_payment_is_refused() {
        var reserved = reserve("child");

        var noReference =
                confirm(reserved, TestSystem.ADMIN_KEY, UUID.randomUUID().toString(), "{\"amount\":0}");

        assertThat(noReference.outcome()).isEqualTo("422 invalid-request");
    }
}
