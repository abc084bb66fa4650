package seatlock.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.ScrapedMetrics;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests that more connections than a process may open files keep nobody out. */
class ConnectionsTest {

    private static final int FILES = 500;

    private static final int CROWD = 900;

    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final TestSystem system = TestSystem.shared();

    /**
     * Clients that send a request byte by byte and never finish it, so that no connection is ever idle. Each connects again when the
     * server has closed its connection.
     */
    private static final class Crowd implements AutoCloseable {

        private final Socket[] sockets = new Socket[CROWD];
        private final int port;

        Crowd(int port) {
            this.port = port;
            send();
        }

        void send() {
            for (int i = 0; i < CROWD; i++) {
                try {
                    if (sockets[i] == null) {
                        sockets[i] = new Socket();
                        sockets[i].connect(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) BOUND.toMillis());
                        sockets[i]
                                .getOutputStream()
                                .write("GET /livez HTTP/1.1\r\nX: ".getBytes(StandardCharsets.ISO_8859_1));
                    }
                    sockets[i].getOutputStream().write('x');
                } catch (IOException e) {
                    close(i);
                }
            }
        }

        private void close(int i) {
            try {
                if (sockets[i] != null) {
                    sockets[i].close();
                }
            } catch (IOException e) {
                // It is closed already.
            }
            sockets[i] = null;
        }

        @Override
        public void close() {
            for (int i = 0; i < CROWD; i++) {
                close(i);
            }
        }
    }

    @Test
    void a_crowd_that_holds_more_connections_than_there_are_files_keeps_nobody_out() throws Exception {
        var event = system.event(2);
        var settings = Map.of(
                "DATABASE_URL", system.databaseUrl(), "SEATLOCK_ADMIN_KEY", TestSystem.ADMIN_KEY, "LIMITS", "off");
        try (var jvm = Jvm.withFiles(FILES, directory, settings, "serve")) {
            jvm.awaitReady();
            assertThat(jvm.output()).contains("may open only " + FILES + " files", "at most 300 connections");
            var port = Integer.parseInt(jvm.url().replaceAll(".*:", ""));
            var timer = Executors.newSingleThreadScheduledExecutor();
            var crowd = new Crowd(port);
            try {
                timer.scheduleWithFixedDelay(crowd::send, 1, 1, TimeUnit.SECONDS);
                for (int i = 0; i < 5; i++) {
                    assertAnswers(new Api(jvm.url(), TestSystem.ADMIN_KEY)); // each on a new connection
                }
                var api = new Api(jvm.url(), TestSystem.ADMIN_KEY);
                assertThat(api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
                Wait.until("the crowd has connected more often than there is room", () -> {
                    var metrics = ScrapedMetrics.parse(api.get("/metrics").text());
                    return metrics.of("seatlock_connections_replaced_total") > CROWD;
                });
                assertThat(ScrapedMetrics.parse(api.get("/metrics").text()).of("process_files_open_files"))
                        .isLessThan(FILES);
                assertThat(api.get("/readyz").status()).isEqualTo(200);
            } finally {
                timer.shutdownNow();
                timer.awaitTermination(BOUND.toMillis(), TimeUnit.MILLISECONDS);
                crowd.close();
            }
        }
    }

    private static void assertAnswers(Api api) {
        var began = System.nanoTime();
        assertThat(api.get("/livez").status()).isEqualTo(200);
        var time = Duration.ofNanos(System.nanoTime() - began);
        System.out.println("/livez with " + CROWD + " connections on " + FILES + " files: " + time.toMillis() + " ms");
        assertThat(time).isLessThan(BOUND);
    }
}
