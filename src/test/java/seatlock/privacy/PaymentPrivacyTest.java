package seatlock.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;

/** A buyer sees the payments that are stored, and an erasure leaves nothing in them that names the buyer. */
class PaymentPrivacyTest {

    private static final String SECRET = "grace.hopper@navy.example";

    private static final SandboxSystem PAYING = new SandboxSystem();

    @AfterAll
    static void close() {
        PAYING.close();
    }

    private final Event event = PAYING.system.event(4);
    private final EventId id = event.id();

    /** Opens the page for a shop that puts the address of the buyer into the URL. */
    private Api.Response checkout(JsonNode reservation) {
        var returnUrl = "https://venue.example/thanks?buyer=" + SECRET;
        return PAYING.api.checkout(id, reservation, UUID.randomUUID().toString(), returnUrl);
    }

    private JsonNode data(JsonNode reservation) {
        return PAYING.api
                .get(
                        Api.path(id, reservation.get("id").asText()) + "/data",
                        reservation.get("token").asText())
                .json();
    }

    /** Returns the texts about the payments of the event, of the sandbox included, that name the buyer or the page. */
    private List<String> traces() {
        return PAYING.system.query("""
                SELECT text FROM (
                       SELECT unnest(ARRAY[return_url, url, reference, checkout]) AS text FROM payments WHERE event_id = ?
                        UNION ALL SELECT reason FROM refunds WHERE event_id = ?
                        UNION ALL SELECT unnest(ARRAY[return_url, description]) FROM sandbox_checkouts WHERE event_id = ?) AS texts
                 WHERE text LIKE '%' || ? || '%' OR text LIKE '%/sandbox/%'
                """, row -> row.text("text"), id.value(), id.value(), id.value(), SECRET);
    }

    private Api.Response erase(String reservation) {
        return PAYING.api.send(Api.post(
                PAYING.api.asAdmin(PAYING.api.request(Api.path(id, reservation) + "/erase")), "{\"force\":true}"));
    }

    @Test
    void a_buyer_sees_the_stored_payments_and_refunds_without_the_page() {
        var reserved = PAYING.api.reserve(id, "S-A-1").json();
        var opened = checkout(reserved);
        var open = data(reserved).get("payments");
        assertThat(open).hasSize(1);
        assertThat(open.at("/0/returnUrl").asText()).contains(SECRET);
        assertThat(open.toString()).doesNotContain("/sandbox/");

        PAYING.act(opened, Action.PAY);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        PAYING.settle();
        PAYING.refund(id, reserved.get("id").asText(), "{\"amount\":100,\"cancel\":false,\"reason\":\"Fell ill\"}");
        PAYING.settle();

        var data = data(reserved);
        assertThat(data.at("/payments/0/status").asText()).isEqualTo("CAPTURED");
        assertThat(data.at("/payments/0/verdict").asText()).isEqualTo("CONFIRMS");
        assertThat(data.at("/payments/0/captured").asLong()).isEqualTo(4500);
        assertThat(data.at("/payments/0").has("returnUrl")).isFalse();
        assertThat(data.get("refunds")).hasSize(1);
        assertThat(data.at("/refunds/0/paymentId")).isEqualTo(data.at("/payments/0/id"));
        assertThat(data.at("/refunds/0/reason").asText()).isEqualTo("Fell ill");
        assertThat(data.at("/refunds/0/status").asText()).isEqualTo("DONE");
    }

    @Test
    void after_an_erasure_no_payment_names_the_buyer() {
        var reserved = PAYING.api.reserve(id, "S-A-1").json();
        var bought = reserved.get("id").asText();
        PAYING.act(checkout(reserved), Action.PAY);
        PAYING.await(id, bought, "AUTHORIZED");
        PAYING.settle();
        PAYING.refund(id, bought, "{\"amount\":100,\"cancel\":false,\"reason\":\"" + SECRET + " fell ill\"}");
        PAYING.settle();
        assertThat(traces()).hasSize(2);

        assertThat(erase(bought).outcome()).isEqualTo("204");

        assertThat(traces()).isEmpty();
        var paid = PAYING.api.get(Api.path(id, bought), TestSystem.ADMIN_KEY).json();
        assertThat(paid.at("/payment/status").asText()).isEqualTo("CAPTURED");
        assertThat(paid.at("/payment/refunds")).hasSize(1);
    }

    /** The page of a reservation that has just been cancelled is still to be closed, for which its URLs are needed. */
    @Test
    void a_page_that_is_still_open_is_closed_after_an_erasure_and_leaves_nothing() {
        var reserved = PAYING.api.reserve(id, "S-A-1").json();
        checkout(reserved);
        PAYING.api.cancel(id, reserved.get("id").asText(), reserved.get("token").asText());

        assertThat(erase(reserved.get("id").asText()).outcome()).isEqualTo("204");
        PAYING.settle();

        assertThat(PAYING.read(id, reserved).at("/payment/status").asText()).isEqualTo("CLOSED");
        assertThat(traces()).isEmpty();
    }
}
