package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.UUID;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.embedded.Home;
import seatlock.embedded.PostgresServer;

/**
 * The PostgreSQL of the tests: the one at DATABASE_URL if that is set, else the jar's own, one for the whole run. Each
 * caller gets a database of its own, copied from one that was migrated once.
 */
public final class Servers {

    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

    private static DatabaseUrl server;
    private static String template;
    private static int databases;

    private Servers() {}

    /** A new database with the schema in it. */
    public static synchronized DatabaseUrl newDatabase() {
        if (template == null) {
            server = serverUrl();
            template = "seatlock_template_" + RUN;
            execute("CREATE DATABASE " + template);
            var migrations = new Migrations(at(template));
            migrations.migrate();
            migrations.admit(serving(at(template)));
        }
        return create(" TEMPLATE " + template);
    }

    /** A new database with nothing in it. */
    public static synchronized DatabaseUrl newEmptyDatabase() {
        newDatabase(); // so that there is a server
        return create("");
    }

    private static DatabaseUrl create(String how) {
        var name = "seatlock_test_" + RUN + "_" + ++databases;
        execute("CREATE DATABASE " + name + how);
        return at(name);
    }

    /** The same database for who may not change the schema. */
    public static DatabaseUrl serving(DatabaseUrl url) {
        return new DatabaseUrl(url.jdbc(), "seatlock_" + RUN, "serving");
    }

    public static Connection connect(DatabaseUrl url) throws SQLException {
        return DriverManager.getConnection(url.jdbc(), url.user(), url.password());
    }

    private static DatabaseUrl serverUrl() {
        var configured = System.getenv("DATABASE_URL");
        return DatabaseUrl.parse(configured == null || configured.isEmpty() ? embedded() : configured);
    }

    private static String embedded() {
        try {
            var directory = Files.createTempDirectory("seatlock-test-");
            var home = Home.open(directory);
            var postgres = PostgresServer.start(home, line -> {});
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                postgres.close();
                home.close();
                delete(directory);
            }));
            // What a test writes need not outlive a crash of the machine.
            var url = DatabaseUrl.parse(postgres.url());
            try (var connection = connect(url);
                    var statement = connection.createStatement()) {
                statement.execute("ALTER SYSTEM SET fsync = off");
                statement.execute("SELECT pg_reload_conf()");
            }
            return postgres.url();
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DatabaseUrl at(String database) {
        var jdbc = server.jdbc().replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1");
        return new DatabaseUrl(jdbc, server.user(), server.password());
    }

    private static void execute(String sql) {
        try (var connection = connect(server);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
