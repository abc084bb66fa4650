package seatlock.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Applies the migrations in {@code sql/}, by Flyway. A migration that has landed is never edited; add the next one. */
public final class Migrations {

    /** Used by a URL without {@code currentSchema}. */
    private static final String DEFAULT_SCHEMA = "public";

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
     * @throws DatabaseException.Unavailable if the database cannot be reached, its encoding is not UTF8, or a migration fails
     */
    public int migrate() {
        requireUtf8();
        try {
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("The migration failed: " + e.getMessage(), e);
        }
    }

    /**
     * Lets a role read and write rows in the schema that was migrated, but not change it. Creates the role if it does not exist; an existing role
     * keeps its password.
     *
     * @param serving the role's name and password
     * @return whether the role was created
     * @throws DatabaseException.Unavailable if the database cannot be reached, or refuses, or the role would look for the
     *     tables in another schema
     */
    public boolean grantAccess(DatabaseUrl serving) {
        if (!Objects.requireNonNullElse(url.schema(), DEFAULT_SCHEMA)
                .equals(Objects.requireNonNullElse(serving.schema(), DEFAULT_SCHEMA))) {
            throw new DatabaseException.Unavailable(
                    "The tables are in another schema than the one in which the role " + serving.login()
                            + " would look for them: give DATABASE_URL and MIGRATION_DATABASE_URL the same currentSchema.",
                    null);
        }
        try (var connection = DriverManager.getConnection(url.jdbc(), url.user(), url.password());
                var statement = connection.createStatement()) {
            var role = statement.enquoteIdentifier(serving.login(), true);
            var isNew = !exists(connection, serving.login());
            if (isNew) {
                statement.execute(
                        "CREATE ROLE " + role + " LOGIN PASSWORD " + statement.enquoteLiteral(serving.secret()));
            }
            var schema = statement.enquoteIdentifier(connection.getSchema(), true);
            statement.execute("GRANT USAGE ON SCHEMA " + schema + " TO " + role);
            statement.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
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

    /** In another encoding, most names and seats could not be stored, and a request that contains one would fail. */
    private void requireUtf8() {
        try (var connection = DriverManager.getConnection(url.jdbc(), url.user(), url.password());
                var statement = connection.createStatement();
                var encoding = statement.executeQuery("SHOW server_encoding")) {
            encoding.next();
            if (!encoding.getString(1).equals("UTF8")) {
                throw new DatabaseException.Unavailable(
                        "The encoding of the database is " + encoding.getString(1)
                                + ", but must be UTF8. Create another one:"
                                + " CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0. Then copy the data, if there is any,"
                                + " with pg_dump and pg_restore.",
                        null);
            }
        } catch (SQLException e) {
            throw new DatabaseException.Unavailable("Cannot read the encoding of the database: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the number of migrations that the database lacks. Unless it is 0, this release cannot serve.
     *
     * @throws DatabaseException.Unavailable if the database cannot be reached, or its encoding is not UTF8
     */
    public int pending() {
        requireUtf8();
        try {
            return flyway.info().pending().length;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("Cannot read the state of the schema: " + e.getMessage(), e);
        }
    }
}
