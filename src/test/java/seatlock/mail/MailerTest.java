package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import seatlock.support.RudeServer;
import seatlock.support.Wait;

/** Mail servers that are slow, or that send too much, at each step of a conversation. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MailerTest {

    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(100);

    /** The header of a TLS record of 16 kB, of which the body follows. */
    private static final String TLS_RECORD = "\u0016\u0003\u0003\u0040\u0000";

    private static void send(URI smtp, Duration longest, int attachmentBytes) throws Exception {
        var attachments = List.of(new Mailer.Attachment("ticket.pdf", "application/pdf", new byte[attachmentBytes]));
        try (var mailer = new Mailer(smtp, "Seatlock <tickets@example.org>", longest)) {
            mailer.send(new Mailer.Mail(
                    "ada@example.org", Optional.empty(), "Tickets", "text", "<p>html", "1@seatlock", attachments));
        }
    }

    private static void assertFails(RudeServer.Behaviour behaviour, String scheme, Duration longest, String message) {
        try (var server = new RudeServer(behaviour)) {
            assertThatThrownBy(() -> send(server.url(scheme), longest, 100))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessage("The mail was not sent: " + message);
            assertThat(server.accepted()).isEqualTo(1);
            Wait.until("the client has hung up", () -> server.connected() == 0);
        }
    }

    /** Speaks SMTP until a client sends this command, and then does something else. */
    private static RudeServer.Behaviour until(String command, String extension, RudeServer.Behaviour then) {
        return (server, client) -> {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream()));
            RudeServer.send(client, "220 ready\r\n");
            boolean data = false;
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (data && !line.equals(".")) {
                    continue;
                }
                if (line.startsWith(command)) {
                    then.serve(server, client);
                    return;
                }
                data = line.equals("DATA");
                RudeServer.send(
                        client,
                        data
                                ? "354 send\r\n"
                                : line.startsWith("EHLO") ? "250-rude\r\n250 " + extension + "\r\n" : "250 ok\r\n");
            }
        };
    }

    @Test
    void a_greeting_that_drips_ends_at_the_deadline() {
        assertFails(RudeServer.DRIPS, "smtp", SHORT, "The mail server did not finish within 2 s");
    }

    @Test
    void a_response_that_drips_ends_at_the_deadline() {
        assertFails(
                until("RCPT", "SIZE", (server, client) -> RudeServer.drip(client, "250-")),
                "smtp",
                SHORT,
                "The mail server did not finish within 2 s");
    }

    @Test
    void tls_from_the_start_that_drips_ends_at_the_deadline() {
        assertFails(
                (server, client) -> RudeServer.drip(client, TLS_RECORD),
                "smtps",
                SHORT,
                "The mail server did not finish within 2 s");
    }

    @Test
    void tls_after_starttls_that_drips_ends_at_the_deadline() {
        RudeServer.Behaviour startTls = (server, client) -> {
            RudeServer.send(client, "220 go\r\n");
            client.getInputStream().read(); // the client has begun TLS
            RudeServer.drip(client, TLS_RECORD);
        };
        assertFails(
                until("STARTTLS", "STARTTLS", startTls), "smtp", SHORT, "The mail server did not finish within 2 s");
    }

    /** Eight megabytes do not fit into the buffers between the two. */
    @Test
    void a_server_that_stops_reading_does_not_hold_up_the_mailer() {
        try (var server = new RudeServer(until("DATA", "SIZE", (rude, client) -> {
            RudeServer.send(client, "354 send\r\n");
            awaitForEver();
        }))) {
            assertThatThrownBy(() -> send(server.url("smtp"), SHORT, 8_000_000))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessage("The mail was not sent: The mail server did not finish within 2 s");
        }
    }

    private static void awaitForEver() throws IOException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void a_greeting_of_64_megabytes_is_cut_off() {
        assertFails(
                (server, client) -> server.flood(client, "220 ", 64_000_000),
                "smtp",
                LONG,
                "The mail server sent more than 1,000,000 bytes");
    }

    @Test
    void a_greeting_of_endless_lines_is_cut_off() {
        assertFails(
                (server, client) -> {
                    while (true) {
                        RudeServer.send(client, "220-one more line\r\n".repeat(1_000));
                    }
                },
                "smtp",
                LONG,
                "The mail server sent more than 1,000,000 bytes");
    }

    /** Below the limit. An operator gets one short line, and masking addresses in it takes no time. */
    @Test
    void a_long_response_is_stored_in_short() {
        try (var server = new RudeServer((rude, client) -> {
            rude.flood(client, "554 no\r\n554 ", 900_000);
            awaitHangUp(client);
        })) {
            assertThatThrownBy(() -> send(server.url("smtp"), LONG, 100))
                    .isInstanceOf(Mailer.Failed.class)
                    .hasMessageContaining("554 no")
                    .message()
                    .hasSizeLessThan(1_200)
                    .doesNotContain("\n");
        }
    }

    private static void awaitHangUp(Socket client) throws IOException {
        client.getInputStream().readAllBytes();
    }

    /** The server has the mail, so a failure would send it again. */
    @Test
    void a_server_that_drips_after_it_accepted_the_mail_has_the_mail() {
        try (var server = new RudeServer(until("QUIT", "SIZE", (rude, client) -> RudeServer.drip(client, "221-")))) {
            assertThatCode(() -> send(server.url("smtp"), SHORT, 100)).doesNotThrowAnyException();
            Wait.until("the client has hung up", () -> server.connected() == 0);
        }
    }

    @Test
    void a_server_that_is_down_is_named() {
        var server = new RudeServer(RudeServer.DRIPS);
        server.close();
        var url = server.url("smtp");
        assertThatThrownBy(() -> send(url, LONG, 100))
                .hasMessageStartingWith("The mail was not sent: Cannot connect to 127.0.0.1:" + url.getPort() + ": ")
                .hasMessageNotContaining("Exception");
    }

    @Test
    void a_server_with_an_unknown_name_is_named() {
        assertThatThrownBy(() -> send(URI.create("smtp://mail.invalid:25"), LONG, 100))
                .isInstanceOf(Mailer.Failed.class)
                .hasMessage("The mail was not sent: Cannot connect to mail.invalid:25: unknown host");
    }

    @Test
    void a_mail_to_an_invalid_address_is_rejected_without_a_connection() {
        try (var server = new RudeServer(RudeServer.DRIPS)) {
            var mailer = new Mailer(server.url("smtp"), "tickets@example.org");
            var mail = new Mailer.Mail(
                    "ada@@example", Optional.empty(), "Tickets", "text", "html", "1@seatlock", List.of());
            assertThatThrownBy(() -> mailer.send(mail))
                    .isInstanceOf(Mailer.Rejected.class)
                    .hasMessage("The buyer's e-mail address is invalid");
            assertThat(server.accepted()).isZero();
        }
    }
}
