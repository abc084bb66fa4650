package seatlock.payments;

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
import seatlock.support.Concurrently;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests over HTTP, with the sandbox: buyers get the seats that they have paid for, and all other money is given back. */
class PaymentsTest {

    private static final long PRICE = 4500;

    private static final SandboxSystem PAYING = new SandboxSystem();

    @AfterAll
    static void close() {
        PAYING.close();
    }

    private final Event event = PAYING.system.event(20);
    private final EventId id = event.id();

    private JsonNode reserve(String... seats) {
        return PAYING.api.reserve(id, seats).json();
    }

    private String seat(int number) {
        return "S-A-" + number;
    }

    private List<String> changes(String reservation) {
        return PAYING.system.query(
                "SELECT type, actor FROM changes WHERE event_id = ? AND reservation_id = ?::uuid ORDER BY version",
                row -> row.text("type") + " by " + row.text("actor"),
                id.value(),
                reservation);
    }

    private long payments() {
        return PAYING.system.count("SELECT count(*) AS n FROM payments WHERE event_id = ?", id.value());
    }

    private void assertSound() {
        assertThat(PAYING.system.violations(id)).isEmpty();
    }

    /** Reserves, pays, and waits until the money was moved. */
    private String buy(String... seats) {
        var reserved = reserve(seats);
        PAYING.act(PAYING.checkout(id, reserved), Action.PAY);
        var bought = reserved.get("id").asText();
        PAYING.await(id, bought, "AUTHORIZED");
        PAYING.settle();
        return bought;
    }

    @Test
    void a_paid_reservation_is_confirmed_and_gets_its_tickets_with_the_money() {
        var reserved = reserve(seat(1), seat(2));
        var opened = PAYING.checkout(id, reserved);
        assertThat(opened.outcome()).isEqualTo("201");
        assertThat(opened.json().get("url").asText()).endsWith("/sandbox/" + SandboxSystem.payment(opened));
        var reservation = reserved.get("id").asText();
        assertThat(PAYING.read(id, reserved).at("/payment/status").asText()).isEqualTo("OPEN");
        assertThat(PAYING.read(id, reserved).get("expiresAt"))
                .isEqualTo(opened.json().get("expiresAt"));

        assertThat(PAYING.act(opened, Action.PAY)).isTrue();
        var confirmed = PAYING.await(id, reservation, "AUTHORIZED");
        assertThat(confirmed.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(PAYING.api.tickets(id, reservation)).isEmpty();
        assertSound();

        PAYING.settle();
        var paid = PAYING.read(id, reservation);
        assertThat(paid.at("/payment/status").asText()).isEqualTo("CAPTURED");
        assertThat(paid.at("/payment/amount").asLong())
                .isEqualTo(reserved.at("/total/amount").asLong());
        assertThat(PAYING.api.tickets(id, reservation)).hasSize(2);
        assertThat(changes(reservation))
                .containsExactly(
                        "reservation.extended by holder",
                        "reservation.confirmed by provider",
                        "payment.captured by provider");
        assertThat(PAYING.money(id)).isEqualTo(reserved.at("/total/amount").asLong());
        assertSound();
    }

    @Test
    void an_open_page_is_returned_again_and_a_repeated_request_gets_its_reply() {
        var reserved = reserve(seat(1));
        var key = UUID.randomUUID().toString();
        var opened = PAYING.checkout(id, reserved, key);
        assertThat(PAYING.checkout(id, reserved).json()).isEqualTo(opened.json());
        PAYING.act(opened, Action.PAY);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        var repeated = PAYING.checkout(id, reserved, key);
        assertThat(repeated.json()).isEqualTo(opened.json());
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(PAYING.checkout(id, reserved).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(payments()).isEqualTo(1);
        PAYING.settle();
    }

    @Test
    void a_page_is_refused_for_a_reservation_that_holds_nothing() {
        var lapsed = reserve(seat(1));
        PAYING.pass(id, 15);
        assertThat(PAYING.checkout(id, lapsed).outcome()).isEqualTo("410 reservation-expired");
        var cancelled = reserve(seat(2));
        PAYING.api.cancel(
                id, cancelled.get("id").asText(), cancelled.get("token").asText());
        assertThat(PAYING.checkout(id, cancelled).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(payments()).isZero();
    }

    @Test
    void a_page_needs_the_token_a_url_and_a_key() {
        var reserved = reserve(seat(1));
        var path = Api.path(id, reserved.get("id").asText()) + "/checkout";
        var body = "{\"returnUrl\":\"https://venue.example\"}";
        assertThat(PAYING.api
                        .send(Api.post(
                                PAYING.api
                                        .request(path)
                                        .header("Idempotency-Key", "k")
                                        .header("Authorization", "Bearer x"),
                                body))
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(PAYING.api
                        .send(Api.post(
                                PAYING.api
                                        .request(path)
                                        .header(
                                                "Authorization",
                                                "Bearer "
                                                        + reserved.get("token").asText()),
                                body))
                        .outcome())
                .isEqualTo("400 idempotency-key-missing");
        for (var wrong : List.of("javascript:alert(1)", "", "/thanks", "https://user:secret@venue.example")) {
            var sent = PAYING.api.send(Api.post(
                    PAYING.api
                            .request(path)
                            .header("Idempotency-Key", "k2")
                            .header(
                                    "Authorization",
                                    "Bearer " + reserved.get("token").asText()),
                    Api.object().put("returnUrl", wrong).toString()));
            assertThat(sent.outcome()).as(wrong).isEqualTo("422 invalid-request");
        }
        assertThat(TestSystem.shared()
                        .api
                        .send(Api.post(
                                TestSystem.shared()
                                        .api
                                        .asAdmin(TestSystem.shared().api.request(path))
                                        .header("Idempotency-Key", "k"),
                                body))
                        .outcome())
                .as("a server without a provider")
                .isEqualTo("404 not-found");
    }

    @Test
    void nothing_is_to_be_paid_for_a_free_reservation() {
        var free = PAYING.api.createEvent("""
                {"name":"Free","venue":"Park","startsAt":"2029-06-01T18:00:00Z","timeZone":"UTC","currency":"EUR",
                 "sections":[{"name":"LAWN","price":0,"places":5}]}
                """).json();
        var freeId = new EventId(UUID.fromString(free.get("id").asText()));
        var reserved = PAYING.api
                .reserveWith(
                        freeId,
                        "free",
                        "{\"email\":\"ada@example.org\",\"places\":[{\"section\":\"LAWN\",\"quantity\":1}]}")
                .json();
        assertThat(PAYING.checkout(freeId, reserved).outcome()).isEqualTo("409 nothing-to-pay");
    }

    @Test
    void money_that_comes_late_gets_the_seats_back_if_they_are_free() {
        var reserved = reserve(seat(1), seat(2));
        var opened = PAYING.checkout(id, reserved);
        PAYING.pass(id, 31);
        assertThat(PAYING.act(opened, Action.PAY)).isFalse();
        assertThat(PAYING.act(opened, Action.PAY_LATE)).isTrue();
        Wait.until("replaced", () -> PAYING.read(id, reserved).has("replacedBy"));
        var lapsed = PAYING.read(id, reserved);
        assertThat(lapsed.get("status").asText()).isEqualTo("EXPIRED");
        var successor = lapsed.get("replacedBy").asText();
        PAYING.settle();
        var paid = PAYING.read(id, successor);
        assertThat(paid.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(paid.at("/payment/status").asText()).isEqualTo("CAPTURED");
        assertThat(paid.at("/payment/late").asBoolean()).isTrue();
        assertThat(PAYING.api.tickets(id, successor)).hasSize(2);
        assertSound();
    }

    @Test
    void money_that_comes_too_late_is_released_and_the_buyer_is_told() {
        var reserved = reserve(seat(1), seat(2));
        var opened = PAYING.checkout(id, reserved);
        PAYING.pass(id, 31);
        var other = buy(seat(2));
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        PAYING.settle();
        var late = PAYING.read(id, reserved);
        assertThat(late.get("status").asText()).isEqualTo("EXPIRED");
        assertThat(late.at("/payment/status").asText()).isEqualTo("VOIDED");
        assertThat(late.at("/payment/returned").asText()).isEqualTo("LATE");
        assertThat(PAYING.read(id, other).get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(PAYING.system.count(
                        "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendPaymentReturned'",
                        id.value()))
                .isEqualTo(1);
        assertThat(PAYING.money(id)).isEqualTo(late.at("/total/amount").asLong() / 2);
        assertSound();
    }

    @Test
    void a_second_payment_on_the_same_page_is_released() {
        var reserved = reserve(seat(1));
        var opened = PAYING.checkout(id, reserved);
        PAYING.act(opened, Action.PAY_TWICE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        Wait.until("two payments", () -> payments() == 2);
        PAYING.settle();
        assertThat(PAYING.system.query(
                        "SELECT status || ' ' || verdict AS text FROM payments WHERE event_id = ? ORDER BY 1",
                        row -> row.text("text"),
                        id.value()))
                .containsExactly("CAPTURED CONFIRMS", "VOIDED DUPLICATE");
        assertThat(PAYING.money(id)).isEqualTo(reserved.at("/total/amount").asLong());
        assertSound();
    }

    @Test
    void a_cancelled_reservation_closes_its_page() {
        var reserved = reserve(seat(1));
        var opened = PAYING.checkout(id, reserved);
        PAYING.api.cancel(id, reserved.get("id").asText(), reserved.get("token").asText());
        PAYING.settle();
        assertThat(PAYING.act(opened, Action.PAY)).isFalse();
        assertThat(PAYING.read(id, reserved).at("/payment/status").asText()).isEqualTo("CLOSED");
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");
        PAYING.settle();
        assertThat(PAYING.read(id, reserved).at("/payment/returned").asText()).isEqualTo("UNWANTED");
        assertThat(PAYING.money(id)).isZero();
        assertSound();
    }

    @Test
    void a_lost_notice_costs_time_only() {
        var reserved = reserve(seat(1));
        var opened = PAYING.checkout(id, reserved);
        PAYING.system.update(
                "UPDATE sandbox_checkouts SET status = 'PAID' WHERE payment_id = ?",
                SandboxSystem.payment(opened).value());
        PAYING.system.update("""
                INSERT INTO sandbox_payments (event_id, reference, payment_id, status, amount, created_at)
                SELECT event_id, 'lost_' || payment_id, payment_id, 'AUTHORIZED', amount, now()
                  FROM sandbox_checkouts WHERE payment_id = ?
                """, SandboxSystem.payment(opened).value());
        PAYING.system.update("UPDATE payments SET due_at = now() WHERE event_id = ?", id.value());
        PAYING.settle();
        PAYING.settle();
        assertThat(PAYING.read(id, reserved).at("/payment/status").asText()).isEqualTo("CAPTURED");
        assertThat(PAYING.api.tickets(id, reserved.get("id").asText())).hasSize(1);
        assertSound();
    }

    @Test
    void a_reservation_that_is_cancelled_before_its_money_was_moved_releases_it() {
        var reserved = reserve(seat(1), seat(2));
        PAYING.act(PAYING.checkout(id, reserved), Action.PAY);
        var reservation = reserved.get("id").asText();
        PAYING.await(id, reservation, "AUTHORIZED");
        assertThat(PAYING.api.cancelSeats(id, reservation, seat(1)).outcome()).isEqualTo("503 overloaded");
        assertThat(PAYING.api.cancel(id, reservation, TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("200");
        PAYING.settle();
        assertThat(PAYING.read(id, reservation).at("/payment/status").asText()).isEqualTo("VOIDED");
        assertThat(PAYING.money(id)).isZero();
        assertSound();
    }

    @Test
    void money_and_seats_are_refunded_together_or_alone() {
        var bought = buy(seat(1), seat(2), seat(3));
        var some = PAYING.refund(id, bought, "{\"seats\":[\"" + seat(1) + "\"],\"reason\":\"Fell ill\"}");
        assertThat(some.outcome()).isEqualTo("200");
        assertThat(some.json().get("seats")).hasSize(2);
        assertThat(some.json().at("/payment/refunded").asLong()).isEqualTo(PRICE);
        var money = PAYING.refund(id, bought, "{\"amount\":100,\"cancel\":false}");
        assertThat(money.json().get("seats")).hasSize(2);
        assertThat(money.json().at("/payment/refunded").asLong()).isEqualTo(PRICE + 100);
        var seats = PAYING.refund(id, bought, "{\"seats\":[\"" + seat(2) + "\"],\"amount\":0}");
        assertThat(seats.json().get("seats")).hasSize(1);
        assertThat(seats.json().at("/payment/refunded").asLong()).isEqualTo(PRICE + 100);
        assertThat(PAYING.refund(id, bought, "{\"cancel\":false}").outcome()).isEqualTo("422 invalid-request");
        var tooMuch = PAYING.refund(id, bought, "{\"amount\":" + 3 * PRICE + ",\"cancel\":false}");
        assertThat(tooMuch.outcome()).isEqualTo("409 not-refundable");
        assertThat(tooMuch.json().get("left").asLong()).isEqualTo(2 * PRICE - 100);
        var rest = PAYING.refund(id, bought, "{\"amount\":" + (2 * PRICE - 100) + "}");
        assertThat(rest.json().get("status").asText()).isEqualTo("CANCELLED");
        PAYING.settle();
        assertThat(PAYING.money(id)).isZero();
        assertThat(PAYING.read(id, bought).at("/payment/refunds"))
                .extracting(refund -> refund.get("status").asText())
                .containsOnly("DONE");
        assertSound();
    }

    @Test
    void money_that_was_given_back_for_a_seat_is_not_given_back_again_with_the_seat() {
        var bought = buy(seat(1), seat(2));
        PAYING.refund(id, bought, "{\"amount\":" + PRICE + ",\"cancel\":false}");
        assertThat(PAYING.refund(id, bought, "{\"seats\":[\"" + seat(1) + "\"]}")
                        .json()
                        .at("/payment/refunded")
                        .asLong())
                .isEqualTo(PRICE);
        PAYING.api.cancel(id, bought, TestSystem.ADMIN_KEY);
        PAYING.settle();
        assertThat(PAYING.money(id)).isZero();
        assertSound();
    }

    @Test
    void a_seller_who_confirms_closes_the_page() {
        var reserved = reserve(seat(1));
        var opened = PAYING.checkout(id, reserved);
        PAYING.api.confirm(id, reserved.get("id").asText(), PRICE);
        PAYING.settle();
        assertThat(PAYING.read(id, reserved).at("/payment/status").asText()).isEqualTo("CLOSED");
        assertThat(PAYING.act(opened, Action.PAY)).isFalse();

        var other = reserve(seat(2));
        var page = PAYING.checkout(id, other);
        PAYING.api.reacquire(id, other.get("id").asText(), UUID.randomUUID().toString(), PRICE);
        PAYING.settle();
        assertThat(PAYING.act(page, Action.PAY)).isFalse();
        assertSound();
    }

    @Test
    void no_second_page_is_opened_while_that_of_another_provider_can_be_paid() {
        var reserved = reserve(seat(1));
        PAYING.checkout(id, reserved);
        PAYING.system.update("UPDATE payments SET provider = 'stripe' WHERE event_id = ?", id.value());
        var refused = PAYING.checkout(id, reserved);
        assertThat(refused.outcome()).isEqualTo("503 provider-unavailable");
        assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
        assertThat(payments()).isEqualTo(1);
        PAYING.system.update("UPDATE payments SET provider = 'sandbox' WHERE event_id = ?", id.value());
        assertThat(PAYING.checkout(id, reserved).outcome()).isEqualTo("201");
    }

    @Test
    void copies_of_a_request_that_run_at_once_open_one_page() {
        var reserved = reserve(seat(1));
        var outcomes = Concurrently.run(
                20, client -> PAYING.checkout(id, reserved, "same").outcome());
        assertThat(outcomes).allMatch(outcome -> outcome.equals("201") || outcome.equals("409 idempotency-key-in-use"));
        assertThat(outcomes).contains("201");
        assertThat(payments()).isEqualTo(1);
    }

    @Test
    void a_refund_is_made_once_for_its_key() {
        var bought = buy(seat(1));
        var first = PAYING.refund(id, bought, "once", "{\"amount\":100,\"cancel\":false}");
        var again = PAYING.refund(id, bought, "once", "{\"amount\":100,\"cancel\":false}");
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(PAYING.refund(id, bought, "once", "{\"amount\":200,\"cancel\":false}")
                        .outcome())
                .isEqualTo("422 idempotency-key-reused");
        PAYING.settle();
        assertThat(PAYING.money(id)).isEqualTo(PRICE - 100);
        assertSound();
    }

    @Test
    void a_cancellation_gives_the_money_back() {
        var bought = buy(seat(1), seat(2));
        PAYING.api.cancelSeats(id, bought, seat(1));
        PAYING.settle();
        assertThat(PAYING.money(id)).isEqualTo(PRICE);
        PAYING.api.cancel(id, bought, TestSystem.ADMIN_KEY);
        PAYING.settle();
        assertThat(PAYING.money(id)).isZero();
        assertSound();
    }

    @Test
    void no_money_goes_back_for_a_reservation_that_a_seller_has_confirmed() {
        var bought = PAYING.api.buyOne(id, seat(1));
        var refused = PAYING.refund(id, bought, "{\"amount\":1}");
        assertThat(refused.outcome()).isEqualTo("409 not-refundable");
        assertThat(refused.json().get("left").asLong()).isZero();
        assertThat(PAYING.read(id, bought).get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(PAYING.refund(id, bought, "{}").json().get("status").asText())
                .isEqualTo("CANCELLED");
    }

    @Test
    void a_notice_that_is_not_signed_changes_nothing() {
        var reserved = reserve(seat(1));
        var opened = PAYING.checkout(id, reserved);
        var body = "id=1&event=" + id + "&payment=" + SandboxSystem.payment(opened)
                + "&status=AUTHORIZED&reference=forged&amount=" + reserved.at("/total/amount") + "&currency=EUR";
        for (var signature : List.of("", "t=1,v1=00", "t=1,v1=" + "0".repeat(64))) {
            var request = PAYING.api.request("/api/providers/sandbox/notices");
            if (!signature.isEmpty()) {
                request.header("Sandbox-Signature", signature);
            }
            assertThat(PAYING.api.send(Api.post(request, body)).outcome()).isEqualTo("400 invalid-notice");
        }
        assertThat(PAYING.api
                        .send(Api.post(PAYING.api.request("/api/providers/stripe/notices"), body))
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(PAYING.read(id, reserved).get("status").asText()).isEqualTo("PENDING");
    }
}
