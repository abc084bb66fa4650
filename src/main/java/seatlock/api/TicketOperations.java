package seatlock.api;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.api.TicketBodies.CheckInBody;
import seatlock.api.TicketBodies.CheckInRequest;
import seatlock.api.TicketBodies.TicketKeySet;
import seatlock.api.TicketBodies.TicketList;
import seatlock.api.docs.ApiDocument;
import seatlock.api.docs.Examples;

/** The operations on tickets and gates, as the OpenAPI document describes them. {@link TicketHandlers} carries them out. */
interface TicketOperations {

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
    void list(Context ctx);

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
    void resend(Context ctx);

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
    void document(Context ctx);

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
            summary = "Read the public keys that verify ticket codes",
            description = "A JSON Web Key Set (RFC 7517, RFC 8037), for gates that are offline. A code is SL1 and, in"
                    + " Base32 without padding: 2 bytes of key id, 16 of event id, 16 of ticket id, and the 64 of the"
                    + " Ed25519 signature of the ASCII text `seatlock ticket 1` and those 34 bytes.",
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = TicketKeySet.class, example = Examples.KEYS))
            })
    void keys(Context ctx);
}
