package seatlock.sales;

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

/** The idempotency keys that were used, with their replies. */
public final class IdempotencyKeys {

    /** How long a key is kept, at least. A client that repeats a request after a day intends a new effect. */
    public static final Duration KEPT = Duration.ofHours(24);

    /**
     * A request and the reply to it.
     *
     * @param reply as the edge wrote it
     */
    record Stored(Fingerprint fingerprint, byte[] reply) {}

    /** Returns those of these keys that were used before. Locks nothing. */
    Map<IdempotencyKey, Stored> find(Tx tx, EventId event, Collection<IdempotencyKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        var found = tx.query(
                """
                SELECT stored.*
                  FROM unnest(?) AS requested (key)
                 CROSS JOIN LATERAL (SELECT idempotency_key, fingerprint, reply
                                       FROM idempotency_keys
                                      WHERE event_id = ?
                                        AND idempotency_key = requested.key
                                     OFFSET 0) AS stored
                """,
                row -> Map.entry(new IdempotencyKey(row.text("idempotency_key")), stored(row)),
                keys.stream().map(IdempotencyKey::value).toArray(String[]::new),
                event.value());
        return found.stream().collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Stored stored(Row row) throws SQLException {
        return new Stored(new Fingerprint(row.bytes("fingerprint")), row.bytes("reply"));
    }

    /**
     * Stores replies under keys that were not {@linkplain #find found}, in their sorted order. If another transaction has
     * inserted one of them and has not committed yet, this waits until it ends; if a key was used meanwhile, the whole
     * transaction starts over, and finds it.
     */
    void store(Tx tx, EventId event, Map<IdempotencyKey, Stored> uses) {
        if (uses.isEmpty()) {
            return;
        }
        var sorted = new TreeMap<String, Stored>();
        uses.forEach((key, stored) -> sorted.put(key.value(), stored));
        var stored = List.copyOf(sorted.values());
        tx.insertNew(
                stored.size(),
                """
                INSERT INTO idempotency_keys (event_id, created_at, idempotency_key, fingerprint, reply)
                SELECT ?, ?, * FROM unnest(?, ?, ?)
                ON CONFLICT (event_id, idempotency_key) DO NOTHING
                """,
                event.value(),
                Instant.now(), // this node's clock is good enough to tell when a day has passed
                sorted.keySet().toArray(String[]::new),
                stored.stream().map(use -> use.fingerprint().bytes()).toArray(byte[][]::new),
                stored.stream().map(Stored::reply).toArray(byte[][]::new));
    }

    /** Finds keys older than {@link #KEPT}, in all events. Locks nothing. */
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

    /** A key that may be deleted. */
    public record Outdated(EventId event, String key) {}

    /** Deletes outdated keys of one event. @return how many */
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
