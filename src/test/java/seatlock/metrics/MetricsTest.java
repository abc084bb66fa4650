package seatlock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.App;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.DatabaseUrl;
import seatlock.maintenance.BacklogMonitor;
import seatlock.support.Crowd;
import seatlock.support.Figures;
import seatlock.support.RawHttp;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** The figures at /metrics. Dashboards and alert rules know them by these names. */
class MetricsTest {

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    private Figures figures() {
        return Figures.parse(system.api.get("/metrics").text());
    }

    /** A request is counted when its answer has gone out, which may be after the client has it. */
    private void await(String series, double value) {
        Wait.until(series + " is " + value, () -> figures().of(series) == value);
    }

    private static String requests(String method, String route, int status) {
        return "seatlock_http_request_seconds_count{method=\"" + method + "\",route=\"" + route + "\",status=\""
                + status + "\"}";
    }

    private static String orders(String action, String outcome) {
        return "seatlock_orders_total{action=\"" + action + "\",outcome=\"" + outcome + "\"}";
    }

    @Test
    void the_page_is_what_prometheus_reads() {
        var page = system.api.get("/metrics");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo(Metrics.CONTENT_TYPE);
        Figures.parse(page.text());
    }

    @Test
    void requests_are_counted_by_route_and_status_and_orders_by_what_became_of_them() {
        var event = system.event(3);
        var key = UUID.randomUUID().toString();
        system.api.reserve(event.id(), key, new String[] {"S-A-1"});
        system.api.reserve(event.id(), key, new String[] {"S-A-1"});
        system.api.reserve(event.id(), "S-A-1");
        system.api.reserve(event.id(), "nowhere");
        system.api.reserveWith(event.id(), null, "{}");
        var sold = system.api.buy(event.id(), "S-A-2").json().get("id").asText();
        var code = system.api.tickets(event.id(), sold).get(0).get("code").asText();
        system.api.scan(event.id(), code, "North");
        system.api.scan(event.id(), code, "South");
        system.api.cancel(event.id(), sold, null);
        system.api.cancel(event.id(), sold, TestSystem.ADMIN_KEY);

        var reserve = "/api/events/{eventId}/reservations";
        await(requests("POST", reserve, 201), 3); // one of them twice
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
        var figures = figures();
        // Seven orders came one after the other, each in a transaction of its own, the repeated one included.
        assertThat(figures.of("seatlock_batch_orders_bucket{le=\"1.0\"}")).isEqualTo(7);
        assertThat(figures.of("seatlock_lane_waiting")).isZero();
        assertThat(figures.of("seatlock_lane_wait_seconds_count")).isGreaterThanOrEqualTo(8);
        assertThat(figures.of("seatlock_transaction_seconds_count{pool=\"sales\"}"))
                .isGreaterThanOrEqualTo(8);
        assertThat(figures.of("seatlock_lock_wait_seconds_count")).isGreaterThanOrEqualTo(8);
    }

    @Test
    void whatever_clients_make_up_the_number_of_series_stays_the_same() {
        system.api.get("/nothing/here");
        RawHttp.exchange(system.server.port(), "KANARI / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        RawHttp.exchange(system.server.port(), "no HTTP at all\r\n\r\n");
        await(requests("GET", "other", 404), 1);
        var before = figures().samples().size();

        Crowd.of(500, i -> system.api.get("/" + UUID.randomUUID()));
        Crowd.of(500, i -> system.api.get("/api/events/" + UUID.randomUUID() + "?q=" + i));
        for (int i = 0; i < 20; i++) {
            RawHttp.exchange(
                    system.server.port(), "KANARI" + i + " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        }

        await(requests("GET", "other", 404), 501);
        await(requests("GET", "/api/events/{eventId}", 404), 500);
        // For a route that is new: its buckets, their sum and count, and the longest. A thousand would be twenty
        // thousand.
        assertThat(figures().samples().size()).isLessThanOrEqualTo(before + 100);
    }

    @Test
    void a_lock_that_was_not_to_be_had_is_counted() throws SQLException {
        var event = system.event(1);
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("SELECT FROM seats WHERE event_id = '" + event.id() + "' FOR UPDATE");
            }
            system.api.reserve(event.id(), "S-A-1");
        }
        assertThat(figures().of("seatlock_lock_timeouts_total")).isEqualTo(1);
        assertThat(figures().of("seatlock_lock_wait_seconds_bucket{le=\"0.5\"}"))
                .isLessThan(figures().of("seatlock_lock_wait_seconds_bucket{le=\"10.0\"}"));

        var observer = system.metrics.transactions("retries");
        try (var database =
                Database.open(system.url, 1, App.READ_STATEMENT_TIMEOUT, Database.Plans.DEFAULT, observer)) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        throw new SQLException("made for this test", "40001");
                    }))
                    .isInstanceOf(DatabaseException.Unavailable.class);
        }
        assertThat(figures().of("seatlock_transaction_retries_total")).isEqualTo(2);
    }

    @Test
    void what_is_in_the_database_is_counted_in_the_background_and_unknown_while_that_is_away() {
        var event = system.event(4);
        system.api.buy(event.id(), "S-A-1");
        system.api.reserve(event.id(), "S-A-2");
        assertThat(figures().of("seatlock_pending_reservations")).isNaN();

        try (var backlog = new BacklogMonitor(system.database, system.jobs, system.inventoryReader, system.metrics)) {
            backlog.runOnce();
            var figures = figures();
            assertThat(figures.of("seatlock_pending_reservations")).isEqualTo(1);
            assertThat(figures.of("seatlock_lapsed_reservations")).isZero();
            assertThat(figures.of("seatlock_sweeper_lag_seconds")).isZero();
            assertThat(figures.of("seatlock_jobs{state=\"READY\"}")).isEqualTo(1);
            assertThat(figures.of("seatlock_jobs{state=\"RUNNING\"}")).isZero();
            assertThat(figures.of("seatlock_jobs{state=\"DEAD\"}")).isZero();
            assertThat(figures.of("seatlock_oldest_job_seconds{state=\"READY\"}"))
                    .isPositive();
            assertThat(figures.of("seatlock_oldest_job_seconds{state=\"RUNNING\"}"))
                    .isZero();

            system.lapse(event.id());
            backlog.runOnce();
            assertThat(figures().of("seatlock_pending_reservations")).isZero();
            assertThat(figures().of("seatlock_lapsed_reservations")).isEqualTo(1);
            assertThat(figures().of("seatlock_sweeper_lag_seconds")).isPositive();

            system.sweeper().runOnce();
            backlog.runOnce();
            assertThat(figures().of("seatlock_lapsed_reservations")).isZero();
            assertThat(figures().of("seatlock_expired_reservations_total")).isEqualTo(1);
            assertThat(figures().of("seatlock_sweeper_last_success_timestamp_seconds"))
                    .isGreaterThan(1.7e9);
        }
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/nowhere", "u", "p");
        try (var away = Database.open(
                        nowhere, 1, Duration.ofSeconds(1), Database.Plans.DEFAULT, TransactionObserver.NONE);
                var backlog = new BacklogMonitor(away, system.jobs, system.inventoryReader, system.metrics)) {
            assertThatThrownBy(backlog::runOnce).isInstanceOf(DatabaseException.Unavailable.class);
        }
        assertThat(figures().of("seatlock_pending_reservations")).isNaN();
        assertThat(figures().of("seatlock_jobs{state=\"READY\"}")).isNaN();
    }

    @Test
    void jobs_are_counted_by_how_they_ended() {
        try (var testWorkers = new TestWorkers(system).start()) {
            var event = system.event(1);
            system.api.buy(event.id(), "S-A-1");
            await("seatlock_jobs_total{kind=\"IssueTickets\",outcome=\"done\"}", 1);
            assertThat(figures().of("seatlock_workers_alive")).isEqualTo(3);
            assertThat(figures().of("seatlock_redis_up")).isEqualTo(1);
            assertThat(testWorkers.workers.alive()).isEqualTo(3);
        }
    }

    /** What is measured of every process; some of it only when there is something to measure. */
    @Test
    void they_have_the_names_by_which_they_are_known() {
        system.metrics.measureProcess();
        system.metrics.jobEnded("IssueTickets", "dead");
        system.metrics.workers(() -> 0);
        system.metrics.limitExceeded("requests_per_address");
        system.metrics.violations("an_invariant", 0);
        system.metrics.orderCompleted("reserve", "done");
        system.metrics.ready(true);
        system.api.get("/livez");
        await(requests("GET", "/livez", 200), 1);

        var figures = figures();
        assertThat(figures.names())
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
        assertThat(figures.of("seatlock_ready")).isEqualTo(1);
        assertThat(figures.of("seatlock_limited_total{limit=\"requests_per_address\"}"))
                .isEqualTo(1);
        assertThat(figures.samples().keySet())
                .filteredOn(series ->
                        series.startsWith("seatlock_http_request_seconds_bucket") && series.contains("\"/livez\""))
                .hasSize(13);
    }

    @Test
    void a_scrape_waits_for_nothing() throws InterruptedException {
        var entered = new CountDownLatch(1);
        var held = new CountDownLatch(1);
        var busy = new Thread(() -> system.database.inTransaction(tx -> {
            entered.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        }));
        busy.start();
        entered.await();
        connections(system);
        assertThat(figures().of("hikaricp_connections_active{pool=\"reads\"}")).isEqualTo(1);
        held.countDown();
        busy.join();
    }

    private static void connections(TestSystem system) {
        system.metrics.connections(
                "reads",
                () -> system.database.connections().open(),
                () -> system.database.connections().active(),
                () -> system.database.connections().waiting());
    }
}
