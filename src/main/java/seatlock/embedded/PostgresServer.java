package seatlock.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import seatlock.net.Loopback;

/**
 * PostgreSQL 16, run from binaries in the jar, with its data in the home directory.
 *
 * <p>Only the binaries come from a library. Its own launcher waits for a server that has exited, cannot be interrupted, and
 * leaves files in the temporary directory.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String MAJOR_VERSION = "16";
    private static final String USER = "postgres";
    private static final String SERVING_USER = "seatlock";
    private static final String DATABASE = "seatlock";

    /** Limits the wait for the first response. From then on, PostgreSQL says itself that it is still starting. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration RECOVERY_REPORT_INTERVAL = Duration.ofSeconds(10);

    private static final int ATTEMPTS = 5;

    private static final String STARTING = "57P03"; // cannot_connect_now
    private static final String WRONG_PASSWORD = "28P01"; // invalid_password

    /** Characters with a meaning for a shell between double quotes, where initdb puts its own path. */
    private static final Pattern SHELL = Pattern.compile("[\"$`\\\\]");

    private final HomeDirectory home;
    private final Consumer<String> progress;
    private final Path directory;
    private final Path data;
    private final Path log;
    private final String password;
    private final String servingPassword;
    private ServerProcess process;
    private int port;

    private PostgresServer(HomeDirectory home, Consumer<String> progress) throws IOException {
        this.home = home;
        this.progress = progress;
        this.directory = home.directory("postgres");
        this.data = directory.resolve("data");
        this.log = directory.resolve("postgres.log");
        this.password = home.password("postgres-password", progress);
        this.servingPassword = home.password("serving-password", progress);
    }

    /**
     * Starts PostgreSQL on its existing data, however long its recovery from a crash takes. Stops a server that a killed JVM
     * left running. If this thread is interrupted, or the start fails, nothing is left running.
     *
     * @param progress receives a message before each slow step
     * @throws UnusableHome if it cannot start; the message says why and what to do
     * @throws IllegalStateException if this thread is interrupted
     */
    public static PostgresServer start(HomeDirectory home, Consumer<String> progress) {
        try {
            var server = new PostgresServer(home, progress);
            server.start();
            return server;
        } catch (IOException e) {
            throw UnusableHome.because(home.resolve("postgres"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped during the start", e);
        }
    }

    private void start() throws IOException, InterruptedException {
        if (SHELL.matcher(directory.toString()).find()) {
            throw new UnusableHome("PostgreSQL cannot run in " + directory
                    + ": the path contains \", $, ` or \\. Set SEATLOCK_HOME to a directory without these characters.");
        }
        var binaries = home.directory("postgres/bin");
        if (ServerProcess.stopLeftovers(binaries)) {
            progress.accept("stopped a PostgreSQL left running by a killed Seatlock process");
        }
        var programs = PostgresBinaries.unpack(
                binaries, () -> progress.accept("unpacking PostgreSQL (first start of this version only)"));
        createCluster(programs);
        removeStalePidFile();
        startServer(programs);
        try {
            createDatabase();
        } catch (SQLException e) {
            close();
            throw new UnusableHome("Cannot create the database in " + data + ": " + e.getMessage());
        }
    }

    /** Creates the data directory at the first start. It appears under its name only when it is complete. */
    private void createCluster(Path programs) throws IOException, InterruptedException {
        var initialized = directory.resolve("initialized");
        if (!Files.exists(data.resolve("global/pg_control")) && !Files.exists(initialized) && Files.exists(data)) {
            // Older releases created it in place, and left it half made if they were interrupted.
            var aside = home.setAside(data, "incomplete");
            progress.accept("the first start was interrupted; its incomplete data is now in " + aside);
        }
        if (Files.exists(data)) {
            checkVersion();
        } else if (Files.exists(initialized)) {
            throw new UnusableHome(data + " is missing, but this home directory has been used. Restore the data from a"
                    + " backup. To begin with an empty database instead, delete " + initialized + " and start again.");
        } else {
            progress.accept("creating its database (first start only)");
            var incomplete = directory.resolve("data.new");
            HomeDirectory.delete(incomplete);
            initialize(programs, incomplete);
            Files.move(incomplete, data);
            HomeDirectory.force(directory);
        }
        if (!Files.exists(initialized)) {
            home.write(initialized, MAJOR_VERSION + "\n");
        }
    }

    private void checkVersion() throws IOException {
        var file = data.resolve("PG_VERSION");
        var version = Files.exists(file) ? Files.readString(file).strip() : MAJOR_VERSION;
        if (!version.equals(MAJOR_VERSION)) {
            throw new UnusableHome(data + " was written by PostgreSQL " + version
                    + ", and this release of Seatlock runs"
                    + " PostgreSQL " + MAJOR_VERSION + ". Use the release that wrote it, or dump the database with that"
                    + " release and restore it into a new SEATLOCK_HOME.");
        }
    }

    private void initialize(Path programs, Path target) throws IOException, InterruptedException {
        var command = program(programs, "initdb");
        command.addAll(List.of("--pgdata", target.toString(), "--username", USER, "--encoding", "UTF8"));
        command.addAll(List.of("--locale", "C", "--auth", "scram-sha-256"));
        command.addAll(List.of("--pwfile", home.resolve("postgres-password").toString()));
        run(command, "");
    }

    /** Runs a program of PostgreSQL until it ends. @param input what it reads */
    private void run(List<String> command, String input) throws IOException, InterruptedException {
        var running = ServerProcess.start(command, log);
        try {
            if (running.exitStatus(input) != 0) {
                throw failure(running);
            }
        } catch (IOException | InterruptedException e) {
            running.kill();
            throw e;
        }
    }

    /** Returns the command for a program. PostgreSQL refuses to run as root, so root runs it in a user namespace. */
    private static List<String> program(Path programs, String name) throws IOException {
        var command = new ArrayList<String>();
        var self = Path.of("/proc/self"); // Linux only; elsewhere, there are no user namespaces
        if (Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0)) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(programs.resolve(name).toString());
        return command;
    }

    /**
     * Deletes a pid file that names a process of another program, which got the pid after a crash: PostgreSQL would refuse to
     * start. All other pid files are left to PostgreSQL, which also checks that no shared memory is in use.
     */
    private void removeStalePidFile() throws IOException {
        var file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        var first = Files.readString(file).lines().findFirst().orElse("").strip();
        // The servers of this home have been stopped. Of a process of another user, the command is unknown.
        if (!first.matches("[0-9]{1,9}")
                || ProcessHandle.of(Long.parseLong(first))
                        .flatMap(process -> process.info().command())
                        .isPresent()) {
            Files.delete(file);
        }
    }

    /** Starts the server, on another port if something took the first one meanwhile. */
    private void startServer(Path programs) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            port = Ports.free();
            process = ServerProcess.start(serverCommand(programs), log);
            try {
                awaitReady();
                return;
            } catch (SQLException e) { // the password does not fit
                close();
                if (attempt == ATTEMPTS) {
                    throw new UnusableHome("Cannot log in to " + data + ": " + e.getMessage());
                }
                setPassword(programs);
            } catch (PortTaken e) {
                if (attempt == ATTEMPTS) {
                    throw failure(process);
                }
            } catch (RuntimeException | IOException | InterruptedException e) {
                close();
                throw e;
            }
        }
    }

    private List<String> serverCommand(Path programs) throws IOException {
        var command = program(programs, "postgres");
        command.addAll(List.of("-D", data.toString(), "-p", String.valueOf(port)));
        for (var setting : List.of(
                "listen_addresses=" + Loopback.NAME,
                "unix_socket_directories=",
                "max_connections=200",
                "timezone=UTC",
                "fsync=on",
                "synchronous_commit=on")) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    private static final class PortTaken extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Waits until the server accepts connections. @throws SQLException if it does not accept the password */
    private void awaitReady() throws IOException, InterruptedException, SQLException, PortTaken {
        var began = System.nanoTime();
        var respondedAt = began;
        var reportedAt = began;
        while (true) {
            try {
                connect().close();
                return;
            } catch (SQLException e) {
                if (WRONG_PASSWORD.equals(e.getSQLState())) {
                    throw e;
                }
                if (STARTING.equals(e.getSQLState())) {
                    respondedAt = System.nanoTime();
                }
            }
            if (!process.isAlive()) {
                if (process.lastError().contains("could not create any TCP/IP sockets")) {
                    throw new PortTaken();
                }
                throw failure(process);
            }
            if (System.nanoTime() - respondedAt > RESPONSE_TIMEOUT.toNanos()) {
                throw new UnusableHome("PostgreSQL does not respond on port " + port + ". Its log is " + log + ".");
            }
            if (System.nanoTime() - reportedAt > RECOVERY_REPORT_INTERVAL.toNanos()) {
                progress.accept("is still recovering after a crash; this may take minutes. Its log is " + log);
                reportedAt = System.nanoTime();
            }
            Thread.sleep(50);
        }
    }

    /** Explains why a program of PostgreSQL has exited. */
    private UnusableHome failure(ServerProcess exited) {
        var reason = exited.lastError();
        var remedy = reason.contains("unshare")
                ? "PostgreSQL refuses to run as root, and user namespaces are not available. Run Seatlock as another user."
                : UnusableHome.remedy(reason, data);
        return new UnusableHome("PostgreSQL did not start on " + data + ": " + reason + ". " + remedy
                + " The whole log is " + log + ".");
    }

    /** Sets the password of the owner to the one in its file, which was replaced or came from another home. */
    private void setPassword(Path programs) throws IOException, InterruptedException {
        progress.accept("set the password of PostgreSQL to the one in " + home.resolve("postgres-password"));
        var command = program(programs, "postgres");
        command.addAll(List.of("--single", "-D", data.toString(), "postgres"));
        run(command, "ALTER ROLE " + USER + " PASSWORD '" + password + "'\n");
    }

    private Connection connect() throws SQLException {
        var properties = new Properties();
        properties.put("user", USER);
        properties.put("password", password);
        properties.put("connectTimeout", "5");
        properties.put("socketTimeout", "30");
        return DriverManager.getConnection("jdbc:postgresql://" + Loopback.NAME + ":" + port + "/postgres", properties);
    }

    private void createDatabase() throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            if (!exists(statement, "pg_database WHERE datname = '" + DATABASE + "'")) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
            if (exists(statement, "pg_roles WHERE rolname = '" + SERVING_USER + "'")) {
                // Its file may have been replaced.
                statement.execute("ALTER ROLE " + SERVING_USER + " PASSWORD '" + servingPassword + "'");
            }
        }
    }

    private static boolean exists(Statement statement, String row) throws SQLException {
        try (var result = statement.executeQuery("SELECT FROM " + row)) {
            return result.next();
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
        return "postgresql://" + user + ":" + secret + "@" + Loopback.NAME + ":" + port + "/" + DATABASE;
    }

    public int port() {
        return port;
    }

    /** Disconnects all clients, flushes all data to disk and stops. */
    @Override
    public void close() {
        process.stop("INT");
    }
}
