package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.limits.Networks;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests the security headers for browsers, and which origins may call the API (CORS). */
class BrowserSecurityTest {

    private static final String SHOP_PAGE = "https://shop.example";

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(strings = {"/api/events", "/api/keys", "/nowhere", "/livez", "/metrics", "/api/events/x;y=1"})
    void every_response_tells_browsers_to_execute_and_store_nothing(String path) {
        var response = system.api.get(path);

        assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(response.header("Content-Security-Policy")).isEqualTo("default-src 'none'; frame-ancestors 'none'");
        assertThat(response.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(response.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(response.header("Cache-Control")).isEqualTo("no-store");
        assertThat(response.header("Server")).as("reveals the software").isNull();
        assertThat(response.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void responses_to_invalid_http_have_the_security_headers() {
        assertThat(RawHttp.exchange(system.server.port(), "NOT HTTP\r\n\r\n"))
                .contains("X-Content-Type-Options: nosniff");
    }

    @Test
    void a_seat_map_may_be_stored_but_must_be_revalidated() {
        var event = system.event(1);

        assertThat(system.api.get("/api/events/" + event.id() + "/seats").header("Cache-Control"))
                .isEqualTo("no-cache");
    }

    @Test
    void hsts_is_sent_only_if_a_trusted_proxy_reports_tls() {
        try (var node = system.publicNode(Networks.parse("127.0.0.0/8, ::1"), Set.of())) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            assertThat(forwardedTls(api)).isEqualTo("max-age=31536000");
            assertThat(api.get("/livez").header("Strict-Transport-Security")).isNull();
        }
        assertThat(forwardedTls(system.api)).as("from an untrusted client").isNull();
    }

    private static String forwardedTls(Api api) {
        return api.send(api.request("/livez").header("X-Forwarded-Proto", "https"))
                .header("Strict-Transport-Security");
    }

    private static HttpRequest.Builder preflight(Api api, String origin) {
        return api.request("/api/events/x/reservations")
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type,idempotency-key");
    }

    @Test
    void a_page_of_a_configured_origin_may_call_the_api_and_read_responses() {
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            var allowed = api.send(preflight(api, SHOP_PAGE));
            assertThat(allowed.status()).isEqualTo(200);
            assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo(SHOP_PAGE);
            assertThat(allowed.header("Access-Control-Allow-Methods")).contains("POST");
            assertThat(allowed.header("Access-Control-Allow-Headers"))
                    .contains("Idempotency-Key", "Authorization")
                    .contains("traceparent", "tracestate", "baggage", "sentry-trace");

            var response = api.send(api.request("/api/events").header("Origin", SHOP_PAGE));
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo(SHOP_PAGE);
            assertThat(response.header("Access-Control-Allow-Credentials")).isNull();
            assertThat(response.header("Access-Control-Expose-Headers")).contains("Retry-After", "Location", "Date");
            assertThat(response.raw().headers().allValues("Vary")).contains("Origin", "Accept-Encoding");

            var refused = api.send(api.request("/api/events/x").header("Origin", SHOP_PAGE));
            assertThat(refused.outcome()).isEqualTo("404 not-found");
            assertThat(refused.header("Access-Control-Allow-Origin"))
                    .as("the page may read problems")
                    .isEqualTo(SHOP_PAGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example", "https://shop.example.evil.example", "https://shopXexample", "null"})
    void a_page_of_another_origin_may_not_call_the_api(String origin) {
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            assertThat(api.send(preflight(api, origin)).header("Access-Control-Allow-Origin"))
                    .isNull();
            assertThat(api.send(api.request("/api/events").header("Origin", origin))
                            .header("Access-Control-Allow-Origin"))
                    .isNull();
        }
    }

    /** nginx and AWS's load balancer use an idle connection for 60 seconds. */
    @Test
    void an_idle_connection_is_kept_longer_than_proxies_keep_it() {
        var connector = system.server.javalin().jettyServer().server().getConnectors()[0];

        assertThat(connector.getIdleTimeout()).isGreaterThan(60_000);
    }

    @Test
    void without_configured_origins_no_other_page_may_call_the_api() {
        var response = system.api.send(preflight(system.api, SHOP_PAGE));

        assertThat(response.header("Access-Control-Allow-Origin")).isNull();
        assertThat(response.outcome()).isEqualTo("405 method-not-allowed");
    }
}
