package seatlock.inventory;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;

/**
 * One buyer's claim on one or more seats, as it was when it was read.
 *
 * @param seats in the order of the seat plan; those it had, once it is cancelled or expired
 * @param total sum of the prices, in minor units of the event's currency
 * @param expiresAt from this instant on a pending reservation holds nothing
 * @param confirmedAt {@code null} unless it was confirmed; kept through a refund
 * @param endedAt when it was cancelled or found expired; {@code null} otherwise
 * @param payment what it was confirmed with; {@code null} unless it was confirmed
 */
public record Reservation(
        ReservationId id,
        ReservationStatus status,
        List<ReservedSeat> seats,
        long total,
        String email,
        byte[] tokenHash,
        Instant createdAt,
        Instant expiresAt,
        Instant confirmedAt,
        Instant endedAt,
        Payment payment) {

    /** A seat of a reservation, at the price it had when it was reserved. */
    public record ReservedSeat(int seatId, String label, long price) {}

    /**
     * How it was paid for: Seatlock does not take money, it notes who did.
     *
     * @param reference the payment provider's
     * @param amount in minor units of the event's currency
     */
    public record Payment(String reference, long amount) {}

    /** Whether it is pending in name only: its seats are free. */
    public boolean hasLapsedAt(Instant now) {
        return status == ReservationStatus.PENDING && !expiresAt.isAfter(now);
    }

    /** Whether it can have seats at all: it may have lost some of them since, but it cannot get them back. */
    boolean mayHaveSeats() {
        return status == ReservationStatus.PENDING || status == ReservationStatus.CONFIRMED;
    }

    /** Whether this is the token it was made with. Takes the same time whatever the answer. */
    public boolean admits(ReservationToken token) {
        return MessageDigest.isEqual(tokenHash, token.hash());
    }

    /** What it truly is at an instant, whether or not the sweeper has been there. */
    Reservation asOf(Instant now) {
        return hasLapsedAt(now) ? ended(ReservationStatus.EXPIRED, now) : this;
    }

    Reservation confirmed(Payment by, Instant now) {
        return new Reservation(
                id, ReservationStatus.CONFIRMED, seats, total, email, tokenHash, createdAt, expiresAt, now, null, by);
    }

    Reservation ended(ReservationStatus as, Instant now) {
        return new Reservation(id, as, seats, total, email, tokenHash, createdAt, expiresAt, confirmedAt, now, payment);
    }
}
