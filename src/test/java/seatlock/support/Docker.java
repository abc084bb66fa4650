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
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * PostgreSQL and Redis in containers, where Docker runs. Testcontainers removes them when this JVM has ended.
 *
 * <p>Testcontainers can look for Docker itself, but takes seconds over it, and where there is none says so at length, as an
 * error. So it is left alone until somebody is known to listen.
 */
final class Docker {

    /** Of Redis, in its container. */
    private static final int REDIS_PORT = 6379;

    /** An engine at an address is near, or it is away. */
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private Docker() {}

    /** Whether an engine listens where Testcontainers would look for it. */
    static boolean answers() {
        return engines(System.getenv(), Path.of(System.getProperty("user.home"))).stream()
                .anyMatch(Docker::listens);
    }

    /** DOCKER_HOST, or else where Docker, rootless Docker and Docker Desktop have their sockets. */
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

    /** The socket of an engine that has ended may lie there still. */
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

    /** @return its address; it has as many connections as the jar's own, and what a test writes need not outlive a crash */
    static String startPostgres() {
        var server = new PostgreSQLContainer("postgres:16")
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
        server.start();
        return "postgresql://%s:%s@%s:%d/%s"
                .formatted(
                        server.getUsername(),
                        server.getPassword(),
                        server.getHost(),
                        server.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                        server.getDatabaseName());
    }

    /** @return its address */
    static String startRedis() {
        var server = new GenericContainer<>("redis:7").withExposedPorts(REDIS_PORT);
        server.start();
        return "redis://" + server.getHost() + ":" + server.getMappedPort(REDIS_PORT);
    }
}
