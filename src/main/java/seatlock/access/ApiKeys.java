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

/** The keys of the API, as they lie in the database. */
public final class ApiKeys {

    /** Of one key; one for more than that is for all. */
    public static final int MAX_EVENTS = 100;

    public static final int MAX_NAME = 100;

    /** By then whoever wanted to has brought the new key to where it is used. */
    public static final Duration MAX_OVERLAP = Duration.ofDays(30);

    /** How exactly its last use is noted: one write in this time, however often it is used. */
    private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

    private static final String SELECT_KEY = """
            SELECT key_id, role, name, events, secret_hash, created_at, expires_at, revoked_at, last_used_at
              FROM api_keys
            """;

    /** A key that was just made, and the only chance to see its secret. */
    public record Created(ApiKey key, Secret secret) {}

    /**
     * Makes a key.
     *
     * @param name for people, to tell it from the others; 1 to {@link #MAX_NAME} characters, none of them a control
     * @param events those it is for, at most {@link #MAX_EVENTS}; empty: all
     * @param expiresAt {@code null}: never
     * @throws IllegalArgumentException if the name or the events are not so
     */
    public Created create(Tx tx, Role role, String name, Set<EventId> events, Instant expiresAt) throws SQLException {
        check(name, events);
        var id = Ids.next();
        var secret = Secret.random(id);
        var now = tx.readClock();
        var until = expiresAt != null && expiresAt.isBefore(now) ? now : expiresAt; // too late to be of use
        var key = new ApiKey(id, role, name, Set.copyOf(events), secret.hash(), now, until, null, null);
        tx.updateExactly(
                1,
                """
                INSERT INTO api_keys (key_id, role, name, events, secret_hash, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                id,
                role.code(),
                name,
                events.isEmpty() ? null : events.stream().map(EventId::value).toArray(UUID[]::new),
                key.secretHash(),
                now,
                until);
        return new Created(key, secret);
    }

    private static void check(String name, Set<EventId> events) {
        var length = name.codePointCount(0, name.length());
        if (name.isBlank() || length > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The name of a key has 1 to " + MAX_NAME + " characters, in one line");
        }
        if (events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException("A key is for at most " + MAX_EVENTS + " events, or for all");
        }
    }

    /** Those of these events that do not exist. */
    public Set<EventId> missing(Tx tx, Set<EventId> events) throws SQLException {
        var missing = new HashSet<>(events);
        tx.query(
                        "SELECT event_id FROM events WHERE event_id = ANY (?)",
                        row -> new EventId(row.uuid("event_id")),
                        (Object) events.stream().map(EventId::value).toArray(UUID[]::new))
                .forEach(missing::remove);
        return missing;
    }

    /** The key, as long as it is good, whose id and secret these are; its use is noted. */
    public Optional<ApiKey> use(Tx tx, Secret secret) throws SQLException {
        var now = tx.readClock();
        var key = find(tx, secret.id()).filter(found -> found.admits(secret) && found.isGoodAt(now));
        if (key.isPresent()) {
            // Several may note it at once; the later time stands. After a failover the clock may be behind.
            tx.update("""
                    UPDATE api_keys SET last_used_at = greatest(created_at, ?)
                     WHERE key_id = ? AND (last_used_at IS NULL OR last_used_at < ?)
                    """, now, secret.id(), now.minus(USE_NOTED_EVERY));
        }
        return key;
    }

    public Optional<ApiKey> find(Tx tx, UUID id) throws SQLException {
        return tx.find(SELECT_KEY + " WHERE key_id = ?", ApiKeys::key, id);
    }

    /**
     * Keys in the order in which they were made, also those that are no longer good.
     *
     * @param after the last one already seen, or {@code null} to begin with the first
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
     * Makes a key useless, from now on. Again changes nothing.
     *
     * @return whether there is such a key
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
     * Makes another key that may do the same; the old one is good for a while yet, so that nobody is locked out while the
     * new one is being brought to where it is used.
     *
     * @param overlap for how long, from now on, {@link #MAX_OVERLAP} at most; it does not prolong a key that expires before
     *     that
     * @return the new one, which does not expire; empty if there is no such key, or it is no longer good
     * @throws IllegalArgumentException if the overlap is not so
     */
    public Optional<Created> rotate(Tx tx, UUID id, Duration overlap) throws SQLException {
        if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
            throw new IllegalArgumentException("The overlap is at most " + MAX_OVERLAP.toDays() + " days");
        }
        var now = tx.readClock();
        var good = tx.update("""
                UPDATE api_keys SET expires_at = least(expires_at, greatest(created_at, ?))
                 WHERE key_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
                """, now.plus(overlap), id, now);
        if (good == 0) {
            return Optional.empty();
        }
        var old = find(tx, id).orElseThrow();
        return Optional.of(create(tx, old.role(), old.name(), old.events(), null));
    }

    private static ApiKey key(Row row) throws SQLException {
        return new ApiKey(
                row.uuid("key_id"),
                Role.of(row.text("role")),
                row.text("name"),
                Stream.of(row.uuids("events")).map(EventId::new).collect(Collectors.toUnmodifiableSet()),
                row.bytes("secret_hash"),
                row.instant("created_at"),
                row.instant("expires_at"),
                row.instant("revoked_at"),
                row.instant("last_used_at"));
    }
}
