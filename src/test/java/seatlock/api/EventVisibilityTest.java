package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests who can see an event, and what of it: drafts, cancelled drafts, cancellations, and events that do not exist. */
class EventVisibilityTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena di Verona","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId create(String json) {
        return new EventId(
                UUID.fromString(api.createEvent(json).json().get("id").asText()));
    }

    private EventId draft(String name) {
        return create(EVENT.replace("\"sections\"", "\"status\":\"DRAFT\",\"sections\"")
                .replace("Aida", name));
    }

    private static String path(EventId event) {
        return "/api/events/" + event;
    }

    private Api.Response publish(EventId event) {
        return api.send(Api.post(api.asAdmin(api.request(path(event) + "/publish")), "{}"));
    }

    private Api.Response cancel(EventId event, String json) {
        return api.send(Api.post(api.asAdmin(api.request(path(event) + "/cancel")), json));
    }

    private String key(Role role, EventId event) {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, "visibility", Set.of(event), null))
                .secret()
                .reveal();
    }

    private List<String> listed(String name, String bearer) {
        var ids = new ArrayList<String>();
        api.get("/api/events?q=" + name, bearer)
                .json()
                .get("events")
                .forEach(event -> ids.add(event.get("id").asText()));
        return ids;
    }

    private List<String> history(EventId event) {
        return system.query(
                "SELECT type, version FROM changes WHERE event_id = ? ORDER BY change_id",
                row -> row.text("type") + " " + row.integer("version"),
                event.value());
    }

    @Test
    void a_draft_is_not_found_by_anybody_but_its_sellers_until_it_is_published() {
        var draft = create(EVENT.replace("\"sections\"", "\"status\":\"DRAFT\",\"sections\""));
        var unknown = new EventId(UUID.randomUUID());
        var otherSeller = key(Role.SALES, system.event(1).id());
        var gate = key(Role.GATE, draft);
        for (var seller : List.of(TestSystem.ADMIN_KEY, key(Role.SALES, draft))) {
            assertThat(api.get(path(draft), seller).json().get("status").asText())
                    .isEqualTo("DRAFT");
            assertThat(api.get(path(draft) + "/seats", seller).status()).isEqualTo(200);
            var refused = reserve(draft, seller);
            assertThat(refused.outcome()).isEqualTo("409 not-on-sale");
            assertThat(refused.json().get("detail").asText()).contains("a draft", "published");
        }
        for (var stranger : List.of("nothing", otherSeller, gate)) {
            for (var suffix :
                    List.of("", "/seats", "/reservations/" + unknown, "/reservations/" + unknown + "/tickets")) {
                assertThat(api.get(path(draft) + suffix, stranger).outcome())
                        .as(suffix)
                        .isEqualTo("404 not-found");
            }
            assertThat(reserveAs(draft, stranger)).isEqualTo("404 not-found");
            assertThat(api.cancel(draft, unknown.toString(), stranger).outcome())
                    .isEqualTo("404 not-found");
        }

        var published = publish(draft);

        assertThat(published.outcome()).isEqualTo("200");
        assertThat(published.header("ETag")).isEqualTo("\"2\"");
        assertThat(published.json().get("status").asText()).isEqualTo("PUBLISHED");
        assertThat(publish(draft).header("ETag")).isEqualTo("\"2\"");
        assertThat(api.get(path(draft) + "/seats").status()).isEqualTo(200);
        assertThat(reserveAs(draft, "nothing")).isEqualTo("201");
        assertThat(history(draft)).containsExactly("event.published 2");
    }

    private String reserveAs(EventId event, String bearer) {
        return reserve(event, bearer).outcome();
    }

    private Api.Response reserve(EventId event, String bearer) {
        var request = api.request(path(event) + "/reservations")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .header("Authorization", "Bearer " + bearer);
        return api.send(Api.post(request, "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\"}"));
    }

    @Test
    void a_gate_cannot_tell_a_draft_from_an_event_that_does_not_exist() {
        var draft = create(EVENT.replace("\"sections\"", "\"status\":\"DRAFT\",\"sections\""));
        var sold = system.event(1).id();
        var code = api.code(sold, api.buyOne(sold, "S-A-1"));

        var atDraft = api.scan(draft, code, "North");
        var atNothing = api.scan(new EventId(UUID.randomUUID()), code, "North");

        assertThat(Api.reason(atDraft)).isEqualTo(Api.reason(atNothing));
    }

    @Test
    void a_draft_that_is_cancelled_stays_hidden() {
        var draft = draft("Never-shown");
        assertThat(cancel(draft, "{\"reason\":\"The hall burnt down.\"}").outcome())
                .isEqualTo("200");

        for (var stranger : List.of("nothing", key(Role.SALES, system.event(1).id()), key(Role.GATE, draft))) {
            assertThat(api.get(path(draft), stranger).outcome()).isEqualTo("404 not-found");
            assertThat(api.get(path(draft) + "/seats", stranger).outcome()).isEqualTo("404 not-found");
            assertThat(listed("never-shown", stranger)).isEmpty();
            assertThat(reserveAs(draft, stranger)).isEqualTo("404 not-found");
        }
        assertThat(api.get(path(draft) + "/tickets/revoked", key(Role.GATE, draft))
                        .outcome())
                .isEqualTo("404 not-found");
        for (var seller : List.of(TestSystem.ADMIN_KEY, key(Role.SALES, draft))) {
            assertThat(api.get(path(draft), seller).json().get("status").asText())
                    .isEqualTo("CANCELLED");
            assertThat(api.get(path(draft) + "/seats", seller).status()).isEqualTo(200);
            assertThat(listed("never-shown", seller)).containsExactly(draft.toString());
            assertThat(reserveAs(draft, seller)).isEqualTo("409 event-cancelled");
        }
    }

    @Test
    void an_event_that_is_cancelled_after_its_publication_stays_public() {
        var event = draft("Once-shown");
        publish(event);
        cancel(event, "");

        assertThat(api.get(path(event), "nothing").json().get("status").asText())
                .isEqualTo("CANCELLED");
        assertThat(listed("once-shown", "nothing")).containsExactly(event.toString());
    }

    @Test
    void only_sellers_see_how_far_a_cancellation_has_got() {
        var event = create(EVENT);
        api.buyOne(event, "S-A-1");
        var done = cancel(event, "{\"reason\":\"The singer is ill.\"}").json().get("cancellation");
        assertThat(done.get("remaining").asInt()).isEqualTo(1);

        for (var stranger : List.of("nothing", key(Role.SALES, system.event(1).id()), key(Role.GATE, event))) {
            var seen = api.get(path(event), stranger).json().get("cancellation");
            assertThat(names(seen)).containsExactly("reason", "at");
            assertThat(seen.get("reason")).isEqualTo(done.get("reason"));
            assertThat(seen.get("at")).isEqualTo(done.get("at"));
        }
        assertThat(names(api.get(path(event), key(Role.SALES, event)).json().get("cancellation")))
                .contains("refund", "notify", "remaining", "cancelled");
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(field -> field.getKey()).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "'', SALES",
        "/seats, SALES",
        "/reservations, SALES",
        "/reservations/ID, SALES",
        "/reservations/ID/tickets, SALES",
        "/reservations/ID/changes, SALES",
        "/reservations/ID/data, SALES",
        "/reservations/ID/event.ics, SALES",
        "/tickets/ID.pdf, SALES",
        "/tickets/revoked, GATE",
        "/check-ins, GATE",
        "/changes, SALES",
        "/changes?wait=1, SALES",
        "/sales, SALES",
        "/exports/reservations.csv, SALES",
        "/exports/tickets.csv, SALES",
        "/exports/check-ins.csv, SALES",
        "/exports/payments.csv, SALES"
    })
    void whatever_is_read_of_an_event_that_does_not_exist_is_not_found(String suffix, Role role) {
        var unknown = new EventId(UUID.randomUUID());
        var id = UUID.randomUUID().toString();
        var allEvents = system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, "visibility", Set.of(), null))
                .secret()
                .reveal();

        for (var bearer : List.of(TestSystem.ADMIN_KEY, allEvents)) {
            assertThat(api.get(path(unknown) + suffix.replace("ID", id), bearer).outcome())
                    .isEqualTo("404 not-found");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/seats", "/tickets/revoked"})
    void a_gate_finds_nothing_of_a_draft(String suffix) {
        var draft = draft("Draft");

        assertThat(api.get(path(draft) + suffix, key(Role.GATE, draft)).outcome())
                .isEqualTo("404 not-found");
        publish(draft);
        assertThat(api.get(path(draft) + suffix, key(Role.GATE, draft)).status())
                .isEqualTo(200);
    }
}
