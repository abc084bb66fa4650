package seatlock.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Terms;
import seatlock.contract.ReservationBodies.Confirmation;
import seatlock.http.Json;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests over HTTP that a hold is extended, and that a late payment confirms a successor of its reservation. */
class HoldsTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private static String id(JsonNode reservation) {
        return reservation.get("id").asText();
    }

    private static Instant expiresAt(Api.Response response) {
        return Instant.parse(response.json().get("expiresAt").asText());
    }

    /** Moves time by SQL: what was done to the reservations of an event was done some minutes earlier. */
    private void pass(EventId event, int minutes) {
        var interval = minutes + " minutes";
        system.update("""
                UPDATE reservations
                   SET created_at = created_at - ?::interval, expires_at = expires_at - ?::interval,
                       hold_until = hold_until - ?::interval
                 WHERE event_id = ?
                """, interval, interval, interval, event.value());
        system.update(
                "UPDATE seats SET held_until = held_until - ?::interval WHERE event_id = ?", interval, event.value());
    }

    /** Returns type, version and actor of the changes of a reservation, in their order. */
    private List<String> changes(EventId event, String reservation) {
        return system.query(
                """
                SELECT type, version, split_part(actor, ' ', 1) AS actor
                  FROM changes WHERE event_id = ? AND reservation_id = ?::uuid
                 ORDER BY version
                """,
                row -> row.text("type") + " " + row.integer("version") + " " + row.text("actor"),
                event.value(),
                reservation);
    }

    @Test
    void a_holder_and_a_seller_extend_a_hold_within_its_limit() {
        var event = system.event(2);
        var reserved = api.reserve(event.id(), "S-A-1", "S-A-2").json();
        var token = reserved.get("token").asText();
        pass(event.id(), 8);

        var first = api.extend(event.id(), id(reserved), "first", token);
        var again = api.extend(event.id(), id(reserved), "first", token);

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(first.json().get("status").asText()).isEqualTo("PENDING");
        assertThat(first.json().has("token")).isFalse();
        assertThat(Duration.between(Instant.parse(first.json().get("createdAt").asText()), expiresAt(first)))
                .isBetween(Duration.ofMinutes(18), Duration.ofMinutes(28));
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(changes(event.id(), id(reserved))).containsExactly("reservation.extended 2 holder");
        assertThat(system.violations(event.id())).isEmpty();

        pass(event.id(), 9);
        assertThat(api.extend(event.id(), id(reserved), "second", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("200");
        pass(event.id(), 9);
        var last = api.extend(event.id(), id(reserved), "third", token);
        assertThat(expiresAt(last))
                .isEqualTo(Instant.parse(last.json().get("createdAt").asText()).plus(Duration.ofMinutes(30)));
        var atTheLimit = api.extend(event.id(), id(reserved), "fourth", token);
        assertThat(atTheLimit.outcome()).isEqualTo("200");
        assertThat(expiresAt(atTheLimit)).isEqualTo(expiresAt(last));
        assertThat(changes(event.id(), id(reserved)))
                .containsExactly(
                        "reservation.extended 2 holder", "reservation.extended 3 key", "reservation.extended 4 holder");
        assertThat(system.violations(event.id())).isEmpty();

        pass(event.id(), 5);
        var late = api.extend(event.id(), id(reserved), "fifth", token);
        assertThat(late.outcome()).isEqualTo("410 reservation-expired");
        assertThat(late.json().get("detail").asText()).endsWith("Its seats were still free.");
    }

    @Test
    void only_the_holder_or_a_seller_extends_a_pending_reservation_before_the_start() {
        var event = system.event(2);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var sold = api.buy(event.id(), "S-A-2").json();
        var token = reserved.get("token").asText();

        assertThat(api.extend(event.id(), id(sold), "1", token).outcome()).isEqualTo("404 not-found");
        assertThat(api.extend(event.id(), UUID.randomUUID().toString(), "2", token)
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(api.extend(event.id(), id(sold), "3", TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("409 reservation-not-pending");
        change(event, event.startsAt(), true, Map.of());
        assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("409 not-on-sale");
        assertThat(api.extend(event.id(), id(reserved), "4", token).outcome()).isEqualTo("200");
        change(event, Instant.parse("2026-01-01T00:00:00Z"), false, Map.of());
        assertThat(api.extend(event.id(), id(reserved), "5", token).outcome()).isEqualTo("409 sales-closed");
    }

    @Test
    void a_late_payment_confirms_a_successor_with_the_prices_and_token_of_before() {
        var event = system.event(3);
        var lapsed = api.reserve(event.id(), "S-A-1", "S-A-2").json();
        system.lapse(event.id());
        change(event, event.startsAt(), false, Map.of("S", 9000L));

        var confirmed = api.reacquire(event.id(), id(lapsed), "late", 9000);

        assertThat(confirmed.outcome()).isEqualTo("200");
        var successor = confirmed.json();
        assertThat(id(successor)).isNotEqualTo(id(lapsed));
        assertThat(successor.get("reference")).isNotEqualTo(lapsed.get("reference"));
        assertThat(successor.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(successor.get("seats")).isEqualTo(lapsed.get("seats"));
        assertThat(successor.get("total")).isEqualTo(lapsed.get("total"));
        assertThat(successor.get("email")).isEqualTo(lapsed.get("email"));
        assertThat(successor.get("replaces")).isEqualTo(lapsed.get("id"));
        assertThat(successor.has("replacedBy")).isFalse();

        var token = lapsed.get("token").asText();
        assertThat(api.get(Api.path(event.id(), id(successor)), token).json()).isEqualTo(successor);
        var old = api.get(Api.path(event.id(), id(lapsed)), token).json();
        assertThat(old.get("status").asText()).isEqualTo("EXPIRED");
        assertThat(old.get("replacedBy")).isEqualTo(successor.get("id"));
        assertThat(api.tickets(event.id(), id(successor))).hasSize(2);
        assertThat(changes(event.id(), id(lapsed))).containsExactly("reservation.expired 2 key");
        assertThat(changes(event.id(), id(successor))).containsExactly("reservation.confirmed 1 key");
        assertThat(system.violations(event.id())).isEmpty();

        var replayed = api.reacquire(event.id(), id(lapsed), "late", 9000);
        assertThat(replayed.text()).isEqualTo(confirmed.text());
        var twice = api.reacquire(event.id(), id(lapsed), "another", 9000);
        assertThat(twice.outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(twice.json().get("detail").asText())
                .isEqualTo("The reservation is EXPIRED, and reservation " + id(successor)
                        + " was confirmed in its place.");
        assertThat(api.cancel(event.id(), id(successor), TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Writes the next version of an event. */
    private void change(Event event, Instant startsAt, boolean isPaused, Map<String, Long> newPrices) {
        system.database.inTransaction(tx -> {
            var old = system.catalog.lockEvent(tx, event.id()).orElseThrow();
            var terms = old.terms();
            var next = new Terms(
                    terms.version() + 1,
                    startsAt,
                    terms.onSaleFrom(),
                    terms.onSaleUntil(),
                    isPaused,
                    terms.maxSeatsPerReservation(),
                    terms.maxSeatsPerCustomer(),
                    terms.reservationTtl(),
                    terms.maxHold(),
                    terms.hasReentry(),
                    terms.transferUntil(),
                    terms.presales(),
                    Terms.Choice.FREE);
            var changed = new Event(
                    old.id(),
                    old.status(),
                    old.details(),
                    old.timeZoneName(),
                    old.currencyCode(),
                    old.taxRate(),
                    next,
                    old.printedVersion(),
                    old.capacity(),
                    old.createdAt());
            system.catalog.writeVersion(
                    tx, changed, PriceList.standard(newPrices).prices(), tx.readClock());
            return null;
        });
    }

    @Test
    void a_late_payment_also_replaces_a_reservation_that_the_sweeper_has_marked() {
        var event = system.event(1);
        var lapsed = api.reserve(event.id(), "S-A-1").json();
        system.lapse(event.id());
        system.sweeper().runOnce();

        var confirmed = api.reacquire(event.id(), id(lapsed), "late", 4500);

        assertThat(confirmed.outcome()).isEqualTo("200");
        assertThat(changes(event.id(), id(lapsed)))
                .containsExactly("reservation.expired 2 sweeper", "reservation.replaced 3 key");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_late_payment_gets_nothing_while_another_buyer_has_a_seat() {
        var event = system.event(3);
        var lapsed = api.reserve(event.id(), "S-A-1", "S-A-2").json();
        system.lapse(event.id());
        var next = api.reserve(event.id(), "S-A-2", "S-A-3").json();

        var refused = api.reacquire(event.id(), id(lapsed), "late", 9000);

        assertThat(refused.outcome()).isEqualTo("410 reservation-expired");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-2\"]");
        assertThat(system.violations(event.id())).isEmpty();

        // A replay says what was true then; a new key decides anew.
        system.lapse(event.id());
        assertThat(api.reacquire(event.id(), id(lapsed), "late", 9000).outcome())
                .isEqualTo("410 reservation-expired");
        assertThat(api.reacquire(event.id(), id(lapsed), "later", 9000).outcome())
                .isEqualTo("200");
        assertThat(api.confirm(event.id(), id(next), 9000).json().get("seats").toString())
                .isEqualTo("[\"S-A-2\"]");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_late_payment_beyond_the_quota_of_its_buyer_is_refused() {
        var event = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena",
                ZoneId.of("Europe/Rome"),
                Currency.getInstance("EUR"),
                oneSeatPerCustomer(),
                2,
                Instant.parse("2026-01-01T00:00:00Z"));
        create(event);
        var lapsed = api.reserve(event.id(), "S-A-1").json();
        system.lapse(event.id());
        var next = api.reserve(event.id(), "S-A-2").json();

        assertThat(api.reacquire(event.id(), id(lapsed), "late", 4500).outcome())
                .isEqualTo("422 too-many-seats");
        api.cancel(event.id(), id(next), TestSystem.ADMIN_KEY);
        assertThat(api.reacquire(event.id(), id(lapsed), "later", 4500).outcome())
                .isEqualTo("200");
        assertThat(api.reserve(event.id(), "S-A-2").outcome()).isEqualTo("422 too-many-seats");
    }

    private static Terms oneSeatPerCustomer() {
        var terms = Terms.first(Instant.parse("2099-06-18T19:00:00Z"), 2, Optional.empty());
        return new Terms(
                terms.version(),
                terms.startsAt(),
                terms.onSaleFrom(),
                terms.onSaleUntil(),
                false,
                2,
                OptionalInt.of(1),
                terms.reservationTtl(),
                terms.maxHold(),
                false,
                terms.transferUntil(),
                terms.presales(),
                Terms.Choice.FREE);
    }

    private void create(Event event) {
        var plan = new SeatPlan(
                List.of(new SeatPlan.Section("S", 4500, List.of(new SeatPlan.Row("A", event.capacity())))));
        system.database.inTransaction(tx -> system.catalog.create(tx, event, plan));
    }

    /** So that a key from before the upgrade still fits its request. */
    @Test
    void a_confirmation_without_the_new_field_has_the_fingerprint_that_it_always_had() {
        assertThat(new String(Json.write(new Confirmation("pi_1", 4500L, null)), UTF_8))
                .isEqualTo("{\"paymentReference\":\"pi_1\",\"amount\":4500}");
    }
}
