package seatlock.inventory;

import java.time.Instant;

/**
 * A seat as it was when it was read. Only a seat that was locked stays that way.
 *
 * @param id place in the seat plan, from 1; seats are locked in this order
 * @param price in minor units of the event's currency
 * @param holder whose it is; {@code null} if it is available
 * @param heldUntil when the hold lapses; {@code null} unless it is held
 */
public record Seat(
        int id,
        String label,
        String section,
        String row,
        int number,
        long price,
        SeatStatus status,
        ReservationId holder,
        Instant heldUntil) {

    /** Whether a buyer may have it: it is available, or its hold has lapsed. */
    boolean isFreeAt(Instant now) {
        return status == SeatStatus.AVAILABLE || status == SeatStatus.HELD && !heldUntil.isAfter(now);
    }

    Seat held(ReservationId by, Instant until) {
        return new Seat(id, label, section, row, number, price, SeatStatus.HELD, by, until);
    }

    Seat sold() {
        return new Seat(id, label, section, row, number, price, SeatStatus.SOLD, holder, null);
    }

    Seat released() {
        return new Seat(id, label, section, row, number, price, SeatStatus.AVAILABLE, null, null);
    }
}
