package seatlock.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.access.Secret;
import seatlock.concurrent.Overload;
import seatlock.db.TransactionPool;

/**
 * Caches the API keys of recent requests. Each key is looked up at most once per {@link #VALID_FOR}, however many requests use
 * it, so a key that was revoked on another node may still work for that long. Unknown keys are cached as well.
 */
final class ApiKeyCache {

    static final Duration VALID_FOR = Duration.ofSeconds(1);

    /** Takes some megabytes. Only a client that guesses keys causes this many. */
    private static final int MAX_KEYS = 10_000;

    /** One queue for all keys, so that a client that guesses keys leaves threads for other reads. */
    private static final String QUEUE = "key look-ups";

    /**
     * A look-up in the database.
     *
     * @param since when it started, by the clock
     * @param wasValid whether the look-up before it found a valid key
     */
    private record LookUp(CompletableFuture<Optional<ApiKey>> key, long since, boolean wasValid) {

        boolean isFreshAt(long now) {
            return !key.isCompletedExceptionally() && now - since < VALID_FOR.toNanos();
        }

        boolean foundValid() {
            return key.isDone() && !key.isCompletedExceptionally() ? key.join().isPresent() : wasValid;
        }
    }

    private final ApiKeys keys;
    private final TransactionPool reads;
    private final LongSupplier clock;

    /** They stay when they are no longer fresh, because {@link #wasValid} needs them. */
    private final Cache<Secret, LookUp> lookUps =
            Caffeine.newBuilder().maximumSize(MAX_KEYS).executor(Runnable::run).build();

    /** @param clock nanoseconds: System::nanoTime, or the clock of a test */
    ApiKeyCache(ApiKeys keys, TransactionPool reads, LongSupplier clock) {
        this.keys = keys;
        this.reads = reads;
        this.clock = clock;
    }

    /** Finds the valid key with this secret. The result fails as {@link TransactionPool#submit} does; nothing is thrown. */
    CompletableFuture<Optional<ApiKey>> find(Secret secret) {
        var now = clock.getAsLong();
        var known = lookUps.getIfPresent(secret); // without a lock, since most requests have the same key
        if (known != null && known.isFreshAt(now)) {
            return known.key;
        }
        return lookUps.asMap()
                .compute(secret, (key, last) -> last != null && last.isFreshAt(now) ? last : lookUp(key, now, last))
                .key;
    }

    private LookUp lookUp(Secret secret, long now, LookUp last) {
        var wasValid = last != null && last.foundValid();
        try {
            return new LookUp(reads.submit(QUEUE, tx -> keys.authenticate(tx, secret)), now, wasValid);
        } catch (Overload e) {
            return new LookUp(CompletableFuture.failedFuture(e), now, wasValid);
        }
    }

    /** Returns whether an earlier request used this secret and it was valid then. */
    boolean wasValid(Secret secret) {
        var known = lookUps.getIfPresent(secret);
        return known != null && known.foundValid();
    }

    /** Removes a key that this node has changed, so that it is looked up again. */
    void forget(UUID key) {
        lookUps.asMap().keySet().removeIf(secret -> secret.id().equals(key));
    }
}
