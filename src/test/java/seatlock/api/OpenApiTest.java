package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import seatlock.http.HttpProblem;
import seatlock.support.OpenApiContract;

/** Tests the OpenAPI document. */
class OpenApiTest {

    /** Makes each change of the API a visible diff. `make openapi` writes the copy. */
    @Test
    void the_copy_in_the_repository_equals_the_served_document() throws IOException {
        var served = new String(DocumentationHandlers.openApiDocument(), StandardCharsets.UTF_8);
        if (Boolean.getBoolean("seatlock.openapi.write")) {
            Files.writeString(OpenApiContract.DOCUMENT, served);
        }
        assertThat(served)
                .as("the API has changed: run `make openapi` and check `git diff`")
                .isEqualTo(Files.readString(OpenApiContract.DOCUMENT));
    }

    @Test
    void every_problem_type_is_documented_with_an_example() throws IOException {
        var document = new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        var paths = document.get("paths").toString();
        for (var type : ApiProblem.all()) {
            if (type != HttpProblem.METHOD_NOT_ALLOWED) { // it concerns methods that are not in the document
                assertThat(paths).contains("\"" + type.uri() + "\"");
            }
        }
    }

    /** A closed list of types would make clients that were generated earlier refuse a new one. */
    @Test
    void the_type_of_a_problem_is_open_and_its_known_values_are_listed() throws IOException {
        var type = new ObjectMapper()
                .readTree(DocumentationHandlers.openApiDocument())
                .at("/components/schemas/Problem/properties/type");

        assertThat(type.has("enum")).isFalse();
        assertThat(type.get("x-extensible-enum")).hasSameSizeAs(ApiProblem.all());
    }

    /** The generator takes a method of a record for a field unless it is told not to. */
    @Test
    void every_field_that_is_an_object_names_its_own_fields() throws IOException {
        var schemas = new ObjectMapper()
                .readTree(DocumentationHandlers.openApiDocument())
                .at("/components/schemas");
        var vague = new ArrayList<String>();
        schemas.properties()
                .forEach(schema -> schema.getValue().path("properties").properties().stream()
                        .filter(field -> field.getValue().path("type").asText().equals("object")
                                && !field.getValue().has("properties")
                                && !field.getValue().has("additionalProperties"))
                        .forEach(field -> vague.add(schema.getKey() + "." + field.getKey())));
        assertThat(vague).isEmpty();
    }

    /** @param check gets the name of each operation, such as {@code get /api/events}, and its definition */
    private static void checkOperations(JsonNode document, BiConsumer<String, JsonNode> check) {
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation ->
                                check.accept(operation.getKey() + " " + path.getKey(), operation.getValue())));
    }

    @Test
    void every_operation_has_security_refusals_a_tag_and_path_parameters_first() throws IOException {
        var document = new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        checkOperations(document, (name, operation) -> {
            assertThat(operation.has("security")).as(name).isTrue();
            assertThat(operation.path("description").asText()).as(name).isNotEmpty();
            for (var status : List.of("400", "413", "422", "429", "431", "500", "503")) {
                assertThat(operation.path("responses").has(status))
                        .as(name + " " + status)
                        .isTrue();
            }
            var places = new ArrayList<String>();
            operation
                    .path("parameters")
                    .forEach(each -> places.add(each.get("in").textValue()));
            assertThat(places)
                    .as(name)
                    .isSortedAccordingTo(Comparator.comparing(List.of("path", "query", "header")::indexOf));
            operation
                    .get("tags")
                    .forEach(tag -> assertThat(document.get("tags").findValuesAsText("name"))
                            .contains(tag.textValue()));
        });
    }

    @Test
    void every_operation_has_a_summary_and_example_responses() throws IOException {
        var document = new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        checkOperations(document, (name, operation) -> {
            assertThat(operation.path("summary").asText()).as(name).isNotEmpty();
            assertThat(operation.path("operationId").asText()).as(name).isNotEmpty();
            operation
                    .get("responses")
                    .forEach(response -> response.path("content")
                            .forEach(media -> assertThat(media.has("example") || media.has("examples"))
                                    .as(name)
                                    .isTrue()));
        });
    }

    @Test
    void every_example_in_json_is_valid_by_its_schema() throws IOException {
        var document = new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        var count = new AtomicInteger();
        checkOperations(
                document,
                (name, operation) -> operation
                        .findValues("content")
                        .forEach(content -> content.properties().stream()
                                .filter(media -> media.getKey().endsWith("json"))
                                .map(Map.Entry::getValue)
                                .forEach(media -> examples(media).forEach(example -> {
                                    count.incrementAndGet();
                                    OpenApiContract.validate(name + " " + example, media.get("schema"), example);
                                }))));
        assertThat(count).hasValueGreaterThan(100);
    }

    private static List<JsonNode> examples(JsonNode media) {
        var examples = new ArrayList<>(media.path("examples").findValues("value"));
        if (media.has("example")) {
            examples.add(media.get("example"));
        }
        return examples;
    }

    /** In OpenAPI 3.0, readers ignore everything next to a reference. */
    @Test
    void nothing_stands_next_to_a_reference() throws IOException {
        var document = new ObjectMapper().readTree(DocumentationHandlers.openApiDocument());
        assertThat(document.findParents("$ref"))
                .isNotEmpty()
                .allSatisfy(parent -> assertThat(parent).as(parent.toString()).hasSize(1));
    }
}
