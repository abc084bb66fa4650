package seatlock.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.oas.OpenApi30;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;

/** Checks responses against the copy of the OpenAPI document in the repository. */
public final class OpenApiContract {

    public static final Path DOCUMENT = Path.of("src/test/resources/openapi.json");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode ROOT = read();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V4,
            builder -> builder.metaSchema(OpenApi30.getInstance())
                    .defaultMetaSchemaIri(OpenApi30.getInstance().getIri()));

    private OpenApiContract() {}

    private static JsonNode read() {
        try {
            return Files.exists(DOCUMENT) ? JSON.readTree(DOCUMENT.toFile()) : JSON.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the document describes this response. A status that it does not describe must be one of a few 4xx. */
    static void check(String method, String path, HttpResponse<byte[]> response) {
        var status = String.valueOf(response.statusCode());
        assertThat(response.statusCode()).as(method + " " + path).isNotEqualTo(500);
        var operation = operation(method, path);
        if (operation.isEmpty()) {
            return; // a page, a wrong path, a wrong method
        }
        var described = operation.get().at("/responses/" + status);
        var what = method + " " + path + " → " + status;
        if (described.isMissingNode()) {
            // Refused before it reached the operation, for its size, form or method.
            assertThat(status)
                    .as(what + " is not in the OpenAPI document")
                    .isIn("400", "404", "405", "413", "429", "431");
            return;
        }
        if (response.body().length == 0) {
            assertThat(described.has("content") && !method.equals("HEAD"))
                    .as(what + " has no content")
                    .isFalse();
            return;
        }
        var type =
                response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", ""); // without parameters
        var schema = described.at("/content/" + type.replace("/", "~1") + "/schema");
        assertThat(schema.isMissingNode()).as(what + " of type " + type).isFalse();
        if (type.endsWith("json")) {
            try {
                validate(what, schema, JSON.readTree(response.body()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Fails unless a body is valid by a schema of the document. */
    public static void validate(String what, JsonNode schema, JsonNode body) {
        var validator = SCHEMAS.computeIfAbsent(schema.toString(), OpenApiContract::compile);
        assertThat(validator.validate(body)).as(what).isEmpty();
    }

    /** A schema together with the components it refers to. */
    private static JsonSchema compile(String schema) {
        try {
            var whole = (ObjectNode) JSON.readTree(schema);
            var location = SchemaLocation.of("https://seatlock.test/" + Integer.toHexString(schema.hashCode()));
            var holder = JSON.createObjectNode();
            holder.putArray("allOf").add(whole);
            holder.set("components", ROOT.get("components"));
            return FACTORY.getSchema(
                    location,
                    holder,
                    SchemaValidatorsConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<JsonNode> operation(String method, String path) {
        var paths = ROOT.path("paths").properties();
        return StreamSupport.stream(paths.spliterator(), false)
                .filter(entry -> path.matches(entry.getKey().replaceAll("\\{[^}]+}", "[^/]+")))
                .map(entry -> entry.getValue().path(method.toLowerCase(Locale.ROOT)))
                .filter(JsonNode::isObject)
                .findFirst();
    }
}
