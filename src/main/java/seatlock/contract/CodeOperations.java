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
import seatlock.contract.CodeBodies.CodeBody;
import seatlock.contract.CodeBodies.CodeList;
import seatlock.contract.CodeBodies.CreatedCodes;
import seatlock.contract.CodeBodies.NewCodes;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on codes, as the OpenAPI document describes them. CodeHandlers carries them out. */
public interface CodeOperations {

    @OpenApi(
            path = "/api/events/{eventId}/codes",
            methods = HttpMethod.POST,
            operationId = "createCodes",
            tags = "Codes",
            summary = "Create a code, or many for a single use",
            description =
                    "A code changes prices, or opens a presale or an allocation. Buyers name it when they reserve.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; the same for each retry",
                            example = "c0de7c1e-0d35-4b7c-8f0a-5e6d4c3b2a19"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewCodes.class, example = Examples.NEW_CODES)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Created",
                        headers = {
                            @OpenApiParam(name = "Location", description = "The codes of the event"),
                            @OpenApiParam(
                                    name = "Idempotency-Replayed",
                                    description = "`true` if this response repeats an earlier one")
                        },
                        content = @OpenApiContent(from = CreatedCodes.class, example = Examples.CODES_CREATED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "event-cancelled"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void create(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/codes",
            methods = HttpMethod.GET,
            operationId = "listCodes",
            tags = "Codes",
            summary = "List codes in order of creation, with what is used and left of each",
            description = "Codes that were switched off are included. Pass `next` as `after` until it is null.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; default 100"),
                @OpenApiParam(name = "after", type = UUID.class, description = "`next` of the previous page")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = CodeList.class, example = Examples.CODES)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/codes/{codeId}/off",
            methods = HttpMethod.POST,
            operationId = "switchCodeOff",
            tags = "Codes",
            summary = "Switch a code off",
            description =
                    "From now on nobody reserves with it. Reservations that were made with it stay as they are. Switching"
                            + " it off again has no effect and returns 200.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "codeId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = CodeBody.class, example = Examples.CODE)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void switchOff(Context ctx);
}
