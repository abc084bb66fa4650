package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventBodies.EventPatch;
import seatlock.contract.PlanBodies.NewSections;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations that change events, as the OpenAPI document describes them. EventChangeHandlers carries them out. */
public interface EventChangeOperations {

    @OpenApi(
            path = "/api/events/{eventId}",
            methods = HttpMethod.PATCH,
            operationId = "changeEvent",
            tags = "Events",
            summary = "Change an event",
            description =
                    "A JSON merge patch (RFC 7396): only the fields given change, and null removes an optional one. Every change"
                            + " makes a version: what is reserved keeps its price and its rules. The same patch again changes"
                            + " nothing, so no Idempotency-Key is needed; with If-Match, a repeated request cannot undo a"
                            + " change that another client has made in the meantime. `sections` changes prices of what is reserved"
                            + " from now on.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "If-Match",
                            description =
                                    "ETag of the version that the client has seen, or several, or *: any other version gets 412"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = {
                                @OpenApiContent(
                                        from = EventPatch.class,
                                        mimeType = "application/json",
                                        example = Examples.EVENT_PATCH),
                                @OpenApiContent(
                                        from = EventPatch.class,
                                        mimeType = "application/merge-patch+json",
                                        example = Examples.EVENT_PATCH)
                            }),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers = @OpenApiParam(name = "ETag", description = "Changes when the event changes"),
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "event-cancelled"),
                @OpenApiResponse(status = "412", description = "precondition-failed"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void patch(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/publish",
            methods = HttpMethod.POST,
            operationId = "publishEvent",
            tags = "Events",
            summary = "Publish a draft",
            description = "From now on everybody sees it. Publishing again has no effect and returns 200.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers = @OpenApiParam(name = "ETag", description = "Changes when the event changes"),
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "event-cancelled"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void publish(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/sections",
            methods = HttpMethod.POST,
            operationId = "addSections",
            tags = "Events",
            summary = "Add sections, or rows of sections, to an event",
            description =
                    "The event may be on sale: its sale continues meanwhile. All new seats are AVAILABLE immediately.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; the same for each retry",
                            example = "91ab7c1e-0d35-4b7c-8f0a-5e6d4c3b2a19"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewSections.class, example = Examples.NEW_SECTIONS)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Added; the event with its new plan",
                        headers = {
                            @OpenApiParam(name = "Location", description = "The event"),
                            @OpenApiParam(
                                    name = "Idempotency-Replayed",
                                    description = "`true` if this response repeats an earlier one")
                        },
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "event-cancelled"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void addSections(Context ctx);
}
