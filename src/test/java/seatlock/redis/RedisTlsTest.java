package seatlock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import redis.clients.jedis.Jedis;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.RedisServer;
import seatlock.support.Certificate;
import seatlock.support.LogCapture;

/** A {@code rediss://} server with a certificate of its own, for localhost: a tunnel in front of the embedded Redis. */
@ResourceLock(LogCapture.LOG)
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RedisTlsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Certificate certificate;
    private HomeDirectory home;
    private RedisServer redis;
    private ServerSocket tunnel;

    @BeforeEach
    void start() throws Exception {
        certificate = Certificate.in(directory);
        home = HomeDirectory.open(Files.createDirectory(directory.resolve("home")));
        redis = RedisServer.start(home, line -> {});
        tunnel = certificate
                .context()
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
        startThread(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        tunnel.close();
        redis.close();
        home.close();
    }

    private void accept() throws IOException {
        var server = URI.create(redis.url());
        while (true) {
            var client = tunnel.accept();
            var upstream = new Socket(server.getHost(), server.getPort());
            startThread(() -> copy(client, upstream));
            startThread(() -> copy(upstream, client));
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            var buffer = new byte[8_192];
            for (int n = from.getInputStream().read(buffer); n >= 0; ) {
                to.getOutputStream().write(buffer, 0, n);
                n = from.getInputStream().read(buffer);
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void startThread(Step step) {
        var thread = new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (IOException e) {
                        // the client refuses the certificate, or the test is over
                    }
                },
                "tls-tunnel");
        thread.setDaemon(true);
        thread.start();
    }

    /** The address of the tunnel, in the form of {@code REDIS_URL}. */
    private URI url(String host) {
        var user = URI.create(redis.url()).getRawUserInfo();
        return URI.create("rediss://" + (user == null ? "" : user + "@") + host + ":" + tunnel.getLocalPort() + "/1");
    }

    /** Returns the log of a use that must fail. */
    private static String logOfRefusal(URI url) {
        try (var log = LogCapture.everything();
                var connection = new RedisConnection(url, TIMEOUT, "this is a test")) {
            assertThat(connection.use(Jedis::ping)).isEmpty();
            assertThat(connection.isUp()).isFalse();
            return String.join("\n", log.lines());
        }
    }

    @Test
    void a_server_whose_certificate_is_in_the_file_is_accepted() {
        var url = RedisConnection.verifiedBy(url("localhost"), certificate.pem());

        try (var connection = new RedisConnection(url, TIMEOUT, "this is a test")) {
            assertThat(connection.use(Jedis::ping)).hasValue("PONG");
        }
        try (var conversation = RedisConnection.conversation(TIMEOUT);
                var jedis = RedisConnection.open(url, conversation, TIMEOUT)) {
            assertThat(jedis.isConnected()).isTrue();
        }
    }

    @Test
    void a_server_whose_certificate_is_in_no_file_is_refused() {
        assertThat(logOfRefusal(url("localhost")))
                .contains(
                        "Redis is unavailable, so this is a test: Cannot connect to localhost:", "certification path");
    }

    /** Without this check, whoever has a certificate of the same authority could answer in the place of Redis. */
    @Test
    void a_server_with_the_certificate_of_another_name_is_refused() {
        var url = RedisConnection.verifiedBy(url("127.0.0.1"), certificate.pem());

        assertThat(logOfRefusal(url)).contains("Cannot connect to 127.0.0.1:", "No subject alternative names");
    }
}
