package seatlock.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.HttpOutput;
import org.eclipse.jetty.util.Callback;
import seatlock.idempotency.Reply;

/** How answers are written. */
final class Replies {

    /** What is smaller fits in a packet as it is. */
    private static final int MIN_BYTES_COMPRESSED = 1_000;

    private static final CompletableFuture<Void> SENT = CompletableFuture.completedFuture(null);

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

    /**
     * Answers with bytes that are ready to go out, or 304 if the client has them already.
     *
     * @return done when they are on their way
     */
    static CompletableFuture<Void> page(Context ctx, SeatMaps.Page page, boolean gzip) {
        ctx.header("ETag", page.etag());
        ctx.header("Cache-Control", "no-cache"); // keep it, but ask each time whether it still holds
        if (matches(ctx.header("If-None-Match"), page.etag())) {
            ctx.status(304);
            return SENT;
        }
        var isCompressed = gzip && page.plain().length > MIN_BYTES_COMPRESSED;
        if (isCompressed) {
            ctx.header("Content-Encoding", "gzip");
        }
        ctx.status(200).contentType("application/json");
        return send(ctx, isCompressed ? page.gzip() : page.plain());
    }

    /**
     * Past Javalin, which would compress them each time, and copy them in pieces; and what is large without a thread that
     * waits for the client to read it.
     */
    private static CompletableFuture<Void> send(Context ctx, byte[] bytes) {
        ctx.res().setContentLength(bytes.length);
        try {
            var output = ctx.res().getOutputStream();
            if (bytes.length > Listener.OUTPUT_BUFFER_BYTES && output instanceof HttpOutput jetty) {
                var sent = new CompletableFuture<Void>();
                // If it fails, the client has gone, and there is nobody to tell.
                jetty.sendContent(ByteBuffer.wrap(bytes), Callback.from(() -> sent.complete(null)));
                return sent;
            }
            output.write(bytes);
        } catch (IOException e) {
            // the client has gone
        }
        return SENT;
    }

    /** RFC 9110 section 13.1.2: a list, or {@code *}; compared weakly. */
    private static boolean matches(String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Stream.of(ifNoneMatch.split(","))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }
}
