package seatlock.api;

import io.javalin.http.Context;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.Event.Status;
import seatlock.catalog.EventId;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.SectionPrice;
import seatlock.catalog.Tariff;
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventBodies.EventPatch;
import seatlock.contract.EventChangeOperations;
import seatlock.contract.EventFields;
import seatlock.contract.PlanBodies.NewSections;
import seatlock.db.TransactionPool;
import seatlock.http.Exchange;
import seatlock.http.Json;
import seatlock.http.Reply;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.sales.EventRevision;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;
import seatlock.seatmap.SeatMaps;

/** Changes of events that exist. */
final class EventChangeHandlers implements EventChangeOperations {

    private final Catalog catalog;
    private final EventRevision revision;
    private final SeatMaps seatMaps;
    private final TransactionPool writes;
    private final Access access;

    EventChangeHandlers(
            Catalog catalog, EventRevision revision, SeatMaps seatMaps, TransactionPool writes, Access access) {
        this.catalog = catalog;
        this.revision = revision;
        this.seatMaps = seatMaps;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void patch(Context ctx) {
        var id = Parameters.eventId(ctx);
        var patch = Requests.patch(ctx, EventPatch.class);
        var seen = Requests.ifMatch(ctx);
        revise(ctx, id, current -> {
            Requests.requireMatch(seen, EventHandlers.etag(current.event()));
            return next(current, patch.applyTo(EventPatch.of(current.event()), EventPatch.class));
        });
    }

    private static EventRevision.Next next(EventRevision.Current current, EventPatch patched) {
        var event = current.event();
        var validation = new Validation();
        var fields = new EventFields.Reader(patched, validation);
        var startsAt = fields.startsAt();
        if (startsAt != null && !startsAt.equals(event.startsAt())) {
            validation.check(startsAt.isAfter(current.now()), "startsAt", "must be in the future");
        }
        var details = fields.details(startsAt);
        var timeZone = fields.timeZone(event.timeZoneName());
        var terms = fields.terms(event.version(), startsAt);
        var prices = prices(current.prices(), patched, validation);
        if (terms != null) {
            validation.check(
                    terms.maxSeatsPerReservation() >= current.layout().largestTable(),
                    "maxSeatsPerReservation",
                    "must not be less than the seats of the largest table: "
                            + current.layout().largestTable());
        }
        validation.finish();
        var next = new Event(
                event.id(),
                event.status(),
                details,
                timeZone,
                event.currencyCode(),
                event.taxRate(),
                terms,
                event.printedVersion(),
                event.capacity(),
                event.createdAt());
        return new EventRevision.Next(next, prices, Boolean.TRUE.equals(patched.isNotified()));
    }

    private static Map<SectionPrice, Long> prices(PriceList current, EventPatch patched, Validation validation) {
        var prices = new HashMap<SectionPrice, Long>();
        var names = new HashSet<String>();
        var sections = Optional.ofNullable(patched.sections()).orElse(List.of());
        validation.check(
                patched.sections() == null || !sections.isEmpty(), "sections", "must have at least one section");
        var reader = new TariffReader(validation);
        for (int i = 0; i < sections.size(); i++) {
            var section = sections.get(i);
            var path = "sections[" + i + "]";
            if (validation.check(section != null, path, "must not be null")) {
                validation.check(
                        section.name() != null
                                && current.prices().keySet().stream()
                                        .anyMatch(priced -> priced.section().equals(section.name())),
                        path + ".name",
                        "must be a section of this event");
                validation.check(names.add(section.name()), path + ".name", "duplicates the name of another section");
                reader.prices(current.tariff(), section.price(), section.prices(), path)
                        .forEach((type, price) -> prices.put(new SectionPrice(section.name(), type), price));
            }
        }
        return prices;
    }

    @Override
    public void publish(Context ctx) {
        var id = Parameters.eventId(ctx);
        Requests.requireNoBody(ctx);
        revise(ctx, id, current -> new EventRevision.Next(current.event().withStatus(Status.PUBLISHED)));
    }

    private void revise(Context ctx, EventId id, EventRevision.Decision decision) {
        var actor = access.actor(ctx);
        record Revised(Event event, byte[] body) {}
        ctx.future(() -> writes.submit(id, tx -> {
                    var event = EventHandlers.require(revision.revise(tx, id, actor, decision));
                    return new Revised(
                            event,
                            Json.write(EventBody.of(
                                    event,
                                    catalog.plan(tx, event),
                                    catalog.prices(tx, event).tariff(),
                                    List.of())));
                })
                .thenAccept(revised -> {
                    seatMaps.changed(id);
                    ctx.header("ETag", EventHandlers.etag(revised.event));
                    Responses.json(ctx, 200, revised.body);
                }));
    }

    @Override
    public void addSections(Context ctx) {
        var id = Parameters.eventId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "add sections"));
        var body = Requests.body(ctx, NewSections.class);
        var use = new Order.KeyUse(key, Fingerprint.of("add sections " + id, Json.write(body)));
        var actor = access.actor(ctx);
        var exchange = Exchange.of(ctx);
        ctx.future(() -> writes.submit(
                        id,
                        tx -> revision.addSeats(
                                tx,
                                id,
                                use,
                                actor,
                                (event, plan, tariff) -> added(event, plan, tariff, body),
                                EventChangeHandlers::reply))
                .thenAccept(receipt -> {
                    seatMaps.changed(id);
                    ReservationHandlers.respond(ctx, exchange, receipt);
                }));
    }

    private static SeatPlan added(Event event, SeatPlan plan, Tariff tariff, NewSections body) {
        var validation = new Validation();
        var maxSeats = event.terms().maxSeatsPerReservation();
        var added = new SeatPlanReader(plan, tariff, maxSeats, validation).read(body.sections());
        validation.finish();
        return added;
    }

    private static byte[] reply(Event event, SeatPlan plan, Tariff tariff) {
        var body = EventBody.of(event, plan, tariff, PrintWarnings.of(event, plan));
        return new Reply(201, "/api/events/" + event.id(), Json.write(body)).toBytes();
    }
}
