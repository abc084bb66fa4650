package seatlock.support;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * PostgreSQL and Redis in containers, if Docker runs. Testcontainers removes them when this JVM has ended.
 *
 * <p>Testcontainers can detect Docker itself, but takes seconds for it and logs long errors if there is none. So it is used only
 * once an engine is known to listen.
 */
final class Docker {

    /** The port of Redis in its container. */
    private static final int REDIS_PORT = 6379;

    /** An engine that takes longer counts as absent. */
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private Docker() {}

    /** Returns whether an engine listens where Testcontainers would look for it. */
    static boolean answers() {
        return engines(System.getenv(), Path.of(System.getProperty("user.home"))).stream()
                .anyMatch(Docker::listens);
    }

    /** Returns DOCKER_HOST, or else the sockets of Docker, rootless Docker and Docker Desktop. */
    static List<URI> engines(Map<String, String> environment, Path home) {
        var configured = environment.getOrDefault("DOCKER_HOST", "").strip();
        if (!configured.isEmpty()) {
            return Stream.of(configured)
                    .filter(text -> text.matches("(unix|tcp)://\\S+"))
                    .map(URI::create)
                    .toList();
        }
        var runtime = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", "/run"));
        return Stream.of(
                        Path.of("/var/run/docker.sock"),
                        runtime.resolve("docker.sock"),
                        home.resolve(".docker/run/docker.sock"),
                        home.resolve(".docker/desktop/docker.sock"))
                .map(socket -> URI.create("unix://" + socket))
                .toList();
    }

    /** Returns whether an engine accepts connections: the file of a socket outlives its engine. */
    static boolean listens(URI engine) {
        try {
            if (engine.getScheme().equals("unix")) {
                try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                    return channel.connect(UnixDomainSocketAddress.of(engine.getPath()));
                }
            }
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(engine.getHost(), engine.getPort()), CONNECT_TIMEOUT_MS);
                return true;
            }
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Starts PostgreSQL with as many connections as the embedded one, and without fsync. Returns its URL. */
    static String startPostgres() {
        var server = new PostgreSQLContainer("postgres:16")
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
        server.start();
        return String.format(
                Locale.ROOT,
                "postgresql://%s:%s@%s:%d/%s",
                server.getUsername(),
                server.getPassword(),
                server.getHost(),
                server.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                server.getDatabaseName());
    }

    /** Starts Redis. Returns its URL. */
    static String startRedis() {
        var server = new GenericContainer<>("redis:7").withExposedPorts(REDIS_PORT);
        server.start();
        return "redis://" + server.getHost() + ":" + server.getMappedPort(REDIS_PORT);
    }
}
