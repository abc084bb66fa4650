package seatlock.workers;

import java.time.Instant;
import java.util.List;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;
import seatlock.text.Messages;
import seatlock.tickets.Naming;
import seatlock.tickets.Ticket;

/**
 * The data for documents and a mail about a reservation.
 *
 * @param tickets those that the documents or the mail are about
 */
record Delivery(Event event, Naming naming, Reservation reservation, List<Ticket> tickets, Instant now) {

    Messages words() {
        return Messages.in(reservation.buyer().language(), event.details().language());
    }

    /** Returns whether there is nobody to tell: the buyer has no address any more. */
    boolean isErased() {
        return reservation.buyer().isErased();
    }
}
