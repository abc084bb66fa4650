package seatlock.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.UUID;
import java.util.function.Supplier;
import seatlock.db.DatabaseUrl;
import seatlock.db.Migrations;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.PostgresServer;
import seatlock.embedded.RedisServer;

/**
 * PostgreSQL and Redis for the tests, one of each for the whole run: at the address in DATABASE_URL or REDIS_URL, else in
 * Docker, else from the jar ({@link ServerSource}). The choice is printed once.
 *
 * <p>Each caller gets a database of its own: in PostgreSQL a copy of one that was migrated once, in Redis a numbered database. A
 * server at an address is left as it was found.
 */
public final class Servers {

    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

    private static final Deque<Runnable> ENDS = new ArrayDeque<>();

    private static DatabaseUrl server;
    private static String template;
    private static int databases;
    private static URI redis;
    private static Path directory;
    private static HomeDirectory home;

    private Servers() {}

    /** Creates a database with the schema. */
    public static synchronized DatabaseUrl newDatabase() {
        startPostgres();
        return create(" TEMPLATE " + template);
    }

    private static void startPostgres() {
        if (template == null) {
            var url = start("PostgreSQL", "DATABASE_URL", Docker::startPostgres, Servers::startEmbeddedPostgres);
            server = DatabaseUrl.parse(url);
            template = "seatlock_template_" + RUN;
            dropAtExit();
            execute("CREATE DATABASE " + template);
            var migrations = new Migrations(at(template));
            migrations.migrate();
            migrations.grantAccess(serving(at(template)));
        }
    }

    /** Creates an empty database. */
    public static synchronized DatabaseUrl newEmptyDatabase() {
        startPostgres();
        return create("");
    }

    private static DatabaseUrl create(String how) {
        var name = name(++databases);
        execute("CREATE DATABASE " + name + how);
        return at(name);
    }

    private static String name(int database) {
        return "seatlock_test_" + RUN + "_" + database;
    }

    /** Returns the address of the same database for the role that cannot change the schema. */
    public static DatabaseUrl serving(DatabaseUrl url) {
        return new DatabaseUrl(url.jdbc(), "seatlock_" + RUN, "serving");
    }

    public static Connection connect(DatabaseUrl url) throws SQLException {
        return DriverManager.getConnection(url.jdbc(), url.user(), url.password());
    }

    /** Claims an empty database in the shared Redis; the caller closes it. */
    public static synchronized RedisDatabase newRedis() {
        if (redis == null) {
            redis = URI.create(start("Redis", "REDIS_URL", Docker::startRedis, Servers::startEmbeddedRedis));
        }
        return RedisDatabase.take(redis);
    }

    private static String start(String what, String variable, Supplier<String> docker, Supplier<String> embedded) {
        var source = ServerSource.choose(variable, System.getenv(), Docker::answers);
        if (source == ServerSource.ENVIRONMENT) {
            System.out.println("The tests' " + what + " is the one at " + variable + ".");
            return System.getenv(variable).strip();
        }
        if (source == ServerSource.DOCKER) {
            try {
                var url = docker.get();
                System.out.println("The tests' " + what + " runs in Docker.");
                return url;
            } catch (RuntimeException e) {
                // Docker may have no image and no network. Fall back to the embedded server.
                System.out.println("Docker does not start " + what + ": " + e.getMessage());
            }
        }
        System.out.println("The tests' " + what + " is the jar's own.");
        return embedded.get();
    }

    private static String startEmbeddedPostgres() {
        var postgres = PostgresServer.start(embeddedHome(), line -> {});
        atExit(postgres::close);
        // Test data need not survive a crash of the machine.
        var url = DatabaseUrl.parse(postgres.url());
        execute(url, "ALTER SYSTEM SET fsync = off");
        // Each of the ten thousand connections of a run would cost ten milliseconds of hashing on both sides.
        execute(url, "ALTER SYSTEM SET scram_iterations = 1");
        execute(url, "SELECT pg_reload_conf()");
        execute(url, "ALTER ROLE \"" + url.user() + "\" PASSWORD '" + url.password() + "'");
        return postgres.url();
    }

    /**
     * Copies the programs of PostgreSQL into a home that a test starts for the first time, which takes less time than to unpack them.
     * Copies nothing if the tests' PostgreSQL is not the jar's own.
     *
     * @return the home
     */
    public static synchronized Path withPrograms(Path home) {
        startPostgres();
        try {
            var programs = directory == null ? null : directory.resolve("postgres/bin");
            if (programs != null && Files.exists(programs)) {
                copy(programs, Files.createDirectories(home.resolve("postgres")).resolve("bin"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return home;
    }

    private static String startEmbeddedRedis() {
        var server = RedisServer.start(embeddedHome(), line -> {});
        atExit(server::close);
        return server.url();
    }

    private static HomeDirectory embeddedHome() {
        if (home == null) {
            try {
                directory = Files.createTempDirectory("seatlock-test-");
                atExit(() -> delete(directory));
                home = HomeDirectory.open(directory);
                atExit(home::close);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return home;
    }

    /** Registers a clean-up at the exit of the JVM; the last one registered runs first. */
    private static void atExit(Runnable end) {
        if (ENDS.isEmpty()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> ENDS.forEach(Servers::run)));
        }
        ENDS.push(end);
    }

    /** Runs a clean-up; its failure does not stop the others. */
    private static void run(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            System.out.println("At the end of the tests: " + e.getMessage());
        }
    }

    /** Drops the databases at the exit if the server outlives this run. */
    private static void dropAtExit() {
        if (ServerSource.choose("DATABASE_URL", System.getenv(), () -> false) == ServerSource.ENVIRONMENT) {
            atExit(() -> {
                for (int i = 1; i <= databases; i++) {
                    execute("DROP DATABASE IF EXISTS " + name(i) + " WITH (FORCE)");
                }
                execute("DROP DATABASE IF EXISTS " + template + " WITH (FORCE)");
                execute("DROP ROLE IF EXISTS seatlock_" + RUN);
            });
        }
    }

    private static DatabaseUrl at(String database) {
        var jdbc = server.jdbc().replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1");
        return new DatabaseUrl(jdbc, server.user(), server.password());
    }

    private static void execute(String sql) {
        execute(server, sql);
    }

    private static void execute(DatabaseUrl url, String sql) {
        try (var connection = connect(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies a directory with the permissions of its files. */
    public static void copy(Path directory, Path to) throws IOException {
        var copy = new ProcessBuilder("cp", "-a", directory.toString(), to.toString())
                .inheritIO()
                .start();
        if (copy.onExit().join().exitValue() != 0) {
            throw new IOException("Cannot copy " + directory);
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
