package seatlock.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
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
     * Answers with bytes that are ready to go out, or 304 if the client has them already. Only within {@code ctx.future}, if
     * they are not {@link #isShort short}.
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

    /** Whether a page is sent without waiting for the client to read it. */
    static boolean isShort(SeatMaps.Page page, boolean gzip) {
        return (gzip ? page.gzip() : page.plain()).length <= Listener.OUTPUT_BUFFER_BYTES;
    }

    /** Past Javalin, which would compress them each time, and copy them in pieces. */
    private static CompletableFuture<Void> send(Context ctx, byte[] bytes) {
        ctx.res().setContentLength(bytes.length);
        try {
            var output = ctx.res().getOutputStream();
            if (bytes.length > Listener.OUTPUT_BUFFER_BYTES) {
                var pieces = new Pieces(output, bytes);
                output.setWriteListener(pieces);
                return pieces.sent;
            }
            output.write(bytes);
        } catch (IOException e) {
            // the client has gone
        }
        return SENT;
    }

    /**
     * Sends what is large whenever there is room for more of it, so that no thread waits for the client to read. Piece by
     * piece: of all that is written at once Java keeps a copy outside the heap, for each thread that has ever done so, until
     * there is no room left there for anything else.
     */
    private static final class Pieces implements WriteListener {

        private static final int BYTES = 32_768;

        private final ServletOutputStream output;
        private final byte[] bytes;
        private final CompletableFuture<Void> sent = new CompletableFuture<>();
        private int at;

        private Pieces(ServletOutputStream output, byte[] bytes) {
            this.output = output;
            this.bytes = bytes;
        }

        @Override
        public void onWritePossible() throws IOException {
            while (output.isReady()) {
                if (at == bytes.length) {
                    sent.complete(null);
                    return;
                }
                var length = Math.min(BYTES, bytes.length - at);
                output.write(bytes, at, length);
                at += length;
            }
        }

        /** The client has gone, and there is nobody to tell. */
        @Override
        public void onError(Throwable failure) {
            sent.complete(null);
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
