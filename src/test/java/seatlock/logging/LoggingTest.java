package seatlock.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests the settings of the log, in a process of its own. */
class LoggingTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final TestSystem system = TestSystem.shared();

    private Jvm serve(Map<String, String> settings) {
        var all = new HashMap<>(settings);
        all.put("DATABASE_URL", system.databaseUrl());
        all.put("SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
        return Jvm.start(directory, all, "serve").awaitReady();
    }

    private static Api api(Jvm jvm) {
        var url = jvm.output()
                .lines()
                .filter(line -> line.startsWith("API"))
                .map(line -> line.split("\\s+")[1])
                .findFirst();
        return new Api(url.orElseThrow(), TestSystem.ADMIN_KEY);
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void in_json_format_a_line_is_an_object_that_names_its_request() {
        try (var jvm = serve(Map.of("LOG_FORMAT", "json", "LOG_REQUESTS", "on"))) {
            var response = api(jvm).get("/nowhere?a=b");
            jvm.awaitOutput("answered");

            var line = jvm.output()
                    .lines()
                    .filter(text -> text.contains("answered"))
                    .findFirst();
            var object = read(line.orElseThrow());
            assertThat(object.get("level").asText()).isEqualTo("INFO");
            assertThat(object.get("loggerName").asText()).isEqualTo("seatlock.requests");
            assertThat(object.get("timestamp").isNumber()).isTrue();
            assertThat(object.get("kvpList").toString())
                    .contains(
                            "{\"request\":\"" + response.header("X-Request-Id") + "\"}",
                            "\"GET\"",
                            "\"other\"",
                            "404",
                            "\"ms\"")
                    .doesNotContain("a=b", "nowhere");
        }
    }

    @Test
    void requests_are_logged_only_if_configured() {
        try (var silent = serve(Map.of());
                var logging = serve(Map.of("LOG_REQUESTS", "on"))) {
            for (var jvm : List.of(silent, logging)) {
                var api = api(jvm);
                api.get("/nowhere");
                api.get("/metrics");
                Wait.until(
                        "both are counted",
                        () -> api.get("/metrics").text().contains("route=\"/metrics\",status=\"200\""));
            }
            logging.awaitOutput("answered");

            assertThat(logLines(logging)).anyMatch(line -> line.contains("answered"));
            assertThat(logLines(silent)).isEmpty();
        }
    }

    /** In text format, a line of the log starts with its time. */
    private static List<String> logLines(Jvm jvm) {
        return jvm.output()
                .lines()
                .filter(line -> line.matches("\\d\\d:\\d\\d:.*"))
                .toList();
    }

    @Test
    void values_of_settings_are_words_in_lower_case() {
        assertThat(Logging.Format.of("json")).isEqualTo(Logging.Format.JSON);
        assertThatThrownBy(() -> Logging.Format.of("JSON")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Logging.Verbosity.of("loud")).isInstanceOf(IllegalArgumentException.class);
    }
}
