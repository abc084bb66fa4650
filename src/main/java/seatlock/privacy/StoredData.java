package seatlock.privacy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.inventory.ReservationId;

/**
 * The data that is stored about a reservation besides the reservation itself, for a buyer that asks.
 *
 * @param scans of its tickets, in the order of their times
 * @param documents of its tickets
 * @param jobs that made its documents and sent its mails, and those about its tickets, the oldest first
 * @param payments through a provider, the oldest first
 * @param refunds of these, the oldest first
 * @param changes its history, the oldest first
 */
public record StoredData(
        List<Scan> scans,
        List<Document> documents,
        List<Job> jobs,
        List<Paid> payments,
        List<Refunded> refunds,
        List<Changed> changes) {

    /**
     * A scan of a ticket.
     *
     * @param at as the gate had it
     * @param outcome what the gate was told
     */
    public record Scan(UUID ticket, Instant at, String gate, String outcome) {}

    /** A stored PDF; its size is in bytes. */
    public record Document(UUID ticket, int bytes, Instant createdAt) {}

    /**
     * A background job.
     *
     * @param endedAt {@code null} if it has not ended
     * @param lastError {@code null} if there was none since the last success
     */
    public record Job(
            UUID id, String kind, String state, int attempts, Instant createdAt, Instant endedAt, String lastError) {}

    /**
     * A payment. The page where it is paid is not shown: whoever has its address can pay there.
     *
     * @param verdict what it is for; {@code null} before it is paid
     * @param returnUrl {@code null} once it is paid or closed
     * @param reference by which the provider knows it; {@code null} before it is paid
     * @param amount in minor units, as are {@code captured} and {@code refunded}
     * @param paidAt {@code null} before it is paid
     * @param capturedAt {@code null} before its money was moved
     */
    public record Paid(
            UUID id,
            String provider,
            String status,
            String verdict,
            String returnUrl,
            String reference,
            long amount,
            long captured,
            long refunded,
            boolean isLate,
            boolean isDisputed,
            Instant createdAt,
            Instant paidAt,
            Instant capturedAt) {}

    /**
     * Money that goes back.
     *
     * @param amount in minor units
     * @param reason that the seller gave; {@code null} for none
     * @param failure {@code null} unless the provider has refused it
     * @param doneAt {@code null} before it is done
     */
    public record Refunded(
            UUID payment,
            long amount,
            String status,
            String origin,
            String reason,
            String reference,
            String failure,
            Instant createdAt,
            Instant doneAt) {}

    /**
     * A line of history.
     *
     * @param ticket {@code null} unless one ticket changed
     */
    public record Changed(String type, UUID ticket, int version, String actor, Instant at) {}

    /**
     * Reads what is stored about a reservation.
     *
     * @param includesOthers whether the tickets of people to whom they were transferred count, too
     */
    public static StoredData read(Tx tx, EventId event, ReservationId reservation, boolean includesOthers)
            throws SQLException {
        var scans = tx.query(
                """
                SELECT s.ticket_id, s.scanned_at, s.gate, s.outcome
                  FROM tickets AS t
                  JOIN scans AS s ON s.event_id = t.event_id AND s.ticket_id = t.ticket_id
                 WHERE t.event_id = ?
                   AND t.reservation_id = ?
                   AND (t.transfers = 0 OR ?)
                 ORDER BY s.scanned_at, s.scan_id
                """,
                row -> new Scan(
                        row.uuid("ticket_id"), row.instant("scanned_at"), row.text("gate"), row.text("outcome")),
                event.value(),
                reservation.value(),
                includesOthers);
        var documents = tx.query(
                """
                SELECT d.ticket_id, length(d.pdf) AS bytes, d.created_at
                  FROM tickets AS t
                  JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
                 WHERE t.event_id = ?
                   AND t.reservation_id = ?
                   AND (t.transfers = 0 OR ?)
                 ORDER BY t.seat_id
                """,
                row -> new Document(row.uuid("ticket_id"), row.integer("bytes"), row.instant("created_at")),
                event.value(),
                reservation.value(),
                includesOthers);
        var jobs = tx.query(
                """
                SELECT job_id, kind, state, attempts, created_at, ended_at, last_error
                  FROM jobs
                 WHERE event_id = ?
                   AND reservation_id = ?
                 UNION ALL
                SELECT j.job_id, j.kind, j.state, j.attempts, j.created_at, j.ended_at, j.last_error
                  FROM tickets AS t
                  JOIN jobs AS j ON j.event_id = t.event_id AND j.ticket_id = t.ticket_id
                 WHERE t.event_id = ?
                   AND t.reservation_id = ?
                   AND (t.transfers = 0 OR ?)
                 ORDER BY created_at, job_id
                """,
                row -> new Job(
                        row.uuid("job_id"),
                        row.text("kind"),
                        row.text("state"),
                        row.integer("attempts"),
                        row.instant("created_at"),
                        row.instant("ended_at"),
                        row.text("last_error")),
                event.value(),
                reservation.value(),
                event.value(),
                reservation.value(),
                includesOthers);
        var payments = tx.query(
                """
                SELECT payment_id, provider, status, verdict, return_url, reference, amount, captured, refunded, is_late, is_disputed,
                       created_at, paid_at, captured_at
                  FROM payments
                 WHERE event_id = ?
                   AND reservation_id = ?
                 ORDER BY created_at, payment_id
                """,
                row -> new Paid(
                        row.uuid("payment_id"),
                        row.text("provider"),
                        row.text("status"),
                        row.text("verdict"),
                        row.text("return_url"),
                        row.text("reference"),
                        row.bigint("amount"),
                        row.bigint("captured"),
                        row.bigint("refunded"),
                        row.bool("is_late"),
                        row.bool("is_disputed"),
                        row.instant("created_at"),
                        row.instant("paid_at"),
                        row.instant("captured_at")),
                event.value(),
                reservation.value());
        var refunds = tx.query(
                """
                SELECT r.payment_id, r.amount, r.status, r.origin, r.reason, r.reference, r.failure, r.created_at, r.done_at
                  FROM payments AS p
                  JOIN refunds AS r ON r.event_id = p.event_id AND r.payment_id = p.payment_id
                 WHERE p.event_id = ?
                   AND p.reservation_id = ?
                 ORDER BY r.created_at, r.refund_id
                """,
                row -> new Refunded(
                        row.uuid("payment_id"),
                        row.bigint("amount"),
                        row.text("status"),
                        row.text("origin"),
                        row.text("reason"),
                        row.text("reference"),
                        row.text("failure"),
                        row.instant("created_at"),
                        row.instant("done_at")),
                event.value(),
                reservation.value());
        var changes = tx.query(
                """
                SELECT type, ticket_id, version, actor, changed_at
                  FROM changes
                 WHERE event_id = ?
                   AND reservation_id = ?
                 ORDER BY version, change_id
                """,
                row -> new Changed(
                        row.text("type"),
                        row.uuid("ticket_id"),
                        row.integer("version"),
                        row.text("actor"),
                        row.instant("changed_at")),
                event.value(),
                reservation.value());
        return new StoredData(scans, documents, jobs, payments, refunds, changes);
    }
}
