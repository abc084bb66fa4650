package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/**
 * An upgrade from a database that the jar of release 0.1.0 filled. In it are two events. Of "Aida" one seat is sold and checked
 * in, one sold with a dead job, two sold with an open job, one refunded, one cancelled, and two held by a reservation whose
 * hold has lapsed since; of "Turandot" one hold lapsed long ago. Each was made with an idempotency key named after it.
 */
class UpgradeTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DatabaseUrl url = Servers.newEmptyDatabase();

    /** The replies that 0.1.0 stored, by idempotency key. */
    private final Map<String, byte[]> replies = new TreeMap<>();

    private TestSystem system;
    private EventId aida;

    @BeforeEach
    void upgrade() throws SQLException, IOException {
        Flyway.configure()
                .dataSource(url.jdbc(), url.user(), url.password())
                .locations("classpath:sql")
                .target("5")
                .load()
                .migrate();
        load();
        assertThat(new Migrations(url).migrate()).isEqualTo(15);
        new Migrations(url).grantAccess(Servers.serving(url));
        system = TestSystem.on(url);
        aida = new EventId(system.query("SELECT event_id FROM events WHERE name = 'Aida'", row -> row.uuid("event_id"))
                .get(0));
    }

    private void load() throws SQLException, IOException {
        try (var connection = Servers.connect(url);
                var statement = connection.createStatement();
                var dump = UpgradeTest.class.getResourceAsStream("/upgrade/0.1.0.sql")) {
            // The dump has the rows of each table together, so foreign keys are checked only after all of it.
            statement.execute("SET session_replication_role = replica");
            statement.execute(new String(dump.readAllBytes(), StandardCharsets.UTF_8));
            var stored = statement.executeQuery("SELECT idempotency_key, reply_body FROM public.idempotency_keys");
            while (stored.next()) {
                replies.put(stored.getString("idempotency_key"), stored.getBytes("reply_body"));
            }
        }
    }

    @AfterEach
    void close() {
        system.close();
    }

    private String id(String key) throws IOException {
        return JSON.readTree(replies.get(key)).get("id").asText();
    }

    private String reservationStatus(String key) throws IOException {
        return system.api
                .get(Api.path(aida, id(key)), TestSystem.ADMIN_KEY)
                .json()
                .get("status")
                .asText();
    }

    private void assertNoViolations() {
        system.query("SELECT event_id FROM events", row -> new EventId(row.uuid("event_id")))
                .forEach(event -> assertThat(system.violations(event)).isEmpty());
    }

    @Test
    void everything_is_still_there_and_nothing_is_violated() throws IOException {
        assertNoViolations();
        var event = system.api.get("/api/events/" + aida).json();
        assertThat(event.get("maxSeatsPerReservation").asInt()).isEqualTo(4);
        assertThat(event.get("startsAt").asText()).isEqualTo("2099-06-18T19:00:00Z");
        assertThat(event.has("reservationTtl")).isFalse();
        assertThat(system.query(
                        "SELECT reservation_ttl_ms FROM event_terms JOIN events USING (event_id) WHERE name = 'Turandot'",
                        row -> row.bigint("reservation_ttl_ms")))
                .containsExactly(500L);

        var seats = new ArrayList<JsonNode>();
        system.api.get("/api/events/" + aida + "/seats").json().get("seats").forEach(seats::add);
        assertThat(seats).hasSize(19);
        assertThat(seats.get(9).get("label").asText()).isEqualTo("STALLS-A-10");
        assertThat(seats.get(9).get("number").isInt())
                .as("clients read a number")
                .isTrue();
        assertThat(seats.stream()
                        .filter(seat -> seat.get("status").asText().equals("SOLD"))
                        .map(seat -> seat.get("label").asText()))
                .containsExactly("STALLS-A-2", "STALLS-B-4", "STALLS-B-5", "BOX-1-1-1");

        assertThat(reservationStatus("checked")).isEqualTo("CONFIRMED");
        assertThat(reservationStatus("refunded")).isEqualTo("CANCELLED");
        assertThat(reservationStatus("cancelled")).isEqualTo("CANCELLED");
        assertThat(reservationStatus("pending")).isEqualTo("EXPIRED");
    }

    @Test
    void requests_that_are_repeated_get_the_replies_of_the_old_release_to_the_byte() throws IOException {
        var pending = system.api.reserveWith(
                aida, "pending", "{\"seats\":[\"STALLS-A-1\",\"STALLS-A-10\"],\"email\":\"ada@example.org\"}");
        var refused =
                system.api.reserveWith(aida, "refused", "{\"seats\":[\"STALLS-A-2\"],\"email\":\"eve@example.org\"}");
        var confirmed = system.api.confirmWith(
                aida, id("open"), "confirm-open", "{\"paymentReference\":\"pi_open\",\"amount\":9000}");

        assertThat(pending.outcome()).isEqualTo("201");
        assertThat(pending.header("Location")).isEqualTo(Api.path(aida, id("pending")));
        assertThat(pending.raw().body()).isEqualTo(replies.get("pending"));
        assertThat(refused.raw().body()).isEqualTo(replies.get("refused"));
        assertThat(confirmed.outcome()).isEqualTo("200");
        assertThat(confirmed.raw().body()).isEqualTo(replies.get("confirm-open"));
        assertThat(pending.header("Idempotency-Replayed")).isEqualTo("true");
    }

    /** There was one price in each section, and no fee, discount, tax, list of seats or table. */
    @Test
    void prices_and_plans_of_the_old_release_are_of_the_standard_type() throws IOException {
        assertThat(system.query(
                        "SELECT price_type || ' ' || place || ' ' || name || ' ' || (max_seats IS NULL) AS line"
                                + " FROM price_types",
                        row -> row.text("line")))
                .hasSize(2)
                .containsOnly("standard 1 Standard true");
        assertThat(system.count("SELECT count(*) AS n FROM section_prices WHERE price_type <> 'standard'"))
                .isZero();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservations WHERE total = prices AND discounts = 0 AND fees = 0"))
                .isEqualTo(system.count("SELECT count(*) AS n FROM reservations"))
                .isGreaterThan(6);
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservation_seats WHERE price_type = 'standard' AND discount = 0"))
                .isEqualTo(system.count("SELECT count(*) AS n FROM reservation_seats"))
                .isGreaterThan(6);
        assertThat(system.query(
                        "SELECT DISTINCT sold || length - seat_count AS line FROM seat_plans", row -> row.text("line")))
                .containsExactly("SINGLY0");
        assertThat(system.query("SELECT event_id FROM events WHERE tax_rate IS NOT NULL", row -> row.uuid("event_id")))
                .isEmpty();

        var sold =
                system.api.get(Api.path(aida, id("open")), TestSystem.ADMIN_KEY).json();
        assertThat(sold.at("/total/amount").asLong()).isEqualTo(9000);
        assertThat(sold.get("seats").toString())
                .isEqualTo("[{\"label\":\"STALLS-B-4\",\"priceType\":\"standard\",\"price\":4500},"
                        + "{\"label\":\"STALLS-B-5\",\"priceType\":\"standard\",\"price\":4500}]");
        var plan = system.api
                .send(system.api.asAdmin(system.api.request("/api/events/" + aida + "/plan")))
                .json();
        assertThat(plan.get("priceTypes").toString()).isEqualTo("[{\"id\":\"standard\",\"name\":\"Standard\"}]");
        assertThat(plan.get("fees")).isEmpty();
        assertThat(plan.at("/sections/0/price").asLong()).isEqualTo(4500);
    }

    @Test
    void payments_and_scans_of_the_old_release_are_on_record() throws IOException {
        var id = system.api.reserve(aida, "STALLS-A-1").json().get("id").asText();

        var reused =
                system.api.confirmWith(aida, id, "confirm-again", "{\"paymentReference\":\"pi_open\",\"amount\":4500}");

        assertThat(reused.outcome()).isEqualTo("409 payment-already-used");
        assertThat(system.query("SELECT outcome FROM scans", row -> row.text("outcome")))
                .containsExactly("ADMITTED");
        assertThat(system.api.cancel(aida, id("checked"), TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("409 already-checked-in");
    }

    @Test
    void the_sale_continues() throws IOException {
        var token = JSON.readTree(replies.get("pending")).get("token").asText();
        assertThat(system.api.cancel(aida, id("pending"), token).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(system.api.reserve(aida, "STALLS-A-2").outcome()).isEqualTo("409 seats-taken");

        var bought = system.api.buy(aida, "STALLS-A-1", "STALLS-A-3", "STALLS-A-10");
        assertThat(bought.outcome()).isEqualTo("200");
        assertThat(system.api
                        .cancel(aida, id("dead"), TestSystem.ADMIN_KEY)
                        .json()
                        .get("status")
                        .asText())
                .isEqualTo("CANCELLED");

        assertThat(system.sweeper().runOnce()).isEqualTo(2);
        assertNoViolations();
    }

    @Test
    void tickets_of_the_old_release_open_the_gate_once() throws IOException {
        var used = system.api.tickets(aida, id("checked")).get(0);
        var fresh = system.api.tickets(aida, id("open")).get(0).get("code").asText();

        assertThat(used.get("status").asText()).isEqualTo("CHECKED_IN");
        assertThat(system.api.scan(aida, used.get("code").asText(), "South").outcome())
                .isEqualTo("409 already-checked-in");
        assertThat(system.api.scan(aida, fresh, "South").outcome()).isEqualTo("200");
        assertThat(system.api.scan(aida, fresh, "North").outcome()).isEqualTo("409 already-checked-in");
    }

    /** Release 0.1.0 mailed the tickets in the job that made the documents, so jobs that are done are not mailed again. */
    @Test
    void open_and_dead_jobs_are_done() throws IOException {
        assertThat(system.query(
                        "SELECT reservation_id FROM jobs WHERE kind = 'SendTickets' AND state = 'DONE'",
                        row -> row.uuid("reservation_id")))
                .containsExactly(UUID.fromString(id("checked")));
        try (var workers = new TestWorkers(system).start()) {
            Wait.until("the open job is done", () -> done("IssueTickets") == 3 && done("SendTickets") == 2);
            assertThat(workers.mails()).hasSize(1);

            int retried = system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
            assertThat(retried).isEqualTo(1);
            Wait.until("the dead job is done", () -> done("IssueTickets") == 4 && done("SendTickets") == 3);
            assertThat(workers.mails()).hasSize(2);
        }
        assertNoViolations();
    }

    private long done(String kind) {
        return system.count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE' AND kind = ?", kind);
    }
}
