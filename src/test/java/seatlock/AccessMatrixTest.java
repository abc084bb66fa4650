package seatlock;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Shop;

/**
 * Every operation of the OpenAPI document, called by everybody there is. What each of them may do stands here once more,
 * apart from what the code says.
 */
class AccessMatrixTest {

    /** Everybody there is, in the order of the columns. */
    private static final List<String> CALLERS = List.of(
            "none",
            "garbage",
            "admin",
            "sales",
            "gate",
            "admin here",
            "sales here",
            "gate here",
            "admin elsewhere",
            "sales elsewhere",
            "gate elsewhere",
            "revoked",
            "expired",
            "rotated out",
            "its token",
            "another token");

    private static final Set<String> ANYONE = Set.copyOf(CALLERS);
    private static final Set<String> SELLERS = Set.of("admin", "sales", "admin here", "sales here");
    private static final Set<String> GATES = Set.of("admin", "gate", "admin here", "gate here");
    private static final Set<String> ADMINS = Set.of("admin");
    private static final Set<String> HOLDERS = Set.of("admin", "sales", "admin here", "sales here", "its token");

    /** Who is allowed, by the operation's id. One that is not here fails the test. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("createEvent", ADMINS),
            Map.entry("listEvents", ANYONE),
            Map.entry("getEvent", ANYONE),
            Map.entry("getSeats", ANYONE),
            Map.entry("reserve", ANYONE),
            Map.entry("getReservation", HOLDERS),
            Map.entry("confirm", SELLERS),
            Map.entry("cancel", HOLDERS),
            Map.entry("getTickets", HOLDERS),
            Map.entry("resendTickets", SELLERS),
            Map.entry("getTicketDocument", HOLDERS),
            Map.entry("checkIn", GATES),
            Map.entry("getTicketKeys", ANYONE),
            Map.entry("createKey", ADMINS),
            Map.entry("listKeys", ADMINS),
            Map.entry("revokeKey", ADMINS),
            Map.entry("rotateKey", ADMINS));

    /** Who comes with something that is no good is not told which part of it; who comes with a good key is. */
    private static final Set<String> WITHOUT_A_KEY =
            Set.of("none", "garbage", "revoked", "expired", "rotated out", "its token", "another token");

    private static final Map<String, List<String>> SECURITY = new TreeMap<>(Map.of(
            "anyone", List.of(),
            "holders", List.of("reservationToken", "salesKey"),
            "sellers", List.of("salesKey"),
            "gates", List.of("gateKey"),
            "admins", List.of("adminKey")));

    private final Shop shop = Shop.shared();
    private final Api api = shop.api;
    private final ApiKeys keys = new ApiKeys();

    private final Event event = shop.event(100);
    private final Event elsewhere = shop.event(1);
    private final Map<String, Supplier<String>> bearers = bearers();
    private JsonNode reservation;
    private String otherToken;

    private String key(Role role, Event... events) {
        var ids = Set.<EventId>copyOf(List.of(events).stream().map(Event::id).toList());
        return shop.database
                .inTransaction(tx -> keys.create(tx, role, "matrix", ids, null))
                .secret()
                .reveal();
    }

    private Map<String, Supplier<String>> bearers() {
        var all = new LinkedHashMap<String, Supplier<String>>();
        all.put("none", () -> null);
        all.put("garbage", () -> "seatlock_garbage");
        for (var role : Role.values()) {
            var word = role.name().toLowerCase(Locale.ROOT);
            var everywhere = key(role);
            var here = key(role, event);
            var there = key(role, elsewhere);
            all.put(word, () -> everywhere);
            all.put(word + " here", () -> here);
            all.put(word + " elsewhere", () -> there);
        }
        var revoked = shop.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "revoked", Set.of(), null));
        shop.database.inTransaction(tx -> keys.revoke(tx, revoked.key().id()));
        all.put("revoked", () -> revoked.secret().reveal());
        var expired =
                shop.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "expired", Set.of(), tx.readClock()));
        all.put("expired", () -> expired.secret().reveal());
        var rotated = shop.database.inTransaction(tx -> keys.create(tx, Role.ADMIN, "rotated", Set.of(), null));
        shop.database.inTransaction(tx -> keys.rotate(tx, rotated.key().id(), Duration.ZERO));
        all.put("rotated out", () -> rotated.secret().reveal());
        all.put("its token", () -> reservation.get("token").asText());
        all.put("another token", () -> otherToken);
        return all;
    }

    @Test
    void every_operation_is_open_to_whom_it_is_for_and_to_nobody_else() {
        otherToken = reserve().get("token").asText();
        reservation = reserve();
        var document = api.get("/api/openapi.json").json();
        var lines = new ArrayList<String>();
        var wrong = new ArrayList<String>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    var name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                    var id = operation.getValue().get("operationId").asText();
                    var allowed = ALLOWED.get(id);
                    assertThat(allowed).as(name + ": who may call it?").isNotNull();
                    assertThat(security(operation.getValue())).as(name).isEqualTo(securityOf(allowed));
                    var line = new StringBuilder("%-66s".formatted(name));
                    for (var caller : CALLERS) {
                        var status = call(operation.getKey(), path.getKey(), caller);
                        line.append(" %4d".formatted(status));
                        if (!isRight(status, allowed, caller)) {
                            wrong.add(name + " as " + caller + ": " + status);
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
                allowed == ANYONE
                        ? "anyone"
                        : allowed == HOLDERS
                                ? "holders"
                                : allowed == SELLERS ? "sellers" : allowed == GATES ? "gates" : "admins");
    }

    private static boolean isRight(int status, Set<String> allowed, String caller) {
        if (allowed.contains(caller)) {
            // It got past the gate: what it is told then depends on what it said.
            return status < 400 || status == 409 || status == 422;
        }
        return status == (allowed == HOLDERS ? 404 : WITHOUT_A_KEY.contains(caller) ? 401 : 403);
    }

    private JsonNode reserve() {
        for (int seat = 1; ; seat++) {
            var answer = api.reserve(event.id(), "S-A-" + seat);
            if (answer.status() == 201) {
                return answer.json();
            }
        }
    }

    /** On a reservation of its own, since some callers cancel it. */
    private int call(String method, String template, String caller) {
        var path = template.replace("{eventId}", event.id().toString());
        if (template.contains("{reservationId}") || template.contains("{ticketId}")) {
            reservation = template.endsWith("/cancel") ? reserve() : reservation;
            path = path.replace("{reservationId}", reservation.get("id").asText());
        }
        if (template.contains("{ticketId}")) {
            path = path.replace("{ticketId}", ticket());
        }
        if (template.contains("{keyId}")) {
            path = path.replace("{keyId}", freshKey());
        }
        var request =
                api.request(path).header("Idempotency-Key", UUID.randomUUID().toString());
        var bearer = bearers.get(caller).get();
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return api.send(withBody(request, method, template)).status();
    }

    private static HttpRequest.Builder withBody(HttpRequest.Builder request, String method, String template) {
        if (!method.equals("post")) {
            return request.method(method.toUpperCase(Locale.ROOT), BodyPublishers.noBody());
        }
        return Api.post(request, template.endsWith("/rotate") ? "{\"overlap\":\"PT0S\"}" : "{}");
    }

    private String freshKey() {
        return shop.database
                .inTransaction(tx -> keys.create(tx, Role.GATE, "fresh", Set.of(elsewhere.id()), null))
                .key()
                .id()
                .toString();
    }

    /** Of the reservation; it has a document. */
    private String ticket() {
        var id = reservation.get("id").asText();
        api.confirm(event.id(), id, reservation.at("/total/amount").asLong());
        shop.update("""
                INSERT INTO ticket_documents
                SELECT event_id, ticket_id, convert_to('%PDF-1.5', 'UTF8'), now() FROM tickets
                 WHERE event_id = ? AND reservation_id = ?
                ON CONFLICT DO NOTHING
                """, event.id().value(), UUID.fromString(id));
        return api.tickets(event.id(), id).get(0).get("id").asText();
    }

    private static String table(List<String> lines) {
        var legend = CALLERS.stream()
                .map(caller -> (CALLERS.indexOf(caller) + 1) + " " + caller)
                .collect(joining(", "));
        var head = new StringBuilder("%-66s".formatted(""));
        CALLERS.forEach(caller -> head.append(" %4d".formatted(CALLERS.indexOf(caller) + 1)));
        return "\n" + legend + "\n" + head + "\n" + String.join("\n", lines) + "\n";
    }
}
