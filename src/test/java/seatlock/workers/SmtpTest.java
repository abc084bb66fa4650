package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.workers.JobFixture.parse;

import jakarta.mail.Multipart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.server.SMTPServer;
import seatlock.catalog.EventId;
import seatlock.jobs.Job;
import seatlock.support.Certificate;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Mail over SMTP: refusals, rude servers, TLS and logins, and what may stand in a mail. */
class SmtpTest {

    private static final int ACCEPTED = 250;

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    /** Starts a mail server that replies to each RCPT with a code. */
    private URI mailServer(IntSupplier code) {
        return mailServer(recipient -> code.getAsInt());
    }

    private URI mailServer(ToIntFunction<String> code) {
        return mailServer(code, "made for this test");
    }

    private URI mailServer(ToIntFunction<String> code, String reason) {
        return start(SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory((MessageContext context) -> new MessageHandler() {
                    @Override
                    public void from(String from) {}

                    @Override
                    public void recipient(String recipient) throws RejectException {
                        var reply = code.applyAsInt(recipient);
                        if (reply != ACCEPTED) {
                            throw new RejectException(reply, reason);
                        }
                    }

                    @Override
                    public String data(InputStream data) throws IOException {
                        data.readAllBytes();
                        return null;
                    }

                    @Override
                    public void done() {}
                })
                .build());
    }

    private URI start(SMTPServer server) {
        server.start();
        jobs.closeLater(server::stop);
        return URI.create("smtp://127.0.0.1:" + server.getPortAllocated());
    }

    /** The second attempt waits in the mail server until the test has seen the state after the first. */
    @Test
    void a_mail_that_is_refused_temporarily_is_sent_again() {
        var event = system.event(1);
        var attempts = new AtomicInteger();
        var proceed = new CountDownLatch(1);
        jobs.workers(mailServer(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        return 451;
                    }
                    await(proceed);
                    return ACCEPTED;
                }))
                .start();
        system.api.buy(event.id(), "S-A-1");
        Wait.until(
                "the first attempt has failed",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE last_error LIKE '%451%'") == 1);
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents"))
                .as("documents before the mail is accepted")
                .isEqualTo(1);

        proceed.countDown();

        jobs.awaitMailed(event, 1);
        assertThat(attempts).hasValue(2);
    }

    /** A relay's policy. Postfix refuses at RCPT what it dislikes about the client. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
                "554 5.7.1 <ada@example.org>: Relay access denied",
                "552 5.2.2 mailbox full"
            })
    void a_mail_that_is_refused_for_another_reason_than_its_address_is_sent_again(String reply) {
        var event = system.event(1);
        var refusals = new AtomicInteger();
        jobs.workers(mailServer(
                        recipient ->
                                refusals.getAndIncrement() == 0 ? Integer.parseInt(reply.substring(0, 3)) : ACCEPTED,
                        reply.substring(4)))
                .start();

        system.api.buy(event.id(), "S-A-1");

        jobs.awaitMailed(event, 1);
        assertThat(jobs.attempts(Job.Kind.SEND_TICKETS)).containsExactly(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_mail_that_is_refused_permanently_is_dead_at_once_and_can_be_retried() {
        var event = system.event(1);
        var code = new AtomicInteger(550);
        jobs.workers(mailServer(code::get)).start();
        system.api.buy(event.id(), "S-A-1");

        Wait.until("the job is dead", () -> jobs.jobs(event, "DEAD") == 1);
        var dead = system.database.inTransaction(tx -> system.jobs.list(tx, "DEAD", 10));
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).attempts()).isEqualTo(1);
        assertThat(dead.get(0).lastError()).contains("550", "made for this test");

        code.set(ACCEPTED);
        var retried = system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        assertThat(retried).isEqualTo(1);
        jobs.awaitMailed(event, 1);
    }

    /** One mail that always fails, among others that succeed. */
    @Test
    void a_mail_that_always_fails_ends_dead_and_does_not_hold_up_the_others() {
        var event = system.event(5);
        var code = new AtomicInteger(451);
        jobs.workers(mailServer(to -> to.startsWith("poison") ? code.get() : ACCEPTED))
                .start();
        var poisoned = system.api
                .reserveWith(event.id(), "poisoned", "{\"seats\":[\"S-A-1\"],\"email\":\"poison@example.org\"}")
                .json();
        system.api.confirm(event.id(), poisoned.get("id").asText(), 4500);
        jobs.buy(event, 2, 5);

        jobs.awaitMailed(event, 4);
        Wait.until("the poison job is dead", () -> jobs.jobs(event, Job.Kind.SEND_TICKETS, "DEAD") == 1);
        assertThat(system.query("SELECT attempts FROM jobs WHERE state = 'DEAD'", row -> row.integer("attempts")))
                .containsExactly(TestWorkers.POLICY.mailAttempts());
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(5);

        code.set(ACCEPTED);
        system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        jobs.awaitMailed(event, 5);
    }

    /** A mail is sent once the server has accepted it, whatever the server does then. */
    @Test
    void a_server_that_hangs_up_at_quit_does_not_get_the_mail_again() throws Exception {
        var event = system.event(1);
        var accepted = new AtomicInteger();
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var server = new Thread(() -> hangUpAtQuit(listener, accepted));
            server.setDaemon(true);
            server.start();
            jobs.workers(URI.create("smtp://127.0.0.1:" + listener.getLocalPort()))
                    .start();
            system.api.buy(event.id(), "S-A-1");

            jobs.awaitMailed(event, 1);
        }
        assertThat(accepted).hasValue(1);
        assertThat(jobs.attempts(Job.Kind.SEND_TICKETS)).containsExactly(1);
    }

    /** Accepts every mail, and closes the connection at QUIT without a reply. */
    private static void hangUpAtQuit(ServerSocket listener, AtomicInteger accepted) {
        while (true) {
            try (var client = listener.accept()) {
                var in = new BufferedReader(new InputStreamReader(client.getInputStream()));
                var out = client.getOutputStream();
                out.write("220 rude\r\n".getBytes(StandardCharsets.US_ASCII));
                boolean data = false;
                for (var line = in.readLine(); line != null && !line.equals("QUIT"); line = in.readLine()) {
                    if (data && !line.equals(".")) {
                        continue;
                    }
                    var wasData = data;
                    data = line.equals("DATA");
                    if (wasData) {
                        accepted.incrementAndGet();
                    }
                    out.write((data ? "354 send the mail\r\n" : "250 ok\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    /** The worker's process trusts the server's certificate, as an operator would set it up. */
    @Test
    void mail_is_sent_over_tls_and_with_a_login(@TempDir Path directory) throws Exception {
        var event = system.event(1);
        var certificate = Certificate.in(directory);
        var logins = new ConcurrentLinkedQueue<String>();
        var mails = new AtomicInteger();
        var smtp = start(SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .startTlsSocketFactory(certificate.context())
                .requireTLS()
                .requireAuth(true)
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory(
                        (user, password, context) -> logins.add(user + " " + password)))
                .messageHandler((context, from, to, data) -> mails.incrementAndGet())
                .build());
        var workers = jobs.workers(); // for its Redis
        system.api.buy(event.id(), "S-A-1");
        var settings = Map.of(
                "DATABASE_URL",
                system.databaseUrl(),
                "REDIS_URL",
                workers.redisUrl().toString(),
                "SMTP_URL",
                "smtp://seller:p%40ss@localhost:" + smtp.getPort(), // the name in the certificate
                "JAVA_TOOL_OPTIONS",
                certificate.trustOptions());

        try (var worker =
                Jvm.start(directory.resolve("unused"), settings, "worker").awaitReady()) {
            jobs.awaitMailed(event, 1);
            assertThat(worker.output()).doesNotContain("p@ss");
        }

        assertThat(logins).containsExactly("seller p@ss");
        assertThat(mails).hasValue(1);
    }

    /** The server offers a login but no TLS, so the login does not even begin. */
    @Test
    void a_password_is_never_sent_in_the_clear() {
        var event = system.event(1);
        var logins = new AtomicInteger();
        var smtp = start(SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                    logins.incrementAndGet();
                }))
                .build());
        jobs.workers(URI.create("smtp://seller:hunter2@127.0.0.1:" + smtp.getPort()))
                .start();
        system.api.buy(event.id(), "S-A-1");

        Wait.until(
                "an attempt has failed",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE last_error IS NOT NULL") == 1);
        assertThat(system.query(
                                "SELECT last_error FROM jobs WHERE last_error IS NOT NULL",
                                row -> row.text("last_error"))
                        .get(0))
                .contains("STARTTLS")
                .doesNotContain("hunter2");
        assertThat(logins).hasValue(0);
    }

    @Test
    void no_text_from_a_client_or_an_organiser_can_inject_a_header() throws Exception {
        var event = system.api.createEvent("""
                {"name":"Aida =?utf-8?q?Bcc:=20x=40y?= <b>","venue":"V & W","startsAt":"2099-01-01T20:00:00Z",
                 "timeZone":"UTC","currency":"EUR","sections":[{"name":"S","price":1,"rows":[{"name":"A","seats":1}]}]}
                """);
        var id = new EventId(UUID.fromString(event.json().get("id").asText()));
        var workers = jobs.workers().start();
        var reserved = system.api.reserve(id, "S-A-1").json();
        system.api.confirm(id, reserved.get("id").asText(), 1);
        Wait.until("the mail has arrived", () -> workers.mails().size() == 1);

        var raw = Files.readString(workers.mails().get(0));
        var headers = raw.substring(0, raw.indexOf("\r\n\r\n"));
        assertThat(headers.lines().map(line -> line.split("[: \t]")[0]).filter(name -> !name.isEmpty()))
                .doesNotContain("Bcc")
                .contains("Subject", "Message-ID", "To", "From", "Date");
        var html =
                (String) ((Multipart) ((Multipart) parse(workers.mails().get(0)).getContent())
                                .getBodyPart(0)
                                .getContent())
                        .getBodyPart(1)
                        .getContent();
        assertThat(html).contains("&lt;b&gt;", "V &amp; W");
        // A reference that people can read out, and a way to ask.
        var reservation = reserved.get("id").asText();
        var reference = system.query("SELECT reference FROM reservations", row -> row.text("reference"))
                .get(0);
        assertThat(html.replaceAll("href=\"[^\"]*\"", "")).doesNotContain(reservation);
        assertThat(html)
                .contains("href=\"" + TestWorkers.PAGES + "/order/" + id + "/" + reservation + "#rsl_")
                .contains("Order: <strong dir=\"auto\">" + reference + "</strong>")
                .containsPattern("Ticket [0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}")
                .contains("mailto:tickets@example.org");
    }
}
