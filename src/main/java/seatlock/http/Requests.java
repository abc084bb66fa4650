package seatlock.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;
import seatlock.text.PrintableText;

/** Reads parts of a request. Each method returns a valid value or refuses the request. */
public final class Requests {

    /** {@link UUID#fromString} also accepts "1-1-1-1-1". */
    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final Pattern ZERO_QUALITY = Pattern.compile("\\s*q\\s*=\\s*0(\\.0*)?\\s*");

    /** An element of a list of entity tags, which may be empty (RFC 9110 sections 5.6.1 and 8.8.3). A tag may contain commas. */
    private static final Pattern ENTITY_TAG =
            Pattern.compile("\\G[ \\t]*((?:W/)?\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")?[ \\t]*(?:,|\\z)");

    private static final String JSON = "application/json";

    private static final String CSV = "text/csv";

    /** RFC 7396 section 4. */
    private static final String MERGE_PATCH = "application/merge-patch+json";

    /** Fields with one value, which is read from the first of them. */
    private static final List<String> SINGLE_FIELDS = List.of("Authorization", "Content-Type");

    private Requests() {}

    /** Parses a UUID in its canonical form; empty if the text is something else. */
    public static Optional<UUID> uuid(String text) {
        return UUID_FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    /**
     * Parses the body as a JSON object of a type.
     *
     * @throws Problem.Refused unsupported-media-type, malformed-request or invalid-request
     */
    public static <T> T body(Context ctx, Class<T> type) {
        requireJson(ctx);
        return Json.read(bytes(ctx), type);
    }

    /**
     * Like {@link #body}, for an operation that may do without: no body, white space and {@code null} mean an empty object. Unlike
     * that of {@link #optionalBody}, a body that has content must have the Content-Type of JSON.
     */
    public static <T> T bodyIfAny(Context ctx, Class<T> type) {
        var body = bytes(ctx);
        if (!new String(body, StandardCharsets.UTF_8).isBlank()) {
            requireJson(ctx);
        }
        return Json.readOptional(body, type);
    }

    private static void requireJson(Context ctx) {
        if (!isUtf8(ctx.header("Content-Type"), Set.of(JSON))) {
            throw Problem.of(
                            HttpProblem.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Type must be application/json (curl: -H 'Content-Type: application/json').")
                    .refuse();
        }
    }

    /**
     * Returns the body of an operation that takes CSV or JSON, if it is CSV.
     *
     * @return empty if it is JSON
     * @throws Problem.Refused unsupported-media-type if it is neither
     */
    public static Optional<byte[]> csv(Context ctx) {
        var type = ctx.header("Content-Type");
        if (isUtf8(type, Set.of(JSON))) {
            return Optional.empty();
        }
        if (!isUtf8(type, Set.of(CSV))) {
            throw Problem.of(
                            HttpProblem.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Type must be " + JSON + " or " + CSV + ", in UTF-8.")
                    .refuse();
        }
        return Optional.of(bytes(ctx));
    }

    /**
     * Parses the body as a merge patch.
     *
     * @param type of the objects to which it is applied
     * @throws Problem.Refused unsupported-media-type, malformed-request or invalid-request
     */
    public static Json.MergePatch patch(Context ctx, Class<?> type) {
        if (!isUtf8(ctx.header("Content-Type"), Set.of(JSON, MERGE_PATCH))) {
            throw Problem.of(
                            HttpProblem.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Type must be " + MERGE_PATCH + " or " + JSON + ".")
                    .refuse();
        }
        return Json.readPatch(bytes(ctx), type);
    }

    /**
     * Reads the versions that the caller has seen of what it changes (RFC 9110 section 13.1.1).
     *
     * @return entity tags as they were sent, or {@code *}; empty if there is no If-Match
     * @throws Problem.Refused invalid-request if it is neither {@code *} nor a list of entity tags
     */
    public static Optional<Set<String>> ifMatch(Context ctx) {
        var lines = Collections.list(ctx.req().getHeaders("If-Match"));
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        var field = String.join(",", lines).strip();
        if (field.equals("*")) {
            return Optional.of(Set.of("*"));
        }
        var elements = ENTITY_TAG.matcher(field).results().toList();
        var tags = elements.stream()
                .map(element -> element.group(1))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        if (tags.isEmpty() || elements.get(elements.size() - 1).end() < field.length()) {
            throw Problem.invalid(
                            "If-Match", "must be * or the ETag of a response, with its quotation marks, such as \"3\"")
                    .refuse();
        }
        return Optional.of(tags);
    }

    /**
     * Checks that the caller has seen the current version of what it changes, if it says which version it has seen. As RFC 9110
     * requires, a weak tag matches nothing.
     *
     * @param seen see {@link #ifMatch}
     * @param etag of the current version
     * @throws Problem.Refused precondition-failed
     */
    public static void requireMatch(Optional<Set<String>> seen, String etag) {
        if (seen.isEmpty() || seen.get().contains("*") || seen.get().contains(etag)) {
            return;
        }
        var detail = seen.get().contains("W/" + etag)
                ? "If-Match has a weak ETag, which matches nothing: send " + etag + ", without W/."
                : "The current ETag is " + etag + ", which is not in If-Match.";
        throw Problem.of(HttpProblem.PRECONDITION_FAILED, detail).refuse();
    }

    /**
     * Like {@link #body}, for an operation whose body is optional: no body means an empty object, and so does {@code null}, which
     * generated clients send for a body that their caller left out.
     */
    public static <T> T optionalBody(Context ctx, Class<T> type) {
        return Json.readOptional(bytes(ctx), type);
    }

    /** Checks the body of an operation that takes none: it must be absent, {@code null} or an empty object. */
    public static void requireNoBody(Context ctx) {
        record Nothing() {}
        optionalBody(ctx, Nothing.class);
    }

    /** Returns whether a Content-Type is one of some types, in UTF-8. */
    private static boolean isUtf8(String contentType, Set<String> types) {
        if (contentType == null) {
            return false;
        }
        var parts = contentType.toLowerCase(Locale.ROOT).split(";");
        return parts.length > 0
                && types.contains(parts[0].strip())
                && Stream.of(parts)
                        .skip(1)
                        .map(String::strip)
                        .filter(parameter -> parameter.startsWith("charset"))
                        .allMatch(charset -> charset.matches("charset=\"?utf-8\"?"));
    }

    /** Returns the whole body, which {@link BodyLoader} has already read. */
    public static byte[] bytes(Context ctx) {
        try {
            return ctx.bodyInputStream().readAllBytes();
        } catch (IOException e) {
            throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The body ended early.")
                    .refuse();
        }
    }

    /**
     * Checks that no header field with a single value is repeated. A proxy could otherwise judge a request by another value than
     * Seatlock does.
     *
     * @throws Problem.Refused malformed-request
     */
    public static void requireSingleFields(Context ctx) {
        for (var name : SINGLE_FIELDS) {
            if (Collections.list(ctx.req().getHeaders(name)).size() > 1) {
                throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The request has several " + name + " header fields.")
                        .refuse();
            }
        }
    }

    /**
     * Checks that the query has known parameters only, each once.
     *
     * @throws Problem.Refused malformed-request, or invalid-request with all errors (see {@link Validation})
     */
    public static void requireQuery(Context ctx, Set<String> known) {
        if (ctx.queryString() == null) {
            return;
        }
        var given = new Fields();
        try {
            // Javalin drops values and names that it cannot decode.
            UrlEncoded.decodeTo(ctx.queryString(), given::add, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.of(HttpProblem.MALFORMED_REQUEST, "The query is not UTF-8 in percent-encoding.")
                    .refuse();
        }
        var validation = new Validation();
        for (var parameter : given) {
            var name = PrintableText.orQuestionMark(parameter.getName());
            if (!known.contains(parameter.getName())) {
                validation.add(name, "is not a query parameter of this operation");
            } else if (parameter.hasMultipleValues()) {
                validation.add(name, "must not be repeated");
            }
        }
        validation.finish();
    }

    /** Returns whether a request comes from a browser that shows the response: programs accept anything, or JSON. */
    public static boolean isFromPerson(Context ctx) {
        var accept = Optional.ofNullable(ctx.header("Accept")).orElse("");
        return accept.contains("text/html") && !accept.contains("application/json");
    }

    /** Returns whether the client accepts gzip, by name or with a wildcard (RFC 9110 section 12.5.3). */
    public static boolean acceptsGzip(Context ctx) {
        var any = false;
        for (var header : Collections.list(ctx.req().getHeaders("Accept-Encoding"))) {
            for (var coding : header.toLowerCase(Locale.ROOT).split(",")) {
                var parts = coding.split(";", 2);
                var isAccepted =
                        parts.length == 1 || !ZERO_QUALITY.matcher(parts[1]).matches();
                switch (parts[0].strip()) {
                    case "gzip", "x-gzip" -> {
                        return isAccepted;
                    }
                    case "*" -> any = isAccepted;
                    default -> {}
                }
            }
        }
        return any;
    }

    /**
     * Parses a number in the query.
     *
     * @return the number, or the default if the parameter is absent
     * @throws Problem.Refused invalid-request if it is not a whole number from min to max
     */
    public static int queryInt(Context ctx, String name, int min, int max, int defaultValue) {
        var text = ctx.queryParam(name);
        if (text == null) {
            return defaultValue;
        }
        if (text.matches("[0-9]{1,9}")) {
            var value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw Problem.invalid(name, "must be a whole number from " + min + " to " + max)
                .refuse();
    }
}
