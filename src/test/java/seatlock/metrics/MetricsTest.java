package seatlock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.App;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.maintenance.BacklogMonitor;
import seatlock.maintenance.Sequencer;
import seatlock.payments.Verdict;
import seatlock.support.Concurrently;
import seatlock.support.RawHttp;
import seatlock.support.ScrapedMetrics;
import seatlock.support.Servers;
import seatlock.support.TestPayments;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Tests the metrics at /metrics. Dashboards and alert rules depend on their names. */
class MetricsTest {

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    private ScrapedMetrics scrape() {
        return ScrapedMetrics.parse(system.api.get("/metrics").text());
    }

    /** Returns the value of a series, which must exist. */
    private double value(String series) {
        var samples = scrape().samples();
        assertThat(samples).containsKey(series);
        return samples.get(series);
    }

    /** Waits for a value. A request is counted after its response was sent, so the client may have received it earlier. */
    private void await(String series, double value) {
        Wait.until(series + " is " + value, () -> scrape().of(series) == value);
    }

    private static String requests(String method, String route, int status) {
        return "seatlock_http_request_seconds_count{method=\"" + method + "\",route=\"" + route + "\",status=\""
                + status + "\"}";
    }

    private static String orders(String action, String outcome) {
        return "seatlock_orders_total{action=\"" + action + "\",outcome=\"" + outcome + "\"}";
    }

    @Test
    void the_page_is_in_the_text_format_of_prometheus() {
        var page = system.api.get("/metrics");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo(Metrics.CONTENT_TYPE);
        ScrapedMetrics.parse(page.text());
    }

    @Test
    void requests_are_counted_by_route_and_status_and_orders_by_outcome() {
        var event = system.event(3);
        var key = UUID.randomUUID().toString();
        var held = system.api
                .reserve(event.id(), key, new String[] {"S-A-1"})
                .json()
                .get("id")
                .asText();
        system.api.reserve(event.id(), key, new String[] {"S-A-1"});
        system.api.reserve(event.id(), "S-A-1");
        system.api.reserve(event.id(), "nowhere");
        system.api.reserveWith(event.id(), null, "{}");
        var sold = system.api.buy(event.id(), "S-A-2").json().get("id").asText();
        var code = system.api.tickets(event.id(), sold).get(0).get("code").asText();
        system.api.scan(event.id(), code, "North");
        system.api.scan(event.id(), code, "South");
        system.api.cancel(event.id(), sold, null);
        system.api.cancel(event.id(), held, TestSystem.ADMIN_KEY);

        var reserve = "/api/events/{eventId}/reservations";
        await(requests("POST", reserve, 201), 3); // one of them was repeated
        await(requests("POST", reserve, 409), 1);
        await(requests("POST", reserve, 422), 1);
        await(requests("POST", reserve, 400), 1);
        await(requests("POST", "/api/events/{eventId}/check-ins", 200), 1);
        await(requests("GET", "/api/events/{eventId}/reservations/{reservationId}/tickets", 200), 1);
        await(orders("reserve", "done"), 2);
        await(orders("reserve", "replayed"), 1);
        await(orders("reserve", "seats-taken"), 1);
        await(orders("reserve", "unknown-seats"), 1);
        await(orders("reserve", "idempotency-key-missing"), 1);
        await(orders("confirm", "done"), 1);
        await(orders("cancel", "not-found"), 1);
        await(orders("cancel", "done"), 1);
        await(orders("check_in", "done"), 1);
        await(orders("check_in", "already-checked-in"), 1);
        // Seven orders, the repeated one included, arrived one after the other, so each had a transaction of its own.
        assertThat(value("seatlock_batch_orders_bucket{le=\"1.0\"}")).isEqualTo(7);
        assertThat(value("seatlock_lane_waiting")).isZero();
        assertThat(value("seatlock_lane_wait_seconds_count")).isGreaterThanOrEqualTo(8);
        assertThat(value("seatlock_transaction_seconds_count{pool=\"sales\"}")).isGreaterThanOrEqualTo(8);
        assertThat(value("seatlock_lock_wait_seconds_count")).isGreaterThanOrEqualTo(8);
    }

    @Test
    void the_number_of_series_does_not_depend_on_what_clients_send() {
        system.api.get("/nothing/here");
        RawHttp.exchange(system.server.port(), "KANARI / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        RawHttp.exchange(system.server.port(), "no HTTP at all\r\n\r\n");
        await(requests("GET", "other", 404), 1);
        var before = scrape().samples().size();

        Concurrently.run(500, i -> system.api.get("/" + UUID.randomUUID()));
        Concurrently.run(500, i -> system.api.get("/api/events/" + UUID.randomUUID()));
        for (int i = 0; i < 20; i++) {
            RawHttp.exchange(
                    system.server.port(), "KANARI" + i + " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        }

        await(requests("GET", "other", 404), 501);
        await(requests("GET", "/api/events/{eventId}", 404), 500);
        // A new route adds its buckets, their sum, count and maximum. A thousand routes would add twenty thousand
        // series.
        assertThat(scrape().samples().size()).isLessThanOrEqualTo(before + 100);
    }

    @Test
    void lock_timeouts_and_retries_are_counted() throws SQLException {
        var event = system.event(1);
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("SELECT FROM seats WHERE event_id = '" + event.id() + "' FOR UPDATE");
            }
            system.api.reserve(event.id(), "S-A-1");
        }
        assertThat(value("seatlock_lock_timeouts_total")).isEqualTo(1);
        assertThat(value("seatlock_lock_wait_seconds_bucket{le=\"0.5\"}"))
                .isLessThan(value("seatlock_lock_wait_seconds_bucket{le=\"10.0\"}"));

        var observer = system.metrics.transactions("retries");
        try (var database =
                Database.open(system.url, 1, App.READ_STATEMENT_TIMEOUT, Database.Plans.DEFAULT, observer)) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        throw new SQLException("thrown by the test", "40001");
                    }))
                    .isInstanceOf(DatabaseException.Unavailable.class);
        }
        assertThat(value("seatlock_transaction_retries_total")).isEqualTo(2);
    }

    @Test
    void database_rows_are_counted_in_the_background_or_nan_if_it_is_unavailable() {
        var event = system.event(4);
        system.api.buy(event.id(), "S-A-1");
        system.api.reserve(event.id(), "S-A-2");
        assertThat(value("seatlock_pending_reservations")).isNaN();

        try (var backlog =
                new BacklogMonitor(system.database, system.jobs, system.inventoryReader, system.feed, system.metrics)) {
            backlog.runOnce();
            assertThat(value("seatlock_pending_reservations")).isEqualTo(1);
            assertThat(value("seatlock_lapsed_reservations")).isZero();
            assertThat(value("seatlock_sweeper_lag_seconds")).isZero();
            assertThat(value("seatlock_jobs{state=\"READY\"}")).isEqualTo(1);
            assertThat(value("seatlock_jobs{state=\"RUNNING\"}")).isZero();
            assertThat(value("seatlock_jobs{state=\"DEAD\"}")).isZero();
            assertThat(value("seatlock_oldest_job_seconds{state=\"READY\"}")).isPositive();
            assertThat(value("seatlock_oldest_job_seconds{state=\"RUNNING\"}")).isZero();
            assertThat(value("seatlock_unsequenced_changes")).isEqualTo(1);
            assertThat(value("seatlock_sequencer_lag_seconds")).isPositive();

            system.lapse(event.id());
            backlog.runOnce();
            assertThat(value("seatlock_pending_reservations")).isZero();
            assertThat(value("seatlock_lapsed_reservations")).isEqualTo(1);
            assertThat(value("seatlock_sweeper_lag_seconds")).isPositive();

            system.sweeper().runOnce();
            try (var sequencer = new Sequencer(system.database, system.feed)) {
                sequencer.runOnce();
            }
            backlog.runOnce();
            assertThat(value("seatlock_unsequenced_changes")).isZero();
            assertThat(value("seatlock_sequencer_lag_seconds")).isZero();
            assertThat(value("seatlock_lapsed_reservations")).isZero();
            assertThat(value("seatlock_expired_reservations_total")).isEqualTo(1);
            assertThat(value("seatlock_sweeper_last_success_timestamp_seconds")).isGreaterThan(1.7e9);
        }
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/nowhere", "u", "p");
        try (var unavailable = Database.open(
                        nowhere, 1, Duration.ofSeconds(1), Database.Plans.DEFAULT, TransactionObserver.NONE);
                var backlog = new BacklogMonitor(
                        unavailable, system.jobs, system.inventoryReader, system.feed, system.metrics)) {
            assertThatThrownBy(backlog::runOnce).isInstanceOf(DatabaseException.Unavailable.class);
        }
        assertThat(value("seatlock_pending_reservations")).isNaN();
        assertThat(value("seatlock_jobs{state=\"READY\"}")).isNaN();
        assertThat(paymentGauges()).containsOnly(Double.NaN);
    }

    @Test
    void payments_that_did_not_come_to_rest_in_time_are_counted() {
        var event = system.event(4);
        var payments = new TestPayments(system);
        var reservations = Stream.of("S-A-1", "S-A-2", "S-A-3", "S-A-4")
                .map(seat -> system.api.buyOne(event.id(), seat))
                .toList();
        try (var backlog =
                new BacklogMonitor(system.database, system.jobs, system.inventoryReader, system.feed, system.metrics)) {
            payments.open(event.id(), reservations.get(0), 4500);
            payments.authorized(event.id(), reservations.get(1), 4500, Verdict.CONFIRMS);
            payments.captured(event.id(), reservations.get(2), 4500, Verdict.LATE);
            payments.refunded(payments.captured(event.id(), reservations.get(3), 4500, Verdict.DUPLICATE));
            backlog.runOnce();
            assertThat(paymentGauges()).containsOnly(0.0);
            assertThat(backlog.paymentProblem()).isEmpty();

            system.update("UPDATE payments SET paid_at = paid_at - interval '61 seconds' WHERE paid_at IS NOT NULL");
            backlog.runOnce();
            assertThat(paymentGauges()).containsExactly(1.0, 1.0, 0.0, 0.0);

            system.update(
                    "UPDATE refunds SET status = 'FAILED', failure = 'no money', retry_at = now() WHERE status = 'READY'");
            system.update("UPDATE payments SET due_at = due_at - interval '61 seconds'"
                    + " WHERE due_at < statement_timestamp()");
            backlog.runOnce();
            assertThat(paymentGauges()).containsExactly(1.0, 1.0, 1.0, 2.0);
            assertThat(backlog.paymentProblem()).contains("no node has looked at them");
        }
    }

    private List<Double> paymentGauges() {
        return List.of(
                value("seatlock_stranded_payments"),
                value("seatlock_uncaptured_payments"),
                value("seatlock_failed_refunds"),
                value("seatlock_overdue_payments"));
    }

    @Test
    void jobs_are_counted_by_outcome() {
        try (var testWorkers = new TestWorkers(system).start()) {
            var event = system.event(1);
            system.api.buy(event.id(), "S-A-1");
            await("seatlock_jobs_total{kind=\"IssueTickets\",outcome=\"done\"}", 1);
            await("seatlock_workers_alive{kind=\"IssueTickets\"}", 1);
            await("seatlock_workers_alive{kind=\"SendTickets\"}", 2);
            await("seatlock_redis_up", 1);
            assertThat(testWorkers.workers.alive()).isEqualTo(3);
        }
    }

    /** Some metrics exist only after their first measurement. */
    @Test
    void all_metrics_have_their_documented_names() {
        system.metrics.measureProcess();
        system.metrics.jobEnded("IssueTickets", "dead");
        system.metrics.workers("IssueTickets", () -> 0);
        system.metrics.limitExceeded("requests_per_address");
        system.metrics.violations("an_invariant", 0);
        system.metrics.orderCompleted("reserve", "done");
        system.metrics.ready(true);
        system.api.get("/livez");
        await(requests("GET", "/livez", 200), 1);

        var metrics = scrape();
        assertThat(metrics.names())
                .contains(
                        "seatlock_http_request_seconds_bucket",
                        "seatlock_http_request_seconds_count",
                        "seatlock_http_request_seconds_sum",
                        "seatlock_orders_total",
                        "seatlock_expired_reservations_total",
                        "seatlock_batch_orders_bucket",
                        "seatlock_batch_orders_count",
                        "seatlock_batch_orders_sum",
                        "seatlock_lane_wait_seconds_bucket",
                        "seatlock_lane_waiting",
                        "seatlock_transaction_seconds_bucket",
                        "seatlock_lock_wait_seconds_bucket",
                        "seatlock_lock_timeouts_total",
                        "seatlock_transaction_retries_total",
                        "hikaricp_connections",
                        "hikaricp_connections_active",
                        "hikaricp_connections_pending",
                        "seatlock_jobs",
                        "seatlock_oldest_job_seconds",
                        "seatlock_jobs_total",
                        "seatlock_workers_alive",
                        "seatlock_sweeper_last_success_timestamp_seconds",
                        "seatlock_sweeper_lag_seconds",
                        "seatlock_unsequenced_changes",
                        "seatlock_sequencer_lag_seconds",
                        "seatlock_provider_failures_total",
                        "seatlock_stranded_payments",
                        "seatlock_uncaptured_payments",
                        "seatlock_failed_refunds",
                        "seatlock_overdue_payments",
                        "seatlock_pending_reservations",
                        "seatlock_lapsed_reservations",
                        "seatlock_invariant_violations",
                        "seatlock_invariants_checked_timestamp_seconds",
                        "seatlock_redis_up",
                        "seatlock_ready",
                        "seatlock_limited_total",
                        "jvm_memory_used_bytes",
                        "jvm_threads_live_threads",
                        "jvm_gc_memory_allocated_bytes_total",
                        "process_cpu_usage",
                        "process_files_open_files",
                        "process_uptime_seconds");
        assertThat(value("seatlock_ready")).isEqualTo(1);
        assertThat(value("seatlock_limited_total{limit=\"requests_per_address\"}"))
                .isEqualTo(1);
        assertThat(metrics.samples().keySet())
                .filteredOn(series ->
                        series.startsWith("seatlock_http_request_seconds_bucket") && series.contains("\"/livez\""))
                .hasSize(13);
    }

    @Test
    void a_scrape_does_not_wait_for_the_database() {
        system.metrics.connections(
                "test",
                () -> system.database.connections().open(),
                () -> system.database.connections().active(),
                () -> system.database.connections().waiting());
        system.database.inTransaction(tx -> {
            tx.update("LOCK TABLE events, seats, reservations, jobs, tickets IN ACCESS EXCLUSIVE MODE");

            assertThat(value("hikaricp_connections_active{pool=\"test\"}")).isEqualTo(1);
            return null;
        });
    }
}
