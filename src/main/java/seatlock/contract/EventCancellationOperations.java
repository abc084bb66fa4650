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
import seatlock.contract.EventBodies.EventBody;
import seatlock.contract.EventCancellationBodies.NewCancellation;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The cancellation of an event, as the OpenAPI document describes it. EventCancellationHandlers carries it out. */
public interface EventCancellationOperations {

    @OpenApi(
            path = "/api/events/{eventId}/cancel",
            methods = HttpMethod.POST,
            operationId = "cancelEvent",
            tags = "Events",
            summary = "Cancel an event",
            description =
                    "From the response on, nothing is sold: reserve and confirm get 409 `event-cancelled`, and gates admit"
                            + " nobody. Pending reservations and, with `refund`, confirmed ones are cancelled in the background;"
                            + " `cancellation` of the event says how far that has got. With `refund`, money that was paid through a"
                            + " provider goes back; refund the other payments of the cancelled reservations. The request needs no Idempotency-Key: an"
                            + " event that is cancelled already stays as it is, and the response is the same.",
            security = @OpenApiSecurity(name = ApiDocument.ADMIN_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            requestBody =
                    @OpenApiRequestBody(
                            content =
                                    @OpenApiContent(
                                            from = NewCancellation.class,
                                            example = Examples.EVENT_CANCELLATION_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = EventBody.class, example = Examples.CANCELLED_EVENT)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void cancel(Context ctx);
}
