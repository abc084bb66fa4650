package seatlock.api;

import io.javalin.http.Context;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.EventId;
import seatlock.changes.Actor;
import seatlock.contract.ReservationBodies.Resending;
import seatlock.contract.TicketBodies.CheckInBody;
import seatlock.contract.TicketBodies.CheckInRequest;
import seatlock.contract.TicketBodies.TicketBody;
import seatlock.contract.TicketBodies.TicketKey;
import seatlock.contract.TicketBodies.TicketKeySet;
import seatlock.contract.TicketBodies.TicketList;
import seatlock.contract.TicketOperations;
import seatlock.db.TransactionPool;
import seatlock.db.Tx;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.PublicUrl;
import seatlock.http.Requests;
import seatlock.http.Responses;
import seatlock.http.Validation;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.Reservation;
import seatlock.sales.Corrections;
import seatlock.tickets.CheckInResult;
import seatlock.tickets.CheckIns;
import seatlock.tickets.DocumentStore;
import seatlock.tickets.Scan;
import seatlock.tickets.Ticket;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/** Tickets, their PDFs, and check-in at the gate. */
final class TicketHandlers implements TicketOperations {

    static final int MAX_CODE = 1_000;
    private static final int MAX_GATE = 100;
    private static final int MAX_NONCE = 100;

    private final InventoryReader inventory;
    private final Tickets tickets;
    private final DocumentStore documents = new DocumentStore();
    private final CheckIns checkIns;
    private final Corrections corrections;
    private final TicketKeys ticketKeys;
    private final TransactionPool reads;
    private final TransactionPool writes;
    private final Access access;

    TicketHandlers(
            InventoryReader inventory,
            Tickets tickets,
            CheckIns checkIns,
            Corrections corrections,
            TicketKeys ticketKeys,
            TransactionPool reads,
            TransactionPool writes,
            Access access) {
        this.inventory = inventory;
        this.tickets = tickets;
        this.checkIns = checkIns;
        this.corrections = corrections;
        this.ticketKeys = ticketKeys;
        this.reads = reads;
        this.writes = writes;
        this.access = access;
    }

    @Override
    public void list(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var caller = access.holder(ctx);
        var publicUrl = PublicUrl.of(ctx);
        QueryResponse.send(ctx, reads, event, tx -> {
            caller.read(tx, inventory, event, id);
            var ready = documents.existing(tx, event, Set.of(id));
            var bodies = new ArrayList<TicketBody>();
            for (var ticket : tickets.ofReservation(tx, event, id)) {
                if (caller.isSeller() || ticket.isBuyers()) { // a transferred ticket is not the buyer's any more
                    var code = tickets.code(tx, event, ticket);
                    bodies.add(TicketBody.of(event, ticket, code, ready.contains(ticket.id()), publicUrl));
                }
            }
            return new TicketList(bodies);
        });
    }

    @Override
    public void resend(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.reservationId(ctx);
        var email =
                Optional.ofNullable(Requests.optionalBody(ctx, Resending.class).email());
        var validation = new Validation();
        email.ifPresent(address -> validation.checkEmail(address, "email"));
        validation.finish();
        var actor = access.actor(ctx);
        ctx.future(() -> writes.submit(event, tx -> corrections.resend(tx, event, id, email, actor))
                .thenAccept(found -> {
                    var resent = found.orElseThrow(Access::noSuchReservation);
                    if (resent.reservation().buyer().isErased()) {
                        throw erased();
                    }
                    requireQueued(resent.result(), resent.reservation());
                    ctx.status(202);
                }));
    }

    static void requireQueued(Tickets.Resend result, Reservation reservation) {
        if (result instanceof Tickets.Resend.NotConfirmed) {
            throw Problem.of(ApiProblem.RESERVATION_NOT_CONFIRMED, "The reservation is " + reservation.status() + ".")
                    .with("reservationStatus", reservation.status())
                    .refuse();
        } else if (result instanceof Tickets.Resend.EventCancelled) {
            throw Problem.of(ApiProblem.EVENT_CANCELLED, "The event was cancelled.")
                    .refuse();
        } else if (result instanceof Tickets.Resend.Transferred) {
            throw Problem.of(HttpProblem.NOT_FOUND, "All tickets of the reservation were transferred to other people.")
                    .refuse();
        } else if (result instanceof Tickets.Resend.TooOften tooOften) {
            throw Problem.of(
                            HttpProblem.RATE_LIMITED,
                            "The tickets of a reservation are mailed at most " + Tickets.MAX_MAILS_PER_HOUR
                                    + " times per hour.")
                    .retryAfter(tooOften.retryAfter())
                    .refuse();
        } else if (!(result instanceof Tickets.Resend.Queued)) {
            throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
        }
    }

    @Override
    public void document(Context ctx) {
        var event = Parameters.eventId(ctx);
        var id = Parameters.ticketId(ctx);
        var caller = access.caller(ctx);
        if (!caller.isSeller() && caller.token().isEmpty()) {
            throw noSuchTicket(); // before anything is read, so that the time tells nothing
        }
        ctx.future(() -> reads.submit(event, tx -> {
                    if (!caller.isSeller()
                            && !tickets.admits(tx, event, id, caller.token().get())) {
                        throw noSuchTicket();
                    }
                    var ticket = tickets.find(tx, event, id)
                            .filter(found -> found.voidedAt() == null)
                            .orElseThrow(TicketHandlers::noSuchTicket);
                    var document = documents.find(tx, event, id);
                    if (document.isEmpty() && isErased(tx, event, ticket)) {
                        throw erased();
                    }
                    return document.orElseThrow(
                            () -> Problem.of(ApiProblem.NOT_READY, "The document has not been created yet.")
                                    .refuse());
                })
                .thenAccept(pdf -> ctx.contentType("application/pdf")
                        .header("Content-Disposition", "inline; filename=\"ticket-" + id.number() + ".pdf\"")
                        .header("Cache-Control", "private, no-cache")
                        .result(pdf)));
    }

    private boolean isErased(Tx tx, EventId event, Ticket ticket) throws SQLException {
        return inventory
                .find(tx, event, ticket.reservation())
                .orElseThrow()
                .buyer()
                .isErased();
    }

    static Problem.Refused erased() {
        return Problem.of(HttpProblem.NOT_FOUND, "The personal data of the buyer was erased.")
                .refuse();
    }

    @Override
    public void checkIn(Context ctx) {
        var event = Parameters.eventId(ctx);
        var scan = scan(Requests.body(ctx, CheckInRequest.class), access.keyUsed(ctx));
        ctx.future(() -> writes.submit(event, tx -> checkIns.checkIn(tx, event, scan))
                .thenAccept(result -> respond(ctx, result)));
    }

    /** @throws Problem.Refused invalid-request with every error */
    static Scan scan(CheckInRequest scan, Actor actor) {
        var validation = new Validation();
        validation.checkText(scan.code(), "code", MAX_CODE);
        validation.checkText(scan.gate(), "gate", MAX_GATE);
        var scannedAt = scan.scannedAt() == null ? null : validation.parseInstant(scan.scannedAt(), "scannedAt");
        if (scan.nonce() != null) {
            validation.checkText(scan.nonce(), "nonce", MAX_NONCE);
        } else if (scan.scannedAt() != null) {
            validation.add("nonce", "is required with scannedAt, because the scan may be uploaded twice");
        }
        validation.finish();
        return new Scan(
                scan.code(), scan.gate(), Optional.ofNullable(scannedAt), Optional.ofNullable(scan.nonce()), actor);
    }

    static void respond(Context ctx, CheckInResult result) {
        if (result instanceof CheckInResult.Admitted admitted) {
            Responses.json(ctx, 200, Json.write(CheckInBody.of(admitted.ticket(), admitted.scan())));
        } else if (result instanceof CheckInResult.AlreadyCheckedIn already) {
            var use = already.scan();
            throw Problem.of(ApiProblem.ALREADY_CHECKED_IN, "The ticket was used at gate " + use.gate() + ".")
                    .with("checkedInAt", use.at())
                    .with("gate", use.gate())
                    .refuse();
        } else if (result instanceof CheckInResult.ImpossibleTime time) {
            throw Problem.invalid("scannedAt", time.problem()).refuse();
        } else if (result instanceof CheckInResult.Rejected rejected) {
            throw invalidCode(rejected.reason());
        } else {
            throw new IllegalArgumentException("No response for " + result); // SealedTypesTest covers all
        }
    }

    static Problem.Refused invalidCode(CheckInResult.Reason reason) {
        return Problem.of(ApiProblem.INVALID_CODE, detail(reason))
                .with("reason", reason.wireName())
                .refuse();
    }

    private static String detail(CheckInResult.Reason reason) {
        return switch (reason) {
            case MALFORMED -> "The code is neither a ticket code nor a ticket number, or is incomplete.";
            case UNKNOWN_KEY -> "The code was signed with an unknown key.";
            case FORGED -> "The code has an invalid signature.";
            case OTHER_EVENT -> "The code is valid for another event.";
            case UNKNOWN_TICKET -> "The event has no such ticket.";
            case AMBIGUOUS_NUMBER -> "The number belongs to several tickets. Scan the code instead.";
            case EVENT_CANCELLED -> "The event was cancelled.";
            case VOIDED -> "The ticket was refunded or transferred.";
        };
    }

    @Override
    public void keys(Context ctx) {
        QueryResponse.send(ctx, reads, "keys", tx -> {
            var keys = new ArrayList<TicketKey>();
            for (var key : ticketKeys.publicKeys(tx).entrySet()) {
                var x = Base64.getUrlEncoder().withoutPadding().encodeToString(key.getValue());
                keys.add(new TicketKey(
                        "OKP", "Ed25519", "EdDSA", "sig", key.getKey().toString(), x));
            }
            return new TicketKeySet(keys);
        });
    }

    static Problem.Refused noSuchTicket() {
        return Problem.of(HttpProblem.NOT_FOUND, "No such ticket.").refuse();
    }
}
