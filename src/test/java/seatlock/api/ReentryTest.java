package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.support.Api.reason;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/** Tickets that are used more than once: check-ins that are undone, and re-entry. */
class ReentryTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private Event eventWithReentry() {
        var event = system.event(1);
        system.changeTerms(event.id(), "reentry = true");
        return event;
    }

    /** Buys the seat of an event, with a ticket that was issued before the scans of these tests. Returns the code. */
    private String code(Event event) {
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        system.update(
                "UPDATE tickets SET issued_at = '2026-06-01T12:00:00Z' WHERE event_id = ?",
                event.id().value());
        return code;
    }

    private static String undo(String code) {
        return Api.object().put("code", code).put("reason", "by mistake").toString();
    }

    private static String upload(String code, String time, String nonce) {
        return Api.object()
                .put("code", code)
                .put("gate", "Tent")
                .put("scannedAt", "2026-06-18T" + time + "Z")
                .put("nonce", nonce)
                .toString();
    }

    private String status(Event event) {
        var ticket = system.query(
                        "SELECT reservation_id FROM tickets WHERE event_id = ?",
                        row -> row.uuid("reservation_id"),
                        event.id().value())
                .get(0);
        return api.tickets(event.id(), ticket.toString()).get(0).get("status").asText();
    }

    private List<String> changes(Event event) {
        return system.query(
                "SELECT type FROM changes WHERE event_id = ? AND type LIKE 'ticket.%' ORDER BY version",
                row -> row.text("type"), event.id().value());
    }

    private String attendance(Event event) {
        return api.get("/api/events/" + event.id() + "/check-ins", TestSystem.ADMIN_KEY)
                .json()
                .toString();
    }

    @Test
    void the_people_inside_are_counted() {
        var event = system.event(3);
        system.changeTerms(event.id(), "reentry = true");
        var first = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        var second = api.code(event.id(), api.buyOne(event.id(), "S-A-2"));
        var refunded = api.buyOne(event.id(), "S-A-3");
        assertThat(attendance(event)).isEqualTo("{\"checkedIn\":0,\"tickets\":3}");

        api.scan(event.id(), first, "North");
        api.scan(event.id(), second, "North");
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
        assertThat(attendance(event)).isEqualTo("{\"checkedIn\":2,\"tickets\":2}");

        api.checkOut(event.id(), first, "North");
        assertThat(attendance(event)).isEqualTo("{\"checkedIn\":1,\"tickets\":2}");
    }

    @Test
    void a_check_in_that_was_undone_can_be_made_again() {
        var event = system.event(1);
        var code = code(event);
        assertThat(api.undo(event.id(), undo(code)).json().get("undone").asBoolean())
                .isFalse();
        api.scan(event.id(), code, "North");

        var undone = api.undo(event.id(), undo(code));
        var again = api.undo(event.id(), undo(code));

        assertThat(undone.json().get("undone").asBoolean()).isTrue();
        assertThat(again.outcome()).isEqualTo("200");
        assertThat(again.json().get("undone").asBoolean()).isFalse();
        assertThat(status(event)).isEqualTo("VALID");
        assertThat(api.scan(event.id(), code, "South").outcome()).isEqualTo("200");
        assertThat(api.scan(event.id(), code, "North").json().get("gate").asText())
                .isEqualTo("South");
        assertThat(changes(event)).containsExactly("ticket.checked-in", "ticket.check-in-undone", "ticket.checked-in");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void an_invalid_undo_is_refused() {
        var event = system.event(1);
        for (var bad : new String[] {
            "{}",
            "{\"code\":\"x\",\"ticketId\":\"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d\"}",
            "{\"ticketId\":\"x\"}",
            "{\"code\":\"\"}",
            "{\"code\":\"" + "x".repeat(1001) + "\"}",
            "{\"code\":\"x\",\"reason\":\"\"}",
            "{\"code\":\"x\",\"reason\":\"" + "x".repeat(201) + "\"}",
            "{\"code\":\"x\",\"gate\":\"N\"}"
        }) {
            assertThat(api.undo(event.id(), bad).outcome()).as(bad).isEqualTo("422 invalid-request");
        }
        assertThat(reason(api.undo(event.id(), "{\"ticketId\":\"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d\"}")))
                .isEqualTo("422 invalid-code UNKNOWN_TICKET");
        assertThat(reason(api.undo(event.id(), "{\"code\":\"x\"}"))).isEqualTo("422 invalid-code MALFORMED");
    }

    @Test
    void a_ticket_that_was_checked_out_can_be_checked_in_again() {
        var event = eventWithReentry();
        var code = code(event);
        assertThat(reason(api.checkOut(event.id(), code, "N"))).isEqualTo("409 not-checked-in NOT_CHECKED_IN");
        api.scan(event.id(), code, "N");

        assertThat(api.checkOut(event.id(), code, "N").outcome()).isEqualTo("200");
        assertThat(status(event)).isEqualTo("CHECKED_OUT");
        assertThat(reason(api.checkOut(event.id(), code, "N"))).isEqualTo("409 not-checked-in NOT_CHECKED_IN");
        assertThat(api.scan(event.id(), code, "S").outcome()).isEqualTo("200");
        assertThat(status(event)).isEqualTo("CHECKED_IN");
        assertThat(api.scan(event.id(), code, "N").outcome()).isEqualTo("409 already-checked-in");
        assertThat(changes(event)).containsExactly("ticket.checked-in", "ticket.checked-out", "ticket.checked-in");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void without_reentry_no_ticket_is_checked_out() {
        var event = system.event(1);
        var code = code(event);
        api.scan(event.id(), code, "N");

        assertThat(reason(api.checkOut(event.id(), code, "N"))).isEqualTo("409 not-checked-in NO_REENTRY");
        assertThat(status(event)).isEqualTo("CHECKED_IN");
    }

    /** In at 20:00, out at 20:30, in again at 20:45: the exit arrives last, and its upload is repeated. */
    @Test
    void an_exit_that_is_uploaded_late_ends_the_entry_as_of_its_own_time() {
        var event = eventWithReentry();
        var code = code(event);
        api.scanWith(event.id(), upload(code, "20:00:00", "n-1"));
        assertThat(api.scanWith(event.id(), upload(code, "20:45:00", "n-2")).outcome())
                .isEqualTo("409 already-checked-in");
        var exit = upload(code, "20:30:00", "n-3");

        var out = api.checkOutWith(event.id(), exit);

        assertThat(out.outcome()).isEqualTo("200");
        assertThat(out.json().get("checkedOutAt").asText()).isEqualTo("2026-06-18T20:30:00Z");
        assertThat(api.checkOutWith(event.id(), exit).text()).isEqualTo(out.text());
        assertThat(status(event)).isEqualTo("CHECKED_IN");
        assertThat(system.query(
                        "SELECT checked_in_at FROM tickets WHERE event_id = ?",
                        row -> row.instant("checked_in_at").toString(),
                        event.id().value()))
                .containsExactly("2026-06-18T20:45:00Z");
        assertThat(reason(api.checkOutWith(event.id(), upload(code, "20:40:00", "n-4"))))
                .as("nobody was in between the exit and the second entry")
                .isEqualTo("409 not-checked-in NOT_CHECKED_IN");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** A refused exit is not recorded, because the scan at the entrance may arrive after it. */
    @Test
    void an_exit_that_arrives_before_its_entry_succeeds_when_it_is_repeated() {
        var event = eventWithReentry();
        var code = code(event);
        var exit = upload(code, "20:30:00", "n-2");
        assertThat(reason(api.checkOutWith(event.id(), exit))).isEqualTo("409 not-checked-in NOT_CHECKED_IN");
        api.scanWith(event.id(), upload(code, "20:00:00", "n-1"));

        assertThat(api.checkOutWith(event.id(), exit).outcome()).isEqualTo("200");
        assertThat(status(event)).isEqualTo("CHECKED_OUT");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Two gates, two exits and a seller who undoes the check-in, on two nodes: the record stays consistent. */
    @Test
    void scans_exits_and_undoing_at_the_same_time_leave_a_consistent_record() {
        try (var other = system.anotherNode()) {
            var second = new Api("http://127.0.0.1:" + other.port(), TestSystem.ADMIN_KEY);
            for (int round = 0; round < 20; round++) {
                var event = eventWithReentry();
                var code = code(event);
                api.scan(event.id(), code, "N");

                var exits = Concurrently.run(
                        2,
                        i -> Api.patiently(() -> (i == 0 ? api : second).checkOut(event.id(), code, "N"))
                                .outcome());
                assertThat(exits).containsExactlyInAnyOrder("200", "409 not-checked-in");

                var entries = Concurrently.run(3, i -> switch (i) {
                    case 0 ->
                        Api.patiently(() -> api.scan(event.id(), code, "N")).outcome();
                    case 1 ->
                        Api.patiently(() -> second.scan(event.id(), code, "S")).outcome();
                    default ->
                        Api.patiently(() -> second.undo(event.id(), undo(code))).outcome();
                });
                assertThat(entries.get(2)).isEqualTo("200");
                assertThat(entries.subList(0, 2)).contains("200").isSubsetOf(Set.of("200", "409 already-checked-in"));
                assertThat(system.violations(event.id())).isEmpty();
            }
        }
    }
}
