package seatlock.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import seatlock.access.ApiKey;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.Cancellation;
import seatlock.catalog.Code;
import seatlock.catalog.CodeEffect;
import seatlock.catalog.Event;
import seatlock.catalog.PriceType;
import seatlock.contract.AllocationBodies;
import seatlock.inventory.ReservationStatus;
import seatlock.jobs.MailState;
import seatlock.plans.ConvertedPlan;
import seatlock.sales.IdempotencyKey;
import seatlock.seatmap.SeatMap;
import seatlock.text.Messages;

/**
 * The bounds, formats and known values of fields and parameters, in the words of JSON Schema. A test sends a value beyond each
 * bound, so the document cannot promise anything else than the handlers do.
 */
final class Constraints {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String DURATION = "^P(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+(\\.\\d{1,9})?S)?)?$";

    private static final String REFERENCE = "^[\\s-]*([2-9A-HJKMNP-TV-Za-hjkmnp-tv-z][\\s-]*){8}$";

    private static final ObjectNode UUID = format("uuid");
    private static final ObjectNode CURRENCY = pattern("^[A-Z]{3}$");
    private static final ObjectNode LANGUAGE = pattern("^[a-z]{2}$");
    private static final ObjectNode ACCESS = pattern("^" + CodeEffect.ACCESS_FORM + "$");
    private static final ObjectNode URL = length(1, 2_000).put("format", "uri");
    private static final String[] ROLES =
            Arrays.stream(Role.values()).map(Role::wireName).toArray(String[]::new);

    private static final ObjectNode STATUSES =
            oneOf(Stream.of(ReservationStatus.values()).map(Enum::name).toArray(String[]::new));
    private static final ObjectNode EMAIL = length(1, 254).put("format", "email");
    private static final ObjectNode LANGUAGES = oneOf(Messages.languages().toArray(String[]::new));
    private static final ObjectNode MAIL_STATES = oneOf(
            Stream.of(MailState.State.values()).map(MailState.State::wireName).toArray(String[]::new));

    private static final int MAX_ALLOCATED = AllocationBodies.MAX_SEATS;
    private static final ObjectNode ALLOCATION = pattern(AllocationBodies.NAME);
    private static final ObjectNode LABEL = length(1, 122).put("type", "string");

    /** A number, or a list with a null for each gap: {@link #addToSchemas} makes the schema of a seat accept null. */
    private static final ObjectNode ROW_SEATS = NODES.objectNode();

    static {
        var list = NODES.objectNode().put("type", "array").put("minItems", 1);
        list.putObject("items").put("$ref", "#/components/schemas/ListedSeat");
        ROW_SEATS
                .putArray("oneOf")
                .add(range(1, Event.MAX_CAPACITY).put("type", "integer"))
                .add(list);
    }

    /** By schema and field. */
    private static final Map<String, ObjectNode> FIELDS = new TreeMap<>(Map.ofEntries(
            Map.entry("NewEvent.status", oneOf("DRAFT", "PUBLISHED")),
            Map.entry("NewEvent.currency", CURRENCY),
            Map.entry("Payment.status", oneOf("CREATED", "OPEN", "CLOSED", "AUTHORIZED", "CAPTURED", "VOIDED")),
            Map.entry("Payment.returned", oneOf("LATE", "DUPLICATE", "WRONG_AMOUNT", "UNWANTED")),
            Map.entry("Refund.status", oneOf("READY", "SENT", "DONE", "FAILED")),
            Map.entry("Refund.origin", oneOf("SELLER", "CANCELLATION", "UNWANTED", "PROVIDER")),
            Map.entry("NewRefund.seats", items(1, Event.MAX_SEATS_PER_RESERVATION, LABEL)),
            Map.entry("NewRefund.amount", NODES.objectNode().put("minimum", 0)),
            Map.entry("NewRefund.reason", length(1, 200)),
            Map.entry("NewCheckout.returnUrl", URL),
            Map.entry("NewEvent.name", length(1, 200)),
            Map.entry("NewEvent.venue", length(1, 200)),
            Map.entry("NewEvent.description", length(1, 10_000)),
            Map.entry("NewEvent.url", URL),
            Map.entry("NewEvent.imageUrl", URL),
            Map.entry("NewEvent.timeZone", pattern("^[A-Za-z0-9_+/-]+$")),
            Map.entry("NewEvent.language", LANGUAGE),
            Map.entry("NewEvent.orphans", oneOf("ALLOWED", "REFUSED")),
            Map.entry("EventPatch.orphans", oneOf("ALLOWED", "REFUSED")),
            Map.entry("Event.orphans", oneOf("ALLOWED", "REFUSED")),
            Map.entry("Focus.x", range(-1_000_000, 1_000_000)),
            Map.entry("Focus.y", range(-1_000_000, 1_000_000)),
            Map.entry("NewEvent.sales", oneOf("OPEN", "PAUSED")),
            Map.entry("NewEvent.maxSeatsPerReservation", range(1, Event.MAX_SEATS_PER_RESERVATION, 10)),
            Map.entry("NewEvent.maxSeatsPerCustomer", range(1, 1_000_000)),
            Map.entry("NewEvent.reservationTtl", pattern(DURATION)),
            Map.entry("NewEvent.maxHold", pattern(DURATION)),
            Map.entry("NewEvent.sections", items(1)),
            Map.entry("EventPatch.name", length(1, 200)),
            Map.entry("EventPatch.venue", length(1, 200)),
            Map.entry("EventPatch.description", length(1, 10_000)),
            Map.entry("EventPatch.url", URL),
            Map.entry("EventPatch.imageUrl", URL),
            Map.entry("EventPatch.timeZone", pattern("^[A-Za-z0-9_+/-]+$")),
            Map.entry("EventPatch.language", LANGUAGE),
            Map.entry("EventPatch.sales", oneOf("OPEN", "PAUSED")),
            Map.entry("EventPatch.maxSeatsPerReservation", range(1, Event.MAX_SEATS_PER_RESERVATION, 10)),
            Map.entry("EventPatch.maxSeatsPerCustomer", range(1, 1_000_000)),
            Map.entry("EventPatch.reservationTtl", pattern(DURATION)),
            Map.entry("EventPatch.maxHold", pattern(DURATION)),
            Map.entry("EventPatch.sections", items(1)),
            Map.entry("Organiser.name", length(1, 200)),
            Map.entry("Organiser.email", length(1, 254)),
            Map.entry("Organiser.url", URL),
            Map.entry("SectionPrice.name", length(1, 50)),
            Map.entry("SectionPrice.price", range(0, PriceType.MAX_PRICE)),
            Map.entry("NewSections.sections", items(1)),
            Map.entry("Section.name", length(1, 50)),
            Map.entry("Section.price", range(0, PriceType.MAX_PRICE)),
            Map.entry("Section.rows", items(1)),
            Map.entry("Row.name", length(1, 50)),
            Map.entry("Row.seats", ROW_SEATS),
            Map.entry("Row.sold", oneOf("SINGLY", "WHOLE")),
            Map.entry("Section.prices", prices()),
            Map.entry("Section.places", range(1, Event.MAX_CAPACITY)),
            Map.entry("SectionPrice.prices", prices()),
            Map.entry(
                    "ListedSeat.number", pattern("^[^-]+$").put("minLength", 1).put("maxLength", 20)),
            Map.entry("ListedSeat.x", range(-1_000_000, 1_000_000)),
            Map.entry("ListedSeat.y", range(-1_000_000, 1_000_000)),
            Map.entry("NewEvent.priceTypes", items(1).put("maxItems", 50)),
            Map.entry("NewEvent.fees", NODES.objectNode().put("maxItems", 20)),
            Map.entry("NewEvent.taxRate", range(1, 10_000)),
            Map.entry("PriceType.id", pattern("^[a-z0-9][a-z0-9_-]{0,29}$")),
            Map.entry("PriceType.name", length(1, 50)),
            Map.entry("PriceType.max", range(1, 1_000_000)),
            Map.entry("Fee.name", length(1, 50)),
            Map.entry("Fee.amount", range(1, PriceType.MAX_PRICE)),
            Map.entry("Fee.per", oneOf("SEAT", "RESERVATION")),
            Map.entry("NewPlanConversion.prices", prices()),
            Map.entry("NewPlanConversion.plan", NODES.objectNode().put("additionalProperties", true)),
            Map.entry("ConvertedPlan.name", length(1, 200)),
            Map.entry("ConvertedPlan.warnings", NODES.objectNode().put("maxItems", ConvertedPlan.MAX_WARNINGS)),
            Map.entry("Event.currency", CURRENCY),
            Map.entry("Event.id", UUID),
            Map.entry(
                    "Event.status",
                    oneOf(Stream.of(Event.Status.values()).map(Enum::name).toArray(String[]::new))),
            Map.entry("Event.sales", oneOf("OPEN", "PAUSED")),
            Map.entry("Event.language", LANGUAGE),
            Map.entry("Event.url", URL),
            Map.entry("Event.imageUrl", URL),
            Map.entry("NewEventCancellation.reason", length(1, Cancellation.MAX_REASON)),
            Map.entry("NewEventCancellation.refund", NODES.objectNode().put("default", true)),
            Map.entry("NewEventCancellation.notify", NODES.objectNode().put("default", true)),
            Map.entry("Event.warnings", items(1).put("maxItems", 20)),
            Map.entry("Events.next", UUID),
            Map.entry("Seats.eventId", UUID),
            Map.entry("NewReservation.seats", items(0, Event.MAX_SEATS_PER_RESERVATION, labelOr("NewSeat"))),
            Map.entry("NewReservation.places", NODES.objectNode().put("maxItems", Event.MAX_SEATS_PER_RESERVATION)),
            Map.entry("NewReservation.tables", items(0, Event.MAX_SEATS_PER_RESERVATION, labelOr("NewTable"))),
            Map.entry("NewBest.quantity", range(1, Event.MAX_SEATS_PER_RESERVATION)),
            Map.entry("NewBest.sections", items(1, 100, length(1, 122))),
            Map.entry("NewBest.together", oneOf("REQUIRED", "PREFERRED")),
            Map.entry("NewBest.accessible", range(0, Event.MAX_SEATS_PER_RESERVATION, 0)),
            Map.entry("NewBest.priceTypes", seatsByPriceType()),
            Map.entry("NewSeat.seat", length(1, 122)),
            Map.entry("NewSeat.priceType", length(1, 30)),
            Map.entry("NewPlaces.section", length(1, 122)),
            Map.entry("NewPlaces.quantity", range(1, Event.MAX_SEATS_PER_RESERVATION)),
            Map.entry("NewPlaces.priceType", length(1, 30)),
            Map.entry("NewTable.table", length(1, 122)),
            Map.entry("NewTable.priceType", length(1, 30)),
            Map.entry("NewSeat.holder", length(1, 200)),
            Map.entry("NewReservation.email", EMAIL),
            Map.entry("NewReservation.name", length(1, 200)),
            Map.entry("NewReservation.language", LANGUAGES),
            Map.entry("NewReservation.allocation", length(1, 30)),
            Map.entry("NewReservation.customer", length(1, 100)),
            Map.entry("NewAllocation.name", ALLOCATION),
            Map.entry("NewAllocation.reason", length(1, 200)),
            Map.entry("NewAllocation.seats", items(0, MAX_ALLOCATED, LABEL)),
            Map.entry("NewAllocation.tables", items(0, MAX_ALLOCATED, LABEL)),
            Map.entry("NewAllocation.places", NODES.objectNode().put("maxItems", MAX_ALLOCATED)),
            Map.entry("NewRelease.seats", items(0, MAX_ALLOCATED, LABEL)),
            Map.entry("NewRelease.tables", items(0, MAX_ALLOCATED, LABEL)),
            Map.entry("NewRelease.places", NODES.objectNode().put("maxItems", MAX_ALLOCATED)),
            Map.entry("AllocatedPlaces.section", length(1, 122)),
            Map.entry("AllocatedPlaces.quantity", range(1, MAX_ALLOCATED)),
            Map.entry("Correction.email", EMAIL),
            Map.entry("Correction.name", length(1, 200)),
            Map.entry("Correction.language", LANGUAGES),
            Map.entry("Correction.holders", names()),
            Map.entry(
                    "Cancellation.seats",
                    items(1, Event.MAX_SEATS_PER_RESERVATION, length(1, 122).put("type", "string"))),
            Map.entry("Resending.email", EMAIL),
            Map.entry("Mail.state", MAIL_STATES),
            Map.entry("Reservations.next", UUID),
            Map.entry("Confirmation.paymentReference", length(1, 255)),
            Map.entry("Confirmation.amount", NODES.objectNode().put("minimum", 0)),
            Map.entry("Confirmation.ifLapsed", oneOf("REFUSE", "REACQUIRE").put("default", "REFUSE")),
            Map.entry("Reservation.id", UUID),
            Map.entry("Reservation.replaces", UUID),
            Map.entry("Reservation.replacedBy", UUID),
            Map.entry("Reservation.eventId", UUID),
            Map.entry("Money.currency", CURRENCY),
            Map.entry("DailySales.date", format("date")),
            Map.entry("Sales.eventId", UUID),
            Map.entry("StoredTicket.id", UUID),
            Map.entry("StoredScan.ticketId", UUID),
            Map.entry("StoredDocument.ticketId", UUID),
            Map.entry("StoredJob.id", UUID),
            Map.entry("StoredChange.ticketId", UUID),
            Map.entry("Sales.currency", CURRENCY),
            Map.entry("Scan.code", length(1, 1_000)),
            Map.entry("Scan.gate", length(1, 100)),
            Map.entry("Scan.nonce", length(1, 100)),
            Map.entry("CheckIn.ticketId", UUID),
            Map.entry("Ticket.id", UUID),
            Map.entry("NewTransfer.email", length(1, 254).put("format", "email")),
            Map.entry("NewTransfer.name", length(1, 200)),
            Map.entry("Transfer.ticketId", UUID),
            Map.entry("Transfer.newTicketId", UUID),
            Map.entry("RevokedTicket.ticketId", UUID),
            Map.entry("CheckOut.ticketId", UUID),
            Map.entry("Undo.code", length(1, 1_000)),
            Map.entry("Undo.ticketId", UUID),
            Map.entry("Undo.reason", length(1, 200)),
            Map.entry("Undone.ticketId", UUID),
            Map.entry("Change.id", UUID),
            Map.entry("Change.reservationId", UUID),
            Map.entry("Change.ticketId", UUID),
            Map.entry("Change.position", NODES.objectNode().put("minimum", 1)),
            Map.entry("Change.version", NODES.objectNode().put("minimum", 1)),
            Map.entry("Feed.next", NODES.objectNode().put("minimum", 0)),
            Map.entry("Ticket.pdf", format("uri-reference")),
            Map.entry("NewReservation.code", length(1, Code.MAX_LENGTH)),
            Map.entry("NewEvent.presales", NODES.objectNode().put("maxItems", 20)),
            Map.entry("EventPatch.presales", NODES.objectNode().put("maxItems", 20)),
            Map.entry("Presale.access", ACCESS),
            Map.entry("NewCodes.code", length(Code.MIN_LENGTH, Code.MAX_LENGTH)),
            Map.entry("NewCodes.count", range(1, 10_000)),
            Map.entry("NewCodes.prefix", length(1, 30)),
            Map.entry("NewCodes.sections", items(1, 1_000, length(1, 50))),
            Map.entry("NewCodes.priceTypes", items(1, 50, length(1, 30))),
            Map.entry("NewCodes.maxSeats", range(1, 1_000_000)),
            Map.entry("NewCodes.maxSeatsPerReservation", range(1, Event.MAX_SEATS_PER_RESERVATION)),
            Map.entry("CodeEffect.percent", range(1, 100)),
            Map.entry("CodeEffect.off", range(1, PriceType.MAX_PRICE)),
            Map.entry("CodeEffect.price", range(0, PriceType.MAX_PRICE)),
            Map.entry("CodeEffect.access", ACCESS),
            Map.entry("Code.id", UUID),
            Map.entry("Codes.next", UUID),
            Map.entry("NewApiKey.role", oneOf(ROLES)),
            Map.entry("NewApiKey.name", length(1, ApiKeys.MAX_NAME)),
            Map.entry("NewApiKey.events", items(1, ApiKeys.MAX_EVENTS, UUID)),
            Map.entry("Rotation.overlap", pattern(DURATION)),
            Map.entry("ApiKey.id", UUID),
            Map.entry(
                    "ApiKey.role",
                    oneOf(Stream.concat(Stream.of(ROLES), Stream.of(ApiKey.UNKNOWN_ROLE))
                            .toArray(String[]::new))),
            Map.entry("ApiKey.events", NODES.objectNode().set("items", UUID)),
            Map.entry("ApiKeys.next", UUID),
            Map.entry("Problem.reservationStatus", STATUSES)));

    /** By operation and parameter; an operation that is not named here follows the rule without one. */
    private static final Map<String, ObjectNode> PARAMETERS = Map.ofEntries(
            Map.entry("eventId", UUID),
            Map.entry("reservationId", UUID),
            Map.entry("ticketId", UUID),
            Map.entry("keyId", UUID),
            Map.entry("codeId", UUID),
            Map.entry("export", oneOf("reservations", "tickets", "check-ins", "payments")),
            Map.entry("limit", range(1, 1_000, 100)),
            Map.entry("after", UUID),
            Map.entry("listEvents.q", length(1, 200)),
            Map.entry(
                    "listEvents.status",
                    oneOf(Stream.of(Event.Status.values()).map(Enum::name).toArray(String[]::new))),
            Map.entry(
                    "getRevokedTickets.after",
                    pattern("^-?[0-9]{1,17}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_-?[0-9]{1,17}$")),
            Map.entry("findReservations.email", length(1, 254)),
            Map.entry("findReservations.name", length(1, 200)),
            Map.entry("findReservations.reference", pattern(REFERENCE).put("maxLength", 30)),
            Map.entry("findReservations.status", STATUSES),
            Map.entry("findReservationsOfAddress.email", length(1, 254)),
            Map.entry("getSeats.limit", range(1, SeatMap.MAX_SEATS, SeatMap.MAX_SEATS)),
            Map.entry("getSeats.after", range(0, Event.MAX_CAPACITY)),
            Map.entry(
                    "getEventChanges.after",
                    NODES.objectNode().put("minimum", 0).put("default", 0)),
            Map.entry("getReservationChanges.after", NODES.objectNode().put("minimum", 0)),
            Map.entry("listAllocations.limit", range(1, 100, 100)),
            Map.entry("listAllocations.after", ALLOCATION),
            Map.entry("wait", range(0, 25, 0)),
            // Quoted, every character may be escaped.
            Map.entry("Idempotency-Key", length(1, 2 * IdempotencyKey.MAX_LENGTH + 2)));

    private Constraints() {}

    /** Adds the constraints of the fields. @throws IllegalStateException if a constraint is for a field that does not exist */
    static void addToSchemas(JsonNode schemas) {
        FIELDS.forEach((name, constraint) -> {
            var parts = name.split("\\.");
            var field = schemas.path(parts[0]).path("properties").path(parts[1]);
            if (!(field instanceof ObjectNode property)) {
                throw new IllegalStateException("No such field: " + name);
            }
            add(constraint, property);
        });
        // In OpenAPI 3.0, null is valid only where the schema that has the type says so.
        ((ObjectNode) schemas.path("ListedSeat")).put("nullable", true);
    }

    /** Adds the constraints of an operation's parameters. */
    static void addToParameters(JsonNode operation) {
        for (var parameter : operation.path("parameters")) {
            var name = parameter.get("name").textValue();
            var own = PARAMETERS.get(operation.path("operationId").asText() + "." + name);
            var constraint = own == null ? PARAMETERS.get(name) : own;
            if (constraint != null) {
                add(constraint, (ObjectNode) parameter.get("schema"));
            }
        }
    }

    private static void add(ObjectNode constraint, ObjectNode schema) {
        if (constraint.has("oneOf")) {
            schema.remove("$ref"); // one of the alternatives now
        }
        constraint.properties().forEach(each -> {
            if (each.getValue() instanceof ObjectNode nested && schema.get(each.getKey()) instanceof ObjectNode inner) {
                add(nested, inner);
            } else {
                schema.set(each.getKey(), each.getValue().deepCopy());
            }
        });
    }

    private static ObjectNode length(int min, int max) {
        return NODES.objectNode().put("minLength", min).put("maxLength", max);
    }

    private static ObjectNode range(long min, long max) {
        return NODES.objectNode().put("minimum", min).put("maximum", max);
    }

    private static ObjectNode range(long min, long max, long defaultValue) {
        return range(min, max).put("default", defaultValue);
    }

    /** An object whose fields are names or null. */
    private static ObjectNode names() {
        var object = NODES.objectNode().put("type", "object");
        object.set("additionalProperties", length(1, 200).put("type", "string").put("nullable", true));
        return object;
    }

    /** An object whose fields are prices. */
    private static ObjectNode prices() {
        var object = NODES.objectNode().put("type", "object");
        object.set(
                "additionalProperties",
                range(0, PriceType.MAX_PRICE).put("type", "integer").put("format", "int64"));
        return object;
    }

    /** An object whose fields are numbers of seats. */
    private static ObjectNode seatsByPriceType() {
        var object = NODES.objectNode().put("type", "object");
        object.set(
                "additionalProperties",
                range(1, Event.MAX_SEATS_PER_RESERVATION).put("type", "integer").put("format", "int32"));
        return object;
    }

    /** Just the label, or an object. Generated clients name their class by the title. */
    private static ObjectNode labelOr(String schema) {
        var choice = NODES.objectNode().put("title", schema.replace("New", "") + "Choice");
        choice.putArray("oneOf")
                .add(length(1, 122).put("type", "string"))
                .add(NODES.objectNode().put("$ref", "#/components/schemas/" + schema));
        return choice;
    }

    private static ObjectNode items(int min) {
        return NODES.objectNode().put("minItems", min);
    }

    private static ObjectNode items(int min, int max, ObjectNode item) {
        return items(min).put("maxItems", max).set("items", item);
    }

    private static ObjectNode format(String name) {
        return NODES.objectNode().put("format", name);
    }

    private static ObjectNode pattern(String regex) {
        return NODES.objectNode().put("pattern", regex);
    }

    private static ObjectNode oneOf(String... values) {
        ArrayNode known = NODES.arrayNode();
        Stream.of(values).forEach(known::add);
        return NODES.objectNode().set("enum", known);
    }
}
