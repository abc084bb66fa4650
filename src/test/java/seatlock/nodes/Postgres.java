package seatlock.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import seatlock.db.DatabaseUrl;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.Ports;
import seatlock.embedded.PostgresServer;
import seatlock.support.Servers;
import seatlock.support.Wait;

/**
 * A PostgreSQL that can be stopped, killed and restarted at the same address. The classes of the jar create it, and then the
 * test runs the process itself. It is durable: committed transactions must survive kill -9.
 */
final class Postgres implements AutoCloseable {

    private static final int STOP_SECONDS = 60;

    private final Path binary;
    private final Path data;
    private final int port;
    private final String user;
    private final String password;
    private Process process;

    private Postgres(Path binary, Path data, int port, String user, String password) {
        this.binary = binary;
        this.data = data;
        this.port = port;
        this.user = user;
        this.password = password;
    }

    /** Creates a server in a home directory, without starting it. */
    static Postgres create(Path directory, HomeDirectory home) {
        var data = directory.resolve("postgres/data");
        try (var server = PostgresServer.start(home, line -> {})) {
            var url = DatabaseUrl.parse(server.url());
            return new Postgres(binary(data), data, server.port(), url.user(), url.password());
        }
    }

    /** Returns the executable of the server that runs on some data. It may be shared with other servers. */
    private static Path binary(Path data) {
        try {
            var pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
            return Path.of(
                    ProcessHandle.of(pid).flatMap(each -> each.info().command()).orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Creates a standby of this server without starting it. The jar contains no pg_basebackup, so the standby starts as a
     * copy of the data, for which this server must have been stopped.
     */
    Postgres standby(Path copy) {
        Commands.run("cp", "-a", data.toString(), copy.toString());
        var follow = String.format(
                Locale.ROOT,
                "\nprimary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s application_name=standby'\n",
                port,
                user,
                password);
        try {
            Files.createFile(copy.resolve("standby.signal"));
            Files.writeString(copy.resolve("postgresql.auto.conf"), follow, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Postgres(binary, copy, Ports.free(), user, password);
    }

    /** Starts the server and waits until it accepts connections. */
    Postgres start(String... settings) {
        var command = new ArrayList<String>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL refuses to run as root
        }
        command.addAll(List.of(binary.toString(), "-D", data.toString(), "-p", String.valueOf(port)));
        var all = Stream.concat(
                Stream.of(
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "max_connections=300", // for six nodes and the test
                        "wal_keep_size=512MB"), // lets a restarted standby resume where it stopped
                Stream.of(settings));
        all.forEach(setting -> command.addAll(List.of("-c", setting)));
        process = Commands.start(data.resolveSibling(data.getFileName() + ".log"), command);
        Wait.until("PostgreSQL accepts connections", this::acceptsConnections);
        return this;
    }

    private boolean acceptsConnections() {
        if (!process.isAlive()) {
            throw new IllegalStateException("PostgreSQL has exited; its log is next to " + data);
        }
        try (var connection = connect();
                var statement = connection.createStatement()) {
            return statement.execute("SELECT 1");
        } catch (SQLException e) {
            return false;
        }
    }

    /** Shuts down in fast mode, which disconnects all clients and flushes everything committed to disk. */
    void stop() {
        Commands.run("kill", "-INT", String.valueOf(process.pid()));
        awaitEnd(process.toHandle());
    }

    /** Sends SIGKILL to the server and all its processes, similar to a power failure. */
    void kill() {
        var children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(process.toHandle());
        children.forEach(Postgres::awaitEnd); // a new server would find their shared memory still in use
    }

    private static void awaitEnd(ProcessHandle process) {
        process.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Promotes this standby to primary. */
    void promote() {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("SELECT pg_promote()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    /** Returns the address for the superuser. */
    DatabaseUrl owner() {
        return new DatabaseUrl("jdbc:postgresql://127.0.0.1:" + port + "/seatlock", user, password);
    }

    Connection connect() throws SQLException {
        return Servers.connect(owner());
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill(); // the data is no longer needed
        }
    }
}
