package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests that requests which are not valid HTTP, or match no endpoint, get a client error. */
class MalformedHttpTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

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
    void invalid_http_gets_a_client_error_as_a_problem(String request) {
        var response = RawHttp.exchange(system.server.port(), request);
        assertThat(response).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
        assertThat(response).contains("application/problem+json");
    }

    /** Without the header, a client would send its next request into a connection that is being closed. */
    @ParameterizedTest
    @ValueSource(strings = {"GARBAGE", "GET /api/%zz HTTP/1.1", "GET /api/events/%00 HTTP/1.1"})
    void a_connection_is_closed_after_invalid_http_and_the_response_says_so(String requestLine) {
        var response = RawHttp.untilClosed(system.server.port(), requestLine + "\r\nHost: x\r\n\r\n");

        assertThat(response).startsWith("HTTP/1.1 400").contains("\r\nConnection: close\r\n");
    }

    /** Such a body would be read as if it were not encoded. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Encoding: gzip                                                | 415 | unsupported-media-type",
                "Content-Encoding: identity, br                                        | 415 | unsupported-media-type",
                "Transfer-Encoding: gzip, chunked                                      | 400 | malformed-request",
                "Transfer-Encoding: gzip                                               | 400 | malformed-request"
            })
    void a_body_in_an_encoding_that_is_not_decoded_is_refused(String fields, int status, String problem) {
        var body = fields.startsWith("Transfer") ? "2\r\n{}\r\n0\r\n\r\n" : "{}";
        var length = fields.startsWith("Transfer") ? "" : "Content-Length: 2\r\n";
        var response = RawHttp.exchange(
                system.server.port(),
                "POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TestSystem.ADMIN_KEY
                        + "\r\nContent-Type: application/json\r\n" + fields + "\r\n" + length + "\r\n" + body);
        assertThat(response).startsWith("HTTP/1.1 " + status + " ").contains(problem);
        assertThat(response.contains("Accept-Encoding: identity")).isEqualTo(status == 415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Encoding: identity\r\n",
                "Content-Encoding: \r\n",
                "Content-Encoding: IDENTITY, identity\r\n"
            })
    void a_body_that_is_not_encoded_may_say_so(String field) {
        var response = RawHttp.post(
                system.server.port(),
                "/api/events",
                "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\n" + field,
                "{}");
        assertThat(response).startsWith("HTTP/1.1 422 ");
    }

    @Test
    void headers_of_a_hundred_kilobytes_are_refused() {
        var response = RawHttp.exchange(
                system.server.port(),
                "GET /api/events HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(100_000) + "\r\n\r\n");
        assertThat(response).matches("(?s)HTTP/1\\.1 4\\d\\d .*").contains("application/problem+json");
    }

    @Test
    void a_body_that_breaks_off_gets_a_client_error_and_the_server_keeps_running() {
        var response = RawHttp.exchange(
                system.server.port(),
                "POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TestSystem.ADMIN_KEY
                        + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\":");
        assertThat(response).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
        assertThat(api.get("/livez").status()).isEqualTo(200);
    }

    @Test
    void unknown_paths_are_answered_with_404_and_unknown_methods_with_405() {
        assertThat(api.get("/nowhere").outcome()).isEqualTo("404 not-found");
        var deleted = api.send(api.request("/api/events").DELETE());
        assertThat(deleted.outcome()).isEqualTo("405 method-not-allowed");
        assertThat(deleted.header("Allow")).contains("GET", "POST");
        assertThat(api.send(api.request("/api/events/" + UUID.randomUUID() + "/check-outs"))
                        .outcome())
                .isEqualTo("405 method-not-allowed");
        for (var method : List.of("PUT", "PATCH", "OPTIONS", "TRACE", "BREW")) {
            var response = api.send(api.request("/api/events").method(method, BodyPublishers.noBody()));
            assertThat(response.outcome()).as(method).isEqualTo("405 method-not-allowed");
        }
    }

    @Test
    void head_returns_the_status_of_get_without_a_body() {
        var event = system.event(1);
        var head = api.send(api.request("/api/events/" + event.id()).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.text()).isEmpty();
        var unknown = api.send(api.request("/api/events/" + UUID.randomUUID()).method("HEAD", BodyPublishers.noBody()));
        assertThat(unknown.status()).isEqualTo(404);
    }
}
