package seatlock.jobs;

import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;

/**
 * A job that a worker has claimed.
 *
 * @param attempts number of times it has been claimed, including this time
 * @param lease secret of the worker that claimed it, required to record the result
 */
public record Job(EventId event, UUID id, Kind kind, Subject subject, int attempts, UUID lease) {

    /** Kinds of jobs. Their wire names are stored in Redis and in the database, so they never change. */
    public enum Kind {
        /** Create the documents of a reservation's tickets. A job that mails them follows. */
        ISSUE_TICKETS("IssueTickets"),
        /** Mail the tickets of a reservation to the buyer: after they were issued, or again. */
        SEND_TICKETS("SendTickets");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        public static Optional<Kind> ofWireName(String name) {
            return Stream.of(values())
                    .filter(kind -> kind.wireName.equals(name))
                    .findFirst();
        }
    }

    /** The subject of a job: its event, or a part of it. */
    public record Subject(Type type, UUID id) {

        /** Types of subjects, with their names in the database. */
        public enum Type {
            EVENT("EVENT"),
            RESERVATION("RESERVATION");

            private final String code;

            Type(String code) {
                this.code = code;
            }

            String code() {
                return code;
            }

            static Type of(String code) {
                return Stream.of(values())
                        .filter(type -> type.code.equals(code))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("Unknown job subject type: " + code));
            }
        }

        public static Subject of(ReservationId reservation) {
            return new Subject(Type.RESERVATION, reservation.value());
        }

        public static Subject of(EventId event) {
            return new Subject(Type.EVENT, event.value());
        }

        /**
         * Returns the reservation.
         *
         * @throws IllegalStateException if the subject is not a reservation
         */
        public ReservationId reservation() {
            if (type != Type.RESERVATION) {
                throw new IllegalStateException("The subject is not a reservation but " + type);
            }
            return new ReservationId(id);
        }
    }
}
