package seatlock.inventory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The result of a command. */
public sealed interface Outcome {

    /** Whether repeating the command would give the same result. If not, the result must not be stored under a key. */
    boolean isFinal();

    /**
     * The reservation is in the requested state.
     *
     * @param changed whether this command changed it: {@code false} if there was nothing left to do
     */
    record Done(Reservation reservation, boolean changed) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /**
     * Nothing was changed.
     *
     * @param seats labels of the seats in question, in the order of the request; empty if the reason is not about seats
     * @param reservation the reservation in question, as it is now
     */
    record Refused(Refusal reason, List<String> seats, Optional<Reservation> reservation) implements Outcome {
        @Override
        public boolean isFinal() {
            return reason != Refusal.LOCKED;
        }
    }

    /** The buyer has as many seats as the quota allows. Nothing was changed. */
    record TooManySeats(Quota quota) implements Outcome {
        @Override
        public boolean isFinal() {
            return true;
        }
    }

    /**
     * The buyer has as many pending reservations as the quota allows. Nothing was changed.
     *
     * @param retryAfter time until the first of them lapses
     */
    record TooManyPending(Quota quota, Duration retryAfter) implements Outcome {
        @Override
        public boolean isFinal() {
            return false;
        }
    }
}
