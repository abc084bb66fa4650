package seatlock.api;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** Seats that are withheld for somebody, and reserved with a sales key that names their allocation. */
class AllocationsTest {

    private static final String HOUSE = "\"allocation\":\"HOUSE\",";

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId event() {
        var response = api.createEvent("""
                {"name":"Gala","venue":"Opera","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "maxSeatsPerReservation":10,"sections":[
                 {"name":"S","price":4500,"rows":[{"name":"A","seats":20},{"name":"T7","seats":3,"sold":"WHOLE"}]},
                 {"name":"FLOOR","price":3500,"places":10}]}""");
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private Api.Response post(Api node, String path, String key, String body) {
        var request = api.asAdmin(node.request(path)).header("Idempotency-Key", key);
        return api.send(Api.post(request, body));
    }

    private Api.Response withhold(EventId event, String fields) {
        return post(
                api, "/api/events/" + event + "/allocations", UUID.randomUUID().toString(), "{" + fields + "}");
    }

    private Api.Response house(EventId event, String fields) {
        var answer = withhold(event, "\"name\":\"HOUSE\"," + fields);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    private Api.Response release(EventId event, String fields) {
        var path = "/api/events/" + event + "/allocations/HOUSE/release";
        return post(api, path, UUID.randomUUID().toString(), "{" + fields + "}");
    }

    private Api.Response reserveAsSeller(EventId event, String fields) {
        var path = "/api/events/" + event + "/reservations";
        return post(api, path, UUID.randomUUID().toString(), "{" + fields + ",\"email\":\"ada@example.org\"}");
    }

    private JsonNode list(EventId event) {
        return api.get("/api/events/" + event + "/allocations", TestSystem.ADMIN_KEY)
                .json()
                .get("allocations");
    }

    private JsonNode map(EventId event) {
        return api.get("/api/events/" + event + "/seats").json();
    }

    private JsonNode seat(EventId event, String label) {
        for (var seat : map(event).get("seats")) {
            if (seat.get("label").asText().equals(label)) {
                return seat;
            }
        }
        throw new AssertionError(label);
    }

    private int availablePlaces(EventId event) {
        return map(event).get("areas").get(0).get("available").asInt();
    }

    @Test
    void a_withheld_seat_is_not_for_sale_until_it_is_released() {
        var event = event();
        var etag = api.get("/api/events/" + event + "/seats").header("ETag");

        var withheld = house(event, "\"seats\":[\"S-A-1\",\"S-A-2\"],\"reason\":\"For the director's guests\"");

        assertThat(withheld.json().toString())
                .isEqualTo("{\"name\":\"HOUSE\",\"sections\":[{\"section\":\"S\",\"quantity\":2}]}");
        assertThat(seat(event, "S-A-1").get("forSale").asBoolean()).isFalse();
        assertThat(seat(event, "S-A-1").get("status").asText()).isEqualTo("AVAILABLE");
        assertThat(seat(event, "S-A-3").has("forSale")).isFalse();
        assertThat(api.get("/api/events/" + event + "/seats").header("ETag")).isNotEqualTo(etag);
        var refused = api.reserve(event, "S-A-2", "S-A-3");
        assertThat(refused.outcome()).isEqualTo("409 seats-taken");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-2\"]");
        assertThat(reserveAsSeller(event, "\"seats\":[\"S-A-2\"]").outcome()).isEqualTo("409 seats-taken");

        var released = release(event, "\"seats\":[\"S-A-2\",\"S-A-3\"]");

        assertThat(released.json().get("sections").toString())
                .isEqualTo("[{\"section\":\"S\",\"quantity\":1}]"); // S-A-3 was for everybody before
        assertThat(api.reserve(event, "S-A-2", "S-A-3").status()).isEqualTo(201);
        assertThat(list(event).get(0).get("sections").toString())
                .isEqualTo("[{\"section\":\"S\",\"capacity\":1,\"available\":1,\"seats\":[\"S-A-1\"]}]");
        assertThat(list(event).get(0).get("reason").asText()).isEqualTo("For the director's guests");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_seller_who_names_the_allocation_reserves_its_seats_which_return_to_it() {
        var event = event();
        house(event, "\"seats\":[\"S-A-1\",\"S-A-2\"]");

        var mixed = reserveAsSeller(event, HOUSE + "\"seats\":[\"S-A-1\",\"S-A-9\"]");
        assertThat(mixed.status()).as(mixed.text()).isEqualTo(201);
        assertThat(list(event).get(0).get("sections").get(0).get("available").asInt())
                .isEqualTo(1);
        assertThat(seat(event, "S-A-1").get("status").asText()).isEqualTo("HELD");

        api.cancel(event, mixed.json().get("id").asText(), TestSystem.ADMIN_KEY);
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        assertThat(reserveAsSeller(event, HOUSE + "\"seats\":[\"S-A-1\"]").status())
                .isEqualTo(201);
        system.lapse(event);
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        system.sweeper().runOnce();
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        var sold = reserveAsSeller(event, HOUSE + "\"seats\":[\"S-A-1\"]")
                .json()
                .get("id")
                .asText();
        assertThat(api.confirm(event, sold, 4500).status()).isEqualTo(200);
        api.cancel(event, sold, TestSystem.ADMIN_KEY);
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void only_a_seller_of_the_event_can_name_an_allocation() {
        var event = event();
        var other = event();
        house(event, "\"seats\":[\"S-A-1\"]");
        var body = "{" + HOUSE + "\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\"}";
        var keyOfOther = system.database
                .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "other", Set.of(other), null))
                .secret()
                .reveal();

        assertThat(api.reserveWith(event, "k", body).outcome()).isEqualTo("403 forbidden");
        var asOther = api.request("/api/events/" + event + "/reservations")
                .header("Authorization", "Bearer " + keyOfOther)
                .header("Idempotency-Key", "k");
        assertThat(api.send(Api.post(asOther, body)).outcome()).isEqualTo("403 forbidden");
        assertThat(reserveAsSeller(event, "\"allocation\":\"PRESS\",\"seats\":[\"S-A-1\"]")
                        .outcome())
                .isEqualTo("404 not-found");
        withhold(event, "\"name\":\"PRESS\",\"seats\":[\"S-A-2\"]");
        assertThat(reserveAsSeller(event, "\"allocation\":\"PRESS\",\"seats\":[\"S-A-1\"]")
                        .outcome())
                .isEqualTo("409 seats-taken");
        assertThat(seat(event, "S-A-1").get("status").asText()).isEqualTo("AVAILABLE");
    }

    @Test
    void seats_are_withheld_all_or_none_and_only_if_they_are_free() {
        var event = event();
        api.reserve(event, "S-A-1");
        withhold(event, "\"name\":\"PRESS\",\"seats\":[\"S-A-2\"]");

        var held = withhold(event, "\"name\":\"HOUSE\",\"seats\":[\"S-A-3\",\"S-A-1\"]");
        var ofPress = withhold(event, "\"name\":\"HOUSE\",\"seats\":[\"S-A-3\",\"S-A-2\"]");
        var unknown = withhold(event, "\"name\":\"HOUSE\",\"seats\":[\"S-A-3\",\"S-Z-1\"]");
        var ofTable = withhold(event, "\"name\":\"HOUSE\",\"seats\":[\"S-A-3\",\"S-T7-1\"]");
        var tooMany = withhold(
                event, "\"name\":\"HOUSE\",\"seats\":[\"S-A-3\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":11}]");

        assertThat(held.outcome()).isEqualTo("409 seats-taken");
        assertThat(held.json().get("seats").toString()).isEqualTo("[\"S-A-1\"]");
        assertThat(ofPress.outcome()).isEqualTo("409 seats-taken");
        assertThat(unknown.outcome()).isEqualTo("422 unknown-seats");
        assertThat(ofTable.outcome()).isEqualTo("422 sold-whole");
        assertThat(tooMany.outcome()).isEqualTo("409 sold-out");
        assertThat(tooMany.json().get("available").asInt()).isEqualTo(10);
        assertThat(list(event).findValuesAsText("name")).containsExactly("PRESS");
        assertThat(api.reserve(event, "S-A-3").status()).isEqualTo(201);

        system.lapse(event);
        house(event, "\"seats\":[\"S-A-1\",\"S-A-4\"],\"tables\":[\"S-T7\"]"); // a lapsed hold is free
        var again = house(event, "\"seats\":[\"S-A-4\",\"S-A-5\"]");
        assertThat(again.json().get("sections").toString()).isEqualTo("[{\"section\":\"S\",\"quantity\":1}]");
        assertThat(list(event).get(0).get("sections").get(0).get("capacity").asInt())
                .isEqualTo(6);
        system.sweeper().runOnce();
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void places_are_withheld_and_handed_out_by_number() {
        var event = event();
        var floor = "\"places\":[{\"section\":\"FLOOR\",\"quantity\":%}]";
        house(event, floor.replace("%", "4"));

        assertThat(availablePlaces(event)).isEqualTo(6);
        var forAll = api.reserveWith(
                event, UUID.randomUUID().toString(), "{" + floor.replace("%", "7") + ",\"email\":\"ada@example.org\"}");
        assertThat(forAll.outcome()).isEqualTo("409 sold-out");
        assertThat(forAll.json().get("available").asInt()).isEqualTo(6);
        assertThat(reserveAsSeller(event, HOUSE + floor.replace("%", "5")).outcome())
                .isEqualTo("409 sold-out");
        assertThat(reserveAsSeller(event, HOUSE + floor.replace("%", "3")).status())
                .isEqualTo(201);
        assertThat(list(event).get(0).get("sections").toString())
                .isEqualTo("[{\"section\":\"FLOOR\",\"capacity\":4,\"available\":1}]");
        assertThat(availablePlaces(event)).isEqualTo(6);
        assertThat(reserveAsSeller(event, floor.replace("%", "6")).status()).isEqualTo(201);
        assertThat(reserveAsSeller(event, floor.replace("%", "1")).outcome()).isEqualTo("409 sold-out");

        assertThat(release(event, floor.replace("%", "2")).outcome()).isEqualTo("409 sold-out");
        assertThat(release(event, floor.replace("%", "1")).status()).isEqualTo(200);
        assertThat(reserveAsSeller(event, floor.replace("%", "1")).status()).isEqualTo(201);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void releasing_everything_leaves_seats_with_their_buyers_and_ends_the_withholding() {
        var event = event();
        house(
                event,
                "\"seats\":[\"S-A-1\",\"S-A-2\"],\"tables\":[\"S-T7\"],\"places\":[{\"section\":\"FLOOR\",\"quantity\":10}]");
        var sold = reserveAsSeller(event, HOUSE + "\"seats\":[\"S-A-1\"]")
                .json()
                .get("id")
                .asText();
        api.confirm(event, sold, 4500);

        var released = release(event, "");
        var again = release(event, "");

        assertThat(released.json().get("sections").toString())
                .isEqualTo("[{\"section\":\"FLOOR\",\"quantity\":10},{\"section\":\"S\",\"quantity\":5}]");
        assertThat(again.json().get("sections")).isEmpty();
        assertThat(api.reserve(event, "S-A-1").outcome()).isEqualTo("409 seats-taken");
        assertThat(availablePlaces(event)).isEqualTo(10);
        api.cancel(event, sold, TestSystem.ADMIN_KEY);
        assertThat(api.reserve(event, "S-A-1", "S-A-2").status()).isEqualTo(201);
        assertThat(list(event).get(0).get("sections")).isEmpty();
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_repeated_request_gets_the_same_answer_and_withholds_nothing_again() {
        var event = event();
        var path = "/api/events/" + event + "/allocations";
        var body = "{\"name\":\"HOUSE\",\"seats\":[\"S-A-1\"]}";
        var first = post(api, path, "k", body);
        release(event, "");

        var repeated = post(api, path, "k", body);
        var different = post(api, path, "k", body.replace("S-A-1", "S-A-2"));

        assertThat(repeated.text()).isEqualTo(first.text());
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(different.outcome()).isEqualTo("422 idempotency-key-reused");
        assertThat(seat(event, "S-A-1").has("forSale")).isFalse();
        assertThat(post(api, path + "/PRESS/release", "k", "").outcome()).isEqualTo("404 not-found");
        assertThat(post(api, path + "/no%20name/release", "k", "").outcome()).isEqualTo("404 not-found");
    }

    @Test
    void a_seat_that_was_withheld_since_is_not_reacquired() {
        var event = event();
        var late = api.reserve(event, "S-A-1").json().get("id").asText();
        var early = api.reserve(event, "S-A-2").json().get("id").asText();
        system.lapse(event);
        house(event, "\"seats\":[\"S-A-1\"]");

        var refused = api.reacquire(event, late, "k1", 4500);

        assertThat(refused.outcome()).isEqualTo("410 reservation-expired");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-1\"]");
        assertThat(api.reacquire(event, early, "k2", 4500).status()).isEqualTo(200);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void ten_thousand_seats_are_withheld_and_released_at_once() {
        var event = system.event(12_000).id();
        var labels = IntStream.rangeClosed(1, 10_000)
                .mapToObj(i -> "\"S-A-" + i + "\"")
                .collect(joining(",", "\"seats\":[", "]"));

        house(event, labels);
        assertThat(withhold(event, "\"name\":\"HOUSE\"," + labels.replace("]", ",\"S-A-10001\"]"))
                        .outcome())
                .isEqualTo("422 invalid-request");
        assertThat(api.reserve(event, "S-A-10000").outcome()).isEqualTo("409 seats-taken");
        assertThat(release(event, "")
                        .json()
                        .get("sections")
                        .get(0)
                        .get("quantity")
                        .asInt())
                .isEqualTo(10_000);
        assertThat(api.reserve(event, "S-A-10000").status()).isEqualTo(201);
    }

    @Test
    void allocations_are_listed_by_name_in_pages() {
        var event = event();
        for (int i = 1; i <= 3; i++) {
            withhold(event, "\"name\":\"G" + i + "\",\"seats\":[\"S-A-" + i + "\"]");
        }
        var path = "/api/events/" + event + "/allocations?limit=2";

        var first = api.get(path, TestSystem.ADMIN_KEY).json();
        var second = api.get(path + "&after=G2", TestSystem.ADMIN_KEY).json();

        assertThat(first.get("allocations").findValuesAsText("name")).containsExactly("G1", "G2");
        assertThat(first.get("next").asText()).isEqualTo("G2");
        assertThat(second.get("allocations").findValuesAsText("name")).containsExactly("G3");
        assertThat(second.get("next").isNull()).isTrue();
        assertThat(api.get(path + "&after=g%00", TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("422 invalid-request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"seats\":[\"S-A-1\"]}                                                              | name",
                "{\"name\":\"house\",\"seats\":[\"S-A-1\"]}                                           | name",
                "{\"name\":\"H\\u0000\",\"seats\":[\"S-A-1\"]}                                        | name",
                "{\"name\":\"HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH\",\"seats\":[\"S-A-1\"]}                 | name",
                "{\"name\":\"HOUSE\"}                                                               | seats",
                "{\"name\":\"HOUSE\",\"seats\":[],\"tables\":[],\"places\":[]}                      | seats",
                "{\"name\":\"HOUSE\",\"seats\":[null]}                                              | seats[0]",
                "{\"name\":\"HOUSE\",\"seats\":[\"S-A-1\",\"S-A-1\"]}                               | seats[1]",
                "{\"name\":\"HOUSE\",\"seats\":[\"\"]}                                              | seats[0]",
                "{\"name\":\"HOUSE\",\"tables\":[\"S-T7\",\"S-T7\"]}                                | tables[1]",
                "{\"name\":\"HOUSE\",\"places\":[null]}                                             | places[0]",
                "{\"name\":\"HOUSE\",\"places\":[{\"quantity\":1}]}                                 | places[0].section",
                "{\"name\":\"HOUSE\",\"places\":[{\"section\":\"FLOOR\"}]}                          | places[0].quantity",
                "{\"name\":\"HOUSE\",\"places\":[{\"section\":\"FLOOR\",\"quantity\":0}]}           | places[0].quantity",
                "{\"name\":\"HOUSE\",\"places\":[{\"section\":\"FLOOR\",\"quantity\":10001}]}       | places[0].quantity",
                "{\"name\":\"HOUSE\",\"places\":[{\"section\":\"FLOOR\",\"quantity\":1},{\"section\":\"FLOOR\",\"quantity\":1}]} | places[1].section",
                "{\"name\":\"HOUSE\",\"seats\":[\"S-A-1\"],\"reason\":\"\"}                         | reason",
                "{\"name\":\"HOUSE\",\"seats\":[\"S-A-1\"],\"reason\":\"\\u0000\"}                  | reason"
            })
    void an_invalid_field_is_named_and_nothing_is_withheld(String body, String field) {
        var event = event();

        var refused = post(api, "/api/events/" + event + "/allocations", "k", body);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().get("errors").findValuesAsText("field")).contains(field);
        assertThat(list(event)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"S-A-\\u0000\" | 422 unknown-seats",
                "\"S-A-1'; --\"    | 422 unknown-seats",
                "42                | 422 invalid-request",
                "{}                | 422 invalid-request"
            })
    void a_label_that_is_none_is_refused(String label, String outcome) {
        var event = event();

        var refused = withhold(event, "\"name\":\"HOUSE\",\"seats\":[" + label + "]");

        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.outcome()).isIn(outcome, "422 invalid-request");
        house(event, "\"seats\":[\"S-A-1\"]");
        assertThat(release(event, "\"seats\":[" + label + "]").outcome()).isIn(outcome, "422 invalid-request");
        assertThat(reserveAsSeller(event, "\"allocation\":" + label + ",\"seats\":[\"S-A-1\"]")
                        .status())
                .isIn(404, 422);
    }

    /** Each seat is either withheld or sold to a buyer, never both and never neither. */
    @Test
    void withholding_and_reserving_on_two_nodes_at_once_never_both_get_a_seat() {
        var event = system.event(60).id();
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var path = "/api/events/" + event + "/allocations";

            var answers = Concurrently.run(120, i -> {
                var label = "S-A-" + (i / 2 + 1);
                var key = UUID.randomUUID().toString();
                return i % 2 == 0
                        ? Api.patiently(
                                () -> post(there, path, key, "{\"name\":\"HOUSE\",\"seats\":[\"" + label + "\"]}"))
                        : Api.patiently(() -> api.reserve(event, label));
            });

            assertThat(Tally.of(answers, Api.Response::outcome).keySet()).isSubsetOf("200", "201", "409 seats-taken");
            for (int i = 0; i < 120; i += 2) {
                assertThat(List.of(answers.get(i).status(), answers.get(i + 1).status()))
                        .as("S-A-" + (i / 2 + 1))
                        .isIn(List.of(200, 409), List.of(409, 201));
            }
            var withheld = IntStream.range(0, 60)
                    .filter(i -> answers.get(2 * i).status() == 200)
                    .count();
            assertThat(system.count(
                            "SELECT count(*) AS n FROM seats WHERE event_id = ? AND allocation_id IS NOT NULL AND status = 'AVAILABLE'",
                            event.value()))
                    .isEqualTo(withheld);
            assertThat(system.count("SELECT count(*) AS n FROM allocations WHERE event_id = ?", event.value()))
                    .isLessThanOrEqualTo(1);
        }
        assertThat(system.violations(event)).isEmpty();
    }
}
