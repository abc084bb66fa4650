package seatlock.access;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.text.PrintableText;

/** Stores API keys. */
public final class ApiKeys {

    /** Events that one key may be for. A key for more events has to be for all. */
    public static final int MAX_EVENTS = 100;

    /** Length of a name, in characters. */
    public static final int MAX_NAME = 100;

    /** Long enough to replace the old key wherever it is used. */
    public static final Duration MAX_OVERLAP = Duration.ofDays(30);

    /** Precision of a key's last use: at most one write in this time, however often the key is used. */
    private static final Duration LAST_USE_PRECISION = Duration.ofMinutes(1);

    private static final String SELECT_KEY = """
            SELECT key_id, role, name, events, secret_hash, created_at, expires_at, revoked_at, last_used_at
              FROM api_keys
            """;

    /** A new key with its secret, which is not stored and cannot be shown again. */
    public record Created(ApiKey key, Secret secret) {}

    /**
     * Creates a key.
     *
     * @param name describes the key to people: at most {@link #MAX_NAME} characters, without a {@link PrintableText#flawOfName
     *     flaw}
     * @param events the events that the key is for, at most {@link #MAX_EVENTS}; empty for all events
     * @param expiresAt {@code null} if the key does not expire
     * @throws IllegalArgumentException if the name or the number of events is invalid
     */
    public Created create(Tx tx, Role role, String name, Set<EventId> events, Instant expiresAt) throws SQLException {
        check(name, events);
        return insert(tx, role.code(), name, events, expiresAt);
    }

    private static Created insert(Tx tx, String roleCode, String name, Set<EventId> events, Instant expiresAt)
            throws SQLException {
        var id = Ids.next();
        var secret = Secret.random(id);
        var now = tx.readClock();
        var until = expiresAt != null && expiresAt.isBefore(now)
                ? now
                : expiresAt; // a time in the past violates a constraint
        var key = new ApiKey(id, roleCode, name, Set.copyOf(events), secret.hash(), now, until, null, null);
        tx.updateExactly(
                1,
                """
                INSERT INTO api_keys (key_id, role, name, events, secret_hash, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                id,
                roleCode,
                name,
                events.isEmpty() ? null : events.stream().map(EventId::value).toArray(UUID[]::new),
                key.secretHash(),
                now,
                until);
        return new Created(key, secret);
    }

    private static void check(String name, Set<EventId> events) {
        PrintableText.flawOfName(name).ifPresent(flaw -> {
            throw new IllegalArgumentException("The name of a key " + flaw);
        });
        if (name.codePointCount(0, name.length()) > MAX_NAME) {
            throw new IllegalArgumentException("The name of a key must not be longer than " + MAX_NAME + " characters");
        }
        if (events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException("A key must be for at most " + MAX_EVENTS + " events, or for all");
        }
    }

    /** Returns those of some events that do not exist. */
    public Set<EventId> unknownEvents(Tx tx, Set<EventId> events) throws SQLException {
        var unknown = new HashSet<>(events);
        tx.query(
                        "SELECT event_id FROM events WHERE event_id = ANY (?)",
                        row -> new EventId(row.uuid("event_id")),
                        (Object) events.stream().map(EventId::value).toArray(UUID[]::new))
                .forEach(unknown::remove);
        return unknown;
    }

    /** Finds the valid key with a secret and records that it was used. Returns empty if no valid key has this secret. */
    public Optional<ApiKey> authenticate(Tx tx, Secret secret) throws SQLException {
        var now = tx.readClock();
        var key = find(tx, secret.id()).filter(found -> found.admits(secret) && found.isValidAt(now));
        if (key.isPresent()) {
            // Several requests may write at once; the latest time wins. After a failover the clock may be behind.
            tx.update("""
                    UPDATE api_keys SET last_used_at = greatest(created_at, ?)
                     WHERE key_id = ? AND (last_used_at IS NULL OR last_used_at < ?)
                    """, now, secret.id(), now.minus(LAST_USE_PRECISION));
        }
        return key;
    }

    /** Finds a key by its id, valid or not. */
    public Optional<ApiKey> find(Tx tx, UUID id) throws SQLException {
        return tx.find(SELECT_KEY + " WHERE key_id = ?", ApiKeys::key, id);
    }

    /**
     * Lists keys in order of creation, including revoked and expired ones.
     *
     * @param after id of the last key of the previous page; {@code null} for the first page
     */
    public List<ApiKey> list(Tx tx, int limit, UUID after) throws SQLException {
        return tx.query(
                SELECT_KEY + " WHERE ?::uuid IS NULL OR key_id > ? ORDER BY key_id LIMIT ?",
                ApiKeys::key,
                after,
                after,
                limit);
    }

    /**
     * Revokes a key. Revoking it again has no effect.
     *
     * @return whether the key exists
     */
    public boolean revoke(Tx tx, UUID id) throws SQLException {
        var now = tx.readClock();
        return tx.update(
                        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, greatest(created_at, ?)) WHERE key_id = ?",
                        now,
                        id)
                == 1;
    }

    /**
     * Creates a key with the same permissions as another. The old key remains valid for the overlap, so that its clients can
     * switch to the new one.
     *
     * @param overlap from now, at most {@link #MAX_OVERLAP}; a key that expires earlier is not extended
     * @return the new key, which does not expire; empty if the old key does not exist, was revoked or has expired
     * @throws IllegalArgumentException if the overlap is negative or too long
     */
    public Optional<Created> rotate(Tx tx, UUID id, Duration overlap) throws SQLException {
        if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
            throw new IllegalArgumentException("The overlap must be from 0 to " + MAX_OVERLAP.toDays() + " days");
        }
        var now = tx.readClock();
        var updated = tx.update("""
                UPDATE api_keys SET expires_at = least(expires_at, greatest(created_at, ?))
                 WHERE key_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
                """, now.plus(overlap), id, now);
        if (updated == 0) {
            return Optional.empty();
        }
        var old = find(tx, id).orElseThrow();
        // Neither is checked again: an earlier release may have accepted a name that would be refused today,
        // and a newer one may know further roles.
        return Optional.of(insert(tx, old.roleCode(), old.name(), old.events(), null));
    }

    private static ApiKey key(Row row) throws SQLException {
        return new ApiKey(
                row.uuid("key_id"),
                row.text("role"),
                row.text("name"),
                Stream.of(row.uuids("events")).map(EventId::new).collect(Collectors.toUnmodifiableSet()),
                row.bytes("secret_hash"),
                row.instant("created_at"),
                row.instant("expires_at"),
                row.instant("revoked_at"),
                row.instant("last_used_at"));
    }
}
