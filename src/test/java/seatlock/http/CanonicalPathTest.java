package seatlock.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.metrics.Metrics;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests that every part of the server judges a request by the same path, however the client spells it. */
class CanonicalPathTest {

    private static final Limits FEW = new Limits(true, 5, 8, 2, 3, 6, 2_048, 4_096, 2_048, 10);

    private final TestSystem system = TestSystem.shared();

    private String createEvent(String path) {
        // Larger than other bodies may be.
        var json = "{\"venue\":\"" + " ".repeat(Limits.DEFAULT.bodyBytes()) + "\"}";
        return RawHttp.post(system.server.port(), path, "Authorization: Bearer " + TestSystem.ADMIN_KEY + "\r\n", json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/events",
                "/api/events/",
                "/api/%65vents",
                "/api/./events",
                "/api/keys/../events/",
                "/api/events/?",
                "http://localhost/api/events/"
            })
    void each_spelling_of_a_path_has_the_same_route_and_the_same_limit_of_the_body(String path) {
        assertThat(createEvent(path)).startsWith("HTTP/1.1 422").contains("invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//api/events",
                "/api//events",
                "/api/events//",
                "/api/events;",
                "/api/events;a=b",
                "/api;/events",
                "/api%2Fevents",
                "/api/%2e/events",
                "/api/events%00"
            })
    void ambiguous_paths_are_refused(String path) {
        assertThat(createEvent(path)).startsWith("HTTP/1.1 400").contains("malformed-request");
    }

    @Test
    void health_checks_are_not_limited_in_any_spelling() {
        try (var limiter = TestSystem.noLimiter(new Metrics());
                var node = system.limitedNode(FEW, Networks.NONE, limiter)) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);

            assertThat(IntStream.range(0, 20).mapToObj(i -> api.get("/livez/").status()))
                    .containsOnly(200);
            assertThat(api.get("/%72eadyz").header("RateLimit")).isNull();
        }
    }
}
