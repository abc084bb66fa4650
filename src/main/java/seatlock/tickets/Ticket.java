package seatlock.tickets;

import java.time.Instant;
import seatlock.catalog.Event;
import seatlock.inventory.ReservationId;

/**
 * The right to one seat.
 *
 * @param keyId of the key that signs its code
 * @param issuedAt when the reservation was confirmed, or the seat's former ticket transferred
 * @param voidedAt when the reservation was refunded or the ticket transferred; {@code null} while the ticket is valid
 * @param isTransferred whether it is void because another person has the seat's ticket now
 * @param transfers number of tickets that the seat had before: 0 for the buyer's
 * @param transferredTo the holder; {@code null} for the buyer, and for a holder whose data were erased
 * @param entry counts from 1; see {@link CheckIns}
 * @param checkIn when and where it was used in this entry; {@code null} until then
 * @param checkedOutAt when it was last checked out; {@code null} if it never was
 */
public record Ticket(
        TicketId id,
        ReservationId reservation,
        Seat seat,
        int keyId,
        Instant issuedAt,
        Instant voidedAt,
        boolean isTransferred,
        int transfers,
        Holder transferredTo,
        int entry,
        CheckIn checkIn,
        Instant checkedOutAt) {

    /**
     * The seat as it is printed on the ticket.
     *
     * @param id position in the seat plan, from 1
     * @param label {@code SECTION-ROW-NUMBER}
     */
    public record Seat(int id, String label, String section, String row, String number) {}

    /** A person to whom a ticket was transferred. */
    public record Holder(String name, String email) {}

    /** Returns the key of the message that says how often tickets of an event are valid. */
    public static String useOf(Event event) {
        return event.terms().hasReentry() ? "ticket.use.reentry" : "ticket.use";
    }

    /** Returns whether it belongs to the buyer. Otherwise the token of the reservation does not open it. */
    public boolean isBuyers() {
        return transfers == 0;
    }

    /** Returns whether it was neither refunded nor transferred. */
    public boolean isValid() {
        return voidedAt == null;
    }

    /** Returns whether both were transferred to one e-mail address. */
    public boolean hasSameHolder(Ticket other) {
        return transferredTo != null
                && other.transferredTo != null
                && transferredTo.email().equalsIgnoreCase(other.transferredTo.email());
    }

    /** Returns whether it was used, and that was not undone. */
    public boolean wasUsed() {
        return checkIn != null || checkedOutAt != null;
    }

    /**
     * The use of a ticket in an entry. If several scans were uploaded later, it is the first one.
     *
     * @param nonce the gate's own name for the scan; {@code null} if it gave none
     */
    public record CheckIn(Instant at, String gate, String nonce) {}
}
