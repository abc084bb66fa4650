package seatlock.payments;

import java.util.List;
import seatlock.inventory.Reservation;

/** A payment with what belongs to it. @param refunds the oldest first */
public record Account(Payment payment, Reservation reservation, List<Refund> refunds) {

    public Account {
        refunds = List.copyOf(refunds);
    }
}
