package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Section;
import seatlock.catalog.Terms;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** GET …/sales: the figures of a sale add up, at every step of a sale. */
class SalesFiguresTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private final Event event = event();

    private Event event() {
        var plan = new SeatPlan(List.of(
                new Section("Z", 4500, List.of(new Row("A", 6))), new Section("B", 2000, List.of(new Row("A", 4)))));
        var created = new Event(
                new EventId(UUID.randomUUID()),
                "Aida",
                "Arena di Verona",
                java.time.ZoneId.of("Europe/Rome"),
                java.util.Currency.getInstance("EUR"),
                Terms.first(
                        Instant.now().plus(365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MICROS), 10, Optional.empty()),
                10,
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        system.database.inTransaction(tx -> system.catalog.create(tx, created, plan));
        return created;
    }

    private JsonNode sales() {
        return api.get("/api/events/" + event.id() + "/sales", TestSystem.ADMIN_KEY)
                .json();
    }

    private static String figures(JsonNode json) {
        return json.get("capacity").asText() + " = " + json.get("available").asText() + " + "
                + json.get("held").asText() + " + " + json.get("sold").asText() + " + "
                + json.get("withheld").asText() + "; " + json.get("checkedIn").asText() + " in; "
                + json.at("/amounts/sold").asText() + " - "
                + json.at("/amounts/refunded").asText();
    }

    @Test
    void an_event_without_sales_is_all_available() {
        var sales = sales();

        assertThat(figures(sales)).isEqualTo("10 = 10 + 0 + 0 + 0; 0 in; 0 - 0");
        assertThat(sales.get("currency").asText()).isEqualTo("EUR");
        assertThat(sales.get("days")).isEmpty();
        assertThat(sales.get("sections")).hasSize(2);
    }

    @Test
    void every_seat_is_counted_once_and_every_amount_where_it_belongs() {
        api.reserve(event.id(), "Z-A-1"); // held
        api.buyOne(event.id(), "Z-A-2");
        var scanned = api.buyOne(event.id(), "B-A-1");
        api.scan(event.id(), api.code(event.id(), scanned), "North");
        var refunded = api.buy(event.id(), "Z-A-3", "B-A-2").json().get("id").asText();
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);

        var sales = sales();

        assertThat(figures(sales)).isEqualTo("10 = 7 + 1 + 2 + 0; 1 in; 13000 - 6500");
        assertThat(sales.at("/sections/0/name").asText()).isEqualTo("Z"); // in the order of the plan
        assertThat(figures(sales.at("/sections/0"))).isEqualTo("6 = 4 + 1 + 1 + 0; 0 in; 9000 - 4500");
        assertThat(figures(sales.at("/sections/1"))).isEqualTo("4 = 3 + 0 + 1 + 0; 1 in; 4000 - 2000");
    }

    @Test
    void price_types_fees_discounts_and_tax_have_their_sums() throws SQLException {
        var created = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "taxRate":2000,"priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
                 "fees":[{"name":"Booking fee","amount":9,"per":"SEAT","refundable":false},
                         {"name":"Postage","amount":3,"per":"RESERVATION"}],
                 "sections":[{"name":"FLOOR","prices":{"adult":4500,"child":2250},"places":10},
                             {"name":"T","price":6000,"rows":[{"name":"7","seats":2,"sold":"WHOLE"}]}]}
                """);
        var id = new EventId(UUID.fromString(created.json().get("id").asText()));
        var first = api.reserveWith(id, UUID.randomUUID().toString(), """
                {"places":[{"section":"FLOOR","quantity":2},{"section":"FLOOR","quantity":1,"priceType":"child"}],"email":"a@example.org"}
                """).json();
        api.confirm(id, first.get("id").asText(), 2 * 4500 + 2250 + 3 * 9 + 3);
        var second = api.reserveWith(id, UUID.randomUUID().toString(), """
                {"tables":["T-7"],"email":"b@example.org"}
                """).json();
        api.confirm(id, second.get("id").asText(), 2 * 6000 + 2 * 9 + 3);
        api.cancel(id, second.get("id").asText(), TestSystem.ADMIN_KEY);
        // As if a code had taken 250 off the price of the child.
        system.update(
                "UPDATE reservation_seats SET discount = 250 WHERE event_id = ? AND price_type = 'child'", id.value());

        var sales =
                api.get("/api/events/" + id + "/sales", TestSystem.ADMIN_KEY).json();

        assertThat(figures(sales)).isEqualTo("12 = 9 + 0 + 3 + 0; 0 in; 23051 - 12003");
        assertThat(figures(sales.at("/sections/0"))).isEqualTo("10 = 7 + 0 + 3 + 0; 0 in; 11000 - 0");
        assertThat(figures(sales.at("/sections/1"))).isEqualTo("2 = 2 + 0 + 0 + 0; 0 in; 12000 - 12000");
        assertThat(sales.get("priceTypes").toString())
                .isEqualTo("[{\"id\":\"adult\",\"sold\":2,\"amounts\":{\"sold\":21000,\"refunded\":12000}},"
                        + "{\"id\":\"child\",\"sold\":1,\"amounts\":{\"sold\":2000,\"refunded\":0}}]");
        assertThat(sales.get("fees").toString())
                .isEqualTo("[{\"name\":\"Booking fee\",\"amounts\":{\"sold\":45,\"refunded\":0}},"
                        + "{\"name\":\"Postage\",\"amounts\":{\"sold\":6,\"refunded\":3}}]");
        assertThat(sales.get("discounts").toString()).isEqualTo("{\"sold\":250,\"refunded\":0}");
        // 9000/6, 2000/6, 12000/6, and the fees 27/6, 3/6, 18/6, 3/6, each rounded half up
        assertThat(sales.get("tax").toString())
                .isEqualTo("{\"sold\":" + (1500 + 333 + 2000 + 5 + 1 + 3 + 1) + ",\"refunded\":" + (2000 + 1) + "}");
        assertThat(sales.at("/days/0/amounts").toString()).isEqualTo("{\"sold\":23051,\"refunded\":12003}");
    }

    @Test
    void a_seat_whose_hold_has_lapsed_is_available_before_the_sweeper_has_run() {
        api.reserve(event.id(), "Z-A-1", "Z-A-2");
        system.lapse(event.id());

        assertThat(figures(sales())).startsWith("10 = 10 + 0 + 0");
    }

    @Test
    void a_withheld_seat_is_neither_available_nor_counted_twice_while_it_is_held_or_sold() {
        var created = api.createEvent("""
                {"name":"Gala","venue":"Opera","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":10}]},
                             {"name":"FLOOR","price":3500,"places":40}]}""");
        var id = new EventId(UUID.fromString(created.json().get("id").asText()));
        post(id, "/allocations", """
                {"name":"HOUSE","seats":["S-A-1","S-A-2","S-A-3"],"places":[{"section":"FLOOR","quantity":10}]}""");

        assertThat(bySection(id)).containsExactly("50 = 37 + 0 + 0 + 13", "10 = 7 + 0 + 0 + 3", "40 = 30 + 0 + 0 + 10");
        assertThat(availableOnTheMap(id)).isEqualTo("7 seats, 30 places");

        api.reserve(id, "S-A-4");
        post(id, "/reservations", """
                {"allocation":"HOUSE","seats":["S-A-1"],"email":"a@example.org"}""");
        assertThat(bySection(id)).contains("50 = 36 + 2 + 0 + 12", "10 = 6 + 2 + 0 + 2");
        system.lapse(id);
        assertThat(bySection(id)).contains("50 = 37 + 0 + 0 + 13", "10 = 7 + 0 + 0 + 3");

        var sold = post(id, "/reservations", """
                {"allocation":"HOUSE","seats":["S-A-2"],"places":[{"section":"FLOOR","quantity":2}],"email":"b@example.org"}""");
        api.confirm(id, sold.get("id").asText(), sold.at("/total/amount").asLong());
        assertThat(bySection(id)).containsExactly("50 = 37 + 0 + 3 + 10", "10 = 7 + 0 + 1 + 2", "40 = 30 + 0 + 2 + 8");
        assertThat(availableOnTheMap(id)).isEqualTo("7 seats, 30 places");

        post(id, "/allocations/HOUSE/release", "{}");
        assertThat(bySection(id)).contains("50 = 47 + 0 + 3 + 0");
        assertThat(availableOnTheMap(id)).isEqualTo("9 seats, 38 places");
    }

    private JsonNode post(EventId event, String path, String body) {
        var request = api.asAdmin(api.request("/api/events/" + event + path))
                .header("Idempotency-Key", UUID.randomUUID().toString());
        var answer = api.send(Api.post(request, body));
        assertThat(answer.status()).as(answer.text()).isIn(200, 201);
        return answer.json();
    }

    /** Returns the seats of the event, and those of each section. */
    private List<String> bySection(EventId event) {
        var sales =
                api.get("/api/events/" + event + "/sales", TestSystem.ADMIN_KEY).json();
        return Stream.concat(
                        Stream.of(sales),
                        StreamSupport.stream(sales.get("sections").spliterator(), false))
                .map(each -> figures(each).replaceAll(";.*", ""))
                .toList();
    }

    private String availableOnTheMap(EventId event) {
        var map = api.get("/api/events/" + event + "/seats").json();
        var seats = StreamSupport.stream(map.get("seats").spliterator(), false)
                .filter(seat -> seat.get("status").asText().equals("AVAILABLE") && !seat.has("forSale"))
                .count();
        return seats + " seats, " + map.at("/areas/0/available").asText() + " places";
    }

    @Test
    void a_refunded_seat_that_is_sold_again_is_in_the_amounts_twice() {
        var refunded = api.buyOne(event.id(), "Z-A-1");
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
        api.buyOne(event.id(), "Z-A-1");

        assertThat(figures(sales())).isEqualTo("10 = 9 + 0 + 1 + 0; 0 in; 9000 - 4500");
    }

    /** In Rome, which is one or two hours ahead of UTC, the day ends before that of UTC. */
    @Test
    void days_are_those_of_the_events_time_zone_and_refunds_are_on_their_own_day() throws SQLException {
        var first = api.buyOne(event.id(), "Z-A-1");
        var second = api.buyOne(event.id(), "Z-A-2");
        api.cancel(event.id(), second, TestSystem.ADMIN_KEY);
        confirmedAt(first, "2026-01-31T22:59:59Z", null); // 23:59:59
        confirmedAt(second, "2026-01-31T23:00:00Z", "2026-07-31T22:00:00Z"); // 00:00 in winter; 00:00 in summer

        var days = sales().get("days");

        assertThat(days).hasSize(3);
        assertThat(days.get(0).toString())
                .isEqualTo(
                        "{\"date\":\"2026-01-31\",\"sold\":1,\"refunded\":0,\"amounts\":{\"sold\":4500,\"refunded\":0}}");
        assertThat(days.get(1).toString())
                .isEqualTo(
                        "{\"date\":\"2026-02-01\",\"sold\":1,\"refunded\":0,\"amounts\":{\"sold\":4500,\"refunded\":0}}");
        assertThat(days.get(2).toString())
                .isEqualTo(
                        "{\"date\":\"2026-08-01\",\"sold\":0,\"refunded\":1,\"amounts\":{\"sold\":0,\"refunded\":4500}}");
    }

    private void confirmedAt(String reservation, String confirmed, String ended) {
        system.update("""
                UPDATE reservations
                   SET created_at = ?::timestamptz - interval '1 minute', confirmed_at = ?::timestamptz,
                       expires_at = ?::timestamptz + interval '1 minute', ended_at = ?::timestamptz
                 WHERE event_id = ? AND reservation_id = ?
                """, confirmed, confirmed, confirmed, ended, event.id().value(), UUID.fromString(reservation));
    }

    /** Java may know a zone that PostgreSQL does not; days are then still those of the event. */
    @Test
    void a_time_zone_that_only_java_knows_is_no_obstacle() {
        api.buyOne(event.id(), "Z-A-1");
        system.update(
                "UPDATE events SET time_zone = 'SystemV/PST8' WHERE event_id = ?",
                event.id().value());

        assertThat(sales().get("days")).hasSize(1);
    }

    @Test
    void an_unknown_event_is_not_found() {
        assertThat(api.get("/api/events/" + UUID.randomUUID() + "/sales", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
    }
}
