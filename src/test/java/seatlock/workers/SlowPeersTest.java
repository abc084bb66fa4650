package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.jobs.Job;
import seatlock.mail.Mailer;
import seatlock.support.RudeServer;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** One slow peer holds up nothing but the work that needs it, and that only for a limited time. */
class SlowPeersTest {

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    private RudeServer server(RudeServer.Behaviour behaviour) {
        var server = new RudeServer(behaviour);
        jobs.closeLater(server);
        return server;
    }

    /** More reservations than workers: if each waited for the mail server, some would have no document. */
    @Test
    void documents_are_made_while_the_mail_server_drips() {
        var event = system.event(8);
        var server = server(RudeServer.DRIPS);
        jobs.workers(server.url("smtp")).start();

        jobs.buy(event, 1, 8);

        Wait.until("eight documents are made", () -> system.count("SELECT count(*) AS n FROM ticket_documents") == 8);
        Wait.until("all jobs for documents are done", () -> jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "DONE") == 8);
        Wait.until("a mail waits for the server", () -> server.accepted() > 0);
        assertThat(jobs.jobs(event, Job.Kind.SEND_TICKETS, "DONE")).isZero();
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Each attempt ends at the deadline of its conversation, so the worker is free for the next. */
    @Test
    void a_mail_server_that_drips_costs_an_attempt_with_a_reason_and_the_mail_follows() {
        var event = system.event(1);
        var sink = new AtomicReference<URI>();
        var drips = new AtomicBoolean(true);
        var mailServer = server((server, client) -> {
            if (drips.get()) {
                RudeServer.drip(client, "220-");
            }
            connect(client, sink.get(), () -> null);
        });
        var mailer = new Mailer(mailServer.url("smtp"), "tickets@example.org", Duration.ofSeconds(3));
        var workers = new TestWorkers(system, mailer);
        jobs.closeLater(workers);
        sink.set(URI.create(workers.sink.url()));
        workers.start();
        jobs.buy(event, 1, 1);

        Wait.until(
                "the reason is stored",
                () -> system.query(
                                "SELECT last_error FROM jobs WHERE last_error IS NOT NULL",
                                row -> row.text("last_error"))
                        .contains("The mail was not sent: The mail server did not finish within 3 s"));
        drips.set(false);
        Wait.until(
                "the job is done or dead",
                () -> jobs.jobs(event, Job.Kind.SEND_TICKETS, "DONE") + jobs.jobs(event, Job.Kind.SEND_TICKETS, "DEAD")
                        == 1);
        system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        jobs.awaitMailed(event, 1);
        assertThat(workers.mails()).hasSize(1);
    }

    /** Idle workers poll Redis, and so do the relay and the supervisor. */
    @ParameterizedTest
    @ValueSource(strings = {"$100000\r\n", "$500000000\r\n"})
    void workers_recover_from_a_redis_that_drips_or_announces_too_much(String reply) {
        var event = system.event(2);
        var workers = jobs.workers();
        var fault = new AtomicReference<String>();
        var redis = server((server, client) -> connect(client, workers.redisUrl(), fault::get));
        var url = URI.create(workers.redisUrl()
                .toString()
                .replaceFirst(
                        "[^@/]+:[0-9]+(?=/|$)",
                        "127.0.0.1:" + redis.url("redis").getPort()));
        var pool = new WorkerPool(url, workers.runner, 2, system.metrics);
        jobs.closeLater(pool);
        var relay = new Relay(system.database, system.jobs, url);
        jobs.closeLater(relay);
        pool.start();
        relay.start();
        Wait.until("all workers are alive", () -> pool.alive() == 2);
        jobs.buy(event, 1, 1);
        jobs.awaitMailed(event, 1);

        fault.set(reply);
        Wait.until("no worker waits for Redis", () -> pool.alive() == 0);
        Wait.until("the relay does not wait for Redis", () -> !relay.reachesRedis());
        jobs.buy(event, 2, 2);
        fault.set(null);

        jobs.awaitMailed(event, 2);
    }

    /** A reply, or null for the reply of the other server. */
    @FunctionalInterface
    private interface Fault {
        String reply();
    }

    /** Connects a client with a server. While there is a fault, each reply is replaced by it, followed by a drip. */
    private static void connect(Socket client, URI server, Fault fault) throws IOException {
        try (var upstream = new Socket(server.getHost(), server.getPort())) {
            var requests = new Thread(() -> copyRequests(client, upstream));
            requests.setDaemon(true);
            requests.start();
            var buffer = new byte[8192];
            for (int read; (read = upstream.getInputStream().read(buffer)) >= 0; ) {
                if (fault.reply() != null) {
                    RudeServer.drip(client, fault.reply());
                }
                client.getOutputStream().write(buffer, 0, read);
            }
        }
    }

    private static void copyRequests(Socket client, Socket upstream) {
        try (upstream) {
            client.getInputStream().transferTo(upstream.getOutputStream());
        } catch (IOException e) {
            // one of them has hung up
        }
    }
}
