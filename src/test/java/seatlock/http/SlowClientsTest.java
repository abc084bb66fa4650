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
import org.junit.jupiter.api.Test;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Clients that send and read slowly, or not at all: more of them than there are threads. */
class SlowClientsTest {

    /** More than HTTP threads. */
    private static final int CROWD = 250;

    private final TestSystem system = TestSystem.shared();
    private final List<Socket> sockets = new ArrayList<>();

    private Socket send(String request) throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), system.server.port()));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** Each announces so many bytes, and sends one. */
    private void beginToSend(long clients, String path, int bytes) throws IOException {
        for (int i = 0; i < clients; i++) {
            send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                    + bytes + "\r\n\r\n{");
        }
    }

    private void leave() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }

    private static boolean hasAnswer(Socket socket) {
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

    @Test
    void who_does_not_read_a_large_answer_keeps_no_thread() throws Exception {
        var event = system.event(40_000); // six megabytes
        try {
            for (int i = 0; i < CROWD; i++) {
                send("GET /api/events/" + event.id() + "/seats HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            for (var socket : sockets) {
                assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 200 OK"); // it is under way
            }

            assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        } finally {
            leave();
        }
    }

    @Test
    void who_does_not_send_what_he_said_keeps_no_thread() throws Exception {
        var event = system.event(1);
        try {
            beginToSend(CROWD, "/api/events/" + event.id() + "/reservations", 100);

            assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        } finally {
            leave();
        }
    }

    @Test
    void who_says_that_he_will_send_too_much_and_does_not_keeps_no_thread_and_is_told_no() throws Exception {
        var event = system.event(1);
        try {
            beginToSend(CROWD, "/api/keys", 2_000_000);

            assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
            for (var socket : sockets) {
                assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 413 Payload Too Large");
            }
        } finally {
            leave();
        }
    }

    /** In pieces, of which nobody has said how many there will be. */
    @Test
    void who_goes_on_when_it_is_too_much_is_told_no() throws Exception {
        var piece = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        try {
            var socket = send("POST /api/keys HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + piece + piece);

            assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 413 Payload Too Large");
        } finally {
            leave();
        }
    }

    @Test
    void large_requests_together_have_a_part_of_the_memory_and_no_more() throws Exception {
        var event = system.event(1);
        var tooMany = Runtime.getRuntime().maxMemory() / 8 / 1_000_000 + 2;
        try {
            beginToSend(tooMany, "/api/events", 1_000_000);

            // Whichever of them came last: they are read by many threads.
            Wait.until("some are answered", () -> sockets.stream().anyMatch(SlowClientsTest::hasAnswer));
            for (var socket : sockets) {
                if (hasAnswer(socket)) {
                    assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 503 Service Unavailable");
                }
            }
            assertThat(system.api.reserve(event.id(), "S-A-1").outcome()).isEqualTo("201");
        } finally {
            leave();
        }
    }
}
