package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Whatever is sent, the answer is clear, it is never a 500, and nothing has changed. */
class HostileInputTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** An endpoint that takes a body: how to send one, and a body that is good. */
    private record Endpoint(String name, String path, boolean wantsKey, String good) {
        @Override
        public String toString() {
            return name;
        }
    }

    private List<Endpoint> endpoints(Event event, String reservation) {
        return List.of(
                new Endpoint("create event", "/api/events", false, EVENT),
                new Endpoint(
                        "reserve",
                        "/api/events/" + event.id() + "/reservations",
                        true,
                        "{\"seats\":[\"S-A-2\"],\"email\":\"ada@example.org\"}"),
                new Endpoint(
                        "confirm",
                        Api.path(event.id(), reservation) + "/confirm",
                        true,
                        "{\"paymentReference\":\"pi_1\",\"amount\":4500}"));
    }

    private HttpRequest.Builder request(Endpoint endpoint, byte[] body, String contentType) {
        var request = api.asAdmin(api.request(endpoint.path)).POST(BodyPublishers.ofByteArray(body));
        if (endpoint.wantsKey) {
            request.header("Idempotency-Key", UUID.randomUUID().toString());
        }
        return contentType == null ? request : request.header("Content-Type", contentType);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> bodies() {
        var megabyte = "{\"seats\":[\"" + "x".repeat(1_048_577 - 12) + "\"]}";
        return Stream.of(
                arguments("nothing", utf8(""), "400 malformed-request"),
                arguments("white space", utf8(" \n"), "400 malformed-request"),
                arguments("truncated", utf8("{\"seats\":["), "400 malformed-request"),
                arguments("no JSON", utf8("seats=S-A-1"), "400 malformed-request"),
                arguments("trailing garbage", utf8("{} {}"), "400 malformed-request"),
                arguments("a comment", utf8("{/* hello */}"), "400 malformed-request"),
                arguments("single quotes", utf8("{'a':1}"), "400 malformed-request"),
                arguments("NaN", utf8("{\"amount\":NaN}"), "400 malformed-request"),
                arguments("not UTF-8", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, "400 malformed-request"),
                arguments(
                        "overlong UTF-8",
                        new byte[] {'{', '"', (byte) 0xc1, (byte) 0x81, '"', ':', '1', '}'},
                        "400 malformed-request"),
                arguments(
                        "UTF-16", "{\"email\":\"a@b.c\"}".getBytes(StandardCharsets.UTF_16LE), "400 malformed-request"),
                arguments("a name without end", utf8("{\"" + "x".repeat(40_000) + "\":1}"), "400 malformed-request"),
                arguments("10,000 deep", utf8("[".repeat(10_000) + "]".repeat(10_000)), "400 malformed-request"),
                arguments(
                        "10,000 deep objects",
                        utf8("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000)),
                        "400 malformed-request"),
                arguments(
                        "a duplicate name", utf8("{\"email\":\"a@b.c\",\"email\":\"d@e.f\"}"), "400 malformed-request"),
                arguments("a NUL byte", new byte[] {'{', '"', 'a', 0, '"', ':', '1', '}'}, "400 malformed-request"),
                arguments("a thousand digits", utf8("{\"amount\":" + "9".repeat(1001) + "}"), "400 malformed-request"),
                arguments("an array", utf8("[]"), "422 invalid-request"),
                arguments("null", utf8("null"), "422 invalid-request"),
                arguments("a string", utf8("\"x\""), "422 invalid-request"),
                arguments("a number", utf8("42"), "422 invalid-request"),
                arguments("an empty object", utf8("{}"), "422 invalid-request"),
                arguments("an unknown field", utf8("{\"isAdmin\":true}"), "422 invalid-request"),
                arguments(
                        "an escaped NUL",
                        utf8("{\"email\":\"a\\u0000b\",\"name\":\"\\u0000\"}"),
                        "422 invalid-request"),
                arguments(
                        "a lone surrogate",
                        utf8("{\"email\":\"\\ud800\",\"name\":\"\\udc00\"}"),
                        "422 invalid-request"),
                arguments("a name that is a lone surrogate", utf8("{\"\\ud800\":1}"), "400 malformed-request"),
                arguments("a line break", utf8("{\"email\":\"a@b.c\\r\\nBcc: d@e.f\"}"), "422 invalid-request"),
                arguments("a megabyte and a byte", utf8(megabyte), "413 content-too-large"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void a_bad_body_is_refused_by_every_endpoint_and_changes_nothing(String what, byte[] body, String expected) {
        var event = system.event(2);
        var reservation = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        for (var endpoint : endpoints(event, reservation)) {
            var answer = api.send(request(endpoint, body, "application/json"));
            assertThat(answer.outcome()).as(endpoint.name + " with " + what).isEqualTo(expected);
        }
        assertThat(untouched(event)).isTrue();
    }

    @Test
    void the_good_bodies_of_this_test_are_good() {
        var event = system.event(2);
        var reservation = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        for (var endpoint : endpoints(event, reservation)) {
            assertThat(api.send(request(endpoint, utf8(endpoint.good), "application/json; charset=utf-8"))
                            .status())
                    .as(endpoint.name)
                    .isBetween(200, 201);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-16",
                "application/json; charset=utf-16; x=utf-8",
                "/",
                ";"
            })
    void content_that_is_not_json_is_refused(String contentType) {
        var event = system.event(2);
        var reservation = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        for (var endpoint : endpoints(event, reservation)) {
            var type = contentType.isEmpty() ? null : contentType;
            assertThat(api.send(request(endpoint, utf8(endpoint.good), type)).outcome())
                    .as(endpoint.name)
                    .isEqualTo("415 unsupported-media-type");
        }
        assertThat(untouched(event)).isTrue();
    }

    /** Each is the good event with one thing wrong; and where the answer has to point. */
    static Stream<Arguments> badEvents() {
        return Stream.of(
                arguments("\"name\":\"Aida\"", "\"name\":\"\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":\" Aida\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":\"" + "x".repeat(201) + "\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":null", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":42", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":[\"Aida\"]", "name"),
                arguments("\"venue\":\"Arena\"", "\"venue\":true", "venue"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00Z", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00:00+02", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "9999-12-31T23:59:59-18:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "0000-01-01T00:00:00+18:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-02-30T19:00:00Z", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "+99999-06-18T19:00:00Z", "startsAt"),
                arguments("\"2099-06-18T19:00:00Z\"", "4085492400", "startsAt"),
                arguments("Europe/Rome", "Middle/Earth", "timeZone"),
                arguments("Europe/Rome", "+01:00", "timeZone"),
                arguments("\"EUR\"", "\"EURO\"", "currency"),
                arguments("\"EUR\"", "\"eur\"", "currency"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":0,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":101,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":\"8\",\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":1.5,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":\" \",\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"reservationTtl\":\"PT0S\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"-PT-10M\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"P8D\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"ten minutes\",\"sections\"", "reservationTtl"),
                arguments("\"price\":4500", "\"price\":-1", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":45.5", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":\"4500\"", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":1000000000001", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":99999999999999999999", "sections[0].price"),
                arguments("\"price\":4500", "\"prize\":4500", "sections[0].prize"),
                arguments("\"seats\":20", "\"seats\":0", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":-5", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":1000001", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":4294967297", "sections[0].rows[0].seats"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "[]", "sections[0].rows"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "[null]", "sections[0].rows[0]"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "null", "sections[0].rows"),
                arguments(
                        "{\"name\":\"A\",\"seats\":20}",
                        "{\"name\":\"A\",\"seats\":20},{\"name\":\"A\",\"seats\":1}",
                        "sections[0].rows[1].name"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"S\",\"price\":1,\"rows\":[{\"name\":\"B\",\"seats\":1}]},",
                        "sections[1].name"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"S-A\",\"price\":1,\"rows\":[{\"name\":\"1\",\"seats\":1}]},"
                                + "{\"name\":\"S-A-1\",\"price\":1,\"rows\":[]},",
                        "sections[1].rows"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"X\",\"price\":1,\"rows\":[{\"name\":\"B\",\"seats\":999990}]},",
                        "sections"),
                arguments("\"sections\":[", "\"sections\":[null,", "sections[0]"),
                arguments("\"sections\":[", "\"id\":\"mine\",\"sections\":[", "id"));
    }

    @ParameterizedTest
    @MethodSource("badEvents")
    void an_event_with_one_thing_wrong_is_refused_by_the_name_of_that_thing(String good, String bad, String field) {
        assertThat(EVENT).contains(good);

        var answer = api.createEvent(EVENT.replace(good, bad));

        assertThat(answer.outcome()).isEqualTo("422 invalid-request");
        assertThat(answer.json().get("errors").get(0).get("field").asText()).isEqualTo(field);
    }

    @Test
    void two_rows_that_would_share_their_labels_are_refused() {
        var answer = api.createEvent(EVENT.replace(
                "\"sections\":[",
                "\"sections\":[{\"name\":\"S-X\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"
                        + "{\"name\":\"Y\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"
                        + "{\"name\":\"S-\",\"price\":1,\"rows\":[{\"name\":\"X-A\",\"seats\":1}]},"));
        assertThat(answer.outcome()).isEqualTo("201"); // S-X-A-1 and S--X-A-1

        var clash = api.createEvent(EVENT.replace(
                "\"sections\":[",
                "\"sections\":[{\"name\":\"P\",\"price\":1,\"rows\":[{\"name\":\"Q-A\",\"seats\":1}]},"
                        + "{\"name\":\"P-Q\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"));
        assertThat(clash.outcome()).isEqualTo("422 invalid-request");
        assertThat(clash.json().get("errors").get(0).get("field").asText()).isEqualTo("sections[1].rows[0].name");
    }

    @Test
    void all_that_is_wrong_is_said_at_once_but_not_without_end() {
        var answer = api.createEvent(
                "{\"name\":\"\",\"venue\":\"\",\"currency\":\"?\",\"sections\":[" + "null,".repeat(1000) + "null]}");

        assertThat(answer.json().get("errors")).hasSize(20);
    }

    static Stream<Arguments> badReservations() {
        return Stream.of(
                arguments("{\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":null,\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":[],\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":\"S-A-1\",\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":{},\"email\":\"a@b.c\"}", "seats"),
                arguments("{\"seats\":[null],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[1],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[\"\"],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[\"" + "x".repeat(121) + "\"],\"email\":\"a@b.c\"}", "seats[0]"),
                arguments("{\"seats\":[\"S-A-2\",\"S-A-2\"],\"email\":\"a@b.c\"}", "seats[1]"),
                arguments("{\"seats\":[\"S-A-2\"]}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":7}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"nobody\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b@c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"Ada <a@b.c>\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b.c,d@e.f\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"" + "a".repeat(251) + "@b.c\"}", "email"),
                arguments("{\"seats\":[\"S-A-2\"],\"email\":\"a@b.c\",\"price\":1}", "price"));
    }

    @ParameterizedTest
    @MethodSource("badReservations")
    void a_reservation_with_one_thing_wrong_is_refused_by_the_name_of_that_thing(String body, String field) {
        var event = system.event(2);
        api.reserve(event.id(), "S-A-1");

        var answer = api.reserveWith(event.id(), UUID.randomUUID().toString(), body);

        assertThat(answer.outcome()).isEqualTo("422 invalid-request");
        assertThat(answer.json().get("errors").get(0).get("field").asText()).isEqualTo(field);
        assertThat(untouched(event)).isTrue();
    }

    @Test
    void a_basket_of_everything_is_too_many_seats() {
        var event = system.event(1);
        var seats =
                Stream.iterate(1, i -> i + 1).limit(5000).map(i -> "S-A-" + i).toArray(String[]::new);

        assertThat(api.reserve(event.id(), seats).outcome()).isEqualTo("422 too-many-seats");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"amount\":4500}",
                "{\"paymentReference\":\"\",\"amount\":4500}",
                "{\"paymentReference\":\"pi\"}",
                "{\"paymentReference\":\"pi\",\"amount\":null}",
                "{\"paymentReference\":\"pi\",\"amount\":-4500}",
                "{\"paymentReference\":\"pi\",\"amount\":\"4500\"}",
                "{\"paymentReference\":\"pi\",\"amount\":4500.0}",
                "{\"paymentReference\":\"pi\",\"amount\":1e400}",
                "{\"paymentReference\":\"pi\",\"amount\":true}"
            })
    void a_confirmation_with_something_wrong_is_refused(String body) {
        var event = system.event(2);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();

        assertThat(api.confirmWith(event.id(), id, UUID.randomUUID().toString(), body)
                        .outcome())
                .isEqualTo("422 invalid-request");
        assertThat(untouched(event)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "1-1-1-1-1",
                "00000000-0000-0000-0000-00000000000g",
                "01900000-0000-7000-8000-0000000000010",
                "%00",
                "%C3%A4",
                "null",
                "'%20OR%201=1--"
            })
    void an_id_that_is_no_uuid_names_nothing(String id) {
        var event = system.event(1);
        var good = "{\"seats\":[\"S-A-1\"],\"email\":\"a@b.c\"}";
        var expected = id.equals("%00") ? List.of("400 malformed-request", "404 not-found") : List.of("404 not-found");

        var answers = new ArrayList<Api.Answer>();
        answers.add(api.get("/api/events/" + id));
        answers.add(api.get("/api/events/" + id + "/seats"));
        answers.add(api.get("/api/events/" + event.id() + "/reservations/" + id, TestSystem.ADMIN_KEY));
        answers.add(api.send(
                Api.post(api.request("/api/events/" + id + "/reservations").header("Idempotency-Key", "k"), good)));
        answers.add(api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event.id() + "/reservations/" + id + "/confirm"))
                        .header("Idempotency-Key", "k"),
                "{\"paymentReference\":\"pi\",\"amount\":1}")));
        answers.add(api.send(api.asAdmin(api.request("/api/events/" + event.id() + "/reservations/" + id + "/cancel"))
                .POST(BodyPublishers.noBody())));

        assertThat(answers).extracting(Api.Answer::outcome).isSubsetOf(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=-1",
                "limit=x",
                "limit=25001",
                "limit=99999999999999999999",
                "limit=",
                "after=x",
                "after=-1",
                "after=99999999999",
                "status=available",
                "status=",
                "status=AVAILABLE%00",
                "section=%00",
                "section=a%0Ab"
            })
    void a_bad_query_of_the_seat_map_is_refused(String query) {
        var event = system.event(1);
        assertThat(api.get("/api/events/" + event.id() + "/seats?" + query).outcome())
                .isEqualTo("422 invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"limit=0", "limit=1001", "after=x", "after=01900000-0000-7000-8000-00000000ffff", "after=%00"})
    void a_bad_query_of_the_events_is_refused(String query) {
        assertThat(api.get("/api/events?" + query).outcome()).isEqualTo("422 invalid-request");
    }

    static Stream<Arguments> badKeys() {
        return Stream.of(
                arguments("", "400 idempotency-key-missing"),
                arguments("Idempotency-Key:\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: " + "k".repeat(256) + "\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"" + "k".repeat(256) + "\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: k\u00e4se\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: two words\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: a\tb\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"open\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\" b\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\\b\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: one\r\nIdempotency-Key: two\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: one\r\nIdempotency-Key: one\r\n", "400 idempotency-key-invalid"));
    }

    @ParameterizedTest
    @MethodSource("badKeys")
    void a_bad_idempotency_key_is_refused_and_changes_nothing(String header, String expected) {
        var event = system.event(2);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var reserve = RawHttp.post(
                system.server.port(),
                "/api/events/" + event.id() + "/reservations",
                header,
                "{\"seats\":[\"S-A-2\"],\"email\":\"ada@example.org\"}");
        var confirm = RawHttp.post(
                system.server.port(),
                Api.path(event.id(), id) + "/confirm",
                header + "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\n",
                "{\"paymentReference\":\"pi_1\",\"amount\":4500}");

        assertThat(reserve).startsWith("HTTP/1.1 400").contains("/problems/" + expected.substring(4));
        assertThat(confirm).startsWith("HTTP/1.1 400").contains("/problems/" + expected.substring(4));
        assertThat(untouched(event)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /api/events HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /api/events HTTP/1.1\r\n\r\n",
                "GET /api/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/events/%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/events/a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/events;x=y/../ HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/events/x;%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /problems/x;%% HTTP/1.1\r\nHost: x\r\n\r\n",
                "OPTIONS //api/events HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/events?a=%zz&limit=%ff HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void what_is_hardly_http_gets_a_client_error(String request) {
        var answer = RawHttp.exchange(system.server.port(), request);
        assertThat(answer).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
        assertThat(answer).contains("application/problem+json");
    }

    /** Otherwise a client would send its next request into a connection that ends just then. */
    @ParameterizedTest
    @ValueSource(strings = {"GARBAGE", "GET /api/%zz HTTP/1.1", "GET /api/events/%00 HTTP/1.1"})
    void a_connection_that_is_of_no_more_use_is_closed_and_the_answer_says_so(String requestLine) {
        var answer = RawHttp.untilClosed(system.server.port(), requestLine + "\r\nHost: x\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("\r\nConnection: close\r\n");
    }

    @Test
    void headers_without_end_are_refused() {
        var answer = RawHttp.exchange(
                system.server.port(),
                "GET /api/events HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(100_000) + "\r\n\r\n");
        assertThat(answer).matches("(?s)HTTP/1\\.1 4\\d\\d .*").contains("application/problem+json");
    }

    /** More of them than there are threads: each has begun a request and does not go on. */
    @Test
    void clients_that_never_finish_their_request_keep_nobody_waiting() throws IOException {
        var event = system.event(1);
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 250; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), system.server.port());
                sockets.add(socket);
                socket.getOutputStream()
                        .write(utf8("POST /api/events/" + event.id() + "/reservations HTTP/1.1\r\nHost: x\r\n"
                                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"));
            }
            var answer = CompletableFuture.supplyAsync(() -> api.reserve(event.id(), "S-A-1"));

            assertThat(answer).succeedsWithin(Duration.ofSeconds(20)); // before any of them is timed out
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void a_body_that_breaks_off_is_no_server_error_and_the_server_goes_on() {
        var answer = RawHttp.exchange(
                system.server.port(),
                "POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TestSystem.ADMIN_KEY
                        + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\":");
        assertThat(answer).doesNotContain(" 500 ");
        assertThat(api.get("/livez").status()).isEqualTo(200);
    }

    @Test
    void paths_and_methods_that_are_not_there_say_so() {
        assertThat(api.get("/nowhere").outcome()).isEqualTo("404 not-found");
        var deleted = api.send(api.request("/api/events").DELETE());
        assertThat(deleted.outcome()).isEqualTo("405 method-not-allowed");
        assertThat(deleted.header("Allow")).contains("GET", "POST");
        assertThat(api.send(api.request("/api/events/" + UUID.randomUUID() + "/reservations"))
                        .outcome())
                .isEqualTo("405 method-not-allowed");
        for (var method : List.of("PUT", "PATCH", "OPTIONS", "TRACE", "BREW")) {
            var answer = api.send(api.request("/api/events").method(method, BodyPublishers.noBody()));
            assertThat(answer.outcome()).as(method).isEqualTo("405 method-not-allowed");
        }
    }

    @Test
    void a_head_answers_as_its_get_would() {
        var event = system.event(1);
        var head = api.send(api.request("/api/events/" + event.id()).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.text()).isEmpty();
        var none = api.send(api.request("/api/events/" + UUID.randomUUID()).method("HEAD", BodyPublishers.noBody()));
        assertThat(none.status()).isEqualTo(404);
    }

    @Test
    void cancelling_takes_no_body_or_an_empty_object() {
        var event = system.event(1);
        var reserved = api.reserve(event.id(), "S-A-1").json();
        var path = Api.path(event.id(), reserved.get("id").asText()) + "/cancel";

        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{\"refund\":true}"))
                        .outcome())
                .isEqualTo("422 invalid-request");
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{")).outcome())
                .isEqualTo("400 malformed-request");
        assertThat(untouched(event)).isTrue();
        assertThat(api.send(Api.post(api.asAdmin(api.request(path)), "{}")).outcome())
                .isEqualTo("200");
    }

    /** The first seat is still held by the one reservation there is, and nothing else has happened. */
    private boolean untouched(Event event) {
        return system.count(
                                "SELECT count(*) AS n FROM reservations WHERE event_id = ?",
                                event.id().value())
                        == 1
                && system.count(
                                "SELECT count(*) AS n FROM seats WHERE event_id = ? AND status <> 'AVAILABLE'",
                                event.id().value())
                        == 1
                && system.count(
                                "SELECT count(*) AS n FROM reservations WHERE event_id = ? AND status = 'PENDING'",
                                event.id().value())
                        == 1;
    }
}
