package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.ReportBodies.Sales;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** Figures and exports, as the OpenAPI document describes them. ReportHandlers carries them out. */
public interface ReportOperations {

    @OpenApi(
            path = "/api/events/{eventId}/sales",
            methods = HttpMethod.GET,
            operationId = "getSales",
            tags = "Reports",
            summary = "Get the figures of a sale",
            description = "All figures are of the same instant. A seat whose hold has lapsed is available.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = Sales.class, example = Examples.SALES)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void sales(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/exports/{export}.csv",
            methods = HttpMethod.GET,
            operationId = "exportTable",
            tags = "Reports",
            summary = "Export reservations, tickets, check-ins or payments as CSV",
            description =
                    "RFC 4180, in UTF-8 with a byte order mark; the first line names the columns, and later releases may add"
                            + " some at the end. Times are in UTC, amounts in minor units. A cell that a spreadsheet could take"
                            + " for a formula begins with an apostrophe. A file whose chunked body does not end is incomplete:"
                            + " an error closes the connection.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "export", required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content =
                                @OpenApiContent(
                                        mimeType = "text/csv",
                                        type = "string",
                                        example = "\"reference,reservationId,status,…\"")),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void export(Context ctx);
}
