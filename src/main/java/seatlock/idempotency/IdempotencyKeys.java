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
     * Claims keys for requests of one event, in sorted order. If another transaction is using one right now, waits until
     * that has ended.
     *
     * @param event has to exist
     * @param fingerprints of the requests, by key
     * @return what was kept under those that were used before. The others are ours, and {@link #store} or {@link
     *     #release} has to follow in this transaction
     * @throws SQLException SQLSTATE 55P03 if the wait was too long
     */
    public Map<IdempotencyKey, Kept> claim(Tx tx, EventId event, Map<IdempotencyKey, Fingerprint> fingerprints)
            throws SQLException {
        if (fingerprints.isEmpty()) {
            return Map.of();
        }
        var sorted = new TreeMap<String, byte[]>();
        fingerprints.forEach((key, fingerprint) -> sorted.put(key.value(), fingerprint.bytes()));
        var keys = sorted.keySet().toArray(String[]::new);
        var claimed = tx.update(
                """
                INSERT INTO idempotency_keys (event_id, created_at, idempotency_key, fingerprint)
                SELECT ?, ?, * FROM unnest(?, ?)
                ON CONFLICT (event_id, idempotency_key) DO NOTHING
                """,
                event.value(),
                Instant.now(), // this node's clock will do: it only tells when a day has passed
                keys,
                sorted.values().toArray(byte[][]::new));
        if (claimed == keys.length) {
            return Map.of();
        }
        var found = tx.query(
                """
                SELECT idempotency_key, fingerprint, reply_status, reply_location, reply_body
                  FROM idempotency_keys
                 WHERE event_id = ?
                   AND idempotency_key = ANY (?)
                """, row -> Map.entry(new IdempotencyKey(row.text("idempotency_key")), kept(row)), event.value(), keys);
        if (found.size() < keys.length) {
            // Gone again: it was a day old and has just been pruned. The next attempt finds the key free.
            throw new SQLException("Key pruned while it was claimed", "40001");
        }
        return found.stream()
                .filter(entry -> entry.getValue().reply().body() != null) // without a reply it was claimed just now
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** What was asked with a key, and what was answered. */
    public record Kept(Fingerprint fingerprint, Reply reply) {}

    private static Kept kept(Row row) throws SQLException {
        return new Kept(
                new Fingerprint(row.bytes("fingerprint")),
                new Reply(row.integer("reply_status"), row.text("reply_location"), row.bytes("reply_body")));
    }

    /** Keeps the answers of claimed keys, to be given again to whoever asks the same. */
    public void store(Tx tx, EventId event, Map<IdempotencyKey, Reply> replies) {
        if (replies.isEmpty()) {
            return;
        }
        var keys = List.copyOf(replies.keySet());
        tx.updateExactly(
                keys.size(),
                """
                UPDATE idempotency_keys AS k
                   SET reply_status = r.status, reply_location = r.location, reply_body = r.body
                  FROM unnest(?, ?, ?, ?) AS r (idempotency_key, status, location, body)
                 WHERE k.event_id = ?
                   AND k.idempotency_key = r.idempotency_key
                """,
                keys.stream().map(IdempotencyKey::value).toArray(String[]::new),
                keys.stream().map(key -> replies.get(key).status()).toArray(Integer[]::new),
                keys.stream().map(key -> replies.get(key).location()).toArray(String[]::new),
                keys.stream().map(key -> replies.get(key).body()).toArray(byte[][]::new),
                event.value());
    }

    /** Gives up claimed keys that got no answer worth keeping: the next one to use them is the first. */
    public void release(Tx tx, EventId event, Collection<IdempotencyKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        tx.updateExactly(
                keys.size(),
                """
                DELETE FROM idempotency_keys
                 WHERE event_id = ?
                   AND idempotency_key = ANY (?)
                """,
                event.value(),
                keys.stream().map(IdempotencyKey::value).toArray(String[]::new));
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
