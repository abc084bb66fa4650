package seatlock.jobs;

import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;

/**
 * A job that a worker has claimed.
 *
 * @param attempts how many times it has been claimed, this time included
 * @param lease known to this worker only; without it the job cannot be ended
 */
public record Job(EventId event, UUID id, Kind kind, ReservationId reservation, int attempts, UUID lease) {

    /** What there is to do. The names go over the wire to Redis, and so never change. */
    public enum Kind {
        /** Make the documents of a reservation's tickets, and mail them to the buyer. */
        ISSUE_TICKETS("IssueTickets"),
        /** Mail them once more. */
        SEND_TICKETS("SendTickets");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        static Optional<Kind> ofWireName(String name) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wireName.equals(name))
                    .findFirst();
        }
    }

    /** Does jobs of one or more kinds. It may be called twice for the same job, and even twice at once. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Runs outside any transaction.
         *
         * @throws Hopeless if another attempt would fail as well
         * @throws Exception if another attempt may succeed
         */
        void handle(Job job) throws Exception;
    }

    /** Trying again would not help. */
    public static final class Hopeless extends Exception {
        private static final long serialVersionUID = 1L;

        public Hopeless(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
