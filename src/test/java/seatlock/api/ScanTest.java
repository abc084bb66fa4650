package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.support.Api.reason;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/** Scans that are uploaded later, clocks that are wrong, and refunds of used tickets. */
class ScanTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @Test
    void an_offline_scan_keeps_its_time_and_may_be_uploaded_repeatedly() {
        var event = system.event(1);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        issuedAt(event, "2026-06-01T12:00:00Z");
        var scan = upload(code, "Tent", "2026-06-18T20:31:07+02:00", "tent-17");

        var first = api.scanWith(event.id(), scan);
        var again = api.scanWith(event.id(), scan);

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(first.json().get("checkedInAt").asText()).isEqualTo("2026-06-18T18:31:07Z");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(api.scanWith(event.id(), scan.replace("tent-17", "tent-18")).outcome())
                .isEqualTo("409 already-checked-in");
        assertThat(api.scanWith(event.id(), scan.replace("\"Tent\"", "\"Hall\""))
                        .outcome())
                .as("another gate numbers its scans from one, too")
                .isEqualTo("409 already-checked-in");
        assertThat(api.scan(event.id(), code, "Tent").outcome()).isEqualTo("409 already-checked-in");
    }

    private static String upload(String code, String gate, String at, String nonce) {
        return Api.object()
                .put("code", code)
                .put("gate", gate)
                .put("scannedAt", at)
                .put("nonce", nonce)
                .toString();
    }

    /** Moves time by SQL: the tickets of an event, which are not voided, were issued at another time. */
    private void issuedAt(Event event, String at) {
        system.update(
                "UPDATE tickets SET issued_at = ?::timestamptz WHERE event_id = ?",
                at,
                event.id().value());
    }

    /** Moves time by SQL: the tickets of an event were refunded at another time. */
    private void voidedAt(Event event, String at) {
        system.update(
                "UPDATE tickets SET voided_at = ?::timestamptz WHERE event_id = ?",
                at,
                event.id().value());
    }

    @Test
    void a_scan_from_before_a_refund_counts_even_if_it_is_uploaded_after_it() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        var code = api.code(event.id(), id);
        issuedAt(event, "2026-06-01T12:00:00Z");
        api.cancel(event.id(), id, TestSystem.ADMIN_KEY);
        voidedAt(event, "2026-06-18T21:00:00Z");

        var before = upload(code, "Tent", "2026-06-18T20:59:59Z", "tent-1");
        var admitted = api.scanWith(event.id(), before);

        assertThat(admitted.outcome()).isEqualTo("200");
        assertThat(admitted.json().get("checkedInAt").asText()).isEqualTo("2026-06-18T20:59:59Z");
        assertThat(admitted.json().get("refundedAt").asText()).isEqualTo("2026-06-18T21:00:00Z");
        assertThat(api.scanWith(event.id(), before).text()).isEqualTo(admitted.text());
        var ticket = api.tickets(event.id(), id).get(0);
        assertThat(ticket.get("status").asText()).isEqualTo("VOIDED");
        assertThat(ticket.get("gate").asText()).isEqualTo("Tent");
        assertThat(reason(api.scanWith(event.id(), upload(code, "Tent", "2026-06-18T21:00:00Z", "tent-2"))))
                .isEqualTo("422 invalid-code VOIDED");
        assertThat(reason(api.scan(event.id(), code, "Tent"))).isEqualTo("422 invalid-code VOIDED");
        assertThat(scans(event)).containsExactly("ADMITTED tent-1", "VOIDED tent-2");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Whatever the order of arrival, the first to arrive is admitted, and the earliest scan is the check-in on record. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void scans_lead_to_the_same_record_in_any_order_of_arrival(boolean laterFirst) {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        var code = api.code(event.id(), id);
        issuedAt(event, "2026-06-01T12:00:00Z");
        var early = upload(code, "North", "2026-06-18T20:00:00Z", "n-1");
        var late = upload(code, "South", "2026-06-18T20:10:00Z", "s-1");

        var first = api.scanWith(event.id(), laterFirst ? late : early);
        var second = api.scanWith(event.id(), laterFirst ? early : late);

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(second.outcome()).isEqualTo("409 already-checked-in");
        assertThat(second.json().get("gate").asText()).isEqualTo(laterFirst ? "South" : "North");
        assertThat(api.scanWith(event.id(), laterFirst ? late : early).text()).isEqualTo(first.text());
        assertThat(api.scanWith(event.id(), laterFirst ? early : late).outcome())
                .isEqualTo("409 already-checked-in");
        var ticket = api.tickets(event.id(), id).get(0);
        assertThat(ticket.get("checkedInAt").asText()).isEqualTo("2026-06-18T20:00:00Z");
        assertThat(ticket.get("gate").asText()).isEqualTo("North");
        assertThat(scans(event)).hasSize(2);
        assertThat(system.violations(event.id())).isEmpty();
    }

    private List<String> scans(Event event) {
        return system.query(
                "SELECT outcome || ' ' || nonce AS line FROM scans WHERE event_id = ? ORDER BY nonce",
                row -> row.text("line"),
                event.id().value());
    }

    @Test
    void a_gate_whose_clock_is_ahead_loses_no_scan() {
        var event = system.event(2);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        var other = api.code(event.id(), api.buyOne(event.id(), "S-A-2"));
        var now = system.query("SELECT clock_timestamp() AS now", row -> row.instant("now"))
                .get(0);

        var ahead = api.scanWith(
                event.id(), upload(code, "N", now.plus(Duration.ofMinutes(6)).toString(), "n-1"));
        var tooFar = api.scanWith(
                event.id(), upload(other, "N", now.plus(Duration.ofHours(25)).toString(), "n-2"));

        assertThat(ahead.outcome()).isEqualTo("200");
        assertThat(Instant.parse(ahead.json().get("checkedInAt").asText()))
                .as("a scan is not made in the future")
                .isBefore(now.plus(Duration.ofMinutes(6)));
        assertThat(tooFar.outcome()).isEqualTo("422 invalid-request");
        assertThat(tooFar.json().at("/errors/0/field").asText()).isEqualTo("scannedAt");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_scan_from_before_its_ticket_is_refused_unless_the_clock_is_a_little_slow() {
        var event = system.event(2);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        issuedAt(event, "2026-06-18T20:00:00Z");

        for (var at : List.of("1970-01-01T00:00:00Z", "2026-06-18T19:54:59Z")) {
            var refused = api.scanWith(event.id(), upload(code, "N", at, "n-" + at));
            assertThat(refused.outcome()).as(at).isEqualTo("422 invalid-request");
            assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo("scannedAt");
        }
        var slow = api.scanWith(event.id(), upload(code, "N", "2026-06-18T19:55:00Z", "n-1"));

        assertThat(slow.outcome()).isEqualTo("200");
        assertThat(slow.json().get("checkedInAt").asText()).isEqualTo("2026-06-18T20:00:00Z");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** The database's clock was set back after the ticket was issued, and again after it was used. */
    @Test
    void a_live_scan_follows_everything_on_record_whatever_the_clock_says() {
        var event = system.event(1);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        var tomorrow = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        issuedAt(event, tomorrow.toString());

        var first = api.scan(event.id(), code, "North");
        var second = api.scanWith(
                event.id(),
                Api.object()
                        .put("code", code)
                        .put("gate", "South")
                        .put("nonce", "s-1")
                        .toString());

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(first.json().get("checkedInAt").asText()).isEqualTo(tomorrow.toString());
        assertThat(second.outcome()).isEqualTo("409 already-checked-in");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_reservation_with_a_used_ticket_is_refunded_only_by_force() {
        var event = system.event(2);
        var id = api.buy(event.id(), "S-A-1", "S-A-2").json().get("id").asText();
        api.scan(event.id(), api.code(event.id(), id), "North");

        assertThat(cancel(event, id, "").outcome()).isEqualTo("409 already-checked-in");
        assertThat(cancel(event, id, "{\"force\":false}").outcome()).isEqualTo("409 already-checked-in");
        assertThat(cancel(event, id, "{\"force\":1}").outcome()).isEqualTo("422 invalid-request");
        assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("409 seats-taken");
        assertThat(cancel(event, id, "{\"force\":true}").json().get("status").asText())
                .isEqualTo("CANCELLED");
        assertThat(api.buy(event.id(), "S-A-1").outcome()).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private Api.Response cancel(Event event, String reservation, String body) {
        return api.send(Api.post(api.asAdmin(api.request(Api.path(event.id(), reservation) + "/cancel")), body));
    }

    /** Whichever comes first, exactly one of the two succeeds. */
    @Test
    void a_refund_and_a_scan_at_the_same_time_exclude_each_other() {
        for (int round = 0; round < 20; round++) {
            var event = system.event(1);
            var id = api.buyOne(event.id(), "S-A-1");
            var code = api.code(event.id(), id);

            var outcomes = Concurrently.run(
                    2,
                    i -> i == 0
                            ? cancel(event, id, "").outcome()
                            : api.scan(event.id(), code, "N").outcome());

            assertThat(outcomes).isIn(List.of("200", "422 invalid-code"), List.of("409 already-checked-in", "200"));
            assertThat(system.violations(event.id())).isEmpty();
        }
    }

    @Test
    void a_refund_is_recorded_even_if_the_clock_is_behind_the_confirmation() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        system.update(
                "UPDATE reservations SET confirmed_at = confirmed_at + interval '1 hour',"
                        + " expires_at = expires_at + interval '1 hour', hold_until = hold_until + interval '1 hour' WHERE event_id = ?",
                event.id().value());
        issuedAt(event, Instant.now().plus(Duration.ofHours(1)).minusSeconds(60).toString());

        assertThat(cancel(event, id, "").outcome()).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }
}
