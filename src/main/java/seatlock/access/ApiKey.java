package seatlock.access;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.crypto.Sha256;

/**
 * An API key, without its secret.
 *
 * @param roleCode the name of the role in the database, which may be of a newer release
 * @param events the events that the key is for; empty for all events, including future ones
 * @param expiresAt {@code null} if the key does not expire
 * @param revokedAt {@code null} if the key was not revoked
 * @param lastUsedAt to the minute; {@code null} if the key was never used
 */
public record ApiKey(
        UUID id,
        String roleCode,
        String name,
        Set<EventId> events,
        byte[] secretHash,
        Instant createdAt,
        Instant expiresAt,
        Instant revokedAt,
        Instant lastUsedAt) {

    /** Name of all roles that only a newer release knows. */
    public static final String UNKNOWN_ROLE = "unknown";

    /** Returns the name of the role in the API and on the command line, or {@link #UNKNOWN_ROLE}. */
    public String roleName() {
        return Role.ofCode(roleCode).map(Role::wireName).orElse(UNKNOWN_ROLE);
    }

    /** Returns whether the key may do what requires a role. An unknown role permits nothing. */
    public boolean permits(Role required) {
        return Role.ofCode(roleCode).filter(role -> role.includes(required)).isPresent();
    }

    /** Returns whether a secret belongs to this key, in a time that does not depend on the result. */
    public boolean admits(Secret secret) {
        return Sha256.isEqual(secretHash, secret.hash());
    }

    /** Returns whether the key is neither revoked nor expired. */
    public boolean isValidAt(Instant now) {
        return revokedAt == null && (expiresAt == null || expiresAt.isAfter(now));
    }

    public boolean isForAllEvents() {
        return events.isEmpty();
    }

    public boolean isFor(EventId event) {
        return isForAllEvents() || events.contains(event);
    }
}
