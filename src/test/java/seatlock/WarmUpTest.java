package seatlock;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import seatlock.db.Database;
import seatlock.db.DatabaseUrl;
import seatlock.db.Tx;
import seatlock.support.Servers;
import seatlock.support.Wait;
import seatlock.tickets.TicketKeys;

class WarmUpTest {

    private static WarmUp warmUp(DatabaseUrl url, Duration limit) throws Config.Invalid {
        return new WarmUp(
                Config.from(Map.of("LIMIT_REQUESTS_PER_KEY", "1")), url, limit, () -> false); // a rehearsal sends more
    }

    /** Returns the number of rows of each table. */
    private static Map<String, Long> rows(Tx tx) throws SQLException {
        var rows = new TreeMap<String, Long>();
        var tables = tx.query(
                "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'",
                row -> row.text("name"));
        for (var table : tables) {
            rows.put(
                    table,
                    tx.query("SELECT count(*) AS n FROM " + table, row -> row.bigint("n"))
                            .get(0));
        }
        return rows;
    }

    @Test
    void a_rehearsal_sells_and_leaves_nothing() throws Exception {
        var url = Servers.newDatabase();
        try (var database = Database.open(url, 2, Duration.ofSeconds(10))) {
            new TicketKeys(database).ensureFirst();
            var before = database.inTransaction(WarmUpTest::rows);
            assertThat(before).containsKeys("events", "reservations", "tickets", "jobs", "changes", "idempotency_keys");

            var said = warmUp(url, Duration.ofSeconds(2)).run();

            assertThat(said).matches("\\d+\\.\\d s, [1-9][\\d,]* bookings that were rolled back");
            assertThat(database.inTransaction(WarmUpTest::rows)).isEqualTo(before);
            Wait.until(
                    "nothing of it remains open",
                    () -> database.inTransaction(tx -> tx.query(
                                    "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
                                    row -> row.bigint("n")))
                            .get(0)
                            .equals(0L));
        }
    }

    @Test
    void a_database_that_is_down_ends_the_rehearsal_and_not_the_start() throws Exception {
        var nobody = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/none", "nobody", "none");

        assertThat(warmUp(nobody, Duration.ofSeconds(2)).run()).startsWith("ended early: ");
    }

    @Test
    void a_process_that_is_about_to_stop_does_not_rehearse() throws Exception {
        var nobody = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/none", "nobody", "none");
        var warmUp = new WarmUp(Config.from(Map.of()), nobody, Duration.ofMinutes(5), () -> true);

        assertThat(warmUp.run()).endsWith("0 bookings that were rolled back");
    }
}
