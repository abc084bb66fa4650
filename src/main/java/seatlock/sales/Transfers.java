package seatlock.sales;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketHistory;
import seatlock.tickets.TicketId;
import seatlock.tickets.Tickets;

/**
 * Transfers tickets, once for each idempotency key. No seat changes hands between reservations, so this needs neither the locks nor
 * the queue of {@link Checkout}: the locks of the reservation and then of the ticket exclude refunds and scans.
 */
public final class Transfers {

    private final Catalog catalog;
    private final InventoryReader inventory = new InventoryReader();
    private final Tickets tickets;
    private final TicketHistory history;
    private final IdempotencyKeys keys;

    public Transfers(Catalog catalog, Tickets tickets, Changes changes, IdempotencyKeys keys) {
        this.catalog = catalog;
        this.tickets = tickets;
        this.history = new TicketHistory(changes);
        this.keys = keys;
    }

    /** Reasons why a ticket cannot be transferred. Clients branch on the names, so they never change. */
    public enum Refusal {
        /** The event was cancelled. */
        EVENT_CANCELLED,
        /** The reservation was refunded. */
        REFUNDED,
        /** Another person has the ticket of the seat. */
        TRANSFERRED,
        /** The ticket was used. */
        CHECKED_IN,
        /** The personal data of the buyer was erased, so no other is stored with the reservation. */
        ERASED,
        /** The event has started, or its time for transfers is over. */
        TOO_LATE
    }

    /**
     * The result of a request.
     *
     * @param ticket as it was before
     * @param refusal empty if the ticket was transferred
     * @param successor the new ticket, if the ticket was transferred
     * @param at when it was transferred or refused, by the database's clock
     */
    public record Result(
            Event event, Ticket ticket, Optional<Refusal> refusal, Optional<TicketId> successor, Instant at) {}

    /**
     * Transfers a ticket that is valid and was not used, until the time that the terms of its event allow.
     *
     * @param reply writes the reply, which is stored under the key
     * @return empty if the ticket does not exist
     */
    public Optional<Receipt> transfer(
            Tx tx,
            EventId id,
            TicketId ticketId,
            Ticket.Holder to,
            Actor actor,
            Order.KeyUse use,
            Function<Result, byte[]> reply)
            throws SQLException {
        var locked = tickets.lockTicket(tx, id, ticketId); // a copy of the request waits here, and finds the key below
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        var repeated = keys.repeated(tx, id, use);
        return repeated.isPresent()
                ? repeated
                : Optional.of(keys.store(tx, id, use, reply.apply(transfer(tx, id, locked.get(), to, actor))));
    }

    private Result transfer(Tx tx, EventId id, Ticket ticket, Ticket.Holder to, Actor actor) throws SQLException {
        var now = tx.readClock();
        // Read after the locks. An event that is changed from now on finds the new ticket.
        var event = catalog.current(tx, id).orElseThrow();
        var reservation = inventory.find(tx, id, ticket.reservation()).orElseThrow();
        var refusal = refusal(event, reservation, ticket, now);
        if (refusal.isPresent()) {
            return new Result(event, ticket, refusal, Optional.empty(), now);
        }
        var at = now.isBefore(ticket.issuedAt()) ? ticket.issuedAt() : now; // the clock was set back
        var successor = tickets.transfer(tx, id, ticket, to, at);
        history.add(tx, id, ticket, Change.Type.TICKET_TRANSFERRED, actor);
        return new Result(event, ticket, Optional.empty(), Optional.of(successor), at);
    }

    private static Optional<Refusal> refusal(Event event, Reservation reservation, Ticket ticket, Instant now) {
        if (event.status() == Event.Status.CANCELLED) {
            return Optional.of(Refusal.EVENT_CANCELLED);
        }
        if (ticket.voidedAt() != null) {
            return Optional.of(ticket.isTransferred() ? Refusal.TRANSFERRED : Refusal.REFUNDED);
        }
        if (ticket.wasUsed()) {
            return Optional.of(Refusal.CHECKED_IN);
        }
        if (reservation.buyer().isErased()) {
            return Optional.of(Refusal.ERASED);
        }
        var until = event.terms().transferUntil().orElse(event.startsAt());
        return now.isBefore(until) ? Optional.empty() : Optional.of(Refusal.TOO_LATE);
    }
}
