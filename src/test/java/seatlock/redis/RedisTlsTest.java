package seatlock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import redis.clients.jedis.Jedis;
import seatlock.net.Loopback;
import seatlock.support.Certificate;
import seatlock.support.LogCapture;
import seatlock.support.Servers;

/** A Redis behind TLS, with a certificate that its operator made for the name localhost. */
@ResourceLock(LogCapture.LOG)
class RedisTlsTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path directory;

    /** Passes on what arrives, without TLS, to a server. */
    private void passOn(ServerSocket listener, int port) {
        threads.execute(() -> {
            try {
                while (true) {
                    var client = listener.accept();
                    var server = new Socket(Loopback.ADDRESS, port);
                    threads.execute(() -> pump(client, server));
                    threads.execute(() -> pump(server, client));
                }
            } catch (IOException e) {
                // The test has ended.
            }
        });
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of them has closed its connection, perhaps because it does not trust the other.
        }
    }

    private static Optional<String> ping(URI url) {
        try (var redis = new RedisConnection(url, Duration.ofSeconds(30), "this is a test")) {
            return redis.use(Jedis::ping);
        }
    }

    @Test
    void a_certificate_is_trusted_if_its_authority_is_set_and_its_name_is_right() throws Exception {
        var certificate = Certificate.in(directory);
        var sockets = certificate.context().getServerSocketFactory();
        try (var redis = Servers.newRedis();
                var listener = sockets.createServerSocket(0, 50, Loopback.ADDRESS)) {
            passOn(listener, redis.url().getPort());
            var address = redis.url().toString().replaceFirst("^redis://(.*@)?[^/]+", "rediss://$1localhost:");
            var url = URI.create(address.replace("localhost:", "localhost:" + listener.getLocalPort()));
            var otherName = URI.create(url.toString().replace("localhost", Loopback.NAME));

            assertThat(ping(RedisConnection.verifiedBy(url, certificate.pem()))).hasValue("PONG");
            assertThat(ping(url)).as("an authority that Java does not know").isEmpty();
            assertThat(ping(RedisConnection.verifiedBy(otherName, certificate.pem())))
                    .as("another name")
                    .isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }
}
