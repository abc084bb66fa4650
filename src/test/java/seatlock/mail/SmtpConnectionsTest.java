package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.RudeServer;
import seatlock.support.Wait;

/** Connections that are kept for further mails, and mail servers that end them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SmtpConnectionsTest {

    private static final Duration LONG = Duration.ofSeconds(100);
    private static final Duration EVER = Duration.ofHours(1);

    /** Ends the connection without a response. */
    private static final String HANG_UP = "";

    /** Replies to a command of a client's nth mail, to {@code .} at the end of its content, or as usual if it returns null. */
    @FunctionalInterface
    private interface Script {
        String reply(int connection, int mail, String command);
    }

    /** The Message-IDs of mails of which the server has all of the content. */
    private final List<String> received = new CopyOnWriteArrayList<>();

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger quits = new AtomicInteger();
    private volatile Script script = (connection, mail, command) -> null;
    private final RudeServer server = new RudeServer((self, client) -> serve(client));

    @AfterEach
    void stop() {
        server.close();
    }

    private Mailer mailer(Duration longest, Duration maxIdle) {
        return new Mailer(new Mailer.Settings(server.url("smtp"), "tickets@example.org"), longest, maxIdle);
    }

    private static void send(Mailer mailer, int number) throws Mailer.Rejected, Mailer.Failed {
        mailer.send(new Mailer.Mail(
                "ada@example.org", Optional.empty(), "Tickets", "text", "<p>html", "job-" + number, List.of()));
    }

    private static List<String> ids(int... numbers) {
        return IntStream.of(numbers)
                .mapToObj(number -> "Message-ID: <job-" + number + "@example.org>")
                .toList();
    }

    private void serve(Socket client) throws IOException {
        var connection = connections.incrementAndGet();
        var in = new BufferedReader(new InputStreamReader(client.getInputStream()));
        RudeServer.send(client, "220 ready\r\n");
        int mail = 0;
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var command = line.split("[ :]")[0];
            if (command.equals("QUIT")) {
                quits.incrementAndGet();
                return;
            }
            mail += command.equals("MAIL") ? 1 : 0;
            var isReady = reply(client, connection, mail, command, command.equals("DATA") ? "354 send" : "250 ok");
            if (isReady && command.equals("DATA")) {
                received.add(readMessageId(in));
                reply(client, connection, mail, ".", "250 ok");
            }
        }
    }

    /** Returns whether the reply is the usual one. */
    private boolean reply(Socket client, int connection, int mail, String command, String usual) throws IOException {
        var other = script.reply(connection, mail, command);
        if (HANG_UP.equals(other)) {
            throw new IOException("as scripted");
        }
        RudeServer.send(client, (other == null ? usual : other) + "\r\n");
        if (other != null && other.matches("(?s).*(421|bye).*")) {
            throw new IOException("as announced");
        }
        return other == null;
    }

    private static String readMessageId(BufferedReader in) throws IOException {
        var id = "";
        for (var line = in.readLine(); !line.equals("."); line = in.readLine()) {
            id = line.startsWith("Message-ID:") ? line : id;
        }
        return id;
    }

    @Test
    void a_connection_sends_a_hundred_mails_and_then_quits() throws Exception {
        try (var mailer = mailer(LONG, EVER)) {
            for (int i = 1; i <= 100; i++) {
                send(mailer, i);
            }
            assertThat(server.accepted()).isEqualTo(1);
            Wait.until("the client has quit", () -> quits.get() == 1 && server.connected() == 0);

            send(mailer, 101);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).hasSize(101).doesNotHaveDuplicates();
    }

    @Test
    void the_hundred_mails_of_a_connection_are_counted_from_its_first() throws Exception {
        script = (connection, mail, command) ->
                connection == 1 && mail == 50 && command.equals("MAIL") ? "421 4.3.2 Shutting down" : null;
        try (var mailer = mailer(LONG, EVER)) {
            for (int i = 1; i <= 149; i++) {
                send(mailer, i);
            }
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).hasSize(149).doesNotHaveDuplicates();
    }

    @Test
    void threads_share_connections_but_never_at_the_same_time() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try (var mailer = mailer(LONG, EVER)) {
            var results = threads.invokeAll(IntStream.range(0, 80)
                    .<Callable<Void>>mapToObj(number -> () -> {
                        send(mailer, number);
                        return null;
                    })
                    .toList());
            for (var result : results) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(server.accepted()).isBetween(1, 4);
        assertThat(received).hasSize(80).doesNotHaveDuplicates();
        Wait.until("each connection has quit", () -> quits.get() == server.accepted());
    }

    @Test
    void an_idle_connection_quits() throws Exception {
        try (var mailer = mailer(LONG, Duration.ofMillis(10))) {
            send(mailer, 1);
            Wait.until("the client has quit", () -> quits.get() == 1 && server.connected() == 0);

            send(mailer, 2);
            Wait.until("the client has quit again", () -> quits.get() == 2 && server.connected() == 0);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).isEqualTo(ids(1, 2));
    }

    @Test
    void a_mailer_that_is_closed_quits_and_keeps_no_connection() throws Exception {
        var mailer = mailer(LONG, EVER);
        send(mailer, 1);
        mailer.close();
        Wait.until("the client has quit", () -> quits.get() == 1 && server.connected() == 0);

        send(mailer, 2);
        Wait.until("the client has quit again", () -> quits.get() == 2 && server.connected() == 0);

        assertThat(received).isEqualTo(ids(1, 2));
    }

    /** The end of a connection between two mails is not a failure, at whichever command the client notices it. */
    @ParameterizedTest
    @CsvSource({
        "MAIL,''",
        "MAIL,421 4.4.2 Idle for too long",
        "MAIL,452 4.5.3 Too many mails",
        "RCPT,''",
        "RCPT,421 4.3.2 Shutting down",
        "DATA,''",
        "DATA,421 4.3.2 Shutting down",
        "DATA,nonsense"
    })
    void a_mail_for_which_a_kept_connection_is_of_no_use_takes_a_new_one(String at, String reply) throws Exception {
        script = (connection, mail, command) -> connection == 1 && mail == 2 && command.equals(at) ? reply : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            send(mailer, 2);
            send(mailer, 3);
            assertThat(mailer.leaves()).hasValue(true);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).isEqualTo(ids(1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 ok, bye", "250 ok\r\n421 4.4.2 Idle for too long"})
    void a_mail_after_the_server_has_hung_up_takes_a_new_connection(String reply) throws Exception {
        script = (connection, mail, command) -> connection == 1 && command.equals(".") ? reply : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            Wait.until("the server has hung up", () -> server.connected() == 0);
            send(mailer, 2);
            assertThat(mailer.leaves()).hasValue(true);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).isEqualTo(ids(1, 2));
    }

    /** The new connection decides, and there is no third. */
    @Test
    void a_mail_that_fails_on_a_new_connection_fails() throws Exception {
        script = (connection, mail, command) ->
                (connection > 1 || mail > 1) && command.equals("MAIL") ? "421 4.3.2 Shutting down" : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            assertThatThrownBy(() -> send(mailer, 2))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessageContaining("421 4.3.2");
            assertThat(mailer.leaves()).hasValue(false);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).isEqualTo(ids(1));
    }

    /** The server may have the mail, so sending it again at once could make two. */
    @ParameterizedTest
    @ValueSource(strings = {HANG_UP, "421 4.3.2 Shutting down", "451 4.3.0 Try again", "554 5.7.1 Denied"})
    void a_mail_of_which_the_server_has_the_content_is_not_sent_again(String reply) throws Exception {
        script = (connection, mail, command) -> mail == 2 && command.equals(".") ? reply : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            assertThatThrownBy(() -> send(mailer, 2)).isInstanceOf(Mailer.Failed.class);
            assertThat(server.accepted()).isEqualTo(1);
            Wait.until("the client has hung up", () -> server.connected() == 0);

            send(mailer, 3);
        }

        assertThat(server.accepted()).isEqualTo(2);
        assertThat(received).isEqualTo(ids(1, 2, 3));
    }

    @ParameterizedTest
    @CsvSource({"550 5.1.1 No such user,Rejected", "450 4.2.0 Try again,Failed"})
    void a_recipient_that_is_refused_is_not_tried_again(String reply, String exception) throws Exception {
        var refusals = new AtomicInteger();
        script = (connection, mail, command) -> {
            var isRefused = mail == 2 && command.equals("RCPT") && connection == 1;
            refusals.addAndGet(isRefused ? 1 : 0);
            return isRefused ? reply : null;
        };
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            assertThatThrownBy(() -> send(mailer, 2))
                    .extracting(e -> e.getClass().getSimpleName())
                    .isEqualTo(exception);
            assertThat(refusals).hasValue(1);
            assertThat(server.accepted()).isEqualTo(1);
            Wait.until("the client has quit", () -> quits.get() == 1 && server.connected() == 0);

            send(mailer, 3);
        }

        assertThat(received).isEqualTo(ids(1, 3));
    }

    /** A new connection would not extend the limits, because they hold for the mail. */
    @Test
    void a_kept_connection_that_hangs_ends_at_the_deadline() throws Exception {
        var hanging = new CountDownLatch(1);
        script = (connection, mail, command) -> {
            if (mail == 2) {
                await(hanging);
            }
            return null;
        };
        try (var mailer = mailer(Duration.ofSeconds(3), EVER)) {
            send(mailer, 1);
            assertThatThrownBy(() -> send(mailer, 2))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessage("The mail was not sent: The mail server did not finish within 3 s");
            assertThat(server.accepted()).isEqualTo(1);
        } finally {
            hanging.countDown();
        }
        Wait.until("the client has hung up", () -> server.connected() == 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_kept_connection_that_floods_is_cut_off() throws Exception {
        script = (connection, mail, command) -> mail == 2 ? "250-more\r\n".repeat(120_000) + "250 ok" : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            assertThatThrownBy(() -> send(mailer, 2))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessage("The mail was not sent: The mail server sent more than 1,000,000 bytes");
            assertThat(server.accepted()).isEqualTo(1);
            Wait.until("the client has hung up", () -> server.connected() == 0);
        }
    }

    @Test
    void the_limits_of_a_kept_connection_begin_again_with_each_mail() throws Exception {
        script =
                (connection, mail, command) -> command.equals("MAIL") ? "250-more\r\n".repeat(70_000) + "250 ok" : null;
        try (var mailer = mailer(LONG, EVER)) {
            send(mailer, 1);
            send(mailer, 2);
            send(mailer, 3);
        }

        assertThat(server.accepted()).isEqualTo(1);
        assertThat(received).isEqualTo(ids(1, 2, 3));
    }
}
