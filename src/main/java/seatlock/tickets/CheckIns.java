package seatlock.tickets;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;

/**
 * Checks tickets in. A ticket is valid for one entry: of all its scans, however many arrive at the same instant, one is told so.
 *
 * <p>A scan that was made offline is judged as of its own time, in whatever order scans and refunds arrive: it counts if the
 * ticket was refunded after it, and the earliest scan is recorded as the check-in. The first scan that arrives is the one that is
 * told 200, since a gate cannot take back what it was told. Uploaded scans are all kept, refused ones included.
 */
public final class CheckIns {

    /**
     * The clock of a gate may be ahead of the database's by this much. A scan from the future was made now; a scan from further
     * ahead is refused, because the gate's clock must be set.
     */
    public static final Duration MAX_AHEAD = Duration.ofDays(1);

    /** The clock of a gate may be behind by this much when it scans a ticket that was issued a moment ago. */
    public static final Duration MAX_BEHIND = Duration.ofMinutes(5);

    private final TicketKeys keys;
    private final Tickets tickets;
    private final Changes changes;

    public CheckIns(TicketKeys keys, Tickets tickets, Changes changes) {
        this.keys = keys;
        this.tickets = tickets;
        this.changes = changes;
    }

    /**
     * A scan at a gate.
     *
     * @param code content of the QR code, or the number printed on the ticket, with or without dashes and in any case
     * @param scannedAt by the gate's clock, if the scan is uploaded later; empty for now
     * @param nonce the gate's own name for the scan, so that the upload can be repeated
     * @param actor the key of the gate
     */
    public record Scan(String code, String gate, Optional<Instant> scannedAt, Optional<String> nonce, Actor actor) {}

    /** Judges a scan, and checks the ticket in if it is valid. A repeated upload gets the same result again. */
    public CheckInResult checkIn(Tx tx, EventId event, Scan scan) throws SQLException {
        TicketId id;
        try {
            id = identify(tx, event, scan.code);
        } catch (Unidentified e) {
            return new CheckInResult.Rejected(e.reason);
        }
        lockReservation(tx, event, id); // which gets a new version if the ticket is admitted
        var cancelledAt = lockTicket(tx, event, id);
        var now = tx.readClock();
        var ticket = tickets.find(tx, event, id);
        return ticket.isEmpty()
                ? new CheckInResult.Rejected(CheckInResult.Reason.UNKNOWN_TICKET)
                : judge(tx, event, ticket.get(), cancelledAt, scan, now);
    }

    /** Thrown if a text identifies no ticket. */
    private static final class Unidentified extends Exception {
        private static final long serialVersionUID = 1L;
        private final CheckInResult.Reason reason;

        Unidentified(CheckInResult.Reason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }
    }

    private TicketId identify(Tx tx, EventId event, String text) throws Unidentified, SQLException {
        var digits = TicketId.digits(text);
        if (digits.isPresent()) {
            return byNumber(tx, event, digits.get());
        }
        try {
            var code = verify(tx, text);
            if (!code.event().equals(event)) {
                throw new Unidentified(CheckInResult.Reason.OTHER_EVENT);
            }
            return code.ticket();
        } catch (TicketCode.Invalid e) {
            throw new Unidentified(
                    switch (e.flaw()) {
                        case MALFORMED -> CheckInResult.Reason.MALFORMED;
                        case UNKNOWN_KEY -> CheckInResult.Reason.UNKNOWN_KEY;
                        case FORGED -> CheckInResult.Reason.FORGED;
                    });
        }
    }

    private static TicketId byNumber(Tx tx, EventId event, String digits) throws Unidentified, SQLException {
        var found = tx.query(
                "SELECT ticket_id FROM tickets WHERE event_id = ? AND right(ticket_id::text, 12) = ?",
                row -> new TicketId(row.uuid("ticket_id")),
                event.value(),
                digits);
        if (found.size() != 1) {
            throw new Unidentified(
                    found.isEmpty() ? CheckInResult.Reason.UNKNOWN_TICKET : CheckInResult.Reason.AMBIGUOUS_NUMBER);
        }
        return found.get(0);
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

    private static void lockReservation(Tx tx, EventId event, TicketId ticket) throws SQLException {
        tx.lock("""
                SELECT reservation_id
                  FROM reservations
                 WHERE event_id = ?
                   AND reservation_id = (SELECT reservation_id FROM tickets WHERE event_id = ? AND ticket_id = ?)
                   FOR NO KEY UPDATE
                """, row -> row.uuid("reservation_id"), event.value(), event.value(), ticket.value());
    }

    /** @return when the event was cancelled; empty if it was not, or if there is no such ticket */
    private static Optional<Instant> lockTicket(Tx tx, EventId event, TicketId id) throws SQLException {
        return tx.lock("""
                        SELECT e.cancelled_at
                          FROM tickets AS t
                          JOIN events AS e ON e.event_id = t.event_id
                         WHERE t.event_id = ?
                           AND t.ticket_id = ?
                           FOR NO KEY UPDATE OF t
                        """, row -> Optional.ofNullable(row.instant("cancelled_at")), event.value(), id.value()).stream()
                .findFirst()
                .flatMap(at -> at);
    }

    /** The outcomes of a scan that are recorded, with their names in the database. */
    private enum Outcome {
        ADMITTED("ADMITTED"),
        ALREADY_CHECKED_IN("ALREADY_CHECKED_IN"),
        VOIDED("VOIDED");

        private final String code;

        Outcome(String code) {
            this.code = code;
        }

        static Outcome of(String code) {
            return Stream.of(values())
                    .filter(outcome -> outcome.code.equals(code))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Unknown outcome of a scan: " + code));
        }
    }

    /** A scan on record; {@code at} is when it was judged. */
    private record Recorded(Outcome outcome, Ticket.CheckIn checkIn) {}

    /** @param ticket locked, and read after that */
    private CheckInResult judge(
            Tx tx, EventId event, Ticket ticket, Optional<Instant> cancelledAt, Scan scan, Instant now)
            throws SQLException {
        var repeated = find(tx, event, ticket.id(), scan);
        if (repeated.isPresent()) {
            return result(tx, event, ticket, repeated.get());
        }
        if (scan.scannedAt.isPresent()) {
            if (scan.scannedAt.get().isAfter(now.plus(MAX_AHEAD))) {
                return new CheckInResult.ImpossibleTime("must not be more than a day ahead of the server's clock");
            }
            if (scan.scannedAt.get().isBefore(ticket.issuedAt().minus(MAX_BEHIND))) {
                return new CheckInResult.ImpossibleTime(
                        "must not be before the ticket was issued, at " + ticket.issuedAt());
            }
        }
        var at = judgedAt(ticket, scan, now);
        if (cancelledAt.isPresent() && !at.isBefore(cancelledAt.get())) {
            return new CheckInResult.Rejected(CheckInResult.Reason.EVENT_CANCELLED);
        }
        var outcome = outcome(ticket, at);
        var judged = new Recorded(outcome, new Ticket.CheckIn(at, scan.gate, scan.nonce.orElse(null)));
        if (outcome == Outcome.ADMITTED || scan.nonce.isPresent()) {
            insert(tx, event, ticket.id(), scan.scannedAt.orElse(now), now, judged);
        }
        if (outcome != Outcome.VOIDED
                && (ticket.checkIn() == null || at.isBefore(ticket.checkIn().at()))) {
            update(tx, event, ticket.id(), judged.checkIn);
        }
        if (outcome == Outcome.ADMITTED) {
            addChange(tx, event, ticket, scan.actor);
        }
        return result(tx, event, ticket, judged);
    }

    /**
     * Returns the time as of which a scan is judged. A live scan follows everything on record and an uploaded one follows at least
     * the issue of the ticket, whatever the clocks say.
     */
    private static Instant judgedAt(Ticket ticket, Scan scan, Instant now) {
        if (scan.scannedAt.isPresent()) {
            var past = scan.scannedAt.get().isAfter(now) ? now : scan.scannedAt.get();
            return latest(past, ticket.issuedAt());
        }
        return latest(
                now,
                ticket.issuedAt(),
                ticket.voidedAt(),
                ticket.checkIn() == null ? null : ticket.checkIn().at());
    }

    /** @param times may contain {@code null}, which is ignored */
    private static Instant latest(Instant... times) {
        return Stream.of(times)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static Outcome outcome(Ticket ticket, Instant at) {
        if (ticket.voidedAt() != null && !at.isBefore(ticket.voidedAt())) {
            return Outcome.VOIDED;
        }
        return ticket.checkIn() == null ? Outcome.ADMITTED : Outcome.ALREADY_CHECKED_IN;
    }

    private CheckInResult result(Tx tx, EventId event, Ticket ticket, Recorded scan) throws SQLException {
        return switch (scan.outcome) {
            case ADMITTED -> new CheckInResult.Admitted(ticket, scan.checkIn);
            case ALREADY_CHECKED_IN -> new CheckInResult.AlreadyCheckedIn(admitted(tx, event, ticket.id()));
            case VOIDED -> new CheckInResult.Rejected(CheckInResult.Reason.VOIDED);
        };
    }

    private static final String SELECT_SCAN =
            "SELECT outcome, judged_at, gate, nonce FROM scans WHERE event_id = ? AND ticket_id = ? ";

    /** Finds an earlier upload of the same scan. A nonce is unique only within its gate. */
    private static Optional<Recorded> find(Tx tx, EventId event, TicketId ticket, Scan scan) throws SQLException {
        if (scan.nonce.isEmpty()) {
            return Optional.empty();
        }
        return tx
                .query(
                        SELECT_SCAN + """
                                AND gate = ?
                                AND nonce = ?
                                AND (?::timestamptz IS NULL OR scanned_at = ?)
                              ORDER BY scan_id
                              LIMIT 1
                              """,
                        CheckIns::recorded,
                        event.value(),
                        ticket.value(),
                        scan.gate,
                        scan.nonce.get(),
                        scan.scannedAt.orElse(null),
                        scan.scannedAt.orElse(null))
                .stream()
                .findFirst();
    }

    /** Returns the scan that was told that the ticket is valid. */
    private static Ticket.CheckIn admitted(Tx tx, EventId event, TicketId ticket) throws SQLException {
        return tx.find(SELECT_SCAN + " AND outcome = 'ADMITTED'", CheckIns::recorded, event.value(), ticket.value())
                .orElseThrow()
                .checkIn;
    }

    private static Recorded recorded(Row row) throws SQLException {
        return new Recorded(
                Outcome.of(row.text("outcome")),
                new Ticket.CheckIn(row.instant("judged_at"), row.text("gate"), row.text("nonce")));
    }

    private static void insert(
            Tx tx, EventId event, TicketId ticket, Instant scannedAt, Instant receivedAt, Recorded scan) {
        tx.updateExactly(
                1,
                """
                INSERT INTO scans (event_id, ticket_id, scan_id, gate, nonce, scanned_at, judged_at, received_at, outcome)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                event.value(),
                ticket.value(),
                Ids.next(),
                scan.checkIn.gate(),
                scan.checkIn.nonce(),
                scannedAt,
                scan.checkIn.at(),
                receivedAt,
                scan.outcome.code);
    }

    private void addChange(Tx tx, EventId event, Ticket ticket, Actor actor) throws SQLException {
        var reservation = ticket.reservation().value();
        var version = tx.query("""
                        UPDATE reservations
                           SET version = version + 1
                         WHERE event_id = ?
                           AND reservation_id = ?
                        RETURNING version
                        """, row -> row.integer("version"), event.value(), reservation)
                .get(0);
        var ticketId = ticket.id().value();
        var change = Change.ofTicket(Change.Type.TICKET_CHECKED_IN, reservation, ticketId, version, actor);
        changes.add(tx, event, List.of(change));
    }

    private static void update(Tx tx, EventId event, TicketId ticket, Ticket.CheckIn checkIn) {
        tx.updateExactly(1, """
                UPDATE tickets
                   SET checked_in_at = ?, check_in_gate = ?, check_in_nonce = ?
                 WHERE event_id = ?
                   AND ticket_id = ?
                """, checkIn.at(), checkIn.gate(), checkIn.nonce(), event.value(), ticket.value());
    }
}
