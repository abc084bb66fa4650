package seatlock.payments.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.payments.Fact;
import seatlock.payments.Payment;
import seatlock.payments.PaymentProvider.Purchase;
import seatlock.payments.ProviderException;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;

/** Pages, states and faults. */
class StripeProviderTest extends StripeTest {

    // Pages

    @Test
    void a_page_says_what_is_paid_by_whom_until_when_and_for_which_payment() throws ProviderException {
        var page = provider.open(created, PURCHASE);

        var opened = stripe.page(page.url());
        var ours = Map.of(
                "event", created.event().toString(),
                "reservation", created.reservation().toString(),
                "payment", created.id().toString());
        assertThat(page.checkout()).isEqualTo(opened.id());
        assertThat(opened.total()).isEqualTo(TOTAL);
        assertThat(opened.currency()).isEqualTo("eur");
        assertThat(opened.parameters())
                .containsEntry("mode", "payment")
                .containsEntry("payment_method_options[card][capture_method]", "manual")
                .containsEntry("line_items[0][price_data][product_data][name]", "2 × Stalls")
                .containsEntry("line_items[0][price_data][product_data][description]", "Aïda & “Co”")
                .containsEntry("line_items[1][price_data][unit_amount]", "250")
                .containsEntry("locale", "it")
                .containsEntry("customer_email", "ada@example.org")
                .containsEntry("success_url", "https://shop.example/thanks?a=1&b=2")
                .containsEntry("cancel_url", "https://shop.example/thanks?a=1&b=2");
        ours.forEach((name, value) -> assertThat(opened.parameters())
                .containsEntry("metadata[" + name + "]", value)
                .containsEntry("payment_intent_data[metadata][" + name + "]", value));
    }

    @Test
    void a_page_that_is_opened_again_is_the_same() throws ProviderException {
        var first = provider.open(created, PURCHASE);

        assertThat(provider.open(created, PURCHASE)).isEqualTo(first);
        assertThat(stripe.pages()).hasSize(1);
    }

    @Test
    void a_page_whose_response_was_lost_is_opened_once() throws ProviderException {
        loseAnswers(Operation.CREATE_PAGE);
        assertUnavailable(() -> provider.open(created, PURCHASE));
        stripe.recover();

        var page = provider.open(created, PURCHASE);

        assertThat(stripe.pages())
                .singleElement()
                .satisfies(each -> assertThat(each.url()).isEqualTo(page.url()));
    }

    /** So the key must be there even for a call that we do not repeat. */
    @Test
    void javas_own_client_repeats_a_call_once_and_it_has_one_effect() throws ProviderException {
        stripe.fail(Operation.CREATE_PAGE, Fault.LOST_ANSWER, 1);

        provider.open(created, PURCHASE);

        assertThat(stripe.calls(Operation.CREATE_PAGE)).isEqualTo(2);
        assertThat(stripe.pages()).hasSize(1);
    }

    @Test
    void another_purchase_under_the_same_key_is_refused() throws ProviderException {
        provider.open(created, PURCHASE);

        assertRefused(() -> provider.open(created, purchase(9001, 249)));
        assertThat(stripe.pages()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"PT1S, PT1H", "PT30M, PT1H", "PT2H, PT2H", "PT24H, PT23H50M"})
    void a_page_closes_when_the_payment_expires_as_far_as_stripe_allows_it(Duration window, Duration open)
            throws ProviderException {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var base = payment("EUR", now);
        var payment = new Payment(
                base.event(),
                base.id(),
                base.reservation(),
                base.provider(),
                base.status(),
                base.verdict(),
                base.amount(),
                base.currency(),
                base.returnUrl(),
                base.checkout(),
                base.url(),
                base.reference(),
                0,
                0,
                false,
                false,
                now,
                now.plus(window));

        var page = provider.open(payment, PURCHASE);

        assertThat(stripe.page(page.url()).expiresAt()).isEqualTo(now.plus(open));
    }

    @Test
    void a_page_can_be_opened_half_an_hour_after_the_buyer_asked_but_not_much_later() throws ProviderException {
        provider.open(payment("EUR", Instant.now().minus(29, ChronoUnit.MINUTES)), PURCHASE);

        assertRefused(() -> provider.open(payment("EUR", Instant.now().minus(31, ChronoUnit.MINUTES)), PURCHASE));
    }

    @ParameterizedTest
    @CsvSource({"it, it", "no, nb", "nb, nb", "pt, pt", "ga, auto", "'', auto"})
    void a_page_has_the_language_of_the_buyer_if_stripe_speaks_it(String language, String locale)
            throws ProviderException {
        var purchase = new Purchase("Aida", PURCHASE.lines(), language, "ada@example.org");

        var page = provider.open(created, purchase);

        assertThat(stripe.page(page.url()).parameters()).containsEntry("locale", locale);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ada", "ädä@example.org", "ada@localhost", "\"a b\"@example.org"})
    void an_address_that_stripe_may_refuse_is_asked_for_on_the_page(String email) throws ProviderException {
        var page = provider.open(created, new Purchase("Aida", PURCHASE.lines(), "en", email));

        assertThat(stripe.page(page.url()).parameters()).doesNotContainKey("customer_email");
    }

    @ParameterizedTest
    @CsvSource({
        "EUR, 9000, 9000",
        "JPY, 9000, 9000",
        "HUF, 9000, 9000",
        "ISK, 9000, 900000",
        "UGX, 9000, 900000",
        "KWD, 9000, 9000",
        "MGA, 9000, 90"
    })
    void amounts_are_counted_as_stripe_counts_them(String currency, long ours, long theirs) throws ProviderException {
        var payment = payment(currency, Instant.now());

        var page = provider.open(payment, purchase(ours, ours));

        assertThat(stripe.page(page.url()).total()).isEqualTo(2 * theirs);
        var intent = stripe.pay(page.url());
        var open = with(payment, Payment.Status.OPEN, Optional.of(page.checkout()), Optional.empty());
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Authorized(intent, 2 * ours, currency));
    }

    @ParameterizedTest
    @CsvSource({"KWD, 9001", "MGA, 9050"})
    void an_amount_that_stripe_cannot_move_is_refused(String currency, long amount) {
        assertRefused(() -> provider.open(payment(currency, Instant.now()), purchase(amount, amount)));
        assertThat(stripe.calls()).isEmpty();
    }

    // State

    @Test
    void the_state_of_a_page_is_that_of_its_payment() throws ProviderException {
        var open = open();
        var page = open.checkout().orElseThrow();
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Open());

        stripe.decline(page);
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Open());

        var intent = stripe.pay(page);
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Authorized(intent, TOTAL, "EUR"));

        provider.capture(with(open, Payment.Status.AUTHORIZED, open.checkout(), Optional.of(intent)));
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Captured(intent, TOTAL, "EUR", List.of(), false));
    }

    @Test
    void a_page_whose_time_is_over_is_closed() throws ProviderException {
        var open = open();
        stripe.expire(open.checkout().orElseThrow());

        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Closed());
    }

    @Test
    void a_page_that_was_declined_and_closed_is_not_paid() throws ProviderException {
        var open = open();
        stripe.decline(open.checkout().orElseThrow());
        stripe.expire(open.checkout().orElseThrow());

        assertThat(provider.lookUp(open)).isInstanceOf(Fact.Voided.class);
    }

    @Test
    void money_that_a_bank_takes_days_for_is_awaited() throws ProviderException {
        var open = open();
        var intent = stripe.payByBank(open.checkout().orElseThrow());
        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Open());
        assertThat(provider.release(open)).isEqualTo(new Fact.Open());

        stripe.arrive(intent);

        assertThat(provider.lookUp(open)).isEqualTo(new Fact.Captured(intent, TOTAL, "EUR", List.of(), false));
    }

    @Test
    void an_authorisation_that_lapsed_is_void() throws ProviderException {
        var paid = paid();
        stripe.lapse(reference(paid));

        assertThat(provider.lookUp(paid)).isEqualTo(new Fact.Voided(reference(paid)));
        assertThat(provider.capture(paid)).isEqualTo(new Fact.Voided(reference(paid)));
        assertThat(provider.release(paid)).isEqualTo(new Fact.Voided(reference(paid)));
    }

    @Test
    void a_dispute_is_seen() throws ProviderException {
        var captured = captured();
        stripe.dispute(reference(captured));

        assertThat(provider.lookUp(captured))
                .isEqualTo(new Fact.Captured(reference(captured), TOTAL, "EUR", List.of(), true));
    }

    // Faults

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CONFLICT", "TOO_MANY", "SERVER_ERROR", "LOST_ANSWER"})
    void a_stripe_that_does_not_decide_is_unavailable(Fault fault) throws ProviderException {
        var open = open();
        var paid = with(
                open,
                Payment.Status.AUTHORIZED,
                open.checkout(),
                Optional.of(stripe.pay(open.url().orElseThrow())));
        stripe.failAll(fault);

        assertUnavailable(() -> provider.open(payment("EUR", Instant.now()), PURCHASE));
        assertUnavailable(() -> provider.lookUp(open));
        assertUnavailable(() -> provider.lookUp(paid));
        assertUnavailable(() -> provider.release(open));
        assertUnavailable(() -> provider.refund(paid, refund(paid, UUID.randomUUID(), 1, 1)));
        assertUnavailable(() -> provider.capture(paid));
    }

    @Test
    void a_stripe_that_is_down_is_unavailable() {
        stripe.close();

        assertUnavailable(() -> provider.open(created, PURCHASE));
    }

    @Test
    void a_stripe_that_hangs_is_unavailable_after_a_while() {
        stripe.failAll(Fault.HANGS);
        var impatient = new StripeProvider(
                FakeStripe.KEY, List.of(FakeStripe.NOTICE_SECRET), stripe.base(), Duration.ofMillis(300));

        assertUnavailable(() -> impatient.open(created, PURCHASE));
    }

    @Test
    void a_key_that_stripe_does_not_know_is_not_quoted_and_may_be_replaced() {
        var key = "sk_test_wrong_0123456789";

        var refusal = failure(() -> provider(key).open(created, PURCHASE));

        assertThat(refusal.isFinal()).isFalse();
        assertThat(refusal).hasMessageContaining("401").hasMessageNotContaining("sk_test");
    }
}
