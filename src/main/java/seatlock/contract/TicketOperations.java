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
import seatlock.contract.ReservationBodies.Resending;
import seatlock.contract.TicketBodies.CheckInBody;
import seatlock.contract.TicketBodies.CheckInRequest;
import seatlock.contract.TicketBodies.TicketKeySet;
import seatlock.contract.TicketBodies.TicketList;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on tickets and gates, as the OpenAPI document describes them. TicketHandlers carries them out. */
public interface TicketOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/tickets",
            methods = HttpMethod.GET,
            operationId = "getTickets",
            tags = "Tickets",
            summary = "Get the tickets of a reservation",
            description =
                    "The list is empty until the reservation is confirmed. A ticket that was transferred stays in it with status"
                            + " TRANSFERRED; only sellers see the new one.",
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
    void list(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/resend",
            methods = HttpMethod.POST,
            operationId = "resendTickets",
            tags = "Tickets",
            summary = "Mail the tickets of a confirmed reservation again",
            description =
                    "To the address of the reservation, at most five times an hour. While such a mail waits, another request"
                            + " adds none. A new `email` replaces the address of the reservation. Tickets that were transferred are not"
                            + " mailed; if all were, there is nothing to mail (404).",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = Resending.class, example = Examples.RESEND_REQUEST)),
            responses = {
                @OpenApiResponse(status = "202", description = "The tickets will be mailed"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "reservation-not-confirmed event-cancelled"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void resend(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/tickets/{ticketId}.pdf",
            methods = HttpMethod.GET,
            operationId = "getTicketDocument",
            tags = "Tickets",
            summary = "Get the PDF of a ticket",
            description = "It is created in the background, shortly after the confirmation.",
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
    void document(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/check-ins",
            methods = HttpMethod.POST,
            operationId = "checkIn",
            tags = "Tickets",
            summary = "Check in a ticket, once",
            description =
                    "However many gates scan a ticket at the same time, exactly one gets 200. Upload a scan that was"
                            + " made offline with its time and a nonce, and repeat the upload until there is a response.",
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
                        content = @OpenApiContent(from = CheckInBody.class, example = Examples.CHECKED_IN)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "already-checked-in"),
                @OpenApiResponse(status = "422", description = "invalid-request invalid-code"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void checkIn(Context ctx);

    @OpenApi(
            path = "/api/keys/tickets",
            methods = HttpMethod.GET,
            operationId = "getTicketKeys",
            tags = "Tickets",
            summary = "Get the public keys that verify ticket codes",
            description =
                    "A JSON Web Key Set (RFC 7517, RFC 8037) for offline gates. A code is `SL1` followed by 98 bytes"
                            + " in Base32 without padding: key id (2), event id (16), ticket id (16) and Ed25519 signature"
                            + " (64). The signature covers the ASCII text `seatlock ticket 1` followed by the first 34 bytes.",
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = TicketKeySet.class, example = Examples.KEYS))
            })
    void keys(Context ctx);
}
