package seatlock.api.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import seatlock.http.HttpProblem;
import seatlock.http.Json;
import seatlock.http.Problem;
import seatlock.http.ProblemType;
import seatlock.http.RequestId;
import seatlock.tickets.CheckInResult;

/**
 * The OpenAPI document: what javalin-openapi's annotation processor wrote from the handlers' annotations while they
 * were compiled, completed with what annotations cannot say: who may call what, and what each problem looks like.
 *
 * <p>In an annotation, the description of an error is the list of its problems' slugs. Here it becomes one example for
 * each of them.
 */
public final class ApiDocument {

    public static final String ADMIN_KEY = "adminKey";
    public static final String SALES_KEY = "salesKey";
    public static final String GATE_KEY = "gateKey";
    public static final String RESERVATION_TOKEN = "reservationToken";

    private static final String GENERATED = "/openapi-plugin/openapi-default.json";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final RequestId EXAMPLE_REQUEST = new RequestId("4bf92f3577b34da6a3ce929d0e0e4736");

    private final ObjectNode document;
    private final List<ProblemType> problemTypes;
    private final Function<ProblemType, Problem> example;

    private ApiDocument(ObjectNode document, List<ProblemType> problemTypes, Function<ProblemType, Problem> example) {
        this.document = document;
        this.problemTypes = problemTypes;
        this.example = example;
    }

    /**
     * Completes the document and writes it as JSON.
     *
     * @param problemTypes every type of problem that the API answers with
     * @param example returns an example of a type
     */
    public static byte[] bytes(List<ProblemType> problemTypes, Function<ProblemType, Problem> example) {
        var generated = Json.readTree(Resources.bytes(GENERATED));
        var document = new ApiDocument((ObjectNode) generated, problemTypes, example);
        document.complete();
        return document.document.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private void complete() {
        describe();
        document.path("paths").forEach(path -> path.forEach(operation -> complete((ObjectNode) operation)));
        addProblemSchemas();
        trim(document);
    }

    private void describe() {
        var info = (ObjectNode) document.get("info");
        info.put("description", """
                An event-ticketing backend that never sells a seat twice.

                Create an event, reserve seats, confirm once they are paid for. A pending reservation holds its seats
                until `expiresAt`; from then on they are free again.

                **Errors** are `application/problem+json` (RFC 9457). Branch on `type`; each one is explained where it
                leads to. **Idempotency-Key**: send a new random one with every new intent and the same one with every
                retry: the effect happens once, and every copy gets the same answer, with `Idempotency-Replayed: true`.

                **Keys** go in `Authorization: Bearer …`. One made by `POST /api/keys` has a role and is for all events or
                for some; a key of role `admin` may do whatever the others may. It has the form
                `seatlock_[0-9a-f]{32}_[0-9a-f]{72}`, by which a secret scanner finds it.

                Every answer has an `X-Request-Id`: the trace-id of the request's `traceparent` (W3C Trace Context), or a
                random one. A problem has it in its `instance`; one that is repeated has that of the first request.
                """);
        info.putObject("license").put("name", "Apache-2.0");
        document.putArray("servers").addObject().put("url", "/");
        var schemes = ((ObjectNode) document.get("components")).putObject("securitySchemes");
        bearer(schemes, ADMIN_KEY, "An API key of role admin, for all events: SEATLOCK_ADMIN_KEY is the first one.");
        bearer(schemes, SALES_KEY, "An API key of role sales (or admin) for the event.");
        bearer(schemes, GATE_KEY, "An API key of role gate (or admin) for the event.");
        bearer(schemes, RESERVATION_TOKEN, "The token in the answer that made the reservation.");
    }

    private static void bearer(ObjectNode schemes, String name, String description) {
        schemes.putObject(name).put("type", "http").put("scheme", "bearer").put("description", description);
    }

    private void complete(ObjectNode operation) {
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
            add(problems, HttpProblem.MALFORMED_REQUEST);
            add(problems, HttpProblem.CONTENT_TOO_LARGE);
            add(problems, HttpProblem.UNSUPPORTED_MEDIA_TYPE);
        } else {
            operation.remove("requestBody"); // the processor leaves an empty one
        }
        add(problems, HttpProblem.HEADER_TOO_LARGE);
        add(problems, HttpProblem.RATE_LIMITED);
        add(problems, HttpProblem.OVERLOADED);
        add(problems, HttpProblem.INTERNAL_ERROR);
        problems.forEach((status, types) -> responses.set(status, response(types)));
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
            header(response, "Retry-After", "Seconds to wait");
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
        return Json.readTree(example.apply(type).json(EXAMPLE_REQUEST));
    }

    /** An annotation holds an example as text. */
    private static void parseExamples(JsonNode holder) {
        holder.path("content").forEach(media -> {
            if (media.path("example").isTextual()) {
                var text = media.get("example").textValue();
                ((ObjectNode) media).set("example", Json.readTree(text.getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    /** No handler names the schema of a problem, so the processor has not seen it. */
    private void addProblemSchemas() {
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
        var type = properties.putObject("type").put("type", "string").put("description", "Which one: branch on this");
        var uris = type.putArray("enum");
        for (var each : problemTypes) {
            uris.add(each.uri());
        }
        text(properties, "title", "The same for every problem of the type");
        properties.putObject("status").put("type", "integer").put("description", "The HTTP status");
        text(properties, "detail", "What happened this time, for a person to read");
        text(
                properties,
                "instance",
                "Which request it was: tell it to who runs the server. The end is its X-Request-Id");
        ((ObjectNode) properties.get("instance")).put("format", "uri-reference");
        properties
                .putObject("seats")
                .put("type", "array")
                .put("description", "The seats in question, by label")
                .putObject("items")
                .put("type", "string");
        var error = properties
                .putObject("errors")
                .put("type", "array")
                .put("description", "What is wrong with which field")
                .putObject("items");
        error.put("type", "object").put("additionalProperties", false);
        error.putArray("required").add("field").add("message");
        var errorProperties = error.putObject("properties");
        text(errorProperties, "field", "Where, as in sections[0].price; empty for the whole");
        text(errorProperties, "message", "What is wrong there");
        text(properties, "reservationStatus", "What the reservation is instead");
        text(properties, "reason", "Why a code lets nobody in");
        var reasons = ((ObjectNode) properties.get("reason")).putArray("enum");
        for (var reason : CheckInResult.Reason.values()) {
            reasons.add(reason.name());
        }
        text(properties, "checkedInAt", "When the ticket was used");
        ((ObjectNode) properties.get("checkedInAt")).put("format", "date-time");
        text(properties, "gate", "Where the ticket was used");
    }

    private static void text(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }

    /** The processor writes "deprecated": false and "tags": [] wherever they could be. */
    private static void trim(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (var noise : List.of("deprecated", "allowEmptyValue")) {
                if (object.path(noise).isBoolean() && !object.path(noise).booleanValue()) {
                    object.remove(noise);
                }
            }
            for (var noise : List.of("parameters", "security", "tags")) {
                if (object.path(noise).isArray() && object.path(noise).isEmpty()) {
                    object.remove(noise);
                }
            }
        }
        node.forEach(ApiDocument::trim);
    }
}
