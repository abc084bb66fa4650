package seatlock.sales;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        var released = new HashMap<ReservationId, List<Outcome.Done>>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Done done && done.changed()) {
                var id = done.reservation().id();
                if (done.reservation().status() == ReservationStatus.CANCELLED) {
                    cancelled.add(id);
                }
                var isDecided =
                        orders.get(i).sequel().map(Order.Sequel::givesMoneyBack).orElse(false);
                if (!isDecided && worth(done) > 0) {
                    released.computeIfAbsent(id, first -> new ArrayList<>()).add(done);
                }
            }
        }
        if (!released.isEmpty()) {
            giveBack(tx, event, released);
        }
        if (!cancelled.isEmpty()) {
            payments.dueNow(tx, event, cancelled);
        }
    }

    private void giveBack(Tx tx, EventId event, Map<ReservationId, List<Outcome.Done>> released) throws SQLException {
        var paid = payments.findConfirming(tx, event, released.keySet());
        if (paid.isEmpty()) {
            return;
        }
        var now = tx.readClock();
        for (var payment : paid.values()) {
            var given = 0L;
            for (var done : released.get(payment.reservation())) {
                var amount = due(done, payment, given);
                if (amount > 0) {
                    refunds.giveBack(tx, payment, amount, Refund.Origin.CANCELLATION, Optional.empty(), now);
                    given += amount;
                }
            }
        }
    }

    /**
     * Returns how much is given back for the seats that a command has released, in minor units: what they have cost, as far as it was not
     * given back before.
     */
    static long due(Outcome.Done done, Payment payment) {
        return due(done, payment, 0);
    }

    /** @param given what was given back since the payment was read, in minor units */
    private static long due(Outcome.Done done, Payment payment, long given) {
        var owed = done.reservation().refund() - payment.refunded();
        return Math.max(0, Math.min(worth(done), Math.min(owed, payment.left()) - given));
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
