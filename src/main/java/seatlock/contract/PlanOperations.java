package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import seatlock.contract.ConversionBodies.ConvertedPlanBody;
import seatlock.contract.ConversionBodies.NewPlanConversion;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on seat plans without an event, as the OpenAPI document describes them. PlanHandlers carries them out. */
public interface PlanOperations {

    @OpenApi(
            path = "/api/plans/convert",
            methods = HttpMethod.POST,
            operationId = "convertPlan",
            tags = "Events",
            summary = "Convert a seat plan from pretix or CSV",
            description =
                    "Returns sections for a request for a new event, to be looked at before it is sent. Changes nothing. The plan is"
                            + " pretix's JSON in `plan`, or CSV with the columns section, row, seat, and optionally price,"
                            + " accessible, companion, restricted_view, x and y, separated by commas or semicolons.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = {
                                @OpenApiContent(
                                        from = NewPlanConversion.class,
                                        mimeType = "application/json",
                                        example = Examples.PLAN_CONVERSION_REQUEST),
                                @OpenApiContent(mimeType = "text/csv", type = "string", example = Examples.CSV_PLAN)
                            }),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ConvertedPlanBody.class, example = Examples.CONVERTED_PLAN)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void convert(Context ctx);
}
