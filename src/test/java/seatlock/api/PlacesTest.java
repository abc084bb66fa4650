package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Places that nobody chooses, tables, price types and fees, in one basket with seats. */
class PlacesTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId event(String fields) {
        var response = api.createEvent("""
                {"name":"Club Night","venue":"Halle","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Berlin","currency":"EUR",
                 "maxSeatsPerReservation":8,""" + fields + "}");
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private EventId floor(int places) {
        return event("\"sections\":[{\"name\":\"FLOOR\",\"price\":3500,\"places\":" + places + "}]");
    }

    private static String places(int quantity) {
        return "{\"places\":[{\"section\":\"FLOOR\",\"quantity\":" + quantity + "}],\"email\":\"ada@example.org\"}";
    }

    private Api.Response reserve(EventId event, String json) {
        return api.reserveWith(event, UUID.randomUUID().toString(), json);
    }

    @Test
    void places_are_sold_by_number_and_printed_with_theirs() {
        var event = floor(10);

        var reserved = reserve(event, places(3));

        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        var body = reserved.json();
        assertThat(body.get("total").get("amount").asLong()).isEqualTo(3 * 3500);
        assertThat(body.get("seats")).hasSize(3);
        assertThat(body.get("seats").get(0).get("label").asText()).matches("FLOOR-GA-\\d+");
        assertThat(area(event).toString())
                .isEqualTo("{\"section\":\"FLOOR\",\"capacity\":10,\"available\":7,\"price\":3500}");
        assertThat(api.confirm(event, body.get("id").asText(), 3 * 3500).status())
                .isEqualTo(200);
        assertThat(system.violations(event)).isEmpty();
    }

    private JsonNode area(EventId event) {
        var map = api.get("/api/events/" + event + "/seats").json();
        assertThat(map.get("seats")).isEmpty();
        return map.get("areas").get(0);
    }

    /** Nobody has chosen a place, so a late payment gets others. */
    @Test
    void a_late_payment_gets_other_places_if_its_own_are_taken() {
        var event = floor(6);
        var late = reserve(event, places(3)).json();
        system.lapse(event);
        var others = reserve(event, places(2)).json();
        reserve(event, places(1));

        var confirmed = api.reacquire(event, late.get("id").asText(), "late", 3 * 3500);

        assertThat(confirmed.outcome()).isEqualTo("200");
        assertThat(confirmed.json().get("seats")).hasSize(3);
        assertThat(confirmed.json().get("replaces").asText())
                .isEqualTo(late.get("id").asText());
        assertThat(area(event).get("available").asInt()).isZero();
        assertThat(system.violations(event)).isEmpty();
        assertThat(api.tickets(event, confirmed.json().get("id").asText())).hasSize(3);
        assertThat(others.get("seats")).hasSize(2);
    }

    @Test
    void a_late_payment_is_refused_if_too_few_places_are_left() {
        var event = floor(6);
        var late = reserve(event, places(3)).json();
        system.lapse(event);
        reserve(event, places(4));

        var refused = api.reacquire(event, late.get("id").asText(), "late", 3 * 3500);

        assertThat(refused.outcome()).isEqualTo("410 reservation-expired");
        assertThat(area(event).get("available").asInt()).isEqualTo(2);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_section_is_sold_out_only_when_too_few_places_are_free() {
        var event = floor(10);
        assertThat(reserve(event, places(8)).status()).isEqualTo(201);

        var tooMany = reserve(event, places(3));
        var rest = reserve(event, places(2));
        var none = reserve(event, places(1));

        assertThat(tooMany.outcome()).isEqualTo("409 sold-out");
        assertThat(tooMany.json().get("section").asText()).isEqualTo("FLOOR");
        assertThat(tooMany.json().get("available").asInt()).isEqualTo(2);
        assertThat(rest.status()).isEqualTo(201);
        assertThat(none.json().get("available").asInt()).isZero();
    }

    @Test
    void places_of_a_reservation_that_was_cancelled_or_has_lapsed_are_sold_again() {
        var event = floor(4);
        var first = reserve(event, places(4)).json();
        assertThat(reserve(event, places(1)).outcome()).isEqualTo("409 sold-out");

        api.cancel(event, first.get("id").asText(), first.get("token").asText());
        assertThat(reserve(event, places(4)).status()).isEqualTo(201);
        system.lapse(event);
        assertThat(reserve(event, places(4)).status()).isEqualTo(201);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void nobody_chooses_a_place_and_nobody_reserves_places_where_there_are_none() {
        var event = event("\"sections\":[{\"name\":\"FLOOR\",\"price\":3500,\"places\":3},"
                + "{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":2}]}]");

        var chosen = api.reserve(event, "FLOOR-GA-1");
        var elsewhere = reserve(event, places(1).replace("FLOOR", "S"));

        assertThat(chosen.outcome()).isEqualTo("422 unknown-seats");
        assertThat(elsewhere.outcome()).isEqualTo("422 unknown-seats");
        assertThat(elsewhere.json().get("seats").get(0).asText()).isEqualTo("S");
    }

    @Test
    void a_basket_of_seats_places_and_tables_is_reserved_whole_or_not_at_all() {
        var event = event(
                "\"sections\":[{\"name\":\"FLOOR\",\"price\":3500,\"places\":3},"
                        + "{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":2},{\"name\":\"T7\",\"seats\":3,\"sold\":\"WHOLE\"}]}]");
        var basket = "{\"seats\":[\"S-A-1\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":2}],\"tables\":[\"S-T7\"],"
                + "\"email\":\"ada@example.org\"}";

        var oneOfTheTable = api.reserve(event, "S-T7-1");
        var first = reserve(event, basket);
        var second = reserve(event, basket.replace("S-A-1", "S-A-2").replace(",\"tables\":[\"S-T7\"]", ""));
        var third = reserve(event, "{\"tables\":[\"S-T7\"],\"email\":\"ada@example.org\"}");

        assertThat(oneOfTheTable.outcome()).isEqualTo("422 sold-whole");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(first.json().get("seats")).hasSize(6);
        assertThat(first.json().get("total").get("amount").asLong()).isEqualTo(4500 * 4 + 3500 * 2);
        assertThat(second.outcome()).isEqualTo("409 sold-out");
        assertThat(api.reserve(event, "S-A-2").status()).isEqualTo(201); // the second got nothing
        assertThat(third.outcome()).isEqualTo("409 seats-taken");
        assertThat(third.json().get("seats").get(0).asText()).isEqualTo("S-T7");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void prices_by_type_and_fees_are_in_the_total_and_free_seats_carry_no_fee() {
        var event = event("\"priceTypes\":[{\"id\":\"adult\",\"name\":\"Adult\"},{\"id\":\"child\",\"name\":\"Child\"},"
                + "{\"id\":\"baby\",\"name\":\"Baby\"}],\"fees\":[{\"name\":\"Booking fee\",\"amount\":150,\"per\":\"SEAT\"},"
                + "{\"name\":\"Postage\",\"amount\":300,\"per\":\"RESERVATION\"}],"
                + "\"sections\":[{\"name\":\"S\",\"prices\":{\"adult\":4500,\"child\":2250,\"baby\":0},\"rows\":[{\"name\":\"A\",\"seats\":5}]},"
                + "{\"name\":\"B\",\"price\":9000,\"rows\":[{\"name\":\"A\",\"seats\":5}]}]");

        var family = reserve(
                event,
                "{\"seats\":[\"S-A-1\",{\"seat\":\"S-A-2\",\"priceType\":\"child\"},{\"seat\":\"S-A-3\",\"priceType\":\"baby\"}],"
                        + "\"email\":\"ada@example.org\"}");
        var free = reserve(
                event, "{\"seats\":[{\"seat\":\"S-A-4\",\"priceType\":\"baby\"}],\"email\":\"ada@example.org\"}");
        var unpriced = reserve(
                event, "{\"seats\":[{\"seat\":\"B-A-1\",\"priceType\":\"child\"}],\"email\":\"ada@example.org\"}");

        assertThat(family.json().get("total").get("amount").asLong()).isEqualTo(4500 + 2250 + 2 * 150 + 300);
        assertThat(family.json().get("seats").findValues("price").stream().map(JsonNode::asLong))
                .containsExactly(4650L, 2400L, 0L);
        assertThat(free.json().get("total").get("amount").asLong()).isZero();
        assertThat(unpriced.outcome()).isEqualTo("422 not-priced");
        assertThat(system.violations(event)).isEmpty();
    }

    private static String early(int quantity) {
        return places(quantity).replace("}]", ",\"priceType\":\"early\"}]");
    }

    @Test
    void the_first_hundred_at_a_price_are_a_hundred() {
        var event = event(
                "\"priceTypes\":[{\"id\":\"full\",\"name\":\"Full\"},{\"id\":\"early\",\"name\":\"Early bird\",\"max\":3}],"
                        + "\"sections\":[{\"name\":\"FLOOR\",\"prices\":{\"full\":4000,\"early\":3000},\"places\":100}]");
        var two = reserve(event, early(2)).json();
        var twoMore = reserve(event, early(2));
        assertThat(twoMore.outcome()).isEqualTo("409 sold-out");
        assertThat(twoMore.json().get("available").asInt()).isEqualTo(1);
        assertThat(api.confirm(event, two.get("id").asText(), 6000).status()).isEqualTo(200);
        assertThat(reserve(event, early(1)).status()).isEqualTo(201);
        assertThat(reserve(event, early(1)).outcome()).isEqualTo("409 sold-out");

        system.lapse(event); // the pending one
        assertThat(reserve(event, early(1)).status()).isEqualTo(201);
        assertThat(api.cancel(event, two.get("id").asText(), TestSystem.ADMIN_KEY)
                        .status())
                .isEqualTo(200);
        assertThat(reserve(event, early(2)).status()).isEqualTo(201);
        assertThat(reserve(event, early(1)).outcome()).isEqualTo("409 sold-out");
        assertThat(reserve(event, places(8)).status()).isEqualTo(201);
        assertThat(system.violations(event)).isEmpty();
    }

    /** The memory of a node is stale then; a request finds the free places nevertheless, without being told to come again. */
    @Test
    void a_node_finds_free_places_although_another_one_has_sold_those_that_it_remembers() {
        var event = floor(1_000);
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            assertThat(reserve(event, places(1)).status()).isEqualTo(201);
            for (int i = 0; i < 100; i++) {
                assertThat(otherApi.reserveWith(event, UUID.randomUUID().toString(), places(8))
                                .status())
                        .isEqualTo(201);
            }

            for (int i = 0; i < 24; i++) {
                assertThat(reserve(event, places(8)).status()).isEqualTo(201);
            }

            assertThat(reserve(event, places(8)).json().get("available").asInt())
                    .isEqualTo(1_000 - 1 - 8 * 124);
        }
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void lines_of_a_section_are_judged_in_sum() {
        var event = event(
                "\"priceTypes\":[{\"id\":\"adult\",\"name\":\"Adult\"},{\"id\":\"child\",\"name\":\"Child\"}],"
                        + "\"sections\":[{\"name\":\"FLOOR\",\"prices\":{\"adult\":4000,\"child\":3000},\"places\":3}]");
        var four = places(2).replace("}]", "},{\"section\":\"FLOOR\",\"quantity\":2,\"priceType\":\"child\"}]");

        var refused = reserve(event, four);

        assertThat(refused.outcome()).isEqualTo("409 sold-out");
        assertThat(refused.json().get("available").asInt()).isEqualTo(3);
    }

    @Test
    void a_table_stays_within_the_limit_of_a_reservation() {
        var event = event("\"sections\":[{\"name\":\"S\",\"price\":4500,"
                + "\"rows\":[{\"name\":\"T7\",\"seats\":6,\"sold\":\"WHOLE\"}]}]");
        var path = "/api/events/" + event;

        var tooFew = api.send(api.asAdmin(Api.patch(api.request(path), "{\"maxSeatsPerReservation\":5}")));
        var enough = api.send(api.asAdmin(Api.patch(api.request(path), "{\"maxSeatsPerReservation\":6}")));

        assertThat(tooFew.outcome()).isEqualTo("422 invalid-request");
        assertThat(enough.status()).isEqualTo(200);
    }

    /** Both nodes remember other places as free; neither may say "sold out" while enough are. */
    @Test
    void a_thousand_buyers_of_up_to_eight_places_on_two_nodes_get_exactly_the_capacity() {
        var capacity = 2_000;
        var event = floor(capacity);
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var random = new Random(1);
            var quantities = random.ints(1_000, 1, 9).toArray();

            var answers = Concurrently.run(1_000, i -> {
                var node = i % 2 == 0 ? api : otherApi;
                return Api.patiently(
                        () -> node.reserveWith(event, UUID.randomUUID().toString(), places(quantities[i])));
            });

            var sold = answers.stream()
                    .filter(answer -> answer.status() == 201)
                    .mapToInt(answer -> answer.json().get("seats").size())
                    .sum();
            assertThat(Tally.of(answers, Api.Response::outcome).keySet()).isSubsetOf("201", "409 sold-out");
            var rest = capacity - sold;
            assertThat(rest).isLessThan(8);
            if (rest > 0) {
                assertThat(reserve(event, places(rest)).status()).isEqualTo(201);
            }
            assertThat(reserve(event, places(1)).outcome()).isEqualTo("409 sold-out");
        }
        assertThat(system.violations(event)).isEmpty();
    }
}
