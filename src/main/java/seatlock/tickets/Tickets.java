package seatlock.tickets;

import static java.util.stream.Collectors.groupingBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.Reservation.RefundedSeat;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;

/** Issues tickets, voids and finds them. {@link CheckIns} checks them in. */
public final class Tickets {

    /** SQL: whether another person has got the seat of a ticket {@code t}, so that a later ticket has replaced it. */
    public static final String IS_REPLACED = """
            EXISTS (SELECT FROM tickets AS next
                     WHERE next.event_id = t.event_id AND next.reservation_id = t.reservation_id
                       AND next.seat_id = t.seat_id AND next.transfers = t.transfers + 1)
            """;

    private static final String SELECT_TICKET = """
            SELECT t.ticket_id, t.reservation_id, t.seat_id, s.label, s.section, s.row_name, s.seat_number,
                   t.key_id, t.issued_at, t.voided_at, t.transfers, t.holder_name, t.holder_email, t.entry, t.checked_in_at,
                   t.check_in_gate, t.check_in_nonce, t.checked_out_at,
                   t.voided_at IS NOT NULL AND
            """ + IS_REPLACED + """
                       AS transferred
              FROM tickets AS t
              JOIN seats AS s ON s.event_id = t.event_id AND s.seat_id = t.seat_id
            """;

    /** Mails with the tickets of one reservation, so that nobody can fill the buyer's mailbox. */
    public static final int MAX_MAILS_PER_HOUR = 5;

    private static final Duration HOUR = Duration.ofHours(1);

    private final TicketKeys keys;
    private final Jobs jobs;
    private final DocumentStore documents = new DocumentStore();

    public Tickets(TicketKeys keys, Jobs jobs) {
        this.keys = keys;
        this.jobs = jobs;
    }

    /**
     * Updates tickets after changes of reservations, in the same transaction: issues the tickets of a confirmed reservation
     * and adds the job that creates and mails them; voids the tickets of seats that were refunded.
     */
    public void issueOrVoid(Tx tx, Event event, List<Outcome> outcomes) {
        // In order, because a seat may pass from one reservation to another within a transaction. Consecutive
        // changes of the same sort share their statements.
        var group = new ArrayList<Outcome.Done>();
        for (var outcome : outcomes) {
            if (outcome instanceof Outcome.Done done && done.changed() && affectsTickets(done.reservation())) {
                if (!group.isEmpty() && issuesTickets(group.get(0)) != issuesTickets(done)) {
                    issueOrVoid(tx, event.id(), group);
                    group.clear();
                }
                group.add(done);
            }
        }
        if (!group.isEmpty()) {
            issueOrVoid(tx, event.id(), group);
        }
    }

    private static boolean affectsTickets(Reservation reservation) {
        return !reservation.awaitsCapture()
                && (reservation.status() == ReservationStatus.CONFIRMED
                        || reservation.status() == ReservationStatus.CANCELLED
                                && reservation.state().confirmation().isPresent());
    }

    private static boolean issuesTickets(Outcome.Done done) {
        return done.reservation().status() == ReservationStatus.CONFIRMED
                && done.refunded().isEmpty();
    }

    /** @param group changes of the same sort */
    private void issueOrVoid(Tx tx, EventId event, List<Outcome.Done> group) {
        if (issuesTickets(group.get(0))) {
            issue(tx, event, group.stream().map(Outcome.Done::reservation).toList());
        } else {
            voidTickets(tx, event, group);
        }
    }

    private void issue(Tx tx, EventId event, List<Reservation> confirmed) {
        record Claim(ReservationId reservation, int seat, Instant at) {}
        var claims = confirmed.stream()
                .flatMap(reservation -> reservation.seats().stream()
                        .map(seat -> new Claim(reservation.id(), seat.seatId(), confirmedAt(reservation))))
                .toList();
        tx.updateExactly(
                claims.size(),
                """
                INSERT INTO tickets (event_id, key_id, transfers, entry, ticket_id, reservation_id, seat_id, issued_at)
                SELECT ?, (SELECT max(key_id) FROM ticket_keys), 0, 1, * FROM unnest(?, ?, ?, ?)
                """,
                event.value(),
                claims.stream().map(claim -> Ids.nextUnguessable()).toArray(UUID[]::new),
                claims.stream().map(claim -> claim.reservation().value()).toArray(UUID[]::new),
                claims.stream().map(Claim::seat).toArray(Integer[]::new),
                claims.stream().map(Claim::at).toArray(Instant[]::new));
        jobs.add(
                tx,
                event,
                Job.Kind.ISSUE_TICKETS,
                confirmed.stream()
                        .map(reservation -> Job.Subject.of(reservation.id()))
                        .toList());
    }

    private static Instant confirmedAt(Reservation reservation) {
        return reservation.state().confirmation().orElseThrow().at();
    }

    private static void voidTickets(Tx tx, EventId event, List<Outcome.Done> refunds) {
        record Line(ReservationId reservation, int seat, Instant at) {}
        var lines = refunds.stream()
                .flatMap(done -> refundedSeats(done).stream()
                        .map(refunded -> new Line(
                                done.reservation().id(), refunded.seat().seatId(), refunded.at())))
                .toList();
        tx.updateExactly(
                lines.size(),
                """
                INSERT INTO tickets (event_id, ticket_id, reservation_id, seat_id, transfers, key_id, issued_at, entry, voided_at)
                SELECT existing.*, line.at
                  FROM unnest(?, ?, ?) AS line (reservation_id, seat_id, at)
                 CROSS JOIN LATERAL (SELECT event_id, ticket_id, reservation_id, seat_id, transfers, key_id, issued_at,
                                            entry
                                       FROM tickets
                                      WHERE event_id = ?
                                        AND reservation_id = line.reservation_id
                                        AND seat_id = line.seat_id
                                        AND voided_at IS NULL
                                     OFFSET 0) AS existing
                ON CONFLICT (event_id, ticket_id) DO UPDATE
                   SET voided_at = excluded.voided_at
                """,
                lines.stream().map(line -> line.reservation().value()).toArray(UUID[]::new),
                lines.stream().map(Line::seat).toArray(Integer[]::new),
                lines.stream().map(Line::at).toArray(Instant[]::new),
                event.value());
    }

    /** Returns the seats that a change has released: some of a confirmed reservation, or all of a cancelled one. */
    private static List<RefundedSeat> refundedSeats(Outcome.Done done) {
        var reservation = done.reservation();
        return done.refunded().isEmpty()
                ? reservation.seats().stream()
                        .map(seat -> new RefundedSeat(
                                seat, reservation.state().endedAt().orElseThrow()))
                        .toList()
                : done.refunded();
    }

    /** The result of a request to mail the tickets of a reservation again. */
    public sealed interface Resend {

        /**
         * The tickets will be mailed.
         *
         * @param isNew whether by a new job; otherwise by one that was waiting already
         */
        record Queued(boolean isNew) implements Resend {}

        /** The reservation has no valid tickets. */
        record NotConfirmed() implements Resend {}

        /** The event was cancelled. */
        record EventCancelled() implements Resend {}

        /** Other people have all tickets of the reservation. */
        record Transferred() implements Resend {}

        /**
         * The tickets were mailed {@link #MAX_MAILS_PER_HOUR} times within an hour.
         *
         * @param retryAfter time until they may be mailed again
         */
        record TooOften(Duration retryAfter) implements Resend {}
    }

    /**
     * Mails the tickets of a reservation again, at most {@link #MAX_MAILS_PER_HOUR} times.
     *
     * @param reservation locked, so that two requests at once cannot both be the last one allowed
     */
    public Resend resend(Tx tx, EventId event, Reservation reservation) throws SQLException {
        if (isCancelled(tx, event)) {
            return new Resend.EventCancelled();
        }
        if (reservation.status() != ReservationStatus.CONFIRMED || reservation.awaitsCapture()) {
            return new Resend.NotConfirmed();
        }
        if (ofReservation(tx, event, reservation.id()).stream()
                .noneMatch(ticket -> ticket.isBuyers() && ticket.isValid())) {
            return new Resend.Transferred();
        }
        var now = tx.readClock();
        var recent = jobs.recentMails(tx, event, reservation.id(), now.minus(HOUR));
        if (recent.stream().anyMatch(Jobs.Recent::isWaiting)) {
            return new Resend.Queued(false);
        }
        if (recent.size() >= MAX_MAILS_PER_HOUR) {
            var oldest = recent.get(recent.size() - MAX_MAILS_PER_HOUR).createdAt();
            return new Resend.TooOften(Duration.between(now, oldest.plus(HOUR)));
        }
        jobs.add(tx, event, Job.Kind.SEND_TICKETS, List.of(Job.Subject.of(reservation.id())));
        return new Resend.Queued(true);
    }

    /**
     * Transfers a ticket: voids it and issues the next one of its seat, of which the new holder gets a mail; the former one is
     * told.
     *
     * @param old locked and valid
     * @param at by the database's clock, read after the lock
     * @return the new ticket
     */
    public TicketId transfer(Tx tx, EventId event, Ticket old, Ticket.Holder to, Instant at) {
        var next = new TicketId(Ids.nextUnguessable());
        tx.updateExactly(
                1,
                "UPDATE tickets SET voided_at = ? WHERE event_id = ? AND ticket_id = ? AND voided_at IS NULL",
                at,
                event.value(),
                old.id().value());
        tx.updateExactly(
                1,
                """
                INSERT INTO tickets (event_id, ticket_id, reservation_id, seat_id, transfers, holder_name, holder_email, key_id,
                                     issued_at, entry)
                SELECT ?, ?, ?, ?, ?, ?, ?, (SELECT max(key_id) FROM ticket_keys), ?, 1
                """,
                event.value(),
                next.value(),
                old.reservation().value(),
                old.seat().id(),
                old.transfers() + 1,
                to.name(),
                to.email(),
                at);
        jobs.add(tx, event, Job.Kind.SEND_TRANSFERRED_TICKET, List.of(Job.Subject.ofTicket(next.value())));
        jobs.add(
                tx,
                event,
                Job.Kind.SEND_TRANSFER_NOTICE,
                List.of(Job.Subject.ofTicket(old.id().value())));
        return next;
    }

    /**
     * Locks a ticket, and before that its reservation, whose version counts the changes of its tickets.
     *
     * @return the ticket, read after it was locked; empty if there is none
     */
    public Optional<Ticket> lockTicket(Tx tx, EventId event, TicketId id) throws SQLException {
        lockReservationOf(tx, event, id);
        tx.lock(
                "SELECT ticket_id FROM tickets WHERE event_id = ? AND ticket_id = ? FOR NO KEY UPDATE",
                row -> row.uuid("ticket_id"),
                event.value(),
                id.value());
        return find(tx, event, id);
    }

    private static void lockReservationOf(Tx tx, EventId event, TicketId id) throws SQLException {
        tx.lock("""
                SELECT reservation_id
                  FROM reservations
                 WHERE event_id = ?
                   AND reservation_id = (SELECT reservation_id FROM tickets WHERE event_id = ? AND ticket_id = ?)
                   FOR NO KEY UPDATE
                """, row -> row.uuid("reservation_id"), event.value(), event.value(), id.value());
    }

    private static boolean isCancelled(Tx tx, EventId event) throws SQLException {
        return tx.find(
                        "SELECT status = 'CANCELLED' AS cancelled FROM events WHERE event_id = ?",
                        row -> row.bool("cancelled"),
                        event.value())
                .orElse(false);
    }

    /**
     * Makes the documents of a reservation's tickets anew, in the transaction that changes what they show. Until then they are not
     * ready.
     *
     * @param reservation locked, as it is after the change
     */
    public void renew(Tx tx, EventId event, Reservation reservation) throws SQLException {
        if (documents.delete(tx, event, reservation.id()) > 0) { // otherwise the job that makes them has not run yet
            jobs.add(tx, event, Job.Kind.RENEW_TICKETS, List.of(Job.Subject.of(reservation.id())));
        }
    }

    /** Returns the tickets of reservations, each list in the order of the seat plan; none for one that was never confirmed. */
    public Map<ReservationId, List<Ticket>> ofReservations(Tx tx, EventId event, Set<ReservationId> reservations)
            throws SQLException {
        var found = tx.query(
                "SELECT found.* FROM unnest(?) AS named (id) CROSS JOIN LATERAL (" + SELECT_TICKET
                        + " WHERE t.event_id = ? AND t.reservation_id = named.id ORDER BY t.seat_id, t.transfers OFFSET 0) AS found",
                Tickets::ticket,
                ReservationId.values(reservations),
                event.value());
        return found.stream().collect(groupingBy(Ticket::reservation));
    }

    /** Returns the tickets of a reservation in the order of the seat plan; none if it was never confirmed. */
    public List<Ticket> ofReservation(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return ofReservations(tx, event, Set.of(reservation)).getOrDefault(reservation, List.of());
    }

    /**
     * Returns whether a ticket exists, belongs to the buyer, and a token opens its reservation. The ticket of a person to
     * whom it was transferred is not the buyer's any more. Reads only the hash of the token and the address, so it takes the
     * same time for a ticket that does not exist.
     */
    public boolean admits(Tx tx, EventId event, TicketId id, ReservationToken token) throws SQLException {
        return tx.find("""
                        SELECT r.token_hash, r.email
                          FROM tickets AS t
                          JOIN reservations AS r ON r.event_id = t.event_id AND r.reservation_id = t.reservation_id
                         WHERE t.event_id = ?
                           AND t.ticket_id = ?
                           AND t.transfers = 0
                        """, row -> token.opens(row.bytes("token_hash"), row.text("email")), event.value(), id.value())
                .orElse(false);
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

    private static Ticket ticket(Row row) throws SQLException {
        var checkedInAt = row.instant("checked_in_at");
        var email = row.text("holder_email");
        return new Ticket(
                new TicketId(row.uuid("ticket_id")),
                new ReservationId(row.uuid("reservation_id")),
                new Ticket.Seat(
                        row.integer("seat_id"),
                        row.text("label"),
                        row.text("section"),
                        row.text("row_name"),
                        row.text("seat_number")),
                row.integer("key_id"),
                row.instant("issued_at"),
                row.instant("voided_at"),
                row.bool("transferred"),
                row.integer("transfers"),
                email == null ? null : new Ticket.Holder(row.text("holder_name"), email),
                row.integer("entry"),
                checkedInAt == null
                        ? null
                        : new Ticket.CheckIn(checkedInAt, row.text("check_in_gate"), row.text("check_in_nonce")),
                row.instant("checked_out_at"));
    }
}
