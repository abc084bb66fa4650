package seatlock.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.EventId;
import seatlock.support.FaultyServer;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;

/** Runs the load test against a correct server, against several faulty ones, and against none. */
class LoadTestTest {

    private final TestSystem system = TestSystem.shared();

    private Plan plan(Scenario scenario) {
        return Plan.of(scenario, URI.create("http://localhost:" + system.server.port()), TestSystem.ADMIN_KEY);
    }

    private static Report run(Plan plan) {
        var report = LoadTest.run(plan, line -> {});
        assertThat(report.toText()).contains(report.unit() + " per second");
        return report;
    }

    private static void assertCorrect(Report report, Map<String, Long> counts) {
        assertThat(report.violations()).isEmpty();
        assertThat(report.isCorrect()).isTrue();
        assertThat(report.counts()).isEqualTo(counts);
    }

    @Test
    void on_sale_sells_every_seat_and_ends_when_none_are_left() {
        var report = run(plan(Scenario.ON_SALE).forRequests(8, 1_000).selling(2, 60));

        assertCorrect(report, Map.of("201", 120L));
        assertThat(report.acknowledged()).isEqualTo(120);
        assertThat(report.rechecked()).isEqualTo(120);
        assertThat(report.notes()).anyMatch(note -> note.contains("every seat was requested"));
        assertThat(report.rate()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"PLACES", "BEST"})
    void all_requests_are_satisfied_where_the_server_chooses(Scenario scenario) {
        var report = run(plan(scenario).forRequests(8, 1_000).selling(2, 60));

        assertCorrect(report, Map.of("201", 120L));
        assertThat(report.acknowledged()).isEqualTo(120);
        assertThat(report.rechecked()).isEqualTo(120);
    }

    @Test
    void one_of_three_rivals_gets_the_seat() {
        var report = run(plan(Scenario.RIVALS).forRequests(9, 300).selling(1, 100));

        assertCorrect(report, Map.of("201", 100L, "409 seats-taken", 200L));
    }

    @Test
    void two_nodes_on_one_database_sell_each_seat_once() {
        try (var node = system.anotherNode()) {
            var urls = List.of(plan(Scenario.RIVALS).urls().get(0), URI.create("http://localhost:" + node.port()));

            var rivals = run(plan(Scenario.RIVALS).at(urls).forRequests(30, 900).selling(1, 300));
            var storm =
                    run(plan(Scenario.RETRY_STORM).at(urls).forRequests(30, 600).selling(1, 1));

            assertCorrect(rivals, Map.of("201", 300L, "409 seats-taken", 600L));
            assertCorrect(storm, Map.of("201", 600L));
            assertThat(storm.acknowledged()).isEqualTo(1);
        }
    }

    @Test
    void events_created_by_one_node_are_sold_by_another() {
        var plan = plan(Scenario.ON_SALE).forRequests(8, 1_000).selling(2, 60);
        var events = LoadTest.createEvents(plan);
        try (var node = system.anotherNode()) {
            var report =
                    LoadTest.run(plan.at(List.of(URI.create("http://localhost:" + node.port()))), events, line -> {});

            assertCorrect(report, Map.of("201", 120L));
        }
        assertThat(events)
                .hasSize(2)
                .allSatisfy(event -> assertThat(system.count(
                                "SELECT count(*) AS n FROM reservations WHERE event_id = ?", UUID.fromString(event)))
                        .isEqualTo(60));
    }

    @Test
    void one_client_of_a_stampede_gets_the_seat() {
        var report = run(plan(Scenario.STAMPEDE).forRequests(100, 0).selling(1, 1));

        assertCorrect(report, Map.of("201", 1L, "409 seats-taken", 99L));
        assertThat(report.wallSeconds()).isPositive();
    }

    @Test
    void a_retry_storm_creates_one_reservation() {
        var report = run(plan(Scenario.RETRY_STORM).forRequests(16, 400).selling(1, 3));

        assertCorrect(report, Map.of("201", 400L));
        assertThat(report.acknowledged()).isEqualTo(1);
    }

    @Test
    void a_purchase_reserves_and_confirms() {
        var report = run(plan(Scenario.PURCHASE).forRequests(4, 40).selling(1, 40));

        assertCorrect(report, Map.of("bought", 40L, "reserve 201", 40L));
        assertThat(report.total().count()).isEqualTo(40);
        assertThat(report.successes()).isEqualTo(40);
    }

    @Test
    void a_checkout_pays_in_the_sandbox_until_the_money_was_moved() {
        try (var sandbox = new SandboxSystem()) {
            sandbox.node().reconciler().start();
            var url = URI.create("http://localhost:" + sandbox.node().port());

            var report = run(Plan.of(Scenario.CHECKOUT, url, TestSystem.ADMIN_KEY)
                    .forRequests(4, 40)
                    .selling(1, 40));

            assertCorrect(report, Map.of("bought", 40L, "reserve 201", 40L, "checkout 201", 40L, "pay 204", 40L));
            assertThat(report.rechecked()).isEqualTo(40);
            assertThat(sandbox.system.count("SELECT count(*) AS n FROM sandbox_payments WHERE status = 'CAPTURED'"))
                    .isEqualTo(40);
        }
    }

    @Test
    void a_checkout_on_a_server_without_a_sandbox_is_reported() {
        var report = run(plan(Scenario.CHECKOUT).forRequests(2, 4).selling(1, 4));

        assertThat(report.violations())
                .anyMatch(violation ->
                        violation.contains("checkout 404 not-found, which is not a valid outcome of checkout"));
    }

    @Test
    void browse_reads_the_whole_seat_map() {
        var report = run(plan(Scenario.BROWSE).forRequests(4, 40).selling(1, 500));

        assertCorrect(report, Map.of("200", 40L));
        assertThat(report.bytes()).isGreaterThan(40 * 500);
    }

    @Test
    void conditional_browse_gets_304_for_a_known_seat_map() {
        var plan = plan(Scenario.BROWSE).forRequests(1, 10).selling(1, 50);
        var conditional = new Plan(
                plan.scenario(), plan.urls(), plan.key(), 1, plan.duration(), plan.warmup(), 0, 10, 50, 1, 3, true, 0);

        assertCorrect(run(conditional), Map.of("200", 1L, "304", 9L));
    }

    @Test
    void the_scenario_nothing_requests_livez() {
        assertCorrect(run(plan(Scenario.NOTHING).forRequests(4, 100)), Map.of("200", 100L));
    }

    @Test
    void a_constant_rate_sends_each_request_when_it_is_due() {
        var report = run(plan(Scenario.ON_SALE)
                .with(8, Duration.ofSeconds(1), Duration.ZERO)
                .atRate(100)
                .selling(1, 100));

        assertCorrect(report, Map.of("201", 100L));
    }

    @Test
    void sales_during_the_warm_up_are_checked_but_not_counted() {
        var report = run(plan(Scenario.ON_SALE)
                .with(4, Duration.ofMillis(200), Duration.ofMillis(200))
                .atRate(100)
                .selling(1, 100));

        assertCorrect(report, Map.of("201", 20L));
        assertThat(report.rechecked()).isEqualTo(40);
    }

    @Test
    void test_events_are_recognizable_by_name_and_venue() {
        run(plan(Scenario.ON_SALE).forRequests(1, 1).selling(1, 1));

        assertThat(system.query(
                        "SELECT event_id, name FROM events WHERE venue = 'seatlock loadtest' AND capacity = 1",
                        row -> row.text("name")))
                .anyMatch(name -> name.startsWith("Load test on-sale, "));
        assertThat(system.query(
                        "SELECT event_id FROM events WHERE name LIKE 'Load test %'",
                        row -> new EventId(row.uuid("event_id"))))
                .allSatisfy(event -> assertThat(system.violations(event)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RIVALS      | SELLS_TWICE        | was given to two reservations",
                "ON_SALE     | FORGETS            | was acknowledged but now returns 404",
                "ON_SALE     | SHOWS_FREE         | was given to a reservation but is AVAILABLE instead of HELD",
                "ON_SALE     | FAILS              | which is not a valid outcome of on-sale",
                "RETRY_STORM | SELLS_TWICE        | got two different responses",
                "STAMPEDE    | SELLS_TWICE        | clients got the seat",
                "STAMPEDE    | REFUSES_EVERYBODY  | was refused as taken but was never given to a reservation"
            })
    void a_faulty_server_is_detected(Scenario scenario, FaultyServer.Fault fault, String violation) {
        try (var server = new FaultyServer(fault)) {
            var plan = Plan.of(scenario, server.url(), "key").forRequests(3, 6).selling(1, 4);

            var report = run(plan);

            assertThat(report.violations()).anyMatch(reported -> reported.contains(violation));
            assertThat(report.toText()).contains("violations");
        }
    }

    @Test
    void a_request_without_a_response_is_retried_and_counted_under_its_final_outcome() {
        try (var server = new FaultyServer(FaultyServer.Fault.HANGS_UP_ONCE)) {
            var report = run(Plan.of(Scenario.ON_SALE, server.url(), "key")
                    .forRequests(1, 3)
                    .selling(1, 4));

            assertCorrect(report, Map.of("201", 2L, "no response, then 201", 1L));
            assertThat(report.notes()).anyMatch(note -> note.contains("retried"));
        }
    }

    @Test
    void slow_responses_are_listed() {
        try (var server = new FaultyServer(FaultyServer.Fault.HESITATES_ONCE)) {
            var before = System.nanoTime();
            var report = run(Plan.of(Scenario.ON_SALE, server.url(), "key")
                    .forRequests(1, 3)
                    .selling(1, 4));

            assertThat(report.slow())
                    .anyMatch(slow -> slow.ms() >= 150 && slow.dueNanos() - before >= 0)
                    .allMatch(slow -> slow.ms() > Report.SLOW_MS);
        }
    }

    @Test
    void an_unreachable_server_is_reported() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var plan = Plan.of(Scenario.NOTHING, URI.create("http://localhost:" + port), "key");

        assertThat(catchThrowable(() -> run(plan))).hasMessage("No server responds at http://localhost:" + port);
    }

    @Test
    void a_wrong_key_is_reported() {
        var plan = Plan.of(Scenario.ON_SALE, plan(Scenario.ON_SALE).urls().get(0), "wrong");

        assertThat(catchThrowable(() -> run(plan)))
                .hasMessageContaining("401 unauthorized (wrong admin key: set --key");
    }

    @ParameterizedTest
    @EnumSource(
            value = Scenario.class,
            names = {"PURCHASE", "NOTHING"})
    void the_html_report_is_complete_and_agrees_with_the_report(Scenario scenario) throws Exception {
        var report = run(plan(scenario).forRequests(2, 10).selling(1, 10));

        var page = report.toHtml();

        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("polyline").getLength()).isGreaterThanOrEqualTo(5);
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(page)
                .contains(
                        scenario.toString(),
                        "No violations found.",
                        String.format(Locale.ROOT, "%,.0f %s", report.rate(), report.unit()))
                .contains(
                        report.rows().get(0).outcome(),
                        String.format(Locale.ROOT, "%,.2f", report.total().maxMs()))
                .doesNotContain("src=", "href=", TestSystem.ADMIN_KEY, "NaN");
    }
}
