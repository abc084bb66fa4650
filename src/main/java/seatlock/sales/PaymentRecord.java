package seatlock.sales;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.Event;
import seatlock.db.Tx;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;
import seatlock.payments.Account;
import seatlock.payments.Fact;
import seatlock.payments.Payment;
import seatlock.payments.PaymentStore;
import seatlock.payments.Refund;
import seatlock.payments.RefundStore;
import seatlock.payments.Verdict;

/**
 * Records what a provider has said about a payment: what it means for the reservation is a command, and the rest follows in the same
 * transaction. Facts may come in any order, late and repeatedly, because a payment only moves forward: one that it has passed changes
 * nothing.
 */
final class PaymentRecord implements Order.Sequel {

    private static final Logger log = LoggerFactory.getLogger(PaymentRecord.class);

    /** The meaning of a fact for a payment in the state that it has. */
    enum Step {
        /** It was paid in full: confirm the reservation. */
        CONFIRM,
        /** The money of a confirmed reservation was moved: issue its tickets. */
        CAPTURE,
        /** The money of a confirmed reservation is gone: cancel it. */
        LOSE,
        /** Money that confirms nothing was released, or was moved and is given back. */
        RETURN,
        /** Money was given back. */
        REFUND,
        /** The buyer has disputed the payment. */
        DISPUTE,
        /** Nothing that concerns the reservation. */
        NOTE
    }

    /** The payment has changed since it was read. It must be read again. */
    static final class Outdated extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Outdated() {
            super("The payment has changed", null, false, false);
        }
    }

    private final Account account;
    private final Optional<Fact> fact;
    private final Optional<String> notice;
    private final Optional<Command.Successor> successor;
    private final Step step;
    private final PaymentStore payments = new PaymentStore();
    private final RefundStore refunds = new RefundStore();
    private final Jobs jobs = new Jobs();

    /**
     * @param account as it was read before
     * @param fact empty if the provider must be asked
     * @param notice id of the notice that told it; empty if the provider was asked
     * @param successor to confirm if the reservation has lapsed; empty to give late money back
     */
    PaymentRecord(
            Account account, Optional<Fact> fact, Optional<String> notice, Optional<Command.Successor> successor) {
        this.account = account;
        this.fact = fact;
        this.notice = notice;
        this.successor = successor;
        this.step = step(account);
    }

    private Step step(Account current) {
        var payment = current.payment();
        if (fact.isEmpty()) {
            return Step.NOTE;
        }
        if (fact.get() instanceof Fact.Paid paid) {
            if (payment.isUnpaid()) {
                return isAsked(payment, paid) ? Step.CONFIRM : Step.NOTE;
            }
            return isOf(payment, paid) && paid instanceof Fact.Captured captured
                    ? stepOfCaptured(current, captured)
                    : Step.NOTE;
        }
        if (fact.get() instanceof Fact.Voided voided && isVoidedBy(payment, voided)) {
            return payment.confirms() && current.reservation().status() == ReservationStatus.CONFIRMED
                    ? Step.LOSE
                    : Step.RETURN;
        }
        return Step.NOTE;
    }

    private static Step stepOfCaptured(Account current, Fact.Captured captured) {
        var payment = current.payment();
        if (payment.status() != Payment.Status.CAPTURED) {
            return payment.confirms() ? Step.CAPTURE : Step.RETURN;
        }
        if (captured.isDisputed() && !payment.isDisputed()) {
            return Step.DISPUTE;
        }
        return captured.refunds().stream().anyMatch(returned -> isNews(current, returned)) ? Step.REFUND : Step.NOTE;
    }

    private static boolean isNews(Account current, Fact.Returned returned) {
        return returned.progress() == Fact.Returned.Progress.DONE
                && current.refunds().stream()
                        .noneMatch(refund -> refund.isDone()
                                && (refund.reference().equals(Optional.of(returned.reference()))
                                        || returned.refund().equals(Optional.of(refund.id()))));
    }

    private static boolean isVoidedBy(Payment payment, Fact.Voided voided) {
        return payment.status() == Payment.Status.AUTHORIZED
                && payment.reference().equals(Optional.of(voided.reference()));
    }

    private static boolean isAsked(Payment payment, Fact.Paid paid) {
        return payment.amount() == paid.amount() && payment.currency().equals(paid.currency());
    }

    private static boolean isOf(Payment payment, Fact.Paid paid) {
        return payment.reference().equals(Optional.of(paid.reference()));
    }

    /** Returns what it means for the reservation. */
    Command command() {
        var id = account.payment().reservation();
        return switch (step) {
            case CONFIRM -> {
                var paid = (Fact.Paid) fact.orElseThrow();
                var payment = new Reservation.Payment(
                        Optional.of(paid.reference()), paid.amount(), paid instanceof Fact.Captured);
                yield new Command.Confirm(id, payment, successor);
            }
            case CAPTURE -> new Command.NotePayment(id, Command.NotePayment.News.CAPTURED);
            case LOSE -> new Command.Cancel(id, new Command.Canceller.Seller(true));
            case RETURN -> new Command.NotePayment(id, Command.NotePayment.News.RETURNED);
            case REFUND -> new Command.NotePayment(id, Command.NotePayment.News.REFUNDED);
            case DISPUTE -> new Command.NotePayment(id, Command.NotePayment.News.DISPUTED);
            case NOTE -> new Command.Look(id);
        };
    }

    @Override
    public void run(Tx tx, Event event, Outcome outcome) throws SQLException {
        var payment = account.payment();
        var current = current(tx, outcome);
        if (!current.payment().reservation().equals(payment.reservation()) || stepBefore(current, outcome) != step) {
            throw new Outdated();
        }
        var now = tx.readClock();
        if (notice.isPresent()) {
            payments.noted(tx, payment, notice.get());
        }
        if (fact.isEmpty()) {
            payments.dueNow(tx, payment.event(), payment.id());
        } else if (fact.get() instanceof Fact.Open) {
            open(tx, current.payment(), now);
        } else if (fact.get() instanceof Fact.Closed) {
            closed(tx, current.payment());
        } else if (fact.get() instanceof Fact.Voided voided) {
            voided(tx, current.payment(), voided);
        } else if (fact.get() instanceof Fact.Paid paid) {
            paid(tx, current.payment(), paid, outcome, now);
        } else {
            throw new IllegalArgumentException("No rule for " + fact.get()); // SealedTypesTest covers all
        }
    }

    /** Reads the payment again, now that its reservation is locked. Only what the fact is about is read. */
    private Account current(Tx tx, Outcome outcome) throws SQLException {
        var payment = payments.find(
                        tx, account.payment().event(), account.payment().id())
                .orElseThrow();
        var isCaptured = fact.filter(Fact.Captured.class::isInstance).isPresent();
        return new Account(payment, reservation(outcome), isCaptured ? refunds.of(tx, payment) : List.of());
    }

    private Reservation reservation(Outcome outcome) {
        if (outcome instanceof Outcome.OfReservation found) {
            return found.reservation();
        }
        return outcome instanceof Outcome.Refused refused
                ? refused.reservation().orElse(account.reservation())
                : account.reservation();
    }

    /** Returns what the fact means for the payment; for a reservation that the command has just changed, what it meant before. */
    private Step stepBefore(Account current, Outcome outcome) {
        var changed = outcome instanceof Outcome.Done done && done.changed();
        var isLost = step == Step.LOSE && changed && current.payment().status() == Payment.Status.AUTHORIZED;
        return isLost ? Step.LOSE : step(current);
    }

    private void open(Tx tx, Payment payment, Instant now) {
        if (payment.status() == Payment.Status.OPEN && payment.expiresAt().isAfter(now)) {
            payments.due(tx, payment, Payments.nextLook(payment, now));
        }
        // Otherwise it is due again after a pause, which grows.
    }

    private void closed(Tx tx, Payment payment) {
        if (payment.isUnpaid()) {
            payments.closed(tx, payment, null);
        }
    }

    private void voided(Tx tx, Payment payment, Fact.Voided voided) {
        if (isVoidedBy(payment, voided)) {
            payments.voided(tx, payment);
            if (step == Step.LOSE) {
                tell(tx, payment);
            }
        } else {
            closed(tx, payment); // the page was closed, and the provider calls that a cancelled payment
        }
    }

    private void tell(Tx tx, Payment payment) {
        jobs.add(tx, payment.event(), Job.Kind.SEND_PAYMENT_RETURNED, List.of(Job.Subject.of(payment.reservation())));
    }

    private void paid(Tx tx, Payment before, Fact.Paid paid, Outcome outcome, Instant now) throws SQLException {
        var payment = before;
        if (payment.isUnpaid()) {
            payment = judge(tx, payment, paid, outcome, now);
        } else if (!isOf(payment, paid)) {
            payment = another(tx, payment, paid, now);
        }
        if (!(paid instanceof Fact.Captured captured)) {
            return;
        }
        if (payment.status() == Payment.Status.AUTHORIZED || payment.status() == Payment.Status.VOIDED) {
            if (payment.confirms() && captured.amount() != payment.amount()) {
                log.error("Payment {} of event {} was captured in part", payment.id(), payment.event());
                return;
            }
            payments.captured(tx, payment, captured.amount(), notice.isEmpty(), now);
            payment = payments.find(tx, payment.event(), payment.id()).orElseThrow();
            giveBackIfCancelled(tx, payment, outcome, now);
        }
        if (captured.isDisputed() && !payment.isDisputed()) {
            payments.disputed(tx, payment);
        }
        record(tx, payment, captured.refunds(), now);
    }

    /** Decides what the money is for. @return the payment then */
    private Payment judge(Tx tx, Payment payment, Fact.Paid paid, Outcome outcome, Instant now) throws SQLException {
        var verdict = step == Step.CONFIRM ? verdict(outcome, paid) : Verdict.WRONG_AMOUNT;
        var confirmed = verdict == Verdict.CONFIRMS && outcome instanceof Outcome.Done done
                ? Optional.of(done)
                : Optional.<Outcome.Done>empty();
        var isLate = verdict == Verdict.LATE
                || confirmed.flatMap(Outcome.Done::replaced).isPresent();
        var reservation = confirmed.map(done -> done.reservation().id()).orElse(payment.reservation());
        payments.paid(tx, payment, paid, verdict, reservation, isLate, now);
        if (verdict == Verdict.CONFIRMS) {
            payments.dueNow(tx, payment.event(), List.of(payment.reservation())); // another page may be open
        } else {
            log.warn(
                    "Payment {} of event {} confirms nothing and is given back: {}",
                    payment.id(),
                    payment.event(),
                    verdict);
            tell(tx, payment);
        }
        return payments.find(tx, payment.event(), payment.id()).orElseThrow();
    }

    private static Verdict verdict(Outcome outcome, Fact.Paid paid) {
        if (outcome instanceof Outcome.Done) {
            return Verdict.CONFIRMS;
        }
        if (!(outcome instanceof Outcome.Refused refused)) {
            return Verdict.LATE; // a successor would exceed what is left, or what the buyer may have
        }
        return switch (refused.reason()) {
            case RESERVATION_NOT_PENDING -> verdict(refused.reservation().orElseThrow(), paid);
            case AMOUNT_MISMATCH -> Verdict.WRONG_AMOUNT;
            case PAYMENT_USED -> Verdict.DUPLICATE;
            case EVENT_CANCELLED -> Verdict.UNWANTED;
            default -> Verdict.LATE;
        };
    }

    /** @param reservation that is not pending */
    private static Verdict verdict(Reservation reservation, Fact.Paid paid) {
        return switch (reservation.status()) {
            case CONFIRMED -> isConfirmedBy(reservation, paid) ? Verdict.CONFIRMS : Verdict.DUPLICATE;
            case CANCELLED -> Verdict.UNWANTED;
            case PENDING, EXPIRED -> reservation.replacedBy().isPresent() ? Verdict.DUPLICATE : Verdict.LATE;
        };
    }

    /** Returns whether a seller has confirmed the reservation and named this payment. */
    private static boolean isConfirmedBy(Reservation reservation, Fact.Paid paid) {
        return reservation
                .state()
                .confirmation()
                .flatMap(confirmed -> confirmed.payment().reference())
                .equals(Optional.of(paid.reference()));
    }

    /** Notes that the buyer has paid on the same page again. @return that payment */
    private Payment another(Tx tx, Payment payment, Fact.Paid paid, Instant now) throws SQLException {
        var other = payment.another(paid, now);
        var known = payments.find(tx, other.event(), other.id());
        if (known.isPresent()) {
            return known.get();
        }
        payments.createUnknown(tx, other, now);
        tell(tx, other);
        return payments.find(tx, other.event(), other.id()).orElseThrow();
    }

    /** The reservation was cancelled while its money was being moved. */
    private void giveBackIfCancelled(Tx tx, Payment payment, Outcome outcome, Instant now) {
        if (payment.confirms()
                && outcome instanceof Outcome.Done done
                && done.reservation().status() == ReservationStatus.CANCELLED) {
            var amount = Math.min(done.reservation().refundOfRest(), payment.left());
            if (amount > 0) {
                refunds.giveBack(tx, payment, amount, Refund.Origin.CANCELLATION, Optional.empty(), now);
            }
        }
    }

    private void record(Tx tx, Payment payment, List<Fact.Returned> told, Instant now) throws SQLException {
        for (var returned : told) {
            var own = refunds.of(tx, payment).stream()
                    .filter(refund -> returned.refund().equals(Optional.of(refund.id()))
                            || refund.reference().equals(Optional.of(returned.reference())))
                    .findFirst();
            if (own.isPresent()) {
                refunds.progressed(tx, payment, own.get(), returned, now);
            } else if (returned.progress() == Fact.Returned.Progress.DONE) {
                elsewhere(tx, payment, returned, now);
            }
        }
        var left = refunds.of(tx, payment);
        if (left.stream().allMatch(Refund::isDone)) {
            payments.atRest(tx, payment, now);
        } else {
            var retry =
                    left.stream().flatMap(refund -> refund.retryAt().stream()).min(Comparator.naturalOrder());
            if (retry.isPresent() && left.stream().noneMatch(Refund::isUnderWay)) {
                payments.due(tx, payment, retry.get());
            }
        }
    }

    /** Notes a refund that was made in the provider's own pages. It replaces as much of those of ours that were not made. */
    private void elsewhere(Tx tx, Payment payment, Fact.Returned returned, Instant now) throws SQLException {
        var current = payments.find(tx, payment.event(), payment.id()).orElseThrow();
        var unsent = refunds.of(tx, current).stream().filter(Refund::isUnsent).toList();
        var owed = unsent.stream().mapToLong(Refund::amount).sum();
        if (returned.amount() > current.left() + owed) {
            log.error("More of payment {} of event {} was given back than it has", payment.id(), payment.event());
            return;
        }
        refunds.madeElsewhere(tx, current, returned, unsent, now);
    }
}
