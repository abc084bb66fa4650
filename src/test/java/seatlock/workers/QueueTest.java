package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.workers.JobFixture.lease;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.jobs.Job;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The queue in Redis: compatible with Resque, and no job depends on what Redis remembers. */
class QueueTest {

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    /** The format that Resque documents: a list per queue, the set of queues, and a JSON object with class and args. */
    @Test
    void the_queue_has_the_format_of_resque() throws Exception {
        var event = system.event(1);
        var workers = jobs.workers(); // nothing runs yet
        system.api.buy(event.id(), "S-A-1");

        assertThat(workers.relay.runOnce()).isEqualTo(1);

        try (var redis = workers.jedis()) {
            assertThat(redis.smembers("resque:queues")).containsExactly("tickets");
            assertThat(redis.llen("resque:queue:tickets")).isEqualTo(1);
            var payload = new ObjectMapper().readTree(redis.lindex("resque:queue:tickets", 0));
            assertThat(payload.get("class").asText()).isEqualTo("IssueTickets");
            assertThat(payload.get("args").get(0).asText()).isEqualTo(event.id().toString());
            assertThat(payload.get("args").get(1).asText())
                    .isEqualTo(jobs.jobId().toString());
            assertThat(payload.get("args")).hasSize(2);
        }
        assertThat(workers.relay.runOnce()).as("jobs relayed a second time").isZero();
    }

    /** Each kind of job has its queue, and a worker takes only jobs of the kind that its queue is for. */
    @Test
    void mail_has_a_queue_of_its_own() {
        var event = system.event(1);
        var workers = jobs.workers();
        system.api.buy(event.id(), "S-A-1");
        workers.workers.start(); // without the relay
        workers.relay.runOnce();
        Wait.until("the documents are made", () -> jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "DONE") == 1);
        var mail = system.query("SELECT job_id FROM jobs WHERE kind = 'SendTickets'", row -> row.uuid("job_id"));
        assertThat(mail).hasSize(1);
        var payload = "{\"class\":\"SendTickets\",\"args\":[\"" + event.id() + "\",\"" + mail.get(0) + "\"]}";
        try (var redis = workers.jedis()) {
            redis.rpush("resque:queue:tickets", payload);
            Wait.until("the queue for documents refuses a mail", () -> redis.llen("resque:failed") == 1);
            assertThat(jobs.jobs(event, Job.Kind.SEND_TICKETS, "READY")).isEqualTo(1);

            redis.rpush("resque:queue:mail", payload);
            jobs.awaitMailed(event, 1);
        }
    }

    @Test
    void any_resque_client_can_send_a_job_and_an_invalid_one_fails_alone() {
        var event = system.event(1);
        var workers = jobs.workers();
        system.api.buy(event.id(), "S-A-1");
        try (var redis = workers.jedis()) {
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
                    "{\"class\":\"IssueTickets\",\"args\":[\"" + event.id() + "\",\"" + jobs.jobId() + "\"]}");
            workers.workers.start(); // without the relay: only what came from outside

            Wait.until("the job is done", () -> jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "DONE") == 1);
            Wait.until(
                    "all workers are registered",
                    () -> redis.smembers("resque:workers").size() == 3);
            Wait.until("all heartbeats are there", () -> redis.hlen("resque:workers:heartbeat") == 3);
            Wait.until("three failures are listed", () -> redis.llen("resque:failed") == 3);
            workers.workers.close(); // when everything has been worked on
            assertThat(redis.llen("resque:queue:tickets")).isZero();
            assertThat(redis.lrange("resque:failed", 0, -1))
                    .hasSize(3)
                    .allMatch(failure -> failure.contains("exception"));
        }
    }

    @Test
    void jobs_that_redis_loses_are_sent_again() {
        var event = system.event(3);
        var workers = jobs.workersWithOwnRedis();
        jobs.buy(event, 1, 3);
        assertThat(workers.relay.runOnce()).isEqualTo(3);
        try (var redis = workers.jedis()) {
            redis.flushAll();
        }
        // Time moves by SQL: the jobs were relayed long enough ago.
        system.update("UPDATE jobs SET relayed_at = relayed_at - interval '1 minute'");

        workers.start();

        jobs.awaitMailed(event, 3);
    }

    @Test
    void workers_recover_from_flushed_scripts_and_cut_connections() {
        var event = system.event(3);
        var workers = jobs.workersWithOwnRedis().start();
        Wait.until("all workers are alive", () -> workers.workers.alive() == 3);
        try (var redis = workers.jedis()) {
            redis.scriptFlush();
        }
        jobs.buy(event, 1, 1);
        jobs.awaitMailed(event, 1);
        try (var redis = workers.jedis()) {
            redis.sendCommand(() -> "CLIENT".getBytes(StandardCharsets.US_ASCII), "KILL", "TYPE", "normal");
        }
        jobs.buy(event, 2, 3);
        jobs.awaitMailed(event, 3);
        Wait.until("all workers are alive again", () -> workers.workers.alive() == 3);
    }

    @Test
    void sales_continue_while_redis_is_read_only_and_the_tickets_follow() {
        var event = system.event(2);
        var workers = jobs.workersWithOwnRedis().start();
        try (var redis = workers.jedis()) {
            redis.slaveof("127.0.0.1", 1); // a replica refuses writes
            jobs.buy(event, 1, 2);
            assertThat(jobs.jobs(event, "DONE")).isZero();
            assertThat(jobs.jobs(event, "DEAD")).isZero();
            redis.slaveofNoOne();
        }
        jobs.awaitMailed(event, 2);
    }

    @Test
    void jobs_of_an_event_that_make_documents_are_queued_in_batches_and_mails_one_by_one() {
        var event = system.event(60);
        var other = system.event(1);
        var workers = jobs.workers();
        jobs.buy(event, 1, 60);
        system.api.buy(other.id(), "S-A-1");

        workers.relay.runOnce();

        try (var redis = workers.jedis()) {
            assertThat(redis.lrange("resque:queue:tickets", 0, -1))
                    .extracting(payload -> Api.json(payload).get("args").size() - 1)
                    .containsExactlyInAnyOrder(25, 25, 10, 1);
            workers.start();
            jobs.awaitMailed(event, 60);
            jobs.awaitMailed(other, 1);
        }
    }

    @Test
    void the_entries_of_a_killed_worker_are_removed_and_its_job_is_done_by_another() {
        var event = system.event(1);
        var workers = jobs.workers();
        system.api.buy(event.id(), "S-A-1");
        var job = jobs.jobId();
        // The state that a worker leaves if it is killed during a job.
        system.database.inTransaction(
                tx -> system.jobs.claim(tx, event.id(), List.of(job), lease(Duration.ofMillis(1))));
        try (var redis = workers.jedis()) {
            var name = hostName() + ":999999999-1:JAVA_DYNAMIC_QUEUES,tickets"; // as Jesque names its workers
            redis.sadd("resque:workers", name);
            redis.set("resque:worker:" + name, "{}");
            redis.rpush("resque:inflight:" + name + ":tickets", "{}");
            var foreign = "elsewhere:17:mail,billing";
            redis.sadd("resque:workers", foreign);

            workers.start();

            jobs.awaitMailed(event, 1);
            assertThat(redis.smembers("resque:workers"))
                    .as("names of workers")
                    .anyMatch(other -> other.matches(".*:[0-9]+-[0-9]+:JAVA_DYNAMIC_QUEUES,tickets,.*"))
                    .anyMatch(other -> other.matches(".*:[0-9]+-[0-9]+:JAVA_DYNAMIC_QUEUES,mail,.*"));
            Wait.until("the worker is removed", () -> !redis.sismember("resque:workers", name));
            assertThat(redis.exists("resque:worker:" + name, "resque:inflight:" + name + ":tickets"))
                    .isZero();
            assertThat(redis.sismember("resque:workers", foreign)).isTrue();
        }
        assertThat(jobs.attempts(Job.Kind.ISSUE_TICKETS)).containsExactly(2);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
