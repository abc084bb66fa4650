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

/** Stores used idempotency keys with their replies. */
public final class IdempotencyKeys {

    /** Minimum time for which a key is stored. A client that sends a request again a day later intends a new effect. */
    public static final Duration RETENTION = Duration.ofHours(24);

    /**
     * A request and its reply.
     *
     * @param reply as the edge wrote it
     */
    record Stored(Fingerprint fingerprint, byte[] reply) {}

    /** Returns the keys that were used before, with their replies. Locks nothing. */
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
     * Stores replies under keys that {@link #find} did not return, in sorted order. If another transaction has inserted a key
     * and not committed yet, this waits until it ends. If a key was used in the meantime, this transaction is retried and finds
     * it.
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
                Instant.now(), // this node's clock is precise enough for a retention of a day
                sorted.keySet().toArray(String[]::new),
                stored.stream().map(use -> use.fingerprint().bytes()).toArray(byte[][]::new),
                stored.stream().map(Stored::reply).toArray(byte[][]::new));
    }

    /** Finds keys older than {@link #RETENTION}, in all events. Locks nothing. */
    public List<Outdated> findOutdated(Tx tx, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id, idempotency_key
                  FROM idempotency_keys
                 WHERE created_at < ?
                 LIMIT ?
                """,
                row -> new Outdated(new EventId(row.uuid("event_id")), row.text("idempotency_key")),
                Instant.now().minus(RETENTION),
                limit);
    }

    /** A key that may be deleted. */
    public record Outdated(EventId event, String key) {}

    /** Deletes outdated keys of one event. Returns their number. */
    public int prune(Tx tx, EventId event, List<String> keys) throws SQLException {
        return tx.update(
                """
                DELETE FROM idempotency_keys
                 WHERE event_id = ?
                   AND idempotency_key = ANY (?)
                   AND created_at < ?
                """, event.value(), keys.toArray(String[]::new), Instant.now().minus(RETENTION));
    }
}
