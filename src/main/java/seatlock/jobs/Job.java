package seatlock.jobs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;

/**
 * A job that a worker has claimed.
 *
 * @param eventVersion the version of the event that made it necessary; empty if a sale did
 * @param attempts number of times it has been claimed, including this time
 * @param lease secret of the worker that claimed it, perhaps with others; required to record the result
 */
public record Job(
        EventId event, UUID id, Kind kind, Subject subject, OptionalInt eventVersion, int attempts, UUID lease) {

    /** Kinds of jobs. Their wire names are stored in Redis and in the database, so they never change. */
    public enum Kind {
        /** Create the documents of a reservation's tickets. A job that mails them follows. */
        ISSUE_TICKETS("IssueTickets", Work.DOCUMENTS),
        /** Mail the tickets of a reservation to the buyer: after they were issued, or again. */
        SEND_TICKETS("SendTickets", Work.MAIL),
        /** Mail a ticket that was transferred to its new holder. */
        SEND_TRANSFERRED_TICKET("SendTransferredTicket", Work.MAIL),
        /** Tell the former holder of a ticket that it was transferred and is void. */
        SEND_TRANSFER_NOTICE("SendTransferNotice", Work.MAIL),
        /** Tell the holder of tickets whose seats were given back, or the buyer who paid for them. */
        SEND_REFUND("SendRefund", Work.MAIL),
        /** Tell the buyer that a payment confirms nothing, so that its money is given back. */
        SEND_PAYMENT_RETURNED("SendPaymentReturned", Work.MAIL),
        /** After a change of what the tickets of an event say: add a job that renews them for each reservation. */
        REFRESH_EVENT("RefreshEvent", Work.DOCUMENTS),
        /** The same, but the jobs also tell the holders. */
        ANNOUNCE_CHANGE("AnnounceChange", Work.DOCUMENTS),
        /** Create the documents of a reservation's tickets anew. */
        RENEW_TICKETS("RenewTickets", Work.DOCUMENTS),
        /** Tell the buyer that the event has changed, with the new tickets. */
        SEND_UPDATE("SendUpdate", Work.MAIL),
        /** Tell the buyer that the event was cancelled. */
        SEND_CANCELLATION("SendCancellation", Work.MAIL);

        private final String wireName;
        private final Work work;

        Kind(String wireName, Work work) {
            this.wireName = wireName;
            this.work = work;
        }

        public Work work() {
            return work;
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

    /** The two sorts of work, which never wait for each other, because they have workers of their own. */
    public enum Work {
        /** In batches, because a document is made in less time than it takes to record that it was. */
        DOCUMENTS(25),
        /** One by one, because a mail takes as long as the mail server does, and others should not wait for it. */
        MAIL(1);

        private final int batch;

        Work(int batch) {
            this.batch = batch;
        }

        /** Returns the most jobs of an event that a worker claims at once. */
        public int batch() {
            return batch;
        }

        /** Returns the kinds of jobs with this work, the most urgent first. */
        public List<Kind> kinds() {
            return Stream.of(Kind.values()).filter(kind -> kind.work == this).toList();
        }

        /** Returns the kind of job for which it exists. */
        public Kind firstKind() {
            return kinds().get(0);
        }
    }

    /** The subject of a job: its event, or a part of it. */
    public record Subject(Type type, UUID id) {

        /** Types of subjects, with their names in the database. */
        public enum Type {
            EVENT("EVENT"),
            RESERVATION("RESERVATION"),
            TICKET("TICKET");

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

        public static Subject ofTicket(UUID ticket) {
            return new Subject(Type.TICKET, ticket);
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

        /**
         * Returns the id of the ticket.
         *
         * @throws IllegalStateException if the subject is not a ticket
         */
        public UUID ticket() {
            if (type != Type.TICKET) {
                throw new IllegalStateException("The subject is not a ticket but " + type);
            }
            return id;
        }
    }
}
