package seatlock.sales;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.db.Tx;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.inventory.ReservationId;
import seatlock.payments.Payment;
import seatlock.payments.PaymentStore;
import seatlock.payments.Refund;
import seatlock.payments.RefundStore;

/** Gives seats back, or money, or both, as a seller asks. */
public final class Refunds {

    private final Checkout checkout;
    private final PaymentStore payments = new PaymentStore();
    private final RefundStore refunds = new RefundStore();
    private final Runnable whenDue;

    /** @param whenDue runs when a refund is to be sent */
    public Refunds(Checkout checkout, Runnable whenDue) {
        this.checkout = checkout;
        this.whenDue = whenDue;
    }

    /** More was to be given back than is left of the payment. Nothing was changed. */
    public static final class NotRefundable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final long left;

        private NotRefundable(long left) {
            super("Only " + left + " is left to be given back.", null, false, false);
            this.left = left;
        }

        /** Returns how much can be given back, in minor units. */
        public long left() {
            return left;
        }
    }

    /** The money of the reservation is about to be moved, so that none can be given back yet. Nothing was changed. */
    public static final class NotCaptured extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NotCaptured() {
            super("The payment of the reservation is about to be captured.", null, false, false);
        }
    }

    /**
     * A request of a seller.
     *
     * @param seats labels of those to give back; empty for all that the reservation has
     * @param amount to give back, in minor units; empty for what the seats have cost, without fees that are not refundable, as far as it
     *     was not given back
     * @param cancels whether seats are given back; otherwise only money, of which there is an amount
     * @param force whether to give a seat back although its ticket was used
     * @param reason for people; empty for none
     */
    public record Request(
            EventId event,
            ReservationId reservation,
            Actor actor,
            Order.KeyUse use,
            Optional<Set<String>> seats,
            Optional<Long> amount,
            boolean cancels,
            boolean force,
            Optional<String> reason) {

        private Command command() {
            if (!cancels) {
                return new Command.NotePayment(reservation, Command.NotePayment.News.REFUNDED);
            }
            return seats.<Command>map(some -> new Command.CancelSeats(reservation, some, force))
                    .orElseGet(() -> new Command.Cancel(reservation, new Command.Canceller.Seller(force)));
        }
    }

    /** Writes the reply. @param payment that has confirmed the reservation, as it is then; empty if there is none */
    @FunctionalInterface
    public interface ReplyWriter {

        byte[] write(Event event, Outcome outcome, Optional<Payment> payment);
    }

    /** @return its receipt; fails like {@link Checkout#submit}, and with {@link NotRefundable} */
    public CompletableFuture<Receipt> refund(Request request, ReplyWriter reply) {
        var money = new Money(request);
        return checkout.submit(new Order(
                        request.event,
                        request.actor,
                        Optional.of(request.use),
                        request.command(),
                        Optional.of(money),
                        (event, outcome) -> reply.write(event, outcome, money.payment)))
                .whenComplete((receipt, error) -> whenDue.run());
    }

    private final class Money implements Order.Sequel {

        private final Request request;
        private Optional<Payment> payment = Optional.empty();

        Money(Request request) {
            this.request = request;
        }

        @Override
        public boolean givesMoneyBack() {
            return true;
        }

        @Override
        public void run(Tx tx, Event event, Outcome outcome) throws SQLException {
            if (!(outcome instanceof Outcome.OfReservation found)) {
                return;
            }
            payment = payments.findConfirming(
                    tx, request.event, found.reservation().id());
            if (request.amount.isPresent()
                    && payment.filter(each -> each.status() == Payment.Status.AUTHORIZED)
                            .isPresent()) {
                throw new NotCaptured();
            }
            var left = payment.map(Payment::left).orElse(0L);
            var amount = request.amount.orElseGet(() -> payment.map(each -> MoneyBack.due((Outcome.Done) outcome, each))
                    .orElse(0L));
            if (amount > left) {
                throw new NotRefundable(left);
            }
            if (amount > 0) {
                refunds.giveBack(
                        tx, payment.orElseThrow(), amount, Refund.Origin.SELLER, request.reason, tx.readClock());
                payment = payments.findConfirming(
                        tx, request.event, found.reservation().id());
            }
        }
    }
}
