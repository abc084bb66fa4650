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
import seatlock.contract.TransferBodies.TransferBody;
import seatlock.contract.TransferBodies.TransferRequest;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operation that transfers tickets, as the OpenAPI document describes it. TransferHandlers carries it out. */
public interface TransferOperations {

    @OpenApi(
            path = "/api/events/{eventId}/tickets/{ticketId}/transfer",
            methods = HttpMethod.POST,
            operationId = "transferTicket",
            tags = "Tickets",
            summary = "Transfer a ticket to somebody else",
            description =
                    "The ticket becomes void, and the new holder gets one for the same seat by mail; the former holder is told."
                            + " Possible until the time that the event sets for transfers (otherwise its start), and only"
                            + " while the ticket has not been used. The reservation stays the buyer's: a refund voids the new"
                            + " ticket, too. With the reservation's token, only the buyer's own tickets can be transferred.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "3f6d2c1b-8a7e-4d5c-9b0a-1e2f3a4b5c6d"),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "ticketId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content =
                                    @OpenApiContent(from = TransferRequest.class, example = Examples.TRANSFER_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(
                                        name = "Idempotency-Replayed",
                                        description = "`true` if this response repeats an earlier one"),
                        content = @OpenApiContent(from = TransferBody.class, example = Examples.TRANSFERRED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description = "not-transferable event-cancelled idempotency-key-in-use"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void transfer(Context ctx);
}
