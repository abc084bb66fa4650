package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.metrics.TransactionObserver;
import seatlock.support.PostgresProxy;
import seatlock.support.Servers;
import seatlock.support.TestSystem;

class DatabaseTest {

    private final DatabaseUrl url = TestSystem.shared().url;

    private static String setting(Tx tx, String name) throws SQLException {
        return tx.query("SHOW " + name, row -> row.text(name)).get(0);
    }

    @Test
    void timeouts_are_set_whatever_the_url_says_and_survive_a_rollback() {
        var overriding = new DatabaseUrl(
                url.jdbc() + "?options=-c%20statement_timeout=60000%20-c%20lock_timeout=0", url.user(), url.password());
        try (var database = Database.open(overriding, 1, Duration.ofSeconds(7))) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> database.inTransaction(tx -> tx.update("nonsense")))
                        .isInstanceOf(IllegalStateException.class);
                database.inTransaction(tx -> {
                    assertThat(setting(tx, "lock_timeout")).isEqualTo("1s");
                    assertThat(setting(tx, "statement_timeout")).isEqualTo("7s");
                    assertThat(setting(tx, "idle_in_transaction_session_timeout"))
                            .isEqualTo("10s");
                    return null;
                });
            }
        }
    }

    private static final List<String> SETTINGS = List.of(
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "plan_cache_mode",
            "enable_seqscan");

    private static List<String> settings(Tx tx) throws SQLException {
        var values = new ArrayList<String>();
        for (var name : SETTINGS) {
            values.add(setting(tx, name));
        }
        return values;
    }

    private Database openForSales() {
        return Database.open(
                url,
                1,
                Duration.ofSeconds(7),
                Database.Plans.BY_KEY,
                TransactionObserver.NONE,
                Database.PATIENT_CONNECTION_WAIT);
    }

    @Test
    void a_key_that_exists_already_is_tried_again_and_then_reported() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(20))) {
            database.inTransaction(tx -> tx.update("CREATE TABLE drawn (number integer PRIMARY KEY)"));
            database.inTransaction(tx -> tx.update("INSERT INTO drawn VALUES (0)"));
            var numbers = IntStream.iterate(0, n -> n + 1).iterator();

            database.inTransaction(tx -> tx.update("INSERT INTO drawn VALUES (?)", numbers.next()));
            List<Integer> drawn = database.inTransaction(
                    tx -> tx.query("SELECT number FROM drawn ORDER BY number", row -> row.integer("number")));

            assertThat(drawn).containsExactly(0, 1);
            assertThatThrownBy(() -> database.inTransaction(tx -> tx.update("INSERT INTO drawn VALUES (1)")))
                    .isInstanceOf(IllegalStateException.class);
            database.inTransaction(tx -> tx.update("DROP TABLE drawn"));
        }
    }

    /** A pooler that gives each transaction another session, or renews one, has the same effect. */
    @Test
    void settings_hold_in_every_transaction_whatever_the_session_has() {
        try (var database = openForSales()) {
            database.inTransaction(tx -> tx.update("RESET ALL"));
            List<String> afterwards = database.inTransaction(DatabaseTest::settings);
            assertThat(afterwards).containsExactly("1s", "7s", "10s", "force_generic_plan", "off");
        }
    }

    /** Another client of a pooler would inherit what is left in the session. */
    @Test
    void outside_a_transaction_the_session_has_the_defaults_of_postgresql() throws SQLException {
        var defaults = new ArrayList<String>();
        try (var connection = Servers.connect(url);
                var statement = connection.createStatement()) {
            for (var name : SETTINGS) {
                try (var row = statement.executeQuery("SHOW " + name)) {
                    row.next();
                    defaults.add(row.getString(1));
                }
            }
        }
        try (var database = openForSales()) {
            database.inTransaction(tx -> {
                tx.readClock();
                tx.limitLockWait(Duration.ofMillis(100));
                tx.readClock();
                tx.update("COMMIT"); // the following statements begin a transaction that has no settings
                assertThat(settings(tx)).isEqualTo(defaults);
                return null;
            });
        }
    }

    @Test
    void settings_cost_no_round_trip() throws Exception {
        try (var proxy = PostgresProxy.inFrontOf(url);
                var database = Database.open(proxy.url(), 1, Duration.ofSeconds(7))) {
            database.inTransaction(Tx::readClock); // connects
            var before = proxy.roundTrips();
            database.inTransaction(tx -> {
                tx.limitLockWait(Duration.ofMillis(100));
                return tx.readClock();
            });
            assertThat(proxy.roundTrips() - before)
                    .as("BEGIN, the statement, COMMIT")
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void a_setting_that_is_not_in_force_is_reported() {
        try (var database = openForSales()) {
            assertThat(database.settingsNotInForce()).isEmpty();
            database.inTransaction(tx -> {
                tx.update("SET LOCAL lock_timeout = 0");
                tx.update("SET LOCAL enable_seqscan = on");
                assertThat(tx.settingsNotInForce())
                        .containsExactlyInAnyOrder(
                                "lock_timeout is 0 instead of 1000", "enable_seqscan is on instead of off");
                return null;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"42P05,false", "26000,false", "08P01,true"})
    void errors_of_a_pooler_say_how_to_configure_it(String code, boolean mayPass) {
        try (var database = Database.open(url, 1, Duration.ofSeconds(7))) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        throw new SQLException("made for this test", code);
                    }))
                    .isInstanceOfSatisfying(
                            DatabaseException.Unavailable.class,
                            e -> assertThat(e.isTransient()).isEqualTo(mayPass))
                    .hasMessageContaining("made for this test")
                    .hasMessageContaining("add prepareThreshold=0 to DATABASE_URL");
        }
    }

    @Test
    void a_limit_on_the_lock_wait_replaces_the_one_before() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(7))) {
            database.inTransaction(tx -> {
                for (int millis : List.of(100, 200)) {
                    tx.limitLockWait(Duration.ofMillis(millis));
                    assertThat(setting(tx, "lock_timeout")).isEqualTo(millis + "ms");
                    assertThat(setting(tx, "statement_timeout")).isEqualTo("7s");
                }
                return null;
            });
        }
    }

    @Test
    void a_limit_on_the_lock_wait_ends_with_its_transaction() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(7))) {
            database.inTransaction(tx -> {
                tx.limitLockWait(Duration.ofMillis(100));
                assertThat(setting(tx, "lock_timeout")).isEqualTo("100ms");
                return null;
            });
            String afterwards = database.inTransaction(tx -> setting(tx, "lock_timeout"));
            assertThat(afterwards).isEqualTo("1s");
        }
    }

    @Test
    void a_transaction_that_collides_is_retried_twice_from_the_top() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(7))) {
            var attempts = new AtomicInteger();
            var result = database.inTransaction(tx -> {
                if (attempts.incrementAndGet() < 3) {
                    throw new SQLException("made for this test", "40001");
                }
                return "done";
            });
            assertThat(result).isEqualTo("done");
            assertThat(attempts).hasValue(3);

            attempts.set(0);
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        attempts.incrementAndGet();
                        throw new SQLException("made for this test", "40P01");
                    }))
                    .isInstanceOf(DatabaseException.Unavailable.class);
            assertThat(attempts).hasValue(3);
        }
    }

    @Test
    void every_throwable_rolls_back() {
        try (var database = Database.open(Servers.newDatabase(), 1, Duration.ofSeconds(7))) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        tx.update("CREATE TABLE half_done (n integer)");
                        throw new StackOverflowError("made for this test");
                    }))
                    .isInstanceOf(StackOverflowError.class);
            List<String> tables = database.inTransaction(
                    tx -> tx.query("SELECT to_regclass('half_done')::text AS name", row -> row.text("name")));
            assertThat(tables).containsExactly((String) null);
        }
    }

    @Test
    void a_statement_that_takes_too_long_is_unavailable() {
        try (var database = Database.open(url, 2, Duration.ofMillis(200))) {
            assertThatThrownBy(() -> database.inTransaction(tx -> tx.query("SELECT pg_sleep(60)", row -> 1)))
                    .isInstanceOf(DatabaseException.Unavailable.class);
        }
    }

    /** The server does not end the statement itself, as if its machine were down, or a commit waited for a lost standby. */
    @Test
    void a_server_that_does_not_respond_is_unavailable() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(1))) {
            var began = System.nanoTime();
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        tx.update("SET LOCAL statement_timeout = 0");
                        return tx.query("SELECT pg_sleep(60)", row -> 1);
                    }))
                    .isInstanceOf(DatabaseException.Unavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void a_connection_lost_before_the_commit_leaves_no_effect() {
        try (var database = Database.open(Servers.newDatabase(), 2, Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        tx.update("CREATE TABLE half_done (n integer)");
                        terminate(database, pid(tx));
                        return tx.update("SELECT 1");
                    }))
                    .isInstanceOf(DatabaseException.Unavailable.class);
            List<String> tables = database.inTransaction(
                    tx -> tx.query("SELECT to_regclass('half_done')::text AS name", row -> row.text("name")));
            assertThat(tables).containsExactly((String) null);
        }
    }

    @Test
    void a_connection_lost_at_the_commit_leaves_the_outcome_unknown() {
        try (var database = Database.open(url, 2, Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> database.inTransaction(tx -> {
                        terminate(database, pid(tx));
                        return null;
                    }))
                    .isInstanceOf(DatabaseException.OutcomeUnknown.class);
        }
    }

    private static int pid(Tx tx) throws SQLException {
        return tx.query("SELECT pg_backend_pid() AS pid", row -> row.integer("pid"))
                .get(0);
    }

    /** Ends a connection, and waits until the server has ended it. */
    private static void terminate(Database database, int pid) {
        List<Boolean> ended = database.inTransaction(tx ->
                tx.query("SELECT pg_terminate_backend(?, 10000)::int AS ended", row -> row.integer("ended") == 1, pid));
        assertThat(ended).containsExactly(true);
    }

    /** With a full pool, the next transaction waits for its turn; only a database that is away refuses at once. */
    @Test
    void an_exhausted_pool_is_not_taken_for_a_database_that_is_away() {
        var plans = Database.Plans.DEFAULT;
        try (var database = Database.open(url, 1, Duration.ofSeconds(7), plans, TransactionObserver.NONE)) {
            database.inTransaction(tx -> {
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(() -> database.inTransaction(Tx::readClock))
                            .isInstanceOf(DatabaseException.Unavailable.class)
                            .hasMessageContaining("request timed out");
                }
                return null;
            });
            assertThat(database.inTransaction(Tx::readClock)).isNotNull();
        }
    }

    @Test
    void an_unreachable_database_is_unavailable() {
        var nowhere = new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/nowhere", "u", "p");
        try (var database =
                Database.open(nowhere, 1, Duration.ofSeconds(1), Database.Plans.DEFAULT, TransactionObserver.NONE)) {
            assertThatThrownBy(() -> database.inTransaction(Tx::readClock))
                    .isInstanceOf(DatabaseException.Unavailable.class);
        }
    }
}
