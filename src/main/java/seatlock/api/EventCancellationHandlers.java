package seatlock.api;

import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import seatlock.catalog.Cancellation;
import seatlock.catalog.Catalog;
import seatlock.catalog.EventId;
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventCancellationBodies.CancellationBody;
import seatlock.contract.EventCancellationBodies.NewCancellation;
import seatlock.contract.EventCancellationOperations;
import seatlock.db.TransactionPool;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.sales.EventCancellation;

/** Cancels events. */
final class EventCancellationHandlers implements EventCancellationOperations {

    private final Catalog catalog;
    private final EventCancellation cancellation;
    private final Consumer<EventId> changed;
    private final TransactionPool writes;
    private final Access access;

    /** @param changed receives each event that was cancelled */
    EventCancellationHandlers(
            Catalog catalog,
            EventCancellation cancellation,
            Consumer<EventId> changed,
            TransactionPool writes,
            Access access) {
        this.catalog = catalog;
        this.cancellation = cancellation;
        this.changed = changed;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void cancel(Context ctx) {
        var id = Parameters.eventId(ctx);
        var request = request(Requests.optionalBody(ctx, NewCancellation.class));
        var actor = access.actor(ctx);
        ctx.future(() -> writes.submit(id, tx -> {
                    var event = cancellation
                            .cancel(tx, id, request, actor)
                            .orElseThrow(() -> Problem.of(HttpProblem.NOT_FOUND, "No such event.")
                                    .refuse());
                    var progress =
                            CancellationBody.of(cancellation.progress(tx, event).orElseThrow());
                    return EventBody.of(
                            event,
                            catalog.plan(tx, event),
                            catalog.prices(tx, event).tariff(),
                            progress,
                            List.of());
                })
                .thenAccept(body -> {
                    changed.accept(id);
                    Responses.json(ctx, 200, Json.write(body));
                }));
    }

    private static EventCancellation.Request request(NewCancellation body) {
        var validation = new Validation();
        if (body.reason() != null) {
            validation.checkText(body.reason(), "reason", Cancellation.MAX_REASON);
        }
        validation.finish();
        return new EventCancellation.Request(
                Optional.ofNullable(body.reason()),
                !Boolean.FALSE.equals(body.refund()),
                !Boolean.FALSE.equals(body.notifies()));
    }
}
