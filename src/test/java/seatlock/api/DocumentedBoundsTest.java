package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Compares the bounds in the OpenAPI document with what the server does: it sends a value at each bound and one beyond it. */
class DocumentedBoundsTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonNode DOCUMENT = document();

    /** A value at these bounds would take a million seats. */
    private static final int LARGE = 10_000;

    /** Lists that the examples in the document do not have. */
    private static final Map<String, String> LISTS = Map.of(
            "priceTypes", "[{\"id\":\"adult\",\"name\":\"Adult\"}]",
            "fees", "[{\"name\":\"Booking fee\",\"amount\":150,\"per\":\"SEAT\"}]",
            "places", "[{\"section\":\"FLOOR\",\"quantity\":1}]",
            "presales", "[{\"from\":\"2026-03-01T09:00:00Z\",\"access\":\"MEMBERS\"}]");

    private final TestSystem system = TestSystem.shared();

    private static JsonNode document() {
        try {
            return new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode resolve(JsonNode schema) {
        var reference =
                schema.path("allOf").path(0).isObject() ? schema.at("/allOf/0") : schema; // next to a description
        return reference.has("$ref")
                ? DOCUMENT.at(reference.get("$ref").textValue().substring(1))
                : schema;
    }

    private record Operation(String path, String method, JsonNode definition) {

        boolean hasBody() {
            return definition.has("requestBody");
        }

        JsonNode media() {
            return definition.at("/requestBody/content/application~1json");
        }

        @Override
        public String toString() {
            return definition.get("operationId").textValue();
        }
    }

    static Stream<Operation> operations() {
        return DOCUMENT.get("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(operation -> new Operation(path.getKey(), operation.getKey(), operation.getValue())));
    }

    /** Without the notices, which are in the format of the payment provider. */
    static Stream<Operation> operationsWithBody() {
        return operations()
                .filter(operation ->
                        operation.hasBody() && !operation.toString().equals("providerNotice"));
    }

    /** A field at one of its bounds, or beyond it. */
    private record Sample(String field, String bound, JsonNode value) {}

    private static List<Sample> samples(String field, JsonNode schema, boolean beyond) {
        var samples = new ArrayList<Sample>();
        schema.properties().forEach(constraint -> {
            var bound = constraint.getValue();
            var far = beyond ? 1 : 0;
            JsonNode value = switch (constraint.getKey()) {
                case "minLength" -> NODES.textNode("x".repeat(bound.asInt() - far));
                case "maxLength" -> NODES.textNode("x".repeat(bound.asInt() + far));
                case "minimum" -> NODES.numberNode(bound.asLong() - far);
                case "maximum" -> NODES.numberNode(bound.asLong() + far);
                case "minItems" -> bound.asInt() < far ? null : items(schema, bound.asInt() - far);
                case "maxItems" -> items(schema, bound.asInt() + far);
                case "enum" -> beyond ? NODES.textNode("nothing") : bound.get(0);
                case "pattern", "format" ->
                    beyond && schema.path("type").asText().equals("string") ? NODES.textNode("?") : null;
                default -> null;
            };
            if (value != null && (beyond || !isMade(schema, value))) {
                samples.add(new Sample(field, constraint.getKey(), value));
            }
        });
        return samples;
    }

    /** Whether the value satisfies the bound of its size, but not the other rules of its field. */
    private static boolean isMade(JsonNode schema, JsonNode value) {
        return value.isTextual() && (schema.has("format") || schema.has("pattern"))
                || value.isNumber()
                        && value.asLong() > LARGE
                        && schema.path("format").asText().equals("int32")
                || value.isArray();
    }

    private static ArrayNode items(JsonNode schema, int count) {
        var items = NODES.arrayNode();
        var isUuid = schema.at("/items/format").asText().equals("uuid");
        IntStream.range(0, count).forEach(i -> items.add(isUuid ? new UUID(1, i).toString() : "S-A-" + i));
        return items;
    }

    private void check(Operation operation, JsonNode schema, JsonNode body, String path, List<JsonNode> ancestors) {
        var properties = resolve(schema).path("properties");
        properties.properties().forEach(property -> {
            var field = path + property.getKey();
            var constraints = property.getValue();
            for (var beyond : List.of(true, false)) {
                for (var sample : samples(field, constraints, beyond)) {
                    var original = body.get(property.getKey());
                    ((ObjectNode) body).set(property.getKey(), sample.value);
                    expect(operation, ancestors.get(0), sample, beyond);
                    if (original == null) {
                        ((ObjectNode) body).remove(property.getKey());
                    } else {
                        ((ObjectNode) body).set(property.getKey(), original);
                    }
                }
            }
            if (constraints.path("items").has("$ref")) {
                var isAdded = !body.has(property.getKey());
                if (isAdded) {
                    ((ObjectNode) body).set(property.getKey(), Api.json(LISTS.get(field)));
                }
                check(
                        operation,
                        constraints.get("items"),
                        body.get(property.getKey()).get(0),
                        field + "[0].",
                        ancestors);
                if (isAdded) {
                    ((ObjectNode) body).remove(property.getKey());
                }
            }
        });
    }

    private void expect(Operation operation, JsonNode body, Sample sample, boolean beyond) {
        var what = operation + ": " + sample.field + (beyond ? " beyond " : " at ") + sample.bound;
        if (!beyond && what.startsWith("changeEvent: sections[0].name")) {
            return; // the event has no section of such a name
        }
        var response = send(operation, body);
        if (beyond) {
            assertThat(response.outcome()).as(what).isIn("422 invalid-request", "422 too-many-seats");
        }
        if (response.outcome().equals("422 invalid-request")) {
            var fields = StreamSupport.stream(response.json().get("errors").spliterator(), false)
                    .map(error -> error.get("field").textValue())
                    .toList();
            assertThat(fields.stream().anyMatch(field -> field.startsWith(sample.field)))
                    .as(what + " " + fields)
                    .isEqualTo(beyond);
        }
    }

    private Api.Response send(Operation operation, JsonNode body) {
        var request = system.api
                .asAdmin(system.api.request(fill(operation)))
                .header("Content-Type", "application/json")
                .method(operation.method.toUpperCase(Locale.ROOT), BodyPublishers.ofString(body.toString()));
        request.header("Idempotency-Key", UUID.randomUUID().toString());
        return system.api.send(request);
    }

    private String event;
    private String reservation;
    private String key;

    /** Sections can be added to an event once. */
    private String freshEvent() {
        return system.event(1).id().toString();
    }

    private String fill(Operation operation) {
        if (event == null) {
            var created = system.event(200);
            event = created.id().toString();
            system.api.buyOne(created.id(), "S-A-199"); // a change, so that nothing waits for one
            reservation =
                    system.api.reserve(created.id(), "S-A-200").json().get("id").textValue();
            key = system.api
                    .send(Api.post(
                            system.api.asAdmin(system.api.request("/api/keys")),
                            "{\"role\":\"gate\",\"name\":\"bounds\"}"))
                    .json()
                    .get("id")
                    .textValue();
        }
        return operation
                .path
                .replace("{eventId}", operation.path.endsWith("/sections") ? freshEvent() : event)
                .replace("{reservationId}", reservation)
                .replace("{ticketId}", new UUID(0, 1).toString())
                .replace("{keyId}", key)
                .replace("{allocation}", "HOUSE");
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void a_body_beyond_a_documented_bound_is_refused_and_one_at_it_is_not(Operation operation) {
        var body = operation.media().get("example").deepCopy();
        check(operation, operation.media().get("schema"), body, "", List.of(body));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void a_query_parameter_beyond_a_documented_bound_is_refused_and_one_at_it_is_not(Operation operation) {
        for (var parameter : operation.definition.path("parameters")) {
            if (!parameter.get("in").textValue().equals("query")) {
                continue;
            }
            var name = parameter.get("name").textValue();
            var schema = resolve(parameter.get("schema"));
            for (var beyond : List.of(true, false)) {
                for (var sample : samples(name, schema, beyond)) {
                    var query = "?" + name + "=" + sample.value.asText() + otherRequired(operation, name);
                    var response = system.api.send(system.api.asAdmin(system.api.request(fill(operation) + query)));
                    assertThat(response.outcome())
                            .as(operation + query)
                            .isEqualTo(beyond ? "422 invalid-request" : "200");
                }
            }
        }
    }

    private static String otherRequired(Operation operation, String name) {
        var isNeeded = operation.toString().equals("findReservationsOfAddress") && !name.equals("email");
        return isNeeded ? "&email=ada@example.org" : "";
    }

    @Test
    void every_text_number_and_list_of_a_request_has_bounds() {
        operationsWithBody()
                .forEach(operation -> checkBounded(resolve(operation.media().get("schema")), operation.toString()));
    }

    private static void checkBounded(JsonNode schema, String name) {
        schema.path("properties")
                .properties()
                .forEach(property -> checkFieldBounded(property.getValue(), name + "." + property.getKey()));
    }

    private static void checkFieldBounded(JsonNode field, String what) {
        if (resolve(field) != field) {
            checkBounded(resolve(field), what);
            return;
        }
        if (field.has("oneOf")) {
            field.get("oneOf").forEach(choice -> checkFieldBounded(choice, what));
            return;
        }
        switch (field.path("type").asText()) {
            case "string" ->
                assertThat(field.has("maxLength") || field.has("format") || field.has("pattern") || field.has("enum"))
                        .as(what)
                        .isTrue();
            case "integer", "number" ->
                assertThat(field.has("minimum")).as(what).isTrue();
            case "array" -> {
                assertThat(field.has("minItems") || field.has("maxItems"))
                        .as(what)
                        .isTrue();
                checkFieldBounded(field.get("items"), what);
            }
            case "object" ->
                assertThat(field.at("/additionalProperties/maxLength").isNumber()
                                || field.at("/additionalProperties/maximum").isNumber()
                                || what.equals("convertPlan.plan")) // in the format of others
                        .as(what)
                        .isTrue();
            default -> assertThat(field.path("type").asText()).as(what).isEqualTo("boolean");
        }
    }
}
