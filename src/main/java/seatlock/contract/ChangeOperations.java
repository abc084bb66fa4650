package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.ChangeBodies.FeedPage;
import seatlock.contract.ChangeBodies.History;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on changes, as the OpenAPI document describes them. ChangeHandlers carries them out. */
public interface ChangeOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/changes",
            methods = HttpMethod.GET,
            operationId = "getReservationChanges",
            tags = "Changes",
            summary = "Get the history of a reservation",
            description =
                    "Its changes and those of its tickets, in order of their versions. A reservation begins with version"
                            + " 1, which is no change. Pass `next` as `after` until it is null.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            queryParams = {
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; default 100"),
                @OpenApiParam(name = "after", type = Integer.class, description = "`next` of the previous page")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = History.class, example = Examples.HISTORY)),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void ofReservation(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/changes",
            methods = HttpMethod.GET,
            operationId = "getEventChanges",
            tags = "Changes",
            summary = "Get the changes of an event, or wait for the next one",
            description =
                    "The feed has everything but plain reservations. Each change has a position: 1, 2, 3 and so on, without a gap."
                            + " Positions are given after the commit and never change, so a client that always passes `next` as"
                            + " `after` gets each change once, and misses none. The changes of a reservation are in order of its"
                            + " versions. With `wait`, the response comes as soon as there is a change, or without changes when"
                            + " the time is over.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            queryParams = {
                @OpenApiParam(
                        name = "after",
                        type = Integer.class,
                        description = "`next` of the previous response; 0 or none for the first change"),
                @OpenApiParam(name = "limit", type = Integer.class, description = "1 to 1000; default 100"),
                @OpenApiParam(
                        name = "wait",
                        type = Integer.class,
                        description = "Seconds to wait for a change if there is none yet, 0 to 25; default 0")
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = FeedPage.class, example = Examples.FEED)),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "422", description = "invalid-request")
            })
    void ofEvent(Context ctx);
}
