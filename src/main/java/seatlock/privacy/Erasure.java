package seatlock.privacy;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.Period;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.changes.Change;
import seatlock.changes.Changes;
import seatlock.db.Ids;
import seatlock.db.Tx;
import seatlock.inventory.BuyerDetails;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;

/**
 * Erases the personal data of buyers: e-mail address, names and language, documents, stored replies, reasons of refunds, and errors of
 * jobs. Amounts, seats, times and payment references stay, and tickets remain valid: their codes have no personal data.
 *
 * <p>Replies to other requests about a reservation do not say which one they belong to, and are encrypted with the keys of
 * their clients. They are deleted within a day, as all replies are.
 */
public final class Erasure {

    private final Changes changes;

    public Erasure(Changes changes) {
        this.changes = changes;
    }

    /** The result of a request to erase a reservation. */
    public sealed interface Result {

        /**
         * The personal data is erased, now or before.
         *
         * @param jobs ids of the jobs about the reservation: its mails are known by them
         */
        record Erased(List<UUID> jobs) implements Result {}

        /** The reservation has lapsed, and must be marked as expired before it is erased. */
        record Lapsed() implements Result {}

        /** The reservation is pending, or its event has not ended and it may only be erased by force. */
        record Refused(ReservationStatus status) implements Result {}

        /** There is no such reservation. */
        record Unknown() implements Result {}
    }

    /** A reservation that is locked. */
    private record Locked(
            UUID id,
            ReservationStatus status,
            Instant expiresAt,
            int version,
            Optional<String> name,
            boolean isErased) {}

    /**
     * Erases a reservation that is not pending. Erasing it again changes nothing.
     *
     * @param force whether a confirmed reservation of an event that has not ended is erased, too
     */
    public Result erase(Tx tx, EventId event, ReservationId id, boolean force, Actor actor) throws SQLException {
        var locked = lockReservations(tx, event, List.of(id.value()));
        if (locked.isEmpty()) {
            return new Result.Unknown();
        }
        var status = locked.get(0).status;
        if (status == ReservationStatus.PENDING && !locked.get(0).expiresAt.isAfter(tx.readClock())) {
            return new Result.Lapsed();
        }
        if (status == ReservationStatus.PENDING
                || status == ReservationStatus.CONFIRMED && !force && !hasEnded(tx, event)) {
            return new Result.Refused(status);
        }
        eraseLocked(tx, event, locked, actor);
        return new Result.Erased(jobs(tx, event, List.of(id.value())));
    }

    /**
     * Erases reservations of an event that has ended; those that are pending are left.
     *
     * @return ids of the jobs about them
     */
    public List<UUID> eraseAll(Tx tx, EventId event, List<UUID> ids, Actor actor) throws SQLException {
        var locked = lockReservations(tx, event, ids).stream()
                .filter(each -> each.status != ReservationStatus.PENDING)
                .toList();
        eraseLocked(tx, event, locked, actor);
        return jobs(tx, event, ids);
    }

    /** Locks reservations in the order of their ids. */
    private static List<Locked> lockReservations(Tx tx, EventId event, List<UUID> ids) throws SQLException {
        return tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (
                        SELECT reservation_id, status, expires_at, version, name, erased_at IS NOT NULL AS erased
                          FROM reservations
                         WHERE event_id = ?
                           AND reservation_id = named.id
                           FOR UPDATE) AS locked
                """,
                row -> new Locked(
                        row.uuid("reservation_id"),
                        ReservationStatus.valueOf(row.text("status")),
                        row.instant("expires_at"),
                        row.integer("version"),
                        Optional.ofNullable(row.text("name")),
                        row.bool("erased")),
                ids.toArray(UUID[]::new),
                event.value());
    }

    private static boolean hasEnded(Tx tx, EventId event) throws SQLException {
        return tx.query("""
                        SELECT coalesce(ends_at, starts_at + interval '1 day') <= clock_timestamp() AS ended
                          FROM events
                         WHERE event_id = ?
                        """, row -> row.bool("ended"), event.value()).get(0);
    }

    private void eraseLocked(Tx tx, EventId event, List<Locked> locked, Actor actor) throws SQLException {
        var now = tx.readClock();
        var fresh = locked.stream().filter(each -> !each.isErased).toList();
        var ids = fresh.stream().map(Locked::id).toArray(UUID[]::new);
        if (ids.length == 0) {
            return;
        }
        var names = new HashMap<ReservationId, String>();
        fresh.forEach(each -> each.name.ifPresent(name -> names.put(new ReservationId(each.id), name)));
        BuyerDetails.deleteWords(tx, event, names);
        tx.updateExactly(ids.length, """
                UPDATE reservations
                   SET email = ?, name = NULL, language = NULL, customer = NULL, erased_at = ?, version = version + 1
                 WHERE event_id = ?
                   AND reservation_id = ANY (?)
                """, Reservation.Buyer.ERASED_EMAIL, now, event.value(), ids);
        tx.update(
                "UPDATE reservation_seats SET holder = NULL WHERE event_id = ? AND reservation_id = ANY (?) AND holder IS NOT NULL",
                event.value(),
                ids);
        tx.update("""
                DELETE FROM ticket_documents
                 WHERE event_id = ?
                   AND ticket_id IN (SELECT ticket_id FROM tickets WHERE event_id = ? AND reservation_id = ANY (?))
                """, event.value(), event.value(), ids);
        tx.update(
                "UPDATE tickets SET holder_name = NULL, holder_email = NULL"
                        + " WHERE event_id = ? AND reservation_id = ANY (?) AND holder_email IS NOT NULL",
                event.value(),
                ids);
        tx.update("""
                UPDATE scans
                   SET reason = NULL
                 WHERE event_id = ?
                   AND ticket_id IN (SELECT ticket_id FROM tickets WHERE event_id = ? AND reservation_id = ANY (?))
                   AND reason IS NOT NULL
                """, event.value(), event.value(), ids);
        // The URLs of a payment were dropped when it was paid or closed, but the sandbox keeps its own.
        tx.update("""
                UPDATE sandbox_checkouts
                   SET return_url = ''
                 WHERE event_id = ?
                   AND payment_id IN (SELECT payment_id FROM payments WHERE event_id = ? AND reservation_id = ANY (?))
                """, event.value(), event.value(), ids);
        tx.update("""
                UPDATE refunds
                   SET reason = NULL
                 WHERE event_id = ?
                   AND payment_id IN (SELECT payment_id FROM payments WHERE event_id = ? AND reservation_id = ANY (?))
                   AND reason IS NOT NULL
                """, event.value(), event.value(), ids);
        // A worker that has one of these jobs loses its lease, so that it cannot store an error that names the address.
        tx.update("""
                UPDATE jobs
                   SET last_error = CASE state WHEN 'DEAD' THEN 'erased' END,
                       lease_id = CASE state WHEN 'RUNNING' THEN ?::uuid END
                 WHERE event_id = ?
                   AND job_id = ANY (?)
                   AND (last_error IS NOT NULL OR state = 'RUNNING')
                """, Ids.next(), event.value(), jobs(tx, event, List.of(ids)).toArray(UUID[]::new));
        changes.add(
                tx,
                event,
                fresh.stream()
                        .map(each ->
                                Change.ofReservation(Change.Type.RESERVATION_ERASED, each.id, each.version + 1, actor))
                        .toList());
        deleteReplies(tx, event, fresh);
    }

    /** Deletes the replies to the requests that made the reservations: only these say which reservation they are about. */
    private static void deleteReplies(Tx tx, EventId event, List<Locked> erased) throws SQLException {
        tx.update(
                """
                DELETE FROM idempotency_keys
                 WHERE event_id = ?
                   AND substring(reply FROM 5 FOR position('\\x0a'::bytea IN reply) - 5) = ANY (?)
                """,
                event.value(),
                erased.stream()
                        .map(each -> ("/api/events/" + event + "/reservations/" + each.id)
                                .getBytes(StandardCharsets.US_ASCII))
                        .toArray(byte[][]::new));
    }

    private static List<UUID> jobs(Tx tx, EventId event, List<UUID> ids) throws SQLException {
        return tx.query(
                """
                SELECT job_id FROM jobs WHERE event_id = ? AND reservation_id = ANY (?)
                 UNION ALL
                SELECT j.job_id
                  FROM tickets AS t
                  JOIN jobs AS j ON j.event_id = t.event_id AND j.ticket_id = t.ticket_id
                 WHERE t.event_id = ?
                   AND t.reservation_id = ANY (?)
                """,
                row -> row.uuid("job_id"),
                event.value(),
                ids.toArray(UUID[]::new),
                event.value(),
                ids.toArray(UUID[]::new));
    }

    /** Finds events that ended longer than a time ago and are not marked as erased, the earliest first. Locks nothing. */
    public List<EventId> findEnded(Tx tx, Period retention, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id
                  FROM events
                 WHERE erased_at IS NULL
                   AND starts_at < statement_timestamp() - ?::interval
                   AND coalesce(ends_at, starts_at + interval '1 day') < statement_timestamp() - ?::interval
                 ORDER BY starts_at
                 LIMIT ?
                """, row -> new EventId(row.uuid("event_id")), retention.toString(), retention.toString(), limit);
    }

    /**
     * Finds reservations of an event that are not erased, in the order of their ids. Locks nothing.
     *
     * @param after the last one of the previous call
     */
    public List<UUID> findUnerased(Tx tx, EventId event, UUID after, int limit) throws SQLException {
        return tx.query("""
                SELECT reservation_id
                  FROM reservations
                 WHERE event_id = ?
                   AND reservation_id > ?
                   AND erased_at IS NULL
                 ORDER BY reservation_id
                 LIMIT ?
                """, row -> row.uuid("reservation_id"), event.value(), after, limit);
    }

    /** Marks an event as erased, unless one of its reservations is not. */
    public void markErased(Tx tx, EventId event) throws SQLException {
        tx.update("""
                UPDATE events
                   SET erased_at = ?
                 WHERE event_id = ?
                   AND erased_at IS NULL
                   AND NOT EXISTS (SELECT FROM reservations AS r WHERE r.event_id = events.event_id AND r.erased_at IS NULL)
                """, tx.readClock(), event.value());
    }
}
