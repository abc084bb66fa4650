package seatlock.sales;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.crypto.SealedBytes;
import seatlock.db.Tx;

/**
 * Stores used idempotency keys with their replies. The database gets a hash of each key, and the body of each reply encrypted
 * with the key: a reply may hold a token that Seatlock stores nowhere else.
 */
public final class IdempotencyKeys {

    /** Minimum time for which a key is stored. A client that sends a request again a day later intends a new effect. */
    public static final Duration RETENTION = Duration.ofHours(24);

    /**
     * A request and its reply.
     *
     * @param reply as the edge wrote it; its first line is not secret
     */
    record Stored(Fingerprint fingerprint, byte[] reply) {}

    /**
     * Returns the keys that were used before, with their replies. Locks nothing. A key that a release before 0.2 stored is found
     * by its text alone, for any caller.
     */
    Map<IdempotencyKey, Stored> find(Tx tx, EventId event, Collection<IdempotencyKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        record Found(byte[] hash, byte[] fingerprint, byte[] salt, byte[] reply) {}
        var found = tx.query(
                """
                SELECT stored.*
                  FROM unnest(?) AS requested (hash)
                 CROSS JOIN LATERAL (SELECT key_hash, fingerprint, salt, reply
                                       FROM idempotency_keys
                                      WHERE event_id = ?
                                        AND key_hash = requested.hash
                                     OFFSET 0) AS stored
                """,
                row -> new Found(
                        row.bytes("key_hash"), row.bytes("fingerprint"), row.bytes("salt"), row.bytes("reply")),
                keys.stream()
                        .flatMap(key -> Stream.of(key.hash(), key.unscopedHash()))
                        .toArray(byte[][]::new),
                event.value());
        var byHash = new HashMap<String, Found>();
        found.forEach(use -> byHash.put(hex(use.hash), use));
        var stored = new HashMap<IdempotencyKey, Stored>();
        for (var key : keys) {
            var use = byHash.getOrDefault(hex(key.hash()), byHash.get(hex(key.unscopedHash())));
            if (use != null) {
                stored.put(key, new Stored(new Fingerprint(use.fingerprint), open(use.reply, key, use.salt)));
            }
        }
        return stored;
    }

    /**
     * Returns the receipt of a request whose key was used before: for the same request, or for another one. The caller has locked what
     * a copy of the request waits for, and then {@linkplain #store(Tx, EventId, Order.KeyUse, byte[]) stores} its reply.
     */
    Optional<Receipt> repeated(Tx tx, EventId event, Order.KeyUse use) throws SQLException {
        return Optional.ofNullable(find(tx, event, List.of(use.key())).get(use.key()))
                .map(stored -> stored.fingerprint().equals(use.fingerprint())
                        ? new Receipt.Replayed(stored.reply())
                        : new Receipt.KeyReused());
    }

    /** Stores the reply to a request under its key, and returns the receipt. */
    Receipt store(Tx tx, EventId event, Order.KeyUse use, byte[] reply) {
        store(tx, event, Map.of(use.key(), new Stored(use.fingerprint(), reply)));
        return new Receipt.Done(reply);
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
        record Line(byte[] hash, byte[] fingerprint, byte[] salt, byte[] reply) {}
        var sorted = new TreeMap<String, Line>();
        uses.forEach((key, use) -> {
            var salt = SealedBytes.newSalt();
            var line = new Line(key.hash(), use.fingerprint().bytes(), salt, seal(use.reply(), key, salt));
            sorted.put(hex(line.hash), line);
        });
        var lines = List.copyOf(sorted.values());
        tx.updateExactly(
                lines.size(),
                """
                INSERT INTO idempotency_keys (event_id, created_at, key_hash, fingerprint, salt, reply)
                SELECT ?, statement_timestamp(), * FROM unnest(?, ?, ?, ?)
                """,
                event.value(),
                lines.stream().map(Line::hash).toArray(byte[][]::new),
                lines.stream().map(Line::fingerprint).toArray(byte[][]::new),
                lines.stream().map(Line::salt).toArray(byte[][]::new),
                lines.stream().map(Line::reply).toArray(byte[][]::new));
    }

    /** Encrypts a reply except its first line, which the schema checks and {@code verify} reads. */
    private static byte[] seal(byte[] reply, IdempotencyKey key, byte[] salt) {
        var body = bodyOf(reply);
        return joined(reply, body, SealedBytes.seal(Arrays.copyOfRange(reply, body, reply.length), key.text(), salt));
    }

    /** @param salt {@code null} if an earlier release stored the reply, unencrypted */
    private static byte[] open(byte[] reply, IdempotencyKey key, byte[] salt) {
        if (salt == null) {
            return reply;
        }
        var body = bodyOf(reply);
        return joined(reply, body, SealedBytes.open(Arrays.copyOfRange(reply, body, reply.length), key.text(), salt));
    }

    /** Returns the index after the first line. */
    private static int bodyOf(byte[] reply) {
        int at = 0;
        while (reply[at++] != '\n') {
            // the schema makes sure that there is a line feed
        }
        return at;
    }

    private static byte[] joined(byte[] reply, int head, byte[] body) {
        var joined = Arrays.copyOf(reply, head + body.length);
        System.arraycopy(body, 0, joined, head, body.length);
        return joined;
    }

    private static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    /** Finds keys older than {@link #RETENTION} by the database's clock, in all events. Locks nothing. */
    public List<Outdated> findOutdated(Tx tx, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id, encode(key_hash, 'hex') AS hash
                  FROM idempotency_keys
                 WHERE created_at < statement_timestamp() - ?::interval
                 LIMIT ?
                """,
                row -> new Outdated(new EventId(row.uuid("event_id")), row.text("hash")),
                RETENTION.toString(),
                limit);
    }

    /**
     * A key that may be deleted.
     *
     * @param hash in hexadecimal
     */
    public record Outdated(EventId event, String hash) {}

    /** Deletes outdated keys of one event. Returns their number. */
    public int prune(Tx tx, EventId event, List<String> hashes) throws SQLException {
        return tx.update(
                """
                DELETE FROM idempotency_keys
                 WHERE event_id = ?
                   AND key_hash = ANY (?)
                   AND created_at < statement_timestamp() - ?::interval
                """,
                event.value(),
                hashes.stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new),
                RETENTION.toString());
    }
}
