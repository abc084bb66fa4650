package seatlock.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.stream.Stream;
import seatlock.idempotency.Reply;

/** How answers are written. */
final class Replies {

    /** What is smaller fits in a packet as it is. */
    private static final int MIN_BYTES_COMPRESSED = 1_000;

    private Replies() {}

    static void json(Context ctx, int status, byte[] body) {
        write(ctx, new Reply(status, null, body));
    }

    /** How the process is: plain JSON, whatever the status. */
    static void health(Context ctx, int status, byte[] body) {
        ctx.status(status).contentType("application/json").result(body);
    }

    static void problem(Context ctx, Problem problem) {
        var visit = Visit.of(ctx);
        visit.refused(problem.type());
        problem.retryAfter().ifPresent(seconds -> ctx.header("Retry-After", seconds.toString()));
        write(ctx, problem.reply(visit.id()));
    }

    static void write(Context ctx, Reply reply) {
        if (reply.location() != null) {
            ctx.header("Location", reply.location());
        }
        ctx.status(reply.status())
                .contentType(reply.status() < 400 ? "application/json" : Problem.CONTENT_TYPE)
                .result(reply.body());
    }

    /** Answers with bytes that are ready to go out, or 304 if the client has them already. */
    static void page(Context ctx, SeatMaps.Page page, boolean gzip) {
        ctx.header("ETag", page.etag());
        ctx.header("Cache-Control", "no-cache"); // keep it, but ask each time whether it still holds
        if (matches(ctx.header("If-None-Match"), page.etag())) {
            ctx.status(304);
            return;
        }
        var isCompressed = gzip && page.plain().length > MIN_BYTES_COMPRESSED;
        if (isCompressed) {
            ctx.header("Content-Encoding", "gzip");
        }
        ctx.status(200).contentType("application/json");
        send(ctx, isCompressed ? page.gzip() : page.plain());
    }

    /** Past Javalin, which would compress them each time, and copy them in pieces. */
    private static void send(Context ctx, byte[] bytes) {
        ctx.res().setContentLength(bytes.length);
        try {
            ctx.res().getOutputStream().write(bytes);
        } catch (IOException e) {
            // the client has gone, and there is nobody to tell
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
