package seatlock.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.support.ScrapedMetrics;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Tests that clients which send or read slowly occupy no thread: there are more of them than threads. */
class SlowClientsTest {

    /** More than the 200 threads of the server. */
    private static final int CROWD = 250;

    private final TestSystem system = TestSystem.shared();
    private final List<Socket> sockets = new ArrayList<>();

    /** Sends a request, and leaves its connection open. */
    private Socket send(TestSystem system, String request) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), system.server.port()));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Opens connections that announce a body of so many bytes, and send only the first one. */
    private void announceBodies(long clients, String path, int bytes) throws IOException {
        for (int i = 0; i < clients; i++) {
            send(
                    system,
                    "POST " + path
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                            + bytes + "\r\n\r\n{");
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }

    private static boolean hasResponse(Socket socket) {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstLine(Socket socket) throws IOException {
        var line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\r';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    /** The kernel takes some megabytes for a client that does not read, but not two responses of 2.7 MB each. */
    @Test
    void clients_that_do_not_read_large_responses_occupy_no_thread() throws Exception {
        try (var own = new TestSystem()) {
            var event = own.event(40_000);
            var path = "/api/events/" + event.id() + "/seats";
            var get = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            for (int i = 0; i < CROWD; i++) {
                send(own, get + get);
            }
            for (var socket : sockets) {
                assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 200 OK");
            }

            assertThat(own.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");

            assertThat(mapsSent(own)).as("no second response has ended").isLessThanOrEqualTo(CROWD);
            var before = mapsSent(own);
            assertThat(own.api.get(path).status()).isEqualTo(200);
            Wait.until("a response that is read is counted", () -> mapsSent(own) > before);
            disconnect();
        }
    }

    private static double mapsSent(TestSystem system) {
        return ScrapedMetrics.parse(system.api.get("/metrics").text())
                .of("seatlock_http_request_seconds_count"
                        + "{method=\"GET\",route=\"/api/events/{eventId}/seats\",status=\"200\"}");
    }

    @Test
    void clients_that_do_not_send_the_body_they_announced_occupy_no_thread() throws Exception {
        var event = system.event(1);
        announceBodies(CROWD, "/api/events/" + event.id() + "/reservations", 100);

        assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");

        // The server has not given up the first of them: it still reads the rest of the body.
        sockets.get(0).getOutputStream().write("x".repeat(99).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(firstLine(sockets.get(0))).isEqualTo("HTTP/1.1 400 Bad Request");
    }

    @Test
    void clients_that_announce_too_large_a_body_occupy_no_thread_and_get_413() throws Exception {
        var event = system.event(1);
        announceBodies(CROWD, "/api/keys", 2_000_000);

        assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        for (var socket : sockets) {
            assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 413 Payload Too Large");
        }
    }

    /** The body is chunked, so the request does not announce its size. */
    @Test
    void a_body_that_turns_out_to_be_too_large_gets_413() throws Exception {
        var chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        var socket = send(
                system,
                "POST /api/keys HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk);

        assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 413 Payload Too Large");
    }

    @Test
    void all_large_bodies_together_may_use_only_a_part_of_the_memory() throws Exception {
        var event = system.event(1);
        var tooMany = Runtime.getRuntime().maxMemory() / 8 / 1_000_000 + 2;
        announceBodies(tooMany, "/api/events", 1_000_000);

        // Many threads read them, so any of them may be the one that is refused.
        Wait.until("some are refused", () -> sockets.stream().anyMatch(SlowClientsTest::hasResponse));
        var refused = sockets.stream().filter(SlowClientsTest::hasResponse).toList();
        for (var socket : refused) {
            assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 503 Service Unavailable");
        }
        assertThat(refused.size()).as("the others fit").isLessThan(sockets.size() / 2);
        assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
    }
}
