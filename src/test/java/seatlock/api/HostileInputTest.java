package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests that invalid bodies, ids, query parameters and keys are refused with a clear problem, never a 500, and change nothing. */
class HostileInputTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** An endpoint that takes a body, and a valid body for it. */
    private record Endpoint(String name, String method, String path, boolean takesKey, String validBody) {

        Endpoint(String name, String path, boolean takesKey, String validBody) {
            this(name, "POST", path, takesKey, validBody);
        }

        /** Whether a body changes nothing and is right nevertheless. */
        boolean accepts(String description) {
            return method.equals("PATCH") && description.equals("an empty object");
        }

        /** Whether a body is valid, although this reservation, which costs something, cannot be confirmed with it. */
        boolean isWithoutPayment(String description) {
            return name.equals("confirm")
                    && Set.of("nothing", "whitespace", "null", "an empty object")
                            .contains(description);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Endpoint> endpoints(HeldSeat held) {
        return List.of(
                new Endpoint("create event", "/api/events", false, EVENT),
                new Endpoint("change event", "PATCH", "/api/events/" + held.event, false, "{\"name\":\"Nabucco\"}"),
                new Endpoint(
                        "add sections",
                        "/api/events/" + held.event + "/sections",
                        true,
                        "{\"sections\":[{\"name\":\"S\",\"rows\":[{\"name\":\"B\",\"seats\":1}]}]}"),
                new Endpoint(
                        "create codes",
                        "/api/events/" + held.event + "/codes",
                        true,
                        "{\"code\":\"EARLY\",\"effect\":{\"percent\":10}}"),
                new Endpoint(
                        "reserve",
                        "/api/events/" + held.event + "/reservations",
                        true,
                        "{\"seats\":[\"S-A-2\"],\"email\":\"ada@example.org\"}"),
                new Endpoint(
                        "withhold",
                        "/api/events/" + held.event + "/allocations",
                        true,
                        "{\"name\":\"HOUSE\",\"seats\":[\"S-B-1\"]}"),
                new Endpoint(
                        "confirm",
                        Api.path(held.event, held.reservation) + "/confirm",
                        true,
                        "{\"paymentReference\":\"pi_1\",\"amount\":4500}"));
    }

    /** @param contentType or {@code null} for none */
    private HttpRequest.Builder request(Endpoint endpoint, byte[] body, String contentType) {
        var request = api.asAdmin(api.request(endpoint.path)).method(endpoint.method, BodyPublishers.ofByteArray(body));
        if (endpoint.takesKey) {
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
                arguments("whitespace", utf8(" \n"), "400 malformed-request"),
                arguments("truncated", utf8("{\"seats\":["), "400 malformed-request"),
                arguments("not JSON", utf8("seats=S-A-1"), "400 malformed-request"),
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
                arguments(
                        "a name of 40,000 characters",
                        utf8("{\"" + "x".repeat(40_000) + "\":1}"),
                        "400 malformed-request"),
                arguments(
                        "10,000 nested arrays", utf8("[".repeat(10_000) + "]".repeat(10_000)), "400 malformed-request"),
                arguments(
                        "10,000 nested objects",
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
    void every_endpoint_refuses_an_invalid_body_and_changes_nothing(String description, byte[] body, String expected) {
        var held = new HeldSeat(system);
        for (var endpoint : endpoints(held)) {
            if (endpoint.isWithoutPayment(description)) {
                continue; // see the next test
            }
            var response = api.send(request(endpoint, body, "application/json"));
            assertThat(response.outcome())
                    .as(endpoint.name + " with " + description)
                    .isEqualTo(endpoint.accepts(description) ? "200" : expected);
        }
        held.assertUnchanged();
    }

    /** It stands for a total of 0. The answer is stored under the key, so a repetition gets it again. */
    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "null", "{}"})
    void a_confirmation_without_a_payment_does_not_confirm_what_costs_something(String body) {
        var held = new HeldSeat(system);
        var confirm = Api.path(held.event, held.reservation) + "/confirm";
        var key = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            var request = Api.post(api.asAdmin(api.request(confirm)).header("Idempotency-Key", key), body);
            assertThat(api.send(request).outcome()).isEqualTo("409 amount-mismatch");
        }
        assertThat(system.count("SELECT count(*) AS n FROM tickets WHERE event_id = ?", held.event.value()))
                .isZero();
        assertThat(api.confirm(held.event, held.reservation, 4500).status()).isEqualTo(200);
    }

    @Test
    void every_endpoint_accepts_its_valid_body() {
        var held = new HeldSeat(system);
        for (var endpoint : endpoints(held)) {
            assertThat(api.send(request(endpoint, utf8(endpoint.validBody), "application/json; charset=utf-8"))
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
    void every_endpoint_refuses_content_that_is_not_json_in_utf_8(String contentType) {
        var held = new HeldSeat(system);
        for (var endpoint : endpoints(held)) {
            var type = contentType.isEmpty() ? null : contentType;
            assertThat(api.send(request(endpoint, utf8(endpoint.validBody), type))
                            .outcome())
                    .as(endpoint.name)
                    .isEqualTo("415 unsupported-media-type");
        }
        held.assertUnchanged();
    }

    /** Generated clients send null, or an empty line, for a body that their caller left out. */
    @ParameterizedTest
    @ValueSource(strings = {"", "null", " null\n", " \r\n", "{}"})
    void an_optional_body_may_be_absent_null_or_empty(String body) {
        for (var contentType : new String[] {"application/json", null}) {
            var held = new HeldSeat(system);
            var path = Api.path(held.event, held.reservation);
            var keyId = api.send(
                            Api.post(api.asAdmin(api.request("/api/keys")), "{\"role\":\"gate\",\"name\":\"north\"}"))
                    .json()
                    .get("id")
                    .asText();
            api.confirm(held.event, held.reservation, 4500);
            var expected = Map.of(
                    path + "/resend",
                    "202",
                    path + "/cancel",
                    "200",
                    path + "/erase",
                    "204",
                    "/api/keys/" + keyId + "/rotate",
                    "201");
            for (var operation :
                    List.of(path + "/resend", path + "/cancel", path + "/erase", "/api/keys/" + keyId + "/rotate")) {
                var request = api.asAdmin(api.request(operation)).POST(BodyPublishers.ofString(body));
                if (contentType != null) {
                    request.header("Content-Type", contentType);
                }
                assertThat(api.send(request).outcome()).as(operation).isEqualTo(expected.get(operation));
            }
            assertThat(api.send(api.asAdmin(api.request("/api/keys/" + keyId))
                                    .method("DELETE", BodyPublishers.ofString(body)))
                            .outcome())
                    .isEqualTo("204");
        }
    }

    @Test
    void a_required_body_that_is_null_is_refused_with_a_sentence() {
        var event = system.event(1).id();
        var refused = api.reserveWith(event, UUID.randomUUID().toString(), "null");

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().get("detail").asText()).isEqualTo("The body must be a JSON object");
    }

    @Test
    void a_revocation_with_a_body_is_refused_and_revokes_nothing() {
        var key = api.send(Api.post(api.asAdmin(api.request("/api/keys")), "{\"role\":\"gate\",\"name\":\"n\"}"))
                .json();
        var path = "/api/keys/" + key.get("id").asText();

        var refused = api.send(
                api.asAdmin(api.request(path)).method("DELETE", BodyPublishers.ofString("{\"overlap\":\"PT1H\"}")));

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM api_keys WHERE key_id = ?::uuid AND revoked_at IS NULL",
                        key.get("id").asText()))
                .isEqualTo(1);
    }

    @Test
    void a_body_that_exceeds_a_limit_of_the_parser_is_not_called_invalid_json() {
        var nested = api.createEvent("{\"a\":".repeat(20) + "1" + "}".repeat(20));

        assertThat(nested.outcome()).isEqualTo("400 malformed-request");
        assertThat(nested.json().get("detail").asText())
                .isEqualTo("The body is nested too deeply, or has a name or number that is too long.");
    }

    /** Otherwise a proxy and Seatlock could each take another of the values for the right one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer KEY\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n",
                "Authorization: Bearer x\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\n",
                "Authorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\n",
                "Authorization: Bearer KEY\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\n",
                "Authorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Type: application/json\r\n"
            })
    void a_header_field_with_one_value_must_not_be_repeated(String headers) {
        var held = new HeldSeat(system);
        var confirm = "POST " + Api.path(held.event, held.reservation) + "/confirm HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: close\r\nIdempotency-Key: k\r\n" + headers.replace("KEY", TestSystem.ADMIN_KEY);
        var body = "{\"paymentReference\":\"pi_1\",\"amount\":4500}";

        var response = RawHttp.exchange(
                system.server.port(), confirm + "Content-Length: " + body.length() + "\r\n\r\n" + body);

        assertThat(response).startsWith("HTTP/1.1 400").contains("/problems/malformed-request");
        held.assertUnchanged();
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
    void an_id_that_is_not_a_uuid_is_not_found(String id) {
        var event = system.event(1);
        var validBody = "{\"seats\":[\"S-A-1\"],\"email\":\"a@b.c\"}";
        var expected = id.equals("%00") ? List.of("400 malformed-request", "404 not-found") : List.of("404 not-found");

        var responses = new ArrayList<Api.Response>();
        responses.add(api.get("/api/events/" + id));
        responses.add(api.get("/api/events/" + id + "/seats"));
        responses.add(api.send(Api.patch(api.asAdmin(api.request("/api/events/" + id)), "{}")));
        responses.add(api.send(Api.post(api.asAdmin(api.request("/api/events/" + id + "/publish")), "{}")));
        responses.add(api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + id + "/sections")).header("Idempotency-Key", "k"), "{}")));
        responses.add(api.get("/api/events/" + id + "/changes", TestSystem.ADMIN_KEY));
        responses.add(api.get("/api/events/" + event.id() + "/reservations/" + id, TestSystem.ADMIN_KEY));
        responses.add(api.get("/api/events/" + event.id() + "/reservations/" + id + "/changes", TestSystem.ADMIN_KEY));
        responses.add(api.send(Api.post(
                api.request("/api/events/" + id + "/reservations").header("Idempotency-Key", "k"), validBody)));
        responses.add(api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event.id() + "/reservations/" + id + "/confirm"))
                        .header("Idempotency-Key", "k"),
                "{\"paymentReference\":\"pi\",\"amount\":1}")));
        responses.add(api.send(api.asAdmin(api.request("/api/events/" + event.id() + "/reservations/" + id + "/cancel"))
                .POST(BodyPublishers.noBody())));
        responses.add(api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event.id() + "/tickets/" + id + "/transfer"))
                        .header("Idempotency-Key", "k"),
                "{\"email\":\"a@b.c\",\"name\":\"A\"}")));

        assertThat(responses).extracting(Api.Response::outcome).isSubsetOf(expected);
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
    void an_invalid_query_of_the_seat_map_is_refused(String query) {
        var event = system.event(1);
        assertThat(api.get("/api/events/" + event.id() + "/seats?" + query).outcome())
                .isEqualTo("422 invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "after=x",
                "after=%00",
                "after=1_2_3",
                "after=1_01900000-0000-7000-8000-00000000ffff_999999999999999999"
            })
    void an_invalid_query_of_the_void_tickets_is_refused(String query) {
        var path = "/api/events/" + system.event(1).id() + "/tickets/revoked?" + query;
        assertThat(api.get(path, TestSystem.ADMIN_KEY).outcome()).isEqualTo("422 invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "after=-1",
                "after=x",
                "after=1",
                "after=1.0",
                "after=9223372036854775808",
                "after=%00",
                "wait=26",
                "wait=-1",
                "wait=x",
                "wait="
            })
    void an_invalid_query_of_the_changes_is_refused(String query) {
        var event = system.event(1).id();
        assertThat(api.get("/api/events/" + event + "/changes?" + query, TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("422 invalid-request");
        if (!query.startsWith("after=1") && !query.startsWith("wait")) {
            var held = api.reserve(event, "S-A-1").json().get("id").asText();
            assertThat(api.get(Api.path(event, held) + "/changes?" + query, TestSystem.ADMIN_KEY)
                            .outcome())
                    .isEqualTo("422 invalid-request");
        }
    }

    static Stream<Arguments> invalidKeys() {
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
                arguments("Idempotency-Key: closed\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: a\"b\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\"b\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\", \"b\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\";b=1\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\" b\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: \"a\\b\"\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: one\r\nIdempotency-Key: two\r\n", "400 idempotency-key-invalid"),
                arguments("Idempotency-Key: one\r\nIdempotency-Key: one\r\n", "400 idempotency-key-invalid"));
    }

    @ParameterizedTest
    @MethodSource("invalidKeys")
    void an_invalid_idempotency_key_is_refused_and_changes_nothing(String header, String expected) {
        var held = new HeldSeat(system);
        var reserve = RawHttp.post(
                system.server.port(),
                "/api/events/" + held.event + "/reservations",
                header,
                "{\"seats\":[\"S-A-2\"],\"email\":\"ada@example.org\"}");
        var confirm = RawHttp.post(
                system.server.port(),
                Api.path(held.event, held.reservation) + "/confirm",
                header + "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\n",
                "{\"paymentReference\":\"pi_1\",\"amount\":4500}");

        assertThat(reserve).startsWith("HTTP/1.1 400").contains("/problems/" + expected.substring(4));
        assertThat(confirm).startsWith("HTTP/1.1 400").contains("/problems/" + expected.substring(4));
        held.assertUnchanged();
    }
}
