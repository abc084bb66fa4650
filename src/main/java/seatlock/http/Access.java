package seatlock.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.access.Secret;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationToken;

/**
 * Who asks, and whether he may. A key or a reservation's token comes in {@code Authorization: Bearer …} (RFC 6750).
 *
 * <p>A key is looked up in the database and remembered for {@link #REMEMBERED}: so long may one be used that was revoked
 * through another node. Who comes with something that cannot be a key does not reach the database.
 */
final class Access {

    static final Duration REMEMBERED = Duration.ofSeconds(1);

    private static final int MAX_REMEMBERED = 10_000;

    private static final String KEY = "seatlock.key";

    /** The administrator's key of the settings lies in no table. */
    private static final UUID SETTING = new UUID(0, 0);

    private record Remembered(Secret secret, ApiKey key, long since) {}

    private final byte[] adminKey;
    private final ApiKey admin =
            new ApiKey(SETTING, Role.ADMIN, "SEATLOCK_ADMIN_KEY", Set.of(), null, Instant.EPOCH, null, null, null);
    private final ApiKeys keys;
    private final Reads reads;
    private final Map<Secret, CompletableFuture<Optional<ApiKey>>> lookedUp = new ConcurrentHashMap<>();
    private final Lru<UUID, Remembered> remembered = new Lru<>(MAX_REMEMBERED); // guarded by itself

    /** @param adminKey may do everything */
    Access(String adminKey, ApiKeys keys, Reads reads) {
        this.adminKey = adminKey.getBytes(StandardCharsets.UTF_8);
        this.keys = keys;
        this.reads = reads;
    }

    /** Finds out, before anything else is done, which key a request comes with. */
    void authenticate(Context ctx) {
        var bearer = bearer(ctx);
        if (bearer.isEmpty()) {
            return;
        }
        if (MessageDigest.isEqual(bearer.get().getBytes(StandardCharsets.UTF_8), adminKey)) {
            ctx.attribute(KEY, admin);
            return;
        }
        var secret = Secret.parse(bearer.get());
        if (secret.isEmpty()) {
            return;
        }
        var known = recall(secret.get());
        if (known.isPresent()) {
            ctx.attribute(KEY, known.get());
        } else {
            ctx.future(() -> lookUp(secret.get()).thenAccept(found -> found.ifPresent(key -> ctx.attribute(KEY, key))));
        }
    }

    /** Once for all who come with it at the same time. */
    private CompletableFuture<Optional<ApiKey>> lookUp(Secret secret) {
        var result = new CompletableFuture<Optional<ApiKey>>();
        var running = lookedUp.putIfAbsent(secret, result);
        if (running != null) {
            return running;
        }
        var since = System.nanoTime();
        reads.find(secret.id(), tx -> keys.use(tx, secret)).whenComplete((found, failure) -> {
            lookedUp.remove(secret);
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                found.ifPresent(key -> remember(new Remembered(secret, key, since)));
                result.complete(found);
            }
        });
        return result;
    }

    private Optional<ApiKey> recall(Secret secret) {
        synchronized (remembered) {
            return Optional.ofNullable(remembered.get(secret.id()))
                    .filter(known -> System.nanoTime() - known.since < REMEMBERED.toNanos())
                    .filter(known -> known.secret.equals(secret))
                    .map(Remembered::key)
                    .filter(key -> key.isGoodAt(Instant.now()));
        }
    }

    private void remember(Remembered key) {
        synchronized (remembered) {
            remembered.put(key.key.id(), key, 1);
        }
    }

    /** Asks the database the next time: the key was changed through this node. */
    void forget(UUID key) {
        synchronized (remembered) {
            remembered.remove(key);
        }
    }

    /** The key that the request comes with, if it is good. */
    Optional<ApiKey> key(Context ctx) {
        return Optional.ofNullable(ctx.attribute(KEY));
    }

    /** @throws Problem.Refused unauthorized or forbidden, unless the request may be answered by a route of this rule */
    void require(Rule rule, Context ctx) {
        if (rule.role().isEmpty()) {
            return;
        }
        var key = key(ctx).orElseThrow(() -> {
            ctx.header("WWW-Authenticate", "Bearer realm=\"seatlock\"");
            return Problem.of(ProblemType.UNAUTHORIZED, "The request has no API key, or one that is no longer good.")
                    .refuse();
        });
        if (!allows(key, rule, ctx)) {
            throw Problem.of(
                            ProblemType.FORBIDDEN,
                            "This takes a key of role "
                                    + Text.lowerCase(rule.role().get()) + " for "
                                    + (rule == Rule.ADMIN ? "all events." : "this event."))
                    .refuse();
        }
    }

    private static boolean allows(ApiKey key, Rule rule, Context ctx) {
        return key.role().includes(rule.role().get())
                && (rule == Rule.ADMIN ? key.isForAllEvents() : isForEventOf(key, ctx));
    }

    private static boolean isForEventOf(ApiKey key, Context ctx) {
        return key.isForAllEvents() || key.isFor(Requests.eventId(ctx));
    }

    /** Who asks: the seller, somebody with a token, or anybody. */
    record Caller(boolean seller, Optional<ReservationToken> token) {

        boolean maySee(Reservation reservation) {
            return seller || token.isPresent() && reservation.admits(token.get());
        }

        /** The reservation, if there is one and this caller may see it: for all others it is not there. */
        Reservation see(Optional<Reservation> found) {
            return found.filter(this::maySee).orElseThrow(Access::noSuchReservation);
        }
    }

    /** Who asks about a reservation. */
    Caller caller(Context ctx) {
        var seller = key(ctx).filter(key -> allows(key, Rule.SALES, ctx)).isPresent();
        return new Caller(seller, bearer(ctx).map(ReservationToken::new));
    }

    static Problem.Refused noSuchReservation() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such reservation.")
                .refuse();
    }

    private static Optional<String> bearer(Context ctx) {
        var header = ctx.header("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(header.substring(7).strip())
                : Optional.empty();
    }
}
