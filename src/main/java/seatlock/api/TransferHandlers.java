package seatlock.api;

import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;
import seatlock.catalog.EventId;
import seatlock.contract.TransferBodies.TransferBody;
import seatlock.contract.TransferBodies.TransferRequest;
import seatlock.contract.TransferOperations;
import seatlock.db.TransactionPool;
import seatlock.http.Exchange;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Reply;
import seatlock.http.RequestId;
import seatlock.http.Requests;
import seatlock.http.Validation;
import seatlock.sales.Fingerprint;
import seatlock.sales.Order;
import seatlock.sales.Transfers;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketId;
import seatlock.tickets.Tickets;

/** Tickets that change hands. */
final class TransferHandlers implements TransferOperations {

    private static final int MAX_NAME = 200;

    private final Tickets tickets;
    private final Transfers transfers;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    TransferHandlers(
            Tickets tickets, Transfers transfers, TransactionPool reads, TransactionPool writes, Access access) {
        this.tickets = tickets;
        this.transfers = transfers;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void transfer(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.ticketId(ctx);
        var caller = access.caller(ctx);
        if (!caller.isSeller() && caller.token().isEmpty()) {
            throw TicketHandlers.noSuchTicket(); // before anything is read, so that the time tells nothing
        }
        var key = Parameters.idempotencyKey(ctx, access.scope(ctx, "transfer"));
        var body = Requests.body(ctx, TransferRequest.class);
        validate(body);
        var to = new Ticket.Holder(body.name(), body.email());
        var use = new Order.KeyUse(key, Fingerprint.of("transfer " + event + " " + id, Json.write(body)));
        var actor = access.actor(ctx);
        var exchange = Exchange.of(ctx);
        ctx.future(() -> admit(caller, event, id)
                .thenCompose(admitted -> writes.submit(
                        event,
                        tx -> transfers
                                .transfer(tx, event, id, to, actor, use, result -> reply(exchange.id(), result))
                                .orElseThrow(TicketHandlers::noSuchTicket)))
                .thenAccept(receipt -> ReservationHandlers.respond(ctx, exchange, receipt)));
    }

    private static void validate(TransferRequest body) {
        var validation = new Validation();
        validation.checkEmail(body.email(), "email");
        validation.checkText(body.name(), "name", MAX_NAME);
        validation.finish();
    }

    /** Without the right token, a transfer would take longer for a ticket that exists. */
    private CompletableFuture<Boolean> admit(Access.Caller caller, EventId event, TicketId id) {
        if (caller.isSeller()) {
            return CompletableFuture.completedFuture(true);
        }
        var token = caller.token().orElseThrow();
        return reads.submit(event, tx -> tickets.admits(tx, event, id, token)).thenApply(isHolder -> {
            if (!isHolder) {
                throw TicketHandlers.noSuchTicket();
            }
            return true;
        });
    }

    private static byte[] reply(RequestId request, Transfers.Result result) {
        var reply = result.refusal()
                .map(refusal -> problem(refusal, result).reply(request))
                .orElseGet(() -> new Reply(200, null, Json.write(TransferBody.of(result))));
        return reply.toBytes();
    }

    private static Problem problem(Transfers.Refusal refusal, Transfers.Result result) {
        return switch (refusal) {
            case EVENT_CANCELLED -> Problem.of(ApiProblem.EVENT_CANCELLED, "The event was cancelled.");
            case REFUNDED -> notTransferable(refusal, "The ticket was refunded.");
            case TRANSFERRED -> notTransferable(refusal, "The ticket was transferred to somebody else.");
            case CHECKED_IN -> notTransferable(refusal, "The ticket was used.");
            case ERASED -> notTransferable(refusal, "The personal data of the buyer was erased.");
            case TOO_LATE ->
                notTransferable(
                        refusal,
                        "Tickets could be transferred until "
                                + result.event()
                                        .terms()
                                        .transferUntil()
                                        .orElse(result.event().startsAt())
                                + ".");
        };
    }

    private static Problem notTransferable(Transfers.Refusal reason, String detail) {
        return Problem.of(ApiProblem.NOT_TRANSFERABLE, detail).with("reason", reason.name());
    }
}
