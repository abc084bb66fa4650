package seatlock.http;

import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.metrics.Metrics;

/**
 * Records every response, even to invalid HTTP: in the metrics and, with {@code LOG_REQUESTS}, in the log. It records route
 * templates, numbers and fixed words only: nothing that a client sent, and no address.
 */
final class RequestLogger implements RequestLog {

    /** A separate logger, so that it can be switched on and off. */
    private static final Logger log = LoggerFactory.getLogger("seatlock.requests");

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final Map<String, String> actions;
    private final Metrics metrics;

    /** @param actions names of the actions whose outcomes are counted, by route */
    RequestLogger(Map<String, String> actions, Metrics metrics) {
        this.actions = actions;
        this.metrics = metrics;
    }

    @Override
    public void log(Request request, Response response) {
        var exchange = Exchange.of(request);
        var method = METHODS.contains(request.getMethod()) ? request.getMethod() : Exchange.OTHER;
        var nanos = exchange.nanos();
        metrics.requestCompleted(method, exchange.route(), response.getStatus(), nanos);
        var action = actions.get(exchange.route());
        if (action != null) {
            metrics.orderCompleted(action, exchange.outcome());
        }
        if (log.isInfoEnabled() && !Health.PATHS.contains(exchange.route())) {
            log.atInfo()
                    .addKeyValue("request", exchange.id())
                    .addKeyValue("method", method)
                    .addKeyValue("route", exchange.route())
                    .addKeyValue("status", response.getStatus())
                    .addKeyValue("ms", nanos / 1_000 / 1e3)
                    .log("answered");
        }
    }
}
