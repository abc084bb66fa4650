package seatlock.tickets;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;

/**
 * The documents of tickets, as workers have made them. A document that does not show the event as it is now counts as missing.
 */
public final class DocumentStore {

    /**
     * A document to be stored.
     *
     * @param reservation in the version that the document shows
     */
    public record Document(Reservation reservation, TicketId ticket, byte[] pdf) {}

    /** Returns which tickets of reservations have a document. */
    public Set<TicketId> existing(Tx tx, EventId event, Set<ReservationId> reservations) throws SQLException {
        return Set.copyOf(tx.query(
                """
                SELECT found.ticket_id
                  FROM unnest(?) AS named (id)
                 CROSS JOIN LATERAL (
                        SELECT d.ticket_id
                          FROM tickets AS t
                          JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
                          JOIN events AS e ON e.event_id = t.event_id
                         WHERE t.event_id = ?
                           AND t.reservation_id = named.id
                           AND d.event_version >= e.printed_version
                        OFFSET 0) AS found
                """, row -> new TicketId(row.uuid("ticket_id")), ReservationId.values(reservations), event.value()));
    }

    /** Returns a ticket's document; empty if it is missing. */
    public Optional<byte[]> find(Tx tx, EventId event, TicketId id) throws SQLException {
        return Optional.ofNullable(find(tx, event, List.of(id)).get(id));
    }

    /** Returns the documents of tickets, without those that are missing. */
    public Map<TicketId, byte[]> find(Tx tx, EventId event, Collection<TicketId> ids) throws SQLException {
        return tx
                .query(
                        """
                        SELECT found.*
                          FROM unnest(?) AS named (id)
                         CROSS JOIN LATERAL (
                                SELECT d.ticket_id, d.pdf
                                  FROM ticket_documents AS d
                                  JOIN events AS e ON e.event_id = d.event_id AND e.printed_version <= d.event_version
                                 WHERE d.event_id = ?
                                   AND d.ticket_id = named.id
                                OFFSET 0) AS found
                        """,
                        row -> Map.entry(new TicketId(row.uuid("ticket_id")), row.bytes("pdf")),
                        ids.stream().map(TicketId::value).distinct().toArray(UUID[]::new),
                        event.value())
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Stores documents of an event, except those of tickets that have one which is at least as new, and those of reservations that
     * have changed since (the buyer may have been erased), which may be outdated.
     *
     * @param event in the version that the documents show
     * @return the reservations that have changed
     */
    public Set<ReservationId> store(Tx tx, Event event, List<Document> documents) throws SQLException {
        var versions = lockVersions(tx, event.id(), documents);
        var changed = documents.stream()
                .map(Document::reservation)
                .filter(reservation -> versions.get(reservation.id()) != reservation.version())
                .map(Reservation::id)
                .collect(toSet());
        var current = documents.stream()
                .filter(document -> !changed.contains(document.reservation.id()))
                .toList();
        tx.update(
                """
                INSERT INTO ticket_documents (event_id, created_at, event_version, ticket_id, pdf)
                SELECT ?, ?, ?, * FROM unnest(?, ?)
                ON CONFLICT (event_id, ticket_id) DO UPDATE
                   SET pdf = excluded.pdf, created_at = excluded.created_at, event_version = excluded.event_version
                 WHERE ticket_documents.event_version < (SELECT printed_version FROM events
                                                          WHERE event_id = excluded.event_id)
                   AND ticket_documents.event_version < excluded.event_version
                """,
                event.id().value(),
                tx.readClock(),
                event.version(),
                current.stream().map(document -> document.ticket.value()).toArray(UUID[]::new),
                current.stream().map(Document::pdf).toArray(byte[][]::new));
        return changed;
    }

    /** Returns the versions of reservations, which stay the same until the end of the transaction. */
    private static Map<ReservationId, Integer> lockVersions(Tx tx, EventId event, List<Document> documents)
            throws SQLException {
        return tx
                .lock(
                        """
                        SELECT locked.*
                          FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                         CROSS JOIN LATERAL (SELECT reservation_id, version
                                               FROM reservations
                                              WHERE event_id = ?
                                                AND reservation_id = named.id
                                                FOR SHARE) AS locked
                        """,
                        row -> Map.entry(new ReservationId(row.uuid("reservation_id")), row.integer("version")),
                        ReservationId.values(documents.stream()
                                .map(document -> document.reservation.id())
                                .collect(toSet())),
                        event.value())
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Deletes the documents of a reservation's tickets. Returns their number. */
    int delete(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return tx.update("""
                DELETE FROM ticket_documents AS d
                 USING tickets AS t
                 WHERE t.event_id = ?
                   AND t.reservation_id = ?
                   AND d.event_id = t.event_id
                   AND d.ticket_id = t.ticket_id
                """, event.value(), reservation.value());
    }
}
