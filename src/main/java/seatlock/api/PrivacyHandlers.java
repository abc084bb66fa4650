package seatlock.api;

import io.javalin.http.Context;
import seatlock.catalog.Catalog;
import seatlock.contract.PrivacyBodies.ErasureRequest;
import seatlock.contract.PrivacyBodies.StoredDataBody;
import seatlock.contract.PrivacyOperations;
import seatlock.db.TransactionPool;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.ReservationStatus;
import seatlock.maintenance.Eraser;
import seatlock.privacy.Erasure;
import seatlock.privacy.StoredData;
import seatlock.tickets.Tickets;

/** The stored data of a buyer, and its erasure. */
final class PrivacyHandlers implements PrivacyOperations {

    private final Catalog catalog;
    private final InventoryReader inventory;
    private final Tickets tickets;
    private final Eraser eraser;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    PrivacyHandlers(
            Catalog catalog,
            InventoryReader inventory,
            Tickets tickets,
            Eraser eraser,
            TransactionPool reads,
            TransactionPool writes,
            Access access) {
        this.catalog = catalog;
        this.inventory = inventory;
        this.tickets = tickets;
        this.eraser = eraser;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void data(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        QueryResponse.send(ctx, reads, event, tx -> {
            var found = caller.read(tx, inventory, event, id);
            return StoredDataBody.of(
                    catalog.find(tx, event).orElseThrow(),
                    found,
                    tickets.ofReservation(tx, event, id).stream()
                            .filter(ticket ->
                                    caller.isSeller() || ticket.isBuyers()) // the others are not the buyer's data
                            .toList(),
                    StoredData.read(tx, event, id, caller.isSeller()));
        });
    }

    @Override
    public void erase(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var force = Boolean.TRUE.equals(
                Requests.optionalBody(ctx, ErasureRequest.class).force());
        var actor = access.actor(ctx);
        ctx.future(() -> writes.compute(event, database -> eraser.erase(database, event, id, force, actor))
                .thenAccept(result -> respond(ctx, result)));
    }

    static void respond(Context ctx, Erasure.Result result) {
        if (result instanceof Erasure.Result.Erased) {
            ctx.status(204);
        } else if (result instanceof Erasure.Result.Unknown) {
            throw Access.noSuchReservation();
        } else if (result instanceof Erasure.Result.Lapsed) {
            throw Problem.of(
                            ApiProblem.NOT_ERASABLE,
                            "The reservation is EXPIRED, but other requests have locked it. Send the request again.")
                    .with("reservationStatus", ReservationStatus.EXPIRED)
                    .refuse();
        } else if (result instanceof Erasure.Result.Refused refused) {
            throw Problem.of(
                            ApiProblem.NOT_ERASABLE,
                            refused.status() == ReservationStatus.PENDING
                                    ? "The reservation is PENDING. Cancel it first, or wait until it expires."
                                    : "The event has not ended. Send {\"force\": true} to erase the buyer anyway.")
                    .with("reservationStatus", refused.status())
                    .refuse();
        } else {
            throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
        }
    }
}
