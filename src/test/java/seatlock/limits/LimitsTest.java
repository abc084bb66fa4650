package seatlock.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.api.ApiServer;
import seatlock.catalog.EventId;
import seatlock.db.DatabaseUrl;
import seatlock.http.Listener;
import seatlock.http.PublicUrl;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests the limits over HTTP: requests per client, pending reservations and seats per buyer, sizes. */
class LimitsTest {

    private static final Limits FEW = new Limits(true, 5, 8, 2, 3, 6, 2_048, 4_096, 2_048, 10);

    private final TestSystem system = TestSystem.shared();
    private final AtomicLong clock = new AtomicLong(1_000_000_000);
    private final RateLimiter limiter = new RateLimiter(clock::get, new Metrics());
    private TestSystem.Node node;
    private Api api;

    private void start(Limits limits, Networks proxies) {
        node = system.limitedNode(limits, proxies, limiter);
        api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
    }

    @AfterEach
    void stop() {
        node.close();
        limiter.close();
    }

    private static Limits only(int pendingPerAddress, int pendingPerEmail, int seatsPerEmail) {
        return new Limits(
                true, 1_000_000, 1_000_000, pendingPerAddress, pendingPerEmail, seatsPerEmail, 2_048, 4_096, 2_048, 10);
    }

    private Api.Response forwarded(String path, String... hops) {
        var request = api.request(path);
        List.of(hops).forEach(hop -> request.header("X-Forwarded-For", hop));
        return api.send(request);
    }

    private Api.Response reserve(EventId event, String email, String seat) {
        return api.send(reservation(event, email, seat));
    }

    private HttpRequest.Builder reservation(EventId event, String email, String seat) {
        var body = Api.object().put("email", email);
        body.putArray("seats").add(seat);
        return Api.post(
                api.request("/api/events/" + event + "/reservations")
                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                body.toString());
    }

    @Test
    void a_client_without_a_key_is_limited_by_address_and_told_when_to_retry() {
        start(FEW, Networks.NONE);
        var outcomes = IntStream.range(0, 5)
                .mapToObj(i -> api.get("/api/events").outcome())
                .toList();
        var refused = api.get("/api/events");

        assertThat(outcomes).containsOnly("200");
        assertThat(refused.outcome()).isEqualTo("429 rate-limited");
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"address\";q=5;w=60");
        assertThat(refused.header("RateLimit")).matches("\"address\";r=0;t=[0-9]+");
        var wait = Long.parseLong(refused.header("Retry-After"));
        clock.addAndGet(1_000 * wait);
        assertThat(api.get("/api/events").outcome()).isEqualTo("200");
    }

    @Test
    void each_response_says_how_many_requests_are_left() {
        start(FEW, Networks.NONE);

        var first = api.get("/api/events").header("RateLimit");
        assertThat(first).startsWith("\"address\";r=4;");
        assertThat(Integer.parseInt(first.replaceFirst(".*;t=", "")))
                .as("not longer than the window")
                .isBetween(1, 60);
        assertThat(api.get("/nowhere").header("RateLimit")).startsWith("\"address\";r=3;");
        assertThat(api.get("/api/events", TestSystem.ADMIN_KEY).header("RateLimit"))
                .startsWith("\"key\";r=7;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/events HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nHost: ada@example.org\r\n\r\n",
                "GET /api/events HTTP/9.9\r\nHost: a\r\n\r\n",
                "GARBAGE\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void invalid_http_counts_and_over_the_limit_its_connection_is_closed(String invalid) {
        start(FEW, Networks.NONE);

        var responses = IntStream.range(0, 7)
                .mapToObj(i -> RawHttp.untilClosed(node.port(), invalid))
                .toList();

        assertThat(responses.subList(0, 5)).allMatch(response -> response.startsWith("HTTP/1.1 400 "));
        assertThat(responses.subList(5, 7)).containsOnly("");
        assertThat(api.get("/api/events").outcome()).isEqualTo("429 rate-limited");
        assertThat(api.get("/metrics").text()).contains("seatlock_limited_total{limit=\"requests_per_address\"} 3.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/events;a=b", "/api/%2e/events", "/api/events"})
    void requests_that_are_refused_before_their_route_count(String path) {
        start(FEW, Networks.NONE);
        var tooLong = "x".repeat(5_000);

        var responses = IntStream.range(0, 7)
                .mapToObj(i -> RawHttp.post(node.port(), path, "", tooLong))
                .toList();

        assertThat(responses.subList(0, 5)).allMatch(response -> response.matches("(?s)HTTP/1.1 4(00|13) .*"));
        assertThat(responses.subList(5, 7)).noneMatch(response -> response.matches("(?s)HTTP/1.1 4(00|13) .*"));
        assertThat(api.get("/api/events").outcome()).isEqualTo("429 rate-limited");
    }

    /** It is not known which of the proxy's clients sent them. */
    @Test
    void invalid_http_does_not_count_against_a_proxy() {
        start(FEW, Networks.parse("127.0.0.0/8, ::1"));

        assertThat(IntStream.range(0, 7).mapToObj(i -> RawHttp.untilClosed(node.port(), "GARBAGE\r\n\r\n")))
                .allMatch(response -> response.startsWith("HTTP/1.1 400 "));
        assertThat(api.get("/api/events").outcome()).isEqualTo("200");
    }

    @Test
    void health_checks_are_not_limited() {
        start(FEW, Networks.NONE);

        assertThat(IntStream.range(0, 20).mapToObj(i -> api.get("/livez").status()))
                .containsOnly(200);
        assertThat(api.get("/readyz").header("RateLimit")).isNull();
    }

    @Test
    void a_client_with_a_key_is_limited_by_key_and_not_by_address() {
        start(FEW, Networks.NONE);
        IntStream.range(0, 6).forEach(i -> api.get("/api/events"));

        var outcomes = IntStream.range(0, 9)
                .mapToObj(i -> api.get("/api/events", TestSystem.ADMIN_KEY).outcome())
                .toList();

        assertThat(outcomes.subList(0, 8)).containsOnly("200");
        assertThat(outcomes.get(8)).isEqualTo("429 rate-limited");
    }

    @Test
    void a_client_with_malformed_keys_is_limited_by_address() {
        start(FEW, Networks.NONE);

        var outcomes = IntStream.range(0, 6)
                .mapToObj(i -> api.get("/api/events", "made-up-" + i).outcome())
                .toList();

        assertThat(outcomes.subList(0, 5)).containsOnly("200");
        assertThat(outcomes.get(5)).isEqualTo("429 rate-limited");
    }

    /** The keys have the right form and checksum, so only the database can tell that they do not exist. */
    @Test
    void made_up_keys_cause_a_bounded_number_of_look_ups() {
        var good = key(Role.SALES);
        start(new Limits(true, 40, 1_000, 2, 3, 6, 2_048, 4_096, 2_048, 10), Networks.NONE);
        var guesses = Stream.generate(() -> key(Role.GATE, "guessed")).limit(10).toList();
        system.update("DELETE FROM api_keys WHERE name = 'guessed'");
        assertThat(api.get("/api/events", good).status()).isEqualTo(200);

        var guessed = guesses.stream()
                .map(guess -> api.get("/api/events", guess).outcome())
                .toList();

        assertThat(guessed.subList(0, 2)).containsOnly("200");
        assertThat(guessed.subList(2, 10)).containsOnly("429 rate-limited");
        assertThat(api.get("/api/events", good).outcome())
                .as("a key that was valid before is no guess")
                .isEqualTo("200");
        assertThat(api.get("/api/events").status()).isEqualTo(200);
    }

    /** Such a key may be valid, so its client must not be limited when the database is back. */
    @Test
    void keys_do_not_count_as_made_up_while_the_database_is_unavailable() {
        var good = key(Role.SALES);
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/nowhere", "u", "p");
        var metrics = new Metrics();
        var limits = new Limits(true, 40, 1_000, 2, 3, 6, 2_048, 4_096, 2_048, 10);
        var setup = new ApiServer.Setup(
                new InetSocketAddress(0),
                TestSystem.ADMIN_KEY,
                limits,
                Networks.NONE,
                Set.of(),
                PublicUrl.NONE,
                Listener.KEEP_ALIVE);
        try (var node = new TestSystem.Node(nowhere, setup, limiter, metrics, Duration.ofSeconds(1))) {
            var apiWithoutDatabase = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            assertThat(IntStream.range(0, 5)
                            .mapToObj(i ->
                                    apiWithoutDatabase.get("/api/keys", good).outcome()))
                    .containsOnly("503 overloaded");
        }
        start(limits, Networks.NONE);
        assertThat(api.get("/api/events", good).header("RateLimit")).startsWith("\"key\"");
    }

    @Test
    void a_forwarded_address_from_an_untrusted_client_is_ignored() {
        start(FEW, Networks.parse("192.0.2.0/24"));

        var outcomes = IntStream.range(0, 6)
                .mapToObj(i -> forwarded("/api/events", "198.51.100." + i).outcome())
                .toList();

        assertThat(outcomes.subList(0, 5)).containsOnly("200");
        assertThat(outcomes.get(5)).isEqualTo("429 rate-limited");
    }

    @Test
    void the_address_that_a_trusted_proxy_adds_counts_and_not_those_before_it() {
        start(FEW, Networks.parse("127.0.0.0/8, ::1, 10.0.0.0/8"));
        for (int i = 0; i < 5; i++) {
            assertThat(forwarded("/api/events", "203.0.113." + i + ", 198.51.100.7, 10.1.2.3")
                            .status())
                    .isEqualTo(200);
        }

        assertThat(forwarded("/api/events", "198.51.100.7").status()).isEqualTo(429);
        assertThat(forwarded("/api/events", "1.2.3.4", "198.51.100.7:4711, 10.9.9.9")
                        .status())
                .as("two headers are one list")
                .isEqualTo(429);
        assertThat(forwarded("/api/events", "198.51.100.7, 198.51.100.8").status())
                .as("another client, whatever address it claims")
                .isEqualTo(200);
    }

    /** Runs only on machines with IPv6. Each network of a subscriber has its own count. */
    @Test
    void an_ipv6_client_is_limited_by_its_network() {
        start(FEW, Networks.parse("::1"));
        api = new Api("http://[::1]:" + node.port(), TestSystem.ADMIN_KEY);
        assumeTrue(reaches(api), "this machine has no IPv6");
        IntStream.range(0, 4).forEach(i -> api.get("/api/events"));

        assertThat(api.get("/api/events").header("RateLimit")).startsWith("\"address\";r=0;");
        assertThat(api.get("/api/events").status()).isEqualTo(429);
        assertThat(forwarded("/api/events", "2001:db8::1").header("RateLimit")).startsWith("\"address\";r=4;");
        assertThat(forwarded("/api/events", "[2001:db8::2]:443").header("RateLimit"))
                .as("the same network")
                .startsWith("\"address\";r=3;");
        assertThat(forwarded("/api/events", "2001:db8:0:1::1").header("RateLimit"))
                .startsWith("\"address\";r=4;");
    }

    private static boolean reaches(Api api) {
        try {
            return api.get("/livez").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** The request counts for the last valid address, here that of the proxy. */
    @ParameterizedTest
    @CsvSource({"unknown", "_hidden", "','", "'198.51.100.7, garbage'", "example.org", "999.1.1.1", "[::1", "1.2.3.4:x"
    })
    void an_invalid_forwarded_address_counts_for_the_proxy_that_sent_it(String hop) {
        start(FEW, Networks.parse("127.0.0.0/8, ::1"));
        for (int i = 0; i < 5; i++) {
            assertThat(forwarded("/api/events", hop).status()).isEqualTo(200);
        }
        assertThat(api.get("/api/events").status()).isEqualTo(429);
    }

    private String key(Role role) {
        return key(role, "limited");
    }

    private String key(Role role, String name) {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, role, name, Set.of(), null))
                .secret()
                .reveal();
    }

    @Test
    void pending_reservations_are_limited_per_address_but_not_for_a_sales_key() {
        start(only(2, 100, 100), Networks.NONE);
        var event = system.event(20);

        var outcomes = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> reserve(event.id(), "buyer" + i + "@example.org", "S-A-" + i))
                .toList();

        assertThat(outcomes).extracting(Api.Response::outcome).containsExactly("201", "201", "409 too-many-pending");
        assertThat(outcomes.get(2).header("Retry-After"))
                .as("an obedient client would wait for minutes")
                .isNull();
        assertThat(api.send(api.asAdmin(reservation(event.id(), "buyer4@example.org", "S-A-4")))
                        .outcome())
                .isEqualTo("201");
        assertThat(api.send(reservation(event.id(), "buyer5@example.org", "S-A-5")
                                .header("Authorization", "Bearer " + key(Role.GATE)))
                        .outcome())
                .as("a gate key does not lift the limit")
                .isEqualTo("409 too-many-pending");
        assertThat(reserve(system.event(1).id(), "buyer5@example.org", "S-A-1").outcome())
                .as("another event")
                .isEqualTo("201");
    }

    @Test
    void pending_reservations_are_limited_per_mailbox_in_any_spelling() {
        start(only(100, 2, 100), Networks.NONE);
        var event = system.event(20);
        reserve(event.id(), "ada@example.org", "S-A-1");
        var second = reserve(event.id(), "Ada@Example.org", "S-A-2").json();

        assertThat(reserve(event.id(), "ADA@example.org", "S-A-3").outcome()).isEqualTo("409 too-many-pending");

        api.cancel(event.id(), second.get("id").asText(), second.get("token").asText());
        assertThat(reserve(event.id(), "ADA@example.org", "S-A-3").outcome()).isEqualTo("201");
    }

    @Test
    void a_sales_key_may_have_any_number_of_pending_reservations() {
        start(only(2, 2, 100), Networks.NONE);
        var event = system.event(6);

        for (int i = 1; i <= 6; i++) {
            var reserved = api.send(api.asAdmin(reservation(event.id(), "counter@example.org", "S-A-" + i)));
            assertThat(reserved.outcome()).as("sale " + i).isEqualTo("201");
        }
    }

    /** Each request is for another seat, so only the limit can refuse it. Half of them go to another node. */
    @Test
    void seats_per_mailbox_are_limited_exactly_across_nodes() {
        start(only(100, 100, 3), Networks.NONE);
        try (var other = system.limitedNode(only(100, 100, 3), Networks.NONE, limiter)) {
            var event = system.event(20);
            var otherApi = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);
            var first = api;

            var outcomes = Concurrently.run(20, i -> {
                var body = Api.object().put("email", "ada@example.org");
                body.putArray("seats").add("S-A-" + (i + 1));
                return Api.patiently(() -> (i % 2 == 0 ? first : otherApi)
                                .reserveWith(event.id(), UUID.randomUUID().toString(), body.toString()))
                        .outcome();
            });

            assertThat(outcomes).filteredOn("201"::equals).hasSize(3);
            assertThat(outcomes).filteredOn("422 too-many-seats"::equals).hasSize(17);
        }
    }

    @Test
    void the_sizes_of_bodies_and_headers_are_limited() {
        start(FEW, Networks.NONE);
        var event = system.event(1).id();
        var long2048 = "x".repeat(2_048);

        assertThat(reserve(event, long2048 + "@example.org", "S-A-1").outcome()).isEqualTo("413 content-too-large");
        assertThat(api.createEvent("{\"name\":\"" + long2048 + "\"}").outcome()).isEqualTo("422 invalid-request");
        assertThat(api.createEvent("{\"name\":\"" + long2048 + long2048 + "\"}").outcome())
                .isEqualTo("413 content-too-large");
        assertThat(api.send(api.request("/api/events").header("X-Long", long2048))
                        .outcome())
                .isEqualTo("431 header-too-large");
        assertThat(api.get("/api/events?" + long2048).outcome()).isEqualTo("431 header-too-large");
    }

    @Test
    void no_limit_applies_when_limits_are_off() {
        start(FEW.off(), Networks.NONE);
        var event = system.event(20);

        var outcomes = IntStream.rangeClosed(1, 20)
                .mapToObj(i -> reserve(event.id(), "ada@example.org", "S-A-" + i))
                .toList();

        assertThat(outcomes).extracting(Api.Response::outcome).containsOnly("201");
        assertThat(outcomes.get(0).header("RateLimit")).isNull();
    }

    /** One twentieth of the requests of an address, as for keys. */
    @Test
    void wrong_codes_are_limited_by_address_except_those_of_sellers() {
        start(new Limits(true, 60, 1_000, 50, 50, 50, 2_048, 4_096, 2_048, 10), Networks.NONE);
        var event = system.event(5).id();

        var guessed = IntStream.range(0, 5)
                .mapToObj(i -> api.send(withCode(event, "GUESS" + i)).outcome())
                .toList();
        var byKey = api.send(withCode(event, "GUESS").header("Authorization", "Bearer " + TestSystem.ADMIN_KEY));
        var withoutCode = reserve(event, "ada@example.org", "S-A-1");

        assertThat(guessed.subList(0, 3)).containsOnly("422 code-invalid");
        assertThat(guessed.subList(3, 5)).containsOnly("429 rate-limited");
        assertThat(byKey.outcome()).isEqualTo("422 code-invalid");
        assertThat(withoutCode.outcome()).isEqualTo("201");
        clock.addAndGet(120_000);
        assertThat(api.send(withCode(event, "GUESS")).outcome()).isEqualTo("422 code-invalid");
    }

    private HttpRequest.Builder withCode(EventId event, String code) {
        return Api.post(
                api.request("/api/events/" + event + "/reservations")
                        .header("Idempotency-Key", UUID.randomUUID().toString()),
                "{\"seats\":[\"S-A-2\"],\"email\":\"ada@example.org\",\"code\":\"" + code + "\"}");
    }
}
