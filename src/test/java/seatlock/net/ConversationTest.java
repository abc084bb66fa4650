package seatlock.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.Certificate;
import seatlock.support.RudeServer;
import seatlock.support.Wait;

/** The limits apply to the whole conversation, and nothing that the other server does extends them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConversationTest {

    private static final int TIMEOUT_MS = 30_000;

    private static Conversation conversation(Duration longest) {
        return new Conversation("The server", longest, 1_000);
    }

    private static Socket connect(Conversation conversation, RudeServer server) throws IOException {
        var socket = conversation.sockets().createSocket();
        socket.connect(new InetSocketAddress("127.0.0.1", server.url("tcp").getPort()), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes());
    }

    @Test
    void reads_that_each_succeed_end_at_the_deadline() {
        try (var server = new RudeServer(RudeServer.DRIPS);
                var conversation = conversation(Duration.ofMillis(700))) {
            assertThatThrownBy(() -> conversation.call(() -> readAll(connect(conversation, server))))
                    .isInstanceOf(Conversation.LimitExceeded.class)
                    .hasMessage("The server did not finish within 0.7 s");
            assertThat(conversation.violation()).contains("The server did not finish within 0.7 s");
            Wait.until("the client has hung up", () -> server.connected() == 0);
        }
    }

    /** As a look-up of a name does. */
    @Test
    void work_that_cannot_be_interrupted_does_not_hold_up_the_caller() {
        var never = new CountDownLatch(1);
        try (var conversation = conversation(Duration.ofMillis(100))) {
            assertThatThrownBy(() -> conversation.call(() -> {
                        awaitUninterruptibly(never);
                        return null;
                    }))
                    .isInstanceOf(Conversation.LimitExceeded.class);
        } finally {
            never.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // waits on
            }
        }
    }

    @Test
    void a_server_that_reads_nothing_does_not_hold_up_a_write() {
        try (var server = new RudeServer((rude, client) -> awaitUninterruptibly(new CountDownLatch(1)));
                var conversation = conversation(Duration.ofMillis(500))) {
            assertThatThrownBy(() -> conversation.call(() -> {
                        var out = connect(conversation, server).getOutputStream();
                        while (true) {
                            out.write(new byte[100_000]);
                        }
                    }))
                    .isInstanceOf(Conversation.LimitExceeded.class);
        }
    }

    @Test
    void more_bytes_than_the_limit_end_the_conversation() {
        try (var server = new RudeServer((rude, client) -> rude.flood(client, "", 64_000_000));
                var conversation = conversation(Duration.ofMinutes(1))) {
            assertThatThrownBy(() -> conversation.call(() -> readAll(connect(conversation, server))))
                    .hasMessage("The server sent more than 1,000 bytes");
            assertThatThrownBy(() -> conversation.sockets().createSocket())
                    .as("another socket")
                    .hasMessage("The server sent more than 1,000 bytes");
            Wait.until("the client has hung up", () -> server.connected() == 0);
            assertThat(server.sent()).isLessThan(64_000_000);
        }
    }

    /** Ten exchanges of 300 bytes and 200 ms, with pauses, on one connection. Together they exceed both limits. */
    @Test
    void each_exchange_of_a_long_conversation_has_its_own_limits() throws Exception {
        try (var server = new RudeServer((rude, client) -> {
                    while (client.getInputStream().read() >= 0) {
                        pause(200);
                        RudeServer.send(client, "x".repeat(300));
                    }
                });
                var conversation = conversation(Duration.ofSeconds(10))) {
            var socket = connect(conversation, server);
            for (int i = 0; i < 10; i++) {
                conversation.begin();
                socket.getOutputStream().write('?');
                assertThat(socket.getInputStream().readNBytes(300)).hasSize(300);
                conversation.pause();
            }
        }
    }

    @Test
    void an_exchange_that_has_begun_ends_at_its_deadline_and_a_pause_does_not() throws Exception {
        try (var server = new RudeServer((rude, client) -> {
                    client.getInputStream().read();
                    pause(1_000);
                    RudeServer.drip(client, "x");
                });
                var conversation = conversation(Duration.ofMillis(500))) {
            var socket = connect(conversation, server);
            conversation.begin();
            socket.getOutputStream().write('?');
            conversation.pause();
            assertThat(socket.getInputStream().read()).as("read in a pause").isEqualTo('x');
            conversation.begin();
            assertThatThrownBy(() -> readAll(socket)).isInstanceOf(IOException.class);
            assertThat(conversation.violation()).contains("The server did not finish within 0.5 s");
        }
    }

    /** The default TLS of Java reads and writes through the socket that it is layered over. */
    @Test
    void the_limits_also_apply_beneath_tls(@TempDir Path directory) throws Exception {
        SSLContext tls = Certificate.in(directory).context();
        try (var server = new RudeServer((rude, client) -> {
                    try (var secure = (SSLSocket) tls.getSocketFactory().createSocket(client, null, false)) {
                        rude.flood(secure, "", 64_000_000);
                    }
                });
                var conversation = new Conversation("The server", Duration.ofMinutes(1), 20_000)) {
            var trusting = Certificate.trustingAnyone();
            conversation.begin();
            var secure = trusting.getSocketFactory().createSocket(connect(conversation, server), "localhost", 1, true);
            assertThat(secure.getInputStream().read()).isEqualTo('x');
            assertThatThrownBy(() -> readAll(secure)).isInstanceOf(IOException.class);
            assertThat(conversation.violation()).contains("The server sent more than 20,000 bytes");
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
