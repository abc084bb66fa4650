package seatlock.tickets;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;

/**
 * The scans of one ticket that are on record. They belong to entries, which are counted from 1: an entry ends when the ticket is
 * checked out or its check-in undone, and the time of that decides to which entry the time of any other scan belongs.
 */
final class ScanLog {

    /** The outcomes that are recorded, with their names in the database. */
    enum Outcome {
        ADMITTED,
        ALREADY_CHECKED_IN,
        VOIDED,
        CHECKED_OUT,
        UNDONE
    }

    private static final Set<Outcome> CHECK_INS = Set.of(Outcome.ADMITTED, Outcome.ALREADY_CHECKED_IN, Outcome.VOIDED);
    private static final Set<Outcome> CHECK_OUTS = Set.of(Outcome.CHECKED_OUT);

    /**
     * A scan on record.
     *
     * @param at when it was judged
     * @param gate {@code null} if it is no scan, but the check-in was undone
     */
    record Line(Outcome outcome, int entry, Instant at, Instant scannedAt, String gate, String nonce) {

        Ticket.CheckIn use() {
            return new Ticket.CheckIn(at, gate, nonce);
        }

        /** Returns whether somebody stood at the gate with the ticket while it was valid. */
        private boolean isUse() {
            return outcome == Outcome.ADMITTED || outcome == Outcome.ALREADY_CHECKED_IN;
        }

        private boolean isEnd() {
            return outcome == Outcome.CHECKED_OUT || outcome == Outcome.UNDONE;
        }
    }

    private final EventId event;
    private final UUID ticket;
    private final List<Line> lines;

    private ScanLog(EventId event, UUID ticket, List<Line> lines) {
        this.event = event;
        this.ticket = ticket;
        this.lines = lines;
    }

    /** Reads the scans of a ticket that is locked. */
    static ScanLog read(Tx tx, EventId event, TicketId ticket) throws SQLException {
        var lines = tx.query("""
                SELECT outcome, entry, judged_at, scanned_at, gate, nonce
                  FROM scans
                 WHERE event_id = ?
                   AND ticket_id = ?
                 ORDER BY scan_id
                """, ScanLog::line, event.value(), ticket.value());
        return new ScanLog(event, ticket.value(), lines);
    }

    private static Line line(Row row) throws SQLException {
        return new Line(
                Outcome.valueOf(row.text("outcome")),
                row.integer("entry"),
                row.instant("judged_at"),
                row.instant("scanned_at"),
                row.text("gate"),
                row.text("nonce"));
    }

    /** Finds an earlier upload of the same scan. A nonce is unique only within its gate. */
    Optional<Line> findCheckIn(Scan scan) {
        return find(scan, CHECK_INS);
    }

    Optional<Line> findCheckOut(Scan scan) {
        return find(scan, CHECK_OUTS);
    }

    private Optional<Line> find(Scan scan, Set<Outcome> outcomes) {
        return scan.nonce()
                .flatMap(nonce -> lines.stream()
                        .filter(line -> outcomes.contains(line.outcome)
                                && nonce.equals(line.nonce)
                                && scan.gate().equals(line.gate)
                                && scan.scannedAt().map(line.scannedAt::equals).orElse(true))
                        .findFirst());
    }

    /** Returns the entry to which a time belongs: the first one that had not ended by then. */
    int entryAt(Instant at) {
        return 1
                + lines.stream()
                        .filter(line -> line.isEnd() && !line.at.isAfter(at))
                        .mapToInt(Line::entry)
                        .max()
                        .orElse(0);
    }

    /** Returns the earliest use of the ticket in an entry: its check-in. */
    Optional<Line> checkIn(int entry) {
        return uses(line -> line.entry == entry).min(Comparator.comparing(Line::at));
    }

    /** Returns the use that was told that the ticket is valid, or the earliest one if that was found to be of another entry. */
    Optional<Line> admitted(int entry) {
        return uses(line -> line.entry == entry && line.outcome == Outcome.ADMITTED)
                .findFirst()
                .or(() -> checkIn(entry));
    }

    /** Returns the earliest use in an entry after a time. */
    Optional<Line> useAfter(int entry, Instant at) {
        return uses(line -> line.entry == entry && line.at.isAfter(at)).min(Comparator.comparing(Line::at));
    }

    private Stream<Line> uses(Predicate<Line> condition) {
        return lines.stream().filter(Line::isUse).filter(condition);
    }

    /** Returns the latest time on record; empty if nothing is. */
    Optional<Instant> latest() {
        return lines.stream().map(Line::at).max(Comparator.naturalOrder());
    }

    /**
     * Records a scan.
     *
     * @param receivedAt by the database's clock
     * @param reason of a seller who undid the check-in; otherwise {@code null}
     */
    void add(Tx tx, Line line, Instant receivedAt, String reason) {
        tx.updateExactly(
                1,
                """
                INSERT INTO scans (event_id, ticket_id, scan_id, entry, gate, nonce, scanned_at, judged_at, received_at, outcome,
                                   reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                event.value(),
                ticket,
                Ids.next(),
                line.entry,
                line.gate,
                line.nonce,
                line.scannedAt,
                line.at,
                receivedAt,
                line.outcome.name(),
                reason);
    }

    /** Moves what happened in an entry after a time to the next one, because the entry has turned out to end at that time. */
    void moveToNextEntry(Tx tx, int entry, Instant after) throws SQLException {
        tx.update("""
                UPDATE scans
                   SET entry = entry + 1
                 WHERE event_id = ?
                   AND ticket_id = ?
                   AND entry = ?
                   AND judged_at > ?
                """, event.value(), ticket, entry, after);
    }
}
