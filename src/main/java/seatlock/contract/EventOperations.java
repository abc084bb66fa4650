package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.time.Instant;
import java.util.UUID;
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventBodies.Events;
import seatlock.contract.EventBodies.NewEvent;
import seatlock.contract.PlanBodies.PlanBody;
import seatlock.contract.SeatMapBodies.Seats;
import seatlock.inventory.SeatStatus;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on events and seat maps, as the OpenAPI document describes them. EventHandlers carries them out. */
public interface EventOperations {

    @OpenApi(
            path = "/api/events",
            methods = HttpMethod.POST,
            operationId = "createEvent",
            tags = "Events",
            summary = "Create an event from a seat plan",
            description =
                    "All seats are AVAILABLE immediately. A seat's label is SECTION-ROW-NUMBER. `warnings` lists the texts with"
                            + " characters that the fonts of the tickets lack.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            description =
                                    "1 to 255 visible ASCII characters. With it, the request can be repeated safely",
                            example = "91ab7c1e-0d35-4b7c-8f0a-5e6d4c3b2a19"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewEvent.class, example = Examples.EVENT_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Created",
                        headers = {
                            @OpenApiParam(name = "Location", description = "The event"),
                            @OpenApiParam(
                                    name = "Idempotency-Replayed",
                                    description = "`true` if this response repeats an earlier one")
                        },
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "400", description = "idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void create(Context ctx);

    @OpenApi(
            path = "/api/events",
            methods = HttpMethod.GET,
            operationId = "listEvents",
            tags = "Events",
            summary = "List events in order of their start",
            description =
                    "Without the seat plans, and without events that are over, unless `from` asks for them: an event is over"
                            + " when it has ended (12 hours after its start, if it has no end). Events that were never published are"
                            + " listed for their sellers only. Pass `next` as `after` until it is null; keep the other parameters as they are.",
            queryParams = {
                @OpenApiParam(
                        name = "from",
                        type = Instant.class,
                        description = "Only events that start at this time or later, even if they are over"),
                @OpenApiParam(
                        name = "to",
                        type = Instant.class,
                        description = "Only events that start before this time"),
                @OpenApiParam(name = "status", description = "Only events with this status"),
                @OpenApiParam(
                        name = "q",
                        description =
                                "Only events whose name or venue contains this text, in upper or lower case, with or without"
                                        + " accents"),
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; default 100"),
                @OpenApiParam(name = "after", description = "`next` of the previous page")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = Events.class, example = Examples.EVENTS)),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}",
            methods = HttpMethod.GET,
            operationId = "getEvent",
            tags = "Events",
            summary = "Get an event with its seat plan",
            description = "Its seats and their statuses are in the seat map.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void get(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/plan",
            methods = HttpMethod.GET,
            operationId = "getPlan",
            tags = "Events",
            summary = "Get the seat plan and the prices of an event, as they were given",
            description = "Its fields can be those of a request for a new event, so that an event can be copied.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = PlanBody.class, example = Examples.PLAN)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void plan(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/seats",
            methods = HttpMethod.GET,
            operationId = "getSeats",
            tags = "Events",
            summary = "Get the seat map, whole or in pages",
            description = "Seats are in the order of the seat plan. A seat whose hold has lapsed is AVAILABLE. A change"
                    + " shows immediately on the node that made it, and within 250 ms on the others. The map reserves"
                    + " nothing: a seat may be taken before the client reserves it.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(name = "section", description = "Only seats of this section"),
                @OpenApiParam(name = "status", type = SeatStatus.class, description = "Only seats with this status"),
                @OpenApiParam(
                        name = "limit",
                        type = Integer.class,
                        description = "1 to 25000; default 25000, which covers most events in one page"),
                @OpenApiParam(name = "after", type = Integer.class, description = "`next` of the previous page")
            },
            headers = @OpenApiParam(name = "If-None-Match", description = "ETag of the client's copy"),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers = @OpenApiParam(name = "ETag", description = "Changes when the response changes"),
                        content = @OpenApiContent(from = Seats.class, example = Examples.SEATS)),
                @OpenApiResponse(
                        status = "304",
                        description = "The client's copy is up to date",
                        headers = @OpenApiParam(name = "ETag")),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void seats(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/seats/stream",
            methods = HttpMethod.GET,
            operationId = "followSeats",
            tags = "Events",
            summary = "Follow the seat map",
            description =
                    "Server-sent events, for `EventSource` in a browser. First comes `snapshot`: {\"version\": 1, \"statuses\":"
                            + " \"2AHS\", \"areas\": [{\"section\", \"available\"}]} with one letter for each seat, in the order of `getSeats`"
                            + " (A: AVAILABLE, H: HELD, S: SOLD; in lower case with `forSale` false; `2A` is `AA`), and the free places of each area. Then"
                            + " `changes`, at most every 250 ms: {\"seats\": {\"H\": \"3-7,12\"}, \"areas\": [...]} with the positions, from 0,"
                            + " of the seats that have changed, by their new letter, and the areas that have changed. A client that reads too"
                            + " slowly is not waited for, and gets another snapshot. So does everybody after a change of the plan, which has"
                            + " another `version`: get the seats again. A comment is sent every 15 seconds. When the node stops, the stream"
                            + " ends, and an EventSource asks again; with `Last-Event-ID` it gets a snapshot only if something has changed."
                            + " A node has a limit of clients (LIMIT_STREAMS): after 503, ask for `getSeats` every few seconds.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Last-Event-ID",
                            description = "`id` of the last event that the client has received"),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content =
                                @OpenApiContent(
                                        mimeType = "text/event-stream",
                                        type = "string",
                                        example = "\"event: changes …\"")),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "503", description = "overloaded")
            })
    void stream(Context ctx);
}
