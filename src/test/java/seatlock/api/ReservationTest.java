package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Servers;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Tests the life of a reservation over HTTP. */
class ReservationTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @Test
    void seats_are_reserved_confirmed_and_sold() {
        var event = system.event(3);

        var reserved = api.reserve(event.id(), "S-A-2", "S-A-1");

        assertThat(reserved.status()).isEqualTo(201);
        var json = reserved.json();
        var id = json.get("id").asText();
        assertThat(reserved.header("Location")).isEqualTo(Api.path(event.id(), id));
        assertThat(json.get("status").asText()).isEqualTo("PENDING");
        assertThat(json.get("seats").toString())
                .isEqualTo("[{\"label\":\"S-A-1\",\"priceType\":\"standard\",\"price\":4500},"
                        + "{\"label\":\"S-A-2\",\"priceType\":\"standard\",\"price\":4500}]");
        assertThat(json.get("total").toString()).isEqualTo("{\"amount\":9000,\"currency\":\"EUR\"}");
        assertThat(Instant.parse(json.get("expiresAt").asText()))
                .isEqualTo(Instant.parse(json.get("createdAt").asText()).plus(10, ChronoUnit.MINUTES));
        assertThat(statuses(event.id())).isEqualTo("HELD HELD AVAILABLE");

        var confirmed = api.confirm(event.id(), id, 9000);

        assertThat(confirmed.status()).isEqualTo(200);
        assertThat(confirmed.json().get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(confirmed.json().get("paymentReference").asText()).isEqualTo("pi_" + id);
        assertThat(confirmed.json().has("token")).isFalse();
        assertThat(statuses(event.id())).isEqualTo("SOLD SOLD AVAILABLE");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_reservation_gets_all_its_seats_or_none() {
        var event = system.event(3);
        api.reserve(event.id(), "S-A-2");

        var refused = api.reserve(event.id(), "S-A-1", "S-A-2", "S-A-3");

        assertThat(refused.outcome()).isEqualTo("409 seats-taken");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-2\"]");
        assertThat(statuses(event.id())).isEqualTo("AVAILABLE HELD AVAILABLE");
    }

    @Test
    void a_basket_with_unknown_seats_holds_none_of_the_others() {
        var event = system.event(1);

        var refused = api.reserve(event.id(), "S-A-1", "S-A-2", "X-1");

        assertThat(refused.outcome()).isEqualTo("422 unknown-seats");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-2\",\"X-1\"]");
        assertThat(statuses(event.id())).isEqualTo("AVAILABLE");
    }

    @Test
    void a_reservation_cannot_exceed_the_seat_limit_of_its_event() {
        var event = system.event(4, 2, Instant.now().plus(1, ChronoUnit.DAYS));

        assertThat(api.reserve(event.id(), "S-A-1", "S-A-2", "S-A-3").outcome()).isEqualTo("422 too-many-seats");
        assertThat(api.reserve(event.id(), "S-A-1", "S-A-2").outcome()).isEqualTo("201");
    }

    @Test
    void sales_close_when_the_event_begins() {
        var event = system.event(1, 1, Instant.now().minus(1, ChronoUnit.SECONDS));

        assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("409 sales-closed");
    }

    @Test
    void a_reservation_made_in_time_can_be_confirmed_after_the_event_began() {
        var event = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        system.begin(event.id());

        assertThat(api.confirm(event.id(), id, 4500).outcome()).isEqualTo("200");
    }

    @Test
    void a_lapsed_hold_is_free_at_once_without_the_sweeper() {
        var event = system.event(2);
        var late = api.reserve(event.id(), "S-A-1", "S-A-2").json();
        system.lapse(event.id());

        assertThat(statuses(event.id())).isEqualTo("AVAILABLE AVAILABLE");
        assertThat(api.get(
                                Api.path(event.id(), late.get("id").asText()),
                                late.get("token").asText())
                        .json()
                        .get("status")
                        .asText())
                .isEqualTo("EXPIRED");
        var next = api.reserve(event.id(), "S-A-1");
        assertThat(next.outcome()).isEqualTo("201");
        assertThat(api.confirm(event.id(), late.get("id").asText(), 9000).outcome())
                .isEqualTo("410 reservation-expired");
        assertThat(system.violations(event.id())).isEmpty();

        assertThat(api.confirm(event.id(), next.json().get("id").asText(), 4500).outcome())
                .isEqualTo("200");
        assertThat(statuses(event.id())).isEqualTo("SOLD AVAILABLE");
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** The seats are locked when it is decided, also after the sweeper has marked the reservation. */
    @Test
    void the_refusal_of_a_late_confirmation_says_whether_the_seats_were_free() {
        var event = system.event(3);
        var id = api.reserve(event.id(), "S-A-1", "S-A-2", "S-A-3")
                .json()
                .get("id")
                .asText();
        system.lapse(event.id());
        var lapsed = api.confirm(event.id(), id, 13_500);
        system.sweeper().runOnce();
        var expired = api.confirm(event.id(), id, 13_500);
        api.buy(event.id(), "S-A-2");
        var oneTaken = api.confirm(event.id(), id, 13_500);
        api.reserve(event.id(), "S-A-1");
        var twoTaken = api.confirm(event.id(), id, 13_500);

        for (var refused : List.of(lapsed, expired, oneTaken, twoTaken)) {
            assertThat(refused.outcome()).isEqualTo("410 reservation-expired");
        }
        assertThat(lapsed.json().get("detail").asText())
                .matches("The hold ended at \\S+Z\\. Its seats were still free\\.");
        assertThat(expired.json().get("detail").asText()).endsWith("Its seats were still free.");
        assertThat(expired.json().has("seats")).isFalse();
        assertThat(oneTaken.json().get("detail").asText()).endsWith(", and another reservation has seat S-A-2.");
        assertThat(oneTaken.json().get("seats").toString()).isEqualTo("[\"S-A-2\"]");
        assertThat(twoTaken.json().get("detail").asText()).endsWith(", and other reservations have 2 of its seats.");
        assertThat(twoTaken.json().get("seats").toString()).isEqualTo("[\"S-A-1\",\"S-A-2\"]");
    }

    @Test
    void an_amount_other_than_the_total_is_refused_and_changes_nothing() {
        var event = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();

        assertThat(api.confirm(event.id(), id, 4499).outcome()).isEqualTo("409 amount-mismatch");
        assertThat(statuses(event.id())).isEqualTo("HELD");
        assertThat(api.confirm(event.id(), id, 4500).outcome()).isEqualTo("200");
    }

    @Test
    void confirming_twice_with_different_keys_is_refused() {
        var event = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        api.confirm(event.id(), id, 4500);

        var again = api.confirm(event.id(), id, 4500);

        assertThat(again.outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(again.json().get("reservationStatus").asText()).isEqualTo("CONFIRMED");
    }

    @Test
    void the_holder_can_cancel_a_pending_reservation_repeatedly() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var id = reserved.get("id").asText();
        var token = reserved.get("token").asText();

        var cancelled = api.cancel(event.id(), id, token);

        assertThat(cancelled.outcome()).isEqualTo("200");
        assertThat(cancelled.json().get("status").asText()).isEqualTo("CANCELLED");
        assertThat(api.cancel(event.id(), id, token).text()).isEqualTo(cancelled.text());
        assertThat(statuses(event.id())).isEqualTo("AVAILABLE");
        assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        assertThat(api.confirm(event.id(), id, 4500).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void only_the_seller_can_cancel_a_confirmed_reservation() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var id = reserved.get("id").asText();
        api.confirm(event.id(), id, 4500);

        assertThat(api.cancel(event.id(), id, reserved.get("token").asText()).outcome())
                .isEqualTo("409 reservation-not-pending");
        assertThat(statuses(event.id())).isEqualTo("SOLD");
        assertThat(api.cancel(event.id(), id, TestSystem.ADMIN_KEY).outcome()).isEqualTo("200");
        assertThat(statuses(event.id())).isEqualTo("AVAILABLE");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void an_expired_reservation_cannot_be_cancelled() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        system.lapse(event.id());

        var refused = api.cancel(
                event.id(), reserved.get("id").asText(), reserved.get("token").asText());

        assertThat(refused.outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(refused.json().get("reservationStatus").asText()).isEqualTo("EXPIRED");
    }

    @Test
    void a_reservation_is_not_found_without_its_token() {
        var event = system.event(2);
        var mine = api.reserve(event.id(), "S-A-1").json();
        var other = api.reserve(event.id(), "S-A-2").json();
        var path = Api.path(event.id(), mine.get("id").asText());

        assertThat(api.get(path).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(path, other.get("token").asText()).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(path, mine.get("token").asText()).outcome()).isEqualTo("200");
        assertThat(api.get(path, TestSystem.ADMIN_KEY).outcome()).isEqualTo("200");
        assertThat(api.cancel(event.id(), mine.get("id").asText(), null).outcome())
                .isEqualTo("404 not-found");
        assertThat(api.cancel(
                                event.id(),
                                mine.get("id").asText(),
                                other.get("token").asText())
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(statuses(event.id())).isEqualTo("HELD HELD");
    }

    @Test
    void the_holder_cannot_confirm_a_reservation() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var request = api.request(Api.path(event.id(), reserved.get("id").asText()) + "/confirm")
                .header("Authorization", "Bearer " + reserved.get("token").asText())
                .header("Idempotency-Key", "k");

        var refused = api.send(Api.post(request, "{\"paymentReference\":\"pi_1\",\"amount\":4500}"));

        assertThat(refused.outcome()).isEqualTo("401 unauthorized");
        assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(statuses(event.id())).isEqualTo("HELD");
    }

    private Api.Response pay(EventId event, String reservation, String reference, long amount) {
        var body = Api.object().put("paymentReference", reference).put("amount", amount);
        return api.confirmWith(event, reservation, UUID.randomUUID().toString(), body.toString());
    }

    @Test
    void a_payment_confirms_one_reservation_of_an_event() {
        var event = system.event(3);
        var other = system.event(1);
        var first = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var second = api.reserve(event.id(), "S-A-2").json().get("id").asText();
        var elsewhere = api.reserve(other.id(), "S-A-1").json().get("id").asText();

        assertThat(pay(event.id(), first, "pi_7", 4500).outcome()).isEqualTo("200");
        assertThat(pay(event.id(), second, "pi_7", 4500).outcome()).isEqualTo("409 payment-already-used");
        assertThat(pay(event.id(), first, "pi_7", 4500).outcome()).isEqualTo("409 reservation-not-pending");
        api.cancel(event.id(), first, TestSystem.ADMIN_KEY);
        assertThat(pay(event.id(), second, "pi_7", 4500).outcome())
                .as("the payment was refunded")
                .isEqualTo("409 payment-already-used");
        assertThat(pay(other.id(), elsewhere, "pi_7", 4500).outcome()).isEqualTo("200");
        assertThat(pay(event.id(), second, "pi_8", 4500).outcome()).isEqualTo("200");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void one_payment_on_two_nodes_at_once_confirms_one_reservation() {
        try (var node = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            var event = system.event(10);
            var ids = IntStream.rangeClosed(1, 10)
                    .mapToObj(i ->
                            api.reserve(event.id(), "S-A-" + i).json().get("id").asText())
                    .toList();
            var body = "{\"paymentReference\":\"pi_9\",\"amount\":4500}";

            var responses = Concurrently.run(
                    10,
                    i -> Api.patiently(() -> (i % 2 == 0 ? api : otherApi)
                            .confirmWith(
                                    event.id(), ids.get(i), UUID.randomUUID().toString(), body)));

            assertThat(Tally.of(responses, Api.Response::outcome))
                    .isEqualTo(Map.of("200", 1L, "409 payment-already-used", 9L));
            assertThat(system.violations(event.id())).isEmpty();
        }
    }

    @Test
    void free_reservations_may_share_a_reference() {
        var id = new EventId(
                UUID.fromString(api.createEvent("""
                        {"name":"Open day","venue":"Arena","startsAt":"2099-06-18T21:00:00Z","timeZone":"Europe/Rome",
                         "currency":"EUR","sections":[{"name":"S","price":0,"rows":[{"name":"A","seats":2}]}]}
                        """).json().get("id").asText()));
        for (var seat : List.of("S-A-1", "S-A-2")) {
            var reservation = api.reserve(id, seat).json().get("id").asText();
            assertThat(pay(id, reservation, "free", 0).outcome()).isEqualTo("200");
        }
        assertThat(system.violations(id)).isEmpty();
    }

    /** Other tables are locked, so a request that read them would fail. Their time would tell that the reservation exists. */
    @Test
    void without_the_right_token_only_the_hash_of_a_token_is_read() throws SQLException {
        try (var system = new TestSystem();
                var connection = Servers.connect(system.url);
                var statement = connection.createStatement()) {
            var event = system.event(1).id();
            var id = system.api.buy(event, "S-A-1").json().get("id").asText();
            var pdf = system.api.tickets(event, id).get(0).get("pdf").asText();
            var reads = List.of(Api.path(event, id), Api.path(event, id) + "/tickets", pdf);

            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE reservation_seats, seats, ticket_documents, events, idempotency_keys");
            for (var read : reads) {
                assertThat(system.api.get(read, "rsv_guess").outcome()).as(read).isEqualTo("404 not-found");
                assertThat(system.api.get(read, "rsl_guess").outcome()).as(read).isEqualTo("404 not-found");
            }
            assertThat(system.api.cancel(event, id, "rsv_guess").outcome()).isEqualTo("404 not-found");

            // In the order in which a health check uses them, so that the two cannot deadlock.
            connection.commit();
            statement.execute("LOCK TABLE reservations, seats, reservation_seats, idempotency_keys, tickets, events");
            for (var read : reads) {
                assertThat(system.api.get(read).outcome()).as(read).isEqualTo("404 not-found");
            }
            assertThat(system.api.cancel(event, id, null).outcome()).isEqualTo("404 not-found");
        }
    }

    @Test
    void a_reservation_is_found_in_its_own_event_only() {
        var event = system.event(1);
        var other = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();

        assertThat(api.get(Api.path(other.id(), id), TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("404 not-found");
        assertThat(api.confirm(other.id(), id, 4500).outcome()).isEqualTo("404 not-found");
        assertThat(api.cancel(other.id(), id, TestSystem.ADMIN_KEY).outcome()).isEqualTo("404 not-found");
        assertThat(api.reserve(new EventId(UUID.randomUUID()), "S-A-1").outcome())
                .isEqualTo("404 not-found");
    }

    @Test
    void an_event_can_set_how_long_its_seats_are_held() {
        var created = api.createEvent("""
                {"name":"N","venue":"V","startsAt":"2099-01-01T20:00:00+01:00","timeZone":"Europe/Rome",
                 "currency":"EUR","reservationTtl":"PT90S",
                 "sections":[{"name":"S","price":0,"rows":[{"name":"A","seats":1}]}]}
                """);
        var event = new EventId(UUID.fromString(created.json().get("id").asText()));

        var reserved = api.reserve(event, "S-A-1").json();

        assertThat(Instant.parse(reserved.get("expiresAt").asText()))
                .isEqualTo(Instant.parse(reserved.get("createdAt").asText()).plusSeconds(90));
    }

    private String statuses(EventId event) {
        var statuses = new StringBuilder();
        api.get("/api/events/" + event + "/seats")
                .json()
                .get("seats")
                .forEach(seat -> statuses.append(' ').append(seat.get("status").asText()));
        return statuses.substring(1);
    }
}
