package seatlock.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.catalog.EventQuery;
import seatlock.catalog.EventQuery.Cursor;
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventBodies.Events;
import seatlock.contract.EventBodies.NewEvent;
import seatlock.contract.EventCancellationBodies.CancellationBody;
import seatlock.contract.EventOperations;
import seatlock.contract.PlanBodies.PlanBody;
import seatlock.db.Ids;
import seatlock.db.TransactionPool;
import seatlock.http.EventStream;
import seatlock.http.Exchange;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.inventory.SeatStatus;
import seatlock.sales.EventCancellation;
import seatlock.sales.EventCreation;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;
import seatlock.seatmap.SeatMap;
import seatlock.seatmap.SeatMaps;
import seatlock.seatmap.SeatStreams;
import seatlock.text.PrintableText;

/** Events and their seat maps. */
final class EventHandlers implements EventOperations {

    private static final int DEFAULT_EVENTS = 100;
    private static final int MAX_EVENTS = 1_000;
    private static final int MAX_SEARCH = 200;

    /** Smaller maps fit in one packet uncompressed. */
    private static final int MIN_GZIP_BYTES = 1_000;

    /** Queue for work that belongs to no single event. */
    private static final String ALL_EVENTS = "events";

    private final Catalog catalog;
    private final EventCreation creation;
    private final EventCancellation cancellation;
    private final SeatMaps seatMaps;
    private final SeatStreams streams;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    EventHandlers(
            Catalog catalog,
            EventCreation creation,
            EventCancellation cancellation,
            SeatMaps seatMaps,
            SeatStreams streams,
            TransactionPool reads,
            TransactionPool writes,
            Access access) {
        this.catalog = catalog;
        this.creation = creation;
        this.cancellation = cancellation;
        this.access = access;
        this.seatMaps = seatMaps;
        this.streams = streams;
        this.reads = reads;
        this.writes = writes;
    }

    @Override
    public void create(Context ctx) {
        var key = Parameters.optionalIdempotencyKey(ctx, access.scope(ctx, "create"));
        var body = Requests.body(ctx, NewEvent.class);
        var id = key.map(EventCreation::idFor).orElseGet(() -> new EventId(Ids.next()));
        var draft = NewEventReader.read(body, id, Instant.now().truncatedTo(ChronoUnit.MICROS));
        var use = key.map(value -> new Order.KeyUse(value, Fingerprint.of("create", Json.write(body))));
        var warnings = PrintWarnings.of(draft.event(), draft.plan());
        var created = EventBody.of(draft.event(), draft.plan(), draft.tariff(), warnings);
        var reply = new Reply(201, "/api/events/" + id, Json.write(created));
        var exchange = Exchange.of(ctx);
        ctx.future(() -> writes.submit(
                        ALL_EVENTS,
                        tx -> creation.create(tx, use, draft.event(), draft.plan(), draft.tariff(), reply.toBytes()))
                .thenAccept(earlier -> earlier.ifPresentOrElse(
                        receipt -> ReservationHandlers.respond(ctx, exchange, receipt),
                        () -> Responses.write(ctx, reply))));
    }

    @Override
    public void list(Context ctx) {
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_EVENTS, DEFAULT_EVENTS);
        var query = query(ctx);
        QueryResponse.send(ctx, reads, ALL_EVENTS, tx -> {
            var events = catalog.list(tx, query, limit + 1); // one more shows whether there is another page
            var page = events.subList(0, Math.min(limit, events.size()));
            var next = events.size() > limit ? Cursor.of(page.get(limit - 1)).toUuid() : null;
            return new Events(page.stream().map(EventBody::of).toList(), next);
        });
    }

    private EventQuery query(Context ctx) {
        var validation = new Validation();
        var from = ctx.queryParam("from") == null ? null : validation.parseInstant(ctx.queryParam("from"), "from");
        var to = ctx.queryParam("to") == null ? null : validation.parseInstant(ctx.queryParam("to"), "to");
        var known = Stream.of(Status.values()).map(Status::name).toList();
        var status = ctx.queryParam("status");
        validation.check(status == null || known.contains(status), "status", "must be one of " + known);
        var text = ctx.queryParam("q");
        if (text != null) {
            validation.checkText(text, "q", MAX_SEARCH);
        }
        validation.finish();
        return new EventQuery(
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                Optional.ofNullable(status).map(Status::valueOf),
                Optional.ofNullable(text),
                access.hidden(ctx),
                Parameters.after(ctx).map(id -> Cursor.parse(id).orElseThrow(Parameters::invalidCursor)));
    }

    @Override
    public void get(Context ctx) {
        var id = Parameters.eventId(ctx);
        var caller = access.caller(ctx);
        record Found(Event event, EventBody body) {}
        ctx.future(() -> reads.submit(id, tx -> {
                    var event = require(catalog.find(tx, id).filter(caller::sees));
                    var cancelled = caller.isSeller()
                            ? cancellation.progress(tx, event).map(CancellationBody::of)
                            : cancellation.find(tx, event).map(CancellationBody::ofPublic);
                    var body = EventBody.of(
                            event,
                            catalog.plan(tx, event),
                            catalog.prices(tx, event).tariff(),
                            cancelled.orElse(null),
                            List.of());
                    return new Found(event, body);
                })
                .thenAccept(found -> {
                    // The progress of a cancellation changes without a new version; nothing else can be changed then.
                    if (found.event.status() != Status.CANCELLED) {
                        ctx.header("ETag", etag(found.event));
                    }
                    Responses.json(ctx, 200, Json.write(found.body));
                }));
    }

    /** Returns a tag that names the version of an event. */
    static String etag(Event event) {
        return "\"" + event.version() + "\"";
    }

    @Override
    public void plan(Context ctx) {
        var id = Parameters.eventId(ctx);
        var isSeller = access.caller(ctx).isSeller();
        QueryResponse.send(ctx, reads, id, tx -> {
            var event = require(catalog.find(tx, id).filter(found -> found.status() != Status.DRAFT || isSeller));
            return PlanBody.of(
                    event, catalog.plan(tx, event), catalog.prices(tx, event).tariff());
        });
    }

    @Override
    public void seats(Context ctx) {
        var id = Parameters.eventId(ctx);
        var section = ctx.queryParam("section");
        if (section != null && !PrintableText.isPrintable(section)) {
            throw Problem.invalid("section", "must not contain control characters or invalid Unicode")
                    .refuse();
        }
        var status = status(ctx.queryParam("status"));
        var limit = Requests.queryInt(ctx, "limit", 1, SeatMap.MAX_SEATS, SeatMap.MAX_SEATS);
        var after = Requests.queryInt(ctx, "after", 0, Event.MAX_CAPACITY, 0);
        var gzip = Requests.acceptsGzip(ctx);
        var caller = access.caller(ctx);
        var page = seatMaps.find(new SeatMap.Query(id, section, status, limit, after), gzip);
        if (page.isDone() && !page.isCompletedExceptionally() && Responses.fitsInBuffer(body(page.join(), gzip))) {
            respond(ctx, page.join(), gzip, caller);
        } else {
            ctx.future(() -> page.thenCompose(found -> respond(ctx, found, gzip, caller)));
        }
    }

    @Override
    public void stream(Context ctx) {
        var id = Parameters.eventId(ctx);
        var caller = access.caller(ctx);
        var known = Optional.ofNullable(ctx.header("Last-Event-ID"));
        ctx.future(() -> streams.state(id).thenCompose(state -> {
            require(Optional.of(state.event()).filter(caller::sees));
            var stream = EventStream.begin(ctx);
            if (ctx.method() == HandlerType.HEAD) {
                return CompletableFuture.completedFuture(null);
            }
            var gone = streams.follow(id, state, known, new SeatStreams.Client(stream::offer, stream::end));
            return stream.closed().whenComplete((closed, failure) -> gone.run());
        }));
    }

    private static CompletableFuture<Void> respond(
            Context ctx, SeatMaps.Page page, boolean gzip, Access.Caller caller) {
        require(Optional.of(page.event()).filter(caller::sees));
        if (Responses.isNotModified(ctx, page.etag())) {
            return CompletableFuture.completedFuture(null);
        }
        return Responses.send(ctx, body(page, gzip), isCompressed(page, gzip));
    }

    private static byte[] body(SeatMaps.Page page, boolean gzip) {
        return isCompressed(page, gzip) ? page.gzip() : page.plain();
    }

    private static boolean isCompressed(SeatMaps.Page page, boolean gzip) {
        return gzip && page.plain().length > MIN_GZIP_BYTES;
    }

    static Event require(Optional<Event> event) {
        return event.orElseThrow(
                () -> Problem.of(HttpProblem.NOT_FOUND, "No such event.").refuse());
    }

    private static SeatStatus status(String query) {
        if (query == null) {
            return null;
        }
        return SeatStatus.of(query)
                .orElseThrow(() -> Problem.invalid("status", "must be one of " + List.of(SeatStatus.values()))
                        .refuse());
    }
}
