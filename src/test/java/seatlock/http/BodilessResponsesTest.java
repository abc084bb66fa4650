package seatlock.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.limits.Networks;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests the header fields of responses without a body as they are sent: an HTTP client would hide some of them. */
class BodilessResponsesTest {

    private static final String SHOP_PAGE = "https://shop.example";

    /** RFC 9110 section 15.4.5, the request id, and what ends the connection. */
    private static final Set<String> FIELDS_OF_304 = Set.of(
            "content-location", "date", "etag", "vary", "cache-control", "expires", "x-request-id", "connection");

    private final TestSystem system = TestSystem.shared();

    private record Raw(String text) {

        String status() {
            return text.split(" ")[1];
        }

        private Stream<String> lines() {
            return Arrays.stream(text.substring(0, text.indexOf("\r\n\r\n")).split("\r\n"))
                    .skip(1);
        }

        List<String> names() {
            return lines().map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
                    .toList();
        }

        List<String> values(String name) {
            return lines().filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }

        String body() {
            return text.substring(text.indexOf("\r\n\r\n") + 4);
        }
    }

    private static Raw send(int port, String method, String path, String fields) {
        return new Raw(RawHttp.exchange(
                port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n"));
    }

    private Raw send(String method, String path, String fields) {
        return send(system.server.port(), method, path, fields);
    }

    private String seats() {
        return "/api/events/" + system.event(1).id() + "/seats";
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void a_304_has_no_field_that_could_replace_one_of_the_stored_response(String method) {
        var seats = seats();
        var full = send("GET", seats, "");
        var notModified =
                send(method, seats, "If-None-Match: " + full.values("ETag").get(0) + "\r\n");

        assertThat(notModified.status()).isEqualTo("304");
        assertThat(notModified.body()).isEmpty();
        assertThat(FIELDS_OF_304).containsAll(notModified.names());
        for (var name : List.of("ETag", "Cache-Control", "Vary")) {
            assertThat(notModified.values(name)).as(name).isNotEmpty().isEqualTo(full.values(name));
        }
    }

    @Test
    void a_304_for_a_page_of_another_origin_lets_the_page_read_it() {
        var seats = seats();
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            var notModified = send(node.port(), "GET", seats, "Origin: " + SHOP_PAGE + "\r\nIf-None-Match: *\r\n");

            assertThat(notModified.status()).isEqualTo("304");
            assertThat(notModified.values("Access-Control-Allow-Origin")).containsExactly(SHOP_PAGE);
            assertThat(notModified.values("Vary")).containsExactlyInAnyOrder("Origin", "Accept-Encoding");
            assertThat(notModified.names()).doesNotContain("content-type", "content-length");
        }
    }

    @Test
    void a_204_has_neither_type_nor_length() {
        var api = system.api;
        var json = "{\"role\":\"gate\",\"name\":\"" + UUID.randomUUID() + "\"}";
        var created = api.send(Api.post(api.asAdmin(api.request("/api/keys")), json));
        var id = created.json().get("id").asText();

        var revoked = send("DELETE", "/api/keys/" + id, "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\n");

        assertThat(revoked.status()).isEqualTo("204");
        assertThat(revoked.body()).isEmpty();
        assertThat(revoked.names())
                .doesNotContain("content-type", "content-length", "transfer-encoding")
                .contains("x-request-id", "cache-control");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/events", "/api/openapi.json", "/api/docs", "/livez", "/readyz", "/nowhere", "/a;b"})
    void a_head_request_gets_the_type_of_get_and_no_body(String path) {
        var get = send("GET", path, "");
        var head = send("HEAD", path, "");

        assertThat(head.status()).isEqualTo(get.status());
        assertThat(head.body()).isEmpty();
        assertThat(head.values("Content-Type")).isNotEmpty().isEqualTo(get.values("Content-Type"));
        assertThat(head.values("Vary")).isEqualTo(get.values("Vary"));
    }

    @Test
    void each_response_that_may_be_compressed_says_so_to_caches() {
        for (var coding : List.of("identity", "gzip")) {
            var document = send("HEAD", "/api/openapi.json", "Accept-Encoding: " + coding + "\r\n");

            assertThat(document.values("Vary")).containsExactly("Accept-Encoding");
            assertThat(document.values("Content-Encoding"))
                    .isEqualTo(coding.equals("gzip") ? List.of("gzip") : List.of());
        }
    }

    @Test
    void a_response_differs_by_origin_even_for_a_request_without_one() {
        try (var node = system.publicNode(Networks.NONE, Set.of(SHOP_PAGE))) {
            for (var path : List.of("/api/events", "/nowhere", "/livez")) {
                assertThat(send(node.port(), "GET", path, "").values("Vary"))
                        .as(path)
                        .containsExactlyInAnyOrder("Origin", "Accept-Encoding");
            }
        }
    }
}
