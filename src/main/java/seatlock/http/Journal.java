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
 * Takes note of every request that was answered, whoever answered it, also one that was no HTTP: in the figures, and in the
 * log, where that is wanted ({@code LOG_REQUESTS}). What it notes are templates, numbers and our own words: nothing that a
 * client wrote, and nobody's address.
 */
final class Journal implements RequestLog {

    /** A logger of its own, to be switched on and off. */
    private static final Logger log = LoggerFactory.getLogger("seatlock.requests");

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Asked every few seconds, by machines. */
    private static final Set<String> NOT_LOGGED = Set.of("/livez", "/readyz", "/metrics");

    /** Routes by which somebody orders something. */
    private static final Map<String, String> ACTIONS = Map.of(
            "/api/events/{eventId}/reservations", "reserve",
            "/api/events/{eventId}/reservations/{reservationId}/confirm", "confirm",
            "/api/events/{eventId}/reservations/{reservationId}/cancel", "cancel",
            "/api/events/{eventId}/check-ins", "check_in");

    private final Metrics metrics;

    Journal(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void log(Request request, Response response) {
        var visit = Visit.of(request);
        var method = METHODS.contains(request.getMethod()) ? request.getMethod() : Visit.OTHER;
        var nanos = visit.nanos();
        metrics.requestAnswered(method, visit.route(), response.getStatus(), nanos);
        var action = ACTIONS.get(visit.route());
        if (action != null) {
            metrics.orderAnswered(action, visit.outcome());
        }
        if (log.isInfoEnabled() && !NOT_LOGGED.contains(visit.route())) {
            log.atInfo()
                    .addKeyValue("request", visit.id())
                    .addKeyValue("method", method)
                    .addKeyValue("route", visit.route())
                    .addKeyValue("status", response.getStatus())
                    .addKeyValue("ms", nanos / 1_000 / 1e3)
                    .log("answered");
        }
    }
}
