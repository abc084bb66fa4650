package seatlock.http;

import io.javalin.http.Context;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.stream.Stream;
import seatlock.idempotency.Reply;

/** How answers are written. */
final class Replies {

    private Replies() {}

    static void json(Context ctx, int status, byte[] body) {
        write(ctx, new Reply(status, null, body));
    }

    static void problem(Context ctx, Problem problem) {
        problem.retryAfter().ifPresent(seconds -> ctx.header("Retry-After", seconds.toString()));
        write(ctx, problem.reply());
    }

    static void write(Context ctx, Reply reply) {
        if (reply.location() != null) {
            ctx.header("Location", reply.location());
        }
        ctx.status(reply.status())
                .contentType(reply.status() < 400 ? "application/json" : Problem.CONTENT_TYPE)
                .result(reply.body());
    }

    /** Answers 304 if the client has it already. */
    static void cacheable(Context ctx, byte[] body) {
        var etag = etag(body);
        ctx.header("ETag", etag);
        ctx.header("Cache-Control", "no-cache"); // keep it, but ask each time whether it still holds
        if (matches(ctx.header("If-None-Match"), etag)) {
            ctx.status(304);
        } else {
            json(ctx, 200, body);
        }
    }

    /** Weak, since the same map may go out compressed or not (RFC 9110 section 8.8.1). */
    private static String etag(byte[] bytes) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "W/\""
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hash)
                            .substring(0, 22) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** RFC 9110 section 13.1.2: a list, or {@code *}; compared weakly. */
    private static boolean matches(String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Stream.of(ifNoneMatch.split(","))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }
}
