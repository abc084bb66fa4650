package seatlock.tickets;

import java.sql.SQLException;
import java.util.List;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Tx;

/** Writes the history of tickets. Each change of a ticket is a version of its reservation. */
public final class TicketHistory {

    private final Changes changes;

    public TicketHistory(Changes changes) {
        this.changes = changes;
    }

    /**
     * Adds a change of a ticket, in the transaction that makes it.
     *
     * @param ticket locked by {@link Tickets#lockTicket}
     */
    public void add(Tx tx, EventId event, Ticket ticket, Change.Type type, Actor actor) throws SQLException {
        var reservation = ticket.reservation().value();
        var version = tx.query("""
                        UPDATE reservations
                           SET version = version + 1
                         WHERE event_id = ?
                           AND reservation_id = ?
                        RETURNING version
                        """, row -> row.integer("version"), event.value(), reservation)
                .get(0);
        changes.add(
                tx,
                event,
                List.of(Change.ofTicket(type, reservation, ticket.id().value(), version, actor)));
    }
}
