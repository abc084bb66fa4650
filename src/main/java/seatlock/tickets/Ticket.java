package seatlock.tickets;

import java.time.Instant;
import seatlock.inventory.ReservationId;

/**
 * The right to one seat.
 *
 * @param price in minor units of the event's currency
 * @param keyId of the key that signs its code
 * @param issuedAt when the reservation was confirmed
 * @param voidedAt when the reservation was refunded; {@code null} while the ticket is valid
 * @param checkIn when and where it was used; {@code null} until then
 */
public record Ticket(
        TicketId id,
        ReservationId reservation,
        Seat seat,
        long price,
        int keyId,
        Instant issuedAt,
        Instant voidedAt,
        CheckIn checkIn) {

    /**
     * The seat as it is printed on the ticket.
     *
     * @param id position in the seat plan, from 1
     * @param label {@code SECTION-ROW-NUMBER}
     */
    public record Seat(int id, String label, String section, String row, String number) {}

    /**
     * The one use of a ticket. If several scans were uploaded later, it is the first one.
     *
     * @param nonce the gate's own name for the scan; {@code null} if it gave none
     */
    public record CheckIn(Instant at, String gate, String nonce) {}
}
