package seatlock.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Writes responses. */
public final class Responses {

    private static final CompletableFuture<Void> SENT = CompletableFuture.completedFuture(null);

    private Responses() {}

    public static void json(Context ctx, int status, byte[] body) {
        write(ctx, new Reply(status, null, body));
    }

    public static void problem(Context ctx, Problem problem) {
        var exchange = Exchange.of(ctx);
        exchange.refused(problem.type());
        problem.retryAfter().ifPresent(seconds -> ctx.header("Retry-After", seconds.toString()));
        write(ctx, problem.reply(exchange.id()));
    }

    public static void write(Context ctx, Reply reply) {
        if (reply.location() != null) {
            ctx.header("Location", PublicUrl.of(ctx).link(reply.location()));
        }
        ctx.status(reply.status())
                .contentType(reply.status() < 400 ? "application/json" : Problem.CONTENT_TYPE)
                .result(reply.body());
    }

    /**
     * Responds 304 if the client has this version already.
     *
     * @param etag of the current version
     * @return whether the response is 304
     */
    public static boolean isNotModified(Context ctx, String etag) {
        ctx.header("ETag", etag);
        ctx.header("Cache-Control", "no-cache"); // the client may store it, but must revalidate it each time
        if (!matches(ctx.header("If-None-Match"), etag)) {
            return false;
        }
        ctx.status(304);
        return true;
    }

    /**
     * Responds with JSON that is ready to be sent. Call it only within {@code ctx.future}, unless the JSON {@link #fitsInBuffer}.
     *
     * @param isGzip whether the bytes are compressed
     * @return completes when the bytes were handed to the network
     */
    public static CompletableFuture<Void> send(Context ctx, byte[] json, boolean isGzip) {
        if (isGzip) {
            ctx.header("Content-Encoding", "gzip");
        }
        ctx.status(200).contentType("application/json");
        // Not through Javalin, which would compress the bytes each time and copy them in pieces.
        ctx.res().setContentLength(json.length);
        try {
            var output = ctx.res().getOutputStream();
            if (!fitsInBuffer(json)) {
                var pieces = new Pieces(output, json);
                output.setWriteListener(pieces);
                return pieces.sent;
            }
            output.write(json);
        } catch (IOException e) {
            // the client has disconnected
        }
        return SENT;
    }

    /** Returns whether a body is sent without waiting for the client to read it. */
    public static boolean fitsInBuffer(byte[] body) {
        return body.length <= Listener.OUTPUT_BUFFER_BYTES;
    }

    /**
     * Sends a large body piece by piece whenever there is room for more, so that no thread waits for the client to read. The
     * pieces are small because Java caches for each writing thread a buffer outside the heap as large as its largest write, and
     * that memory would run out.
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

        /** The client has disconnected, so there is nothing left to do. */
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
