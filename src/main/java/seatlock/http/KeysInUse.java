package seatlock.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.access.Secret;

/**
 * The keys that requests come with, as the database knows them. It is asked about each of them once in {@link
 * #REMEMBERED}, however often and by however many it is used: so long may one be used that was revoked through another
 * node. That there is no such key is remembered, too.
 */
final class KeysInUse {

    static final Duration REMEMBERED = Duration.ofSeconds(1);

    /** Some megabytes. Rarely are so many keys in use; it takes somebody who makes them up. */
    private static final int MAX_REMEMBERED = 10_000;

    /** One lane for all keys: who makes up one after the other fills this one, and keeps some threads for the others. */
    private static final String LANE = "keys in use";

    private record Asked(CompletableFuture<Optional<ApiKey>> key, long since) {

        boolean isGoodAt(long now) {
            return !key.isCompletedExceptionally() && now - since < REMEMBERED.toNanos();
        }
    }

    private final ApiKeys keys;
    private final Reads reads;
    private final LongSupplier clock;
    private final Map<Secret, Asked> asked = new ConcurrentHashMap<>();

    /** @param clock in nanoseconds: System::nanoTime, or a test's */
    KeysInUse(ApiKeys keys, Reads reads, LongSupplier clock) {
        this.keys = keys;
        this.reads = reads;
        this.clock = clock;
    }

    /** The key with this secret, if it is good; it fails as {@link Reads#find} does, and throws nothing. */
    CompletableFuture<Optional<ApiKey>> find(Secret secret) {
        var now = clock.getAsLong();
        var recently = asked.get(secret); // without a lock: most come with the same one
        if (recently != null && recently.isGoodAt(now)) {
            return recently.key;
        }
        if (asked.size() >= MAX_REMEMBERED) {
            asked.clear();
        }
        return asked.compute(secret, (key, known) -> known != null && known.isGoodAt(now) ? known : ask(key, now)).key;
    }

    /** Whether somebody has come with this secret, and it was good then. */
    boolean hasMet(Secret secret) {
        var known = asked.get(secret);
        return known != null
                && known.key.isDone()
                && !known.key.isCompletedExceptionally()
                && known.key.join().isPresent();
    }

    private Asked ask(Secret secret, long since) {
        try {
            return new Asked(reads.find(LANE, tx -> keys.use(tx, secret)), since);
        } catch (Problem.Refused tooMany) {
            return new Asked(CompletableFuture.failedFuture(tooMany), since);
        }
    }

    /** Asks anew the next time: the key was changed through this node. */
    void forget(UUID key) {
        asked.keySet().removeIf(secret -> secret.id().equals(key));
    }
}
