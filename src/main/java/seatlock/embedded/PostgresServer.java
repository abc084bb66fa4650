package seatlock.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.Consumer;

/** PostgreSQL 16, run from binaries in the jar, with its data in the home directory. */
public final class PostgresServer implements AutoCloseable {

    private static final String USER = "postgres";
    private static final String SERVING_USER = "seatlock";
    private static final String DATABASE = "seatlock";

    /** Leaves time for crash recovery. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** The macOS binaries are universal, but stored in the jar only once, under the name x86_64. */
    private static final PgBinaryResolver BINARIES = (system, machine) ->
            DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, system.equals("Darwin") ? "x86_64" : machine);

    private final EmbeddedPostgres server;
    private final String password;
    private final String servingPassword;

    private PostgresServer(EmbeddedPostgres server, String password, String servingPassword) {
        this.server = server;
        this.password = password;
        this.servingPassword = servingPassword;
    }

    /**
     * Starts PostgreSQL on its existing data. Stops a server that a killed JVM left running.
     *
     * @param progress receives a message before each slow step
     */
    public static PostgresServer start(HomeDirectory home, Consumer<String> progress) {
        var binaries = home.resolve("postgres/bin");
        var data = home.resolve("postgres/data");
        var initialized = home.resolve("postgres/initialized");
        var log = home.resolve("postgres/postgres.log");
        var password = home.secret("postgres-password", "");
        try {
            Files.createDirectories(binaries);
            if (LeftoverProcess.stop(data.resolve("postmaster.pid"), binaries)) {
                progress.accept("stopped a PostgreSQL left running by a killed Seatlock process");
            }
            if (!Files.exists(initialized)) {
                delete(data); // an interrupted first start leaves data that PostgreSQL cannot start on
                progress.accept("unpacking PostgreSQL and creating its database (first start only)");
            }
            var builder = EmbeddedPostgres.builder()
                    .setPgBinaryResolver(BINARIES)
                    .setOverrideWorkingDirectory(binaries.toFile())
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false) // the hook would stop PostgreSQL while it is still in use
                    .setPort(Ports.free())
                    .setPGStartupWait(START_TIMEOUT)
                    .setOutputRedirector(Redirect.appendTo(log.toFile()))
                    // These become options of initdb, whose default lets every local user connect without a password.
                    .setLocaleConfig("auth", "scram-sha-256")
                    .setLocaleConfig("pwfile", home.resolve("postgres-password").toString())
                    .setLocaleConfig("locale", "C")
                    .setConnectConfig("password", password)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", "200")
                    // The library is made for tests and turns these off.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on");
            var server = new PostgresServer(builder.start(), password, home.secret("serving-password", ""));
            server.createDatabase();
            if (!Files.exists(initialized)) {
                Files.createFile(initialized);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start; see " + log, e);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("PostgreSQL did not start; see " + log, e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void createDatabase() {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            var exists = statement
                    .executeQuery("SELECT FROM pg_database WHERE datname = '" + DATABASE + "'")
                    .next();
            if (!exists) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        } catch (SQLException e) {
            close();
            throw new IllegalStateException("Cannot create the database: " + e.getMessage(), e);
        }
    }

    /** Returns the address in the form of the setting {@code DATABASE_URL}. */
    public String url() {
        return url(USER, password);
    }

    /** Returns the address for the restricted role that serves, which {@code Migrations.grantAccess} must have created. */
    public String servingUrl() {
        return url(SERVING_USER, servingPassword);
    }

    private String url(String user, String secret) {
        return "postgresql://" + user + ":" + secret + "@127.0.0.1:" + port() + "/" + DATABASE;
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
