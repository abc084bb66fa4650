package seatlock.tickets;

import java.util.Optional;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.inventory.Reference;
import seatlock.inventory.Reservation;

/**
 * The part of a reservation that a ticket shows.
 *
 * @param holder the name it shows
 * @param sold how the seat was sold, which decides how it is called
 * @param priceType for people; empty if the event has no other
 * @param price with its fees and after a discount, in minor units of the event's currency
 */
public record Imprint(Reference reference, String holder, Sold sold, Optional<String> priceType, long price) {

    /** Returns the imprint of a ticket of a reservation. */
    public static Imprint of(Naming naming, Reservation reservation, Ticket ticket) {
        var to = ticket.transferredTo();
        var seat = reservation.seat(ticket.seat().id());
        return new Imprint(
                reservation.reference(),
                to == null ? reservation.printedName(seat.seatId()) : to.name(),
                naming.sold(ticket.seat()),
                naming.priceType(seat.priceType()),
                reservation.breakdown().allIn(seat));
    }
}
