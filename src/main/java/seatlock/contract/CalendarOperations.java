package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.openapi.ApiDocument;

/** The operation on calendar files, as the OpenAPI document describes it. CalendarHandlers carries it out. */
public interface CalendarOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/event.ics",
            methods = HttpMethod.GET,
            operationId = "getCalendarFile",
            tags = "Reservations",
            summary = "Get a reservation as an entry for a calendar",
            description =
                    "An iCalendar file (RFC 5545) in the language of the reservation, with times in UTC. The entry keeps its UID,"
                            + " and its SEQUENCE increases with every change of the event or of the reservation, so a calendar"
                            + " replaces the entry it has. STATUS is TENTATIVE while the reservation is pending, and CANCELLED"
                            + " once it has expired or once it or the event is cancelled.",
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
                        content =
                                @OpenApiContent(
                                        mimeType = "text/calendar",
                                        type = "string",
                                        example = "\"BEGIN:VCALENDAR …\"")),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void get(Context ctx);
}
