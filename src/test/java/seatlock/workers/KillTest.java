package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import redis.clients.jedis.Jedis;
import seatlock.catalog.Event;
import seatlock.embedded.HomeDirectory;
import seatlock.embedded.RedisServer;
import seatlock.support.Concurrently;
import seatlock.support.Jvm;
import seatlock.support.StoppableWorker;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** 1,000 confirmations while workers, Redis and the mail server fail in turn. Run it with `make kill-test`. */
@Tag("kill")
class KillTest {

    private static final int RESERVATIONS = 1000;
    private static final int KILLS = 12;

    @TempDir
    private Path directory;

    private final TestSystem system = new TestSystem();
    private Event event;
    private int confirmed;

    // ---- the mail server

    private enum MailServerState {
        GOOD,
        BUSY,
        HANGING,
        REFUSING
    }

    private volatile MailServerState mailServerState = MailServerState.GOOD;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private final Map<String, ConcurrentLinkedQueue<String>> messageIdsByRecipient = new ConcurrentHashMap<>();

    private SMTPServer mailServer() {
        var server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory(this::handler)
                .build();
        server.start();
        return server;
    }

    private MessageHandler handler(MessageContext context) {
        return new MessageHandler() {
            private String recipient;

            @Override
            public void from(String from) throws RejectException {
                if (mailServerState == MailServerState.BUSY) {
                    throw new RejectException(421, "come back later");
                } else if (mailServerState == MailServerState.HANGING) {
                    try {
                        hanging.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
            }

            @Override
            public void recipient(String to) throws RejectException {
                if (mailServerState == MailServerState.REFUSING) {
                    throw new RejectException(550, "no such user");
                }
                recipient = to;
            }

            @Override
            public String data(InputStream data) throws IOException {
                var mail = new String(data.readAllBytes(), StandardCharsets.ISO_8859_1);
                var id = Pattern.compile("(?m)^Message-ID:\\s*(<[^>]+>)").matcher(mail);
                assertThat(id.find()).isTrue();
                messageIdsByRecipient
                        .computeIfAbsent(recipient, r -> new ConcurrentLinkedQueue<>())
                        .add(id.group(1));
                return null;
            }

            @Override
            public void done() {}
        };
    }

    // ---- Redis, which must come back at the same address

    private Path redisDirectory;
    private Process redis;

    /** Lets the jar unpack and configure Redis, then runs it as a process of this test. */
    private URI startRedis() throws IOException {
        try (var home = HomeDirectory.open(directory)) {
            URI url;
            try (var first = RedisServer.start(home, line -> {})) {
                url = URI.create(first.url());
            }
            redisDirectory = directory.toRealPath().resolve("redis");
            restartRedis();
            return url;
        }
    }

    private void restartRedis() throws IOException {
        String binary;
        try (var files = Files.list(redisDirectory)) {
            binary = files.map(Path::toString)
                    .filter(file -> file.contains("redis-server-"))
                    .findFirst()
                    .orElseThrow();
        }
        redis = new ProcessBuilder(binary, redisDirectory.resolve("redis.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void killAndWipeRedis() throws Exception {
        redis.destroyForcibly().waitFor();
        try (var files = Files.list(redisDirectory.resolve("appendonlydir"))) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        restartRedis();
    }

    private void pauseRedis(int seconds) throws Exception {
        signal("-STOP");
        confirm(RESERVATIONS / 20); // sales do not depend on Redis
        TimeUnit.SECONDS.sleep(seconds);
        signal("-CONT");
    }

    private void signal(String signal) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(redis.pid())).start().waitFor();
    }

    // ---- sales

    private List<String> reservations;

    private void confirm(int count) {
        var from = confirmed;
        confirmed = Math.min(RESERVATIONS, confirmed + count);
        for (int i = from; i < confirmed; i++) {
            assertThat(system.api.confirm(event.id(), reservations.get(i), 4500).status())
                    .isEqualTo(200);
        }
    }

    private long count(String sql) {
        return system.count(sql);
    }

    private long done(String kind) {
        return system.count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE' AND kind = ?", kind);
    }

    private Jvm worker(URI redisUrl, URI smtp, String step, int time) {
        return Jvm.run(
                StoppableWorker.class,
                system.url.jdbc(),
                system.url.user(),
                system.url.password(),
                redisUrl.toString(),
                smtp.toString(),
                step,
                String.valueOf(time));
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void every_confirmed_reservation_gets_its_tickets_whatever_fails() throws Exception {
        var mails = mailServer();
        var smtp = URI.create("smtp://127.0.0.1:" + mails.getPortAllocated());
        var redisUrl = startRedis();
        try {
            event = system.event(RESERVATIONS);
            reservations = reserveAll();
            var killsAfterAcceptance = killWorkers(redisUrl, smtp);
            failEverything(redisUrl, smtp);
            finish(redisUrl, smtp);
            check(killsAfterAcceptance);
        } finally {
            hanging.countDown();
            redis.destroyForcibly().waitFor();
            mails.stop();
            system.close();
        }
    }

    private List<String> reserveAll() {
        var byClient = Concurrently.run(8, client -> {
            var mine = new ArrayList<String>();
            for (int i = client; i < RESERVATIONS; i += 8) {
                var body = "{\"seats\":[\"S-A-" + (i + 1) + "\"],\"email\":\"buyer" + i + "@example.org\"}";
                mine.add(system.api
                        .reserveWith(event.id(), "key-" + i, body)
                        .json()
                        .get("id")
                        .asText());
            }
            return mine;
        });
        return byClient.stream().flatMap(List::stream).toList();
    }

    /** @return the number of workers killed after the mail server had accepted a mail */
    private int killWorkers(URI redisUrl, URI smtp) {
        var steps = TicketDelivery.Step.values();
        int afterAcceptance = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            var step = steps[kill % steps.length];
            confirm(RESERVATIONS / 20);
            // Documents are made in batches, of which there are at least two; mails are sent one by one.
            var time = step == TicketDelivery.Step.MAIL_SENT ? 5 + kill : 1 + kill % 2;
            try (var worker = worker(redisUrl, smtp, step.name(), time)) {
                worker.awaitOutput("STOPPED");
                worker.kill();
            }
            if (step == TicketDelivery.Step.MAIL_SENT) {
                afterAcceptance++;
            }
            System.out.println(
                    "Killed a worker at " + step + "; " + done("SendTickets") + " of " + confirmed + " mails are sent");
        }
        return afterAcceptance;
    }

    private void failEverything(URI redisUrl, URI smtp) throws Exception {
        try (var worker = worker(redisUrl, smtp, "NONE", 0)) {
            worker.awaitReady();
            confirm(RESERVATIONS / 20);
            killAndWipeRedis();
            System.out.println("Killed and wiped Redis");
            confirm(RESERVATIONS / 20);
            awaitSomeDone();
            try (var jedis = new Jedis(redisUrl)) {
                jedis.scriptFlush();
            }
            System.out.println("Flushed the scripts");
            confirm(RESERVATIONS / 20);
            awaitSomeDone();
            pauseRedis(10);
            System.out.println("Paused Redis for ten seconds");
            awaitSomeDone();

            mailServerState = MailServerState.BUSY;
            confirm(RESERVATIONS / 20);
            Wait.until(
                    "some mails are refused temporarily",
                    () -> count("SELECT count(*) AS n FROM jobs WHERE last_error LIKE '%421%'") > 0);
            System.out.println("The mail server responded 421");
            hanging = new CountDownLatch(1);
            mailServerState = MailServerState.HANGING;
            confirm(RESERVATIONS / 20);
            TimeUnit.SECONDS.sleep(5);
            mailServerState = MailServerState.REFUSING;
            hanging.countDown();
            System.out.println("The mail server hung for five seconds");
            confirm(RESERVATIONS);
            Wait.until(
                    "some mails are refused permanently",
                    () -> count("SELECT count(*) AS n FROM jobs WHERE state = 'DEAD'") > 10);
            mailServerState = MailServerState.GOOD;
            System.out.println("The mail server responded 550");
        }
    }

    private void awaitSomeDone() {
        var before = count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'");
        Wait.until("more jobs are done", () -> count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'") > before);
    }

    private void finish(URI redisUrl, URI smtp) {
        try (var worker = worker(redisUrl, smtp, "NONE", 0)) {
            worker.awaitReady();
            var dead = new int[1];
            for (int wait = 0; wait < 10 && count("SELECT count(*) AS n FROM jobs WHERE state <> 'DONE'") > 0; wait++) {
                dead[0] += system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
                var before = count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'");
                Wait.until(
                        "300 more jobs are done, or none is left",
                        () -> count("SELECT count(*) AS n FROM jobs WHERE state IN ('READY', 'RUNNING')") == 0
                                || count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'") > before + 300);
            }
            System.out.println(dead[0] + " dead jobs were sent again");
        }
    }

    private void check(int killsAfterAcceptance) {
        var mails = messageIdsByRecipient.values().stream()
                .mapToInt(ConcurrentLinkedQueue::size)
                .sum();
        var duplicates = mails - messageIdsByRecipient.size();
        System.out.printf(
                "%d reservations confirmed, %d + %d jobs done, %d live tickets, %d documents, %d mails to %d buyers:"
                        + " %d duplicates, after %d kills past SMTP's acceptance, with %d threads each%n",
                confirmed,
                done("IssueTickets"),
                done("SendTickets"),
                count("SELECT count(*) AS n FROM tickets WHERE voided_at IS NULL"),
                count("SELECT count(*) AS n FROM ticket_documents"),
                mails,
                messageIdsByRecipient.size(),
                duplicates,
                killsAfterAcceptance,
                StoppableWorker.THREADS);

        assertThat(confirmed).isEqualTo(RESERVATIONS);
        assertThat(done("IssueTickets")).isEqualTo(RESERVATIONS);
        assertThat(done("SendTickets")).isEqualTo(RESERVATIONS);
        assertThat(count("SELECT count(*) AS n FROM jobs WHERE state <> 'DONE'"))
                .isZero();
        assertThat(count("SELECT count(*) AS n FROM tickets WHERE voided_at IS NULL"))
                .isEqualTo(RESERVATIONS);
        assertThat(count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(RESERVATIONS);
        assertThat(system.violations(event.id())).isEmpty();
        assertThat(messageIdsByRecipient).hasSize(RESERVATIONS);
        assertThat(messageIdsByRecipient.values())
                .as("mails to the same buyer are copies of one mail")
                .allMatch(ids -> ids.stream().distinct().count() == 1);
        // A kill hits each thread at most once between the acceptance of its mail and the end of its job.
        assertThat(duplicates).isBetween(killsAfterAcceptance, KILLS * StoppableWorker.THREADS);
    }
}
