package seatlock.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;
import seatlock.support.FakeStripe.RefundOutcome;
import seatlock.support.StripeSystem;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The provider fails, hangs, loses its answers or refuses. Nothing is lost, and all else continues. */
class StripeOutageTest {

    private static final StripeSystem PAYING = new StripeSystem();
    private static final long PRICE = 4500;

    private final Event event = PAYING.system.event(100);
    private final EventId id = event.id();

    @AfterEach
    void recover() {
        PAYING.stripe.recover();
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
    }

    @AfterAll
    static void close() {
        PAYING.close();
    }

    private JsonNode reserve(int seat) {
        return PAYING.api.reserve(id, "S-A-" + seat).json();
    }

    private void assertSound() {
        assertThat(PAYING.system.violations(id)).isEmpty();
    }

    /** Returns the threads that call a provider; other tests have some, too. */
    private static Set<Thread> calls() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("provider-call"))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST_ANSWER", "CONFLICT", "TOO_MANY", "SERVER_ERROR"})
    void a_page_that_was_not_opened_is_asked_for_again(Fault fault) {
        var reserved = reserve(1);
        PAYING.stripe.fail(Operation.CREATE_PAGE, fault, 1);
        var first = PAYING.checkout(id, reserved, "k");
        if (fault == Fault.LOST_ANSWER && first.status() == 201) {
            assertThat(PAYING.stripe.calls(Operation.CREATE_PAGE))
                    .as("Java has repeated the call")
                    .isPositive();
        } else {
            assertThat(first.outcome()).isEqualTo("503 provider-unavailable");
            assertThat(first.header("Retry-After")).isNotNull();
        }
        var second = PAYING.checkout(id, reserved, "k");
        assertThat(second.outcome()).isEqualTo("201");
        assertThat(PAYING.stripe.pages().stream()
                        .filter(page -> page.parameters()
                                .getOrDefault("metadata[event]", "")
                                .equals(id.toString()))
                        .count())
                .as("pages, of which one call was repeated")
                .isEqualTo(1);
        assertSound();
    }

    @Test
    void a_provider_that_hangs_stops_no_sale_and_holds_few_threads() {
        var reservations = new ArrayList<JsonNode>();
        for (int seat = 1; seat <= 80; seat++) {
            reservations.add(reserve(seat));
        }
        var before = calls();
        PAYING.stripe.failAll(Fault.HANGS);
        var threads = Executors.newFixedThreadPool(80);
        var pages = new ArrayList<CompletableFuture<String>>();
        for (var reservation : reservations) {
            pages.add(CompletableFuture.supplyAsync(
                    () -> PAYING.checkout(
                                    id, reservation, "k" + reservation.get("id").asText())
                            .outcome(),
                    threads));
        }
        // Sixteen calls hang, 32 buyers wait, and the others are refused at once.
        Wait.until(
                "32 are refused",
                () -> pages.stream().filter(CompletableFuture::isDone).count() >= 32);
        var since = calls();
        since.removeAll(before);
        assertThat(since).hasSizeLessThanOrEqualTo(16);
        for (int seat = 81; seat <= 100; seat++) {
            assertThat(PAYING.api.buy(id, "S-A-" + seat).outcome()).isEqualTo("200");
        }
        PAYING.stripe.recover();
        assertThat(pages).allSatisfy(page -> assertThat(page.join()).isIn("503 provider-unavailable", "201"));
        threads.shutdown();
        for (var reservation : reservations) {
            assertThat(PAYING.checkout(
                                    id, reservation, "k" + reservation.get("id").asText())
                            .outcome())
                    .isEqualTo("201");
        }
        assertSound();
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST_ANSWER", "SERVER_ERROR", "TOO_MANY"})
    void a_capture_that_fails_is_repeated(Fault fault) {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        PAYING.stripe.fail(Operation.CAPTURE, fault, 1);
        PAYING.stripe.pay(page.json().get("url").asText());
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, reserved).get("status").asText()).isEqualTo("CAPTURED");
        assertThat(PAYING.stripe.book(PAYING.intent(id, reserved)).captured()).isEqualTo(PRICE);
        assertThat(PAYING.api.tickets(id, reserved.get("id").asText())).hasSize(1);
        assertSound();
    }

    @Test
    void a_reservation_whose_money_lapses_before_it_is_moved_is_cancelled() {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        PAYING.stripe.fail(call -> call.operation() == Operation.CAPTURE ? Fault.SERVER_ERROR : Fault.NONE);
        var intent = PAYING.stripe.pay(page.json().get("url").asText());
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        PAYING.stripe.lapse(intent);
        PAYING.stripe.recover();
        PAYING.stripe.awaitDelivered();
        PAYING.lookAtAll(id);
        var shown = PAYING.api
                .get(Api.path(id, reserved.get("id").asText()), TestSystem.ADMIN_KEY)
                .json();
        assertThat(shown.get("status").asText()).isEqualTo("CANCELLED");
        assertThat(shown.at("/payment/status").asText()).isEqualTo("VOIDED");
        assertThat(PAYING.system.count(
                        "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendPaymentReturned'",
                        id.value()))
                .isEqualTo(1);
        assertSound();
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST_ANSWER", "SERVER_ERROR"})
    void a_refund_is_made_once_although_its_answer_is_lost(Fault fault) {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.fail(Operation.REFUND, fault, 1);
        assertThat(PAYING.refund(id, bought, "{}").outcome()).isEqualTo("200");
        PAYING.settle();
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(PRICE);
        assertSound();
    }

    @Test
    void a_refused_refund_is_sent_again_under_another_key() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.refundsWill(RefundOutcome.LACKS_BALANCE);
        PAYING.refund(id, bought, "{}");
        PAYING.settle();
        var failed = PAYING.payment(id, bought).at("/refunds/0");
        assertThat(failed.get("status").asText()).isEqualTo("FAILED");
        assertThat(failed.get("failure").asText()).isNotEmpty();
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(PRICE);
        var keys = PAYING.stripe.calls().stream()
                .filter(call -> call.operation() == Operation.REFUND
                        && PAYING.intent(id, bought).equals(call.parameters().get("payment_intent")))
                .map(call -> call.key())
                .toList();
        assertThat(keys).hasSize(2).doesNotHaveDuplicates();
        assertSound();
    }

    @Test
    void a_refund_that_takes_days_is_done_when_the_provider_says_so() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.refundsWill(RefundOutcome.PENDS);
        PAYING.refund(id, bought, "{\"amount\":1000,\"cancel\":false}");
        PAYING.settle();
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("SENT");
        var refund = PAYING.stripe.book(PAYING.intent(id, bought)).refunds().get(0);
        PAYING.stripe.settle(refund, true);
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        assertSound();
    }

    @Test
    void a_refund_in_the_dashboard_replaces_as_much_of_one_that_failed() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.refundsWill(RefundOutcome.LACKS_BALANCE);
        PAYING.refund(id, bought, "{\"amount\":4000,\"cancel\":false}");
        PAYING.settle();
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
        PAYING.stripe.refundInDashboard(PAYING.intent(id, bought), 1000);
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        PAYING.lookAtAll(id);
        var payment = PAYING.payment(id, bought);
        assertThat(payment.get("refunded").asLong()).isEqualTo(4000);
        assertThat(payment.get("refunds"))
                .extracting(refund -> refund.get("origin").asText() + " " + refund.get("amount"))
                .containsExactly("SELLER 3000", "PROVIDER 1000");
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(4000);
        assertThat(PAYING.refund(id, bought, "{\"amount\":501,\"cancel\":false}")
                        .outcome())
                .isEqualTo("409 not-refundable");
        assertSound();
    }

    @Test
    void a_refund_in_the_dashboard_replaces_as_much_of_that_of_a_cancellation() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.refundsWill(RefundOutcome.LACKS_BALANCE);
        PAYING.refund(id, bought, "{}");
        PAYING.settle();
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
        PAYING.stripe.refundInDashboard(PAYING.intent(id, bought), 1000);
        PAYING.stripe.awaitDelivered();
        PAYING.lookAtAll(id);
        PAYING.lookAtAll(id);
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(PRICE);
        assertSound();
    }

    @Test
    void a_refund_in_the_dashboard_of_money_that_confirms_nothing_is_recorded() {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        PAYING.stripe.cancels(false); // so that the money has to be captured, and refunded
        PAYING.stripe.refundsWill(RefundOutcome.LACKS_BALANCE);
        PAYING.api.cancel(id, reserved.get("id").asText(), reserved.get("token").asText());
        var intent = PAYING.stripe.pay(page.json().get("url").asText());
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        PAYING.stripe.cancels(true);
        assertThat(PAYING.payment(id, reserved).at("/refunds/0/status").asText())
                .isEqualTo("FAILED");
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
        PAYING.stripe.refundInDashboard(intent, 1500);
        PAYING.stripe.awaitDelivered();
        PAYING.lookAtAll(id);
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, reserved).get("returned").asText()).isEqualTo("UNWANTED");
        assertThat(PAYING.stripe.book(intent).refunded()).isEqualTo(PRICE);
        assertSound();
    }

    @Test
    void a_refund_that_fails_at_the_bank_after_it_was_accepted_is_sent_again() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.stripe.refundsWill(RefundOutcome.PENDS);
        PAYING.refund(id, bought, "{\"amount\":1000,\"cancel\":false}");
        PAYING.settle();
        PAYING.stripe.settle(
                PAYING.stripe.book(PAYING.intent(id, bought)).refunds().get(0), false);
        PAYING.stripe.awaitDelivered();
        PAYING.stripe.refundsWill(RefundOutcome.SUCCEEDS);
        PAYING.lookAtAll(id);
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(1000);
        assertSound();
    }

    @Test
    void the_amount_that_was_asked_for_confirms_and_no_other() {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        PAYING.system.update("UPDATE payments SET amount = amount + 1 WHERE event_id = ?", id.value());
        var intent = PAYING.stripe.pay(page.json().get("url").asText());
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        assertThat(PAYING.state(id, reserved)).isEqualTo("PENDING VOIDED");
        assertThat(PAYING.payment(id, reserved).get("returned").asText()).isEqualTo("WRONG_AMOUNT");
        assertThat(PAYING.stripe.book(intent).captured()).isZero();
        assertSound();
    }

    @Test
    void a_seller_may_confirm_with_the_payment_of_the_page() {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        PAYING.stripe.hold();
        var intent = PAYING.stripe.pay(page.json().get("url").asText());
        var body = "{\"paymentReference\":\"" + intent + "\",\"amount\":" + PRICE + "}";
        assertThat(PAYING.api
                        .confirmWith(id, reserved.get("id").asText(), "c", body)
                        .outcome())
                .isEqualTo("200");
        PAYING.stripe.release(false);
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        assertThat(PAYING.state(id, reserved)).isEqualTo("CONFIRMED CAPTURED");
        assertThat(PAYING.stripe.book(intent).captured()).isEqualTo(PRICE);
        assertThat(PAYING.api.tickets(id, reserved.get("id").asText())).hasSize(1);
        assertSound();
    }

    @Test
    void a_refund_that_comes_back_from_the_bank_is_sent_again() {
        var bought = PAYING.buy(id, "S-A-1");
        PAYING.refund(id, bought, "{\"amount\":1000,\"cancel\":false}");
        PAYING.settle();
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        PAYING.stripe.settle(
                PAYING.stripe.book(PAYING.intent(id, bought)).refunds().get(0), false);
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, bought).at("/refunds/0/status").asText()).isEqualTo("DONE");
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunded()).isEqualTo(1000);
        assertThat(PAYING.stripe.book(PAYING.intent(id, bought)).refunds()).hasSize(2);
        assertSound();
    }

    @Test
    void a_dispute_is_shown() {
        var bought = PAYING.buy(id, "S-A-1");
        assertThat(PAYING.payment(id, bought).get("disputed").asBoolean()).isFalse();
        PAYING.stripe.dispute(PAYING.intent(id, bought));
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        assertThat(PAYING.payment(id, bought).get("disputed").asBoolean()).isTrue();
        assertSound();
    }

    @Test
    void money_from_a_bank_that_takes_days_is_waited_for() {
        var reserved = reserve(1);
        var page = PAYING.checkout(id, reserved, "k");
        var intent = PAYING.stripe.payByBank(page.json().get("url").asText());
        PAYING.stripe.awaitDelivered();
        PAYING.lookAtAll(id);
        assertThat(PAYING.payment(id, reserved).get("status").asText()).isEqualTo("OPEN");
        PAYING.stripe.arrive(intent);
        PAYING.stripe.awaitDelivered();
        PAYING.settle();
        assertThat(PAYING.payment(id, reserved).get("status").asText()).isEqualTo("CAPTURED");
        assertThat(PAYING.api.tickets(id, reserved.get("id").asText())).hasSize(1);
        assertSound();
    }
}
