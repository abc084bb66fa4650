package seatlock.api;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.contract.KeyBodies.ApiKeyBody;
import seatlock.contract.KeyBodies.ApiKeyList;
import seatlock.contract.KeyBodies.NewApiKey;
import seatlock.contract.KeyBodies.Rotation;
import seatlock.contract.KeyOperations;
import seatlock.db.TransactionPool;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;

/** API keys: the holder of an admin key for all events creates, rotates and revokes the others. */
final class KeyHandlers implements KeyOperations {

    private static final int DEFAULT_KEYS = 100;
    private static final int MAX_KEYS = 1_000;

    private static final Duration DEFAULT_OVERLAP = Duration.ofHours(1);

    /** Queue for everything about keys. */
    private static final String ALL_KEYS = "api keys";

    private final ApiKeys keys;
    private final ApiKeyCache cache;
    private final TransactionPool reads;
    private final TransactionPool writes;

    KeyHandlers(ApiKeys keys, ApiKeyCache cache, TransactionPool reads, TransactionPool writes) {
        this.keys = keys;
        this.cache = cache;
        this.reads = reads;
        this.writes = writes;
    }

    @Override
    public void create(Context ctx) {
        var body = Requests.body(ctx, NewApiKey.class);
        var validation = new Validation();
        var role = Optional.ofNullable(body.role()).flatMap(Role::ofWireName);
        validation.check(role.isPresent(), "role", "must be admin, sales or gate");
        validation.checkText(body.name(), "name", ApiKeys.MAX_NAME);
        var events = events(body.events(), validation);
        var expiresAt = body.expiresAt() == null ? null : validation.parseInstant(body.expiresAt(), "expiresAt");
        validation.finish();
        ctx.future(() -> writes.submit(ALL_KEYS, tx -> {
                    if (expiresAt != null && !expiresAt.isAfter(tx.readClock())) {
                        throw Problem.invalid("expiresAt", "must not be in the past")
                                .refuse();
                    }
                    var unknown = keys.unknownEvents(tx, events);
                    if (!unknown.isEmpty()) {
                        throw Problem.invalid("events", "contains events that do not exist: " + unknown)
                                .refuse();
                    }
                    return keys.create(tx, role.get(), body.name(), events, expiresAt);
                })
                .thenAccept(created -> respond(ctx, created)));
    }

    private static Set<EventId> events(List<String> ids, Validation validation) {
        var events = new HashSet<EventId>();
        if (ids == null
                || !validation.check(
                        !ids.isEmpty() && ids.size() <= ApiKeys.MAX_EVENTS,
                        "events",
                        "must have 1 to " + ApiKeys.MAX_EVENTS + " events; leave it out for all events")) {
            return events;
        }
        for (int i = 0; i < ids.size(); i++) {
            var id = Optional.ofNullable(ids.get(i)).flatMap(Requests::uuid);
            var at = "events[" + i + "]";
            if (validation.check(id.isPresent(), at, "must be the id of an event")) {
                validation.check(events.add(new EventId(id.get())), at, "is a duplicate");
            }
        }
        return events;
    }

    private static void respond(Context ctx, ApiKeys.Created created) {
        ctx.header("Cache-Control", "no-store");
        Responses.json(ctx, 201, Json.write(ApiKeyBody.of(created)));
    }

    @Override
    public void list(Context ctx) {
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_KEYS, DEFAULT_KEYS);
        var after = Parameters.after(ctx).orElse(null);
        QueryResponse.send(ctx, reads, ALL_KEYS, tx -> {
            var found = keys.list(tx, limit + 1, after); // one more shows whether there is another page
            var page = found.subList(0, Math.min(limit, found.size()));
            var next = found.size() > limit ? page.get(limit - 1).id() : null;
            return new ApiKeyList(page.stream().map(ApiKeyBody::of).toList(), next);
        });
    }

    @Override
    public void revoke(Context ctx) {
        var id = Parameters.keyId(ctx);
        Requests.requireNoBody(ctx);
        ctx.future(() -> writes.submit(ALL_KEYS, tx -> keys.revoke(tx, id)).thenAccept(exists -> {
            cache.forget(id);
            if (!exists) {
                throw notFound("No such key.");
            }
            ctx.status(204);
        }));
    }

    @Override
    public void rotate(Context ctx) {
        var id = Parameters.keyId(ctx);
        var overlap = overlap(Requests.optionalBody(ctx, Rotation.class).overlap());
        ctx.future(() -> writes.submit(
                        ALL_KEYS,
                        tx -> keys.rotate(tx, id, overlap)
                                .orElseThrow(() -> notFound("No such key, or it was revoked or has expired.")))
                .thenAccept(created -> {
                    cache.forget(id);
                    respond(ctx, created);
                }));
    }

    private static Duration overlap(String text) {
        if (text == null) {
            return DEFAULT_OVERLAP;
        }
        var validation = new Validation();
        var overlap = validation.parseDuration(text, "overlap", "PT0S", "P" + ApiKeys.MAX_OVERLAP.toDays() + "D");
        validation.finish();
        return overlap;
    }

    private static Problem.Refused notFound(String detail) {
        return Problem.of(HttpProblem.NOT_FOUND, detail).refuse();
    }
}
