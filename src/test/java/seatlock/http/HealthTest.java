package seatlock.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.limits.Limits;
import seatlock.limits.Networks;
import seatlock.mail.Mailer;
import seatlock.metrics.Metrics;
import seatlock.sales.Rehearsal;
import seatlock.support.Api;
import seatlock.support.RudeServer;
import seatlock.support.ScrapedMetrics;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Each test has a database of its own, and takes away something that a sale needs. */
class HealthTest {

    private static final Set<String> LOCKED_BY_SIMULTANEOUS_SALES = Set.of("events", "event_terms");

    private final TestSystem system = new TestSystem();

    @AfterEach
    void close() {
        system.close();
    }

    private JsonNode ready() {
        return system.api.get("/readyz").json();
    }

    private void awaitProblem(String part) {
        Wait.until(
                "the problem is: " + part,
                () -> system.api.get("/readyz").status() == 503
                        && ready().path("problem").asText().contains(part));
        assertThat(ready().get("status").asText()).isEqualTo("not ready");
    }

    private void awaitReady() {
        Wait.until("ready", () -> system.api.get("/readyz").status() == 200);
        assertThat(ready().has("problem")).isFalse();
    }

    /** As the owner, in the session settings of a new connection. */
    private void execute(String sql) {
        try (var connection = Servers.connect(system.url);
                var statement = connection.createStatement()) {
            for (var each : sql.split(";")) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String name() {
        return system.url.jdbc().replaceFirst(".*/([^/?]+).*", "$1");
    }

    /** The pools connect anew, as they do after each restart of PostgreSQL. */
    private void endSessionsOfServers() {
        execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = '"
                        + system.servingUrl.user() + "'");
    }

    @Test
    void a_database_that_is_read_only_is_not_ready() {
        awaitReady();
        execute("ALTER DATABASE " + name() + " SET default_transaction_read_only = on");
        endSessionsOfServers();
        awaitProblem("default_transaction_read_only is on");

        execute("SET default_transaction_read_only = off; ALTER DATABASE " + name()
                + " RESET default_transaction_read_only");
        endSessionsOfServers();
        awaitReady();
    }

    @ParameterizedTest
    @CsvSource({
        "ALTER TABLE payment_references RENAME TO gone, payment_references",
        "ALTER TABLE seats RENAME held_until TO gone, held_until",
        "REVOKE INSERT ON tickets FROM %s, permission denied for table tickets",
        "'REVOKE USAGE ON SCHEMA public FROM PUBLIC, %s', flyway_schema_history"
    })
    void what_a_sale_needs_and_lacks_is_named(String sql, String problem) {
        awaitReady();
        execute(sql.formatted(system.servingUrl.user()));
        awaitProblem(problem);
    }

    @Test
    void an_older_schema_is_not_ready_and_a_newer_one_is_with_a_hint() {
        execute("UPDATE flyway_schema_history SET version = '999' WHERE version = '1'");
        Wait.until("newer", () -> ready().at("/checks/schema").asText().equals("newer"));
        awaitReady();
        assertThat(ready().at("/hints/0").asText()).contains("version 999", "version " + TestSystem.SCHEMA_VERSION);

        execute("UPDATE flyway_schema_history SET version = '1' WHERE version <> '2'");
        awaitProblem("The schema has version 2, but this program needs version " + TestSystem.SCHEMA_VERSION);
        assertThat(ready().at("/checks/schema").asText()).isEqualTo("older");
    }

    /**
     * The rehearsal is neither stricter nor more lenient than a sale, table by table. The exceptions are two tables that only
     * simultaneous sales lock.
     */
    @ParameterizedTest
    @ValueSource(strings = {"INSERT", "UPDATE"})
    void the_rehearsal_fails_exactly_if_a_sale_does(String privilege) {
        var role = system.servingUrl.user();
        var event = eventWithFeesAndLimits();
        var tables = system.query(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
                row -> row.text("tablename"));
        try (var limiter = TestSystem.noLimiter(new Metrics());
                var node = system.limitedNode(Limits.DEFAULT, Networks.NONE, limiter);
                var database = Database.open(system.servingUrl, 1, Duration.ofSeconds(20))) {
            var api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
            assertThat(sells(api, event, "S-A-1")).isTrue();
            int seat = 1;
            for (var table : tables) {
                execute("REVOKE " + privilege + " ON " + table + " FROM " + role);
                var sells = sells(api, event, "S-A-" + ++seat);
                var isLocked = privilege.equals("UPDATE") && LOCKED_BY_SIMULTANEOUS_SALES.contains(table);
                assertThat(accepts(database))
                        .as("%s on %s is missing, and a sale succeeds: %s", privilege, table, sells)
                        .isEqualTo(sells && !isLocked);
                if (!table.equals("flyway_schema_history")) {
                    execute("GRANT " + privilege + " ON " + table + " TO " + role);
                }
            }
            assertThat(accepts(database)).isTrue();
        }
    }

    /** So that a sale writes every table that a sale can write. */
    private EventId eventWithFeesAndLimits() {
        var created = system.api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "priceTypes":[{"id":"early","name":"Early bird","max":100}],
                 "fees":[{"name":"Booking fee","amount":100,"per":"SEAT"}],
                 "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":100}]}]}""");
        return new EventId(UUID.fromString(created.json().get("id").asText()));
    }

    private static boolean sells(Api api, EventId event, String seat) {
        try {
            return reservesAndCancels(api, event, seat) && reservesAndConfirms(api, event, seat);
        } catch (AssertionError e) {
            return false; // 500, which the contract of the API does not have
        }
    }

    private static boolean reservesAndCancels(Api api, EventId event, String seat) {
        var reserved = api.reserve(event, seat);
        return reserved.status() == 201
                && api.cancel(event, reserved.json().get("id").asText(), TestSystem.ADMIN_KEY)
                                .status()
                        == 200;
    }

    private static boolean reservesAndConfirms(Api api, EventId event, String seat) {
        var reserved = api.reserve(event, seat);
        if (reserved.status() != 201) {
            return false;
        }
        var total = reserved.json().at("/total/amount").asLong();
        var id = reserved.json().get("id").asText();
        return api.confirm(event, id, total).status() == 200;
    }

    private static boolean accepts(Database database) {
        try {
            database.inTransaction(Rehearsal::run);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Test
    void mail_that_cannot_leave_is_a_hint() throws Exception {
        var metrics = new Metrics();
        try (var refusing = new RudeServer((server, client) -> RudeServer.send(client, "554 5.7.1 Denied\r\n"));
                var database = Database.open(system.servingUrl, 1, Health.STATEMENT_TIMEOUT);
                var health = new Health(database, Rehearsal::run, metrics);
                var server = HealthServer.start(new InetSocketAddress("127.0.0.1", 0), health, metrics)) {
            var mailer = new Mailer(refusing.url("smtp"), "Seatlock <tickets@example.org>");
            health.addDependency("mail", false, mailer::problem);
            health.started(TestSystem.SCHEMA_VERSION);
            var api = new Api("http://localhost:" + server.port(), "");
            assertThat(api.get("/readyz").json().at("/checks/mail").asText()).isEqualTo("up");

            var mail = new Mailer.Mail(
                    "ada@example.org", Optional.empty(), "Tickets", "text", "<p>html", "job-1", List.of());
            assertThatThrownBy(() -> mailer.send(mail)).isInstanceOf(Mailer.Failed.class);

            var response = api.get("/readyz");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.json().get("status").asText()).isEqualTo("degraded");
            assertThat(response.json().at("/checks/mail").asText()).isEqualTo("down");
            assertThat(response.json().at("/hints/0").asText()).startsWith("Mail cannot leave");
        }
    }

    @ParameterizedTest
    @CsvSource({"3600,seconds ahead of", "-90000,seconds behind", "0,''"})
    void a_clock_that_differs_is_a_metric_and_a_hint(long seconds, String hint) {
        var metrics = new Metrics();
        try (var database = Database.open(system.servingUrl, 1, Health.STATEMENT_TIMEOUT);
                var health = new Health(
                        database, Rehearsal::run, metrics, () -> Instant.now().plusSeconds(seconds));
                var server = HealthServer.start(new InetSocketAddress("127.0.0.1", 0), health, metrics)) {
            health.started(TestSystem.SCHEMA_VERSION);
            var response = new Api("http://localhost:" + server.port(), "").get("/readyz");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.json().path("hints").path(0).asText()).contains(hint);
            assertThat(response.json().has("hints")).isEqualTo(!hint.isEmpty());
            assertThat(ScrapedMetrics.parse(metrics.scrape()).of("seatlock_clock_difference_seconds"))
                    .as("at least, with a generous round trip")
                    .isCloseTo(seconds, within(30.0));
        }
    }
}
