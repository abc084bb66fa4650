package seatlock.api;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Catalog;
import seatlock.contract.GateBodies.AttendanceBody;
import seatlock.contract.GateBodies.CheckOutBody;
import seatlock.contract.GateBodies.RevokedTickets;
import seatlock.contract.GateBodies.UndoBody;
import seatlock.contract.GateBodies.UndoRequest;
import seatlock.contract.GateOperations;
import seatlock.contract.TicketBodies.CheckInRequest;
import seatlock.db.TransactionPool;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.tickets.Attendance;
import seatlock.tickets.CheckIns;
import seatlock.tickets.CheckOutResult;
import seatlock.tickets.Revocations;
import seatlock.tickets.Revocations.Position;
import seatlock.tickets.TicketId;
import seatlock.tickets.UndoResult;

/** Handles requests about void tickets, exits, and check-ins that are undone. {@link TicketHandlers} checks tickets in. */
final class GateHandlers implements GateOperations {

    private static final int DEFAULT_REVOKED = 100;
    private static final int MAX_REVOKED = 1_000;
    private static final int MAX_REASON = 200;

    private final Catalog catalog;
    private final CheckIns checkIns;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    GateHandlers(Catalog catalog, CheckIns checkIns, TransactionPool reads, TransactionPool writes, Access access) {
        this.catalog = catalog;
        this.checkIns = checkIns;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void revoked(Context ctx) {
        var id = Parameters.eventId(ctx);
        var caller = access.caller(ctx);
        var limit = Requests.queryInt(ctx, "limit", 1, MAX_REVOKED, DEFAULT_REVOKED);
        var after = Optional.ofNullable(ctx.queryParam("after"))
                .map(text -> Position.parse(text).orElseThrow(Parameters::invalidCursor));
        QueryResponse.send(ctx, reads, id, tx -> {
            var event = EventHandlers.require(catalog.current(tx, id).filter(caller::sees));
            return RevokedTickets.of(event, Revocations.list(tx, id, after, limit));
        });
    }

    @Override
    public void attendance(Context ctx) {
        var id = Parameters.eventId(ctx);
        var caller = access.caller(ctx);
        QueryResponse.send(ctx, reads, id, tx -> {
            EventHandlers.require(catalog.current(tx, id).filter(caller::sees));
            return AttendanceBody.of(Attendance.read(tx, id));
        });
    }

    @Override
    public void checkOut(Context ctx) {
        var event = Parameters.eventId(ctx);
        var scan = TicketHandlers.scan(Requests.body(ctx, CheckInRequest.class), access.keyUsed(ctx));
        ctx.future(() -> writes.submit(event, tx -> checkIns.checkOut(tx, event, scan))
                .thenAccept(result -> respond(ctx, result)));
    }

    static void respond(Context ctx, CheckOutResult result) {
        if (result instanceof CheckOutResult.CheckedOut out) {
            Responses.json(ctx, 200, Json.write(CheckOutBody.of(out.ticket(), out.scan())));
        } else if (result instanceof CheckOutResult.NotCheckedIn) {
            throw notCheckedIn("NOT_CHECKED_IN", "The ticket is not checked in.");
        } else if (result instanceof CheckOutResult.NoReentry) {
            throw notCheckedIn("NO_REENTRY", "The event has no re-entry: its tickets are valid for one entry.");
        } else if (result instanceof CheckOutResult.ImpossibleTime time) {
            throw Problem.invalid("scannedAt", time.problem()).refuse();
        } else if (result instanceof CheckOutResult.Rejected rejected) {
            throw TicketHandlers.invalidCode(rejected.reason());
        } else {
            throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
        }
    }

    private static Problem.Refused notCheckedIn(String reason, String detail) {
        return Problem.of(ApiProblem.NOT_CHECKED_IN, detail)
                .with("reason", reason)
                .refuse();
    }

    @Override
    public void undo(Context ctx) {
        var event = Parameters.eventId(ctx);
        var body = Requests.body(ctx, UndoRequest.class);
        validate(body);
        var reason = Optional.ofNullable(body.reason());
        var actor = access.keyUsed(ctx);
        ctx.future(() -> writes.submit(
                        event,
                        tx -> body.code() == null
                                ? checkIns.undo(tx, event, new TicketId(ticketId(body)), reason, actor)
                                : checkIns.undo(tx, event, body.code(), reason, actor))
                .thenAccept(result -> respond(ctx, result)));
    }

    private static UUID ticketId(UndoRequest body) {
        return Requests.uuid(body.ticketId()).orElseThrow();
    }

    private static void validate(UndoRequest body) {
        var validation = new Validation();
        validation.check(
                (body.code() == null) != (body.ticketId() == null), "code", "is required, or ticketId instead of it");
        if (body.code() != null) {
            validation.checkText(body.code(), "code", TicketHandlers.MAX_CODE);
        }
        if (body.ticketId() != null) {
            validation.check(Requests.uuid(body.ticketId()).isPresent(), "ticketId", "must be a UUID");
        }
        if (body.reason() != null) {
            validation.checkText(body.reason(), "reason", MAX_REASON);
        }
        validation.finish();
    }

    static void respond(Context ctx, UndoResult result) {
        if (result instanceof UndoResult.Undone undone) {
            Responses.json(ctx, 200, Json.write(UndoBody.of(undone.before(), true)));
        } else if (result instanceof UndoResult.NotCheckedIn nothing) {
            Responses.json(ctx, 200, Json.write(UndoBody.of(nothing.ticket(), false)));
        } else if (result instanceof UndoResult.Rejected rejected) {
            throw TicketHandlers.invalidCode(rejected.reason());
        } else {
            throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
        }
    }
}
