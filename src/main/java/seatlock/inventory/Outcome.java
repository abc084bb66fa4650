package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.catalog.PriceType;
import seatlock.inventory.Reservation.RefundedSeat;

/** The result of a command. */
public sealed interface Outcome {

    /** Returns whether the result is final. Otherwise it is temporary and must not be stored under an idempotency key. */
    boolean isFinal();

    /** Returns whether something was changed. */
    default boolean hasChanges() {
        return false;
    }

    /** Returns whether the command was refused. */
    default boolean isRefused() {
        return true;
    }

    /** The command was carried out for a reservation, or it was carried out before. */
    sealed interface OfReservation extends Outcome {

        /** Returns the reservation as it is then. */
        Reservation reservation();

        @Override
        default boolean isFinal() {
            return true;
        }

        @Override
        default boolean isRefused() {
            return false;
        }
    }

    /**
     * The reservation is in the requested state.
     *
     * @param changed {@code false} if the reservation was in that state before the command
     * @param replaced the lapsed reservation in whose place the reservation was confirmed
     * @param refunded seats that the command has released while the reservation kept others
     * @param together whether the best seats that were requested are beside each other; empty if none were
     */
    record Done(
            Reservation reservation,
            boolean changed,
            Optional<Replaced> replaced,
            List<RefundedSeat> refunded,
            Optional<Boolean> together)
            implements OfReservation {

        public Done(Reservation reservation, boolean changed) {
            this(reservation, changed, Optional.empty());
        }

        Done(Reservation reservation, boolean changed, Optional<Replaced> replaced) {
            this(reservation, changed, replaced, List.of(), Optional.empty());
        }

        @Override
        public boolean hasChanges() {
            return changed;
        }
    }

    /** Something was noted about the reservation, which has another version. Its seats are as before. */
    record Noted(Reservation reservation) implements OfReservation {}

    /**
     * Seats were withheld, or are for everybody again.
     *
     * @param allocation its name
     * @param sections how many seats the command has changed, by section
     */
    record Allocated(String allocation, Map<String, Integer> sections) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }

        @Override
        public boolean hasChanges() {
            return !sections.isEmpty();
        }

        @Override
        public boolean isRefused() {
            return false;
        }
    }

    /**
     * A lapsed reservation that was replaced.
     *
     * @param wasExpired whether it had been marked as expired before
     */
    record Replaced(Reservation reservation, boolean wasExpired) {}

    /**
     * Nothing was changed.
     *
     * @param seats labels of the seats that caused the refusal, in the order of the request; of a lapsed reservation, the seats
     *     that other reservations have taken; empty for any other cause
     * @param reservation current state of the reservation that caused the refusal
     */
    record Refused(Refusal reason, List<String> seats, Optional<Reservation> reservation) implements Outcome {
        @Override
        public boolean isFinal() {
            return reason != Refusal.LOCKED && reason != Refusal.PAYMENT_NOT_CAPTURED;
        }
    }

    /**
     * The sale of the event has not begun or is paused, or the event is a draft. Nothing was changed.
     *
     * @param opensAt when it begins; empty if the seller has to open it
     * @param opensIn time until then, by the database's clock
     */
    record NotOnSale(Optional<Instant> opensAt, Optional<Duration> opensIn) implements Outcome {
        @Override
        public boolean isFinal() {
            return false;
        }
    }

    /**
     * There are fewer free places or seats than requested: a read after the locks were acquired shows it. Nothing was changed.
     *
     * @param section of the places; empty for best seats
     * @param available how many there are for the buyer
     */
    record SoldOut(Optional<String> section, long available) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /**
     * There are enough seats, but not beside each other: a read after the locks were acquired shows it. Nothing was changed.
     *
     * @param largest size of the largest smaller party that could sit together; 0 if there is none
     */
    record NotTogether(int largest) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /**
     * The seats would leave single free ones beside them, which the event refuses. Nothing was changed.
     *
     * @param seats labels of the single ones
     * @param instead labels of seats that would leave none
     */
    record LeavesOrphans(List<String> seats, List<String> instead) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /** Fewer seats than requested are left at a price whose seats are limited. Nothing was changed. */
    record PriceExhausted(PriceType priceType, int left) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /** The code of the request does not fit it. Nothing was changed. */
    record CodeInvalid(Reason reason) implements Outcome {

        /** Why a code does not fit. Sellers' clients branch on the names, so they never change. */
        public enum Reason {
            /** The event has no such code. */
            UNKNOWN,
            /** It was switched off. */
            OFF,
            /** It is not valid yet. */
            EARLY,
            /** It is not valid any more. */
            LATE,
            /** It has no effect on any of the seats, or is an access code that does not open all of them. */
            OUT_OF_SCOPE
        }

        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /**
     * A code may be used for fewer seats than requested. Nothing was changed.
     *
     * @param left seats, or reservations if it is for a single use
     */
    record CodeExhausted(int left) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /** The code of the request may be used for fewer seats of one reservation. Nothing was changed. */
    record TooManySeatsWithCode(int max) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /** The buyer has as many seats as the quota allows. Nothing was changed. */
    record TooManySeats(Quota quota) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /** The buyer has as many pending reservations as the quota allows. Nothing was changed. */
    record TooManyPending(Quota quota) implements Outcome {
        @Override
        public boolean isFinal() {
            return false;
        }
    }
}
