package seatlock.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import seatlock.access.ApiKey;
import seatlock.access.Role;
import seatlock.access.Secret;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationToken;

/**
 * Who asks, and whether he may. A key or a reservation's token comes in {@code Authorization: Bearer …} (RFC 6750). Who
 * comes with something that cannot be a key does not reach the database.
 */
final class Access {

    private static final String KEY = "seatlock.key";

    private static final CompletableFuture<Optional<ApiKey>> NONE = CompletableFuture.completedFuture(Optional.empty());

    /** The administrator's key of the settings lies in no table. */
    private static final UUID SETTING = new UUID(0, 0);

    private final byte[] adminKey;
    private final CompletableFuture<Optional<ApiKey>> admin = CompletableFuture.completedFuture(Optional.of(
            new ApiKey(SETTING, Role.ADMIN, "SEATLOCK_ADMIN_KEY", Set.of(), null, Instant.EPOCH, null, null, null)));
    private final KeysInUse keys;
    private final Executor answers;

    /**
     * @param adminKey may do everything
     * @param answers the threads on which clients are answered
     */
    Access(String adminKey, KeysInUse keys, Executor answers) {
        this.adminKey = adminKey.getBytes(StandardCharsets.UTF_8);
        this.keys = keys;
        this.answers = answers;
    }

    /** Finds out, before anything else is done, which key a request comes with. That never fails: who needs it learns. */
    void authenticate(Context ctx) {
        var key = bearer(ctx).map(this::find).orElse(NONE);
        ctx.attribute(KEY, key);
        if (!key.isDone()) {
            // Each on a thread of its own: many may have waited for the same key.
            ctx.future(() -> key.handleAsync((found, failure) -> null, answers));
        }
    }

    private CompletableFuture<Optional<ApiKey>> find(String bearer) {
        return MessageDigest.isEqual(bearer.getBytes(StandardCharsets.UTF_8), adminKey)
                ? admin
                : Secret.parse(bearer).map(keys::find).orElse(NONE);
    }

    /** The key that the request comes with, if it is known to be good. */
    Optional<ApiKey> key(Context ctx) {
        var key = lookUp(ctx);
        return key.isCompletedExceptionally() ? Optional.empty() : key.join();
    }

    private static CompletableFuture<Optional<ApiKey>> lookUp(Context ctx) {
        CompletableFuture<Optional<ApiKey>> key = ctx.attribute(KEY);
        return key == null ? NONE : key;
    }

    /** Whether it comes with something that only the database can tell from a good key. */
    boolean isStranger(Context ctx) {
        return bearer(ctx)
                .flatMap(Secret::parse)
                .filter(secret -> !keys.hasMet(secret))
                .isPresent();
    }

    /** Whether it came with what looks like a key, and the database has said that it is none. */
    boolean isGuess(Context ctx) {
        var key = lookUp(ctx);
        return !key.isCompletedExceptionally()
                && key.join().isEmpty()
                && bearer(ctx).flatMap(Secret::parse).isPresent();
    }

    /**
     * Lets a request through to its handler, or not: the one place where that is decided. What says nothing about who may
     * call it is for nobody.
     *
     * @throws Problem.Refused unauthorized or forbidden
     * @throws seatlock.db.DatabaseException if it is not known whether the key is good
     */
    void check(Context ctx) {
        var rules = List.copyOf(ctx.routeRoles());
        if (rules.size() != 1 || !(rules.get(0) instanceof Rule rule)) {
            throw Problem.of(ProblemType.FORBIDDEN, "Nobody has said who may do this.")
                    .refuse();
        }
        if (rule != Rule.ANYONE) {
            failIfUnknown(ctx);
        }
        rule.role().ifPresent(role -> require(role, rule, ctx));
    }

    /** Who cannot be known must not be taken for nobody: he would be told that there is no such reservation. */
    private static void failIfUnknown(Context ctx) {
        try {
            lookUp(ctx).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void require(Role role, Rule rule, Context ctx) {
        var key = key(ctx).orElseThrow(() -> {
            challenge(ctx, bearer(ctx).isPresent() ? ", error=\"invalid_token\"" : "");
            return Problem.of(ProblemType.UNAUTHORIZED, "The request has no API key, or one that is no longer good.")
                    .refuse();
        });
        if (!allows(key, rule, ctx)) {
            challenge(ctx, ", error=\"insufficient_scope\"");
            throw Problem.of(
                            ProblemType.FORBIDDEN,
                            "This takes a key of role " + Text.lowerCase(role) + " for "
                                    + (rule == Rule.ADMIN ? "all events." : "this event."))
                    .refuse();
        }
    }

    /** RFC 6750, section 3. */
    private static void challenge(Context ctx, String error) {
        ctx.header("WWW-Authenticate", "Bearer realm=\"seatlock\"" + error);
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
