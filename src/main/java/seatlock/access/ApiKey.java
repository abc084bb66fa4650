package seatlock.access;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.crypto.Sha256;

/**
 * A key of the API, without its secret.
 *
 * @param events those it is for; empty: all of them, those to come included
 * @param expiresAt {@code null}: never
 * @param revokedAt {@code null} if it was not
 * @param lastUsedAt to the minute; {@code null} if it never was
 */
public record ApiKey(
        UUID id,
        Role role,
        String name,
        Set<EventId> events,
        byte[] secretHash,
        Instant createdAt,
        Instant expiresAt,
        Instant revokedAt,
        Instant lastUsedAt) {

    /** Whether this is its secret. Takes the same time whatever the answer. */
    public boolean admits(Secret secret) {
        return Sha256.isEqual(secretHash, secret.hash());
    }

    /** Whether it was neither revoked nor has expired. */
    public boolean isGoodAt(Instant now) {
        return revokedAt == null && (expiresAt == null || expiresAt.isAfter(now));
    }

    public boolean isForAllEvents() {
        return events.isEmpty();
    }

    public boolean isFor(EventId event) {
        return isForAllEvents() || events.contains(event);
    }
}
