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

/** PostgreSQL 16, from binaries in the jar, with its data in the home directory. */
public final class PostgresServer implements AutoCloseable {

    private static final String USER = "postgres";
    private static final String SERVING_USER = "seatlock";
    private static final String DATABASE = "seatlock";

    /** It may have a crash to recover from. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** The Mac's binaries are universal, and in the jar once: what they are called says x86_64 on either kind. */
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
     * Starts it, with the data it had; stops one that a killed JVM left behind.
     *
     * @param progress is told what takes long
     */
    public static PostgresServer start(Home home, Consumer<String> progress) {
        var binaries = home.resolve("postgres/bin");
        var data = home.resolve("postgres/data");
        var initialized = home.resolve("postgres/initialized");
        var log = home.resolve("postgres/postgres.log");
        var password = home.secret("postgres-password", "");
        try {
            Files.createDirectories(binaries);
            if (Orphan.stop(data.resolve("postmaster.pid"), binaries)) {
                progress.accept("stopped the PostgreSQL of a Seatlock that was killed");
            }
            if (!Files.exists(initialized)) {
                delete(data); // what a first start that was interrupted has left: it would not start
                progress.accept("unpacking PostgreSQL and creating its database (first start only)");
            }
            var builder = EmbeddedPostgres.builder()
                    .setPgBinaryResolver(BINARIES)
                    .setOverrideWorkingDirectory(binaries.toFile())
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false) // it would not wait until we have stopped using it
                    .setPort(Ports.free())
                    .setPGStartupWait(START_TIMEOUT)
                    .setOutputRedirector(Redirect.appendTo(log.toFile()))
                    // These become options of initdb. By default whoever is on this machine may do anything.
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
            throw new UncheckedIOException("PostgreSQL did not start; its log is " + log, e);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("PostgreSQL did not start; its log is " + log, e);
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
            throw new IllegalStateException("The database could not be created: " + e.getMessage(), e);
        }
    }

    /** As {@code DATABASE_URL} would have it. */
    public String url() {
        return url(USER, password);
    }

    /** The same for a role that may do no more than serving takes, once {@code Migrations.admit} has let it in. */
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
