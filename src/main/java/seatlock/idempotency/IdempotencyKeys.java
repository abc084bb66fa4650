package seatlock.idempotency;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seatlock.catalog.EventId;
import seatlock.db.Row;
import seatlock.db.Tx;

/** The keys that were used, and what was answered. */
public class IdempotencyKeys {

    /** How long a key is remembered, at least. A client that retries after a day means something new. */
    public static final Duration KEPT = Duration.ofHours(24);

    /**
     * What was asked with a key, and what was answered.
     *
     * @param reply of 2xx or 4xx; what tells nothing about the effect (400, 401, 403, 429, 5xx) is not kept
     */
    public record Kept(Fingerprint fingerprint, Reply reply) {}

    /** Those of these keys that were used before, with what is kept of them. Nothing is locked. */
    public Map<IdempotencyKey, Kept> find(Tx tx, EventId event, Collection<IdempotencyKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        var found = tx.query(
                """
                SELECT kept.*
                  FROM unnest(?) AS asked (key)
                 CROSS JOIN LATERAL (SELECT idempotency_key, fingerprint, reply_status, reply_location, reply_body
                                       FROM idempotency_keys
                                      WHERE event_id = ?
                                        AND idempotency_key = asked.key
                                     OFFSET 0) AS kept
                """,
                row -> Map.entry(new IdempotencyKey(row.text("idempotency_key")), kept(row)),
                keys.stream().map(IdempotencyKey::value).toArray(String[]::new),
                event.value());
        return found.stream().collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Kept kept(Row row) throws SQLException {
        return new Kept(
                new Fingerprint(row.bytes("fingerprint")),
                new Reply(row.integer("reply_status"), row.text("reply_location"), row.bytes("reply_body")));
    }

    /**
     * Keeps what was asked and answered under keys that were not {@linkplain #find found}, in their sorted order. If
     * another transaction has one of them and has not committed yet, waits until it ends; if one was used meanwhile, the
     * whole transaction starts over, and finds it.
     */
    public void store(Tx tx, EventId event, Map<IdempotencyKey, Kept> uses) {
        if (uses.isEmpty()) {
            return;
        }
        var sorted = new TreeMap<String, Kept>();
        uses.forEach((key, kept) -> sorted.put(key.value(), kept));
        var kept = List.copyOf(sorted.values());
        tx.insertNew(
                kept.size(),
                """
                INSERT INTO idempotency_keys (event_id, created_at, idempotency_key, fingerprint, reply_status,
                                              reply_location, reply_body)
                SELECT ?, ?, * FROM unnest(?, ?, ?, ?, ?)
                ON CONFLICT (event_id, idempotency_key) DO NOTHING
                """,
                event.value(),
                Instant.now(), // this node's clock will do: it only tells when a day has passed
                sorted.keySet().toArray(String[]::new),
                kept.stream().map(use -> use.fingerprint().bytes()).toArray(byte[][]::new),
                kept.stream().map(use -> use.reply().status()).toArray(Integer[]::new),
                kept.stream().map(use -> use.reply().location()).toArray(String[]::new),
                kept.stream().map(use -> use.reply().body()).toArray(byte[][]::new));
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
