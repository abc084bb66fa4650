package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Jvm;
import seatlock.support.Servers;
import seatlock.support.TestSystem;

/** Databases of another encoding, and schemas of another name. */
@Tag("machines")
class UnusualDatabasesTest {

    @TempDir
    private Path home;

    private static void execute(DatabaseUrl url, String sql) throws SQLException {
        try (var connection = Servers.connect(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String setting(DatabaseUrl url) {
        return url.jdbc() + (url.jdbc().contains("?") ? "&" : "?") + "user=" + url.user() + "&password="
                + url.password();
    }

    private static DatabaseUrl inSchema(DatabaseUrl url) {
        var jdbc = url.jdbc() + (url.jdbc().contains("?") ? "&" : "?") + "currentSchema=seats";
        return new DatabaseUrl(jdbc, url.user(), url.password());
    }

    @Test
    void a_database_that_is_not_utf8_is_refused_by_migrate_and_by_serve() throws SQLException {
        var server = Servers.newEmptyDatabase();
        var name = "latin1_" + ProcessHandle.current().pid();
        execute(
                server,
                "CREATE DATABASE " + name + " ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        try {
            var url = new DatabaseUrl(
                    server.jdbc().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"), server.user(), server.password());
            for (var command : new String[] {"migrate", "serve", "all"}) {
                var settings = Map.of("DATABASE_URL", setting(url), "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
                try (var process = Jvm.start(home, settings, command)) {
                    process.awaitOutput("The encoding of the database is LATIN1, but must be UTF8");
                    assertThat(process.exitStatus()).as(command).isEqualTo(1);
                    assertThat(process.output()).contains("ENCODING 'UTF8'").doesNotContain("\tat ");
                }
            }
        } finally {
            execute(server, "DROP DATABASE " + name + " WITH (FORCE)");
        }
    }

    @Test
    void the_serving_role_is_granted_access_to_the_schema_with_the_tables() throws SQLException {
        var server = Servers.newEmptyDatabase();
        execute(server, "CREATE SCHEMA seats");
        var owner = inSchema(server);
        var settings = Map.of(
                "MIGRATION_DATABASE_URL", setting(owner),
                "DATABASE_URL", setting(Servers.serving(owner)),
                "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY);
        try (var migrate = Jvm.start(home, settings, "migrate")) {
            assertThat(migrate.exitStatus()).as(migrate.output()).isZero();
        }
        try (var serve = Jvm.start(home, settings, "serve").awaitReady();
                var system = TestSystem.on(owner)) {
            assertThat(serve.output()).doesNotContain("Waiting");
            assertThat(system.api.buy(system.event(1).id(), "S-A-1").status()).isEqualTo(200);
            assertThat(system.count("SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'"))
                    .isZero();
        }
        assertThat(catchThrowable(() -> new Migrations(owner).grantAccess(Servers.serving(server))))
                .hasMessageContaining("the same currentSchema");
    }
}
