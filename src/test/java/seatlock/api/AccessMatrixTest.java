package seatlock.api;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.openapi.Examples;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;

/**
 * Calls every operation of the OpenAPI document as every kind of caller. The permissions are repeated here, independently of the
 * code.
 */
class AccessMatrixTest {

    /** All kinds of callers, in the order of the columns. */
    private static final List<String> CALLERS = List.of(
            "none",
            "garbage",
            "configured key",
            "admin",
            "sales",
            "gate",
            "admin of event",
            "sales of event",
            "gate of event",
            "admin of other",
            "sales of other",
            "gate of other",
            "revoked",
            "expired",
            "replaced",
            "holder",
            "other holder");

    private static final Set<String> ANYONE = Set.copyOf(CALLERS);
    private static final Set<String> SELLERS =
            Set.of("configured key", "admin", "sales", "admin of event", "sales of event");
    /** With a payment; {@link ConfirmFreeTest} tests holders whose total is 0. */
    private static final Set<String> CONFIRMERS =
            Set.of("configured key", "admin", "sales", "admin of event", "sales of event");

    private static final Set<String> SELLERS_OF_ANY_EVENT = Set.of(
            "configured key", "admin", "sales", "admin of event", "sales of event", "admin of other", "sales of other");
    private static final Set<String> GATES =
            Set.of("configured key", "admin", "gate", "admin of event", "gate of event");
    private static final Set<String> ADMINS = Set.of("configured key", "admin");
    private static final Set<String> HOLDERS =
            Set.of("configured key", "admin", "sales", "admin of event", "sales of event", "holder");

    /** No caller: the payment provider signs its notices, whatever key it has. */
    private static final Set<String> SIGNED = Set.of();

    /** The permitted callers of each operation, by its id. The test fails for an operation that is missing here. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("createEvent", ADMINS),
            Map.entry("listEvents", ANYONE),
            Map.entry("getEvent", ANYONE),
            Map.entry("cancelEvent", ADMINS),
            Map.entry("changeEvent", ADMINS),
            Map.entry("publishEvent", ADMINS),
            Map.entry("addSections", ADMINS),
            Map.entry("convertPlan", ADMINS),
            Map.entry("getPlan", ANYONE),
            Map.entry("getSeats", ANYONE),
            Map.entry("followSeats", ANYONE),
            Map.entry("withhold", SELLERS),
            Map.entry("listAllocations", SELLERS),
            Map.entry("releaseAllocation", SELLERS),
            Map.entry("createCodes", SELLERS),
            Map.entry("listCodes", SELLERS),
            Map.entry("switchCodeOff", SELLERS),
            Map.entry("reserve", ANYONE),
            Map.entry("getReservation", HOLDERS),
            Map.entry("correctReservation", HOLDERS),
            Map.entry("findReservations", SELLERS),
            Map.entry("findReservationsOfAddress", SELLERS_OF_ANY_EVENT),
            Map.entry("extend", HOLDERS),
            Map.entry("confirm", CONFIRMERS),
            Map.entry("cancel", HOLDERS),
            Map.entry("checkout", HOLDERS),
            Map.entry("refund", SELLERS),
            Map.entry("providerNotice", SIGNED),
            Map.entry("getCalendarFile", HOLDERS),
            Map.entry("getTickets", HOLDERS),
            Map.entry("resendTickets", SELLERS),
            Map.entry("getTicketDocument", HOLDERS),
            Map.entry("checkIn", GATES),
            Map.entry("checkOut", GATES),
            Map.entry("undoCheckIn", SELLERS),
            Map.entry("getRevokedTickets", GATES),
            Map.entry("getAttendance", GATES),
            Map.entry("transferTicket", HOLDERS),
            Map.entry("getTicketKeys", ANYONE),
            Map.entry("getReservationChanges", HOLDERS),
            Map.entry("getEventChanges", SELLERS),
            Map.entry("getStoredData", HOLDERS),
            Map.entry("erase", SELLERS),
            Map.entry("getSales", SELLERS),
            Map.entry("exportTable", SELLERS),
            Map.entry("createKey", ADMINS),
            Map.entry("listKeys", ADMINS),
            Map.entry("revokeKey", ADMINS),
            Map.entry("rotateKey", ADMINS));

    /** Callers without a valid key, who get 401. A valid key that does not permit the operation gets 403. */
    private static final Set<String> WITHOUT_VALID_KEY =
            Set.of("none", "garbage", "revoked", "expired", "replaced", "holder", "other holder");

    private static final Map<String, List<String>> SECURITY = new TreeMap<>(Map.of(
            "anyone", List.of(),
            "holders", List.of("reservationToken", "salesKey"),
            "sellers", List.of("salesKey"),
            "gates", List.of("gateKey"),
            "admins", List.of("adminKey")));

    private static final SandboxSystem PAYING = new SandboxSystem();

    @AfterAll
    static void close() {
        PAYING.close();
    }

    private final TestSystem system = PAYING.system;
    private final Api api = PAYING.api;
    private final ApiKeys keys = new ApiKeys();

    private final Event event = system.event(1000);
    private final Event otherEvent = system.event(1000);
    private final Map<String, Supplier<String>> bearers = bearers();
    private int seats;
    private JsonNode reservation;
    private String otherToken;

    private String key(Role role, Event... events) {
        var ids = Set.<EventId>copyOf(List.of(events).stream().map(Event::id).toList());
        return system.database
                .inTransaction(tx -> keys.create(tx, role, "matrix", ids, null))
                .secret()
                .reveal();
    }

    private Map<String, Supplier<String>> bearers() {
        var all = new LinkedHashMap<String, Supplier<String>>();
        all.put("none", () -> null);
        all.put("garbage", () -> "seatlock_garbage");
        all.put("configured key", () -> TestSystem.ADMIN_KEY);
        for (var role : Role.values()) {
            var name = role.name().toLowerCase(Locale.ROOT);
            var unrestricted = key(role);
            var ofEvent = key(role, event);
            var ofOther = key(role, otherEvent);
            all.put(name, () -> unrestricted);
            all.put(name + " of event", () -> ofEvent);
            all.put(name + " of other", () -> ofOther);
        }
        var revoked = system.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "revoked", Set.of(), null));
        system.database.inTransaction(tx -> keys.revoke(tx, revoked.key().id()));
        all.put("revoked", () -> revoked.secret().reveal());
        var expired =
                system.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "expired", Set.of(), tx.readClock()));
        all.put("expired", () -> expired.secret().reveal());
        var rotated = system.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "rotated", Set.of(), null));
        system.database.inTransaction(tx -> keys.rotate(tx, rotated.key().id(), Duration.ZERO));
        all.put("replaced", () -> rotated.secret().reveal());
        all.put("holder", () -> reservation.get("token").asText());
        all.put("other holder", () -> otherToken);
        return all;
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES) // hundreds of calls, each with rows of its own, beside other tests
    void every_operation_permits_exactly_the_callers_it_is_meant_for() {
        system.changeTerms(event.id(), "reentry = true");
        otherToken = reserve().get("token").asText();
        var document = api.get("/api/openapi.json").json();
        var lines = new ArrayList<String>();
        var wrong = new ArrayList<String>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    var name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                    var id = operation.getValue().get("operationId").asText();
                    var allowed = ALLOWED.get(id);
                    assertThat(allowed).as("permitted callers of " + name).isNotNull();
                    assertThat(security(operation.getValue())).as(name).isEqualTo(securityOf(allowed));
                    var statuses = callRefused(operation.getKey(), path.getKey(), id, allowed);
                    for (var caller : allowed) {
                        statuses.put(
                                caller,
                                prepare(operation.getKey(), path.getKey(), id).send(caller));
                    }
                    var line = new StringBuilder(String.format(Locale.ROOT, "%-66s", name));
                    for (var caller : CALLERS) {
                        line.append(String.format(Locale.ROOT, " %4d", statuses.get(caller)));
                        if (!isExpected(statuses.get(caller), allowed, caller)) {
                            wrong.add(name + " as " + caller + ": " + statuses.get(caller));
                        }
                    }
                    lines.add(line.toString());
                }));
        System.out.println(table(lines));
        assertThat(wrong).isEmpty();
        assertThat(lines).hasSize(ALLOWED.size());
    }

    private static List<String> security(JsonNode operation) {
        var schemes = new ArrayList<String>();
        operation.path("security").forEach(each -> each.fieldNames().forEachRemaining(schemes::add));
        return schemes;
    }

    private static List<String> securityOf(Set<String> allowed) {
        return SECURITY.get(
                allowed == ANYONE || allowed == SIGNED
                        ? "anyone"
                        : allowed == HOLDERS || allowed == CONFIRMERS
                                ? "holders"
                                : allowed == SELLERS || allowed == SELLERS_OF_ANY_EVENT
                                        ? "sellers"
                                        : allowed == GATES ? "gates" : "admins");
    }

    private static boolean isExpected(int status, Set<String> allowed, String caller) {
        if (allowed.contains(caller)) {
            return status / 100 == 2;
        }
        if (allowed == SIGNED) {
            return status == 400;
        }
        return status == (allowed == HOLDERS ? 404 : WITHOUT_VALID_KEY.contains(caller) ? 401 : 403);
    }

    private String freeSeat() {
        return "S-A-" + ++seats;
    }

    private JsonNode reserve() {
        return api.reserve(event.id(), freeSeat()).json();
    }

    private JsonNode buy() {
        var reserved = reserve();
        api.confirm(event.id(), reserved.get("id").asText(), 4500);
        return reserved;
    }

    /**
     * Sends one valid request as each caller without permission, which must change nothing: reading all rows of the event takes longer
     * than all of these requests, so it is done once before them and once after.
     */
    private Map<String, Integer> callRefused(String method, String template, String operation, Set<String> allowed) {
        var request = prepare(method, template, operation);
        var before = EventRows.digests(system, event.id());
        var statuses = new HashMap<String, Integer>();
        for (var caller : CALLERS) {
            if (!allowed.contains(caller)) {
                statuses.put(caller, request.send(caller));
            }
        }
        assertThat(EventRows.digests(system, event.id()))
                .as("%s, refused to %s", operation, statuses.keySet())
                .isEqualTo(before);
        return statuses;
    }

    /** A valid request, which fails only if the caller has no permission. */
    private record Prepared(AccessMatrixTest test, String method, String path, String body) {

        int send(String caller) {
            var request = test.api
                    .request(path)
                    .header("Idempotency-Key", UUID.randomUUID().toString());
            var bearer = test.bearers.get(caller).get();
            if (bearer != null) {
                request.header("Authorization", "Bearer " + bearer);
            }
            if (body != null) {
                request.header("Content-Type", "application/json")
                        .method(method.toUpperCase(Locale.ROOT), BodyPublishers.ofString(body));
            } else {
                request.method(method.toUpperCase(Locale.ROOT), BodyPublishers.noBody());
            }
            return path.endsWith("/stream")
                    ? statusOf(request)
                    : test.api.send(request).status();
        }

        /** Returns the status of a response that does not end by itself. */
        private static int statusOf(HttpRequest.Builder request) {
            try {
                var response = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream());
                response.body().close();
                return response.statusCode();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Prepared prepare(String method, String template, String operation) {
        if (List.of("extend", "confirm", "cancel", "checkout").contains(operation)) {
            reservation = reserve();
        } else if (reservation == null || template.startsWith("/api/events/{eventId}/")) {
            reservation = buy();
        }
        var subject = operation.equals("cancelEvent") ? otherEvent : event; // nothing else can be done with it then
        var path = template.replace("{eventId}", subject.id().toString())
                .replace("{reservationId}", reservation.get("id").asText())
                .replace("{export}", "tickets")
                .replace("{provider}", "sandbox")
                .replace("{allocation}", "HOUSE");
        if (operation.equals("findReservationsOfAddress")) {
            path += "?email=ada@example.org";
        }
        if (template.contains("{ticketId}")) {
            path = path.replace("{ticketId}", ticketWithDocument());
        }
        if (template.contains("{codeId}")) {
            path = path.replace("{codeId}", freshCode());
        }
        if (template.contains("{keyId}")) {
            path = path.replace("{keyId}", freshKey());
        }
        return new Prepared(this, method, path, body(operation));
    }

    /** Returns the body of a valid request, or {@code null} for none. */
    private String body(String operation) {
        return switch (operation) {
            case "createEvent" -> """
                    {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome",
                     "currency":"EUR","sections":[{"name":"S","price":1,"rows":[{"name":"A","seats":1}]}]}
                    """;
            case "changeEvent" -> "{\"description\":\"" + UUID.randomUUID() + "\"}";
            case "addSections" ->
                "{\"sections\":[{\"name\":\"S\",\"rows\":[{\"name\":\"" + UUID.randomUUID() + "\",\"seats\":1}]}]}";
            case "convertPlan" -> Examples.PLAN_CONVERSION_REQUEST;
            case "withhold" -> "{\"name\":\"HOUSE\",\"seats\":[\"" + freeSeat() + "\"]}";
            case "createCodes" -> "{\"count\":1,\"effect\":{\"percent\":10}}";
            case "reserve" -> "{\"seats\":[\"" + freeSeat() + "\"],\"email\":\"ada@example.org\"}";
            case "confirm" -> "{\"paymentReference\":\"pi_" + UUID.randomUUID() + "\",\"amount\":4500}";
            case "checkout" -> "{\"returnUrl\":\"https://venue.example/thanks\"}";
            case "providerNotice" -> "id=1&status=AUTHORIZED";
            case "checkIn" -> "{\"code\":\"" + ticket().get("code").asText() + "\",\"gate\":\"North\"}";
            case "checkOut" -> "{\"code\":\"" + checkedIn() + "\",\"gate\":\"North\"}";
            case "undoCheckIn" -> "{\"code\":\"" + checkedIn() + "\"}";
            case "transferTicket" -> "{\"email\":\"grace@example.org\",\"name\":\"Grace Hopper\"}";
            case "erase" -> "{\"force\":true}";
            case "correctReservation" -> "{\"name\":\"Ada " + UUID.randomUUID() + "\"}";
            case "createKey" -> "{\"role\":\"gate\",\"name\":\"north\"}";
            default -> null;
        };
    }

    private String freshCode() {
        var created = api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event.id() + "/codes")
                        .header("Idempotency-Key", UUID.randomUUID().toString())),
                body("createCodes")));
        return created.json().at("/codes/0/id").asText();
    }

    private String freshKey() {
        return system.database
                .inTransaction(tx -> keys.create(tx, Role.GATE, "fresh", Set.of(otherEvent.id()), null))
                .key()
                .id()
                .toString();
    }

    /** Returns the ticket of the reservation. */
    private JsonNode ticket() {
        return api.tickets(event.id(), reservation.get("id").asText()).get(0);
    }

    /** Checks the ticket of the reservation in. Returns its code. */
    private String checkedIn() {
        var code = ticket().get("code").asText();
        api.scan(event.id(), code, "North");
        return code;
    }

    private String ticketWithDocument() {
        var id = ticket().get("id").asText();
        system.update(
                "INSERT INTO ticket_documents VALUES (?, ?, convert_to('%PDF-1.5', 'UTF8'), now(), 1)",
                event.id().value(), UUID.fromString(id));
        return id;
    }

    private static String table(List<String> lines) {
        var legend = CALLERS.stream()
                .map(caller -> (CALLERS.indexOf(caller) + 1) + " " + caller)
                .collect(joining(", "));
        var head = new StringBuilder(String.format(Locale.ROOT, "%-66s", ""));
        CALLERS.forEach(caller -> head.append(String.format(Locale.ROOT, " %4d", CALLERS.indexOf(caller) + 1)));
        return "\n" + legend + "\n" + head + "\n" + String.join("\n", lines) + "\n";
    }
}
