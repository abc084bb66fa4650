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
 * Records every request that was answered, even one that was not valid HTTP: in the metrics, and in the log if that is switched
 * on ({@code LOG_REQUESTS}). It records templates, numbers and words of our own: nothing that a client wrote, and no address.
 */
final class RequestLogger implements RequestLog {

    /** A logger of its own, so that it can be switched on and off. */
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
        metrics.requestAnswered(method, exchange.route(), response.getStatus(), nanos);
        var action = actions.get(exchange.route());
        if (action != null) {
            metrics.orderAnswered(action, exchange.outcome());
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
