package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.server.SMTPServer;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.inventory.ReservationId;
import seatlock.jobs.RetryPolicy;
import seatlock.support.Certificate;
import seatlock.support.Jvm;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Jobs: from the confirmation to the ticket in the mail, whatever dies in between. */
class JobsTest {

    private final TestSystem system = new TestSystem();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        toClose.add(0, system);
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    private TestWorkers testWorkers() {
        var testWorkers = new TestWorkers(system);
        toClose.add(testWorkers);
        return testWorkers;
    }

    private TestWorkers testWorkersWithOwnRedis() {
        var testWorkers = TestWorkers.withOwnRedis(system);
        toClose.add(testWorkers);
        return testWorkers;
    }

    private TestWorkers testWorkers(URI smtp) {
        var testWorkers = new TestWorkers(system, smtp, step -> {});
        toClose.add(testWorkers);
        return testWorkers;
    }

    private long jobs(Event event, String state) {
        return system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND state = ?",
                event.id().value(),
                state);
    }

    private void awaitDone(Event event, int count) {
        Wait.until(count + " jobs are done", () -> jobs(event, "DONE") == count);
    }

    private void buy(Event event, int from, int to) {
        IntStream.rangeClosed(from, to)
                .forEach(i -> assertThat(system.api.buy(event.id(), "S-A-" + i).status())
                        .isEqualTo(200));
    }

    private static MimeMessage parse(Path mail) {
        try (InputStream stream = Files.newInputStream(mail)) {
            return new MimeMessage(Session.getInstance(new Properties()), stream);
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void who_confirms_gets_his_tickets_by_mail_and_over_http() throws Exception {
        var event = system.event(2);
        var testWorkers = testWorkers().start();

        var id = system.api.buy(event.id(), "S-A-1", "S-A-2").json().get("id").asText();
        awaitDone(event, 1);

        var pdf = system.api.tickets(event.id(), id).get(0).get("pdf").asText();
        var document = system.api.get(pdf, TestSystem.ADMIN_KEY);
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.header("Content-Type")).isEqualTo("application/pdf");
        assertThat(document.text()).startsWith("%PDF-");

        assertThat(testWorkers.mails()).hasSize(1);
        var mail = parse(testWorkers.mails().get(0));
        assertThat(mail.getSubject()).isEqualTo("Your tickets for Aida");
        assertThat(mail.getRecipients(Message.RecipientType.TO)[0]).hasToString("ada@example.org");
        assertThat(mail.getFrom()[0]).hasToString("Seatlock <tickets@example.org>");
        var parts = (Multipart) mail.getContent();
        assertThat(parts.getCount()).isEqualTo(3);
        var alternatives = (Multipart) parts.getBodyPart(0).getContent();
        assertThat((String) alternatives.getBodyPart(0).getContent()).contains("Aida", "S-A-1, S-A-2", "90.00 EUR");
        assertThat(alternatives.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("application/pdf");
        assertThat(parts.getBodyPart(1).getInputStream().readAllBytes())
                .isEqualTo(document.raw().body());
    }

    @Test
    void sending_again_is_another_mail_of_the_same_documents() throws Exception {
        var event = system.event(1);
        var testWorkers = testWorkers().start();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        awaitDone(event, 1);

        var reservation = new ReservationId(UUID.fromString(id));
        boolean resent = system.database.inTransaction(tx -> system.tickets.resend(
                tx,
                event.id(),
                system.inventoryReader.find(tx, event.id(), reservation).orElseThrow()));
        assertThat(resent).isTrue();
        awaitDone(event, 2);

        var ids =
                testWorkers.mails().stream().map(mail -> messageId(parse(mail))).toList();
        assertThat(ids).hasSize(2).doesNotHaveDuplicates();
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(1);
    }

    private static String messageId(MimeMessage mail) {
        try {
            return mail.getMessageID();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What Resque documents: a list per queue, the set of queues, and a JSON object with class and args. */
    @Test
    void the_queue_is_resques() throws Exception {
        var event = system.event(1);
        var testWorkers = testWorkers(); // nothing runs yet
        system.api.buy(event.id(), "S-A-1");

        assertThat(testWorkers.relay.runOnce()).isEqualTo(1);

        try (var redis = testWorkers.jedis()) {
            assertThat(redis.smembers("resque:queues")).containsExactly("tickets");
            assertThat(redis.llen("resque:queue:tickets")).isEqualTo(1);
            var payload = new ObjectMapper().readTree(redis.lindex("resque:queue:tickets", 0));
            assertThat(payload.get("class").asText()).isEqualTo("IssueTickets");
            assertThat(payload.get("args").get(0).asText()).isEqualTo(event.id().toString());
            assertThat(payload.get("args")).hasSize(2);
        }
        assertThat(testWorkers.relay.runOnce()).as("it is on its way").isZero();
    }

    @Test
    void any_resque_client_can_send_a_job_and_what_is_none_fails_and_harms_nobody() {
        var event = system.event(1);
        var testWorkers = testWorkers();
        system.api.buy(event.id(), "S-A-1");
        var job = system.query("SELECT job_id FROM jobs", row -> row.uuid("job_id"))
                .get(0);
        try (var redis = testWorkers.jedis()) {
            redis.sadd("resque:queues", "tickets");
            redis.rpush("resque:queue:tickets", "not JSON");
            redis.rpush("resque:queue:tickets", "{\"class\":\"java.lang.Runtime\",\"args\":[\"rm\"]}");
            redis.rpush("resque:queue:tickets", "{\"class\":\"IssueTickets\",\"args\":[\"x\",\"y\"]}");
            redis.rpush("resque:queue:tickets", "{\"class\":\"IssueTickets\",\"args\":null}");
            redis.rpush(
                    "resque:queue:tickets",
                    "{\"class\":\"IssueTickets\",\"args\":[\"" + event.id() + "\",\"" + UUID.randomUUID() + "\"]}");
            redis.rpush(
                    "resque:queue:tickets",
                    "{\"class\":\"IssueTickets\",\"args\":[\"" + event.id() + "\",\"" + job + "\"]}");
            testWorkers.workers.start(); // without the relay: only what came from outside

            awaitDone(event, 1);

            Wait.until("three failures are listed", () -> redis.llen("resque:failed") == 3);
            assertThat(redis.lrange("resque:failed", 0, -1)).allMatch(failure -> failure.contains("exception"));
            Wait.until(
                    "workers are seen", () -> redis.smembers("resque:workers").size() == 3);
            Wait.until("heartbeats are seen", () -> redis.hlen("resque:workers:heartbeat") == 3);
        }
    }

    @Test
    void what_redis_loses_is_sent_again() {
        var event = system.event(3);
        var testWorkers = testWorkersWithOwnRedis();
        buy(event, 1, 3);
        assertThat(testWorkers.relay.runOnce()).isEqualTo(3);
        try (var redis = testWorkers.jedis()) {
            redis.flushAll();
        }
        // Time moves by SQL: they were handed over long enough ago.
        system.update("UPDATE jobs SET relayed_at = relayed_at - interval '1 minute'");

        testWorkers.start();

        awaitDone(event, 3);
    }

    @Test
    void workers_come_back_when_their_scripts_are_flushed_and_their_connections_cut() {
        var event = system.event(3);
        var testWorkers = testWorkersWithOwnRedis().start();
        Wait.until("the workers are there", () -> testWorkers.workers.alive() == 3);
        try (var redis = testWorkers.jedis()) {
            redis.scriptFlush();
        }
        buy(event, 1, 1);
        awaitDone(event, 1);
        try (var redis = testWorkers.jedis()) {
            redis.sendCommand(() -> "CLIENT".getBytes(StandardCharsets.US_ASCII), "KILL", "TYPE", "normal");
        }
        buy(event, 2, 3);
        awaitDone(event, 3);
        Wait.until("the pool is whole", () -> testWorkers.workers.alive() == 3);
    }

    @Test
    void while_redis_cannot_be_written_sales_go_on_and_tickets_come_when_it_can() {
        var event = system.event(2);
        var testWorkers = testWorkersWithOwnRedis().start();
        try (var redis = testWorkers.jedis()) {
            redis.slaveof("127.0.0.1", 1); // a replica takes no writes
            buy(event, 1, 2);
            assertThat(jobs(event, "DEAD")).isZero();
            redis.slaveofNoOne();
        }
        awaitDone(event, 2);
    }

    @Test
    void what_a_killed_worker_has_left_in_redis_is_removed_and_its_job_done_by_another() {
        var event = system.event(1);
        var testWorkers = testWorkers();
        system.api.buy(event.id(), "S-A-1");
        var job = system.query("SELECT job_id FROM jobs", row -> row.uuid("job_id"))
                .get(0);
        // As a worker leaves it that is killed with a job in its hands.
        system.database.inTransaction(tx -> system.jobs.claimJob(tx, event.id(), job, lease(Duration.ofMillis(1))));
        String name;
        try (var redis = testWorkers.jedis()) {
            name = hostName() + ":999999999-1:tickets";
            redis.sadd("resque:workers", name);
            redis.set("resque:worker:" + name, "{}");
            redis.rpush("resque:inflight:" + name + ":tickets", "{}");
            var foreign = "elsewhere:17:mail,billing";
            redis.sadd("resque:workers", foreign);

            testWorkers.start();

            awaitDone(event, 1);
            Wait.until("it is removed", () -> !redis.sismember("resque:workers", name));
            assertThat(redis.exists("resque:worker:" + name, "resque:inflight:" + name + ":tickets"))
                    .isZero();
            assertThat(redis.sismember("resque:workers", foreign)).isTrue();
        }
        assertThat(system.query("SELECT attempts FROM jobs", row -> row.integer("attempts")))
                .containsExactly(2);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A mail server that answers every RCPT with what the test says. */
    private URI mailServer(AtomicInteger code) {
        var server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory((MessageContext context) -> new MessageHandler() {
                    @Override
                    public void from(String from) {}

                    @Override
                    public void recipient(String recipient) throws RejectException {
                        if (code.get() != 250) {
                            throw new RejectException(code.get(), "made for this test");
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
                .build();
        server.start();
        toClose.add(server::stop);
        return URI.create("smtp://127.0.0.1:" + server.getPortAllocated());
    }

    @Test
    void a_mail_that_is_refused_for_now_is_tried_again() {
        var event = system.event(1);
        var code = new AtomicInteger(451);
        testWorkers(mailServer(code)).start();
        system.api.buy(event.id(), "S-A-1");
        Wait.until(
                "it has failed once",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE last_error LIKE '%451%'") == 1);
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents"))
                .as("the document is there, mail or no mail")
                .isEqualTo(1);

        code.set(250);

        awaitDone(event, 1);
    }

    @Test
    void a_mail_that_is_refused_for_good_is_dead_at_once_with_the_reason_and_can_be_sent_again() {
        var event = system.event(1);
        var code = new AtomicInteger(550);
        testWorkers(mailServer(code)).start();
        system.api.buy(event.id(), "S-A-1");

        Wait.until("the job is dead", () -> jobs(event, "DEAD") == 1);
        var dead = system.database.inTransaction(tx -> system.jobs.list(tx, "DEAD", 10));
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).attempts()).isEqualTo(1);
        assertThat(dead.get(0).lastError()).contains("550", "made for this test");

        code.set(250);
        var retried = system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        assertThat(retried).isEqualTo(1);
        awaitDone(event, 1);
    }

    /** A document that always fails, among others that do not. */
    @Test
    void a_poison_job_does_not_hold_up_the_others_and_ends_dead() {
        var event = system.event(10);
        var poisoned = system.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        system.update("UPDATE reservations SET email = 'nobody' WHERE reservation_id = ?", UUID.fromString(poisoned));
        system.api.confirm(event.id(), poisoned, 4500);
        testWorkers().start();
        buy(event, 2, 10);

        awaitDone(event, 9);
        Wait.until("the poison is dead", () -> jobs(event, "DEAD") == 1);
        assertThat(system.query("SELECT attempts FROM jobs WHERE state = 'DEAD'", row -> row.integer("attempts")))
                .containsExactly(TestWorkers.POLICY.maxAttempts());

        system.update(
                "UPDATE reservations SET email = 'ada@example.org' WHERE reservation_id = ?",
                UUID.fromString(poisoned));
        system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        awaitDone(event, 10);
    }

    @Test
    void a_lease_that_ran_out_cannot_end_the_job_and_one_that_is_renewed_goes_on() {
        var event = system.event(1);
        system.api.buy(event.id(), "S-A-1");
        var id = system.query("SELECT job_id FROM jobs", row -> row.uuid("job_id"))
                .get(0);
        Database database = system.database;

        var first = database.inTransaction(tx -> system.jobs.claimJob(tx, event.id(), id, lease(Duration.ofMillis(-1))))
                .orElseThrow();
        var second = database.inTransaction(
                        tx -> system.jobs.claimJob(tx, event.id(), id, lease(Duration.ofMinutes(1))))
                .orElseThrow();

        assertThat(second.attempts()).isEqualTo(2);
        boolean stale = database.inTransaction(tx -> system.jobs.complete(tx, first));
        assertThat(stale).as("the first has lost it").isFalse();
        boolean renewed = database.inTransaction(tx -> system.jobs.renew(tx, second, Duration.ofMinutes(1)));
        assertThat(renewed).isTrue();
        assertThat(database.inTransaction(tx -> system.jobs.claimJob(tx, event.id(), id, lease(Duration.ofMinutes(1))))
                        .isEmpty())
                .as("it is somebody's")
                .isTrue();
        boolean completed = database.inTransaction(tx -> system.jobs.complete(tx, second));
        assertThat(completed).isTrue();
        assertThat(jobs(event, "DONE")).isEqualTo(1);
    }

    private static RetryPolicy lease(Duration lease) {
        return new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1), lease);
    }

    /** A job that kills its worker never gets as far as to fail. */
    @Test
    void a_job_whose_worker_dies_each_time_is_dead_in_the_end() {
        var event = system.event(1);
        system.api.buy(event.id(), "S-A-1");
        var id = system.query("SELECT job_id FROM jobs", row -> row.uuid("job_id"))
                .get(0);

        for (int i = 1; i <= 4; i++) {
            var claimed = system.database.inTransaction(
                    tx -> system.jobs.claimJob(tx, event.id(), id, lease(Duration.ofMillis(-1))));
            assertThat(claimed.isPresent()).as("claim " + i).isEqualTo(i <= 3);
        }
        assertThat(jobs(event, "DEAD")).isEqualTo(1);
        assertThat(system.query("SELECT last_error FROM jobs", row -> row.text("last_error"))
                        .get(0))
                .contains("of attempt 3 died");
    }

    /** The mail is sent when the server has taken it over, whatever it does then. */
    @Test
    void a_mail_server_that_hangs_up_instead_of_saying_goodbye_is_not_sent_the_mail_again() throws Exception {
        var event = system.event(1);
        var taken = new AtomicInteger();
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var server = new Thread(() -> rudeMailServer(listener, taken));
            server.setDaemon(true);
            server.start();
            testWorkers(URI.create("smtp://127.0.0.1:" + listener.getLocalPort()))
                    .start();
            system.api.buy(event.id(), "S-A-1");

            awaitDone(event, 1);
        }
        assertThat(taken).hasValue(1);
        assertThat(system.query("SELECT attempts FROM jobs", row -> row.integer("attempts")))
                .containsExactly(1);
    }

    /** Takes every mail, and closes the connection at QUIT. */
    private static void rudeMailServer(ServerSocket listener, AtomicInteger taken) {
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
                        taken.incrementAndGet();
                    }
                    out.write((data ? "354 go on\r\n" : "250 ok\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    /** SIGTERM: App closes the workers. */
    @Test
    void a_job_that_is_being_done_is_finished_before_the_workers_stop() throws Exception {
        var event = system.event(2);
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var testWorkers = new TestWorkers(system, null, step -> {
            if (step == TicketDelivery.Step.DOCUMENTS_MADE) {
                begun.countDown();
                awaitQuietly(goOn);
            }
        });
        toClose.add(testWorkers);
        testWorkers.start();
        system.api.buy(event.id(), "S-A-1");
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        var closing = CompletableFuture.runAsync(testWorkers.workers::close);
        system.api.buy(event.id(), "S-A-2");
        assertThat(closing).as("it waits for the job").isNotDone();
        goOn.countDown();
        closing.join();

        assertThat(jobs(event, "DONE")).isEqualTo(1);
        assertThat(jobs(event, "READY")).as("and takes no other").isEqualTo(1);
        assertThat(testWorkers.workers.alive()).isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** With a certificate that the worker's process trusts, as an operator would have it. */
    @Test
    void mail_goes_over_tls_and_with_a_login(@TempDir Path directory) throws Exception {
        var event = system.event(1);
        var certificate = Certificate.in(directory);
        var logins = new ConcurrentLinkedQueue<String>();
        var mails = new AtomicInteger();
        var server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .startTlsSocketFactory(certificate.context())
                .requireTLS()
                .requireAuth(true)
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory(
                        (user, password, context) -> logins.add(user + " " + password)))
                .messageHandler((context, from, to, data) -> mails.incrementAndGet())
                .build();
        server.start();
        toClose.add(server::stop);
        var testWorkers = testWorkers(); // for its Redis
        system.api.buy(event.id(), "S-A-1");
        var settings = Map.of(
                "DATABASE_URL",
                system.url.jdbc() + "?user=" + system.url.user() + "&password=" + system.url.password(),
                "REDIS_URL",
                testWorkers.redisUrl().toString(),
                "SMTP_URL",
                "smtp://seller:p%40ss@localhost:" + server.getPortAllocated(),
                "JAVA_TOOL_OPTIONS",
                certificate.trustOptions());

        try (var worker =
                Jvm.start(directory.resolve("unused"), settings, "worker").awaitReady()) {
            awaitDone(event, 1);
            assertThat(worker.output()).doesNotContain("p@ss");
        }

        assertThat(logins).containsExactly("seller p@ss");
        assertThat(mails).hasValue(1);
    }

    /** The server offers no TLS, so the login is not even begun. */
    @Test
    void a_password_is_never_sent_in_the_clear() {
        var event = system.event(1);
        var logins = new AtomicInteger();
        var server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                    logins.incrementAndGet();
                }))
                .build();
        server.start();
        toClose.add(server::stop);
        testWorkers(URI.create("smtp://seller:hunter2@127.0.0.1:" + server.getPortAllocated()))
                .start();
        system.api.buy(event.id(), "S-A-1");

        Wait.until(
                "it has failed",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE last_error IS NOT NULL") == 1);
        assertThat(system.query("SELECT last_error FROM jobs", row -> row.text("last_error"))
                        .get(0))
                .contains("STARTTLS")
                .doesNotContain("hunter2");
        assertThat(logins).hasValue(0);
    }

    @Test
    void nothing_a_client_or_an_organiser_writes_can_inject_a_header() throws Exception {
        var event = system.api.createEvent("""
                {"name":"Aida =?utf-8?q?Bcc:=20x=40y?= <b>","venue":"V & W","startsAt":"2099-01-01T20:00:00Z",
                 "timeZone":"UTC","currency":"EUR","sections":[{"name":"S","price":1,"rows":[{"name":"A","seats":1}]}]}
                """);
        var id = new EventId(UUID.fromString(event.json().get("id").asText()));
        var testWorkers = testWorkers().start();
        var reserved = system.api.reserve(id, "S-A-1").json();
        system.api.confirm(id, reserved.get("id").asText(), 1);
        Wait.until("the mail is there", () -> testWorkers.mails().size() == 1);

        var raw = Files.readString(testWorkers.mails().get(0));
        var headers = raw.substring(0, raw.indexOf("\r\n\r\n"));
        assertThat(headers.lines().map(line -> line.split("[: \t]")[0]).filter(name -> !name.isEmpty()))
                .doesNotContain("Bcc")
                .contains("Subject", "Message-ID", "To", "From", "Date");
        var html = (String) ((Multipart)
                        ((Multipart) parse(testWorkers.mails().get(0)).getContent())
                                .getBodyPart(0)
                                .getContent())
                .getBodyPart(1)
                .getContent();
        assertThat(html).contains("&lt;b&gt;", "V &amp; W");
    }
}
