package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.TestSystem;

/** Tests the documentation that the server serves. */
class DocumentationTest {

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(strings = {"/api/docs", "/api/docs/", "/api/redoc", "/api/redoc/"})
    void the_pages_load_only_existing_files_of_this_server(String path) {
        var page = system.api.get(path);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'self';");
        assertThat(page.text()).doesNotContain("http:", "https:");
        var loaded = Pattern.compile("[\"'](/[^\"']+)[\"']").matcher(page.text());
        var files = loaded.results().map(match -> match.group(1)).toList();
        assertThat(files).contains("/api/openapi.json").hasSizeGreaterThan(1);
        assertThat(files)
                .allSatisfy(file -> assertThat(system.api.get(file).status()).isEqualTo(200));
    }

    @Test
    void the_type_of_a_problem_links_to_its_documentation() {
        var event = system.event(1);
        system.api.reserve(event.id(), "S-A-1");
        var problem = system.api.reserve(event.id(), "S-A-1").json();

        var page = system.api.get(problem.get("type").asText());

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text())
                .contains("seats-taken (409)", problem.get("title").asText());
        assertThat(system.api.get("/problems/nothing").outcome()).isEqualTo("404 not-found");
    }

    @Test
    void health_checks_report_that_the_server_is_alive_and_ready() {
        assertThat(system.api.get("/livez").text()).isEqualTo("alive");
        assertThat(system.api.get("/readyz").text()).contains("\"status\":\"ready\"", "\"postgresql\":\"up\"");
    }
}
