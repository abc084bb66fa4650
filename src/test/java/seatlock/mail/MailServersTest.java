package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.server.SMTPServer;
import seatlock.support.Certificate;
import seatlock.support.LogCapture;

/** Mail servers as they are installed: with a certificate of their own, and with a policy. */
class MailServersTest {

    private static final String FROM = "Seatlock <tickets@example.org>";

    private final List<String> mails = new CopyOnWriteArrayList<>();
    private final List<String> greetings = new CopyOnWriteArrayList<>();
    private final AtomicBoolean denies = new AtomicBoolean();
    private SMTPServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private SMTPServer.Builder builder() {
        return SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandler((context, from, to, data) -> {
                    if (denies.get()) {
                        throw new RejectException(554, "5.7.1 <ada@example.org>: Relay access denied");
                    }
                    greetings.add(context.getHelo().orElse(""));
                    mails.add(new String(data, StandardCharsets.UTF_8));
                });
    }

    private URI start(SMTPServer.Builder builder, String login) {
        server = builder.build();
        server.start();
        return URI.create("smtp://" + login + "localhost:" + server.getPortAllocated());
    }

    private static void send(Mailer.Settings settings) throws Exception {
        try (var mailer = new Mailer(settings)) {
            send(mailer);
        }
    }

    private static void send(Mailer mailer) throws Exception {
        mailer.send(
                new Mailer.Mail("ada@example.org", Optional.empty(), "Tickets", "text", "<p>html", "job-1", List.of()));
    }

    /** Debian's Exim has one by default. */
    @Test
    void a_self_signed_certificate_does_not_stop_mail_without_a_password(@TempDir Path directory) throws Exception {
        var tls = Certificate.in(directory).context();

        send(new Mailer.Settings(start(builder().startTlsSocketFactory(tls).requireTLS(), ""), FROM));

        assertThat(mails).hasSize(1);
    }

    /** The server offers TLS but has no key. */
    @Test
    void tls_that_cannot_be_had_does_not_stop_mail_without_a_password() throws Exception {
        var tls = SSLContext.getInstance("TLS");
        tls.init(new KeyManager[0], null, null);

        send(new Mailer.Settings(start(builder().startTlsSocketFactory(tls).enableTLS(), ""), FROM));

        assertThat(mails).hasSize(1);
    }

    @Test
    void a_password_is_sent_only_if_the_certificate_is_trusted(@TempDir Path directory) throws Exception {
        var certificate = Certificate.in(directory);
        var logins = new CopyOnWriteArrayList<String>();
        var url = start(
                builder()
                        .startTlsSocketFactory(certificate.context())
                        .enableTLS()
                        .requireAuth(true)
                        .authenticationHandlerFactory(
                                new EasyAuthenticationHandlerFactory((user, password, context) -> logins.add(user))),
                "seller:hunter2@");

        assertThatThrownBy(() -> send(new Mailer.Settings(url, FROM)))
                .isInstanceOf(Mailer.Failed.class)
                .hasMessageContaining("TLS")
                .hasMessageNotContaining("hunter2");
        assertThat(logins).isEmpty();

        send(new Mailer.Settings(url, FROM, Optional.empty(), Optional.empty(), Optional.of(certificate.pem())));
        assertThat(logins).containsExactly("seller");
        assertThat(mails).hasSize(1);
    }

    @Test
    void tls_and_the_login_serve_many_mails(@TempDir Path directory) throws Exception {
        var certificate = Certificate.in(directory);
        var logins = new CopyOnWriteArrayList<String>();
        var url = start(
                builder()
                        .startTlsSocketFactory(certificate.context())
                        .requireTLS()
                        .requireAuth(true)
                        .authenticationHandlerFactory(
                                new EasyAuthenticationHandlerFactory((user, password, context) -> logins.add(user))),
                "seller:hunter2@");
        var settings =
                new Mailer.Settings(url, FROM, Optional.empty(), Optional.empty(), Optional.of(certificate.pem()));

        try (var mailer = new Mailer(settings, Duration.ofMinutes(2), Duration.ofHours(1))) {
            send(mailer);
            send(mailer);
            send(mailer);
        }

        assertThat(mails).hasSize(3);
        assertThat(logins).containsExactly("seller");
    }

    @Test
    void a_server_without_tls_gets_no_mail_if_there_is_an_authority_to_check(@TempDir Path directory) throws Exception {
        var authority = Optional.of(Certificate.in(directory).pem());
        var url = start(builder().hideTLS(), "");

        assertThatThrownBy(() -> send(new Mailer.Settings(url, FROM, Optional.empty(), Optional.empty(), authority)))
                .hasMessageContaining("STARTTLS");
        assertThat(mails).isEmpty();
    }

    @Test
    void the_mailer_introduces_itself_by_a_qualified_name_or_an_address() throws Exception {
        var url = start(builder(), "");

        send(new Mailer.Settings(url, FROM, Optional.empty(), Optional.of("box.example.org"), Optional.empty()));
        send(new Mailer.Settings(url, FROM));

        assertThat(greetings.get(0)).isEqualTo("box.example.org");
        assertThat(greetings.get(1)).matches(HeloName::isValid);
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.org,192.0.2.1,true",
        "3f2a9c,172.17.0.2,false",
        "seatlock_worker_1.seatlock_default,172.18.0.2,false",
        "host.example.org,127.0.1.1,false",
        "192.0.2.1,192.0.2.1,false",
    })
    void only_a_name_that_others_may_resolve_introduces_this_machine(String name, String address, boolean isUsed)
            throws Exception {
        assertThat(HeloName.qualified(name, InetAddress.getByName(address)).isPresent())
                .isEqualTo(isUsed);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1,[192.0.2.1]", "2001:db8::1,[IPv6:2001:db8:0:0:0:0:0:1]"})
    void an_address_literal_names_its_protocol(String address, String literal) throws Exception {
        assertThat(HeloName.literal(InetAddress.getByName(address))).isEqualTo(literal);
    }

    @Test
    @ResourceLock(LogCapture.LOG)
    void the_log_says_once_that_mail_cannot_leave_and_once_that_it_leaves_again() throws Exception {
        var thisThread = "[" + Thread.currentThread().getName() + "]"; // other tests send mail at the same time
        denies.set(true);
        try (var mailer = new Mailer(new Mailer.Settings(start(builder(), ""), FROM));
                var log = LogCapture.everything()) {
            assertThat(mailer.leaves()).isEmpty();
            assertThatThrownBy(() -> send(mailer)).isInstanceOf(Mailer.Failed.class);
            assertThatThrownBy(() -> send(mailer)).isInstanceOf(Mailer.Failed.class);
            assertThat(mailer.leaves()).hasValue(false);
            denies.set(false);
            send(mailer);
            send(mailer);
            assertThat(mailer.leaves()).hasValue(true);

            var lines = log.lines().stream()
                    .filter(line -> line.contains(thisThread + ": Mail "))
                    .toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.get(0)).startsWith("ERROR").contains("Mail cannot leave", "5.7.1");
            assertThat(lines.get(0)).doesNotContain("ada@example.org");
            assertThat(lines.get(1)).startsWith("INFO").contains("Mail leaves again");
        }
    }

    @Test
    void message_id_and_replies_belong_to_the_organiser() throws Exception {
        var url = start(builder(), "");

        send(new Mailer.Settings(
                url, FROM, Optional.of("Box office <box@venue.example>"), Optional.empty(), Optional.empty()));

        assertThat(mails.get(0))
                .contains("Message-ID: <job-1@example.org>", "Reply-To: Box office <box@venue.example>");
    }
}
