package seatlock.payments.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.payments.Fact;
import seatlock.payments.Fact.Returned.Progress;
import seatlock.payments.Payment;
import seatlock.payments.ProviderException;
import seatlock.support.FakeStripe.Operation;
import seatlock.support.FakeStripe.RefundOutcome;

/** Money that is captured, released and given back. */
class StripeMoneyTest extends StripeTest {

    // Capture and release

    @Test
    void capturing_moves_the_money_once() throws ProviderException {
        var paid = paid();

        assertThat(provider.capture(paid)).isEqualTo(moved(paid));
        assertThat(provider.capture(paid)).isEqualTo(moved(paid));

        assertThat(stripe.book(reference(paid)).captured()).isEqualTo(TOTAL);
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"CAPTURE", "CANCEL"})
    void a_change_whose_response_was_lost_is_known_when_it_is_repeated(Operation operation) throws ProviderException {
        var paid = paid();
        loseAnswers(operation);
        var isCapture = operation == Operation.CAPTURE;
        assertUnavailable(() -> change(paid, isCapture));
        stripe.recover();

        assertThat(change(paid, isCapture)).isEqualTo(isCapture ? moved(paid) : new Fact.Voided(reference(paid)));
    }

    private Fact change(Payment payment, boolean isCapture) throws ProviderException {
        return isCapture ? provider.capture(payment) : provider.release(payment);
    }

    @Test
    void releasing_closes_a_page() throws ProviderException {
        var open = open();

        assertThat(provider.release(open)).isEqualTo(new Fact.Closed());
        assertThat(provider.release(open)).isEqualTo(new Fact.Closed());

        assertThat(stripe.page(open.checkout().orElseThrow()).status()).isEqualTo("expired");
        assertThat(stripe.pay(open.checkout().orElseThrow())).isNull();
    }

    @Test
    void a_page_that_turns_out_to_be_paid_is_not_closed() throws ProviderException {
        var open = open();
        var intent = stripe.pay(open.checkout().orElseThrow());

        assertThat(provider.release(open)).isEqualTo(new Fact.Authorized(intent, TOTAL, "EUR"));
    }

    @Test
    void releasing_cancels_an_authorised_payment() throws ProviderException {
        var paid = paid();

        assertThat(provider.release(paid)).isEqualTo(new Fact.Voided(reference(paid)));
        assertThat(provider.release(paid)).isEqualTo(new Fact.Voided(reference(paid)));

        assertThat(stripe.book(reference(paid)).voided()).isEqualTo(TOTAL);
    }

    @Test
    void a_payment_that_was_captured_is_not_cancelled() throws ProviderException {
        var captured = captured();

        assertThat(provider.release(captured)).isEqualTo(moved(captured));
    }

    @Test
    void a_payment_that_stripe_does_not_cancel_is_captured_to_be_given_back() throws ProviderException {
        var paid = paid();
        stripe.cancels(false);

        assertThat(provider.release(paid)).isEqualTo(moved(paid));

        assertThat(stripe.book(reference(paid)).captured()).isEqualTo(TOTAL);
    }

    // Refunds

    @Test
    void a_refund_is_made_once() throws ProviderException {
        var captured = captured();
        var id = UUID.randomUUID();

        var first = provider.refund(captured, refund(captured, id, 4000, 1));
        var second = provider.refund(captured, refund(captured, id, 4000, 1));

        var expected = new Fact.Returned(first.reference(), Optional.of(id), 4000, Progress.DONE, Optional.empty());
        assertThat(first).isEqualTo(expected);
        assertThat(second).isEqualTo(expected);
        assertThat(stripe.book(reference(captured)).refunded()).isEqualTo(4000);
        assertThat(provider.lookUp(captured)).isEqualTo(moved(captured, expected));
    }

    @Test
    void a_refund_whose_response_was_lost_is_made_once() throws ProviderException {
        var captured = captured();
        var refund = refund(captured, UUID.randomUUID(), 4000, 1);
        loseAnswers(Operation.REFUND);
        assertUnavailable(() -> provider.refund(captured, refund));
        stripe.recover();

        assertThat(provider.refund(captured, refund).progress()).isEqualTo(Progress.DONE);
        assertThat(stripe.book(reference(captured)).refunded()).isEqualTo(4000);
    }

    @Test
    void a_refund_that_was_made_under_another_key_is_not_made_again() throws ProviderException {
        var captured = captured();
        var id = UUID.randomUUID();
        var first = provider.refund(captured, refund(captured, id, 4000, 1));

        assertThat(provider.refund(captured, refund(captured, id, 4000, 2))).isEqualTo(first);

        assertThat(stripe.book(reference(captured)).refunded()).isEqualTo(4000);
    }

    @Test
    void a_refund_that_is_on_its_way_is_awaited() throws ProviderException {
        var captured = captured();
        stripe.refundsWill(RefundOutcome.PENDS);
        var refund = refund(captured, UUID.randomUUID(), 4000, 1);

        var sent = provider.refund(captured, refund);
        assertThat(sent.progress()).isEqualTo(Progress.PENDING);
        assertThat(provider.refund(captured, refund)).isEqualTo(sent);

        stripe.settle(sent.reference(), true);
        assertThat(provider.refund(captured, refund).progress()).isEqualTo(Progress.DONE);
    }

    @Test
    void a_refund_that_failed_is_made_under_another_key() throws ProviderException {
        var captured = captured();
        var id = UUID.randomUUID();
        stripe.refundsWill(RefundOutcome.FAILS);
        var failed = provider.refund(captured, refund(captured, id, 4000, 1));
        assertThat(failed.progress()).isEqualTo(Progress.FAILED);
        assertThat(failed.failure()).contains("lost_or_stolen_card");
        assertThat(provider.lookUp(captured)).isEqualTo(moved(captured, failed));
        stripe.refundsWill(RefundOutcome.SUCCEEDS);

        var made = provider.refund(captured, refund(captured, id, 4000, 2));

        assertThat(made.progress()).isEqualTo(Progress.DONE);
        assertThat(stripe.book(reference(captured)).refunded()).isEqualTo(4000);
        assertThat(provider.lookUp(captured)).isEqualTo(moved(captured, made)); // and not the attempt that failed
    }

    @Test
    void a_refund_that_stripe_refuses_says_why() throws ProviderException {
        var captured = captured();
        var id = UUID.randomUUID();
        stripe.refundsWill(RefundOutcome.LACKS_BALANCE);

        var refused = provider.refund(captured, refund(captured, id, 4000, 1));

        assertThat(refused.progress()).isEqualTo(Progress.FAILED);
        assertThat(refused.refund()).contains(id);
        assertThat(refused.failure().orElseThrow()).contains("insufficient funds");
        stripe.refundsWill(RefundOutcome.SUCCEEDS);
        // The same key gets the same refusal; another one does not.
        assertThat(provider.refund(captured, refund(captured, id, 4000, 1)).progress())
                .isEqualTo(Progress.FAILED);
        assertThat(provider.refund(captured, refund(captured, id, 4000, 2)).progress())
                .isEqualTo(Progress.DONE);
    }

    @Test
    void a_refund_from_the_dashboard_is_told_with_the_others_the_oldest_first() throws ProviderException {
        var captured = captured();
        var ours = provider.refund(captured, refund(captured, UUID.randomUUID(), 1000, 1));
        var theirs = stripe.refundInDashboard(reference(captured), 2000);

        assertThat(provider.lookUp(captured))
                .isEqualTo(moved(
                        captured,
                        ours,
                        new Fact.Returned(theirs, Optional.empty(), 2000, Progress.DONE, Optional.empty())));
    }

    @Test
    void more_refunds_than_stripe_lists_at_once_are_all_told() throws ProviderException {
        var captured = captured();
        for (var i = 0; i < 205; i++) {
            stripe.refundInDashboard(reference(captured), 1);
        }

        var fact = (Fact.Captured) provider.lookUp(captured);

        assertThat(fact.refunds())
                .extracting(Fact.Returned::reference)
                .isEqualTo(stripe.book(reference(captured)).refunds());
    }
}
