package seatlock.contract;

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
import java.util.OptionalInt;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.Presale;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Tariff;
import seatlock.contract.EventCancellationBodies.CancellationBody;
import seatlock.contract.EventFields.OrganiserBody;
import seatlock.contract.EventFields.PresaleBody;
import seatlock.contract.PlanBodies.FeeBody;
import seatlock.contract.PlanBodies.FocusBody;
import seatlock.contract.PlanBodies.PlanBody;
import seatlock.contract.PlanBodies.PriceTypeBody;
import seatlock.contract.PlanBodies.Section;
import seatlock.contract.PlanBodies.SectionPriceBody;
import seatlock.http.Paragraphs;

/** JSON of requests and responses about events. */
public final class EventBodies {

    private EventBodies() {}

    @OpenApiName("NewEvent")
    public record NewEvent(
            @OpenApiDescription("DRAFT: only sellers see it until it is published; default PUBLISHED")
            String status,

            @OpenApiRequired @OpenApiDescription("1 to 200 characters")
            String name,

            @OpenApiRequired @OpenApiDescription("1 to 200 characters")
            String venue,

            @Paragraphs @OpenApiDescription("1 to 10000 characters; lines end with \\n, and \\r\\n becomes that")
            String description,

            @OpenApiDescription("Of the event's page: an http or https URL")
            String url,

            @OpenApiDescription("Of a picture: an http or https URL")
            String imageUrl,

            @OpenApiDescription("To whom buyers turn") OrganiserBody organiser,

            @OpenApiRequired
            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NOT_NULL)
            @OpenApiDescription("RFC 3339 with an offset or Z. Seats cannot be reserved from this time on")
            String startsAt,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("When the doors open; not after the start")
            String doorsAt,

            @OpenApiPropertyType(definedBy = Instant.class) @OpenApiDescription("After the start")
            String endsAt,

            @OpenApiRequired @OpenApiDescription("IANA time zone name of the venue, such as Europe/Rome")
            String timeZone,

            @OpenApiDescription("ISO 639-1 code: of mails and tickets to buyers that chose none; default: English")
            String language,

            @OpenApiRequired @OpenApiDescription("ISO 4217 currency code")
            String currency,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("Before the start. Nothing can be reserved before; default: no limit")
            String onSaleFrom,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("Nothing can be reserved from then on; default: the start")
            String onSaleUntil,

            @OpenApiDescription("OPEN (default), or PAUSED: nothing can be reserved; what is reserved can be confirmed")
            String sales,

            @OpenApiDescription("1 to 100; default 10") Integer maxSeatsPerReservation,

            @OpenApiDescription(
                    "Seats of one e-mail address in all its reservations: 1 to 1000000; default: the server's"
                            + " LIMIT_SEATS_PER_EMAIL")
            Integer maxSeatsPerCustomer,

            @OpenApiDescription("How long a pending reservation holds its seats: an ISO 8601 duration from PT0.1S to"
                    + " P7D; default: the server's RESERVATION_TTL")
            String reservationTtl,

            @OpenApiDescription(
                    "For how long a reservation can be held altogether, extensions included: from PT0.1S to P30D,"
                            + " not less than reservationTtl; default: three times the TTL. A hold always lasts at least"
                            + " one TTL, also of the server")
            String maxHold,

            @OpenApiDescription("Whether a ticket that was checked out can be checked in again; default false")
            Boolean reentry,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("No ticket can be transferred from then on; default: the start")
            String transferUntil,

            @OpenApiDescription(
                    "When holders of an access code may reserve although `onSaleFrom` has not come; at most 20")
            List<PresaleBody> presales,

            @OpenApiDescription(
                    "ALLOWED (default), or REFUSED: buyers cannot leave a single free seat beside the seats that they choose")
            String orphans,

            @OpenApiDescription(
                    "Whether the best seats for everybody may be accessible seats and those of companions; default false")
            Boolean accessibleReleased,

            @OpenApiDescription(
                    "For whom the prices are; default: one, `standard`. The first is that of a seat for which none is named")
            List<PriceTypeBody> priceTypes,

            @OpenApiDescription(
                    "What buyers pay on top of the prices; all prices that are shown contain those per seat")
            List<FeeBody> fees,

            @OpenApiDescription(
                    "The tax that all prices and fees contain, in hundredths of a percent: 1 to 10000; default: none")
            Integer taxRate,

            @OpenApiDescription(
                    "The point of the hall to which the best seats are nearest, such as the middle of the stage, in the unit of"
                            + " the seats' x and y; default: seats in front are better, and so are those in the middle of a row")
            FocusBody focus,

            @OpenApiRequired @OpenApiDescription("At least one; at most 1,000,000 seats and places in total")
            List<Section> sections)
            implements EventFields {}

    /** The fields of an event that can change. A patch is applied to what {@link #of} returns, and read like a new event. */
    @OpenApiName("EventPatch")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EventPatch(
            @OpenApiDescription("1 to 200 characters") String name,

            @OpenApiDescription("1 to 200 characters") String venue,

            @OpenApiNullable
            @Paragraphs
            @OpenApiDescription("1 to 10000 characters; lines end with \\n, and \\r\\n becomes that")
            String description,

            @OpenApiNullable @OpenApiDescription("Of the event's page: an http or https URL")
            String url,

            @OpenApiNullable @OpenApiDescription("Of a picture: an http or https URL")
            String imageUrl,

            @OpenApiDescription("To whom buyers turn") OrganiserBody organiser,

            @OpenApiPropertyType(definedBy = Instant.class)
            @OpenApiDescription("RFC 3339 with an offset or Z. Seats cannot be reserved from this time on")
            String startsAt,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NULLABLE)
            @OpenApiDescription("When the doors open; not after the start")
            String doorsAt,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NULLABLE)
            @OpenApiDescription("After the start")
            String endsAt,

            @OpenApiDescription("IANA time zone name of the venue, such as Europe/Rome")
            String timeZone,

            @OpenApiNullable
            @OpenApiDescription("ISO 639-1 code: of mails and tickets to buyers that chose none; default: English")
            String language,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NULLABLE)
            @OpenApiDescription("Before the start. Nothing can be reserved before; default: no limit")
            String onSaleFrom,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NULLABLE)
            @OpenApiDescription("Nothing can be reserved from then on; default: the start")
            String onSaleUntil,

            @OpenApiDescription("OPEN (default), or PAUSED: nothing can be reserved; what is reserved can be confirmed")
            String sales,

            @OpenApiDescription("1 to 100; default 10") Integer maxSeatsPerReservation,

            @OpenApiNullable
            @OpenApiDescription(
                    "Seats of one e-mail address in all its reservations: 1 to 1000000; default: the server's"
                            + " LIMIT_SEATS_PER_EMAIL")
            Integer maxSeatsPerCustomer,

            @OpenApiNullable
            @OpenApiDescription("How long a pending reservation holds its seats: an ISO 8601 duration from PT0.1S to"
                    + " P7D; default: the server's RESERVATION_TTL")
            String reservationTtl,

            @OpenApiNullable
            @OpenApiDescription(
                    "For how long a reservation can be held altogether, extensions included: from PT0.1S to P30D,"
                            + " not less than reservationTtl; default: three times the TTL. A hold always lasts at least"
                            + " one TTL, also of the server")
            String maxHold,

            @OpenApiDescription("Whether a ticket that was checked out can be checked in again; default false")
            Boolean reentry,

            @OpenApiPropertyType(definedBy = Instant.class, nullability = Nullability.NULLABLE)
            @OpenApiDescription("No ticket can be transferred from then on; default: the start")
            String transferUntil,

            @OpenApiNullable
            @OpenApiDescription(
                    "When holders of an access code may reserve although `onSaleFrom` has not come; at most 20")
            List<PresaleBody> presales,

            @OpenApiDescription(
                    "ALLOWED (default), or REFUSED: buyers cannot leave a single free seat beside the seats that they choose")
            String orphans,

            @OpenApiDescription(
                    "Whether the best seats for everybody may be accessible seats and those of companions; default false")
            Boolean accessibleReleased,

            @OpenApiDescription("Prices of sections; sections that are not named keep theirs")
            List<SectionPriceBody> sections,

            @OpenApiDescription("Whether to mail every holder if what tickets say has changed; default false")
            @OpenApiName("notify")
            @JsonProperty("notify")
            Boolean isNotified)
            implements EventFields {

        public static EventPatch of(Event event) {
            var details = event.details();
            var terms = event.terms();
            return new EventPatch(
                    details.name(),
                    details.venue(),
                    details.description().orElse(null),
                    details.url().orElse(null),
                    details.imageUrl().orElse(null),
                    details.organiser().map(OrganiserBody::of).orElse(null),
                    event.startsAt().toString(),
                    details.doorsAt().map(Instant::toString).orElse(null),
                    details.endsAt().map(Instant::toString).orElse(null),
                    event.timeZoneName(),
                    details.language().orElse(null),
                    terms.onSaleFrom().map(Instant::toString).orElse(null),
                    terms.onSaleUntil().map(Instant::toString).orElse(null),
                    Sales.of(terms).name(),
                    terms.maxSeatsPerReservation(),
                    integer(terms.maxSeatsPerCustomer()),
                    terms.reservationTtl().map(Duration::toString).orElse(null),
                    terms.maxHold().map(Duration::toString).orElse(null),
                    terms.hasReentry(),
                    terms.transferUntil().map(Instant::toString).orElse(null),
                    listed(terms.presales()),
                    EventFields.Orphans.of(terms).name(),
                    terms.choice().releasesAccessible(),
                    null,
                    null);
        }
    }

    private static List<PresaleBody> listed(List<Presale> presales) {
        return presales.isEmpty()
                ? null
                : presales.stream().map(PresaleBody::of).toList();
    }

    private static Integer integer(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    @OpenApiName("Event")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EventBody(
            @OpenApiRequired UUID id,
            @OpenApiRequired String status,
            @OpenApiRequired String name,
            @OpenApiRequired String venue,
            String description,
            String url,
            String imageUrl,
            OrganiserBody organiser,
            @OpenApiRequired Instant startsAt,
            Instant doorsAt,
            Instant endsAt,
            @OpenApiRequired String timeZone,

            @OpenApiDescription("ISO 639-1 code; absent for English")
            String language,

            @OpenApiRequired String currency,
            Instant onSaleFrom,

            @OpenApiDescription("Absent if the sale ends with the start")
            Instant onSaleUntil,

            @OpenApiRequired String sales,
            @OpenApiRequired int maxSeatsPerReservation,

            @OpenApiDescription("Absent if the server's LIMIT_SEATS_PER_EMAIL applies")
            Integer maxSeatsPerCustomer,

            @OpenApiDescription("Absent if the server's RESERVATION_TTL applies")
            String reservationTtl,

            @OpenApiDescription("Absent for three times the TTL")
            String maxHold,

            @OpenApiRequired boolean reentry,

            @OpenApiDescription("Absent if tickets can be transferred until the start")
            Instant transferUntil,

            @OpenApiDescription("Absent if there are none") List<PresaleBody> presales,

            @OpenApiRequired
            @OpenApiDescription("REFUSED if buyers cannot leave a single free seat beside those that they choose")
            String orphans,

            @OpenApiRequired
            @OpenApiDescription("Whether the best seats for everybody may be accessible seats and those of companions")
            boolean accessibleReleased,

            @OpenApiRequired @OpenApiDescription("Number of seats")
            int capacity,

            @OpenApiRequired
            @OpenApiDescription("Counts the changes of the event, from 1; the ETag of the event has it")
            int version,

            @OpenApiRequired Instant createdAt,

            @OpenApiDescription("Absent in a list of events")
            List<PriceTypeBody> priceTypes,

            @OpenApiDescription("Absent in a list of events")
            List<FeeBody> fees,

            @OpenApiDescription("Absent if there is none, and in a list of events")
            Integer taxRate,

            @OpenApiDescription(
                    "The sections, with the number of seats of each row (the plan has the seats), and with prices that contain"
                            + " the fees per seat (the plan has them without); absent in a list of events")
            List<Section> sections,

            @OpenApiDescription("Absent unless the event was cancelled, and in a list of events")
            CancellationBody cancellation,

            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            @OpenApiDescription(
                    "Only in the response to the creation and to added sections: texts that tickets cannot show completely, at most 20;"
                            + " absent if there are none")
            List<Warning> warnings) {

        public static EventBody of(Event event) {
            return of(event, null, null, null, List.of());
        }

        public static EventBody of(Event event, SeatPlan plan, Tariff tariff, List<Warning> warnings) {
            return of(event, plan, tariff, null, warnings);
        }

        public static EventBody of(
                Event event, SeatPlan plan, Tariff tariff, CancellationBody cancellation, List<Warning> warnings) {
            var prices = plan == null ? null : PlanBody.of(event, plan, tariff);
            var details = event.details();
            var terms = event.terms();
            return new EventBody(
                    event.id().value(),
                    event.status().name(),
                    details.name(),
                    details.venue(),
                    details.description().orElse(null),
                    details.url().orElse(null),
                    details.imageUrl().orElse(null),
                    details.organiser().map(OrganiserBody::of).orElse(null),
                    event.startsAt(),
                    details.doorsAt().orElse(null),
                    details.endsAt().orElse(null),
                    event.timeZoneName(),
                    details.language().orElse(null),
                    event.currencyCode(),
                    terms.onSaleFrom().orElse(null),
                    terms.onSaleUntil().orElse(null),
                    EventFields.Sales.of(terms).name(),
                    terms.maxSeatsPerReservation(),
                    integer(terms.maxSeatsPerCustomer()),
                    terms.reservationTtl().map(Duration::toString).orElse(null),
                    terms.maxHold().map(Duration::toString).orElse(null),
                    terms.hasReentry(),
                    terms.transferUntil().orElse(null),
                    listed(terms.presales()),
                    EventFields.Orphans.of(terms).name(),
                    terms.choice().releasesAccessible(),
                    event.capacity(),
                    event.version(),
                    event.createdAt(),
                    prices == null ? null : prices.priceTypes(),
                    prices == null ? null : prices.fees(),
                    prices == null ? null : prices.taxRate(),
                    prices == null
                            ? null
                            : plan.sections().stream()
                                    .map(section -> Section.shown(section, tariff))
                                    .toList(),
                    cancellation,
                    warnings);
        }
    }

    @OpenApiName("Warning")
    public record Warning(
            @OpenApiRequired @OpenApiDescription("Path of the field, such as sections[0].name, or number of the line")
            String field,

            @OpenApiRequired @OpenApiDescription("For people, such as which of its characters tickets show as □")
            String message) {}

    @OpenApiName("Events")
    public record Events(
            @OpenApiRequired List<EventBody> events,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            UUID next) {}
}
