package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Seatlock behind PgBouncer in transaction mode, where PgBouncer is installed. */
@EnabledIf("isInstalled")
class PgBouncerTest {

    @TempDir
    private Path directory;

    private final DatabaseUrl direct = Servers.newDatabase();
    private Process bouncer;
    private TestSystem system;

    private static Optional<Path> program() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static boolean isInstalled() {
        return program().isPresent();
    }

    @BeforeEach
    void start() throws IOException {
        int port = freePort();
        var server = direct.jdbc().replaceFirst("jdbc:postgresql://", "");
        var host = server.substring(0, server.lastIndexOf(':'));
        var serverPort = server.substring(server.lastIndexOf(':') + 1, server.indexOf('/'));
        var users = Files.writeString(
                directory.resolve("users.txt"),
                Stream.of(direct, Servers.serving(direct))
                        .map(url -> String.format(Locale.ROOT, "\"%s\" \"%s\"\n", url.user(), url.password()))
                        .reduce("", String::concat));
        var settings = Files.writeString(
                directory.resolve("pgbouncer.ini"), String.format(Locale.ROOT, """
                        [databases]
                        * = host=%s port=%s
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        unix_socket_dir =
                        auth_type = trust
                        auth_file = %s
                        pool_mode = transaction
                        default_pool_size = 20
                        max_client_conn = 200
                        """, host, serverPort, port, users));
        var command = new ArrayList<>(List.of(program().orElseThrow().toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody")); // it refuses to run as root
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        command.add(settings.toString());
        bouncer = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                .start();
        Wait.until("PgBouncer listens", () -> answers(port));
        var name = server.substring(server.indexOf('/') + 1);
        system = TestSystem.on(new DatabaseUrl(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + name + (name.contains("?") ? "&" : "?")
                        + "prepareThreshold=0",
                direct.user(),
                direct.password()));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (system != null) {
            system.close();
        }
        bouncer.destroy();
        bouncer.waitFor(30, TimeUnit.SECONDS);
    }

    @Test
    void a_sale_works_and_a_locked_seat_is_refused_because_the_lock_timeout_is_in_force() throws SQLException {
        var event = system.event(2);
        system.api.buy(event.id(), "S-A-1");

        try (var outside = Servers.connect(direct)) {
            outside.setAutoCommit(false);
            try (var statement = outside.createStatement()) {
                statement.execute("SELECT 1 FROM seats WHERE event_id = '" + event.id() + "' FOR UPDATE");
            }
            assertThat(system.api.reserve(event.id(), "S-A-2").outcome()).isEqualTo("503 overloaded");
            outside.rollback();
        }

        assertThat(system.api.reserve(event.id(), "S-A-2").outcome()).isEqualTo("201");
        assertThat(system.violations(event.id())).isEmpty();
    }
}
