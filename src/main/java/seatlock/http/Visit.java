package seatlock.http;

import io.javalin.http.Context;
import java.util.Collections;
import org.eclipse.jetty.server.Request;

/**
 * A request on its way through the server, from thread to thread: what it is called, and what becomes of it. Whoever has
 * the request, as Javalin's or as Jetty's, has this.
 */
final class Visit {

    /** The route of what has none. */
    static final String OTHER = "other";

    private static final String ATTRIBUTE = Visit.class.getName();

    private final RequestId id;
    private final long began = System.nanoTime();
    private volatile String route = OTHER;
    private volatile String outcome = "done";

    private Visit(RequestId id) {
        this.id = id;
    }

    static Visit of(Context ctx) {
        Visit visit = ctx.attribute(ATTRIBUTE);
        if (visit == null) {
            visit = new Visit(RequestId.of(Collections.list(ctx.req().getHeaders(RequestId.TRACE_PARENT))));
            ctx.attribute(ATTRIBUTE, visit);
        }
        return visit;
    }

    /** Also for a request that never got as far as Javalin. */
    static Visit of(Request request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Visit visit) {
            return visit;
        }
        var visit = new Visit(RequestId.of(request.getHeaders().getValuesList(RequestId.TRACE_PARENT)));
        request.setAttribute(ATTRIBUTE, visit);
        return visit;
    }

    RequestId id() {
        return id;
    }

    /** Since the request was there. */
    long nanos() {
        return System.nanoTime() - began;
    }

    /** The template of the path, such as {@code /api/events/{eventId}}. */
    String route() {
        return route;
    }

    void takes(String route) {
        this.route = route;
    }

    /** {@code done}, {@code replayed}, or the slug of a problem. */
    String outcome() {
        return outcome;
    }

    void replayed() {
        outcome = "replayed";
    }

    void refused(ProblemType problem) {
        outcome = problem.slug();
    }
}
