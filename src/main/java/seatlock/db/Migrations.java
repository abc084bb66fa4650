package seatlock.db;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The schema in {@code sql/}, by Flyway. A migration that has landed is never edited; the next one is added. */
public final class Migrations {

    private final Flyway flyway;

    public Migrations(DatabaseUrl url) {
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

    /** How many migrations this program has that the database has not: with any, it cannot serve. */
    public int pending() {
        try {
            return flyway.info().pending().length;
        } catch (FlywayException e) {
            throw new DatabaseException.Unavailable("The schema cannot be read: " + e.getMessage(), e);
        }
    }
}
