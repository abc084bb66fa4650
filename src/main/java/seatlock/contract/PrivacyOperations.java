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
import seatlock.contract.PrivacyBodies.ErasureRequest;
import seatlock.contract.PrivacyBodies.StoredDataBody;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on personal data, as the OpenAPI document describes them. PrivacyHandlers carries them out. */
public interface PrivacyOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/data",
            methods = HttpMethod.GET,
            operationId = "getStoredData",
            tags = "Privacy",
            summary = "Get everything that is stored about a buyer",
            description =
                    "The reservation with its tickets, scans, documents, mails, payments and history. Sellers also get those of the people"
                            + " to whom tickets were transferred. Besides, responses that are stored"
                            + " for Idempotency-Keys are kept for a day, encrypted with the keys of their clients.",
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
                        content = @OpenApiContent(from = StoredDataBody.class, example = Examples.STORED_DATA)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void data(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/erase",
            methods = HttpMethod.POST,
            operationId = "erase",
            tags = "Privacy",
            summary = "Erase the personal data of a buyer",
            description =
                    "E-mail address, names, language, PDFs, stored responses, and mails in the built-in mail sink. Amounts,"
                            + " seats and times stay, and tickets remain valid. The address is `erased` from then on. Erasing"
                            + " again has no effect and gets the same response, so no Idempotency-Key is needed.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = ErasureRequest.class, example = Examples.ERASE_REQUEST)),
            responses = {
                @OpenApiResponse(status = "204", description = "Erased"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "not-erasable"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void erase(Context ctx);
}
