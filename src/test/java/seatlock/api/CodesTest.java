package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.HashSet;
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

/** Codes that change prices: their effect, their scope, and what counts against them. */
class CodesTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** Two sections, two price types, and a fee for each seat and each reservation. */
    private EventId event() {
        var response = api.createEvent("""
                {"name":"Club Night","venue":"Halle","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Berlin","currency":"EUR",
                 "maxSeatsPerReservation":8,"priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
                 "fees":[{"name":"Booking fee","amount":150,"per":"SEAT"},{"name":"Postage","amount":300,"per":"RESERVATION"}],
                 "sections":[{"name":"S","prices":{"adult":4505,"child":2000},"rows":[{"name":"A","seats":50}]},
                             {"name":"B","price":900,"rows":[{"name":"A","seats":20}]},
                             {"name":"FLOOR","price":3000,"places":100}]}
                """);
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private Api.Response create(EventId event, String json) {
        return create(event, json, UUID.randomUUID().toString());
    }

    private Api.Response create(EventId event, String json, String key) {
        return api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/codes").header("Idempotency-Key", key)), json));
    }

    private JsonNode code(EventId event, String json) {
        var created = create(event, json);
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        return created.json().get("codes").get(0);
    }

    private JsonNode list(EventId event, String query) {
        return api.get("/api/events/" + event + "/codes" + query, TestSystem.ADMIN_KEY)
                .json();
    }

    private Api.Response off(EventId event, String code) {
        return api.send(api.asAdmin(api.request("/api/events/" + event + "/codes/" + code + "/off"))
                .POST(BodyPublishers.noBody()));
    }

    private Api.Response reserve(Api node, EventId event, String code, String items) {
        var json = "{" + items + ",\"email\":\"ada@example.org\",\"code\":\"" + code + "\"}";
        return node.reserveWith(event, UUID.randomUUID().toString(), json);
    }

    private Api.Response reserve(EventId event, String code, String... seats) {
        return reserve(api, event, code, "\"seats\":[\"" + String.join("\",\"", seats) + "\"]");
    }

    private static long total(Api.Response reserved) {
        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        return reserved.json().at("/total/amount").asLong();
    }

    @ParameterizedTest
    @CsvSource({
        "\"percent\":10,   4054", // 4505 less 450.5, which is rounded half up to 451
        "\"percent\":100,  0",
        "\"off\":500,      4005",
        "\"off\":999999,   0",
        "\"price\":1000,   1000",
        "\"price\":0,      0",
        "\"price\":999999, 4505",
    })
    void an_effect_changes_the_price_of_a_seat_and_never_below_zero(String effect, long price) {
        var event = event();
        code(event, "{\"code\":\"early\",\"effect\":{" + effect + "}}");

        var reserved = reserve(event, " eaRLy ", "S-A-1");

        assertThat(total(reserved)).isEqualTo(price == 0 ? 0 : price + 150 + 300);
        assertThat(reserved.json().get("code").asText()).isEqualTo("EARLY");
        assertThat(system.violations(event)).isEmpty();
    }

    /** Otherwise a fee of thirty cents would be left, which cannot be paid (Hi.Events #699). */
    @Test
    void a_hundred_percent_off_leaves_no_fee_and_is_confirmed_without_a_payment() {
        var event = event();
        code(event, "{\"code\":\"GUEST\",\"effect\":{\"percent\":100}}");

        var reserved = reserve(event, "GUEST", "S-A-1", "S-A-2").json();

        assertThat(reserved.at("/total/amount").asLong()).isZero();
        assertThat(api.confirm(event, reserved.get("id").asText(), 0).status()).isEqualTo(200);
        assertThat(system.violations(event)).isEmpty();
    }

    /** A code for one category must not discount all of them, and must count (alf.io #1355). */
    @Test
    void a_code_for_one_section_and_price_type_leaves_the_others_at_their_full_price() {
        var event = event();
        var id = code(
                        event,
                        "{\"code\":\"KIDS\",\"effect\":{\"percent\":50},\"sections\":[\"S\"],\"priceTypes\":[\"child\"],\"maxSeats\":3}")
                .get("id")
                .asText();
        var child = "{\"seat\":\"S-A-2\",\"priceType\":\"child\"}";

        var mixed = reserve(api, event, "KIDS", "\"seats\":[\"S-A-1\"," + child + ",\"B-A-1\"]");
        var outside = reserve(event, "KIDS", "S-A-3", "B-A-2");

        assertThat(total(mixed)).isEqualTo(4505 + 1000 + 900 + 3 * 150 + 300);
        assertThat(outside.outcome()).isEqualTo("422 code-invalid");
        assertThat(outside.json().has("reason")).isFalse();
        var listed = list(event, "").get("codes").get(0);
        assertThat(listed.get("id").asText()).isEqualTo(id);
        assertThat(listed.get("used").asInt()).isEqualTo(1);
        assertThat(listed.get("left").asInt()).isEqualTo(2);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void seats_of_a_code_count_while_they_are_held_or_sold_and_are_released_at_the_end() {
        var event = event();
        code(event, "{\"code\":\"THREE\",\"effect\":{\"off\":100},\"maxSeats\":3}");

        var two = reserve(event, "THREE", "S-A-1", "S-A-2").json();
        var twoMore = reserve(event, "THREE", "S-A-3", "S-A-4");
        assertThat(twoMore.outcome()).isEqualTo("409 code-exhausted");
        assertThat(twoMore.json().get("left").asInt()).isEqualTo(1);
        assertThat(reserve(event, "THREE", "S-A-3").status()).isEqualTo(201);
        assertThat(api.confirm(
                                event,
                                two.get("id").asText(),
                                two.at("/total/amount").asLong())
                        .status())
                .isEqualTo(200);
        assertThat(reserve(event, "THREE", "S-A-4").outcome()).isEqualTo("409 code-exhausted");

        system.lapse(event); // the pending one
        var again = reserve(event, "THREE", "S-A-4").json();
        assertThat(reserve(event, "THREE", "S-A-5").outcome()).isEqualTo("409 code-exhausted");
        api.cancel(event, again.get("id").asText(), again.get("token").asText());
        assertThat(reserve(event, "THREE", "S-A-5").status()).isEqualTo(201);
        api.cancel(event, two.get("id").asText(), TestSystem.ADMIN_KEY); // a refund
        assertThat(reserve(event, "THREE", "S-A-6", "S-A-7").status()).isEqualTo(201);
        assertThat(reserve(event, "THREE", "S-A-8").outcome()).isEqualTo("409 code-exhausted");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_lapsed_reservation_is_reacquired_only_while_its_code_has_seats_left() {
        var event = event();
        code(event, "{\"code\":\"LAST\",\"effect\":{\"off\":100},\"maxSeats\":1}");
        var first = reserve(event, "LAST", "S-A-1").json();
        var amount = first.at("/total/amount").asLong();
        system.lapse(event);
        var second = reserve(event, "LAST", "S-A-2").json();

        var late =
                api.reacquire(event, first.get("id").asText(), UUID.randomUUID().toString(), amount);
        assertThat(late.outcome()).isEqualTo("409 code-exhausted");
        api.cancel(event, second.get("id").asText(), second.get("token").asText());
        var again =
                api.reacquire(event, first.get("id").asText(), UUID.randomUUID().toString(), amount);

        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(again.json().get("code").asText()).isEqualTo("LAST");
        assertThat(reserve(event, "LAST", "S-A-2").outcome()).isEqualTo("409 code-exhausted");
        assertThat(system.violations(event)).isEmpty();
    }

    /** Never silently fewer discounted seats than asked for (Revel 2.4.0). */
    @Test
    void a_basket_over_the_limit_of_one_reservation_is_refused_whole() {
        var event = event();
        code(
                event,
                "{\"code\":\"PAIR\",\"effect\":{\"percent\":50},\"sections\":[\"S\"],\"maxSeatsPerReservation\":2}");

        var refused = reserve(event, "PAIR", "S-A-1", "S-A-2", "S-A-3");
        var pair = reserve(event, "PAIR", "S-A-1", "S-A-2", "B-A-1");

        assertThat(refused.outcome()).isEqualTo("422 too-many-seats");
        assertThat(total(pair)).isEqualTo(2 * 2252 + 900 + 3 * 150 + 300); // 4505 less 2252.5, which becomes 2253
    }

    /** Uses were read from a count that grew only after the payment, and three became five (Hi.Events #1223, eventyay #1398). */
    @Test
    void a_code_for_three_is_used_three_times_however_many_ask_at_once_on_two_nodes() {
        var event = event();
        code(event, "{\"code\":\"THREE\",\"effect\":{\"percent\":10},\"maxSeats\":3}");
        try (var other = system.anotherNode()) {
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);

            var answers = Concurrently.run(40, i -> {
                var node = i % 2 == 0 ? api : otherApi;
                return Api.patiently(() -> reserve(node, event, "THREE", "\"seats\":[\"S-A-" + (i + 1) + "\"]"));
            });

            assertThat(Tally.of(answers, Api.Response::outcome)).containsOnlyKeys("201", "409 code-exhausted");
            assertThat(answers.stream().filter(answer -> answer.status() == 201))
                    .hasSize(3);
        }
        assertThat(list(event, "").get("codes").get(0).get("used").asInt()).isEqualTo(3);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_single_use_code_is_for_one_reservation_and_valid_again_after_its_cancellation() {
        var event = event();
        var created = create(
                event, "{\"count\":500,\"prefix\":\"gift-\",\"effect\":{\"off\":1000},\"maxSeatsPerReservation\":2}");
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        var codes = created.json().get("codes");
        var texts = new HashSet<String>();
        codes.forEach(code -> texts.add(code.get("code").asText()));
        assertThat(texts).hasSize(500).allMatch(text -> text.matches("GIFT-[2-9A-HJKMNP-TV-Z]{12}"));
        var code = codes.get(0).get("code").asText();

        assertThat(reserve(event, code, "S-A-1", "S-A-2", "S-A-3").outcome()).isEqualTo("422 too-many-seats");
        var pair = reserve(event, code, "S-A-1", "S-A-2").json();
        assertThat(reserve(event, code, "S-A-3").outcome()).isEqualTo("409 code-exhausted");
        assertThat(reserve(event, codes.get(1).get("code").asText(), "S-A-3").status())
                .isEqualTo(201);
        assertThat(reserve(event, code + "X", "S-A-4").outcome()).isEqualTo("422 code-invalid");
        api.cancel(event, pair.get("id").asText(), pair.get("token").asText());
        assertThat(reserve(event, code, "S-A-1").status()).isEqualTo(201);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void codes_are_listed_in_pages_in_the_order_of_their_creation() {
        var event = event();
        create(event, "{\"count\":250,\"effect\":{\"percent\":10}}");
        code(event, "{\"code\":\"LAST\",\"effect\":{\"access\":\"MEMBERS\"}}");

        var ids = new ArrayList<String>();
        var after = "";
        do {
            var page = list(event, "?limit=100" + after);
            page.get("codes").forEach(code -> ids.add(code.get("id").asText()));
            after = page.get("next").isNull()
                    ? null
                    : "&after=" + page.get("next").asText();
        } while (after != null);

        assertThat(ids).hasSize(251).doesNotHaveDuplicates();
        var last = list(event, "?limit=1000").get("codes").get(250);
        assertThat(last.get("code").asText()).isEqualTo("LAST");
        assertThat(last.has("used")).isFalse();
    }

    @Test
    void a_code_that_was_switched_off_is_not_valid_and_reservations_with_it_stay() {
        var event = event();
        var id = code(event, "{\"code\":\"OLD\",\"effect\":{\"percent\":10},\"maxSeats\":5}")
                .get("id")
                .asText();
        var reserved = reserve(event, "OLD", "S-A-1").json();

        var first = off(event, id);
        var second = off(event, id);

        assertThat(first.json().get("active").asBoolean()).isFalse();
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(off(event, UUID.randomUUID().toString()).outcome()).isEqualTo("404 not-found");
        assertThat(reserve(event, "OLD", "S-A-2").outcome()).isEqualTo("422 code-invalid");
        assertThat(api.confirm(
                                event,
                                reserved.get("id").asText(),
                                reserved.at("/total/amount").asLong())
                        .status())
                .isEqualTo(200);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void the_reason_why_a_code_is_not_valid_is_for_sellers_only() {
        var event = event();
        code(event, "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"validFrom\":\"2030-01-01T00:00:00Z\"}");
        code(event, "{\"code\":\"LATE\",\"effect\":{\"percent\":10},\"validUntil\":\"2026-01-01T00:00:00Z\"}");
        code(event, "{\"code\":\"BALCONY\",\"effect\":{\"percent\":10},\"sections\":[\"B\"]}");
        off(
                event,
                code(event, "{\"code\":\"OFF\",\"effect\":{\"percent\":10}}")
                        .get("id")
                        .asText());
        var key = system.database
                .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "office", Set.of(event), null))
                .secret()
                .reveal();

        for (var expected : Set.of("EARLY EARLY", "LATE LATE", "BALCONY OUT_OF_SCOPE", "OFF OFF", "NOSUCH UNKNOWN")) {
            var code = expected.split(" ")[0];
            var stranger = reserve(event, code, "S-A-1");
            var seller = api.send(Api.post(
                    api.request("/api/events/" + event + "/reservations")
                            .header("Idempotency-Key", UUID.randomUUID().toString())
                            .header("Authorization", "Bearer " + key),
                    "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\",\"code\":\"" + code + "\"}"));

            assertThat(stranger.outcome()).as(code).isEqualTo("422 code-invalid");
            assertThat(stranger.json().fieldNames()).toIterable().doesNotContain("reason");
            assertThat(seller.outcome()).as(code).isEqualTo("422 code-invalid");
            assertThat(seller.json().get("reason").asText()).isEqualTo(expected.split(" ")[1]);
        }
    }

    @Test
    void a_code_is_created_once_for_each_idempotency_key_and_its_text_once_in_an_event() {
        var event = event();
        var key = UUID.randomUUID().toString();
        var json = "{\"count\":3,\"effect\":{\"percent\":10}}";

        var copies = Concurrently.run(4, i -> Api.patiently(() -> create(event, json, key)));

        assertThat(copies)
                .extracting(Api.Response::text)
                .containsOnly(copies.get(0).text());
        assertThat(list(event, "").get("codes")).hasSize(3);
        assertThat(create(event, json.replace("3", "4"), key).outcome()).isEqualTo("422 idempotency-key-reused");
        code(event, "{\"code\":\"Straße\",\"effect\":{\"percent\":10}}");
        var again = create(event, "{\"code\":\"STRASSE\",\"effect\":{\"percent\":20}}");
        assertThat(again.outcome()).isEqualTo("422 invalid-request");
        assertThat(again.json().at("/errors/0/field").asText()).isEqualTo("code");
        assertThat(total(reserve(event, "ｓtrasse", "S-A-1"))).isEqualTo(4054 + 450);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void places_and_a_replayed_request_use_a_code_once() {
        var event = event();
        code(event, "{\"code\":\"FLOOR\",\"effect\":{\"price\":1000},\"sections\":[\"FLOOR\"],\"maxSeats\":4}");
        var key = UUID.randomUUID().toString();
        var json = "{\"places\":[{\"section\":\"FLOOR\",\"quantity\":3}],\"email\":\"a@b.example\",\"code\":\"floor\"}";

        var replies = IntStream.range(0, 3)
                .mapToObj(i -> api.reserveWith(event, key, json))
                .toList();

        assertThat(replies)
                .extracting(Api.Response::text)
                .containsOnly(replies.get(0).text());
        assertThat(total(replies.get(0))).isEqualTo(3 * 1150 + 300);
        assertThat(list(event, "").get("codes").get(0).get("left").asInt()).isEqualTo(1);
    }

    @Test
    void a_reservation_that_is_found_shows_its_code() {
        var event = event();
        code(event, "{\"code\":\"EARLY\",\"effect\":{\"percent\":10}}");
        var id = reserve(event, "EARLY", "S-A-1").json().get("id").asText();
        api.reserve(event, "S-A-2");

        var path = "/api/events/" + event + "/reservations";
        var found = api.get(path, TestSystem.ADMIN_KEY).json().get("reservations");

        assertThat(found.get(1).get("code").asText()).isEqualTo("EARLY");
        assertThat(found.get(0).has("code")).isFalse();
        assertThat(api.get(path + "/" + id, TestSystem.ADMIN_KEY)
                        .json()
                        .get("code")
                        .asText())
                .isEqualTo("EARLY");
        var mail = UUID.randomUUID() + "@example.org";
        var own = api.reserveWith(
                event,
                UUID.randomUUID().toString(),
                "{\"seats\":[\"S-A-3\"],\"email\":\"" + mail + "\",\"code\":\"EARLY\"}");
        assertThat(own.status()).isEqualTo(201);
        var ofAddress =
                api.get("/api/reservations?email=" + mail, TestSystem.ADMIN_KEY).json();
        assertThat(ofAddress.at("/reservations/0/code").asText()).isEqualTo("EARLY");
    }
}
