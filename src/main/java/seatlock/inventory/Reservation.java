package seatlock.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import seatlock.crypto.Sha256;

/**
 * One buyer's claim on one or more seats, as it was when it was read.
 *
 * @param termsVersion of the event's terms that it was made under
 * @param seats in the order of the seat plan; once it is cancelled or expired, the seats that it had
 * @param total sum of the prices, in minor units of the event's currency
 * @param expiresAt from this instant on a pending reservation holds nothing
 */
public record Reservation(
        ReservationId id,
        int termsVersion,
        Buyer buyer,
        List<ReservedSeat> seats,
        long total,
        Instant createdAt,
        Instant expiresAt,
        State state) {

    /**
     * The person who made the reservation.
     *
     * @param tokenHash SHA-256 of the token that the buyer was given
     */
    public record Buyer(String email, byte[] tokenHash) {}

    /** A seat of a reservation, at the price it had when it was reserved. */
    public record ReservedSeat(int seatId, String label, long price) {}

    /**
     * How the reservation was paid for. Seatlock moves no money itself: it records what the payment provider did.
     *
     * @param reference of the payment at the provider
     * @param amount in minor units of the event's currency
     */
    public record Payment(String reference, long amount) {}

    /** How far the reservation has come, with what is known only in that state. */
    public sealed interface State {

        ReservationStatus status();

        /** When and with which payment it was confirmed; empty if it never was. Kept through a refund. */
        default Optional<Confirmed> confirmation() {
            return Optional.empty();
        }

        /** When it was cancelled or found expired. */
        default Optional<Instant> endedAt() {
            return Optional.empty();
        }

        /** The seats are held. */
        record Pending() implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.PENDING;
            }
        }

        /** The seats are sold. */
        record Confirmed(Instant at, Payment payment) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.CONFIRMED;
            }

            @Override
            public Optional<Confirmed> confirmation() {
                return Optional.of(this);
            }
        }

        /** The seats were given back; a refund, if it had been confirmed. */
        record Cancelled(Instant at, Optional<Confirmed> confirmation) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.CANCELLED;
            }

            @Override
            public Optional<Instant> endedAt() {
                return Optional.of(at);
            }
        }

        /** The hold lapsed, and was found lapsed at this instant. */
        record Expired(Instant at) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.EXPIRED;
            }

            @Override
            public Optional<Instant> endedAt() {
                return Optional.of(at);
            }
        }
    }

    public ReservationStatus status() {
        return state.status();
    }

    /** Whether it is pending in name only: its seats are free. */
    public boolean hasLapsedAt(Instant now) {
        return status() == ReservationStatus.PENDING && !expiresAt.isAfter(now);
    }

    /** Whether it can have seats. A pending one may have lost some since it lapsed, and never gets them back. */
    boolean mayHaveSeats() {
        return status() == ReservationStatus.PENDING || status() == ReservationStatus.CONFIRMED;
    }

    /** Whether it was made with this token. Takes the same time whatever the answer. */
    public boolean admits(ReservationToken token) {
        return Sha256.isEqual(buyer.tokenHash, token.hash());
    }

    /** Returns what it really is at an instant, whether or not the sweeper has marked it. */
    Reservation asOf(Instant now) {
        return hasLapsedAt(now) ? with(new State.Expired(now)) : this;
    }

    Reservation with(State state) {
        return new Reservation(id, termsVersion, buyer, seats, total, createdAt, expiresAt, state);
    }
}
