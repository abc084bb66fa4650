package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.support.ScrapedMetrics;
import seatlock.support.TestSystem;
import seatlock.support.Wait;
import seatlock.support.YamlFile;

/**
 * Every metric that the alert rules and the dashboard query exists at /metrics, with the labels they use. {@code make lint}
 * runs promtool to test when the alerts fire.
 */
class MonitoringTest {

    private static final String RULES = "demo/prometheus/alerts.yml";
    private static final Path DASHBOARD = Path.of("demo/grafana/dashboards/seatlock.json");

    /** Metrics that Prometheus itself adds. */
    private static final Set<String> PROMETHEUS = Set.of("up", "ALERTS");

    private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

    private static final Pattern SELECTOR = Pattern.compile(
            "\\b((?:seatlock|hikaricp|jvm|process|system)_\\w+|up|ALERTS)\\b(?:\\{((?:[^\"{}]|\"[^\"]*\")*)})?");

    private static final Pattern LABEL = Pattern.compile("(\\w+)(?:=~|!~|!=|=)\"");

    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without) \\(([^)]*)\\)");

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    /** Scrapes all metrics, after making sure that each has something to measure. */
    private ScrapedMetrics scrapeAll() {
        system.metrics.measureProcess();
        system.metrics.info("serve", "1.0");
        system.metrics.droppedLogLines(() -> 0);
        system.metrics.connections("reads", () -> 1, () -> 1, () -> 0);
        system.metrics.workers("IssueTickets", () -> 4);
        system.metrics.mailUp(() -> Optional.of(true));
        system.metrics.limitExceeded("requests_per_address");
        system.metrics.violations("an_invariant", 0);
        system.metrics.jobEnded("IssueTickets", "done");
        system.api.reserve(system.event(1).id(), "S-A-1");
        System.gc(); // so that there is a pause to measure
        Wait.until(
                "requests and pauses are measured",
                () -> ScrapedMetrics.parse(system.metrics.scrape())
                        .names()
                        .containsAll(Set.of("seatlock_http_request_seconds_bucket", "jvm_gc_pause_seconds_sum")));
        return ScrapedMetrics.parse(system.api.get("/metrics").text());
    }

    private static Map<String, Set<String>> labels(ScrapedMetrics metrics) {
        return metrics.samples().keySet().stream()
                .collect(Collectors.toMap(
                        series -> series.replaceFirst("\\{.*", ""),
                        series -> LABEL.matcher(series)
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toSet()),
                        (some, more) -> {
                            var all = new HashSet<>(some);
                            all.addAll(more);
                            return all;
                        }));
    }

    private static Stream<JsonNode> rules() {
        return YamlFile.read(RULES).findValues("rules").stream()
                .flatMap(rules -> StreamSupport.stream(rules.spliterator(), false));
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(DASHBOARD.toFile());
    }

    private static Stream<String> expressions() throws IOException {
        return Stream.concat(
                rules().map(rule -> rule.get("expr").asText()), dashboard().findValuesAsText("expr").stream());
    }

    @Test
    void every_queried_metric_and_label_exists() throws IOException {
        var known = labels(scrapeAll());

        var queried = new TreeSet<String>();
        for (var expression : expressions().toList()) {
            var selectors = SELECTOR.matcher(expression).results().toList();
            assertThat(selectors).as(expression).isNotEmpty();
            var available = new HashSet<>(TARGET_LABELS);
            for (var selector : selectors) {
                var name = selector.group(1);
                queried.add(name);
                if (PROMETHEUS.contains(name)) {
                    continue;
                }
                assertThat(known).as(expression).containsKey(name);
                available.addAll(known.get(name));
                if (selector.group(2) != null) {
                    var labels = LABEL.matcher(selector.group(2)).results().map(label -> label.group(1));
                    assertThat(labels.filter(label -> !TARGET_LABELS.contains(label)))
                            .as(expression)
                            .isSubsetOf(known.get(name));
                }
            }
            var groupings = GROUPING.matcher(expression)
                    .results()
                    .flatMap(labels -> Stream.of(labels.group(1).split(", ")));
            assertThat(groupings).as(expression).isSubsetOf(available);
        }
        assertThat(queried).hasSizeGreaterThan(30);
    }

    /** By the rules of `promtool check metrics`, which `make lint` runs where it is installed. */
    @Test
    void every_metric_has_a_help_text_a_type_and_a_conventional_name() {
        scrapeAll();
        var page = system.api.get("/metrics").text();

        for (var name : new TreeSet<>(ScrapedMetrics.parse(page).names())) {
            var family = Stream.of(name, name.replaceFirst("_(bucket|count|sum)$", ""))
                    .filter(each -> page.contains("# TYPE " + each + " "))
                    .findFirst();
            assertThat(family).as(name).isPresent();
            assertThat(page).as(name).containsPattern("(?m)^# HELP " + family.get() + " \\S");
            var isCounter = page.contains("# TYPE " + family.get() + " counter\n");
            assertThat(family.get()).doesNotContain("_ns_", "_ms_").doesNotEndWith("_count");
            assertThat(family.get().endsWith("_total")).as(name).isEqualTo(isCounter);
        }
    }

    @Test
    void every_alert_has_a_severity_a_summary_and_a_test() throws IOException {
        var tests = Files.readString(Path.of("demo/prometheus/alerts-test.yml"));
        var alerts = new HashSet<String>();
        for (var rule : rules().toList()) {
            var name = rule.get("alert").asText();
            assertThat(alerts.add(name)).as(name).isTrue();
            assertThat(rule.at("/labels/severity").asText()).as(name).isIn("page", "ticket");
            assertThat(rule.at("/annotations/summary").asText()).as(name).isNotEmpty();
        }
        assertThat(alerts).hasSizeGreaterThan(10);
        // This alert checks for NaN, which the tests of promtool cannot express.
        assertThat(alerts)
                .filteredOn(alert -> !tests.contains("\"" + alert + "\"") && !tests.contains(": " + alert))
                .containsExactly("DatabaseAway");
    }

    @Test
    void the_dashboard_uses_the_provisioned_data_source() throws IOException {
        var sources = YamlFile.read("demo/grafana/provisioning/datasources/prometheus.yml");
        var uid = sources.at("/datasources/0/uid").asText();

        assertThat(dashboard().findValues("datasource"))
                .isNotEmpty()
                .allMatch(source -> source.get("uid").asText().equals(uid));
        assertThat(dashboard().get("panels").findValuesAsText("id")).doesNotHaveDuplicates();
        assertThat(dashboard().get("panels"))
                .allMatch(panel -> !panel.get("title").asText().isEmpty());
    }
}
