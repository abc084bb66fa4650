package seatlock.payments.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;
import seatlock.payments.Fact;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;
import seatlock.payments.PaymentProvider.Purchase;
import seatlock.payments.ProviderException;
import seatlock.payments.Refund;
import seatlock.payments.Verdict;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Fault;
import seatlock.support.FakeStripe.Operation;

/** A provider in front of a {@link FakeStripe}, and payments in each state. */
abstract class StripeTest {

    static final long TOTAL = 9250;
    static final Purchase PURCHASE = purchase(9000, 250);

    final FakeStripe stripe = new FakeStripe();
    final StripeProvider provider = provider(FakeStripe.KEY);
    final Payment created = payment("EUR", Instant.now());

    @AfterEach
    void close() {
        stripe.close();
    }

    StripeProvider provider(String key) {
        return new StripeProvider(key, List.of("whsec_older_0123456789", FakeStripe.NOTICE_SECRET), stripe.base());
    }

    static Purchase purchase(long seats, long fee) {
        var lines = List.of(new Purchase.Line("2 × Stalls", seats), new Purchase.Line("Booking fee", fee));
        return new Purchase("Aïda & “Co”", lines, "it", "ada@example.org");
    }

    static Payment payment(String currency, Instant createdAt) {
        return new Payment(
                new EventId(UUID.randomUUID()),
                new PaymentId(UUID.randomUUID()),
                new ReservationId(UUID.randomUUID()),
                StripeProvider.NAME,
                Payment.Status.CREATED,
                Optional.empty(),
                TOTAL,
                currency,
                Optional.of("https://shop.example/thanks?a=1&b=2"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                false,
                false,
                createdAt,
                createdAt.plus(30, ChronoUnit.MINUTES));
    }

    static Payment with(Payment payment, Payment.Status status, Optional<String> checkout, Optional<String> reference) {
        return new Payment(
                payment.event(),
                payment.id(),
                payment.reservation(),
                payment.provider(),
                status,
                reference.map(paid -> Verdict.CONFIRMS),
                payment.amount(),
                payment.currency(),
                payment.returnUrl(),
                checkout,
                checkout,
                reference,
                0,
                0,
                false,
                false,
                payment.createdAt(),
                payment.expiresAt());
    }

    Payment open() throws ProviderException {
        var page = provider.open(created, PURCHASE);
        return with(created, Payment.Status.OPEN, Optional.of(page.checkout()), Optional.empty());
    }

    Payment paid() throws ProviderException {
        var open = open();
        var intent = stripe.pay(open.checkout().orElseThrow());
        return with(open, Payment.Status.AUTHORIZED, open.checkout(), Optional.of(intent));
    }

    Payment captured() throws ProviderException {
        var paid = paid();
        provider.capture(paid);
        return paid;
    }

    static String reference(Payment payment) {
        return payment.reference().orElseThrow();
    }

    static Refund refund(Payment payment, UUID id, long amount, int attempt) {
        return new Refund(
                id,
                payment.id(),
                amount,
                Refund.Status.SENT,
                Refund.Origin.SELLER,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                attempt,
                Optional.empty());
    }

    static Fact.Authorized authorized(Payment payment) {
        return new Fact.Authorized(reference(payment), TOTAL, "EUR");
    }

    static Fact.Captured moved(Payment payment, Fact.Returned... refunds) {
        return new Fact.Captured(reference(payment), TOTAL, "EUR", List.of(refunds), false);
    }

    void loseAnswers(Operation operation) {
        stripe.fail(call -> call.operation() == operation ? Fault.LOST_ANSWER : Fault.NONE);
    }

    interface Attempt {
        void run() throws ProviderException;
    }

    static void assertUnavailable(Attempt attempt) {
        assertThat(failure(attempt).isFinal()).as("is final").isFalse();
    }

    static ProviderException assertRefused(Attempt attempt) {
        var failure = failure(attempt);
        assertThat(failure.isFinal()).as("is final").isTrue();
        return failure;
    }

    static ProviderException failure(Attempt attempt) {
        var failure = catchThrowableOfType(ProviderException.class, attempt::run);
        assertThat(failure).isNotNull();
        return failure;
    }
}
