package seatlock.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.openapi.Nullability;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.SeatPlan;
import seatlock.inventory.SeatStatus;
import seatlock.sales.EventCancellation;

/** JSON of requests and responses about events. */
final class EventBodies {

    private EventBodies() {}

    @OpenApiName("NewEvent")
    record NewEvent(
            @OpenApiRequired @OpenApiDescription("1 to 200 characters")
            String name,

            @OpenApiRequired @OpenApiDescription("1 to 200 characters")
            String venue,

            @OpenApiRequired
            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NOT_NULL)
            @OpenApiDescription("RFC 3339 with an offset or Z. Seats cannot be reserved from this time on")
            String startsAt,

            @OpenApiRequired @OpenApiDescription("IANA time zone name of the venue, such as Europe/Rome")
            String timeZone,

            @OpenApiRequired @OpenApiDescription("ISO 4217 currency code")
            String currency,

            @OpenApiDescription("1 to 100; default 10") Integer maxSeatsPerReservation,

            @OpenApiDescription("How long a pending reservation holds its seats: an ISO 8601 duration from PT0.1S to"
                    + " P7D; default: the server's RESERVATION_TTL")
            String reservationTtl,

            @OpenApiRequired @OpenApiDescription("At least one; at most 1,000,000 seats in total")
            List<Section> sections) {}

    @OpenApiName("Section")
    record Section(
            @OpenApiRequired @OpenApiDescription("1 to 50 characters, unique in the event")
            String name,

            @OpenApiRequired @OpenApiDescription("Price of each seat in minor units of the currency; not negative")
            Long price,

            @OpenApiRequired @OpenApiDescription("At least one")
            List<SeatRow> rows) {

        static Section of(SeatPlan.Section section) {
            var rows = section.rows().stream()
                    .map(row -> new SeatRow(row.name(), row.seats()))
                    .toList();
            return new Section(section.name(), section.price(), rows);
        }
    }

    @OpenApiName("Row")
    record SeatRow(
            @OpenApiRequired @OpenApiDescription("1 to 50 characters, unique in its section")
            String name,

            @OpenApiRequired @OpenApiDescription("Number of seats; they are numbered from 1")
            Integer seats) {}

    @OpenApiName("Event")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EventBody(
            @OpenApiRequired UUID id,
            @OpenApiRequired String name,
            @OpenApiRequired String venue,
            @OpenApiRequired Instant startsAt,
            @OpenApiRequired String timeZone,
            @OpenApiRequired String currency,
            @OpenApiRequired int maxSeatsPerReservation,

            @OpenApiDescription("Absent if the server's RESERVATION_TTL applies")
            String reservationTtl,

            @OpenApiRequired @OpenApiDescription("Number of seats")
            int capacity,

            @OpenApiRequired Instant createdAt,

            @OpenApiDescription("The seat plan; absent in a list of events")
            List<Section> sections,

            @OpenApiDescription("Absent unless the event was cancelled, and in a list of events")
            CancellationBody cancellation,

            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            @OpenApiDescription(
                    "Only in the response to the creation: texts that tickets cannot show completely, at most 20;"
                            + " absent if there are none")
            List<Warning> warnings) {

        static EventBody of(Event event) {
            return of(event, null, List.of());
        }

        static EventBody of(Event event, SeatPlan plan, List<Warning> warnings) {
            return new EventBody(
                    event.id().value(),
                    event.name(),
                    event.venue(),
                    event.startsAt(),
                    event.timeZoneName(),
                    event.currencyCode(),
                    event.terms().maxSeatsPerReservation(),
                    event.terms().reservationTtl().map(Duration::toString).orElse(null),
                    event.capacity(),
                    event.createdAt(),
                    plan == null
                            ? null
                            : plan.sections().stream().map(Section::of).toList(),
                    null,
                    warnings);
        }

        EventBody with(CancellationBody cancellation) {
            return new EventBody(
                    id,
                    name,
                    venue,
                    startsAt,
                    timeZone,
                    currency,
                    maxSeatsPerReservation,
                    reservationTtl,
                    capacity,
                    createdAt,
                    sections,
                    cancellation,
                    warnings);
        }
    }

    @OpenApiName("NewEventCancellation")
    record NewCancellation(
            @OpenApiDescription(
                    "Whether confirmed reservations are cancelled, too, so that their payments can be refunded;"
                            + " default true")
            Boolean refund,

            @OpenApiDescription("Whether the holders of tickets are told by mail; default true")
            @OpenApiName("notify")
            @JsonProperty("notify")
            Boolean notifies,

            @OpenApiDescription("For buyers: 1 to 1000 characters")
            String reason) {}

    @OpenApiName("EventCancellation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CancellationBody(
            @OpenApiDescription("Absent if the seller gave none")
            String reason,

            @OpenApiRequired Instant at,
            @OpenApiRequired boolean refund,

            @OpenApiName("notify") @JsonProperty("notify") @OpenApiRequired
            boolean notifies,

            @OpenApiRequired
            @OpenApiDescription(
                    "Number of reservations that are still to be cancelled, or whose holders are still to be told")
            long remaining,

            @OpenApiRequired @OpenApiDescription("Number of reservations that were cancelled because of it")
            long cancelled,

            @OpenApiDescription("Absent until nothing is left to be done, which is at least a minute after `at`")
            Instant completedAt) {

        static CancellationBody of(EventCancellation.Progress progress) {
            var cancellation = progress.cancellation();
            return new CancellationBody(
                    cancellation.reason().orElse(null),
                    cancellation.at(),
                    cancellation.refund(),
                    cancellation.notifies(),
                    progress.remaining(),
                    progress.cancelled(),
                    cancellation.completedAt().orElse(null));
        }
    }

    @OpenApiName("Warning")
    record Warning(
            @OpenApiRequired @OpenApiDescription("Path of the field, such as sections[0].name")
            String field,

            @OpenApiRequired @OpenApiDescription("For people: which of its characters tickets show as □")
            String message) {}

    @OpenApiName("Events")
    record Events(
            @OpenApiRequired List<EventBody> events,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            UUID next) {}

    @OpenApiName("Seat")
    record SeatBody(
            @OpenApiRequired @OpenApiDescription("SECTION-ROW-NUMBER")
            String label,

            @OpenApiRequired String section,
            @OpenApiRequired String row,
            @OpenApiRequired int number,

            @OpenApiRequired @OpenApiDescription("In minor units of the event's currency")
            long price,

            @OpenApiRequired SeatStatus status) {}

    /** The format that {@link seatlock.seatmap.SeatMap} writes. */
    @OpenApiName("Seats")
    record Seats(
            @OpenApiRequired UUID eventId,
            @OpenApiRequired List<SeatBody> seats,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            Integer next) {}
}
