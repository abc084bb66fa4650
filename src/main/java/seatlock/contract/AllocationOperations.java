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
import seatlock.contract.AllocationBodies.AllocationChange;
import seatlock.contract.AllocationBodies.AllocationList;
import seatlock.contract.AllocationBodies.NewAllocation;
import seatlock.contract.AllocationBodies.NewRelease;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on seats that are withheld, as the OpenAPI document describes them. AllocationHandlers carries them out. */
public interface AllocationOperations {

    @OpenApi(
            path = "/api/events/{eventId}/allocations",
            methods = HttpMethod.POST,
            operationId = "withhold",
            tags = "Events",
            summary = "Withhold seats for somebody, all or none",
            description =
                    "Free seats are not for sale until they are released: only a sales key that names the allocation can reserve"
                            + " them. Seats that are withheld under this name already stay so; those of another allocation are"
                            + " refused like taken ones. At most 10,000 seats and places in one request.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "5b0e7a52-9a3c-4f0b-8a55-1c7d2e9f6b43"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewAllocation.class, example = Examples.WITHHOLD_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(
                                        name = "Idempotency-Replayed",
                                        description = "`true` if this response repeats an earlier one"),
                        content = @OpenApiContent(from = AllocationChange.class, example = Examples.WITHHELD)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description = "seats-taken sold-out event-cancelled idempotency-key-in-use"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(
                        status = "422",
                        description = "invalid-request unknown-seats sold-whole idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void withhold(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/allocations",
            methods = HttpMethod.GET,
            operationId = "listAllocations",
            tags = "Events",
            summary = "List the seats that are withheld",
            description =
                    "By allocation and section: how many seats are withheld, and how many of these are neither held nor sold.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "Allocations per page"),
                @OpenApiParam(name = "after", description = "The `next` of the page before")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = AllocationList.class, example = Examples.ALLOCATIONS)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void list(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/allocations/{allocation}/release",
            methods = HttpMethod.POST,
            operationId = "releaseAllocation",
            tags = "Events",
            summary = "Put withheld seats on sale",
            description =
                    "Without a body, releases the whole allocation. Seats that are held or sold stay with their buyers, and are for"
                            + " everybody if they become free. Seats that are not of the allocation stay as they are; of places, as"
                            + " many as requested must be free.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "allocation", required = true, description = "Name of the allocation")
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "c1e7d3a0-6f5b-4b8e-9d2a-7a4f0c3b5e91"),
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = NewRelease.class, example = Examples.RELEASE_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(
                                        name = "Idempotency-Replayed",
                                        description = "`true` if this response repeats an earlier one"),
                        content = @OpenApiContent(from = AllocationChange.class, example = Examples.RELEASED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "sold-out idempotency-key-in-use"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(
                        status = "422",
                        description = "invalid-request unknown-seats sold-whole idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void release(Context ctx);
}
