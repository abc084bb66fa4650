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
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seatlock.catalog.EventId;
import seatlock.support.Liar;
import seatlock.support.Shop;

/** The load test, against a server that is right, against some that are not, and against none. */
class LoadTestTest {

    private final Shop shop = Shop.shared();

    private Plan plan(Scenario scenario) {
        return Plan.of(scenario, URI.create("http://localhost:" + shop.server.port()), Shop.ADMIN_KEY);
    }

    private static Report run(Plan plan) {
        var report = LoadTest.run(plan, line -> {});
        assertThat(report.toText()).contains("answers per second".replace("answers", report.unit()));
        return report;
    }

    private static void assertCorrect(Report report, Map<String, Long> counts) {
        assertThat(report.violations()).isEmpty();
        assertThat(report.isCorrect()).isTrue();
        assertThat(report.counts()).isEqualTo(counts);
    }

    @Test
    void on_sale_each_seat_is_sold_and_it_ends_when_there_are_no_more() {
        var report = run(plan(Scenario.ON_SALE).forRequests(8, 1_000).selling(2, 60));

        assertCorrect(report, Map.of("201", 120L));
        assertThat(report.acknowledged()).isEqualTo(120);
        assertThat(report.rechecked()).isEqualTo(120);
        assertThat(report.notes()).anyMatch(note -> note.contains("all seats have been asked for"));
        assertThat(report.rate()).isPositive();
    }

    @Test
    void of_three_rivals_one_gets_the_seat() {
        var report = run(plan(Scenario.RIVALS).forRequests(9, 300).selling(1, 100));

        assertCorrect(report, Map.of("201", 100L, "409 seats-taken", 200L));
    }

    @Test
    void two_nodes_on_one_database_sell_each_seat_once_between_them() {
        try (var node = shop.anotherNode()) {
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
    void of_a_stampede_one_gets_the_seat() {
        var report = run(plan(Scenario.STAMPEDE).forRequests(100, 0).selling(1, 1));

        assertCorrect(report, Map.of("201", 1L, "409 seats-taken", 99L));
        assertThat(report.wallSeconds()).isPositive();
    }

    @Test
    void a_retry_storm_makes_one_reservation() {
        var report = run(plan(Scenario.RETRY_STORM).forRequests(16, 400).selling(1, 3));

        assertCorrect(report, Map.of("201", 400L));
        assertThat(report.acknowledged()).isEqualTo(1);
    }

    @Test
    void who_buys_reserves_and_confirms() {
        var report = run(plan(Scenario.PURCHASE).forRequests(4, 40).selling(1, 40));

        assertCorrect(report, Map.of("bought", 40L, "reserve 201", 40L));
        assertThat(report.total().count()).isEqualTo(40);
        assertThat(report.successes()).isEqualTo(40);
    }

    @Test
    void who_looks_sees_the_map() {
        var report = run(plan(Scenario.BROWSE).forRequests(4, 40).selling(1, 500));

        assertCorrect(report, Map.of("200", 40L));
        assertThat(report.bytes()).isGreaterThan(40 * 500);
    }

    @Test
    void who_has_the_map_is_told_so() {
        var plan = plan(Scenario.BROWSE).forRequests(1, 10).selling(1, 50);
        var conditional = new Plan(
                plan.scenario(), plan.urls(), plan.key(), 1, plan.duration(), plan.warmup(), 0, 10, 50, 1, 3, true, 0);

        assertCorrect(run(conditional), Map.of("200", 1L, "304", 9L));
    }

    @Test
    void nothing_is_asked_to_compare_with() {
        assertCorrect(run(plan(Scenario.NOTHING).forRequests(4, 100)), Map.of("200", 100L));
    }

    @Test
    void at_a_constant_rate_requests_are_due_when_they_are_due() {
        var report = run(plan(Scenario.ON_SALE)
                .with(8, Duration.ofSeconds(1), Duration.ZERO)
                .atRate(100)
                .selling(1, 100));

        assertCorrect(report, Map.of("201", 100L));
    }

    @Test
    void what_is_sold_in_the_warm_up_is_checked_and_not_counted() {
        var report = run(plan(Scenario.ON_SALE)
                .with(4, Duration.ofMillis(200), Duration.ofMillis(200))
                .atRate(100)
                .selling(1, 100));

        assertCorrect(report, Map.of("201", 20L));
        assertThat(report.rechecked()).isEqualTo(40);
    }

    @Test
    void its_events_can_be_told_from_others() {
        run(plan(Scenario.ON_SALE).forRequests(1, 1).selling(1, 1));

        assertThat(shop.query(
                        "SELECT event_id, name FROM events WHERE venue = 'seatlock loadtest' AND capacity = 1",
                        row -> row.text("name")))
                .anyMatch(name -> name.startsWith("Load test on-sale, "));
        assertThat(shop.query(
                        "SELECT event_id FROM events WHERE name LIKE 'Load test %'",
                        row -> new EventId(row.uuid("event_id"))))
                .allSatisfy(event -> assertThat(shop.violations(event)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RIVALS      | SELLS_TWICE        | was given to two reservations",
                "ON_SALE     | FORGETS            | was acknowledged, and now it is 404",
                "ON_SALE     | SHOWS_FREE         | was given to a reservation, and is AVAILABLE instead of HELD",
                "ON_SALE     | FAILS              | which is no right answer in on-sale",
                "RETRY_STORM | SELLS_TWICE        | was answered differently",
                "STAMPEDE    | SELLS_TWICE        | got the one seat",
                "STAMPEDE    | REFUSES_EVERYBODY  | was refused as taken, and nobody was told to have it"
            })
    void a_server_that_lies_is_found_out(Scenario scenario, Liar.Lie lie, String violation) {
        try (var liar = new Liar(lie)) {
            var plan = Plan.of(scenario, liar.url(), "key").forRequests(3, 6).selling(1, 4);

            var report = run(plan);

            assertThat(report.violations()).anyMatch(told -> told.contains(violation));
            assertThat(report.toText()).contains("violations");
        }
    }

    @Test
    void a_request_without_an_answer_is_asked_again_and_counted_as_what_it_turned_out_to_be() {
        try (var liar = new Liar(Liar.Lie.HANGS_UP_ONCE)) {
            var report = run(Plan.of(Scenario.ON_SALE, liar.url(), "key")
                    .forRequests(1, 3)
                    .selling(1, 4));

            assertCorrect(report, Map.of("201", 2L, "no answer, then 201", 1L));
            assertThat(report.notes()).anyMatch(note -> note.contains("asked again"));
        }
    }

    @Test
    void a_server_that_is_not_there_is_said_to_be() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var plan = Plan.of(Scenario.NOTHING, URI.create("http://localhost:" + port), "key");

        assertThat(catchThrowable(() -> run(plan))).hasMessage("Nobody answers at http://localhost:" + port);
    }

    @Test
    void a_key_that_is_not_the_servers_is_said_to_be() {
        var plan = Plan.of(Scenario.ON_SALE, plan(Scenario.ON_SALE).urls().get(0), "wrong");

        assertThat(catchThrowable(() -> run(plan))).hasMessageContaining("401 unauthorized (--key");
    }

    @ParameterizedTest
    @EnumSource(
            value = Scenario.class,
            names = {"PURCHASE", "NOTHING"})
    void the_page_is_whole_and_says_what_the_report_says(Scenario scenario) throws Exception {
        var report = run(plan(scenario).forRequests(2, 10).selling(1, 10));

        var page = new HtmlReport(report).page();

        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("polyline").getLength()).isGreaterThanOrEqualTo(5);
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(page)
                .contains(scenario.toString(), "Nothing was wrong.", "%,.0f %s".formatted(report.rate(), report.unit()))
                .contains(
                        report.rows().get(0).outcome(),
                        "%,.2f".formatted(report.total().maxMs()))
                .doesNotContain("src=", "href=", Shop.ADMIN_KEY, "NaN");
    }
}
