package seatlock.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Collectors;
import seatlock.text.PrintableText;

/**
 * JSON, parsed strictly. A body that is not RFC 8259, or has a duplicate name, is malformed; one with an unknown field or a
 * value of another type is invalid. Nothing is coerced or ignored.
 */
public final class Json {

    /** Our deepest request has five levels. */
    private static final int MAX_DEPTH = 16;

    /** Our longest names are labels of seats. A limit is needed because errors repeat unknown names. */
    private static final int MAX_NAME = 120;

    private static final JsonMapper MAPPER = mapper();

    private Json() {}

    private static JsonMapper mapper() {
        var factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNameLength(MAX_NAME)
                        .build())
                .build();
        var mapper = JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                // A fingerprint is made of what is written, and must be the same on every node.
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
                .build();
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        // Jackson would accept a blank text as null.
        mapper.coercionConfigFor(LogicalType.Integer)
                .setAcceptBlankAsEmpty(false)
                .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.String, CoercionAction.Fail);
        return mapper;
    }

    /**
     * Parses an object.
     *
     * @throws Problem.Refused malformed-request or invalid-request
     */
    public static <T> T read(byte[] json, Class<T> type) {
        var tree = parse(json);
        if (tree.isMissingNode()) {
            throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The request has no body.")
                    .refuse();
        }
        return convert(tree, type);
    }

    /** Like {@link #read}, where nothing, white space and {@code null} count as an empty object. */
    public static <T> T readOptional(byte[] json, Class<T> type) {
        var tree = parse(json);
        return convert(tree.isMissingNode() || tree.isNull() ? MAPPER.createObjectNode() : tree, type);
    }

    /** A description of a change, in the form of RFC 7396 (JSON Merge Patch): an object with the fields that change. */
    public static final class MergePatch {
        private final JsonNode changes;

        private MergePatch(JsonNode changes) {
            this.changes = changes;
        }

        /**
         * Returns an object with the changes applied.
         *
         * @throws Problem.Refused invalid-request if the result is not an object of its type
         */
        public <T> T applyTo(T original, Class<T> type) {
            return convert(merge(MAPPER.valueToTree(original), changes), type);
        }

        /** RFC 7396 section 2; but what is removed becomes null, which counts as absent, so that an unknown name is refused. */
        private static JsonNode merge(JsonNode target, JsonNode patch) {
            if (!patch.isObject()) {
                return patch;
            }
            var merged = target.isObject() ? (ObjectNode) target : MAPPER.createObjectNode();
            patch.properties().forEach(field -> {
                var old = merged.path(field.getKey());
                merged.set(field.getKey(), merge(old, field.getValue()));
            });
            return merged;
        }
    }

    /**
     * Parses a merge patch. Its fields are checked when it is applied.
     *
     * @param type of the objects to which it is applied
     * @throws Problem.Refused malformed-request or invalid-request
     */
    static MergePatch readPatch(byte[] json, Class<?> type) {
        var tree = parse(json);
        if (tree.isMissingNode()) {
            throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The request has no body.")
                    .refuse();
        }
        requirePrintableObject(tree, type);
        return new MergePatch(tree);
    }

    private static void requirePrintableObject(JsonNode tree, Class<?> type) {
        if (!(tree instanceof ObjectNode object)) {
            throw Problem.invalid("", "must be a JSON object").refuse();
        }
        var lines = withoutLineBreaks(object, type);
        if (!isPrintable(lines)) {
            throw Problem.invalid(unprintable(lines, ""), "must not contain control characters or invalid Unicode")
                    .refuse();
        }
    }

    /** Returns the object without the line breaks that it may have. */
    private static ObjectNode withoutLineBreaks(ObjectNode object, Class<?> type) {
        var components = type.isRecord() ? type.getRecordComponents() : new RecordComponent[0];
        var copy = object;
        for (var component : components) {
            var text = object.path(component.getName());
            if (component.isAnnotationPresent(Paragraphs.class) && text.isTextual()) {
                copy = copy.deepCopy();
                copy.put(component.getName(), text.textValue().replaceAll("\r?\n", " "));
            }
        }
        return copy;
    }

    private static <T> T convert(JsonNode tree, Class<T> type) {
        requirePrintableObject(tree, type);
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException e) {
            throw Problem.invalid(path(e), "is not a field of this request").refuse();
        } catch (JsonMappingException e) {
            throw Problem.invalid(path(e), "has the wrong type or is out of range")
                    .refuse();
        } catch (JsonProcessingException e) {
            throw Problem.invalid("", "has a value that is out of range").refuse();
        }
    }

    /** Returns a missing node if there is nothing but white space. */
    private static JsonNode parse(byte[] json) {
        try {
            // Decoded here, because Jackson would also detect UTF-16 and UTF-32, and accept overlong UTF-8.
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
            return MAPPER.readTree(text.toString());
        } catch (CharacterCodingException e) {
            throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The body is not valid UTF-8.")
                    .refuse();
        } catch (StreamConstraintsException e) {
            throw Problem.of(
                            HttpProblem.MALFORMED_REQUEST,
                            "The body is nested too deeply, or has a name or number that is too long.")
                    .refuse();
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw Problem.of(
                            HttpProblem.MALFORMED_REQUEST,
                            "The body is not valid JSON, or repeats a name" + where + ".")
                    .refuse();
        }
    }

    /**
     * Control characters could inject header fields into a mail, and PostgreSQL stores neither NUL nor half a surrogate pair.
     */
    private static boolean isPrintable(JsonNode node) {
        if (node.isTextual()) {
            return PrintableText.isPrintable(node.textValue());
        }
        for (var child : node) {
            if (!isPrintable(child)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the path of the first text that is not printable, in a node with this path. */
    private static String unprintable(JsonNode node, String path) {
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            if (!isPrintable(node.get(i))) {
                return unprintable(node.get(i), path + "[" + i + "]");
            }
        }
        for (var field : node.properties()) {
            if (!isPrintable(field.getValue())) {
                var name = PrintableText.orQuestionMark(field.getKey());
                return unprintable(field.getValue(), path.isEmpty() ? name : path + "." + name);
            }
        }
        return path;
    }

    private static String path(JsonMappingException e) {
        var path = e.getPath().stream()
                .map(step -> step.getFieldName() == null
                        ? "[" + step.getIndex() + "]"
                        : "." + PrintableText.orQuestionMark(step.getFieldName()))
                .collect(Collectors.joining());
        return path.startsWith(".") ? path.substring(1) : path;
    }

    /** Writes a value as JSON. */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write as JSON: " + value.getClass(), e);
        }
    }

    /** Parses a trusted document. */
    public static JsonNode readTree(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
