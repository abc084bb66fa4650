package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Some seats of a confirmed reservation are given back; it keeps the others. */
class PartialCancelTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** Seats S-A-1 to S-A-4 for 4500, a table S-T7 of three, and two places; with two refundable fees and one that is not. */
    private EventId event() {
        return event(
                "\"priceTypes\":[{\"id\":\"full\",\"name\":\"Full\"},{\"id\":\"early\",\"name\":\"Early\",\"max\":2}],"
                        + "\"fees\":[{\"name\":\"Service\",\"amount\":150,\"per\":\"SEAT\"},"
                        + "{\"name\":\"Printing\",\"amount\":50,\"per\":\"SEAT\",\"refundable\":false},"
                        + "{\"name\":\"Postage\",\"amount\":300,\"per\":\"RESERVATION\"}],"
                        + "\"sections\":[{\"name\":\"S\",\"prices\":{\"full\":4500,\"early\":3000},"
                        + "\"rows\":[{\"name\":\"A\",\"seats\":4},{\"name\":\"T7\",\"seats\":3,\"sold\":\"WHOLE\"}]},"
                        + "{\"name\":\"FLOOR\",\"price\":2000,\"places\":2}]");
    }

    private EventId event(String fields) {
        var response = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "maxSeatsPerReservation":8,""" + fields + "}");
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private JsonNode reserve(EventId event, String items) {
        var reserved =
                api.reserveWith(event, UUID.randomUUID().toString(), "{" + items + ",\"email\":\"ada@example.org\"}");
        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        return reserved.json();
    }

    private String buy(EventId event, String items) {
        var reserved = reserve(event, items);
        var id = reserved.get("id").asText();
        assertThat(api.confirm(event, id, reserved.at("/total/amount").asLong()).status())
                .isEqualTo(200);
        return id;
    }

    private JsonNode get(EventId event, String id) {
        return api.get(Api.path(event, id), TestSystem.ADMIN_KEY).json();
    }

    private static List<String> texts(JsonNode array, String field) {
        return array.findValues(field).stream().map(JsonNode::asText).toList();
    }

    private static String amounts(JsonNode reservation) {
        return Stream.of("total", "refundable", "refunded")
                .map(name -> reservation.at("/" + name + "/amount").asText("-"))
                .toList()
                .toString();
    }

    private List<String> changes(EventId event, String id) {
        return texts(
                api.get(Api.path(event, id) + "/changes", TestSystem.ADMIN_KEY)
                        .json()
                        .get("changes"),
                "type");
    }

    @Test
    void a_seat_is_given_back_and_the_reservation_keeps_the_others() {
        var event = event();
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\",\"S-A-3\"]");
        var code = api.tickets(event, id).get(1).get("code").asText();
        assertThat(amounts(get(event, id))).isEqualTo("[14400, 14250, -]");

        var cancelled = api.cancelSeats(event, id, "S-A-2");

        assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
        var body = cancelled.json();
        assertThat(body.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(texts(body.get("seats"), "label")).containsExactly("S-A-1", "S-A-3");
        assertThat(texts(body.get("refundedSeats"), "label")).containsExactly("S-A-2");
        assertThat(body.at("/refundedSeats/0/refundedAt").asText()).endsWith("Z");
        assertThat(amounts(body)).isEqualTo("[14400, 9600, 4650]");
        assertThat(body.get("version").asInt()).isEqualTo(3);
        assertThat(changes(event, id)).containsExactly("reservation.confirmed", "reservation.seats-refunded");
        assertThat(texts(api.tickets(event, id), "status")).containsExactly("VALID", "VOIDED", "VALID");
        assertThat(Api.reason(api.scan(event, code, "North"))).isEqualTo("422 invalid-code VOIDED");
        assertThat(texts(
                        api.get("/api/events/" + event + "/tickets/revoked", TestSystem.ADMIN_KEY)
                                .json()
                                .get("tickets"),
                        "reason"))
                .containsExactly("REFUNDED");
        assertThat(api.buy(event, "S-A-2").status()).isEqualTo(200);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void repeating_it_changes_nothing_and_the_rest_is_refunded_once() {
        var event = event();
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\",\"S-A-3\"]");
        var first = api.cancelSeats(event, id, "S-A-2");
        api.buy(event, "S-A-2");

        assertThat(api.cancelSeats(event, id, "S-A-2").text()).isEqualTo(first.text());
        var second = api.cancelSeats(event, id, "S-A-1", "S-A-2");
        assertThat(amounts(second.json())).isEqualTo("[14400, 4950, 9300]");
        var last = api.cancelSeats(event, id, "S-A-3");
        assertThat(last.json().get("status").asText()).isEqualTo("CANCELLED");
        assertThat(amounts(last.json())).isEqualTo("[14400, -, 14250]");
        assertThat(texts(last.json().get("seats"), "label")).containsExactly("S-A-3");
        assertThat(api.cancelSeats(event, id, "S-A-1", "S-A-3").text()).isEqualTo(last.text());
        assertThat(api.cancel(event, id, TestSystem.ADMIN_KEY).text()).isEqualTo(last.text());
        assertThat(changes(event, id))
                .containsExactly(
                        "reservation.confirmed",
                        "reservation.seats-refunded",
                        "reservation.seats-refunded",
                        "reservation.refunded");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void the_whole_reservation_can_be_cancelled_afterwards_or_the_event() {
        var event = event();
        var whole = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\"]");
        var ofEvent = buy(event, "\"seats\":[\"S-A-3\",\"S-A-4\"]");
        api.cancelSeats(event, whole, "S-A-1");
        api.cancelSeats(event, ofEvent, "S-A-4");

        assertThat(amounts(api.cancel(event, whole, TestSystem.ADMIN_KEY).json()))
                .isEqualTo("[9700, -, 9600]");
        api.send(Api.post(api.asAdmin(api.request("/api/events/" + event + "/cancel")), "{}"));
        system.sweeper().runOnce();

        assertThat(get(event, ofEvent).get("status").asText()).isEqualTo("CANCELLED");
        assertThat(texts(api.tickets(event, ofEvent), "status")).containsExactly("VOIDED", "VOIDED");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_table_is_given_back_whole_and_a_place_by_its_number() {
        var event = event();
        var id = buy(
                event,
                "\"seats\":[\"S-A-1\"],\"tables\":[\"S-T7\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":2}]");
        var place = get(event, id).at("/seats/4/label").asText();

        var some = api.cancelSeats(event, id, "S-A-1", "S-T7-1", "S-T7-2");
        assertThat(some.outcome()).isEqualTo("422 sold-whole");
        assertThat(some.json().get("seats")).hasSize(2);
        assertThat(get(event, id).has("refunded")).isFalse();
        var all = api.cancelSeats(event, id, "S-T7-3", "S-T7-1", "S-T7-2", place);

        assertThat(all.status()).as(all.text()).isEqualTo(200);
        assertThat(all.json().get("seats")).hasSize(2);
        buy(event, "\"tables\":[\"S-T7\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":1}]");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void it_is_refused_for_what_is_not_confirmed_not_there_or_not_the_sellers() {
        var event = event();
        var pending = reserve(event, "\"seats\":[\"S-A-1\"]");
        var pendingId = pending.get("id").asText();
        var id = buy(event, "\"seats\":[\"S-A-2\",\"S-A-3\"]");
        var rows = EventRows.read(system, event);

        var early = api.cancelSeats(event, pendingId, "S-A-1");
        assertThat(early.outcome()).isEqualTo("409 reservation-not-confirmed");
        assertThat(early.json().get("reservationStatus").asText()).isEqualTo("PENDING");
        var unknown = api.cancelSeats(event, id, "S-A-2", "S-A-1", "S-Z-9");
        assertThat(unknown.outcome()).isEqualTo("422 unknown-seats");
        assertThat(unknown.json().get("seats").toString()).isEqualTo("[\"S-A-1\",\"S-Z-9\"]");
        assertThat(unknown.json().get("detail").asText())
                .endsWith("are not in the reservation. Nothing was cancelled.");
        assertThat(api.cancelSeats(event, UUID.randomUUID().toString(), "S-A-1").outcome())
                .isEqualTo("404 not-found");
        var body = "{\"seats\":[\"S-A-1\"]}";
        assertThat(api.cancelWith(event, pendingId, pending.get("token").asText(), body)
                        .outcome())
                .isEqualTo("403 forbidden");
        assertThat(api.cancelWith(event, id, pending.get("token").asText(), body)
                        .outcome())
                .isEqualTo("404 not-found");

        assertThat(EventRows.read(system, event)).isEqualTo(rows);
        system.lapse(event);
        assertThat(api.cancelSeats(event, pendingId, "S-A-1").outcome()).isEqualTo("409 reservation-not-confirmed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[null]",
                "[\"\"]",
                "[\"S-A-1\",\"S-A-1\"]",
                "[\"S-A-1\\u0000\"]",
                "[\"\\ud800\"]",
                "[1]",
                "[[\"S-A-1\"]]",
                "[{\"seat\":\"S-A-1\"}]",
                "\"S-A-1\"",
                "{}",
                "7"
            })
    void seats_that_are_not_labels_are_refused_and_change_nothing(String seats) {
        var event = event();
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\"]");
        var rows = EventRows.read(system, event);

        var refused = api.cancelWith(event, id, TestSystem.ADMIN_KEY, "{\"seats\":" + seats + "}");

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(EventRows.read(system, event)).isEqualTo(rows);
    }

    @Test
    void too_many_or_too_long_labels_are_refused() {
        var event = event();
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\"]");
        var tooMany = IntStream.rangeClosed(1, 101).mapToObj(i -> "S-A-" + i).toArray(String[]::new);

        assertThat(api.cancelSeats(event, id, tooMany).outcome()).isEqualTo("422 invalid-request");
        assertThat(api.cancelSeats(event, id, "x".repeat(123)).outcome()).isEqualTo("422 invalid-request");
        assertThat(api.cancelSeats(event, id, "x".repeat(122)).outcome()).isEqualTo("422 unknown-seats");
    }

    @Test
    void a_seat_with_a_used_ticket_is_given_back_only_by_force() {
        var event = event();
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\",\"S-A-3\"]");
        api.scan(event, api.code(event, id), "North"); // S-A-1

        var refused = api.cancelSeats(event, id, "S-A-1", "S-A-2");
        assertThat(refused.outcome()).isEqualTo("409 already-checked-in");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-1\"]");
        assertThat(api.cancelSeats(event, id, "S-A-2").status()).isEqualTo(200);
        assertThat(api.cancelWith(event, id, TestSystem.ADMIN_KEY, "{\"force\":true,\"seats\":[\"S-A-1\"]}")
                        .status())
                .isEqualTo(200);
        assertThat(texts(get(event, id).get("seats"), "label")).containsExactly("S-A-3");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void the_other_seats_are_transferred_and_erased_and_the_data_names_all_holders() {
        var event = event();
        var id = buy(
                event,
                "\"seats\":[{\"seat\":\"S-A-1\",\"holder\":\"Grace\"},{\"seat\":\"S-A-2\",\"holder\":\"Charles\"},\"S-A-3\"]");
        var tickets = api.tickets(event, id);
        api.transfer(event, tickets.get(1).get("id").asText(), TestSystem.ADMIN_KEY);

        assertThat(api.cancelSeats(event, id, "S-A-1").status()).isEqualTo(200);
        assertThat(api.transfer(event, tickets.get(0).get("id").asText(), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("409 not-transferable");
        assertThat(api.transfer(event, tickets.get(2).get("id").asText(), TestSystem.ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(texts(
                        api.get(Api.path(event, id) + "/data", TestSystem.ADMIN_KEY)
                                .json()
                                .get("holders"),
                        "name"))
                .containsExactlyInAnyOrder("Grace", "Charles");
        assertThat(api.cancelSeats(event, id, "S-A-2").status()).isEqualTo(200); // its ticket was transferred
        assertThat(system.violations(event)).isEmpty();
        assertThat(api.send(Api.post(api.asAdmin(api.request(Api.path(event, id) + "/erase")), "{\"force\":true}"))
                        .status())
                .isEqualTo(204);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void limits_figures_and_exports_no_longer_count_the_seats() {
        var event = event();
        var early =
                "\"seats\":[{\"seat\":\"S-A-1\",\"priceType\":\"early\"},{\"seat\":\"S-A-2\",\"priceType\":\"early\"},"
                        + "\"S-A-3\"]";
        var id = buy(event, early);
        var another = "{\"seats\":[{\"seat\":\"S-A-2\",\"priceType\":\"early\"}],\"email\":\"ada@example.org\"}";

        api.cancelSeats(event, id, "S-A-3");
        assertThat(limit(event)).isEqualTo("2 confirmed, uses [2]");
        api.cancelSeats(event, id, "S-A-2");
        assertThat(limit(event)).isEqualTo("1 confirmed, uses [1]");
        var second = api.reserveWith(event, UUID.randomUUID().toString(), another);
        assertThat(second.status()).isEqualTo(201);
        api.confirm(
                event,
                second.json().get("id").asText(),
                second.json().at("/total/amount").asLong());
        assertThat(api.reserveWith(event, UUID.randomUUID().toString(), another.replace("S-A-2", "S-A-3"))
                        .outcome())
                .isEqualTo("409 sold-out");

        var sales =
                api.get("/api/events/" + event + "/sales", TestSystem.ADMIN_KEY).json();
        assertThat(sales.at("/days/0/sold").asInt()).isEqualTo(4);
        assertThat(sales.at("/days/0/refunded").asInt()).isEqualTo(2);
        var line = api.get("/api/events/" + event + "/exports/reservations.csv", TestSystem.ADMIN_KEY)
                .text()
                .lines()
                .filter(each -> each.contains(id))
                .findFirst()
                .orElseThrow();
        assertThat(line).contains(",1,S-A-1,").endsWith(",\"S-A-2, S-A-3\",7800");
        api.cancel(event, id, TestSystem.ADMIN_KEY);
        assertThat(limit(event)).isEqualTo("1 confirmed, uses [1, 1]");
        assertThat(system.violations(event)).isEmpty();
    }

    private String limit(EventId event) {
        var confirmed = system.count("SELECT confirmed AS n FROM limits WHERE event_id = ?", event.value());
        var uses = system.query(
                "SELECT quantity FROM limit_uses WHERE event_id = ? ORDER BY quantity",
                row -> row.integer("quantity"),
                event.value());
        return confirmed + " confirmed, uses " + uses;
    }

    @Test
    void a_customer_may_have_as_many_seats_again_as_were_given_back() {
        var event = event("\"maxSeatsPerCustomer\":2,\"sections\":[{\"name\":\"S\",\"price\":4500,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":4}]}]");
        var id = buy(event, "\"seats\":[\"S-A-1\",\"S-A-2\"]");
        assertThat(api.reserve(event, "S-A-3").outcome()).isEqualTo("422 too-many-seats");

        api.cancelSeats(event, id, "S-A-1");

        assertThat(api.reserve(event, "S-A-3").status()).isEqualTo(201);
        assertThat(api.reserve(event, "S-A-4").outcome()).isEqualTo("422 too-many-seats");
    }

    /** Each seat, of which all are limited, is cancelled by two sellers and tried by two buyers at once, on two nodes. */
    @Test
    void a_seat_that_is_given_back_is_sold_once() {
        var seats = 40;
        var event =
                event("\"priceTypes\":[{\"id\":\"early\",\"name\":\"Early\",\"max\":40}],\"sections\":[{\"name\":\"S\","
                        + "\"prices\":{\"early\":4500},\"rows\":[{\"name\":\"A\",\"seats\":" + seats + "}]}]");
        var ids = IntStream.range(0, seats / 8)
                .mapToObj(i -> api.buy(
                                event,
                                IntStream.rangeClosed(i * 8 + 1, i * 8 + 8)
                                        .mapToObj(n -> "S-A-" + n)
                                        .toArray(String[]::new))
                        .json()
                        .get("id")
                        .asText())
                .toList();
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            // All but the last seat of each reservation: 4 clients for each.
            var answers = Concurrently.run(4 * (seats / 8) * 7, i -> {
                var reservation = i / 4 / 7;
                var label = "S-A-" + (reservation * 8 + i / 4 % 7 + 1);
                var node = i % 2 == 0 ? api : otherApi;
                return Api.patiently(() ->
                        i % 4 < 2 ? node.cancelSeats(event, ids.get(reservation), label) : node.reserve(event, label));
            });

            assertThat(Tally.of(answers, Api.Response::outcome).keySet()).isSubsetOf("200", "201", "409 seats-taken");
        }
        for (int i = 1; i <= seats; i++) {
            var sold = api.reserve(event, "S-A-" + i).status();
            assertThat(sold).isIn(201, 409);
        }
        assertThat(system.count(
                        "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status = 'HELD'", event.value()))
                .isEqualTo(seats / 8 * 7L);
        assertThat(limit(event)).isEqualTo("5 confirmed, uses " + Collections.nCopies(seats, 1));
        assertThat(ids)
                .allSatisfy(
                        id -> assertThat(get(event, id).get("refundedSeats")).hasSize(7));
        assertThat(system.violations(event)).isEmpty();
    }
}
