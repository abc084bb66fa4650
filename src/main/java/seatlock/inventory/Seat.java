package seatlock.inventory;

import java.time.Instant;
import java.util.UUID;

/**
 * A seat as of the time it was read. Unless it is locked, it may have changed since.
 *
 * @param id position in the seat plan, from 1; seats are locked in this order
 * @param number as it is printed on the seat, such as {@code 12}
 * @param holder the reservation that has it; {@code null} if it is available
 * @param heldUntil when the hold lapses; {@code null} unless it is held
 * @param allocation id of the allocation for which it is withheld, whatever its status; {@code null} if it is for everybody
 */
public record Seat(
        int id,
        String label,
        String section,
        String row,
        String number,
        SeatStatus status,
        ReservationId holder,
        Instant heldUntil,
        UUID allocation) {

    /** A seat for everybody. */
    Seat(
            int id,
            String label,
            String section,
            String row,
            String number,
            SeatStatus status,
            ReservationId holder,
            Instant heldUntil) {
        this(id, label, section, row, number, status, holder, heldUntil, null);
    }

    /** Returns whether it can be reserved: it is available, or its hold has lapsed. */
    boolean isFreeAt(Instant now) {
        return status == SeatStatus.AVAILABLE || status == SeatStatus.HELD && !heldUntil.isAfter(now);
    }

    /** Returns whether everybody can reserve it. */
    boolean isForSaleAt(Instant now) {
        return allocation == null && isFreeAt(now);
    }

    /** Returns whether everybody can reserve it, whatever the time is. */
    boolean isVacant() {
        return allocation == null && status == SeatStatus.AVAILABLE;
    }

    Seat held(ReservationId by, Instant until) {
        return new Seat(id, label, section, row, number, SeatStatus.HELD, by, until, allocation);
    }

    Seat sold() {
        return new Seat(id, label, section, row, number, SeatStatus.SOLD, holder, null, allocation);
    }

    Seat released() {
        return new Seat(id, label, section, row, number, SeatStatus.AVAILABLE, null, null, allocation);
    }

    /** @param other id of an allocation; {@code null} for everybody */
    Seat withheldFor(UUID other) {
        return new Seat(id, label, section, row, number, status, holder, heldUntil, other);
    }

    /** Returns whether a reservation holds it, or held it and nobody has taken it since. */
    boolean isHeldBy(ReservationId reservation) {
        return status == SeatStatus.HELD && reservation.equals(holder);
    }
}
