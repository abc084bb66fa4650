package seatlock.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Applies the migrations in {@code sql/}, by Flyway. A migration that has landed is never edited; add the next one. */
public final class Migrations {

    private final DatabaseUrl url;
    private final Flyway flyway;

    /** @param url must name a role that may change the schema, except for {@link #pending} */
    public Migrations(DatabaseUrl url) {
        this.url = url;
        flyway = Flyway.configure()
                .dataSource(url.jdbc(), url.user(), url.password())
                .jdbcProperties(DatabaseUrl.NO_ROW_VALUES)
                .locations("classpath:sql")
                .cleanDisabled(true)
                .validateMigrationNaming(true)
                .load();
    }

    /**
     * Brings the schema up to date. Safe to call on several nodes at once: Flyway lets only one of them migrate.
     *
     * @return the number of migrations applied
     * @throws DatabaseException.Unavailable if the database cannot be reached, or a migration fails
     */
    public int migrate() {
        try {
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("The migration failed: " + e.getMessage(), e);
        }
    }

    /**
     * Lets a role read and write rows, but not change the schema. Creates the role if it does not exist; an existing role
     * keeps its password.
     *
     * @param serving the role's name and password
     * @return whether the role was created
     * @throws DatabaseException.Unavailable if the database cannot be reached, or refuses
     */
    public boolean grantAccess(DatabaseUrl serving) {
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
                    "Cannot grant access to the role " + serving.login() + ": " + e.getMessage(), e);
        }
    }

    private static boolean exists(Connection connection, String role) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT FROM pg_roles WHERE rolname = ?")) {
            statement.setString(1, role);
            return statement.executeQuery().next();
        }
    }

    /** Returns the version of the schema that this release needs. */
    public int latest() {
        try {
            return Stream.of(flyway.info().all())
                    .filter(migration -> migration.getState().isResolved())
                    .mapToInt(migration -> migration.getVersion().getMajor().intValueExact())
                    .max()
                    .orElseThrow();
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("Cannot read the state of the schema: " + e.getMessage(), e);
        }
    }

    /** Returns the number of migrations that the database lacks. Unless it is 0, this release cannot serve. */
    public int pending() {
        try {
            return flyway.info().pending().length;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("Cannot read the state of the schema: " + e.getMessage(), e);
        }
    }
}
