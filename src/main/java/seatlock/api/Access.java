package seatlock.api;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
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
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.EventQuery;
import seatlock.changes.Actor;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;

/**
 * Identifies the caller and decides what the caller may do. An API key or a reservation's token is sent in {@code Authorization:
 * Bearer …} (RFC 6750). A value that does not have the form of a key is never looked up in the database.
 */
final class Access {

    private static final String KEY = "seatlock.key";

    private static final CompletableFuture<Optional<ApiKey>> NONE = CompletableFuture.completedFuture(Optional.empty());

    /** Id of the admin key, which is a setting and in no table. */
    private static final UUID ADMIN_KEY_ID = new UUID(0, 0);

    private final byte[] adminKey;
    private final CompletableFuture<Optional<ApiKey>> admin = CompletableFuture.completedFuture(Optional.of(new ApiKey(
            ADMIN_KEY_ID, Role.ADMIN.code(), "SEATLOCK_ADMIN_KEY", Set.of(), null, Instant.EPOCH, null, null, null)));
    private final ApiKeyCache keys;
    private final Executor continuations;

    /**
     * @param adminKey may call every operation
     * @param continuations runs what depends on the look-up of a key
     */
    Access(String adminKey, ApiKeyCache keys, Executor continuations) {
        this.adminKey = adminKey.getBytes(StandardCharsets.UTF_8);
        this.keys = keys;
        this.continuations = continuations;
    }

    /** Starts to look up the key of a request. Never fails: {@link #check} fails if it needs the key. */
    void authenticate(Context ctx) {
        var key = bearer(ctx).map(this::find).orElse(NONE);
        ctx.attribute(KEY, key);
        if (!key.isDone()) {
            // Each on its own thread, because many requests may wait for the same key.
            ctx.future(() -> key.handleAsync((found, failure) -> null, continuations));
        }
    }

    private CompletableFuture<Optional<ApiKey>> find(String bearer) {
        return MessageDigest.isEqual(bearer.getBytes(StandardCharsets.UTF_8), adminKey)
                ? admin
                : Secret.parse(bearer).map(keys::find).orElse(NONE);
    }

    /** Returns the key of the request; empty if there is none that is known to be valid. */
    Optional<ApiKey> key(Context ctx) {
        var key = lookUp(ctx);
        return key.isCompletedExceptionally() ? Optional.empty() : key.join();
    }

    private static CompletableFuture<Optional<ApiKey>> lookUp(Context ctx) {
        CompletableFuture<Optional<ApiKey>> key = ctx.attribute(KEY);
        return key == null ? NONE : key;
    }

    /** Returns whether the request has a value in the form of a key that no recent request has shown to be valid. */
    boolean isUnverified(Context ctx) {
        return bearer(ctx)
                .flatMap(Secret::parse)
                .filter(secret -> !keys.wasValid(secret))
                .isPresent();
    }

    /** Returns whether the request has a value in the form of a key that was looked up and is not valid. */
    boolean isGuess(Context ctx) {
        var key = lookUp(ctx);
        return !key.isCompletedExceptionally()
                && key.join().isEmpty()
                && bearer(ctx).flatMap(Secret::parse).isPresent();
    }

    /**
     * Lets a request through to its handler or refuses it. Only this method decides. A route without exactly one rule is refused
     * to everybody.
     *
     * @throws Problem.Refused unauthorized or forbidden
     * @throws seatlock.db.DatabaseException if it is not known whether the key is valid
     */
    void check(Context ctx) {
        var rules = List.copyOf(ctx.routeRoles());
        if (rules.size() != 1 || !(rules.get(0) instanceof AccessRule rule)) {
            throw Problem.of(ApiProblem.FORBIDDEN, "This route has no access rule.")
                    .refuse();
        }
        if (rule != AccessRule.ANYONE) {
            failIfUnknown(ctx);
        }
        rule.role().ifPresent(role -> require(role, rule, ctx));
    }

    /** A failed look-up must not become a 401 or 404, because the key may be valid. */
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

    private void require(Role role, AccessRule rule, Context ctx) {
        var key = key(ctx).orElseThrow(() -> {
            challenge(ctx, bearer(ctx).isPresent() ? ", error=\"invalid_token\"" : "");
            return Problem.of(ApiProblem.UNAUTHORIZED, "Missing, invalid or expired API key.")
                    .refuse();
        });
        if (!allows(key, rule, ctx)) {
            challenge(ctx, ", error=\"insufficient_scope\"");
            throw Problem.of(
                            ApiProblem.FORBIDDEN,
                            "This operation requires a key of role " + role.wireName() + " for " + scope(rule) + ".")
                    .refuse();
        }
    }

    private static String scope(AccessRule rule) {
        return switch (rule) {
            case ADMIN -> "all events";
            case SELLER -> "an event";
            default -> "this event";
        };
    }

    /** RFC 6750, section 3. */
    private static void challenge(Context ctx, String error) {
        ctx.header("WWW-Authenticate", "Bearer realm=\"seatlock\"" + error);
    }

    private static boolean allows(ApiKey key, AccessRule rule, Context ctx) {
        return key.permits(rule.role().get())
                && switch (rule) {
                    case ADMIN -> key.isForAllEvents();
                    case SELLER -> true;
                    default -> isForEventOf(key, ctx);
                };
    }

    private static boolean isForEventOf(ApiKey key, Context ctx) {
        return key.isForAllEvents() || key.isFor(Parameters.eventId(ctx));
    }

    /** The caller of an operation on a reservation: the seller, the holder of a token, or anybody else. */
    record Caller(boolean isSeller, Optional<ReservationToken> token) {

        /** Returns whether the caller may see an event. One that was never published is visible to its sellers only. */
        boolean sees(Event event) {
            return event.isPublic() || isSeller;
        }

        /**
         * Reads a reservation that the caller may see.
         *
         * @throws Problem.Refused not-found if it does not exist or the caller may not see it. The caller cannot tell these two
         *     apart, neither by the response nor by its time: without the right token nothing but the token's hash is read.
         */
        Reservation read(Tx tx, InventoryReader inventory, EventId event, ReservationId id) throws SQLException {
            require(tx, inventory, event, id);
            return inventory.find(tx, event, id).orElseThrow(Access::noSuchReservation);
        }

        /**
         * Makes sure that a caller who is not a seller has the token of the reservation.
         *
         * @throws Problem.Refused not-found otherwise
         */
        void require(Tx tx, InventoryReader inventory, EventId event, ReservationId id) throws SQLException {
            if (!isSeller && !inventory.admits(tx, event, id, token.orElseThrow(Access::noSuchReservation))) {
                throw noSuchReservation();
            }
        }

        /** Does the same before a change that would take longer for a reservation that exists. Nothing is read for a seller. */
        CompletableFuture<Void> admit(
                TransactionPool reads, InventoryReader inventory, EventId event, ReservationId id) {
            if (isSeller) {
                return CompletableFuture.completedFuture(null);
            }
            return reads.submit(event, tx -> {
                require(tx, inventory, event, id);
                return null;
            });
        }
    }

    /** Returns the caller of an operation that is open to everybody. */
    Caller caller(Context ctx) {
        failIfUnknown(ctx); // so that a seller is never taken for a buyer
        var isSeller =
                key(ctx).filter(key -> allows(key, AccessRule.SALES, ctx)).isPresent();
        return new Caller(isSeller, bearer(ctx).map(ReservationToken::new));
    }

    /**
     * Returns the caller of an operation that requires a token or a sales key.
     *
     * @throws Problem.Refused not-found if the request has neither, before anything is read
     */
    Caller holder(Context ctx) {
        var caller = caller(ctx);
        if (!caller.isSeller && caller.token.isEmpty()) {
            throw noSuchReservation();
        }
        return caller;
    }

    /**
     * Returns the caller of a confirmation: a seller, or somebody with a value that may be the token of a reservation for which
     * nothing is to be paid.
     *
     * @throws Problem.Refused unauthorized or forbidden for everybody else
     */
    Caller confirmer(Context ctx) {
        var caller = caller(ctx);
        var mayBeHolder = bearer(ctx).isPresent()
                && key(ctx).isEmpty()
                && bearer(ctx).flatMap(Secret::parse).isEmpty();
        if (!caller.isSeller && !mayBeHolder) {
            requireSeller(ctx);
        }
        return caller;
    }

    /** @throws Problem.Refused unauthorized or forbidden, unless the caller is a seller */
    void requireSeller(Context ctx) {
        require(Role.SALES, AccessRule.SALES, ctx);
    }

    /** Returns the events that were never published and that the caller may see in a list: those that it may sell. */
    EventQuery.Hidden hidden(Context ctx) {
        failIfUnknown(ctx); // so that a seller's list is never incomplete
        return key(ctx).filter(key -> key.permits(Role.SALES))
                .map(key -> new EventQuery.Hidden(key.isForAllEvents(), key.events()))
                .orElse(new EventQuery.Hidden(false, Set.of()));
    }

    /** Returns the events that the request's key is for; none for all events. */
    Set<EventId> eventsOfKey(Context ctx) {
        return key(ctx).orElseThrow().events();
    }

    /** Returns the party that history names: the API key of a seller; otherwise the holder of a reservation. */
    Actor actor(Context ctx) {
        failIfUnknown(ctx);
        return key(ctx).filter(key -> allows(key, AccessRule.SALES, ctx))
                .map(key -> Actor.key(key.id()))
                .orElse(Actor.HOLDER);
    }

    /** Returns the API key of an operation that requires one, as the party that history names. */
    Actor keyUsed(Context ctx) {
        return Actor.key(key(ctx).orElseThrow().id());
    }

    /** Returns the scope of the caller's idempotency keys for an operation: the API key, or all callers without one. */
    String scope(Context ctx, String operation) {
        failIfUnknown(ctx); // so that a repeated request never gets another scope
        return key(ctx).map(key -> "key " + key.id()).orElse("anonymous") + " " + operation;
    }

    static Problem.Refused noSuchReservation() {
        return Problem.of(HttpProblem.NOT_FOUND, "No such reservation.").refuse();
    }

    private static Optional<String> bearer(Context ctx) {
        var header = ctx.header("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(header.substring(7).strip())
                : Optional.empty();
    }
}
