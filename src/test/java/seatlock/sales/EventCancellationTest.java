package seatlock.sales;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.inventory.Command;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.TestSystem;
import seatlock.support.Wait;
import seatlock.tickets.OfflineGate;

/** In a database of its own, because its sweepers work on all events. */
class EventCancellationTest {

    private static final int CLIENTS = 64;

    /** Reservations before the storm. */
    private static final int CONFIRMED = Storm.size(1_600, 40_000);

    private static final int RESERVED = CONFIRMED + CONFIRMED / 4;

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    private Api.Response cancel(Event event, String body) {
        return system.api.send(
                Api.post(system.api.asAdmin(system.api.request("/api/events/" + event.id() + "/cancel")), body));
    }

    private JsonNode progress(Event event) {
        return system.api
                .get("/api/events/" + event.id(), TestSystem.ADMIN_KEY)
                .json()
                .get("cancellation");
    }

    /** Moves time by SQL: the event was cancelled two minutes ago, so no sale from before can be under way. */
    private void twoMinutesLater(Event event) {
        system.update(
                "UPDATE events SET cancelled_at = cancelled_at - interval '2 minutes' WHERE event_id = ?",
                event.id().value());
    }

    private List<String> statuses(Event event) {
        return system.query(
                "SELECT DISTINCT status FROM reservations WHERE event_id = ? ORDER BY status",
                row -> row.text("status"),
                event.id().value());
    }

    private long mails(Event event) {
        return system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendCancellation'",
                event.id().value());
    }

    @Test
    void from_the_response_on_nothing_is_sold_and_the_sweeper_cancels_what_there_is() {
        var event = system.event(10);
        var pending = system.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var sold = system.api.buy(event.id(), "S-A-2", "S-A-3").json().get("id").asText();
        var ticket = system.api.tickets(event.id(), sold).get(0);

        var response = cancel(event, "{\"reason\":\"The singer is ill.\"}");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().get("cancellation").get("remaining").asInt()).isEqualTo(2);
        assertThat(system.api.reserve(event.id(), "S-A-4").outcome()).isEqualTo("409 event-cancelled");
        assertThat(system.api.confirm(event.id(), pending, 4500).outcome()).isEqualTo("409 event-cancelled");
        var resent = system.api.send(Api.post(
                system.api.asAdmin(system.api.request(Api.path(event.id(), sold) + "/resend")), "{}"));
        assertThat(resent.outcome()).isEqualTo("409 event-cancelled");
        assertThat(checkIn(event, ticket.get("code").asText())).isEqualTo("422 invalid-code EVENT_CANCELLED");

        system.sweeper().runOnce();

        var progress = progress(event);
        assertThat(progress.get("remaining").asInt()).isZero();
        assertThat(progress.get("cancelled").asInt()).isEqualTo(2);
        assertThat(progress.get("reason").asText()).isEqualTo("The singer is ill.");
        assertThat(progress.has("completedAt")).isFalse();
        assertThat(statuses(event)).containsExactly("CANCELLED");
        assertThat(mails(event)).isEqualTo(1);
        assertThat(system.query(
                        "SELECT type || ' ' || split_part(actor, ' ', 1) AS line FROM changes WHERE event_id = ?"
                                + " AND type <> 'reservation.confirmed' ORDER BY type",
                        row -> row.text("line"),
                        event.id().value()))
                .containsExactly("event.cancelled key", "reservation.cancelled job", "reservation.refunded job");
        assertThat(checkIn(event, ticket.get("code").asText())).isEqualTo("422 invalid-code EVENT_CANCELLED");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private String checkIn(Event event, String code) {
        return Api.reason(system.api.scan(event.id(), code, "North"));
    }

    /** Without refunds, no ticket becomes void, so the list of void tickets alone would let everybody in. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_gate_without_a_network_learns_of_the_cancellation(boolean refund) throws GeneralSecurityException {
        var event = system.event(2);
        var sold = system.api.buyOne(event.id(), "S-A-1");
        var code = system.api.code(event.id(), sold);
        var keys = system.api.get("/api/keys/tickets").json();
        var before = revoked(event, "");
        assertThat(before.get("eventCancelled").asBoolean(true)).isFalse();
        assertThat(OfflineGate.admits(code, keys, List.of(before))).isTrue();

        cancel(event, "{\"refund\":" + refund + "}");

        var after = revoked(event, "?after=" + before.get("next").asText());
        assertThat(after.get("eventCancelled").asBoolean()).isTrue();
        assertThat(OfflineGate.admits(code, keys, List.of(before, after))).isFalse();
        system.sweeper().runOnce();
        var last = revoked(event, "?after=" + after.get("next").asText());
        assertThat(last.get("eventCancelled").asBoolean()).isTrue();
        assertThat(last.get("tickets")).hasSize(refund ? 1 : 0);
    }

    private JsonNode revoked(Event event, String query) {
        return system.api
                .get("/api/events/" + event.id() + "/tickets/revoked" + query, TestSystem.ADMIN_KEY)
                .json();
    }

    /** A sale that began before the cancellation may commit a moment after a round that found nothing. */
    @Test
    void a_cancellation_is_complete_a_minute_after_it_began_at_the_earliest() {
        var event = system.event(1);
        cancel(event, "");
        system.sweeper().runOnce();
        assertThat(progress(event).has("completedAt")).isFalse();
        twoMinutesLater(event);

        system.sweeper().runOnce();

        assertThat(progress(event).has("completedAt")).isTrue();
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_round_that_finds_something_completes_nothing() {
        var event = system.event(1);
        system.api.reserve(event.id(), "S-A-1");
        cancel(event, "");
        twoMinutesLater(event);

        system.sweeper().runOnce();
        assertThat(progress(event).has("completedAt")).isFalse();
        system.sweeper().runOnce();
        assertThat(progress(event).has("completedAt")).isTrue();
    }

    @Test
    void cancelling_again_changes_nothing_and_gets_the_same_answer() {
        var event = system.event(1);
        var first = cancel(event, "{\"refund\":false,\"notify\":false,\"reason\":\"Rain\"}");
        var again = cancel(event, "{\"reason\":\"Snow\"}");

        assertThat(again.text()).isEqualTo(first.text());
        assertThat(system.count(
                        "SELECT count(*) AS n FROM changes WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(1);
        assertThat(system.count(
                        "SELECT terms_version AS n FROM events WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(2);
    }

    @Test
    void without_refund_confirmed_reservations_stay_and_their_holders_are_told_once() {
        var event = system.event(1200);
        sell(event, 1, 600, true);
        sell(event, 601, 1200, false);
        cancel(event, "{\"refund\":false}");
        assertThat(progress(event).get("remaining").asInt()).isEqualTo(1200);

        Concurrently.run(3, i -> system.sweeper().runOnce());
        twoMinutesLater(event);
        system.sweeper().runOnce();
        system.sweeper().runOnce();

        assertThat(statuses(event)).containsExactly("CANCELLED", "CONFIRMED");
        assertThat(mails(event)).isEqualTo(600);
        var progress = progress(event);
        assertThat(progress.get("remaining").asInt()).isZero();
        assertThat(progress.get("cancelled").asInt()).isEqualTo(600);
        assertThat(progress.has("completedAt")).isTrue();
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void without_notify_nobody_is_told() {
        var event = system.event(2);
        system.api.buy(event.id(), "S-A-1");
        cancel(event, "{\"notify\":false}");

        system.sweeper().runOnce();

        assertThat(statuses(event)).containsExactly("CANCELLED");
        assertThat(mails(event)).isZero();
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Reserves each seat from one to another in a reservation of its own, as Checkout would. */
    private void sell(Event event, int from, int to, boolean confirm) {
        for (int first = from; first <= to; first += 250) {
            var reserve = new ArrayList<Command>();
            var confirmations = new ArrayList<Command>();
            for (int seat = first; seat <= Math.min(to, first + 249); seat++) {
                var id = new ReservationId(UUID.randomUUID());
                reserve.add(new Command.Reserve(
                        id, List.of("S-A-" + seat), "b" + seat + "@example.org", ReservationToken.random()));
                confirmations.add(new Command.Confirm(id, new Reservation.Payment("pi_" + seat, 4500)));
            }
            system.apply(event, reserve);
            if (confirm) {
                system.apply(event, confirmations);
            }
        }
    }

    /** Sweepers are stopped and replaced meanwhile. */
    @Test
    void thousands_of_reservations_are_cancelled_in_the_middle_of_a_storm() throws Exception {
        var event = system.event(RESERVED + 1000);
        sell(event, 1, CONFIRMED, true);
        sell(event, CONFIRMED + 1, RESERVED, false);
        var bought = new AtomicInteger();
        try (var other = system.anotherNode()) {
            var apis = List.of(system.api, new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY));
            var storm = CompletableFuture.supplyAsync(() ->
                    Concurrently.run(CLIENTS, client -> buyUntilCancelled(event, apis.get(client % 2), bought)));
            Wait.until("the storm has begun", () -> bought.get() > 100 || storm.isDone());

            assertThat(cancel(event, "").status()).isEqualTo(200);
            var killed = system.sweeper();
            killed.start(Duration.ofMillis(1));
            Wait.until(
                    "some are cancelled", () -> progress(event).get("cancelled").asInt() > 300);
            killed.close();
            Concurrently.run(2, i -> system.sweeper().runOnce());

            var outcomes = new TreeSet<String>();
            storm.join().forEach(outcomes::addAll);
            assertThat(outcomes)
                    .isSubsetOf(Set.of(
                            "201",
                            "200",
                            "409 seats-taken",
                            "409 event-cancelled",
                            "410 reservation-expired",
                            "409 reservation-not-pending"))
                    .contains("409 event-cancelled");
        }
        twoMinutesLater(event);
        Wait.until("the cancellation is complete", () -> {
            system.sweeper().runOnce();
            return progress(event).has("completedAt");
        });

        assertThat(statuses(event)).containsExactly("CANCELLED");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status <> 'AVAILABLE'",
                        event.id().value()))
                .isZero();
        var confirmed = system.count(
                "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND confirmed_at IS NOT NULL",
                event.id().value());
        assertThat(confirmed).isGreaterThan(CONFIRMED);
        assertThat(mails(event)).isEqualTo(confirmed);
        assertThat(system.count(
                        "SELECT count(DISTINCT subject_id) AS n FROM jobs WHERE event_id = ?"
                                + " AND kind = 'SendCancellation'",
                        event.id().value()))
                .isEqualTo(confirmed);
        assertThat(progress(event).get("cancelled").asInt()).isGreaterThanOrEqualTo(RESERVED);
        system.update("ANALYZE"); // without statistics, the check of so many rows takes longer than a statement may
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Buys seats until the event is cancelled for reserving and confirming. @return the outcomes */
    private Set<String> buyUntilCancelled(Event event, Api api, AtomicInteger bought) {
        var outcomes = new TreeSet<String>();
        int refused = 0;
        while (refused < 3) {
            var seat = "S-A-" + (RESERVED + 1 + ThreadLocalRandom.current().nextInt(1000));
            var reserved = api.reserve(event.id(), seat);
            outcomes.add(reserved.outcome());
            if (reserved.status() == 201) {
                var outcome = api.confirm(event.id(), reserved.json().get("id").asText(), 4500)
                        .outcome();
                outcomes.add(outcome);
                bought.incrementAndGet();
            }
            refused += reserved.outcome().equals("409 event-cancelled") ? 1 : 0;
        }
        return outcomes;
    }
}
