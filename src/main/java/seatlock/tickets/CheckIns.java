package seatlock.tickets;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;

/**
 * Checks tickets in and out. A ticket is valid for one entry: of all its scans, however many arrive at the same instant, one is told
 * so. It is valid for another one after it was checked out, if the event has re-entry, or after a seller undid the check-in.
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

    private final Catalog catalog;
    private final TicketKeys keys;
    private final InventoryReader inventory = new InventoryReader();
    private final Tickets tickets;
    private final TicketHistory history;

    public CheckIns(Catalog catalog, TicketKeys keys, Tickets tickets, Changes changes) {
        this.catalog = catalog;
        this.keys = keys;
        this.tickets = tickets;
        this.history = new TicketHistory(changes);
    }

    /** Judges a scan, and checks the ticket in if it is valid. A repeated upload gets the same result again. */
    public CheckInResult checkIn(Tx tx, EventId event, Scan scan) throws SQLException {
        try {
            return judge(tx, event, lock(tx, event, scan.code()), scan);
        } catch (Unidentified e) {
            return new CheckInResult.Rejected(e.reason);
        }
    }

    /** Judges the scan of somebody who leaves, and ends the entry of the ticket. A repeated upload gets the same result again. */
    public CheckOutResult checkOut(Tx tx, EventId event, Scan scan) throws SQLException {
        try {
            return judgeExit(tx, event, lock(tx, event, scan.code()), scan);
        } catch (Unidentified e) {
            return new CheckOutResult.Rejected(e.reason);
        }
    }

    /**
     * Undoes the check-in of a ticket, so that it can be checked in again. The scans stay on record. Does nothing if the ticket is
     * not checked in, so a repeated request has no further effect.
     *
     * @param code as in {@link Scan}
     * @param reason for the record, in which it is left out if the personal data of the buyer was erased
     */
    public UndoResult undo(Tx tx, EventId event, String code, Optional<String> reason, Actor actor)
            throws SQLException {
        try {
            return undo(tx, event, lock(tx, event, code), reason, actor);
        } catch (Unidentified e) {
            return new UndoResult.Rejected(e.reason);
        }
    }

    /** Like {@link #undo(Tx, EventId, String, Optional, Actor)}, for a ticket that is identified by its id. */
    public UndoResult undo(Tx tx, EventId event, TicketId id, Optional<String> reason, Actor actor)
            throws SQLException {
        var locked = tickets.lockTicket(tx, event, id);
        return locked.isPresent()
                ? undo(tx, event, locked.get(), reason, actor)
                : new UndoResult.Rejected(CheckInResult.Reason.UNKNOWN_TICKET);
    }

    private UndoResult undo(Tx tx, EventId event, Ticket ticket, Optional<String> reason, Actor actor)
            throws SQLException {
        if (ticket.checkIn() == null) {
            return new UndoResult.NotCheckedIn(ticket);
        }
        var now = tx.readClock();
        var buyer =
                inventory.find(tx, event, ticket.reservation()).orElseThrow().buyer();
        var log = ScanLog.read(tx, event, ticket.id());
        var at = latest(Stream.of(Optional.of(now), log.latest()));
        log.add(
                tx,
                new ScanLog.Line(ScanLog.Outcome.UNDONE, ticket.entry(), at, at, null, null),
                now,
                buyer.isErased() ? null : reason.orElse(null));
        beginNextEntry(tx, event, ticket, Optional.empty(), Optional.ofNullable(ticket.checkedOutAt()));
        history.add(tx, event, ticket, Change.Type.TICKET_CHECK_IN_UNDONE, actor);
        return new UndoResult.Undone(ticket);
    }

    /** Locks the ticket that a text identifies. */
    private Ticket lock(Tx tx, EventId event, String code) throws Unidentified, SQLException {
        return tickets.lockTicket(tx, event, identify(tx, event, code))
                .orElseThrow(() -> new Unidentified(CheckInResult.Reason.UNKNOWN_TICKET));
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

    private CheckInResult judge(Tx tx, EventId event, Ticket ticket, Scan scan) throws SQLException {
        var now = tx.readClock();
        var log = ScanLog.read(tx, event, ticket.id());
        var repeated = log.findCheckIn(scan);
        if (repeated.isPresent()) {
            return result(ticket, log, repeated.get());
        }
        var impossible = impossibleTime(ticket, scan, now);
        if (impossible.isPresent()) {
            return new CheckInResult.ImpossibleTime(impossible.get());
        }
        var at = judgedAt(ticket, log, scan, now);
        if (isCancelledAt(tx, event, at)) {
            return new CheckInResult.Rejected(CheckInResult.Reason.EVENT_CANCELLED);
        }
        var entry = log.entryAt(at);
        var outcome = isVoidAt(ticket, at)
                ? ScanLog.Outcome.VOIDED
                : log.checkIn(entry).isPresent() ? ScanLog.Outcome.ALREADY_CHECKED_IN : ScanLog.Outcome.ADMITTED;
        var judged = line(outcome, entry, at, scan, now);
        if (outcome == ScanLog.Outcome.ADMITTED || scan.nonce().isPresent()) {
            log.add(tx, judged, now, null);
        }
        if (outcome != ScanLog.Outcome.VOIDED
                && entry == ticket.entry()
                && (ticket.checkIn() == null || at.isBefore(ticket.checkIn().at()))) {
            update(tx, event, ticket, entry, Optional.of(judged.use()), Optional.ofNullable(ticket.checkedOutAt()));
        }
        if (outcome == ScanLog.Outcome.ADMITTED) {
            history.add(tx, event, ticket, Change.Type.TICKET_CHECKED_IN, scan.actor());
        }
        return result(ticket, log, judged);
    }

    private static CheckInResult result(Ticket ticket, ScanLog log, ScanLog.Line scan) {
        return switch (scan.outcome()) {
            case ADMITTED -> new CheckInResult.Admitted(ticket, scan.use());
            case ALREADY_CHECKED_IN ->
                new CheckInResult.AlreadyCheckedIn(
                        log.admitted(scan.entry()).orElse(scan).use());
            case VOIDED -> new CheckInResult.Rejected(CheckInResult.Reason.VOIDED);
            case CHECKED_OUT, UNDONE -> throw new IllegalStateException("Not a check-in: " + scan);
        };
    }

    /**
     * An exit that was scanned offline ends the entry as of its own time: whoever was found checked in after that had come in again.
     * A refused one is not recorded, because the upload of the check-in before it may still be on its way.
     */
    private CheckOutResult judgeExit(Tx tx, EventId event, Ticket ticket, Scan scan) throws SQLException {
        var now = tx.readClock();
        var log = ScanLog.read(tx, event, ticket.id());
        var repeated = log.findCheckOut(scan);
        if (repeated.isPresent()) {
            return new CheckOutResult.CheckedOut(ticket, repeated.get().use());
        }
        if (!catalog.current(tx, event).orElseThrow().terms().hasReentry()) {
            return new CheckOutResult.NoReentry();
        }
        var impossible = impossibleTime(ticket, scan, now);
        if (impossible.isPresent()) {
            return new CheckOutResult.ImpossibleTime(impossible.get());
        }
        var at = judgedAt(ticket, log, scan, now);
        if (isVoidAt(ticket, at)) {
            return new CheckOutResult.Rejected(CheckInResult.Reason.VOIDED);
        }
        var entry = log.entryAt(at);
        var isIn = entry == ticket.entry()
                && ticket.checkIn() != null
                && !ticket.checkIn().at().isAfter(at);
        if (!isIn) {
            return new CheckOutResult.NotCheckedIn();
        }
        var judged = line(ScanLog.Outcome.CHECKED_OUT, entry, at, scan, now);
        log.moveToNextEntry(tx, entry, at);
        log.add(tx, judged, now, null);
        beginNextEntry(tx, event, ticket, log.useAfter(entry, at).map(ScanLog.Line::use), Optional.of(at));
        history.add(tx, event, ticket, Change.Type.TICKET_CHECKED_OUT, scan.actor());
        return new CheckOutResult.CheckedOut(ticket, judged.use());
    }

    private static ScanLog.Line line(ScanLog.Outcome outcome, int entry, Instant at, Scan scan, Instant now) {
        return new ScanLog.Line(
                outcome,
                entry,
                at,
                scan.scannedAt().orElse(now),
                scan.gate(),
                scan.nonce().orElse(null));
    }

    /** @return completes a sentence that begins with "scannedAt"; empty if the scan may have been made then */
    private static Optional<String> impossibleTime(Ticket ticket, Scan scan, Instant now) {
        if (scan.scannedAt().isEmpty()) {
            return Optional.empty();
        }
        if (scan.scannedAt().get().isAfter(now.plus(MAX_AHEAD))) {
            return Optional.of("must not be more than a day ahead of the server's clock");
        }
        return scan.scannedAt().get().isBefore(ticket.issuedAt().minus(MAX_BEHIND))
                ? Optional.of("must not be before the ticket was issued, at " + ticket.issuedAt())
                : Optional.empty();
    }

    /**
     * Returns the time as of which a scan is judged. A live scan follows everything on record and an uploaded one follows at least
     * the issue of the ticket, whatever the clocks say.
     */
    private static Instant judgedAt(Ticket ticket, ScanLog log, Scan scan, Instant now) {
        if (scan.scannedAt().isPresent()) {
            var past =
                    scan.scannedAt().get().isAfter(now) ? now : scan.scannedAt().get();
            return latest(Stream.of(Optional.of(past), Optional.of(ticket.issuedAt())));
        }
        return latest(Stream.of(
                Optional.of(now),
                Optional.of(ticket.issuedAt()),
                Optional.ofNullable(ticket.voidedAt()),
                log.latest()));
    }

    private static Instant latest(Stream<Optional<Instant>> times) {
        return times.flatMap(Optional::stream).max(Comparator.naturalOrder()).orElseThrow();
    }

    /** Returns whether the event was cancelled by then. The event is not locked: it cancels its tickets one by one. */
    private static boolean isCancelledAt(Tx tx, EventId event, Instant at) throws SQLException {
        return tx.find(
                        "SELECT cancelled_at <= ? AS cancelled FROM events WHERE event_id = ? AND cancelled_at IS NOT NULL",
                        row -> row.bool("cancelled"),
                        at,
                        event.value())
                .orElse(false);
    }

    private static boolean isVoidAt(Ticket ticket, Instant at) {
        return ticket.voidedAt() != null && !at.isBefore(ticket.voidedAt());
    }

    private static void beginNextEntry(
            Tx tx, EventId event, Ticket ticket, Optional<Ticket.CheckIn> checkIn, Optional<Instant> checkedOutAt) {
        update(tx, event, ticket, ticket.entry() + 1, checkIn, checkedOutAt);
    }

    private static void update(
            Tx tx,
            EventId event,
            Ticket ticket,
            int entry,
            Optional<Ticket.CheckIn> checkIn,
            Optional<Instant> checkedOutAt) {
        tx.updateExactly(
                1,
                """
                UPDATE tickets
                   SET entry = ?, checked_in_at = ?, check_in_gate = ?, check_in_nonce = ?, checked_out_at = ?
                 WHERE event_id = ?
                   AND ticket_id = ?
                """,
                entry,
                checkIn.map(Ticket.CheckIn::at).orElse(null),
                checkIn.map(Ticket.CheckIn::gate).orElse(null),
                checkIn.map(Ticket.CheckIn::nonce).orElse(null),
                checkedOutAt.orElse(null),
                event.value(),
                ticket.id().value());
    }
}
