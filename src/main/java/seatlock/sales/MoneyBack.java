package seatlock.sales;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.payments.Payment;
import seatlock.payments.PaymentStore;
import seatlock.payments.Refund;
import seatlock.payments.RefundStore;

/** Gives back the money of seats that were given back, through the provider that has moved it, and ends payments that came to nothing. */
final class MoneyBack {

    private final PaymentStore payments = new PaymentStore();
    private final RefundStore refunds = new RefundStore();

    /**
     * Follows the outcomes of orders, in their transaction: adds refunds, and makes the payments of cancelled reservations due, of
     * which some are open or authorised.
     */
    void follow(Tx tx, EventId event, List<Order> orders, List<Outcome> outcomes) throws SQLException {
        var cancelled = new ArrayList<ReservationId>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Done done && done.changed()) {
                if (done.reservation().status() == ReservationStatus.CANCELLED) {
                    cancelled.add(done.reservation().id());
                }
                var isDecided =
                        orders.get(i).sequel().map(Order.Sequel::givesMoneyBack).orElse(false);
                if (!isDecided) {
                    giveBack(tx, event, done);
                }
            }
        }
        if (!cancelled.isEmpty()) {
            payments.dueNow(tx, event, cancelled);
        }
    }

    private void giveBack(Tx tx, EventId event, Outcome.Done done) throws SQLException {
        if (worth(done) == 0) {
            return;
        }
        var payment = payments.findConfirming(tx, event, done.reservation().id());
        var amount = payment.map(each -> due(done, each)).orElse(0L);
        if (amount > 0) {
            refunds.giveBack(tx, payment.get(), amount, Refund.Origin.CANCELLATION, Optional.empty(), tx.readClock());
        }
    }

    /**
     * Returns how much is given back for the seats that a command has released, in minor units: what they have cost, as far as it was not
     * given back before.
     */
    static long due(Outcome.Done done, Payment payment) {
        var owed = done.reservation().refund() - payment.refunded();
        return Math.max(0, Math.min(worth(done), Math.min(owed, payment.left())));
    }

    /** Returns what the seats that a command has released have cost, without fees that are not refundable. */
    private static long worth(Outcome.Done done) {
        if (!done.changed()) {
            return 0;
        }
        var reservation = done.reservation();
        if (!done.refunded().isEmpty()) {
            return reservation.refundOf(
                    done.refunded().stream().map(Reservation.RefundedSeat::seat).toList());
        }
        var wasConfirmed = reservation.state().confirmation().isPresent();
        return reservation.status() == ReservationStatus.CANCELLED && wasConfirmed ? reservation.refundOfRest() : 0;
    }
}
