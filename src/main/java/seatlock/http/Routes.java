package seatlock.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.Map;
import seatlock.metrics.Metrics;

/** Every route, and who may call it. One that does not say so cannot be called. */
final class Routes {

    private final RoutesConfig routes;

    /** Whatever is added here, by whichever way, {@link Access#check} sees it before its handler does. */
    Routes(RoutesConfig routes, Access access) {
        this.routes = routes;
        routes.before(access::authenticate);
        routes.beforeMatched(access::check);
    }

    void add(EventHandlers events, ReservationHandlers reservations, TicketHandlers tickets, KeyHandlers keys) {
        var event = "/api/events/{eventId}";
        var reservation = event + "/reservations/{reservationId}";
        var key = "/api/keys/{keyId}";

        post("/api/events", Rule.ADMIN, events::create);
        get("/api/events", Rule.ANYONE, events::list);
        get(event, Rule.ANYONE, events::get);
        get(event + "/seats", Rule.ANYONE, events::seats);

        post(event + "/reservations", Rule.ANYONE, reservations::reserve);
        get(reservation, Rule.HOLDER, reservations::get);
        post(reservation + "/confirm", Rule.SALES, reservations::confirm);
        post(reservation + "/cancel", Rule.HOLDER, reservations::cancel);

        get(reservation + "/tickets", Rule.HOLDER, tickets::list);
        post(reservation + "/resend", Rule.SALES, tickets::resend);
        get(event + "/tickets/{ticketId}.pdf", Rule.HOLDER, tickets::document);
        post(event + "/check-ins", Rule.GATE, tickets::checkIn);
        get("/api/keys/tickets", Rule.ANYONE, tickets::keys);

        post("/api/keys", Rule.ADMIN, keys::create);
        get("/api/keys", Rule.ADMIN, keys::list);
        route(HandlerType.DELETE, key, Rule.ADMIN, keys::revoke);
        post(key + "/rotate", Rule.ADMIN, keys::rotate);

        get("/api/openapi.json", Rule.ANYONE, DocumentationHandlers.openApi());
        get("/api/docs", Rule.ANYONE, DocumentationHandlers.swaggerUi());
        get("/api/docs/swagger-ui.css", Rule.ANYONE, DocumentationHandlers.swaggerUiFile("swagger-ui.css", "text/css"));
        get(
                "/api/docs/swagger-ui-bundle.js",
                Rule.ANYONE,
                DocumentationHandlers.swaggerUiFile("swagger-ui-bundle.js", "text/javascript"));
        get("/api/redoc", Rule.ANYONE, DocumentationHandlers.redoc());
        get(
                "/api/redoc/redoc.standalone.js",
                Rule.ANYONE,
                DocumentationHandlers.redocFile("redoc.standalone.js", "text/javascript"));
        get("/problems/{slug}", Rule.ANYONE, DocumentationHandlers::problem);
    }

    /** What machines ask, also of a process without an API. */
    static void addHealth(RoutesConfig routes, Health health, Metrics metrics) {
        var handlers = Map.<String, Handler>of(
                "/livez", health::live, "/readyz", health::ready, "/metrics", new MetricsHandler(metrics));
        handlers.forEach((path, handler) -> {
            routes.addHttpHandler(HandlerType.GET, path, handler, Rule.ANYONE);
            routes.addHttpHandler(HandlerType.HEAD, path, handler, Rule.ANYONE);
        });
    }

    private void post(String path, Rule rule, Handler handler) {
        route(HandlerType.POST, path, rule, handler);
    }

    /** A GET, and the HEAD that goes with it: left to itself, Javalin answers 200 to any HEAD. */
    private void get(String path, Rule rule, Handler handler) {
        route(HandlerType.GET, path, rule, handler);
        route(HandlerType.HEAD, path, rule, handler);
    }

    private void route(HandlerType method, String path, Rule rule, Handler handler) {
        routes.addHttpHandler(method, path, handler, rule);
    }
}
