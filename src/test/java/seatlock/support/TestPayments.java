package seatlock.support;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.inventory.ReservationId;
import seatlock.payments.Fact;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;
import seatlock.payments.PaymentProvider;
import seatlock.payments.PaymentStore;
import seatlock.payments.RefundStore;
import seatlock.payments.Verdict;

/** Writes payments as the sale does, without a provider. */
public final class TestPayments {

    private static final Duration WINDOW = Duration.ofMinutes(30);

    private final TestSystem system;
    private final PaymentStore store = new PaymentStore();
    private final RefundStore refunds = new RefundStore();

    public TestPayments(TestSystem system) {
        this.system = system;
    }

    /** Adds a payment that the buyer can pay. */
    public Payment open(EventId event, String reservation, long amount) {
        return system.database.inTransaction(tx -> {
            var now = tx.readClock();
            var payment = new Payment(
                    event,
                    new PaymentId(Ids.nextUnguessable()),
                    new ReservationId(UUID.fromString(reservation)),
                    "sandbox",
                    Payment.Status.CREATED,
                    Optional.empty(),
                    amount,
                    "EUR",
                    Optional.of("https://shop.example/thanks"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    0,
                    false,
                    false,
                    now,
                    now.plus(WINDOW));
            store.create(tx, payment, now.plus(WINDOW));
            var page = new PaymentProvider.Page("checkout-" + payment.id(), "https://pay.example/" + payment.id());
            store.opened(tx, payment, page, now.plus(WINDOW));
            return store.find(tx, event, payment.id()).orElseThrow();
        });
    }

    /** Adds a payment whose money is reserved. */
    public Payment authorized(EventId event, String reservation, long amount, Verdict verdict) {
        var payment = open(event, reservation, amount);
        system.database.inTransaction(tx -> {
            var paid = new Fact.Authorized("ref-" + payment.id(), amount, "EUR");
            var isLate = verdict == Verdict.LATE;
            store.paid(tx, payment, paid, verdict, payment.reservation(), isLate, tx.readClock());
            return null;
        });
        return find(event, payment.id());
    }

    /** Adds a payment whose money was moved; it is being given back unless it confirms the reservation. */
    public Payment captured(EventId event, String reservation, long amount, Verdict verdict) {
        var payment = authorized(event, reservation, amount, verdict);
        system.database.inTransaction(tx -> {
            store.captured(tx, payment, amount, true, tx.readClock());
            return null;
        });
        return find(event, payment.id());
    }

    /** Adds a payment whose money was released. */
    public Payment voided(EventId event, String reservation, long amount, Verdict verdict) {
        var payment = authorized(event, reservation, amount, verdict);
        system.database.inTransaction(tx -> {
            store.voided(tx, payment);
            return null;
        });
        return find(event, payment.id());
    }

    /** Notes that the provider has made the refunds of a payment. */
    public Payment refunded(Payment payment) {
        system.database.inTransaction(tx -> {
            for (var refund : refunds.of(tx, payment)) {
                var done = new Fact.Returned(
                        "re-" + refund.id(),
                        Optional.of(refund.id()),
                        refund.amount(),
                        Fact.Returned.Progress.DONE,
                        Optional.empty());
                refunds.progressed(tx, payment, refunds.sending(tx, payment, refund), done, tx.readClock());
            }
            store.due(tx, payment, null);
            return null;
        });
        return find(payment.event(), payment.id());
    }

    public Payment find(EventId event, PaymentId id) {
        return system.database.inTransaction(tx -> store.find(tx, event, id)).orElseThrow();
    }
}
