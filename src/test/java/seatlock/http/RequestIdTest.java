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

@ResourceLock(LogCapture.LOG)
class RequestIdTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final TestSystem system = TestSystem.shared();

    private HttpRequest.Builder traced(String path) {
        return system.api.request(path).header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
    }

    private static String instance(Api.Answer answer) {
        return answer.json().get("instance").asText();
    }

    @Test
    void it_is_the_trace_id_of_the_client() {
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
    void it_is_random_where_there_is_none_that_is_good(String traceParent) {
        var id = RequestId.of(List.of(traceParent));

        assertThat(id.value()).matches("[0-9a-f]{32}").isNotEqualTo(TRACE);
    }

    @Test
    void two_trace_parents_count_as_none_and_no_two_random_ones_are_the_same() {
        var parent = "00-" + TRACE + "-00f067aa0ba902b7-01";
        assertThat(RequestId.of(List.of(parent, parent)).value()).isNotEqualTo(TRACE);
        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(i -> RequestId.of(List.of()))
                        .collect(toSet()))
                .hasSize(1_000);
    }

    @Test
    void every_answer_has_it_and_a_problem_says_it_in_its_instance() {
        assertThat(system.api.get("/livez").header(RequestId.HEADER)).matches("[0-9a-f]{32}");

        var traced = system.api.send(traced("/nowhere"));
        assertThat(traced.header(RequestId.HEADER)).isEqualTo(TRACE);
        assertThat(instance(traced)).isEqualTo("/requests/" + TRACE);

        for (var path : List.of("/nowhere", "/api/events?limit=x", "/api/events/" + UUID.randomUUID())) {
            var answer = system.api.get(path);
            assertThat(instance(answer)).isEqualTo("/requests/" + answer.header(RequestId.HEADER));
        }
    }

    @Test
    void so_has_what_never_got_as_far_as_a_route() {
        for (var request : List.of(
                "no HTTP at all\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + "x".repeat(10_000) + "\r\n\r\n")) {
            var answer = RawHttp.exchange(system.server.port(), request);
            assertThat(answer)
                    .containsPattern("(?i)x-request-id: [0-9a-f]{32}")
                    .containsPattern("\"instance\":\"/requests/[0-9a-f]{32}\"");
        }
    }

    @Test
    void an_answer_that_is_repeated_names_the_request_that_it_was_the_answer_to() {
        var event = system.event(1);
        system.api.reserve(event.id(), "S-A-1");
        var key = UUID.randomUUID().toString();
        var refused = system.api.reserve(event.id(), key, new String[] {"S-A-1"});
        var repeated = system.api.reserve(event.id(), key, new String[] {"S-A-1"});

        assertThat(refused.outcome()).isEqualTo("409 seats-taken");
        assertThat(instance(refused)).isEqualTo("/requests/" + refused.header(RequestId.HEADER));
        assertThat(repeated.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(repeated.text()).isEqualTo(refused.text());
        assertThat(repeated.header(RequestId.HEADER)).isNotEqualTo(refused.header(RequestId.HEADER));
    }

    @Test
    void the_log_has_one_line_for_a_request_if_it_is_asked_for_and_none_for_health_checks() {
        try (var log = LogCapture.everything()) {
            var answer = system.api.get("/api/events/" + UUID.randomUUID() + "/seats?section=S");
            var health = system.api.get("/livez");
            system.api.get("/readyz");
            system.api.get("/metrics");
            var last = system.api.get("/nowhere");

            Wait.until(
                    "both are logged, in any order",
                    () -> lines(log, last).size() == 1 && !lines(log, answer).isEmpty());
            assertThat(lines(log, answer))
                    .singleElement()
                    .asString()
                    .contains("GET", "/api/events/{eventId}/seats", "404")
                    .doesNotContain("section", "127.0.0.1");
            assertThat(lines(log, health)).isEmpty();
        }
    }

    private static List<String> lines(LogCapture log, Api.Answer answer) {
        return log.lines().stream()
                .filter(line -> line.contains(answer.header(RequestId.HEADER)))
                .toList();
    }
}
