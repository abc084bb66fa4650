package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.support.Api.reason;

import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;
import seatlock.tickets.OfflineGate;

/** Tests tickets, from the confirmation to the gate. */
class CheckInTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @Test
    void a_confirmed_reservation_has_one_ticket_per_seat() {
        var event = system.event(3);
        var reserved = api.reserve(event.id(), "S-A-2", "S-A-1").json();
        var id = reserved.get("id").asText();
        assertThat(api.tickets(event.id(), id)).isEmpty();

        api.confirm(event.id(), id, 9000);

        var tickets = api.get(
                        Api.path(event.id(), id) + "/tickets",
                        reserved.get("token").asText())
                .json()
                .get("tickets");
        assertThat(tickets).hasSize(2);
        assertThat(tickets.get(0).get("seat").asText()).isEqualTo("S-A-1");
        assertThat(tickets.get(0).get("status").asText()).isEqualTo("VALID");
        assertThat(system.violations(event.id())).isEmpty();
        assertThat(api.get(Api.path(event.id(), id) + "/tickets").outcome()).isEqualTo("404 not-found");
        assertThat(api.get(Api.path(event.id(), id) + "/tickets", "rsv_guess").outcome())
                .isEqualTo("404 not-found");
    }

    @Test
    void a_document_is_not_ready_until_a_worker_has_made_it() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        var pdf = api.tickets(event.id(), id).get(0).get("pdf").asText();

        var notReady = api.get(pdf, TestSystem.ADMIN_KEY);
        assertThat(notReady.outcome()).isEqualTo("409 not-ready");
        assertThat(notReady.header("Retry-After")).isEqualTo("1");
        assertThat(api.get(pdf).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(pdf, "rsv_guess").outcome()).isEqualTo("404 not-found");
        assertThat(api.get("/api/events/" + event.id() + "/tickets/x.pdf", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(api.get("/api/events/" + event.id() + "/tickets/" + UUID.randomUUID() + ".pdf", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
    }

    @Test
    void a_ticket_is_checked_in_once_and_the_second_gate_is_told_where() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        var code = api.code(event.id(), id);

        var first = api.scan(event.id(), code, "North");
        var second = api.scan(event.id(), code, "South");

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(first.json().get("seat").asText()).isEqualTo("S-A-1");
        assertThat(second.outcome()).isEqualTo("409 already-checked-in");
        assertThat(second.json().get("gate").asText()).isEqualTo("North");
        assertThat(second.json().get("checkedInAt")).isEqualTo(first.json().get("checkedInAt"));
        assertThat(api.tickets(event.id(), id).get(0).get("status").asText()).isEqualTo("CHECKED_IN");
    }

    @Test
    void of_two_hundred_gates_at_once_one_checks_the_ticket_in() {
        var event = system.event(1);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));

        var responses = Concurrently.run(200, i -> Api.patiently(() -> api.scan(event.id(), code, "Gate " + i)));

        assertThat(Tally.of(responses, Api.Response::outcome))
                .isEqualTo(Map.of("200", 1L, "409 already-checked-in", 199L));
    }

    @Test
    void the_number_printed_on_a_ticket_checks_it_in_however_it_is_typed() {
        var event = system.event(4);
        var other = system.event(1);
        Map<String, UnaryOperator<String>> spellings = Map.of(
                "S-A-1", number -> number,
                "S-A-2", number -> number.toLowerCase(Locale.ROOT),
                "S-A-3", number -> number.replace("-", ""),
                "S-A-4", number -> number.toLowerCase(Locale.ROOT).replace("-", " "));
        spellings.forEach((seat, spelling) -> {
            var number = api.tickets(event.id(), api.buyOne(event.id(), seat))
                    .get(0)
                    .get("number")
                    .asText();
            var typed = spelling.apply(number);

            var first = api.scan(event.id(), typed, "N");

            assertThat(first.outcome()).as(typed).isEqualTo("200");
            assertThat(first.json().get("seat").asText()).isEqualTo(seat);
            assertThat(api.scan(event.id(), number, "N").outcome()).isEqualTo("409 already-checked-in");
            assertThat(reason(api.scan(other.id(), number, "N"))).isEqualTo("422 invalid-code UNKNOWN_TICKET");
        });
        assertThat(reason(api.scan(event.id(), "0123-4567-89A", "N"))).isEqualTo("422 invalid-code MALFORMED");
    }

    @Test
    void a_number_that_two_tickets_share_checks_in_neither() {
        var event = system.event(2);
        api.buyOne(event.id(), "S-A-1");
        api.buyOne(event.id(), "S-A-2");
        system.update(
                "UPDATE tickets SET ticket_id = overlay(ticket_id::text PLACING 'abcdefabcdef' FROM 25)::uuid"
                        + " WHERE event_id = ?",
                event.id().value());

        assertThat(reason(api.scan(event.id(), "ABCD-EFAB-CDEF", "N"))).isEqualTo("422 invalid-code AMBIGUOUS_NUMBER");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM scans WHERE event_id = ?",
                        event.id().value()))
                .isZero();
    }

    @Test
    void tickets_of_one_purchase_have_numbers_that_do_not_follow_from_each_other() {
        var event = system.event(10);
        var id = api.buy(event.id(), "S-A-1", "S-A-2", "S-A-3", "S-A-4")
                .json()
                .get("id")
                .asText();
        var numbers = new ArrayList<Long>();
        for (var ticket : api.tickets(event.id(), id)) {
            numbers.add(Long.parseLong(ticket.get("number").asText().replace("-", ""), 16));
        }

        for (int i = 1; i < numbers.size(); i++) {
            assertThat(Math.abs(numbers.get(i) - numbers.get(i - 1)))
                    .as(numbers.toString())
                    .isGreaterThan(1_000);
        }
    }

    @Test
    void each_reason_for_an_invalid_code_is_reported() {
        var event = system.event(2);
        var other = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        var code = api.code(event.id(), id);
        var flipped = code.substring(0, 100) + (code.charAt(100) == 'A' ? 'B' : 'A') + code.substring(101);
        var unknownKey = "SL1" + "7777" + code.substring(7);

        assertThat(reason(api.scan(event.id(), code.substring(0, 80), "N"))).isEqualTo("422 invalid-code MALFORMED");
        assertThat(reason(api.scan(event.id(), "hello", "N"))).isEqualTo("422 invalid-code MALFORMED");
        assertThat(reason(api.scan(event.id(), flipped, "N"))).isEqualTo("422 invalid-code FORGED");
        assertThat(reason(api.scan(event.id(), unknownKey, "N"))).isEqualTo("422 invalid-code UNKNOWN_KEY");
        assertThat(reason(api.scan(other.id(), code, "N"))).isEqualTo("422 invalid-code OTHER_EVENT");
        api.cancel(event.id(), id, TestSystem.ADMIN_KEY);
        assertThat(reason(api.scan(event.id(), code, "N"))).isEqualTo("422 invalid-code VOIDED");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_refund_voids_the_ticket_and_the_next_buyer_gets_a_new_one() {
        var event = system.event(1);
        var first = api.buyOne(event.id(), "S-A-1");
        var oldCode = api.code(event.id(), first);
        api.cancel(event.id(), first, TestSystem.ADMIN_KEY);
        var second = api.buyOne(event.id(), "S-A-1");

        assertThat(api.tickets(event.id(), first).get(0).get("status").asText()).isEqualTo("VOIDED");
        assertThat(reason(api.scan(event.id(), oldCode, "N"))).isEqualTo("422 invalid-code VOIDED");
        assertThat(api.scan(event.id(), api.code(event.id(), second), "N").outcome())
                .isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_code_can_be_verified_offline_with_the_published_keys() throws Exception {
        var event = system.event(1);
        var code = api.code(event.id(), api.buyOne(event.id(), "S-A-1"));
        var keys = api.get("/api/keys/tickets").json();

        assertThat(OfflineGate.verify(code, keys)).isTrue();
        var flipped = code.substring(0, 50) + (code.charAt(50) == 'A' ? 'B' : 'A') + code.substring(51);
        assertThat(OfflineGate.verify(flipped, keys)).isFalse();
    }

    @Test
    void tickets_stay_valid_when_the_signing_key_is_rotated() {
        try (var system = new TestSystem()) {
            var event = system.event(2);
            var before = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
            var oldCode =
                    system.api.tickets(event.id(), before).get(0).get("code").asText();

            system.ticketKeys.rotate();

            var after = system.api.buy(event.id(), "S-A-2").json().get("id").asText();
            var newCode =
                    system.api.tickets(event.id(), after).get(0).get("code").asText();
            assertThat(oldCode).matches("SL1AAA[Q-Z2-7].*");
            assertThat(newCode).matches("SL1AAB[A-P].*").hasSameSizeAs(oldCode);
            assertThat(system.api.tickets(event.id(), before).get(0).get("code").asText())
                    .isEqualTo(oldCode);
            assertThat(system.api.get("/api/keys/tickets").json().get("keys")).hasSize(2);
            assertThat(system.api.scan(event.id(), oldCode, "N").outcome()).isEqualTo("200");
            assertThat(system.api.scan(event.id(), newCode, "N").outcome()).isEqualTo("200");
        }
    }

    @Test
    void an_invalid_scan_is_refused() {
        var event = system.event(1);
        for (var bad : new String[] {
            "{}",
            "{\"code\":\"x\"}",
            "{\"gate\":\"N\"}",
            "{\"code\":\"x\",\"gate\":\"\"}",
            "{\"code\":7,\"gate\":\"N\"}",
            "{\"code\":\"" + "A".repeat(1001) + "\",\"gate\":\"N\"}",
            "{\"code\":\"x\",\"gate\":\"" + "N".repeat(101) + "\"}",
            "{\"code\":\"x\",\"gate\":\"N\",\"scannedAt\":\"2026-06-18T20:31:07Z\"}",
            "{\"code\":\"x\",\"gate\":\"N\",\"scannedAt\":\"yesterday\",\"nonce\":\"n\"}",
            "{\"code\":\"x\",\"gate\":\"N\",\"nonce\":\"\"}",
            "{\"code\":\"x\",\"gate\":\"N\",\"force\":true}"
        }) {
            assertThat(api.scanWith(event.id(), bad).outcome()).as(bad).isEqualTo("422 invalid-request");
        }
        var request = api.request("/api/events/" + event.id() + "/check-ins");
        assertThat(api.send(Api.post(request, "{\"code\":\"x\",\"gate\":\"N\"}"))
                        .outcome())
                .isEqualTo("401 unauthorized");
    }

    @Test
    void tickets_are_resent_only_for_a_confirmed_reservation() {
        var event = system.event(2);
        var pending = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var confirmed = api.buyOne(event.id(), "S-A-2");

        assertThat(resend(event, pending).outcome()).isEqualTo("409 reservation-not-confirmed");
        assertThat(resend(event, UUID.randomUUID().toString()).outcome()).isEqualTo("404 not-found");
        var queued = resend(event, confirmed);
        assertThat(queued.outcome()).isEqualTo("202");
        assertThat(queued.header("Content-Type")).as("type of an empty body").isNull();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendTickets'",
                        event.id().value()))
                .isEqualTo(1);
    }

    /** No worker runs here, so each mail is marked as done before the next request. */
    @Test
    void the_tickets_of_a_reservation_are_mailed_five_times_an_hour_at_most() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        for (int mail = 1; mail <= 5; mail++) {
            assertThat(resend(event, id).outcome()).as("mail " + mail).isEqualTo("202");
            assertThat(resend(event, id).outcome()).as("while it is waiting").isEqualTo("202");
            assertThat(mails(event)).isEqualTo(mail);
            system.update(
                    "UPDATE jobs SET state = 'DONE', ended_at = now() WHERE event_id = ? AND kind = 'SendTickets'",
                    event.id().value());
        }

        var sixth = resend(event, id);

        assertThat(sixth.outcome()).isEqualTo("429 rate-limited");
        assertThat(Long.parseLong(sixth.header("Retry-After"))).isBetween(1L, 3600L);
        assertThat(mails(event)).isEqualTo(5);
        system.update(
                "UPDATE jobs SET created_at = created_at - interval '1 hour' WHERE event_id = ?",
                event.id().value());
        assertThat(resend(event, id).outcome()).isEqualTo("202");
    }

    private long mails(Event event) {
        return system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendTickets'",
                event.id().value());
    }

    private Api.Response resend(Event event, String reservation) {
        return api.send(Api.post(api.asAdmin(api.request(Api.path(event.id(), reservation) + "/resend")), "{}"));
    }
}
