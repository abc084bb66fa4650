package seatlock.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.ProblemType;
import seatlock.http.PublicUrl;
import seatlock.http.RequestId;
import seatlock.inventory.Outcome.CodeInvalid;
import seatlock.sales.Transfers;
import seatlock.tickets.CheckInResult;

/**
 * The OpenAPI document. The annotation processor of javalin-openapi generates it from the handlers' annotations when they are
 * compiled; this class adds the descriptions of the credentials and an example of each problem.
 *
 * <p>In an annotation, the description of an error is a list of problem slugs. Here each slug becomes an example.
 */
public final class ApiDocument {

    public static final String ADMIN_KEY = "adminKey";
    public static final String SALES_KEY = "salesKey";
    public static final String GATE_KEY = "gateKey";
    public static final String RESERVATION_TOKEN = "reservationToken";

    private static final String GENERATED_DOCUMENT = "/openapi-plugin/openapi-default.json";

    private static final List<Map.Entry<String, String>> TAGS = List.of(
            Map.entry("Events", "What is for sale: events, their seat plans and seat maps"),
            Map.entry("Reservations", "Reserve seats, confirm them once they are paid, cancel and refund them"),
            Map.entry("Payments", "Pages where buyers pay, and money that goes back"),
            Map.entry("Codes", "Codes that change prices, or open what is not for everybody"),
            Map.entry("Tickets", "Tickets, their PDFs, and check-in at the gate"),
            Map.entry("Changes", "What happened to an event and its reservations"),
            Map.entry("Privacy", "What is stored about a buyer, and its erasure"),
            Map.entry("Reports", "Figures of a sale, and tables for a spreadsheet"),
            Map.entry("Keys", "API keys and their roles"));

    /** Generated methods take the parameters in this order. */
    private static final List<String> PARAMETER_ORDER = List.of("path", "query", "header");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final RequestId EXAMPLE_REQUEST_ID = new RequestId("4bf92f3577b34da6a3ce929d0e0e4736");

    private final ObjectNode document;
    private final List<ProblemType> problemTypes;
    private final Function<ProblemType, Problem> example;

    private ApiDocument(ObjectNode document, List<ProblemType> problemTypes, Function<ProblemType, Problem> example) {
        this.document = document;
        this.problemTypes = problemTypes;
        this.example = example;
    }

    /**
     * Completes the generated document.
     *
     * @param problemTypes every problem type of the API
     * @param example returns an example of a problem type
     * @param publicUrl of the server that the document describes
     * @return the document as JSON
     */
    public static byte[] json(
            List<ProblemType> problemTypes, Function<ProblemType, Problem> example, PublicUrl publicUrl) {
        var generated = Json.readTree(Resources.bytes(GENERATED_DOCUMENT));
        var completed = new ApiDocument((ObjectNode) generated, problemTypes, example);
        completed.complete();
        var server = publicUrl.base().isEmpty() ? "/" : publicUrl.base();
        completed.document.putArray("servers").addObject().put("url", server);
        return completed.document.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private void complete() {
        addDescriptions();
        document.path("paths").forEach(path -> path.forEach(operation -> complete((ObjectNode) operation)));
        addProblemSchema();
        Constraints.addToSchemas(document.at("/components/schemas"));
        removeDefaults(document);
        wrapReferences(document);
    }

    private void addDescriptions() {
        var info = (ObjectNode) document.get("info");
        info.put("description", """
                An event-ticketing backend that never sells a seat twice.

                Create an event, reserve seats, and confirm the reservation after payment. A pending reservation holds its
                seats until `expiresAt`; then it expires and releases them.

                **Errors** are `application/problem+json` (RFC 9457). Branch on `type`; its explanation is at this
                path below the URL of the server.

                **Idempotency-Key**: send a new random key with each new intent and the same key with every retry. The
                effect happens once. Every repeated request gets the same response, with `Idempotency-Replayed: true`.

                **API keys** are sent in `Authorization: Bearer …`. A key created by `POST /api/keys` has a role and is for
                all events or for some. Role `admin` includes the other roles. Secret scanners can find keys by the pattern
                `seatlock_[0-9a-f]{32}_[0-9a-f]{72}`.

                Every response has an `X-Request-Id`: the trace-id of the request's `traceparent` (W3C Trace Context), or a
                random id. A problem has it in its `instance`; a repeated problem has the id of the first request.
                """);
        info.putObject("license").put("name", "Apache-2.0").put("url", "https://www.apache.org/licenses/LICENSE-2.0");
        var tags = document.putArray("tags");
        TAGS.forEach(tag -> tags.addObject().put("name", tag.getKey()).put("description", tag.getValue()));
        var schemes = ((ObjectNode) document.get("components")).putObject("securitySchemes");
        bearer(schemes, ADMIN_KEY, "An API key of role admin for all events. The first one is SEATLOCK_ADMIN_KEY.");
        bearer(schemes, SALES_KEY, "An API key of role sales (or admin) for the event.");
        bearer(schemes, GATE_KEY, "An API key of role gate (or admin) for the event.");
        bearer(
                schemes,
                RESERVATION_TOKEN,
                "The token in the response that created the reservation, or that of the link in a mail about it.");
    }

    private static void bearer(ObjectNode schemes, String name, String description) {
        schemes.putObject(name).put("type", "http").put("scheme", "bearer").put("description", description);
    }

    private void complete(ObjectNode operation) {
        sortParameters(operation);
        Constraints.addToParameters(operation);
        var responses = (ObjectNode) operation.get("responses");
        Map<String, List<ProblemType>> problems = new TreeMap<>();
        responses.properties().forEach(response -> {
            if (response.getKey().compareTo("400") >= 0) {
                problems.put(
                        response.getKey(),
                        slugs(response.getValue().path("description").asText()));
            }
            parseExamples(response.getValue());
        });
        var requestBody = operation.get("requestBody");
        if (requestBody != null && requestBody.has("content")) {
            parseExamples(requestBody);
            add(problems, HttpProblem.UNSUPPORTED_MEDIA_TYPE);
        } else {
            operation.remove("requestBody"); // the processor adds an empty one
        }
        add(problems, HttpProblem.MALFORMED_REQUEST);
        add(problems, HttpProblem.INVALID_REQUEST); // at least for a query parameter that the operation does not have
        add(
                problems,
                HttpProblem.CONTENT_TOO_LARGE); // even without a body of its own, because any request may have one
        add(problems, HttpProblem.HEADER_TOO_LARGE);
        add(problems, HttpProblem.RATE_LIMITED);
        add(problems, HttpProblem.OVERLOADED);
        add(problems, HttpProblem.INTERNAL_ERROR);
        problems.forEach((status, types) -> responses.set(status, response(types)));
    }

    private static void sortParameters(ObjectNode operation) {
        var parameters = new ArrayList<JsonNode>();
        operation.path("parameters").forEach(parameters::add);
        parameters.sort(Comparator.comparing(
                parameter -> PARAMETER_ORDER.indexOf(parameter.get("in").textValue())));
        operation.putArray("parameters").addAll(parameters);
    }

    private List<ProblemType> slugs(String description) {
        return new ArrayList<>(Arrays.stream(description.split(" "))
                .map(slug -> problemTypes.stream()
                        .filter(type -> type.slug().equals(slug))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("Unknown problem type: " + slug)))
                .toList());
    }

    private static void add(Map<String, List<ProblemType>> problems, ProblemType type) {
        var types = problems.computeIfAbsent(String.valueOf(type.status()), status -> new ArrayList<>());
        if (!types.contains(type)) {
            types.add(type);
        }
    }

    private ObjectNode response(List<ProblemType> types) {
        var response = NODES.objectNode();
        response.put(
                "description",
                String.join("; ", types.stream().map(ProblemType::title).toList()));
        if (types.stream().anyMatch(type -> type == HttpProblem.RATE_LIMITED || type.isTransient())) {
            header(response, "Retry-After", "Seconds to wait before the next attempt");
        }
        var media = response.putObject("content").putObject(Problem.CONTENT_TYPE);
        media.putObject("schema").put("$ref", "#/components/schemas/Problem");
        var examples = media.putObject("examples");
        types.forEach(type -> examples.putObject(type.slug())
                .put("summary", type.title())
                .put("description", type.advice())
                .set("value", example(type)));
        return response;
    }

    private static void header(ObjectNode response, String name, String description) {
        response.putObject("headers")
                .putObject(name)
                .put("description", description)
                .putObject("schema")
                .put("type", "string");
    }

    private JsonNode example(ProblemType type) {
        return Json.readTree(example.apply(type).json(EXAMPLE_REQUEST_ID));
    }

    /** An annotation can hold an example only as text. */
    private static void parseExamples(JsonNode holder) {
        holder.path("content").forEach(media -> {
            if (media.path("example").isTextual()) {
                var text = media.get("example").textValue();
                ((ObjectNode) media).set("example", Json.readTree(text.getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    /** No annotation refers to the schema of a problem, so the processor does not generate it. */
    private void addProblemSchema() {
        var schemas = (ObjectNode) document.at("/components/schemas");
        var problem = schemas.putObject("Problem");
        problem.put("type", "object").put("additionalProperties", false);
        problem.putArray("required")
                .add("type")
                .add("title")
                .add("status")
                .add("detail")
                .add("instance");
        var properties = problem.putObject("properties");
        var type = properties
                .putObject("type")
                .put("type", "string")
                .put("format", "uri-reference")
                .put(
                        "description",
                        "The type of the problem; branch on this. A later version may have further types: treat one that you do"
                                + " not know by its status");
        var uris = type.putArray("x-extensible-enum"); // an enum would be closed: old clients would refuse a new type
        for (var each : problemTypes) {
            uris.add(each.uri());
        }
        text(properties, "title", "A short summary, the same for every problem of the type");
        properties.putObject("status").put("type", "integer").put("description", "The HTTP status code");
        text(properties, "detail", "What happened, as a sentence for people");
        text(
                properties,
                "instance",
                "Identifies the request: /requests/ and its X-Request-Id. Quote it when you report a problem");
        ((ObjectNode) properties.get("instance")).put("format", "uri-reference");
        properties
                .putObject("seats")
                .put("type", "array")
                .put("description", "Labels of the seats that caused the problem")
                .putObject("items")
                .put("type", "string");
        var error = properties
                .putObject("errors")
                .put("type", "array")
                .put("description", "The invalid fields and query parameters")
                .putObject("items");
        error.put("type", "object").put("additionalProperties", false);
        error.putArray("required").add("field").add("message");
        var errorProperties = error.putObject("properties");
        text(
                errorProperties,
                "field",
                "Path of the field, such as sections[0].price, or name of the query parameter; empty for the whole body");
        text(errorProperties, "message", "What is wrong with the field");
        text(properties, "reservationStatus", "The status of the reservation");
        text(
                properties,
                "reason",
                "Why the ticket code is invalid, or the ticket cannot be transferred or checked out; for sellers, also why a"
                        + " promotion code is not valid");
        var reasons = ((ObjectNode) properties.get("reason")).putArray("enum");
        for (var reason : CheckInResult.Reason.values()) {
            reasons.add(reason.wireName());
        }
        for (var refusal : Transfers.Refusal.values()) {
            if (refusal != Transfers.Refusal.EVENT_CANCELLED) { // which has a problem type of its own
                reasons.add(refusal.name());
            }
        }
        reasons.add("NOT_CHECKED_IN").add("NO_REENTRY");
        for (var reason : CodeInvalid.Reason.values()) {
            reasons.add(reason.name());
        }
        text(properties, "checkedInAt", "When the ticket was checked in");
        ((ObjectNode) properties.get("checkedInAt")).put("format", "date-time");
        text(properties, "opensAt", "When the sale begins");
        ((ObjectNode) properties.get("opensAt")).put("format", "date-time");
        text(properties, "section", "The section that has too few free places");
        text(properties, "priceType", "The price type of which too few seats are left");
        properties
                .putObject("largest")
                .put("type", "integer")
                .put("description", "Size of the largest party that could sit together");
        properties
                .putObject("instead")
                .put("type", "array")
                .put("description", "Labels of seats that would leave none alone")
                .putObject("items")
                .put("type", "string");
        properties
                .putObject("available")
                .put("type", "integer")
                .put(
                        "description",
                        "How many places of the section are free, or seats for the party, or left at the price");
        properties
                .putObject("left")
                .put("type", "integer")
                .put(
                        "description",
                        "How many more seats the code may be used for, or reservations if it is for a single use");
        text(properties, "gate", "The gate where the ticket was checked in");
    }

    private static void text(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }

    /** Removes default values, such as "deprecated": false and "tags": [], which the processor always writes. It keeps "security": []: public. */
    private static void removeDefaults(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (var name : List.of("deprecated", "allowEmptyValue")) {
                if (object.path(name).isBoolean() && !object.path(name).booleanValue()) {
                    object.remove(name);
                }
            }
            for (var name : List.of("parameters", "tags")) {
                if (object.path(name).isArray() && object.path(name).isEmpty()) {
                    object.remove(name);
                }
            }
        }
        node.forEach(ApiDocument::removeDefaults);
    }

    /** In OpenAPI 3.0, a reference hides everything next to it, such as a description. Moves such references into "allOf". */
    private static void wrapReferences(JsonNode node) {
        node.forEach(ApiDocument::wrapReferences);
        if (node instanceof ObjectNode object && object.has("$ref") && object.size() > 1) {
            var reference = NODES.objectNode();
            reference.set("$ref", object.remove("$ref"));
            object.putArray("allOf").add(reference);
        }
    }
}
