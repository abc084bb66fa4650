package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Delivery;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;
import seatlock.support.FakeStripe.Signing;
import seatlock.support.StripeSystem;

/** Notices of Stripe over HTTP: which are believed, and what they change. */
class StripeNoticesTest {

    private static final long PRICE = 4500;

    private static StripeSystem shop;

    private final FakeStripe stripe = shop.stripe;
    private EventId event;
    private JsonNode reservation;
    private String page;

    @BeforeAll
    static void open() {
        shop = new StripeSystem();
    }

    @AfterAll
    static void close() {
        shop.close();
    }

    @BeforeEach
    void reserve() {
        event = shop.system.event(2).id();
        reservation = shop.api.reserve(event, "S-A-1").json();
        var opened = shop.checkout(event, reservation, UUID.randomUUID().toString());
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        page = opened.json().get("url").asText();
    }

    @AfterEach
    void books_agree() {
        stripe.recover();
        stripe.deliver(notice -> Delivery.NOW);
        stripe.signWith(FakeStripe.NOTICE_SECRET);
        stripe.awaitDelivered();
        assertThat(shop.system.violations(event)).isEmpty();
    }

    private String state() {
        return shop.state(event, reservation);
    }

    private long noted() {
        return shop.system.count("SELECT count(*) AS n FROM provider_notices WHERE event_id = ?", event.value());
    }

    @Test
    void a_notice_confirms_and_the_money_is_captured_once() {
        var intent = stripe.pay(page);
        stripe.awaitDelivered();
        assertThat(state()).isEqualTo("CONFIRMED AUTHORIZED");

        shop.settle();
        stripe.awaitDelivered();

        assertThat(state()).isEqualTo("CONFIRMED CAPTURED");
        assertThat(stripe.book(intent).captured()).isEqualTo(PRICE);
        assertThat(shop.api.tickets(event, reservation.get("id").asText())).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Signing.class,
            names = {"FORGED", "OLD"})
    void a_notice_that_is_forged_or_old_changes_nothing(Signing signing) {
        var before = stripe.statuses().size();
        stripe.deliver(notice -> Delivery.signed(signing));

        stripe.pay(page);
        stripe.awaitDelivered();

        var statuses = stripe.statuses();
        assertThat(statuses.subList(before, statuses.size())).isNotEmpty().containsOnly(400);
        assertThat(state()).isEqualTo("PENDING OPEN");
        assertThat(noted()).isZero();
    }

    @Test
    void a_notice_without_its_signature_or_with_that_of_another_body_is_refused() {
        var paid = paidButUntold();
        var signature = stripe.signature(paid, Signing.RIGHT);

        assertThat(send(paid, null)).isEqualTo("400 invalid-notice");
        assertThat(send(paid.replace("4500", "4501"), signature)).isEqualTo("400 invalid-notice");
        assertThat(send(paid + " ", signature)).isEqualTo("400 invalid-notice");
        assertThat(state()).isEqualTo("PENDING OPEN");

        assertThat(send(paid, signature)).isEqualTo("200");
        assertThat(state()).isEqualTo("CONFIRMED AUTHORIZED");
    }

    /** Pays, and returns the notice of it, which was lost. */
    private String paidButUntold() {
        stripe.deliver(notice -> Delivery.LOST);
        var intent = stripe.pay(page);
        return notice("payment_intent.amount_capturable_updated", intent).json();
    }

    private FakeStripe.Notice notice(String type, String subject) {
        return stripe.notices().stream()
                .filter(each -> each.type().equals(type) && each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private String send(String body, String signature) {
        var request = shop.api.request("/api/providers/stripe/notices");
        if (signature != null) {
            request.header("Stripe-Signature", signature);
        }
        return shop.api.send(Api.post(request, body)).outcome();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "t=",
                "t=1",
                "v1=00",
                "t=x,v1=00",
                "t=99999999999999999999,v1=00",
                "t=-1,v1=00",
                "t=1,v1=",
                "t=1,t=2,v1=0,v1=1",
                "=,=,="
            })
    void a_signature_that_is_none_is_refused(String signature) {
        assertThat(send("{}", signature)).isEqualTo("400 invalid-notice");
    }

    @ParameterizedTest
    @ValueSource(strings = {FakeStripe.NOTICE_SECRET, StripeSystem.OLDER_SECRET})
    void any_of_the_secrets_is_good_while_one_replaces_another(String secret) {
        stripe.signWith("whsec_that_the_server_does_not_have", secret);

        stripe.pay(page);
        stripe.awaitDelivered();

        assertThat(state()).isEqualTo("CONFIRMED AUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void notices_may_come_twice_and_in_reverse(boolean isReversed) {
        stripe.deliver(notice -> Delivery.TWICE);
        stripe.hold();
        var intent = stripe.pay(page);
        // The server asks before it is told.
        shop.system.update("UPDATE payments SET due_at = statement_timestamp() WHERE event_id = ?", event.value());
        shop.settle();
        assertThat(state()).isEqualTo("CONFIRMED CAPTURED");

        stripe.release(isReversed);
        stripe.awaitDelivered();
        shop.settle();

        assertThat(state()).isEqualTo("CONFIRMED CAPTURED");
        assertThat(stripe.book(intent).captured()).isEqualTo(PRICE);
        assertThat(stripe.book(intent).refunded()).isZero();
        assertThat(noted()).isEqualTo(2); // of the payment intent: authorised, captured
    }

    @Test
    void notices_that_overtake_each_other_have_the_same_result() {
        stripe.deliver(notice -> Delivery.LOST);
        var intent = stripe.pay(page);
        shop.system.update("UPDATE payments SET due_at = statement_timestamp() WHERE event_id = ?", event.value());
        // Somebody captures it in the dashboard, and both are told in reverse.
        var authorized = notice("payment_intent.amount_capturable_updated", intent);
        stripe.captureInDashboard(intent);
        var captured = notice("payment_intent.succeeded", intent);

        assertThat(send(captured.json(), stripe.signature(captured.json(), Signing.RIGHT)))
                .isEqualTo("200");
        assertThat(state()).isEqualTo("CONFIRMED CAPTURED");
        assertThat(send(authorized.json(), stripe.signature(authorized.json(), Signing.RIGHT)))
                .isEqualTo("200");

        assertThat(state()).isEqualTo("CONFIRMED CAPTURED");
    }

    @Test
    void a_page_that_expired_is_closed() {
        stripe.expire(page);
        stripe.awaitDelivered();

        assertThat(state()).isEqualTo("PENDING CLOSED");
    }

    @Test
    void a_refund_and_a_dispute_from_elsewhere_are_noticed() {
        var intent = stripe.pay(page);
        stripe.awaitDelivered();
        shop.settle();
        stripe.awaitDelivered();

        stripe.refundInDashboard(intent, 1000);
        stripe.dispute(intent);
        stripe.awaitDelivered();
        shop.settle();

        var payment = shop.payment(event, reservation);
        assertThat(payment.get("refunded").asLong()).isEqualTo(1000);
        assertThat(payment.get("disputed").asBoolean()).isTrue();
    }

    @Test
    void notices_about_something_else_are_accepted_and_change_nothing() {
        var paid = (ObjectNode) Api.json(paidButUntold());
        var object = (ObjectNode) paid.at("/data/object");

        assertThat(sendSigned(paid.deepCopy().put("type", "payout.paid"))).isEqualTo("200");
        assertThat(sendSigned(paid.deepCopy().put("type", "customer.created"))).isEqualTo("200");
        object.putObject("metadata").put("event", "Aida").put("payment", "17");
        assertThat(sendSigned(paid)).isEqualTo("200");
        object.putObject("metadata")
                .put("event", event.toString())
                .put("payment", UUID.randomUUID().toString());
        assertThat(sendSigned(paid)).isEqualTo("200");
        object.remove("metadata");
        assertThat(sendSigned(paid)).isEqualTo("200");
        paid.put("type", "charge.refunded")
                .putObject("data")
                .putObject("object")
                .put("payment_intent", "pi_other");
        assertThat(sendSigned(paid)).isEqualTo("200");
        paid.remove("data");
        assertThat(sendSigned(paid)).isEqualTo("200");

        assertThat(state()).isEqualTo("PENDING OPEN");
        assertThat(noted()).isZero();
    }

    private String sendSigned(JsonNode body) {
        return send(body.toString(), stripe.signature(body.toString(), Signing.RIGHT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "17", "{", "\"event\"", "null"})
    void a_signed_body_that_is_no_event_is_refused(String body) {
        assertThat(send(body, stripe.signature(body, Signing.RIGHT))).isEqualTo("400 invalid-notice");
    }

    @Test
    void a_notice_of_another_version_of_the_api_is_read() {
        var paid = (ObjectNode) Api.json(paidButUntold());
        paid.put("api_version", "2019-02-19");
        ((ObjectNode) paid.at("/data/object")).put("latest_charge", 17).put("charges", "unlike today");

        assertThat(sendSigned(paid)).isEqualTo("200");

        assertThat(state()).isEqualTo("CONFIRMED AUTHORIZED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SERVER_ERROR", "TOO_MANY", "CONFLICT", "LOST_ANSWER"})
    void a_buyer_asks_again_after_a_fault_and_gets_one_page(Fault fault) {
        var other = shop.api.reserve(event, "S-A-2").json();
        var attempts = new AtomicInteger();
        // Java's own client repeats a call once if the connection was closed.
        stripe.fail(call ->
                call.operation() == Operation.CREATE_PAGE && attempts.getAndIncrement() < 2 ? fault : Fault.NONE);
        var before = stripe.pages().size();
        while (shop.checkout(event, other, UUID.randomUUID().toString()).status() != 201) {
            assertThat(attempts.get()).isPositive().isLessThan(10);
        }

        assertThat(attempts.get()).isGreaterThan(1);
        assertThat(stripe.pages()).hasSize(before + 1);
        assertThat(shop.state(event, other)).isEqualTo("PENDING OPEN");
    }
}
