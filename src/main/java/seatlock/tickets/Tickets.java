package seatlock.tickets;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;

/** Issues tickets, voids them, and checks them in. */
public final class Tickets {

    private static final String SELECT_TICKET = """
            SELECT t.ticket_id, t.reservation_id, t.seat_id, s.label, s.section, s.row_name, s.seat_number, rs.price,
                   t.key_id, t.voided_at, t.checked_in_at, t.check_in_gate, t.check_in_nonce
              FROM tickets AS t
              JOIN seats AS s ON s.event_id = t.event_id AND s.seat_id = t.seat_id
              JOIN reservation_seats AS rs
                ON rs.event_id = t.event_id AND rs.reservation_id = t.reservation_id AND rs.seat_id = t.seat_id
            """;

    private final TicketKeys keys;
    private final Jobs jobs;

    public Tickets(TicketKeys keys, Jobs jobs) {
        this.keys = keys;
        this.jobs = jobs;
    }

    /**
     * Updates tickets after changes of reservations, in the same transaction: issues the tickets of a confirmed reservation
     * and adds the job that creates and mails them; voids the tickets of a refunded reservation.
     */
    public void issueOrVoid(Tx tx, Event event, List<Outcome> outcomes) {
        // In order, because a seat may pass from one reservation to another within a transaction. Consecutive
        // changes to the same status share their statements.
        var group = new ArrayList<Reservation>();
        for (var outcome : outcomes) {
            if (outcome instanceof Outcome.Done done && done.changed() && affectsTickets(done.reservation())) {
                if (!group.isEmpty()
                        && group.get(0).status() != done.reservation().status()) {
                    issueOrVoid(tx, event.id(), group);
                    group.clear();
                }
                group.add(done.reservation());
            }
        }
        if (!group.isEmpty()) {
            issueOrVoid(tx, event.id(), group);
        }
    }

    private static boolean affectsTickets(Reservation reservation) {
        return reservation.status() == ReservationStatus.CONFIRMED
                || reservation.status() == ReservationStatus.CANCELLED
                        && reservation.state().confirmation().isPresent();
    }

    /** @param group reservations with the same status */
    private void issueOrVoid(Tx tx, EventId event, List<Reservation> group) {
        if (group.get(0).status() == ReservationStatus.CONFIRMED) {
            issue(tx, event, group);
        } else {
            voidAll(tx, event, group);
        }
    }

    /** @param confirmed reservations that were all confirmed at the same instant */
    private void issue(Tx tx, EventId event, List<Reservation> confirmed) {
        record Claim(ReservationId reservation, int seat) {}
        var claims = confirmed.stream()
                .flatMap(reservation ->
                        reservation.seats().stream().map(seat -> new Claim(reservation.id(), seat.seatId())))
                .toList();
        var now = confirmed.get(0).state().confirmation().orElseThrow().at();
        tx.updateExactly(
                claims.size(),
                """
                INSERT INTO tickets (event_id, key_id, issued_at, ticket_id, reservation_id, seat_id)
                SELECT ?, (SELECT max(key_id) FROM ticket_keys), ?, * FROM unnest(?, ?, ?)
                """,
                event.value(),
                now,
                claims.stream().map(claim -> Ids.next()).toArray(UUID[]::new),
                claims.stream().map(claim -> claim.reservation().value()).toArray(UUID[]::new),
                claims.stream().map(Claim::seat).toArray(Integer[]::new));
        jobs.add(
                tx,
                event,
                Job.Kind.ISSUE_TICKETS,
                confirmed.stream()
                        .map(reservation -> Job.Subject.of(reservation.id()))
                        .toList(),
                now);
    }

    /** @param refunded reservations that were all refunded at the same instant */
    private static void voidAll(Tx tx, EventId event, List<Reservation> refunded) {
        tx.updateExactly(
                refunded.stream()
                        .mapToInt(reservation -> reservation.seats().size())
                        .sum(),
                """
                UPDATE tickets
                   SET voided_at = ?
                 WHERE event_id = ?
                   AND reservation_id = ANY (?)
                   AND voided_at IS NULL
                """,
                refunded.get(0).state().endedAt().orElseThrow(),
                event.value(),
                refunded.stream().map(reservation -> reservation.id().value()).toArray(UUID[]::new));
    }

    /**
     * Adds a job that mails the tickets of a reservation again.
     *
     * @return {@code false} if the reservation is not confirmed; then nothing is added
     */
    public boolean resend(Tx tx, EventId event, Reservation reservation) throws SQLException {
        if (reservation.status() != ReservationStatus.CONFIRMED) {
            return false;
        }
        jobs.add(tx, event, Job.Kind.SEND_TICKETS, List.of(Job.Subject.of(reservation.id())), tx.readClock());
        return true;
    }

    /** Returns the tickets of a reservation in the order of the seat plan; none if it was never confirmed. */
    public List<Ticket> ofReservation(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return tx.query(
                SELECT_TICKET + " WHERE t.event_id = ? AND t.reservation_id = ? ORDER BY t.seat_id",
                Tickets::ticket,
                event.value(),
                reservation.value());
    }

    public Optional<Ticket> find(Tx tx, EventId event, TicketId id) throws SQLException {
        return tx.find(
                SELECT_TICKET + " WHERE t.event_id = ? AND t.ticket_id = ?",
                Tickets::ticket,
                event.value(),
                id.value());
    }

    /** Returns the content of a ticket's QR code. */
    public String code(Tx tx, EventId event, Ticket ticket) throws SQLException {
        return new TicketCode(event, ticket.id()).sign(ticket.keyId(), keys.privateKey(tx, ticket.keyId()));
    }

    /** Returns a ticket's document; empty until a worker has created it. */
    public Optional<byte[]> document(Tx tx, EventId event, TicketId id) throws SQLException {
        return tx.find(
                "SELECT pdf FROM ticket_documents WHERE event_id = ? AND ticket_id = ?",
                row -> row.bytes("pdf"),
                event.value(),
                id.value());
    }

    /** Stores a ticket's document. Does nothing if the ticket has one already. */
    public void storeDocument(Tx tx, EventId event, TicketId id, byte[] pdf) throws SQLException {
        tx.update("""
                INSERT INTO ticket_documents (event_id, ticket_id, pdf, created_at)
                VALUES (?, ?, ?, ?)
                ON CONFLICT (event_id, ticket_id) DO NOTHING
                """, event.value(), id.value(), pdf, tx.readClock());
    }

    /**
     * Checks in a ticket: only once, even if several gates scan it at the same instant.
     *
     * @param at time of the scan if it is uploaded later; {@code null} for now
     * @param nonce identifies the scan within its gate, so that the upload can be repeated; {@code null} if there is none
     */
    public CheckInResult checkIn(Tx tx, EventId event, String code, String gate, Instant at, String nonce)
            throws SQLException {
        TicketCode verified;
        try {
            verified = verify(tx, code);
        } catch (TicketCode.Invalid e) {
            return new CheckInResult.Rejected(reason(e.flaw()));
        }
        if (!verified.event().equals(event)) {
            return new CheckInResult.Rejected(CheckInResult.Reason.OTHER_EVENT);
        }
        lockTicket(tx, event, verified.ticket());
        var found = find(tx, event, verified.ticket());
        if (found.isEmpty()) {
            return new CheckInResult.Rejected(CheckInResult.Reason.UNKNOWN_TICKET);
        }
        var ticket = found.get();
        if (ticket.checkIn() != null) {
            return isSameScan(ticket.checkIn(), gate, at, nonce)
                    ? new CheckInResult.Admitted(ticket)
                    : new CheckInResult.AlreadyCheckedIn(ticket);
        }
        if (ticket.voidedAt() != null) {
            return new CheckInResult.Rejected(CheckInResult.Reason.VOIDED);
        }
        var scannedAt = at == null ? tx.readClock() : at;
        tx.updateExactly(
                1, """
                UPDATE tickets
                   SET checked_in_at = ?, check_in_gate = ?, check_in_nonce = ?
                 WHERE event_id = ?
                   AND ticket_id = ?
                   AND checked_in_at IS NULL
                """, scannedAt, gate, nonce, event.value(), ticket.id().value());
        return new CheckInResult.Admitted(find(tx, event, ticket.id()).orElseThrow());
    }

    private static CheckInResult.Reason reason(TicketCode.Flaw flaw) {
        return switch (flaw) {
            case MALFORMED -> CheckInResult.Reason.MALFORMED;
            case UNKNOWN_KEY -> CheckInResult.Reason.UNKNOWN_KEY;
            case FORGED -> CheckInResult.Reason.FORGED;
        };
    }

    /** Returns whether a scan was recorded before. A nonce is unique only within its gate. */
    private static boolean isSameScan(Ticket.CheckIn recorded, String gate, Instant at, String nonce) {
        return nonce != null
                && nonce.equals(recorded.nonce())
                && gate.equals(recorded.gate())
                && (at == null || at.equals(recorded.at()));
    }

    private TicketCode verify(Tx tx, String code) throws TicketCode.Invalid, SQLException {
        try {
            return TicketCode.verify(code, id -> {
                try {
                    return keys.publicKey(tx, id);
                } catch (SQLException e) {
                    throw new Unchecked(e);
                }
            });
        } catch (Unchecked e) {
            throw e.cause;
        }
    }

    /** Carries an exception out of a lambda. */
    private static final class Unchecked extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient SQLException cause;

        Unchecked(SQLException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static void lockTicket(Tx tx, EventId event, TicketId id) throws SQLException {
        tx.lock(
                "SELECT ticket_id FROM tickets WHERE event_id = ? AND ticket_id = ? FOR NO KEY UPDATE",
                row -> row.uuid("ticket_id"),
                event.value(),
                id.value());
    }

    private static Ticket ticket(Row row) throws SQLException {
        var checkedInAt = row.instant("checked_in_at");
        return new Ticket(
                new TicketId(row.uuid("ticket_id")),
                new ReservationId(row.uuid("reservation_id")),
                new Ticket.Seat(
                        row.integer("seat_id"),
                        row.text("label"),
                        row.text("section"),
                        row.text("row_name"),
                        row.text("seat_number")),
                row.bigint("price"),
                row.integer("key_id"),
                row.instant("voided_at"),
                checkedInAt == null
                        ? null
                        : new Ticket.CheckIn(checkedInAt, row.text("check_in_gate"), row.text("check_in_nonce")));
    }
}
