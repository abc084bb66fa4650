package seatlock.http;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.db.Ids;
import seatlock.http.EventBodies.EventBody;
import seatlock.http.EventBodies.Events;
import seatlock.http.EventBodies.NewEvent;
import seatlock.http.EventBodies.Seats;
import seatlock.inventory.SeatStatus;

/** Events and their seat maps. */
final class EventHandlers {

    private static final int DEFAULT_EVENTS = 100;
    private static final int MAX_EVENTS = 1_000;

    /** The lane of what belongs to no event. */
    private static final String ALL_EVENTS = "events";

    private final Database database;
    private final Reads reads;
    private final Catalog catalog;
    private final SeatMaps seatMaps;

    EventHandlers(Database database, Reads reads, Catalog catalog, SeatMaps seatMaps) {
        this.database = database;
        this.reads = reads;
        this.catalog = catalog;
        this.seatMaps = seatMaps;
    }

    @OpenApi(
            path = "/api/events",
            methods = HttpMethod.POST,
            operationId = "createEvent",
            tags = "Events",
            summary = "Create an event from a seat plan",
            description = "All seats are available at once. A seat's label is SECTION-ROW-NUMBER.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewEvent.class, example = Examples.EVENT_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Created",
                        headers = @OpenApiParam(name = "Location", description = "The event"),
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void create(Context ctx) {
        var body = Requests.body(ctx, NewEvent.class);
        var id = new EventId(Ids.next());
        var draft = NewEventReader.read(body, id, Instant.now().truncatedTo(ChronoUnit.MICROS));
        database.inTransaction(tx -> catalog.create(tx, draft.event(), draft.plan()));
        ctx.header("Location", "/api/events/" + id);
        Replies.json(ctx, 201, Json.write(EventBody.of(draft.event(), draft.plan())));
    }

    @OpenApi(
            path = "/api/events",
            methods = HttpMethod.GET,
            operationId = "listEvents",
            tags = "Events",
            summary = "List events in the order in which they start",
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; 100 unless given"),
                @OpenApiParam(name = "after", description = "`next` of the page before")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = Events.class, example = Examples.EVENTS)),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx) {
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_EVENTS, DEFAULT_EVENTS);
        var after = Optional.ofNullable(ctx.queryParam("after")).map(EventHandlers::eventIdIn);
        reads.answer(ctx, ALL_EVENTS, tx -> {
            if (after.isPresent() && catalog.find(tx, after.get()).isEmpty()) {
                throw Problem.invalid("after", "wants `next` of an earlier page")
                        .refuse();
            }
            var events = catalog.list(tx, limit + 1, after.orElse(null)); // one more tells whether there are more
            var page = events.subList(0, Math.min(limit, events.size()));
            UUID next = events.size() > limit ? page.get(limit - 1).id().value() : null;
            return new Events(page.stream().map(EventBody::of).toList(), next);
        });
    }

    private static EventId eventIdIn(String query) {
        return Requests.uuid(query)
                .map(EventId::new)
                .orElseThrow(() -> Problem.invalid("after", "wants `next` of an earlier page")
                        .refuse());
    }

    @OpenApi(
            path = "/api/events/{eventId}",
            methods = HttpMethod.GET,
            operationId = "getEvent",
            tags = "Events",
            summary = "Read an event with its seat plan",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = EventBody.class, example = Examples.EVENT)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void get(Context ctx) {
        var id = Requests.eventId(ctx);
        reads.answer(ctx, id, tx -> EventBody.of(find(catalog.find(tx, id)), catalog.plan(tx, id)));
    }

    @OpenApi(
            path = "/api/events/{eventId}/seats",
            methods = HttpMethod.GET,
            operationId = "getSeats",
            tags = "Events",
            summary = "Read the seat map, whole or in pages",
            description = "Seats come in the order of the seat plan. A seat whose hold has lapsed is AVAILABLE. The map"
                    + " shows at once what was changed through the node that answers, and what was changed through"
                    + " another at most 250 ms later. Whether a seat is still to be had is decided when it is"
                    + " reserved.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(name = "section", description = "Only the seats of this section"),
                @OpenApiParam(name = "status", type = SeatStatus.class, description = "Only seats of this status"),
                @OpenApiParam(
                        name = "limit",
                        type = Integer.class,
                        description = "1 to 25000; 25000 unless given, which is the whole of most events"),
                @OpenApiParam(name = "after", type = Integer.class, description = "`next` of the page before")
            },
            headers = @OpenApiParam(name = "If-None-Match", description = "ETag of the map the client has"),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers = @OpenApiParam(name = "ETag", description = "Changes when the answer changes"),
                        content = @OpenApiContent(from = Seats.class, example = Examples.SEATS)),
                @OpenApiResponse(
                        status = "304",
                        description = "The client's map is up to date",
                        headers = @OpenApiParam(name = "ETag")),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void seats(Context ctx) {
        var id = Requests.eventId(ctx);
        var section = ctx.queryParam("section");
        if (section != null && !Text.isPrintable(section)) {
            throw Problem.invalid("section", "has control characters, or is not Unicode")
                    .refuse();
        }
        var status = status(ctx.queryParam("status"));
        var limit = Requests.queryInt(ctx, "limit", 1, SeatMap.MAX_SEATS, SeatMap.MAX_SEATS);
        var after = Requests.queryInt(ctx, "after", 0, Event.MAX_CAPACITY, 0);
        var gzip = Requests.acceptsGzip(ctx);
        var page = seatMaps.find(new SeatMap.Query(id, section, status, limit, after), gzip);
        if (page.isDone() && !page.isCompletedExceptionally() && Replies.isShort(page.join(), gzip)) {
            Replies.page(ctx, page.join(), gzip);
        } else {
            ctx.future(() -> page.thenCompose(found -> Replies.page(ctx, found, gzip)));
        }
    }

    private static Event find(Optional<Event> event) {
        return event.orElseThrow(() ->
                Problem.of(ProblemType.NOT_FOUND, "There is no such event.").refuse());
    }

    private static SeatStatus status(String query) {
        if (query == null) {
            return null;
        }
        return Stream.of(SeatStatus.values())
                .filter(status -> status.name().equals(query))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("status", "wants one of " + List.of(SeatStatus.values()))
                        .refuse());
    }
}
