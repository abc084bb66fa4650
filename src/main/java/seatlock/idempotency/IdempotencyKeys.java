package seatlock.idempotency;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/** The keys that were used, and what was answered. */
public class IdempotencyKeys {

    /** How long a key is remembered, at least. A client that retries after a day means something new. */
    public static final Duration KEPT = Duration.ofHours(24);

    /**
     * Claims a key for a request. If another transaction is using it right now, waits until that has ended.
     *
     * @param event has to exist
     * @throws SQLException SQLSTATE 55P03 if the wait was too long
     */
    public Claim claim(Tx tx, EventId event, IdempotencyKey key, Fingerprint fingerprint) throws SQLException {
        var claimed = tx.update(
                """
                INSERT INTO idempotency_keys (event_id, idempotency_key, fingerprint, created_at)
                VALUES (?, ?, ?, ?)
                ON CONFLICT (event_id, idempotency_key) DO NOTHING
                """,
                event.value(),
                key.value(),
                fingerprint.bytes(),
                Instant.now()); // this node's clock will do: it only tells when a day has passed
        if (claimed == 1) {
            return new Claim.First();
        }
        var repeated = tx.find(
                """
                SELECT fingerprint, reply_status, reply_location, reply_body
                  FROM idempotency_keys
                 WHERE event_id = ?
                   AND idempotency_key = ?
                """,
                row -> fingerprint.matches(row.bytes("fingerprint"))
                        ? new Claim.Repeated(new Reply(
                                row.integer("reply_status"), row.text("reply_location"), row.bytes("reply_body")))
                        : new Claim.Reused(),
                event.value(),
                key.value());
        // Gone again: it was a day old and has just been pruned. The next attempt finds the key free.
        return repeated.orElseThrow(() -> new SQLException("Key pruned while it was claimed", "40001"));
    }

    /** Keeps the answer of a claimed key, to be given again to whoever asks the same. */
    public void store(Tx tx, EventId event, IdempotencyKey key, Reply reply) throws SQLException {
        tx.updateExactly(1, """
                UPDATE idempotency_keys
                   SET reply_status = ?, reply_location = ?, reply_body = ?
                 WHERE event_id = ?
                   AND idempotency_key = ?
                """, reply.status(), reply.location(), reply.body(), event.value(), key.value());
    }

    /** Keys older than {@link #KEPT}, of all events. Nothing is locked. */
    public List<Outdated> findOutdated(Tx tx, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id, idempotency_key
                  FROM idempotency_keys
                 WHERE created_at < ?
                 LIMIT ?
                """,
                row -> new Outdated(new EventId(row.uuid("event_id")), row.text("idempotency_key")),
                Instant.now().minus(KEPT),
                limit);
    }

    /** A key that may be forgotten. */
    public record Outdated(EventId event, String key) {}

    /** Forgets keys of one event. */
    public int prune(Tx tx, EventId event, List<String> keys) throws SQLException {
        return tx.update(
                """
                DELETE FROM idempotency_keys
                 WHERE event_id = ?
                   AND idempotency_key = ANY (?)
                   AND created_at < ?
                """, event.value(), keys.toArray(String[]::new), Instant.now().minus(KEPT));
    }
}
