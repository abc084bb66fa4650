package seatlock.http;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.http.KeyBodies.ApiKeyBody;
import seatlock.http.KeyBodies.ApiKeyList;
import seatlock.http.KeyBodies.NewApiKey;
import seatlock.http.KeyBodies.Rotation;

/** The API's keys: who has an admin key for all events makes and revokes the others. */
final class KeyHandlers {

    private static final int DEFAULT_KEYS = 100;
    private static final int MAX_KEYS = 1_000;

    private static final Duration DEFAULT_OVERLAP = Duration.ofHours(1);

    /** The lane of what is about the keys. */
    private static final String ALL_KEYS = "api keys";

    private final Reads reads;
    private final ApiKeys keys;
    private final KeysInUse inUse;

    KeyHandlers(Reads reads, ApiKeys keys, KeysInUse inUse) {
        this.reads = reads;
        this.keys = keys;
        this.inUse = inUse;
    }

    @OpenApi(
            path = "/api/keys",
            methods = HttpMethod.POST,
            operationId = "createKey",
            tags = "Keys",
            summary = "Make an API key",
            description =
                    "The answer is the only place where the key is ever shown. Who got no answer finds what was made"
                            + " in the list, and revokes it.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewApiKey.class, example = Examples.NEW_API_KEY)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Made",
                        content = @OpenApiContent(from = ApiKeyBody.class, example = Examples.API_KEY_CREATED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void create(Context ctx) {
        var body = Requests.body(ctx, NewApiKey.class);
        var checks = new Checks();
        var role = role(body.role());
        checks.that(role.isPresent(), "role", "wants admin, sales or gate");
        checks.text(body.name(), "name", ApiKeys.MAX_NAME);
        var events = events(body.events(), checks);
        var expiresAt = body.expiresAt() == null ? null : checks.instant(body.expiresAt(), "expiresAt");
        checks.that(expiresAt == null || expiresAt.isAfter(Instant.now()), "expiresAt", "is in the past");
        checks.done();
        ctx.future(() -> reads.find(ALL_KEYS, tx -> {
                    var missing = keys.missing(tx, events);
                    if (!missing.isEmpty()) {
                        throw Problem.invalid("events", "has some that do not exist: " + missing)
                                .refuse();
                    }
                    return keys.create(tx, role.get(), body.name(), events, expiresAt);
                })
                .thenAccept(created -> answer(ctx, created)));
    }

    private static Optional<Role> role(String word) {
        return Stream.of(Role.values())
                .filter(role -> Text.lowerCase(role).equals(word))
                .findFirst();
    }

    private static Set<EventId> events(List<String> ids, Checks checks) {
        var events = new HashSet<EventId>();
        if (ids == null
                || !checks.that(
                        !ids.isEmpty() && ids.size() <= ApiKeys.MAX_EVENTS,
                        "events",
                        "wants 1 to " + ApiKeys.MAX_EVENTS + " events; leave it out for all")) {
            return events;
        }
        for (int i = 0; i < ids.size(); i++) {
            var id = Optional.ofNullable(ids.get(i)).flatMap(Requests::uuid);
            var at = "events[" + i + "]";
            if (checks.that(id.isPresent(), at, "wants the id of an event")) {
                checks.that(events.add(new EventId(id.get())), at, "is there twice");
            }
        }
        return events;
    }

    private static void answer(Context ctx, ApiKeys.Created created) {
        ctx.header("Cache-Control", "no-store");
        Replies.json(ctx, 201, Json.write(ApiKeyBody.of(created)));
    }

    @OpenApi(
            path = "/api/keys",
            methods = HttpMethod.GET,
            operationId = "listKeys",
            tags = "Keys",
            summary = "List API keys in the order in which they were made, without their secrets",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; 100 unless given"),
                @OpenApiParam(name = "after", type = UUID.class, description = "`next` of the page before")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ApiKeyList.class, example = Examples.API_KEYS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx) {
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_KEYS, DEFAULT_KEYS);
        var after = Optional.ofNullable(ctx.queryParam("after"))
                .map(text -> Requests.uuid(text)
                        .orElseThrow(() -> Problem.invalid("after", "wants `next` of an earlier page")
                                .refuse()))
                .orElse(null);
        reads.answer(ctx, ALL_KEYS, tx -> {
            var found = keys.list(tx, limit + 1, after); // one more tells whether there are more
            var page = found.subList(0, Math.min(limit, found.size()));
            var next = found.size() > limit ? page.get(limit - 1).id() : null;
            return new ApiKeyList(page.stream().map(ApiKeyBody::of).toList(), next);
        });
    }

    @OpenApi(
            path = "/api/keys/{keyId}",
            methods = HttpMethod.DELETE,
            operationId = "revokeKey",
            tags = "Keys",
            summary = "Revoke an API key",
            description =
                    "It is refused at once by the node that answers, and by the others at most a second later. Again"
                            + " changes nothing.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "keyId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(status = "204", description = "Revoked"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void revoke(Context ctx) {
        var id = Requests.keyId(ctx);
        ctx.future(() -> reads.find(ALL_KEYS, tx -> keys.revoke(tx, id)).thenAccept(isThere -> {
            inUse.forget(id);
            if (!isThere) {
                throw noSuchKey();
            }
            ctx.status(204);
        }));
    }

    @OpenApi(
            path = "/api/keys/{keyId}/rotate",
            methods = HttpMethod.POST,
            operationId = "rotateKey",
            tags = "Keys",
            summary = "Replace an API key by another that may do the same",
            description =
                    "The old one is good for a while yet, so that nobody is locked out meanwhile. The new one does"
                            + " not expire. Who got no answer finds it in the list, revokes it, and asks again.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "keyId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = Rotation.class, example = Examples.ROTATE_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Made",
                        content = @OpenApiContent(from = ApiKeyBody.class, example = Examples.API_KEY_CREATED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void rotate(Context ctx) {
        var id = Requests.keyId(ctx);
        var overlap = overlap(Requests.bodyIfAny(ctx, Rotation.class).overlap());
        ctx.future(() -> reads.find(ALL_KEYS, tx -> keys.rotate(tx, id, overlap).orElseThrow(KeyHandlers::noSuchKey))
                .thenAccept(created -> {
                    inUse.forget(id);
                    answer(ctx, created);
                }));
    }

    private static Duration overlap(String text) {
        try {
            var overlap = text == null ? DEFAULT_OVERLAP : Duration.parse(text);
            if (!overlap.isNegative() && overlap.compareTo(ApiKeys.MAX_OVERLAP) <= 0) {
                return overlap;
            }
        } catch (DateTimeException e) {
            // said below
        }
        throw Problem.invalid("overlap", "wants a duration from PT0S to P30D").refuse();
    }

    private static Problem.Refused noSuchKey() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such key, or it is no longer good.")
                .refuse();
    }
}
