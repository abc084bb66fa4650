package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import seatlock.http.Listener;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that every route declares an access rule, and that a route without one refuses every caller. */
class RoutesTest {

    /** Pages, health checks and metrics. All other routes are in the OpenAPI document, which {@link AccessMatrixTest} calls. */
    static final List<String> PUBLIC = List.of(
            "/api/openapi.json",
            "/api/docs",
            "/api/docs/swagger-ui.css",
            "/api/docs/swagger-ui-bundle.js",
            "/api/redoc",
            "/api/redoc/redoc.standalone.js",
            "/problems/{slug}",
            "/livez",
            "/readyz",
            "/metrics");

    private final TestSystem system = TestSystem.shared();

    @Test
    void every_route_has_one_rule_and_is_documented_or_public() {
        var document = system.api.get("/api/openapi.json").json().get("paths");
        var routes = registered();

        assertThat(routes).hasSizeGreaterThan(20);
        for (var route : routes) {
            var name = route.method + " " + route.path;
            var roles = route.metadata(Roles.class).getRoles();
            assertThat(roles).as(name).hasSize(1).hasOnlyElementsOfType(AccessRule.class);
            if (PUBLIC.contains(route.path)) {
                assertThat(roles.contains(AccessRule.ANYONE)).as(name).isTrue();
            } else {
                assertThat(document.has(route.path)).as(name).isTrue();
            }
        }
    }

    private List<Endpoint> registered() {
        return system.server.javalin().unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .toList();
    }

    /** The rule is checked before the handler runs, however the route was added. */
    @Test
    void a_route_without_exactly_one_rule_refuses_every_caller() throws Exception {
        var javalin = Javalin.create(config -> {
            new Routes(config.routes, new Access("key", new ApiKeyCache(null, null, System::nanoTime), Runnable::run));
            config.routes.get("/unruled", ctx -> ctx.result("secret"));
            config.routes.get("/ruled", ctx -> ctx.result("secret"), AccessRule.ADMIN);
            config.routes.get("/twice", ctx -> ctx.result("secret"), AccessRule.ADMIN, AccessRule.ANYONE);
            Listener.addExceptionHandlers(config);
        });
        javalin.start(0);
        try {
            var base = "http://localhost:" + javalin.port();
            assertThat(outcome(base + "/unruled", "none")).isEqualTo("403 forbidden");
            assertThat(outcome(base + "/unruled", "key")).isEqualTo("403 forbidden");
            assertThat(outcome(base + "/twice", "key")).isEqualTo("403 forbidden");
            assertThat(outcome(base + "/ruled", "none")).isEqualTo("401 unauthorized");
            assertThat(outcome(base + "/ruled", "key")).isEqualTo("200");
        } finally {
            javalin.stop();
        }
    }

    private static String outcome(String url, String bearer) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + bearer)
                .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
        return new Api.Response(response.statusCode(), response).outcome();
    }
}
