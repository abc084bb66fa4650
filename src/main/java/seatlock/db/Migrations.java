package seatlock.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The schema in {@code sql/}, by Flyway. A migration that has landed is never edited; the next one is added. */
public final class Migrations {

    private final DatabaseUrl url;
    private final Flyway flyway;

    /** @param url of a role that may change the schema, if it is to be brought up to date */
    public Migrations(DatabaseUrl url) {
        this.url = url;
        flyway = Flyway.configure()
                .dataSource(url.jdbc(), url.user(), url.password())
                .jdbcProperties(DatabaseUrl.DISCREET)
                .locations("classpath:sql")
                .cleanDisabled(true)
                .validateMigrationNaming(true)
                .load();
    }

    /**
     * Brings the schema up to date. Safe on several nodes at once: Flyway lets one of them do it.
     *
     * @return how many migrations were applied
     * @throws DatabaseException.Unavailable if the database cannot be reached, or refuses
     */
    public int migrate() {
        try {
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("Migrating failed: " + e.getMessage(), e);
        }
    }

    /**
     * Lets a role read and write what is in the tables, and nothing else: not even by mistake can it change the schema. It
     * is created if it does not exist; one that exists keeps its password.
     *
     * @param serving how the role will log in
     * @return whether it was created
     * @throws DatabaseException.Unavailable if the database cannot be reached, or refuses
     */
    public boolean admit(DatabaseUrl serving) {
        try (var connection = DriverManager.getConnection(url.jdbc(), url.user(), url.password());
                var statement = connection.createStatement()) {
            var role = statement.enquoteIdentifier(serving.login(), true);
            var isNew = !exists(connection, serving.login());
            if (isNew) {
                statement.execute(
                        "CREATE ROLE " + role + " LOGIN PASSWORD " + statement.enquoteLiteral(serving.secret()));
            }
            statement.execute("GRANT USAGE ON SCHEMA public TO " + role);
            statement.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
            statement.execute("REVOKE INSERT, UPDATE, DELETE ON flyway_schema_history FROM " + role);
            return isNew;
        } catch (SQLException e) {
            throw new DatabaseException.Unavailable(
                    "The role " + serving.login() + " cannot be given what it needs: " + e.getMessage(), e);
        }
    }

    private static boolean exists(Connection connection, String role) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT FROM pg_roles WHERE rolname = ?")) {
            statement.setString(1, role);
            return statement.executeQuery().next();
        }
    }

    /** How many migrations this program has that the database has not: with any, it cannot serve. */
    public int pending() {
        try {
            return flyway.info().pending().length;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("The schema cannot be read: " + e.getMessage(), e);
        }
    }
}
