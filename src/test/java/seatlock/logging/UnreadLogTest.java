package seatlock.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.RawHttp;
import seatlock.support.TestSystem;

/** Tests that nothing waits for the log: a process whose error output is a pipe that nobody reads keeps serving. */
class UnreadLogTest {

    /** Generous for a busy machine. Before, nothing was answered as long as nobody read. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final int HOSTILE = 400;

    @TempDir
    Path directory;

    private final TestSystem system = TestSystem.shared();

    private static <T> T timed(String name, Supplier<T> work) {
        var began = System.nanoTime();
        var result = work.get();
        var time = Duration.ofNanos(System.nanoTime() - began);
        System.out.println(name + " with an unread log: " + time.toMillis() + " ms");
        assertThat(time).as(name).isLessThan(BOUND);
        return result;
    }

    /** Sends bytes, and does not wait for a response. */
    private static void send(int port, String request) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The server has closed the connection.
        }
    }

    @Test
    void a_server_whose_log_nobody_reads_keeps_selling_and_stops() throws Exception {
        var event = system.event(2);
        var settings = Map.of(
                "DATABASE_URL",
                system.databaseUrl(),
                "SEATLOCK_ADMIN_KEY",
                TestSystem.ADMIN_KEY,
                "LIMITS",
                "off",
                "LOG_REQUESTS",
                "on");
        try (var jvm = Jvm.withUnreadLog(directory, settings, "serve")) {
            jvm.awaitReady();
            var port = Integer.parseInt(jvm.url().replaceAll(".*:", ""));
            var host = "Host: " + "x".repeat(3_900);
            var hostile = "GET / HTTP/1.1\r\n" + host + "\r\n" + host + "\r\n\r\n";
            for (int i = 0; i < HOSTILE; i++) {
                send(port, hostile);
            }
            // A line each, more than a pipe takes.
            RawHttp.exchange(port, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2_000));

            var api = new Api(jvm.url(), TestSystem.ADMIN_KEY);
            assertThat(timed("/livez", () -> api.get("/livez")).status()).isEqualTo(200);
            assertThat(timed("reserve", () -> api.reserve(event.id(), "S-A-1")).outcome())
                    .isEqualTo("201");
            assertThat(api.get("/metrics").text()).contains("seatlock_log_dropped_total");

            jvm.terminate();
            assertThat(timed("stop", jvm::exitStatus)).isZero();
        }
    }

    @Test
    void lines_that_do_not_fit_are_dropped_and_counted_and_flushing_ends() throws Exception {
        var read = new CountDownLatch(1);
        var target = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        var stream = new LossyStream(target, "unread");
        var line = new byte[1_000];

        for (int i = 0; i < 1_500; i++) {
            stream.write(line, 0, line.length);
        }

        assertThat(stream.dropped()).isEqualTo(500);
        assertThat(stream.awaitWritten(System.nanoTime())).isFalse();
        read.countDown();
        assertThat(stream.awaitWritten(System.nanoTime() + BOUND.toNanos())).isTrue();
        stream.write(line, 0, line.length);
        assertThat(stream.dropped()).isEqualTo(500);
    }
}
