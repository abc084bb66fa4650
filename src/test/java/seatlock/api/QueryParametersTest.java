package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.router.Endpoint;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests that every operation accepts its documented query parameters, each once, and refuses all others. */
class QueryParametersTest {

    /** A valid value of each documented parameter; {@code after} is an id or a number. */
    private static final Map<String, List<String>> VALUES = Map.ofEntries(
            Map.entry("limit", List.of("1")),
            Map.entry("wait", List.of("0")),
            Map.entry("after", List.of("0", "01900000-0000-7000-8000-000000000001")),
            Map.entry("section", List.of("S")),
            Map.entry("from", List.of("2099-06-18T19:00:00Z")),
            Map.entry("to", List.of("2099-06-18T19:00:00Z")),
            Map.entry("q", List.of("aida")),
            Map.entry("status", List.of("SOLD", "CANCELLED")),
            Map.entry("email", List.of("ada@example.org")),
            Map.entry("name", List.of("Ada")),
            Map.entry("reference", List.of("7k2m-px4d")));

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;
    private final EventId event = system.event(1).id();
    private final String reservation =
            api.reserve(event, "S-A-1").json().get("id").asText();

    private Api.Response send(String method, String template, String query) {
        var path = template.replace("{eventId}", event.toString())
                .replace("{reservationId}", reservation)
                .replaceAll("\\{\\w+}", UUID.randomUUID().toString());
        return api.send(api.asAdmin(api.request(path + "?" + query)).method(method, BodyPublishers.noBody()));
    }

    private static void assertRefuses(String name, Api.Response response, String parameter, String message) {
        assertThat(response.status()).as(name).isEqualTo(422);
        if (!name.startsWith("HEAD ")) {
            assertThat(response.problem()).as(name).isEqualTo("invalid-request");
            var error = response.json().get("errors").get(0);
            assertThat(error.get("field").asText()).as(name).isEqualTo(parameter);
            assertThat(error.get("message").asText()).as(name).isEqualTo(message);
        }
    }

    @Test
    void every_operation_refuses_an_unknown_query_parameter() {
        var operations = system.server.javalin().unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && !RoutesTest.PUBLIC.contains(endpoint.path))
                .toList();
        assertThat(operations).hasSizeGreaterThan(20);
        for (Endpoint operation : operations) {
            var name = operation.method + " " + operation.path;
            for (var query : List.of("since=2027", "since", "LIMIT=1", "%73ince=1")) {
                var field = query.startsWith("LIMIT") ? "LIMIT" : "since";
                var response = send(operation.method.name(), operation.path, query);
                assertRefuses(name, response, field, "is not a query parameter of this operation");
            }
        }
    }

    @Test
    void every_documented_query_parameter_is_accepted_once_and_refused_twice() {
        var checked = 0;
        var paths = api.get("/api/openapi.json").json().get("paths");
        for (var path : paths.properties()) {
            for (var parameter : queryParameters(path.getValue().path("get"))) {
                var responses = VALUES.get(parameter).stream()
                        .map(value -> send(
                                "GET",
                                path.getKey(),
                                parameter + "=" + value
                                        + (path.getKey().equals("/api/reservations") && !parameter.equals("email")
                                                ? "&email=ada@example.org"
                                                : "")))
                        .toList();
                assertThat(responses)
                        .as(path.getKey() + " " + parameter)
                        .anyMatch(response -> response.status() == 200
                                || response.text().contains("must be the `next` of an earlier page"));

                var value = VALUES.get(parameter).get(0);
                var twice = send("GET", path.getKey(), parameter + "=" + value + "&" + parameter + "=" + value);
                assertRefuses("GET " + path.getKey(), twice, parameter, "must not be repeated");
                checked++;
            }
        }
        assertThat(checked).isEqualTo(32);
    }

    private static List<String> queryParameters(JsonNode operation) {
        return StreamSupport.stream(operation.path("parameters").spliterator(), false)
                .filter(parameter -> parameter.get("in").asText().equals("query"))
                .map(parameter -> parameter.get("name").asText())
                .toList();
    }

    @Test
    void all_wrong_query_parameters_are_named_at_once() {
        var response = api.get("/api/events?a=1&limit=1&limit=2&%00=3");

        assertThat(response.outcome()).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors"))
                .extracting(error -> error.get("field").asText())
                .containsExactlyInAnyOrder("a", "limit", "?");
    }

    @Test
    void a_caller_without_permission_does_not_learn_the_query_parameters() {
        assertThat(api.get("/api/keys?from=2027").outcome()).isEqualTo("401 unauthorized");
        assertThat(api.get("/nowhere?from=2027").outcome()).isEqualTo("404 not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&", "limit=1&", "&limit=1"})
    void a_query_without_a_wrong_parameter_is_accepted(String query) {
        assertThat(api.get("/api/events?" + query).outcome()).isEqualTo("200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"section=%25%", "section=%zz", "%zz=1", "section=%u0041", "section=%F0%9F", "section=%C1%81"})
    void a_query_that_is_not_utf_8_in_percent_encoding_is_refused(String query) {
        var response = RawHttp.exchange(
                system.server.port(),
                "GET /api/events/" + event + "/seats?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(response).startsWith("HTTP/1.1 400").contains("/problems/malformed-request");
    }

    /** Monitoring and browsers add parameters of their own. */
    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/metrics", "/api/docs", "/api/openapi.json", "/problems/not-found"})
    void pages_and_health_checks_ignore_query_parameters(String path) {
        assertThat(api.get(path + "?v=1&v=2").status()).isEqualTo(200);
    }
}
