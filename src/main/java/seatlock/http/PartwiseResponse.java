package seatlock.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a body of unknown length, part by part: the next part is requested when the client has taken the previous one. No thread
 * waits for the client, and one part at a time is in memory.
 *
 * <p>If a part cannot be had, the connection is closed without the end of the body, so that no client takes it for complete.
 */
public final class PartwiseResponse implements WriteListener {

    /** See {@link Responses}: Java caches a buffer outside the heap as large as a thread's largest write. */
    private static final int BYTES = 32_768;

    private static final Logger log = LoggerFactory.getLogger(PartwiseResponse.class);

    private final Context ctx;
    private final ServletOutputStream output;
    private final Supplier<CompletableFuture<Optional<byte[]>>> parts;
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    // One thread at a time: the one that the container calls when there is room again, or the one that has received a
    // part.
    private byte[] part = {};
    private int at;

    private PartwiseResponse(
            Context ctx, ServletOutputStream output, Supplier<CompletableFuture<Optional<byte[]>>> parts) {
        this.ctx = ctx;
        this.output = output;
        this.parts = parts;
    }

    /**
     * Sends the body of a response whose status and header fields are set. Call it only within {@code ctx.future}.
     *
     * @param parts returns the next part; empty after the last one
     * @return completes when the bytes were handed to the network, or when the client has disconnected
     */
    public static CompletableFuture<Void> send(Context ctx, Supplier<CompletableFuture<Optional<byte[]>>> parts) {
        try {
            var output = ctx.res().getOutputStream();
            var response = new PartwiseResponse(ctx, output, parts);
            output.setWriteListener(response);
            return response.sent;
        } catch (IOException e) {
            return CompletableFuture.completedFuture(null); // the client has disconnected
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        while (output.isReady()) {
            if (at == part.length) {
                requestPart();
                return;
            }
            var length = Math.min(BYTES, part.length - at);
            output.write(part, at, length);
            at += length;
        }
    }

    private void requestPart() {
        CompletableFuture<Optional<byte[]>> next;
        try {
            next = parts.get();
        } catch (RuntimeException e) {
            abort(e);
            return;
        }
        next.whenComplete((received, failure) -> {
            if (failure != null) {
                abort(failure);
            } else if (received.isEmpty()) {
                sent.complete(null);
            } else {
                part = received.get();
                at = 0;
                resume();
            }
        });
    }

    private void resume() {
        try {
            onWritePossible();
        } catch (IOException e) {
            onError(e);
        }
    }

    private void abort(Throwable failure) {
        var exchange = Exchange.of(ctx);
        exchange.refused(HttpProblem.INTERNAL_ERROR);
        log.atError()
                .addKeyValue("request", exchange.id())
                .setCause(failure)
                .log("A response was cut off, because its next part cannot be read");
        ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .close();
        sent.complete(null);
    }

    /** The client has disconnected, so there is nothing left to do. */
    @Override
    public void onError(Throwable failure) {
        sent.complete(null);
    }
}
