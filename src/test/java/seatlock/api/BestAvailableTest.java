package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Storm;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** The best seats available, chosen by the server, and seats that buyers must not leave alone. */
class BestAvailableTest {

    /** As many as the hall of {@link #ROWS} rows of 40 seats has. */
    private static final int PAIRS = Storm.size(100, 500);

    private static final int ROWS = PAIRS / 20;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId event(String fields) {
        var response = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "maxSeatsPerReservation":8,""" + fields + "}");
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    /** A section S with rows of seats, named A, B and so on. */
    private EventId hall(String more, int rows, int seats) {
        var names = IntStream.range(0, rows)
                .mapToObj(row -> "{\"name\":\"" + (char) ('A' + row) + "\",\"seats\":" + seats + "}")
                .toList();
        return event(
                more + "\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[" + String.join(",", names) + "]}]");
    }

    private static String best(String fields) {
        return "{\"best\":{" + fields + "},\"email\":\"ada@example.org\"}";
    }

    private static Api.Response best(Api api, EventId event, String fields) {
        return api.reserveWith(event, UUID.randomUUID().toString(), best(fields));
    }

    private Api.Response best(EventId event, String fields) {
        return best(api, event, fields);
    }

    private Api.Response patch(EventId event, String json) {
        return api.send(api.asAdmin(Api.patch(api.request("/api/events/" + event), json)));
    }

    private static List<String> seats(Api.Response reserved) {
        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        return reserved.json().get("seats").findValues("label").stream()
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void the_best_seats_are_in_front_in_the_middle_and_beside_each_other() {
        var event = hall("", 3, 9);

        var four = best(event, "\"quantity\":4");
        var three = best(event, "\"quantity\":3,\"together\":\"REQUIRED\"");

        assertThat(seats(four)).hasSize(4).allMatch(label -> label.startsWith("S-A-"));
        assertThat(four.json().get("together").asBoolean()).isTrue();
        assertThat(seats(three)).hasSize(3);
        assertThat(api.get(
                                "/api/events/" + event + "/reservations/"
                                        + three.json().get("id").asText(),
                                TestSystem.ADMIN_KEY)
                        .json()
                        .has("together"))
                .isFalse();
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void seats_apart_are_given_or_refused_as_the_buyer_likes() {
        var event = hall("", 2, 5);
        api.reserve(event, "S-A-2", "S-A-4", "S-B-3");

        var required = best(event, "\"quantity\":4,\"together\":\"REQUIRED\"");
        var preferred = best(event, "\"quantity\":4");
        var tooMany = best(event, "\"quantity\":4");

        assertThat(required.outcome()).isEqualTo("409 not-together");
        assertThat(required.json().get("largest").asInt()).isEqualTo(2);
        assertThat(seats(preferred)).hasSize(4);
        assertThat(preferred.json().get("together").asBoolean()).isFalse();
        assertThat(tooMany.outcome()).isEqualTo("409 sold-out");
        assertThat(tooMany.json().get("available").asInt()).isEqualTo(3);
        assertThat(tooMany.json().has("section")).isFalse();
        assertThat(seats(best(event, "\"quantity\":3"))).hasSize(3);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void best_seats_share_a_basket_with_chosen_ones_and_with_places() {
        var event = event("\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":3}]},"
                + "{\"name\":\"FLOOR\",\"price\":1000,\"places\":5}]");

        var basket = api.reserveWith(
                event,
                UUID.randomUUID().toString(),
                "{\"seats\":[\"S-A-1\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":2}],\"best\":{\"quantity\":2},"
                        + "\"email\":\"ada@example.org\"}");

        assertThat(seats(basket)).hasSize(5).contains("S-A-1", "S-A-2", "S-A-3");
        assertThat(basket.json().get("total").get("amount").asLong()).isEqualTo(3 * 4500 + 2 * 1000);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void sections_and_price_types_limit_the_choice() {
        var event = event(
                "\"priceTypes\":[{\"id\":\"adult\",\"name\":\"Adult\"},{\"id\":\"child\",\"name\":\"Child\"}],"
                        + "\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":4}]},"
                        + "{\"name\":\"B\",\"prices\":{\"adult\":3000,\"child\":1000},\"rows\":[{\"name\":\"A\",\"seats\":4}]}]");

        var family = best(event, "\"quantity\":3,\"priceTypes\":{\"adult\":1,\"child\":2}");
        var unpriced = best(event, "\"quantity\":1,\"sections\":[\"S\"],\"priceTypes\":{\"child\":1}");
        var unknown = best(event, "\"quantity\":1,\"sections\":[\"X\"]");
        var named = best(event, "\"quantity\":1,\"sections\":[\"S\"]");

        assertThat(seats(family)).allMatch(label -> label.startsWith("B-A-"));
        assertThat(family.json().get("total").get("amount").asLong()).isEqualTo(5000);
        assertThat(unpriced.outcome()).isEqualTo("422 not-priced");
        assertThat(unknown.outcome()).isEqualTo("422 unknown-seats");
        assertThat(seats(named)).allMatch(label -> label.startsWith("S-A-"));
    }

    @Test
    void a_code_for_a_section_gets_the_best_seats_there() {
        var event = event("\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":4}]},"
                + "{\"name\":\"B\",\"price\":3000,\"rows\":[{\"name\":\"A\",\"seats\":4}]}]");
        var codes = Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/codes")).header("Idempotency-Key", "codes"),
                "{\"code\":\"BACK\",\"effect\":{\"off\":500},\"sections\":[\"B\"]}");
        assertThat(api.send(codes).status()).isEqualTo(201);

        var reserved =
                api.reserveWith(event, "k", best("\"quantity\":2").replace("\"email\"", "\"code\":\"back\",\"email\""));

        assertThat(seats(reserved)).allMatch(label -> label.startsWith("B-A-"));
        assertThat(reserved.json().get("total").get("amount").asLong()).isEqualTo(5000);
    }

    @Test
    void an_event_of_places_alone_has_no_best_seats() {
        var event = event("\"sections\":[{\"name\":\"FLOOR\",\"price\":1000,\"places\":5}]");

        var refused = best(event, "\"quantity\":1");

        assertThat(refused.outcome()).isEqualTo("409 sold-out");
        assertThat(refused.json().get("available").asInt()).isZero();
        assertThat(best(event, "\"quantity\":1,\"sections\":[\"FLOOR\"]").outcome())
                .isEqualTo("422 unknown-seats");
    }

    @Test
    void accessible_seats_are_for_those_who_need_them_until_they_are_released() {
        var event = event(
                "\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":["
                        + "{\"number\":\"1\",\"accessible\":true},{\"number\":\"2\",\"companion\":true},{\"number\":\"3\"},{\"number\":\"4\"}]}]}]");

        assertThat(seats(best(event, "\"quantity\":2"))).containsExactly("S-A-3", "S-A-4");
        assertThat(best(event, "\"quantity\":1").outcome()).isEqualTo("409 sold-out");
        assertThat(patch(event, "{\"accessibleReleased\":true}").status()).isEqualTo(200);
        var released = best(event, "\"quantity\":1");
        assertThat(seats(released)).hasSize(1);
        api.cancel(event, released.json().get("id").asText(), TestSystem.ADMIN_KEY);
        assertThat(seats(best(event, "\"quantity\":2,\"accessible\":1"))).containsExactly("S-A-1", "S-A-2");
    }

    @Test
    void a_plan_with_a_focus_is_returned_as_it_was_given() {
        var plan =
                "\"focus\":{\"x\":5.5,\"y\":-3},\"sections\":[{\"name\":\"S\",\"price\":4500,\"rows\":[{\"name\":\"A\",\"seats\":["
                        + "{\"number\":\"1\",\"x\":0,\"y\":0},{\"number\":\"2\",\"x\":5,\"y\":0},{\"number\":\"3\",\"x\":9,\"y\":0}]}]}]";
        var event = event(plan);

        assertThat(seats(best(event, "\"quantity\":1")))
                .containsExactly("S-A-3"); // the middle one would leave two alone
        assertThat(api.get("/api/events/" + event + "/plan").json().get("focus").toString())
                .isEqualTo("{\"x\":5.5,\"y\":-3.0}");
    }

    @Test
    void a_buyer_must_not_leave_a_single_seat_where_the_event_refuses_it_and_a_seller_may() {
        var event = hall("\"orphans\":\"REFUSED\",", 1, 6);

        var orphan = api.reserve(event, "S-A-2", "S-A-3");
        var instead = api.reserve(event, "S-A-1", "S-A-2");
        var bySeller = api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/reservations"))
                        .header("Idempotency-Key", "seller"),
                "{\"seats\":[\"S-A-4\"],\"email\":\"ada@example.org\"}"));

        assertThat(orphan.outcome()).isEqualTo("422 orphan-seat");
        assertThat(orphan.json().get("seats").toString()).isEqualTo("[\"S-A-1\"]");
        assertThat(orphan.json().get("instead").toString()).isEqualTo("[\"S-A-1\",\"S-A-2\"]");
        assertThat(instead.status()).as(instead.text()).isEqualTo(201);
        assertThat(bySeller.status()).isEqualTo(201);
        assertThat(api.reserve(event, "S-A-3").status()).isEqualTo(201); // it was single before
        assertThat(patch(event, "{\"orphans\":\"ALLOWED\"}")
                        .json()
                        .get("orphans")
                        .asText())
                .isEqualTo("ALLOWED");
    }

    @Test
    void seats_that_lapsed_or_were_released_are_chosen_again() {
        var event = hall("", 1, 4);
        var first = best(event, "\"quantity\":4").json();
        assertThat(best(event, "\"quantity\":1").outcome()).isEqualTo("409 sold-out");

        api.cancel(event, first.get("id").asText(), first.get("token").asText());
        assertThat(seats(best(event, "\"quantity\":4"))).hasSize(4);
        system.lapse(event);
        assertThat(seats(best(event, "\"quantity\":4"))).hasSize(4);
        assertThat(system.violations(event)).isEmpty();
    }

    private static Set<Set<String>> pairs(List<Api.Response> answers) {
        var pairs = new HashSet<Set<String>>();
        answers.forEach(answer -> pairs.add(new TreeSet<>(seats(answer))));
        return pairs;
    }

    private static boolean isAdjacent(Set<String> pair) {
        var labels = new ArrayList<>(pair);
        var first = labels.get(0).split("-");
        var second = labels.get(1).split("-");
        return first[1].equals(second[1]) && Math.abs(Integer.parseInt(first[2]) - Integer.parseInt(second[2])) == 1;
    }

    @Test
    void pairs_asked_for_at_once_get_the_same_seats_as_one_after_another() {
        var together = hall("", ROWS, 40);
        var inTurn = hall("", ROWS, 40);

        var answers = Concurrently.run(
                PAIRS, i -> Api.patiently(() -> best(together, "\"quantity\":2,\"together\":\"REQUIRED\"")));
        var sequential = IntStream.range(0, PAIRS)
                .mapToObj(i -> best(inTurn, "\"quantity\":2,\"together\":\"REQUIRED\""))
                .toList();

        assertThat(pairs(answers)).hasSize(PAIRS).allMatch(BestAvailableTest::isAdjacent);
        assertThat(pairs(answers)).isEqualTo(pairs(sequential));
        assertThat(best(together, "\"quantity\":1").outcome()).isEqualTo("409 sold-out");
        assertThat(system.violations(together)).isEmpty();
    }

    @Test
    void pairs_asked_for_at_once_on_two_nodes_are_all_seated_together() {
        var event = hall("", ROWS, 40);
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);

            var answers = Concurrently.run(PAIRS, i -> {
                var node = i % 2 == 0 ? api : otherApi;
                return Api.patiently(() -> best(node, event, "\"quantity\":2,\"together\":\"REQUIRED\""));
            });

            assertThat(Tally.of(answers, Api.Response::outcome)).isEqualTo(Map.of("201", (long) PAIRS));
            assertThat(pairs(answers)).hasSize(PAIRS).allMatch(BestAvailableTest::isAdjacent);
        }
        assertThat(system.violations(event)).isEmpty();
    }
}
