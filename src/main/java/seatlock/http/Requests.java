package seatlock.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.idempotency.IdempotencyKey;
import seatlock.inventory.ReservationId;
import seatlock.tickets.TicketId;

/** What handlers take from a request: each method returns what was meant, or refuses. */
final class Requests {

    /** {@link UUID#fromString} also takes "1-1-1-1-1". */
    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final Pattern ZERO_QUALITY = Pattern.compile("\\s*q\\s*=\\s*0(\\.0*)?\\s*");

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private Requests() {}

    static EventId eventId(Context ctx) {
        return new EventId(id(ctx.pathParam("eventId"), "event"));
    }

    static ReservationId reservationId(Context ctx) {
        return new ReservationId(id(ctx.pathParam("reservationId"), "reservation"));
    }

    static TicketId ticketId(Context ctx) {
        return new TicketId(id(ctx.pathParam("ticketId"), "ticket"));
    }

    static UUID keyId(Context ctx) {
        return id(ctx.pathParam("keyId"), "key");
    }

    /** What is no UUID names nothing, so there is nothing of that name. */
    private static UUID id(String text, String what) {
        return uuid(text)
                .orElseThrow(() -> Problem.of(ProblemType.NOT_FOUND, "There is no such " + what + ".")
                        .refuse());
    }

    static Optional<UUID> uuid(String text) {
        return UUID_FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    static IdempotencyKey idempotencyKey(Context ctx) {
        var headers = Collections.list(ctx.req().getHeaders("Idempotency-Key"));
        if (headers.isEmpty()) {
            throw Problem.of(ProblemType.IDEMPOTENCY_KEY_MISSING, "The request has no Idempotency-Key header.")
                    .refuse();
        }
        if (headers.size() > 1) {
            throw Problem.of(ProblemType.IDEMPOTENCY_KEY_INVALID, "There are several of them.")
                    .refuse();
        }
        try {
            return IdempotencyKey.parse(headers.get(0).strip());
        } catch (IllegalArgumentException e) {
            throw Problem.of(ProblemType.IDEMPOTENCY_KEY_INVALID, e.getMessage())
                    .refuse();
        }
    }

    /** The content of the request, as JSON of a type. */
    static <T> T body(Context ctx, Class<T> type) {
        if (!isJson(ctx.header("Content-Type"))) {
            throw Problem.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Type is not application/json (curl: -H 'Content-Type: application/json').")
                    .refuse();
        }
        return Json.read(bytes(ctx), type);
    }

    /** For a request that need not say anything: no content is an empty object. */
    static <T> T bodyIfAny(Context ctx, Class<T> type) {
        var bytes = bytes(ctx);
        return Json.read(bytes.length == 0 ? EMPTY_OBJECT : bytes, type);
    }

    /** For a request that says everything in its path: no content, or an empty object. */
    static void noBody(Context ctx) {
        record Nothing() {}
        bodyIfAny(ctx, Nothing.class);
    }

    private static boolean isJson(String contentType) {
        if (contentType == null) {
            return false;
        }
        var parts = contentType.toLowerCase(Locale.ROOT).split(";");
        return parts.length > 0
                && parts[0].strip().equals("application/json")
                && Stream.of(parts)
                        .skip(1)
                        .map(String::strip)
                        .filter(parameter -> parameter.startsWith("charset"))
                        .allMatch(charset -> charset.matches("charset=\"?utf-8\"?"));
    }

    /** All of it: {@link Bodies} has taken it in, and nothing that is too large. */
    private static byte[] bytes(Context ctx) {
        try {
            return ctx.bodyInputStream().readAllBytes();
        } catch (IOException e) {
            throw Problem.of(ProblemType.MALFORMED_REQUEST, "The content broke off.")
                    .refuse();
        }
    }

    /** RFC 9110 section 12.5.3: whether the client takes gzip, by name or as one of any. */
    static boolean acceptsGzip(Context ctx) {
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

    /** A number in the query, or its default. */
    static int queryInt(Context ctx, String name, int min, int max, int otherwise) {
        var text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,9}")) {
            var value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw Problem.invalid(name, "wants a whole number from " + min + " to " + max)
                .refuse();
    }
}
