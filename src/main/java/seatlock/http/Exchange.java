package seatlock.http;

import io.javalin.http.Context;
import java.util.Collections;
import org.eclipse.jetty.server.Request;

/**
 * A request and its response: id, route, outcome and duration. It is attached to the request, so that every thread finds the same
 * exchange, through Javalin's or Jetty's view of the request.
 */
public final class Exchange {

    /** Route of requests that match no route. */
    static final String OTHER = "other";

    private static final String ATTRIBUTE = Exchange.class.getName();

    private final RequestId id;
    private final long began = System.nanoTime();
    private volatile String route = OTHER;
    private volatile String outcome = "done";

    private Exchange(RequestId id) {
        this.id = id;
    }

    /** Returns the exchange of a request. */
    public static Exchange of(Context ctx) {
        Exchange exchange = ctx.attribute(ATTRIBUTE);
        if (exchange == null) {
            exchange = new Exchange(RequestId.of(Collections.list(ctx.req().getHeaders(RequestId.TRACE_PARENT))));
            ctx.attribute(ATTRIBUTE, exchange);
        }
        return exchange;
    }

    /** Returns the exchange of a request that may never have reached Javalin. */
    static Exchange of(Request request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Exchange exchange) {
            return exchange;
        }
        var exchange = new Exchange(RequestId.of(request.getHeaders().getValuesList(RequestId.TRACE_PARENT)));
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    public RequestId id() {
        return id;
    }

    /** Returns the nanoseconds since the request arrived. */
    long nanos() {
        return System.nanoTime() - began;
    }

    /** Returns the template of the path, such as {@code /api/events/{eventId}}. */
    String route() {
        return route;
    }

    void route(String template) {
        this.route = template;
    }

    /** Returns {@code done}, {@code replayed}, or the slug of a problem. */
    String outcome() {
        return outcome;
    }

    /** Records that the response repeats an earlier one. */
    public void replayed() {
        outcome = "replayed";
    }

    /** Records that the response is a problem. */
    public void refused(ProblemType problem) {
        outcome = problem.slug();
    }
}
