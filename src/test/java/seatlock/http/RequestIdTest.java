package seatlock.http;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.LogCapture;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests the id of a request in responses, problems and the log. */
@ResourceLock(LogCapture.LOG)
class RequestIdTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final TestSystem system = TestSystem.shared();

    private HttpRequest.Builder traced(String path) {
        return system.api.request(path).header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
    }

    private static String instance(Api.Response response) {
        return response.json().get("instance").asText();
    }

    @Test
    void the_id_is_the_trace_id_of_the_client() {
        assertThat(RequestId.of(List.of("00-" + TRACE + "-00f067aa0ba902b7-01")).value())
                .isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void the_id_is_random_without_a_valid_traceparent(String traceParent) {
        var id = RequestId.of(List.of(traceParent));

        assertThat(id.value()).matches("[0-9a-f]{32}").isNotEqualTo(TRACE);
    }

    @Test
    void two_traceparents_count_as_none_and_random_ids_differ() {
        var parent = "00-" + TRACE + "-00f067aa0ba902b7-01";
        assertThat(RequestId.of(List.of(parent, parent)).value()).isNotEqualTo(TRACE);
        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(i -> RequestId.of(List.of()))
                        .collect(toSet()))
                .hasSize(1_000);
    }

    @Test
    void every_response_has_the_id_and_a_problem_names_it_as_its_instance() {
        assertThat(system.api.get("/livez").header(RequestId.HEADER)).matches("[0-9a-f]{32}");

        var traced = system.api.send(traced("/nowhere"));
        assertThat(traced.header(RequestId.HEADER)).isEqualTo(TRACE);
        assertThat(instance(traced)).isEqualTo("/requests/" + TRACE);

        for (var path : List.of("/nowhere", "/api/events?limit=x", "/api/events/" + UUID.randomUUID())) {
            var response = system.api.get(path);
            assertThat(instance(response)).isEqualTo("/requests/" + response.header(RequestId.HEADER));
        }
    }

    @Test
    void responses_to_invalid_http_have_an_id_too() {
        for (var request : List.of(
                "no HTTP at all\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + "x".repeat(10_000) + "\r\n\r\n")) {
            var response = RawHttp.exchange(system.server.port(), request);
            assertThat(response)
                    .containsPattern("(?i)x-request-id: [0-9a-f]{32}")
                    .containsPattern("\"instance\":\"/requests/[0-9a-f]{32}\"");
        }
    }

    @Test
    void a_replayed_problem_names_the_original_request() {
        var event = system.event(1);
        system.api.reserve(event.id(), "S-A-1");
        var key = UUID.randomUUID().toString();
        var refused = system.api.reserve(event.id(), key, new String[] {"S-A-1"});
        var repeated = system.api.reserve(event.id(), key, new String[] {"S-A-1"});

        assertThat(refused.outcome()).isEqualTo("409 seats-taken");
        assertThat(instance(refused)).isEqualTo("/requests/" + refused.header(RequestId.HEADER));
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(repeated.text()).isEqualTo(refused.text());
        assertThat(repeated.header(RequestId.HEADER)).matches("[0-9a-f]{32}");
        assertThat(repeated.header(RequestId.HEADER)).isNotEqualTo(refused.header(RequestId.HEADER));
    }

    @Test
    void the_request_log_has_one_line_per_request_but_none_for_health_checks() {
        try (var log = LogCapture.everything()) {
            var response = system.api.get("/api/events/" + UUID.randomUUID() + "/seats?section=S");
            var unlogged = List.of(system.api.get("/livez"), system.api.get("/readyz"), system.api.get("/metrics"));
            var last = system.api.get("/nowhere");

            Wait.until(
                    "both are logged",
                    () -> lines(log, last).size() == 1 && !lines(log, response).isEmpty());
            assertThat(lines(log, response))
                    .singleElement()
                    .asString()
                    .contains("GET", "/api/events/{eventId}/seats", "404")
                    .doesNotContain("section", "127.0.0.1");
            assertThat(unlogged)
                    .allSatisfy(check -> assertThat(lines(log, check)).isEmpty());
        }
    }

    private static List<String> lines(LogCapture log, Api.Response response) {
        return log.lines().stream()
                .filter(line -> line.contains(response.header(RequestId.HEADER)))
                .toList();
    }
}
