package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import seatlock.support.Servers;

class UncommittedDatabaseTest {

    private final DatabaseUrl url = Servers.newDatabase();

    @BeforeEach
    void createTable() {
        try (var database = Database.open(url, 1, Duration.ofSeconds(5))) {
            database.inTransaction(tx -> tx.update("CREATE TABLE numbers (n int)"));
        }
    }

    private UncommittedDatabase rehearsal() throws SQLException {
        return new UncommittedDatabase(url, Duration.ofSeconds(5), Database.Plans.BY_KEY);
    }

    private static long numbers(Database database) {
        return database.inTransaction(tx -> tx.query("SELECT count(*) AS n FROM numbers", row -> row.bigint("n")))
                .get(0);
    }

    @Test
    void its_transactions_see_each_other_and_nobody_else_sees_them() throws SQLException {
        try (var other = Database.open(url, 1, Duration.ofSeconds(5))) {
            try (var rehearsal = rehearsal()) {
                rehearsal.inTransaction(tx -> tx.update("INSERT INTO numbers VALUES (1)"));
                rehearsal.inTransaction(tx -> tx.update("INSERT INTO numbers VALUES (2)"));

                assertThat(numbers(rehearsal)).isEqualTo(2);
                assertThat(numbers(other)).isZero();
            }
            assertThat(numbers(other)).isZero();
        }
    }

    @Test
    void a_failure_ends_it() throws SQLException {
        try (var rehearsal = rehearsal()) {
            rehearsal.inTransaction(tx -> tx.update("INSERT INTO numbers VALUES (1)"));
            assertThatThrownBy(() -> rehearsal.inTransaction(tx -> tx.update("nonsense")))
                    .isInstanceOf(IllegalStateException.class);

            assertThatThrownBy(() -> numbers(rehearsal)).isInstanceOf(DatabaseException.Unavailable.class);
        }
    }

    @Test
    void it_has_the_settings_of_its_pool() throws SQLException {
        try (var rehearsal = rehearsal()) {
            assertThat(rehearsal.settingsNotInForce()).isEmpty();
        }
    }
}
