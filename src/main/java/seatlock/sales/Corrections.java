package seatlock.sales;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Tx;
import seatlock.inventory.BuyerDetails;
import seatlock.inventory.Correction;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.tickets.Ticket;
import seatlock.tickets.Tickets;

/**
 * Corrects what a reservation says about people, and mails its tickets again. No seat changes hands, so this needs neither the
 * locks nor the queue of {@link Checkout}: the lock of the reservation's row comes first, and nothing else is locked after it.
 */
public final class Corrections {

    private final Tickets tickets;
    private final Changes changes;

    public Corrections(Tickets tickets, Changes changes) {
        this.tickets = tickets;
        this.changes = changes;
    }

    /** The result of a correction. */
    public sealed interface Result {

        /** @param reservation after the correction */
        record Corrected(Reservation reservation) implements Result {}

        record NotFound() implements Result {}

        /** Nothing was changed, because the personal data of the buyer was erased. */
        record Erased() implements Result {}

        /** Nothing was changed, because the reservation has ended. */
        record Ended(Reservation reservation) implements Result {}

        /** Nothing was changed, because the reservation does not have these seats. */
        record UnknownSeats(List<String> labels) implements Result {}

        /** Nothing was changed, because the tickets of these seats were transferred: their holders are known. */
        record Transferred(List<String> labels) implements Result {}
    }

    /**
     * Corrects a reservation that is pending or confirmed. If that changes what its tickets show, their documents are made again.
     * Quotas stay with the address with which the reservation was made. A correction that changes nothing leaves no trace.
     */
    public Result correct(Tx tx, EventId event, ReservationId id, Correction correction, Actor actor)
            throws SQLException {
        var found = BuyerDetails.lockReservation(tx, event, id);
        if (found.isEmpty()) {
            return new Result.NotFound();
        }
        var before = found.get();
        if (before.buyer().isErased()) {
            return new Result.Erased();
        }
        if (before.status() != ReservationStatus.PENDING && before.status() != ReservationStatus.CONFIRMED) {
            return new Result.Ended(before);
        }
        var unknown = correction.unknownSeats(before);
        if (!unknown.isEmpty()) {
            return new Result.UnknownSeats(unknown);
        }
        var transferred = transferredSeats(tx, event, id, correction);
        if (!transferred.isEmpty()) {
            return new Result.Transferred(transferred);
        }
        var after = correction.applyTo(before);
        if (after.version() != before.version()) {
            write(tx, event, before, after, List.of(change(Change.Type.RESERVATION_CORRECTED, after, actor)));
        }
        return new Result.Corrected(after);
    }

    /** Returns the labels of seats whose holder a correction names although the ticket was transferred, sorted. */
    private List<String> transferredSeats(Tx tx, EventId event, ReservationId id, Correction correction)
            throws SQLException {
        return correction.holders().isEmpty()
                ? List.of()
                : tickets.ofReservation(tx, event, id).stream()
                        .filter(Ticket::isTransferred)
                        .map(ticket -> ticket.seat().label())
                        .filter(correction.holders()::containsKey)
                        .distinct()
                        .sorted()
                        .toList();
    }

    /**
     * Mails the tickets of a reservation again (see {@link Tickets#resend}), unless the personal data of its buyer was erased.
     *
     * @param email replaces the address of the reservation, if the mail is sent; empty to keep it
     * @return empty if there is no such reservation
     */
    public Optional<Resent> resend(Tx tx, EventId event, ReservationId id, Optional<String> email, Actor actor)
            throws SQLException {
        var found = BuyerDetails.lockReservation(tx, event, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var before = found.get();
        var result = before.buyer().isErased() ? new Tickets.Resend.NotConfirmed() : tickets.resend(tx, event, before);
        if (!(result instanceof Tickets.Resend.Queued queued)) {
            return Optional.of(new Resent(result, before));
        }
        var history = new ArrayList<Change>();
        var after = email.map(address -> Correction.ofEmail(address).applyTo(before))
                .orElse(before);
        if (after.version() != before.version()) {
            history.add(change(Change.Type.RESERVATION_CORRECTED, after, actor));
        }
        if (queued.isNew()) {
            after = after.next();
            history.add(change(Change.Type.RESERVATION_RESENT, after, actor));
        }
        if (!history.isEmpty()) {
            write(tx, event, before, after, history);
        }
        return Optional.of(new Resent(result, after));
    }

    /** @param reservation after that */
    public record Resent(Tickets.Resend result, Reservation reservation) {}

    private void write(Tx tx, EventId event, Reservation before, Reservation after, List<Change> history)
            throws SQLException {
        BuyerDetails.write(tx, event, before, after);
        changes.add(tx, event, history);
        if (after.printsOtherTicketsThan(before)) {
            tickets.renew(tx, event, after);
        }
    }

    private static Change change(Change.Type type, Reservation after, Actor actor) {
        return Change.ofReservation(type, after.id().value(), after.version(), actor);
    }
}
