package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import seatlock.support.TestSystem;

/** The serving role reads and writes the tables and cannot change the schema. All servers in the tests use it. */
class ServingRoleTest {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE mine (id int)",
                "DROP TABLE seats",
                "ALTER TABLE seats DROP CONSTRAINT seats_holder_fk",
                "ALTER TABLE seats DISABLE TRIGGER ALL",
                "DROP INDEX reservation_seats_one_active_per_seat",
                "TRUNCATE seats CASCADE",
                "DELETE FROM flyway_schema_history",
                "CREATE SCHEMA mine",
                "CREATE ROLE mine",
                "COPY seats TO PROGRAM 'true'"
            })
    void the_serving_role_cannot_do_what_serving_does_not_need(String sql) {
        try (var serving = Database.open(system.servingUrl, 1, Duration.ofSeconds(5))) {
            var refused = catchThrowable(() -> serving.inTransaction(tx -> tx.update(sql)));

            assertThat(refused).hasRootCauseInstanceOf(PSQLException.class);
            assertThat(((PSQLException) refused.getCause()).getSQLState()).isEqualTo(INSUFFICIENT_PRIVILEGE);
        }
    }

    @Test
    void the_serving_role_can_read_whether_the_schema_is_up_to_date() {
        assertThat(new Migrations(system.servingUrl).pending()).isZero();
    }

    @Test
    void an_existing_role_is_granted_again_and_keeps_its_password() {
        assertThat(new Migrations(system.url).grantAccess(system.servingUrl)).isFalse();
        assertThat(new Migrations(system.servingUrl).pending()).isZero();
    }
}
