package seatlock.api;

import io.javalin.http.Context;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.contract.AllocationBodies;
import seatlock.contract.AllocationBodies.AllocatedPlaces;
import seatlock.contract.AllocationBodies.AllocationChange;
import seatlock.contract.AllocationBodies.AllocationList;
import seatlock.contract.AllocationBodies.NewAllocation;
import seatlock.contract.AllocationBodies.NewRelease;
import seatlock.contract.AllocationOperations;
import seatlock.db.Ids;
import seatlock.db.TransactionPool;
import seatlock.http.Exchange;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.RequestId;
import seatlock.http.Requests;
import seatlock.http.Validation;
import seatlock.inventory.AllocationStore;
import seatlock.inventory.Basket;
import seatlock.inventory.Basket.PlacesItem;
import seatlock.inventory.Basket.SeatItem;
import seatlock.inventory.Basket.TableItem;
import seatlock.inventory.Command;
import seatlock.inventory.Outcome;
import seatlock.sales.Checkout;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;

/** Seats that are withheld for somebody. */
final class AllocationHandlers implements AllocationOperations {

    /** Longest name of an allocation. */
    static final int MAX_NAME = 30;

    private static final Pattern NAME = Pattern.compile(AllocationBodies.NAME);
    private static final int MAX_REASON = 200;
    private static final int MAX_LABEL = 122;
    private static final int MAX_ALLOCATIONS = 100;

    private final Catalog catalog;
    private final Checkout checkout;
    private final TransactionPool reads;
    private final Access access;

    AllocationHandlers(Catalog catalog, Checkout checkout, TransactionPool reads, Access access) {
        this.catalog = catalog;
        this.checkout = checkout;
        this.reads = reads;
        this.access = access;
    }

    @Override
    public void withhold(Context ctx) {
        var event = Parameters.eventId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "withhold"));
        var body = Requests.body(ctx, NewAllocation.class);
        var validation = new Validation();
        if (validation.checkText(body.name(), "name", MAX_NAME)) {
            validation.check(
                    NAME.matcher(body.name()).matches(),
                    "name",
                    "must begin with a capital letter or a digit, and have only these, _ and -");
        }
        if (body.reason() != null) {
            validation.checkText(body.reason(), "reason", MAX_REASON);
        }
        var items = new Items(body.seats(), body.places(), body.tables());
        validation.check(!items.isEmpty(), "seats", "must have at least one seat");
        items.check(validation);
        validation.finish();
        var command = new Command.Withhold(
                Ids.next(), body.name(), Optional.ofNullable(body.reason()), items.basket(Optional.empty()));
        var use = new Order.KeyUse(key, Fingerprint.of("withhold " + event, Json.write(body)));
        submit(ctx, use, command);
    }

    @Override
    public void release(Context ctx) {
        var event = Parameters.eventId(ctx);
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "release"));
        var name = ctx.pathParam("allocation");
        if (!NAME.matcher(name).matches()) {
            throw Problem.of(HttpProblem.NOT_FOUND, "No such allocation.").refuse();
        }
        var body = Requests.optionalBody(ctx, NewRelease.class);
        var items = new Items(body.seats(), body.places(), body.tables());
        var isWhole = body.seats() == null && body.places() == null && body.tables() == null;
        var validation = new Validation();
        validation.check(isWhole || !items.isEmpty(), "seats", "must have at least one seat");
        items.check(validation);
        validation.finish();
        var command =
                new Command.Release(name, isWhole ? Optional.empty() : Optional.of(items.basket(Optional.of(name))));
        var use = new Order.KeyUse(key, Fingerprint.of("release " + event + " " + name, Json.write(body)));
        submit(ctx, use, command);
    }

    private void submit(Context ctx, Order.KeyUse use, Command command) {
        var exchange = Exchange.of(ctx);
        var request = exchange.id();
        var order = new Order(
                Parameters.eventId(ctx),
                access.keyUsed(ctx),
                Optional.of(use),
                command,
                (event, outcome) -> reply(request, event, outcome));
        ctx.future(() ->
                checkout.submit(order).thenAccept(receipt -> ReservationHandlers.respond(ctx, exchange, receipt)));
    }

    /** Writes the reply that is stored under the key. */
    private static byte[] reply(RequestId request, Event event, Outcome outcome) {
        if (outcome instanceof Outcome.Allocated done) {
            var body = AllocationChange.of(done.allocation(), done.sections());
            return new Reply(200, null, Json.write(body)).toBytes();
        }
        return Refusals.problem(event, outcome).reply(request).toBytes();
    }

    @Override
    public void list(Context ctx) {
        var id = Parameters.eventId(ctx);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_ALLOCATIONS, MAX_ALLOCATIONS);
        var after = Optional.ofNullable(ctx.queryParam("after")).orElse("");
        if (!after.isEmpty() && !NAME.matcher(after).matches()) {
            throw Parameters.invalidCursor();
        }
        QueryResponse.send(ctx, reads, id, tx -> {
            var event = EventHandlers.require(catalog.current(tx, id));
            var listed = AllocationStore.list(tx, id, catalog.layout(tx, event), after, limit + 1);
            return AllocationList.of(listed, limit);
        });
    }

    /** The seats, places and tables that a request names. */
    private record Items(List<String> seats, List<AllocatedPlaces> places, List<String> tables) {

        Items {
            seats = seats == null ? List.of() : seats;
            places = places == null ? List.of() : places;
            tables = tables == null ? List.of() : tables;
        }

        boolean isEmpty() {
            return seats.isEmpty() && places.isEmpty() && tables.isEmpty();
        }

        void check(Validation validation) {
            if (!isInBounds(seats, "seats", validation)
                    || !isInBounds(places, "places", validation)
                    || !isInBounds(tables, "tables", validation)) {
                return;
            }
            validation.check(
                    size() <= AllocationBodies.MAX_SEATS,
                    "seats",
                    "must not have more than " + AllocationBodies.MAX_SEATS + " seats, places and tables together");
            validation.checkReferences(seats, "seats", MAX_LABEL);
            validation.checkReferences(tables, "tables", MAX_LABEL);
            var sections = new HashSet<String>();
            for (int i = 0; i < places.size(); i++) {
                var each = places.get(i);
                var path = "places[" + i + "]";
                if (!validation.check(each != null, path, "must not be null")) {
                    continue;
                }
                if (validation.checkReference(each.section(), path + ".section", MAX_LABEL)) {
                    validation.check(sections.add(each.section()), path + ".section", "is a duplicate");
                }
                validation.check(
                        isValid(each.quantity()),
                        path + ".quantity",
                        "must be from 1 to " + AllocationBodies.MAX_SEATS);
            }
        }

        private static boolean isInBounds(List<?> items, String field, Validation validation) {
            return validation.check(
                    items.size() <= AllocationBodies.MAX_SEATS,
                    field,
                    "must not have more than " + AllocationBodies.MAX_SEATS + " items");
        }

        private static boolean isValid(Integer quantity) {
            return quantity != null && quantity >= 1 && quantity <= AllocationBodies.MAX_SEATS;
        }

        /** Returns how many there are, with an entry of places that has no valid quantity as one. */
        private long size() {
            var quantities = places.stream()
                    .mapToLong(each -> each != null && isValid(each.quantity()) ? each.quantity() : 1)
                    .sum();
            return seats.size() + quantities + tables.size();
        }

        /** @param allocation from which the places are taken */
        Basket basket(Optional<String> allocation) {
            return new Basket(
                    seats.stream()
                            .map(label -> new SeatItem(label, Optional.empty(), Optional.empty()))
                            .toList(),
                    places.stream()
                            .map(each -> new PlacesItem(each.section(), each.quantity(), Optional.empty()))
                            .toList(),
                    tables.stream()
                            .map(label -> new TableItem(label, Optional.empty()))
                            .toList(),
                    Optional.empty(),
                    allocation,
                    Optional.empty());
        }
    }
}
