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

/** What browsers are told, and which pages they let call the API. */
class BrowserSecurityTest {

    private static final String SHOP_PAGE = "https://shop.example";

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(strings = {"/api/events", "/api/keys", "/nowhere", "/livez", "/metrics", "/api/events/x;y=1"})
    void whatever_the_answer_a_browser_runs_none_of_it_and_keeps_none_of_it(String path) {
        var answer = system.api.get(path);

        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).isEqualTo("default-src 'none'; frame-ancestors 'none'");
        assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Server")).as("nobody needs to know").isNull();
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void not_even_of_what_is_not_http() {
        assertThat(RawHttp.exchange(system.server.port(), "NOT HTTP\r\n\r\n"))
                .contains("X-Content-Type-Options: nosniff");
    }

    @Test
    void what_may_be_kept_says_so() {
        var event = system.event(1);

        assertThat(system.api.get("/api/events/" + event.id() + "/seats").header("Cache-Control"))
                .isEqualTo("no-cache");
    }

    @Test
    void who_came_by_tls_is_told_to_do_so_again_if_a_proxy_that_is_believed_says_that_he_did() {
        try (var node = system.publicNode(Networks.parse("127.0.0.0/8, ::1"), Set.of())) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            assertThat(forwardedTls(api)).isEqualTo("max-age=31536000");
            assertThat(api.get("/livez").header("Strict-Transport-Security")).isNull();
        }
        assertThat(forwardedTls(system.api)).as("anybody can write that").isNull();
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
    void a_page_of_a_configured_origin_may_reserve_and_read_the_answer() {
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            var allowed = api.send(preflight(api, SHOP_PAGE));
            assertThat(allowed.status()).isEqualTo(200);
            assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo(SHOP_PAGE);
            assertThat(allowed.header("Access-Control-Allow-Methods")).contains("POST");
            assertThat(allowed.header("Access-Control-Allow-Headers")).contains("Idempotency-Key", "Authorization");

            var answer = api.send(api.request("/api/events").header("Origin", SHOP_PAGE));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(SHOP_PAGE);
            assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
            assertThat(answer.header("Access-Control-Expose-Headers")).contains("Retry-After", "Location");
            assertThat(answer.response().headers().allValues("Vary")).contains("Origin", "Accept-Encoding");

            var refused = api.send(api.request("/api/events/x").header("Origin", SHOP_PAGE));
            assertThat(refused.outcome()).isEqualTo("404 not-found");
            assertThat(refused.header("Access-Control-Allow-Origin"))
                    .as("a page may read what was wrong, too")
                    .isEqualTo(SHOP_PAGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example", "https://shop.example.evil.example", "https://shopXexample", "null"})
    void a_page_of_another_origin_may_not(String origin) {
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            assertThat(api.send(preflight(api, origin)).header("Access-Control-Allow-Origin"))
                    .isNull();
            assertThat(api.send(api.request("/api/events").header("Origin", origin))
                            .header("Access-Control-Allow-Origin"))
                    .isNull();
        }
    }

    @Test
    void unless_configured_no_page_of_another_origin_may() {
        var answer = system.api.send(preflight(system.api, SHOP_PAGE));

        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        assertThat(answer.outcome()).isEqualTo("405 method-not-allowed");
    }
}
