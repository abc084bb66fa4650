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
import seatlock.contract.ReservationBodies.CorrectionBody;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.contract.ReservationBodies.ReservationList;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations of a support call, as the OpenAPI document describes them. BuyerHandlers carries them out. */
public interface BuyerOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations",
            methods = HttpMethod.GET,
            operationId = "findReservations",
            tags = "Reservations",
            summary = "Find reservations of an event, the newest first",
            description =
                    "A reservation must match all the parameters given. A page looks at 5,000 reservations at most: it may"
                            + " be short or empty although there is a next one, so continue until `next` is null.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(
                        name = "email",
                        description =
                                "The whole address, in any case: of the buyer, or of a person to whom a ticket was"
                                        + " transferred"),
                @OpenApiParam(
                        name = "name",
                        description =
                                "Whole words of the buyer's name, in any order and case, with or without accents"),
                @OpenApiParam(name = "reference", description = "In any case, with or without spaces and dashes"),
                @OpenApiParam(
                        name = "status",
                        description = "EXPIRED includes pending reservations whose `expiresAt` has passed"),
                @OpenApiParam(name = "limit", type = Integer.class, description = "Maximum number of reservations"),
                @OpenApiParam(name = "after", type = UUID.class, description = "The `next` of the previous page")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationList.class, example = Examples.RESERVATIONS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void find(Context ctx);

    @OpenApi(
            path = "/api/reservations",
            methods = HttpMethod.GET,
            operationId = "findReservationsOfAddress",
            tags = "Reservations",
            summary = "Find the reservations of an e-mail address, the newest first",
            description = "In all events that the key is for.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            queryParams = {
                @OpenApiParam(
                        name = "email",
                        required = true,
                        description =
                                "The whole address, in any case: of the buyer, or of a person to whom a ticket was"
                                        + " transferred"),
                @OpenApiParam(name = "limit", type = Integer.class, description = "Maximum number of reservations"),
                @OpenApiParam(name = "after", type = UUID.class, description = "The `next` of the previous page")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationList.class, example = Examples.RESERVATIONS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden")
            })
    void findOfAddress(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}",
            methods = HttpMethod.PATCH,
            operationId = "correctReservation",
            tags = "Reservations",
            summary = "Correct the buyer's e-mail address, name or language, or the names on tickets",
            description =
                    "A JSON merge patch (RFC 7396): fields that are absent stay as they are. The holder may change all but"
                            + " the e-mail address, as long as the reservation is pending or confirmed. If tickets show something else"
                            + " then, their PDFs are created anew. Limits per e-mail address continue to count the reservation for the"
                            + " address that it was made with. Repeating the request changes nothing, so no"
                            + " Idempotency-Key is needed.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content =
                                    @OpenApiContent(
                                            from = CorrectionBody.class,
                                            example = Examples.CORRECTION_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CONFIRMED)),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "reservation-not-pending"),
                @OpenApiResponse(status = "422", description = "invalid-request unknown-seats"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void correct(Context ctx);
}
