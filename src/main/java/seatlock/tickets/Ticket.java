package seatlock.tickets;

import java.time.Instant;
import seatlock.inventory.ReservationId;

/**
 * The right to one seat.
 *
 * @param keyId of the key that its code is signed with
 * @param price in minor units of the event's currency
 * @param voidedAt when the reservation was refunded; {@code null} while it is good
 * @param checkIn when and where it was used; {@code null} until then
 */
public record Ticket(
        TicketId id,
        ReservationId reservation,
        int seatId,
        String seat,
        String section,
        String row,
        int number,
        long price,
        int keyId,
        Instant voidedAt,
        CheckIn checkIn) {

    /**
     * The one use of a ticket.
     *
     * @param nonce the gate's own name for the scan; {@code null} if it gave none
     */
    public record CheckIn(Instant at, String gate, String nonce) {}
}
