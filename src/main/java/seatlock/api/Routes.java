package seatlock.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import seatlock.http.Pages;
import seatlock.http.PublicUrl;
import seatlock.http.Requests;

/** Lists every route with its access rule and its query parameters. A route without a rule is refused to everybody. */
final class Routes {

    private static final String EVENT = "/api/events/{eventId}";
    /** The paths whose bodies are seat plans, or name as many seats. */
    static final Pattern SEAT_PLANS =
            Pattern.compile("/api/events(/[^/]+/(sections|allocations(/[^/]+/release)?))?|/api/plans/convert");

    private static final String RESERVATION = EVENT + "/reservations/{reservationId}";
    private static final String KEY = "/api/keys/{keyId}";

    /** Names of the actions whose outcomes are counted, by route. */
    static final Map<String, String> ACTIONS = Map.of(
            EVENT + "/reservations", "reserve",
            RESERVATION + "/extend", "extend",
            RESERVATION + "/confirm", "confirm",
            RESERVATION + "/cancel", "cancel",
            RESERVATION + "/checkout", "checkout",
            RESERVATION + "/refunds", "refund",
            EVENT + "/check-ins", "check_in");

    private static final Pattern NOTICES = Pattern.compile("/api/providers/[^/]+/notices");

    /** Returns whether a path is that of notices, which are signed. A provider tells all of its customers' news from few addresses. */
    static boolean isNotice(String path) {
        return NOTICES.matcher(path).matches();
    }

    /** Returns whether a path is that of a file of the pages. A page has a dozen, which are in memory, and many buyers share an address. */
    static boolean isFileOfPages(String path) {
        return path.startsWith("/web/");
    }

    private final RoutesConfig routes;

    /** Makes {@link Access#check} run before the handler of every route. */
    Routes(RoutesConfig routes, Access access) {
        this.routes = routes;
        routes.before(access::authenticate);
        routes.beforeMatched(Requests::requireSingleFields);
        routes.beforeMatched(access::check);
    }

    void add(
            EventHandlers events,
            EventChangeHandlers eventChanges,
            EventCancellationHandlers cancellations,
            PlanHandlers plans,
            AllocationHandlers allocations,
            CodeHandlers codes,
            ReservationHandlers reservations,
            PaymentHandlers payments,
            BuyerHandlers buyers,
            TicketHandlers tickets,
            TransferHandlers transfers,
            GateHandlers gates,
            CalendarHandlers calendars,
            ChangeHandlers changes,
            KeyHandlers keys,
            ReportHandlers reports,
            PrivacyHandlers privacy,
            PublicUrl publicUrl) {
        post("/api/events", AccessRule.ADMIN, events::create);
        get("/api/events", AccessRule.ANYONE, events::list, "from", "to", "status", "q", "limit", "after");
        get(EVENT, AccessRule.ANYONE, events::get);
        operation(HandlerType.PATCH, EVENT, AccessRule.ADMIN, eventChanges::patch);
        post(EVENT + "/publish", AccessRule.ADMIN, eventChanges::publish);
        post(EVENT + "/sections", AccessRule.ADMIN, eventChanges::addSections);
        post(EVENT + "/cancel", AccessRule.ADMIN, cancellations::cancel);
        get(EVENT + "/plan", AccessRule.ANYONE, events::plan);
        post("/api/plans/convert", AccessRule.ADMIN, plans::convert);
        get(EVENT + "/seats/stream", AccessRule.ANYONE, events::stream);
        get(EVENT + "/seats", AccessRule.ANYONE, events::seats, "section", "status", "limit", "after");

        post(EVENT + "/allocations", AccessRule.SALES, allocations::withhold);
        get(EVENT + "/allocations", AccessRule.SALES, allocations::list, "limit", "after");
        post(EVENT + "/allocations/{allocation}/release", AccessRule.SALES, allocations::release);
        post(EVENT + "/codes", AccessRule.SALES, codes::create);
        get(EVENT + "/codes", AccessRule.SALES, codes::list, "limit", "after");
        post(EVENT + "/codes/{codeId}/off", AccessRule.SALES, codes::switchOff);

        post(EVENT + "/reservations", AccessRule.ANYONE, reservations::reserve);
        get(
                EVENT + "/reservations",
                AccessRule.SALES,
                buyers::find,
                "email",
                "name",
                "reference",
                "status",
                "limit",
                "after");
        get("/api/reservations", AccessRule.SELLER, buyers::findOfAddress, "email", "limit", "after");
        get(RESERVATION, AccessRule.HOLDER, reservations::get);
        operation(HandlerType.PATCH, RESERVATION, AccessRule.HOLDER, buyers::correct);
        post(RESERVATION + "/extend", AccessRule.HOLDER, reservations::extend);
        post(RESERVATION + "/confirm", AccessRule.CONFIRMER, reservations::confirm);
        post(RESERVATION + "/cancel", AccessRule.HOLDER, reservations::cancel);
        post(RESERVATION + "/checkout", AccessRule.HOLDER, payments::checkout);
        post(RESERVATION + "/refunds", AccessRule.SALES, payments::refund);
        post("/api/providers/{provider}/notices", AccessRule.ANYONE, payments::notice);
        get(RESERVATION + "/event.ics", AccessRule.HOLDER, calendars::get);

        get(RESERVATION + "/tickets", AccessRule.HOLDER, tickets::list);
        post(RESERVATION + "/resend", AccessRule.SALES, tickets::resend);
        get(EVENT + "/tickets/{ticketId}.pdf", AccessRule.HOLDER, tickets::document);
        post(EVENT + "/check-ins", AccessRule.GATE, tickets::checkIn);
        get(EVENT + "/check-ins", AccessRule.GATE, gates::attendance);
        post(EVENT + "/tickets/{ticketId}/transfer", AccessRule.HOLDER, transfers::transfer);
        get(EVENT + "/tickets/revoked", AccessRule.GATE, gates::revoked, "limit", "after");
        post(EVENT + "/check-ins/undo", AccessRule.SALES, gates::undo);
        post(EVENT + "/check-outs", AccessRule.GATE, gates::checkOut);
        get("/api/keys/tickets", AccessRule.ANYONE, tickets::keys);

        get(RESERVATION + "/changes", AccessRule.HOLDER, changes::ofReservation, "limit", "after");
        get(EVENT + "/changes", AccessRule.SALES, changes::ofEvent, "after", "limit", "wait");
        get(RESERVATION + "/data", AccessRule.HOLDER, privacy::data);
        post(RESERVATION + "/erase", AccessRule.SALES, privacy::erase);

        get(EVENT + "/sales", AccessRule.SALES, reports::sales);
        get(EVENT + "/exports/{export}.csv", AccessRule.SALES, reports::export);

        post("/api/keys", AccessRule.ADMIN, keys::create);
        get("/api/keys", AccessRule.ADMIN, keys::list, "limit", "after");
        operation(HandlerType.DELETE, KEY, AccessRule.ADMIN, keys::revoke);
        post(KEY + "/rotate", AccessRule.ADMIN, keys::rotate);

        page("/api/openapi.json", DocumentationHandlers.openApi(publicUrl));
        page("/api/docs", DocumentationHandlers.swaggerUi(publicUrl));
        page("/api/docs/swagger-ui.css", DocumentationHandlers.swaggerUiFile("swagger-ui.css", "text/css"));
        page(
                "/api/docs/swagger-ui-bundle.js",
                DocumentationHandlers.swaggerUiFile("swagger-ui-bundle.js", "text/javascript"));
        page("/api/redoc", DocumentationHandlers.redoc(publicUrl));
        page(
                "/api/redoc/redoc.standalone.js",
                DocumentationHandlers.redocFile("redoc.standalone.js", "text/javascript"));
        page("/problems/{slug}", DocumentationHandlers::problem);
    }

    /** Adds a page. Its query parameters are ignored, because links from elsewhere may have some. */
    private void page(String path, Handler handler) {
        Pages.add(routes, path, handler, AccessRule.ANYONE);
    }

    private void post(String path, AccessRule rule, Handler handler) {
        operation(HandlerType.POST, path, rule, handler);
    }

    private void get(String path, AccessRule rule, Handler handler, String... queryParameters) {
        for (var method : Pages.READ) {
            operation(method, path, rule, handler, queryParameters);
        }
    }

    /** Adds an operation, which refuses query parameters other than its own. */
    private void operation(
            HandlerType method, String path, AccessRule rule, Handler handler, String... queryParameters) {
        var known = Set.of(queryParameters);
        Handler strict = ctx -> {
            Requests.requireQuery(ctx, known);
            handler.handle(ctx);
        };
        routes.addHttpHandler(method, path, strict, rule);
    }
}
