package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.support.Api.reason;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.TestSystem;

/** Tickets that change hands, and how gates without a network learn that the former ones are void. */
class TransferTest {

    private static final String GRACE = "{\"email\":\"grace@example.org\",\"name\":\"Grace Hopper\"}";

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @Test
    void a_transfer_voids_the_ticket_and_issues_one_that_the_buyer_cannot_read() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var id = reserved.get("id").asText();
        var token = reserved.get("token").asText();
        api.confirm(event.id(), id, 4500);
        var old = api.tickets(event.id(), id).get(0);
        var key = UUID.randomUUID().toString();

        var done = api.transferWith(event.id(), old.get("id").asText(), token, key, GRACE);
        var again = api.transferWith(event.id(), old.get("id").asText(), token, key, GRACE);

        assertThat(done.outcome()).isEqualTo("200");
        assertThat(again.text()).isEqualTo(done.text());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        var next = done.json().get("newTicketId").asText();
        var buyers =
                api.get(Api.path(event.id(), id) + "/tickets", token).json().get("tickets");
        assertThat(buyers).hasSize(1);
        assertThat(buyers.get(0).get("status").asText()).isEqualTo("TRANSFERRED");
        var all = api.tickets(event.id(), id);
        assertThat(all).hasSize(2);
        assertThat(all.get(1).get("id").asText()).isEqualTo(next);
        assertThat(all.get(1).get("holderName").asText()).isEqualTo("Grace Hopper");
        assertThat(all.get(1).get("documentReady").asBoolean()).isFalse();
        var pdf = "/api/events/" + event.id() + "/tickets/" + next + ".pdf";
        assertThat(api.get(pdf, token).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(pdf, TestSystem.ADMIN_KEY).outcome()).isEqualTo("409 not-ready");
        assertThat(api.transfer(event.id(), next, token).outcome()).isEqualTo("404 not-found");
        assertThat(reason(api.scan(event.id(), old.get("code").asText(), "N"))).isEqualTo("422 invalid-code VOIDED");
        assertThat(api.scan(event.id(), all.get(1).get("code").asText(), "N").outcome())
                .isEqualTo("200");
        assertThat(jobs(event)).containsExactly("SendTransferNotice", "SendTransferredTicket");
        assertThat(changes(event))
                .containsExactly("reservation.confirmed 2", "ticket.transferred 3", "ticket.checked-in 4");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** The PDF of a void ticket is not served, although it may be stored. */
    @Test
    void the_document_of_a_void_ticket_is_never_ready() {
        var event = system.event(2);
        var id = api.buy(event.id(), "S-A-1", "S-A-2").json().get("id").asText();
        system.update(
                "INSERT INTO ticket_documents SELECT event_id, ticket_id, convert_to('%PDF-1.5', 'UTF8'), now(), 1"
                        + " FROM tickets WHERE event_id = ?",
                event.id().value());
        transfer(event, firstTicket(event, id));
        assertThat(ready(event, id)).containsExactly("TRANSFERRED false", "VALID false", "VALID true");

        api.cancel(event.id(), id, TestSystem.ADMIN_KEY);

        assertThat(ready(event, id)).containsExactly("TRANSFERRED false", "VOIDED false", "VOIDED false");
        for (var ticket : api.tickets(event.id(), id)) {
            assertThat(api.get(ticket.get("pdf").asText(), TestSystem.ADMIN_KEY).outcome())
                    .isEqualTo("404 not-found");
        }
    }

    private List<String> ready(Event event, String reservation) {
        var ready = new ArrayList<String>();
        api.tickets(event.id(), reservation)
                .forEach(ticket -> ready.add(ticket.get("status").asText() + " "
                        + ticket.get("documentReady").asBoolean()));
        return ready;
    }

    private List<String> jobs(Event event) {
        return system.query(
                "SELECT kind FROM jobs WHERE event_id = ? AND kind LIKE 'SendTransfer%' ORDER BY kind",
                row -> row.text("kind"), event.id().value());
    }

    private List<String> changes(Event event) {
        return system.query(
                "SELECT type || ' ' || version AS line FROM changes WHERE event_id = ? ORDER BY version",
                row -> row.text("line"),
                event.id().value());
    }

    private long tickets(Event event) {
        return system.count(
                "SELECT count(*) AS n FROM tickets WHERE event_id = ?",
                event.id().value());
    }

    private JsonNode firstTicket(Event event, String reservation) {
        return api.tickets(event.id(), reservation).get(0);
    }

    private Api.Response transfer(Event event, JsonNode ticket) {
        return api.transfer(event.id(), ticket.get("id").asText(), TestSystem.ADMIN_KEY);
    }

    @Test
    void a_ticket_that_cannot_be_transferred_is_refused_with_the_reason() {
        var event = system.event(4);
        var refunded = api.buyOne(event.id(), "S-A-1");
        var refundedTicket = firstTicket(event, refunded);
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
        var transferred = firstTicket(event, api.buyOne(event.id(), "S-A-2"));
        transfer(event, transferred);
        var used = firstTicket(event, api.buyOne(event.id(), "S-A-3"));
        api.scan(event.id(), used.get("code").asText(), "N");
        var late = firstTicket(event, api.buyOne(event.id(), "S-A-4"));
        var count = tickets(event);

        assertThat(reason(transfer(event, refundedTicket))).isEqualTo("409 not-transferable REFUNDED");
        assertThat(reason(transfer(event, transferred))).isEqualTo("409 not-transferable TRANSFERRED");
        assertThat(reason(transfer(event, used))).isEqualTo("409 not-transferable CHECKED_IN");
        system.changeTerms(event.id(), "transfer_until = now() - interval '1 minute'");
        assertThat(reason(transfer(event, late))).isEqualTo("409 not-transferable TOO_LATE");
        assertThat(api.transfer(event.id(), UUID.randomUUID().toString(), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(tickets(event)).isEqualTo(count);
    }

    @Test
    void a_refund_voids_the_transferred_ticket_and_lists_it_after_the_former_one() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        transfer(event, firstTicket(event, id));
        var code = api.tickets(event.id(), id).get(1).get("code").asText();

        assertThat(api.cancel(event.id(), id, TestSystem.ADMIN_KEY).outcome()).isEqualTo("200");

        assertThat(reason(api.scan(event.id(), code, "N"))).isEqualTo("422 invalid-code VOIDED");
        var revoked = revoked(event, "").get("tickets");
        assertThat(List.of(
                        revoked.get(0).get("reason").asText(),
                        revoked.get(1).get("reason").asText()))
                .containsExactly("TRANSFERRED", "REFUNDED");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private JsonNode revoked(Event event, String query) {
        return api.get("/api/events/" + event.id() + "/tickets/revoked" + query, TestSystem.ADMIN_KEY)
                .json();
    }

    @Test
    void a_gate_that_reads_page_by_page_sees_every_void_ticket() {
        var event = system.event(5);
        var expected = new ArrayList<String>();
        for (int seat = 1; seat <= 5; seat++) {
            var id = api.buyOne(event.id(), "S-A-" + seat);
            expected.add(firstTicket(event, id).get("id").asText());
            api.cancel(event.id(), id, TestSystem.ADMIN_KEY);
        }
        var seen = new ArrayList<String>();
        var page = revoked(event, "?limit=2");
        collect(page, seen);
        while (page.get("hasMore").asBoolean()) {
            page = revoked(event, "?limit=2&after=" + page.get("next").asText());
            collect(page, seen);
        }
        assertThat(seen).containsExactlyElementsOf(expected);
        assertThat(api.get("/api/events/" + event.id() + "/tickets/revoked?after=x", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("422 invalid-request");
    }

    private static void collect(JsonNode page, List<String> seen) {
        page.get("tickets").forEach(ticket -> seen.add(ticket.get("ticketId").asText()));
    }

    /** The first ticket became void before the second one, but its transaction commits after a gate has read the second one. */
    @Test
    void a_refund_that_commits_late_is_not_missed() throws Exception {
        var event = system.event(2);
        var late = firstTicket(event, api.buyOne(event.id(), "S-A-1")).get("id").asText();
        var early = api.buyOne(event.id(), "S-A-2");
        var isVoided = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var slow = new Thread(() -> system.database.inTransaction(tx -> {
            tx.update(
                    "UPDATE tickets SET voided_at = clock_timestamp() WHERE event_id = ? AND ticket_id = ?::uuid",
                    event.id().value(),
                    late);
            isVoided.countDown();
            await(mayCommit);
            return null;
        }));
        slow.start();
        await(isVoided);
        api.cancel(event.id(), early, TestSystem.ADMIN_KEY);

        var before = revoked(event, "");
        mayCommit.countDown();
        slow.join();
        var after = revoked(event, "?after=" + before.get("next").asText());

        var seen = new ArrayList<String>();
        collect(before, seen);
        assertThat(seen).hasSize(1).doesNotContain(late);
        collect(after, seen);
        assertThat(seen).contains(late);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(8, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A ticket that became void long ago is listed once; only those of the window are listed again. */
    @Test
    void a_ticket_that_became_void_an_hour_ago_is_listed_once() {
        var event = system.event(1);
        var id = api.buyOne(event.id(), "S-A-1");
        api.cancel(event.id(), id, TestSystem.ADMIN_KEY);
        var longAgo = Instant.now().minus(Duration.ofHours(1));
        system.update(
                "UPDATE tickets SET issued_at = ?, voided_at = ? WHERE event_id = ?",
                longAgo,
                longAgo,
                event.id().value());

        var first = revoked(event, "");
        var second = revoked(event, "?after=" + first.get("next").asText());

        assertThat(first.get("tickets")).hasSize(1);
        assertThat(second.get("tickets")).isEmpty();
    }

    /** Whichever comes first, the other one is refused, on whatever node. */
    @Test
    void a_transfer_excludes_a_check_in_and_a_refund_at_the_same_time() {
        try (var other = system.anotherNode()) {
            var second = new Api("http://127.0.0.1:" + other.port(), TestSystem.ADMIN_KEY);
            for (int round = 0; round < 20; round++) {
                var event = system.event(2);
                var scanned = firstTicket(event, api.buyOne(event.id(), "S-A-1"));
                var refunded = api.buyOne(event.id(), "S-A-2");
                var refundedTicket = firstTicket(event, refunded);

                var outcomes = Concurrently.run(4, i -> switch (i) {
                    case 0 -> Api.patiently(() -> transfer(event, scanned)).outcome();
                    case 1 ->
                        Api.patiently(() -> second.scan(
                                        event.id(), scanned.get("code").asText(), "N"))
                                .outcome();
                    case 2 ->
                        Api.patiently(() -> transfer(event, refundedTicket)).outcome();
                    default ->
                        Api.patiently(() -> second.cancel(event.id(), refunded, TestSystem.ADMIN_KEY))
                                .outcome();
                });

                assertThat(outcomes.subList(0, 2))
                        .isIn(List.of("200", "422 invalid-code"), List.of("409 not-transferable", "200"));
                assertThat(outcomes.get(2)).isIn(Set.of("200", "409 not-transferable"));
                assertThat(outcomes.get(3)).isEqualTo("200");
                assertThat(system.violations(event.id())).isEmpty();
            }
        }
    }

    @Test
    void an_invalid_transfer_is_refused_and_changes_nothing() {
        var event = system.event(1);
        var ticket =
                firstTicket(event, api.buyOne(event.id(), "S-A-1")).get("id").asText();
        for (var bad : new String[] {
            "{}",
            "{\"email\":\"grace@example.org\"}",
            "{\"name\":\"Grace\"}",
            "{\"email\":\"grace\",\"name\":\"Grace\"}",
            "{\"email\":\"grace@example.org\",\"name\":\"\"}",
            "{\"email\":\"grace@example.org\",\"name\":\"" + "G".repeat(201) + "\"}",
            "{\"email\":\"grace@example.org\",\"name\":\"Grace\\r\\nBcc: x\"}",
            "{\"email\":\"grace@example.org\",\"name\":\"Grace\",\"seat\":\"S-A-1\"}"
        }) {
            assertThat(api.transferWith(event.id(), ticket, TestSystem.ADMIN_KEY, "k", bad)
                            .outcome())
                    .as(bad)
                    .isEqualTo("422 invalid-request");
        }
        assertThat(api.transfer(event.id(), ticket, "rsv_guess").outcome()).isEqualTo("404 not-found");
        assertThat(jobs(event)).isEmpty();
    }
}
