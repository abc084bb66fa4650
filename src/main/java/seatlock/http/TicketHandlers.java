package seatlock.http;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.http.TicketBodies.CheckInBody;
import seatlock.http.TicketBodies.Scan;
import seatlock.http.TicketBodies.TicketBody;
import seatlock.http.TicketBodies.TicketKey;
import seatlock.http.TicketBodies.TicketKeySet;
import seatlock.http.TicketBodies.TicketList;
import seatlock.inventory.Inventory;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationStatus;
import seatlock.tickets.TicketKeys;
import seatlock.tickets.Tickets;

/** Tickets, their documents, and the gate. */
final class TicketHandlers {

    private static final int MAX_CODE = 1_000;
    private static final int MAX_GATE = 100;
    private static final int MAX_NONCE = 100;

    /** A gate's clock may be ahead of ours, a little. */
    private static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private final Reads reads;
    private final Inventory inventory;
    private final Tickets tickets;
    private final TicketKeys ticketKeys;
    private final BoxOffice boxOffice;
    private final Access access;

    TicketHandlers(Reads reads, HttpServer.Core core, BoxOffice boxOffice, Access access) {
        this.reads = reads;
        this.inventory = core.inventory();
        this.tickets = core.tickets();
        this.ticketKeys = core.ticketKeys();
        this.boxOffice = boxOffice;
        this.access = access;
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/tickets",
            methods = HttpMethod.GET,
            operationId = "getTickets",
            tags = "Tickets",
            summary = "Read the tickets of a reservation",
            description = "There are none before it is confirmed.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = TicketList.class, example = Examples.TICKETS)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void list(Context ctx) {
        var event = Requests.eventId(ctx);
        var id = Requests.reservationId(ctx);
        var caller = access.caller(ctx);
        reads.answer(ctx, event, tx -> {
            caller.see(inventory.find(tx, event, id));
            var bodies = new ArrayList<TicketBody>();
            for (var ticket : tickets.ofReservation(tx, event, id)) {
                bodies.add(TicketBody.of(event, ticket, tickets.code(tx, event, ticket)));
            }
            return new TicketList(bodies);
        });
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/resend",
            methods = HttpMethod.POST,
            operationId = "resendTickets",
            tags = "Tickets",
            summary = "Mail the tickets of a confirmed reservation once more",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(status = "202", description = "They will be mailed"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "reservation-not-confirmed"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void resend(Context ctx) {
        var event = Requests.eventId(ctx);
        var id = Requests.reservationId(ctx);
        Requests.noBody(ctx);
        var caller = access.caller(ctx);
        ctx.future(() -> boxOffice
                .submit(event, tx -> resend(tx, event, caller.see(inventory.find(tx, event, id))))
                .thenAccept(done -> ctx.status(202)));
    }

    private Void resend(Tx tx, EventId event, Reservation reservation) throws SQLException {
        if (reservation.status() != ReservationStatus.CONFIRMED) {
            throw Problem.of(ProblemType.RESERVATION_NOT_CONFIRMED, "It is " + reservation.status() + ".")
                    .with("reservationStatus", reservation.status())
                    .refuse();
        }
        tickets.resend(tx, event, reservation.id());
        return null;
    }

    @OpenApi(
            path = "/api/events/{eventId}/tickets/{ticketId}.pdf",
            methods = HttpMethod.GET,
            operationId = "getTicketDocument",
            tags = "Tickets",
            summary = "Read the document of a ticket",
            description = "It is made in the background, within a moment of the confirmation.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "ticketId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content =
                                @OpenApiContent(
                                        mimeType = "application/pdf",
                                        type = "string",
                                        format = "binary",
                                        example = "\"%PDF-1.5 …\"")),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "not-ready")
            })
    void document(Context ctx) {
        var event = Requests.eventId(ctx);
        var id = Requests.ticketId(ctx);
        var caller = access.caller(ctx);
        ctx.future(() -> reads.find(event, tx -> {
                    var ticket = tickets.find(tx, event, id)
                            .filter(found -> found.voidedAt() == null)
                            .orElseThrow(TicketHandlers::noSuchTicket);
                    inventory
                            .find(tx, event, ticket.reservation())
                            .filter(caller::maySee)
                            .orElseThrow(TicketHandlers::noSuchTicket);
                    return tickets.document(tx, event, id)
                            .orElseThrow(() -> Problem.of(ProblemType.NOT_READY, "It will be there in a moment.")
                                    .refuse());
                })
                .thenAccept(pdf -> ctx.contentType("application/pdf")
                        .header("Content-Disposition", "inline; filename=\"ticket-" + id.number() + ".pdf\"")
                        .header("Cache-Control", "private, no-cache")
                        .result(pdf)));
    }

    @OpenApi(
            path = "/api/events/{eventId}/check-ins",
            methods = HttpMethod.POST,
            operationId = "checkIn",
            tags = "Tickets",
            summary = "Check a ticket in, once",
            description = "However many gates scan it at the same instant, one is told 200. A scan made offline is"
                    + " uploaded later with its own time and a nonce, as often as it takes.",
            security = @OpenApiSecurity(name = ApiDocument.GATE_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = Scan.class, example = Examples.CHECK_IN_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = CheckInBody.class, example = Examples.CHECKED_IN)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "already-checked-in"),
                @OpenApiResponse(status = "422", description = "invalid-request invalid-code"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void checkIn(Context ctx) {
        var event = Requests.eventId(ctx);
        var scan = Requests.body(ctx, Scan.class);
        var scannedAt = check(scan);
        ctx.future(() -> boxOffice
                .submit(event, tx -> tickets.checkIn(tx, event, scan.code(), scan.gate(), scannedAt, scan.nonce()))
                .thenAccept(result -> answer(ctx, result)));
    }

    private static Instant check(Scan scan) {
        var checks = new Checks();
        checks.text(scan.code(), "code", MAX_CODE);
        checks.text(scan.gate(), "gate", MAX_GATE);
        var scannedAt = scan.scannedAt() == null ? null : checks.instant(scan.scannedAt(), "scannedAt");
        if (scan.nonce() != null) {
            checks.text(scan.nonce(), "nonce", MAX_NONCE);
        } else if (scan.scannedAt() != null) {
            checks.add("nonce", "is missing: a scan that is uploaded later may be uploaded twice");
        }
        if (scannedAt != null) {
            checks.that(!scannedAt.isAfter(Instant.now().plus(MAX_AHEAD)), "scannedAt", "is in the future");
        }
        checks.done();
        return scannedAt;
    }

    private static void answer(Context ctx, Tickets.Scan result) {
        if (result instanceof Tickets.Scan.Admitted admitted) {
            Replies.json(ctx, 200, Json.write(CheckInBody.of(admitted.ticket())));
        } else if (result instanceof Tickets.Scan.AlreadyCheckedIn already) {
            var first = already.ticket().checkIn();
            Replies.problem(
                    ctx,
                    Problem.of(ProblemType.ALREADY_CHECKED_IN, "It was used at gate " + first.gate() + ".")
                            .with("checkedInAt", first.at())
                            .with("gate", first.gate()));
        } else if (result instanceof Tickets.Scan.Rejected rejected) {
            Replies.problem(
                    ctx,
                    Problem.of(ProblemType.INVALID_CODE, detail(rejected.reason()))
                            .with("reason", rejected.reason()));
        }
    }

    private static String detail(Tickets.Scan.Reason reason) {
        return switch (reason) {
            case MALFORMED -> "It is no ticket code, or not all of one.";
            case UNKNOWN_KEY -> "It names a key that does not exist.";
            case FORGED -> "It was not signed by us, or was changed since.";
            case OTHER_EVENT -> "It is good, but for another event.";
            case UNKNOWN_TICKET -> "It is signed by us, but there is no such ticket.";
            case VOIDED -> "The ticket was refunded.";
        };
    }

    @OpenApi(
            path = "/api/keys/tickets",
            methods = HttpMethod.GET,
            operationId = "getTicketKeys",
            tags = "Tickets",
            summary = "Read the public keys that verify ticket codes",
            description = "A JSON Web Key Set (RFC 7517, RFC 8037), for gates that are offline. A code is SL1 and, in"
                    + " Base32 without padding: 2 bytes of key id, 16 of event id, 16 of ticket id, and the 64 of the"
                    + " Ed25519 signature of the ASCII text `seatlock ticket 1` and those 34 bytes.",
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = TicketKeySet.class, example = Examples.KEYS))
            })
    void keys(Context ctx) {
        reads.answer(ctx, "keys", tx -> {
            var keys = new ArrayList<TicketKey>();
            for (var key : ticketKeys.publicKeys(tx).entrySet()) {
                var x = Base64.getUrlEncoder().withoutPadding().encodeToString(key.getValue());
                keys.add(new TicketKey(
                        "OKP", "Ed25519", "EdDSA", "sig", key.getKey().toString(), x));
            }
            return new TicketKeySet(keys);
        });
    }

    private static Problem.Refused noSuchTicket() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such ticket.").refuse();
    }
}
