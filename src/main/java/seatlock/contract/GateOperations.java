package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.GateBodies.AttendanceBody;
import seatlock.contract.GateBodies.CheckOutBody;
import seatlock.contract.GateBodies.RevokedTickets;
import seatlock.contract.GateBodies.UndoBody;
import seatlock.contract.GateBodies.UndoRequest;
import seatlock.contract.TicketBodies.CheckInRequest;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations for gates, as the OpenAPI document describes them. GateHandlers carries them out. */
public interface GateOperations {

    @OpenApi(
            path = "/api/events/{eventId}/tickets/revoked",
            methods = HttpMethod.GET,
            operationId = "getRevokedTickets",
            tags = "Tickets",
            summary = "List the tickets that are void",
            description =
                    "For gates that have no network during the event: refunded and transferred tickets, the oldest first. Continue"
                            + " with `after`, at once while `hasMore` is true, and later otherwise: then the tickets of the ten"
                            + " minutes before are listed again, so that none is missed, whatever the order in which they became"
                            + " visible. A void ticket never becomes valid again. While `eventCancelled` is true, admit nobody.",
            security = @OpenApiSecurity(name = ApiDocument.GATE_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "Tickets per page"),
                @OpenApiParam(name = "after", description = "The `next` of the page before")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = RevokedTickets.class, example = Examples.REVOKED_TICKETS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void revoked(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/check-ins",
            methods = HttpMethod.GET,
            operationId = "getAttendance",
            tags = "Tickets",
            summary = "Count the tickets that are checked in",
            description =
                    "For the display of a gate. Ask every few seconds at most: each request counts the tickets of the event.",
            security = @OpenApiSecurity(name = ApiDocument.GATE_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = AttendanceBody.class, example = Examples.ATTENDANCE)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void attendance(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/check-outs",
            methods = HttpMethod.POST,
            operationId = "checkOut",
            tags = "Tickets",
            summary = "Check out a ticket, so that it can be checked in again",
            description =
                    "Only if the event has re-entry. However many gates scan a ticket at the same time, exactly one gets 200. A scan"
                            + " that was made offline ends the entry as of its own time. Upload it with its time and a nonce, and"
                            + " repeat the upload until there is a response.",
            security = @OpenApiSecurity(name = ApiDocument.GATE_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content =
                                    @OpenApiContent(from = CheckInRequest.class, example = Examples.CHECK_IN_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = CheckOutBody.class, example = Examples.CHECKED_OUT)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "not-checked-in"),
                @OpenApiResponse(status = "422", description = "invalid-request invalid-code"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void checkOut(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/check-ins/undo",
            methods = HttpMethod.POST,
            operationId = "undoCheckIn",
            tags = "Tickets",
            summary = "Undo the check-in of a ticket",
            description =
                    "The ticket can be checked in again. Its scans stay on record. A repeated request has no further effect, unless"
                            + " the ticket was checked in again in the meantime; so no Idempotency-Key is needed.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = UndoRequest.class, example = Examples.UNDO_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = UndoBody.class, example = Examples.UNDONE)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request invalid-code"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void undo(Context ctx);
}
