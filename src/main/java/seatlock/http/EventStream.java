package seatlock.http;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A response of server-sent events that never waits for its client: an event is written while no other is on its way, and dropped
 * otherwise. Past the servlet, which would copy each event into a buffer of its own, so that one array serves all clients.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent events</a>
 */
public final class EventStream {

    private final Response response;
    private final AtomicBoolean isWriting = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private EventStream(Response response) {
        this.response = response;
    }

    /** Begins a response, whose status and header fields are sent with the first event. Call it within {@code ctx.future} only. */
    public static EventStream begin(Context ctx) {
        ctx.status(200)
                .contentType("text/event-stream")
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no"); // nginx would collect events
        return new EventStream(
                ServletContextRequest.getServletContextRequest(ctx.req()).getServletContextResponse());
    }

    /**
     * Writes an event, unless the one before is still on its way.
     *
     * @param event in the form of the protocol; must not be modified
     * @return whether it is written
     */
    public boolean offer(byte[] event) {
        if (closed.isDone() || !isWriting.compareAndSet(false, true)) {
            return false;
        }
        response.write(
                false,
                ByteBuffer.wrap(event),
                Callback.from(
                        () -> isWriting.set(false),
                        failure -> closed.complete(null))); // the client has disconnected, or has stopped reading
        return true;
    }

    /** Ends the response, also if the client does not read. */
    public void end() {
        if (!isWriting.compareAndSet(false, true)) {
            // The rest of an event cannot be waited for; the client asks again.
            response.getRequest()
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close();
        }
        closed.complete(null);
    }

    /** Completes when the response has ended, for whatever reason. */
    public CompletableFuture<Void> closed() {
        return closed;
    }
}
