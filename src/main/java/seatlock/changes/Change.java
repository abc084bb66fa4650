package seatlock.changes;

import java.util.Optional;
import java.util.UUID;

/**
 * A change of an event, of a reservation or of a ticket.
 *
 * @param reservation empty if the event itself changed
 * @param ticket empty unless one ticket changed
 * @param version of the reservation after the change; of the event, if there is no reservation
 */
public record Change(Type type, Optional<UUID> reservation, Optional<UUID> ticket, int version, Actor actor) {

    /** Types of changes. The wire names are stored, so they never change. */
    public enum Type {
        EVENT_CHANGED("event.changed"),
        EVENT_PUBLISHED("event.published"),
        EVENT_PAUSED("event.paused"),
        EVENT_RESUMED("event.resumed"),
        EVENT_CANCELLED("event.cancelled"),
        RESERVATION_CONFIRMED("reservation.confirmed"),
        RESERVATION_CANCELLED("reservation.cancelled"),
        RESERVATION_EXPIRED("reservation.expired"),
        RESERVATION_REFUNDED("reservation.refunded"),
        RESERVATION_SEATS_REFUNDED("reservation.seats-refunded"),
        RESERVATION_CORRECTED("reservation.corrected"),
        RESERVATION_RESENT("reservation.resent"),
        RESERVATION_EXTENDED("reservation.extended"),
        RESERVATION_REPLACED("reservation.replaced"),
        RESERVATION_ERASED("reservation.erased"),
        PAYMENT_CAPTURED("payment.captured"),
        PAYMENT_RETURNED("payment.returned"),
        PAYMENT_REFUNDED("payment.refunded"),
        PAYMENT_DISPUTED("payment.disputed"),
        TICKET_TRANSFERRED("ticket.transferred"),
        TICKET_CHECKED_IN("ticket.checked-in"),
        TICKET_CHECKED_OUT("ticket.checked-out"),
        TICKET_CHECK_IN_UNDONE("ticket.check-in-undone");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    public static Change ofEvent(Type type, int version, Actor actor) {
        return new Change(type, Optional.empty(), Optional.empty(), version, actor);
    }

    public static Change ofReservation(Type type, UUID reservation, int version, Actor actor) {
        return new Change(type, Optional.of(reservation), Optional.empty(), version, actor);
    }

    public static Change ofTicket(Type type, UUID reservation, UUID ticket, int version, Actor actor) {
        return new Change(type, Optional.of(reservation), Optional.of(ticket), version, actor);
    }
}
