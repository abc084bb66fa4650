package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.workers.JobFixture.firstPdf;
import static seatlock.workers.JobFixture.lease;
import static seatlock.workers.JobFixture.parse;

import biweekly.Biweekly;
import com.lowagie.text.pdf.PdfReader;
import com.lowagie.text.pdf.parser.PdfTextExtractor;
import jakarta.mail.Message;
import jakarta.mail.Multipart;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.inventory.ReservationId;
import seatlock.jobs.Job;
import seatlock.jobs.RetryPolicy;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;
import seatlock.tickets.DocumentStore;
import seatlock.tickets.Tickets;

/** Jobs, from the confirmation to the mailed tickets: retries, leases, and an orderly stop. */
class JobsTest {

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    @Test
    void a_confirmed_buyer_gets_the_tickets_by_mail_and_over_http() throws Exception {
        var event = system.event(2);
        var workers = jobs.workers().start();

        var id = system.api.buy(event.id(), "S-A-1", "S-A-2").json().get("id").asText();
        jobs.awaitMailed(event, 1);

        var pdf = system.api.tickets(event.id(), id).get(0).get("pdf").asText();
        var document = system.api.get(pdf, TestSystem.ADMIN_KEY);
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.header("Content-Type")).isEqualTo("application/pdf");
        assertThat(document.text()).startsWith("%PDF-");

        assertThat(workers.mails()).hasSize(1);
        var mail = parse(workers.mails().get(0));
        assertThat(mail.getSubject()).isEqualTo("Your tickets for Aida");
        assertThat(mail.getRecipients(Message.RecipientType.TO)[0]).hasToString("ada@example.org");
        assertThat(mail.getFrom()[0]).hasToString("Seatlock <tickets@example.org>");
        var parts = (Multipart) mail.getContent();
        assertThat(parts.getCount()).as("text, two tickets, calendar").isEqualTo(4);
        var alternatives = (Multipart) parts.getBodyPart(0).getContent();
        assertThat((String) alternatives.getBodyPart(0).getContent())
                .contains("Aida", "S-A-1, €45.00", "S-A-2, €45.00", "€90.00");
        assertThat(alternatives.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat(firstPdf(mail)).isEqualTo(document.raw().body());
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Through SMTP: accents in the header and in the body, and the organiser's address. */
    @Test
    void a_buyer_gets_mail_and_ticket_in_the_chosen_language() throws Exception {
        var event = system.event(1);
        system.update("""
                UPDATE events SET organiser_name = 'Théâtre de la Ville', organiser_email = 'info@theatre.example'
                 WHERE event_id = ?
                """, event.id().value());
        var reserved = system.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        system.update(
                "UPDATE reservations SET language = 'pl', name = 'Świętosława Ćma' WHERE reservation_id = ?",
                UUID.fromString(reserved));
        system.api.confirm(event.id(), reserved, 4500);
        var workers = jobs.workers().start();
        jobs.awaitMailed(event, 1);

        var mail = parse(workers.mails().get(0));
        assertThat(mail.getSubject()).isEqualTo("Bilet na wydarzenie: Aida");
        assertThat(mail.getReplyTo()).extracting(Object::toString).containsExactly("info@theatre.example");
        var parts = (Multipart) mail.getContent();
        var alternatives = (Multipart) parts.getBodyPart(0).getContent();
        assertThat((String) alternatives.getBodyPart(0).getContent())
                .contains("Dzień dobry, Świętosława Ćma,", "Théâtre de la Ville, info@theatre.example");
        assertThat((String) alternatives.getBodyPart(1).getContent()).contains("<html lang=\"pl\">", "Świętosława Ćma");
        var calendar = parts.getBodyPart(2);
        assertThat(calendar.getFileName()).isEqualTo("event.ics");
        assertThat(calendar.getContentType()).startsWith("text/calendar;").contains("method=PUBLISH");
        var entry =
                Biweekly.parse(calendar.getInputStream()).first().getEvents().get(0);
        assertThat(entry.getDescription().getValue()).contains("Zamówienie: ", "Miejsce: S-A-1");
        assertThat(new PdfTextExtractor(new PdfReader(firstPdf(mail))).getTextFromPage(1))
                .contains("RZĄD", "Bilet jednokrotnego wstępu.");
        var served = system.api.get(
                "/api/events/" + event.id() + "/reservations/" + reserved + "/event.ics", TestSystem.ADMIN_KEY);
        assertThat(Biweekly.parse(served.text()).first().getEvents().get(0).getUid())
                .as("a calendar knows that it is the same")
                .isEqualTo(entry.getUid());
    }

    @Test
    void resending_mails_the_same_documents_again() {
        var event = system.event(1);
        var workers = jobs.workers().start();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        jobs.awaitMailed(event, 1);

        resend(event.id(), id);
        jobs.awaitMailed(event, 2);

        var mails = workers.mails().stream().map(JobFixture::parse).toList();
        assertThat(mails).extracting(JobFixture::messageId).hasSize(2).doesNotHaveDuplicates();
        assertThat(firstPdf(mails.get(1))).isEqualTo(firstPdf(mails.get(0)));
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(1);
    }

    /** A buyer may ask for the mail before the documents are made. */
    @Test
    void a_mail_that_is_sent_before_the_documents_are_made_makes_them() {
        var event = system.event(1);
        var workers = jobs.workers(); // they are not started: the test runs each job
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        var issue = jobs.jobId();
        resend(event.id(), id);
        var resent = openMails().get(0);

        assertThat(workers.runner.run(event.id(), List.of(resent))).isNull();
        assertThat(workers.mails()).hasSize(1);
        assertThat(workers.runner.run(event.id(), List.of(issue))).isNull();
        assertThat(openMails()).hasSize(1).doesNotContain(resent);
        assertThat(workers.runner.run(event.id(), List.of(openMails().get(0)))).isNull();

        var mails = workers.mails().stream().map(JobFixture::parse).toList();
        assertThat(mails).extracting(JobFixture::messageId).hasSize(2).doesNotHaveDuplicates();
        assertThat(firstPdf(mails.get(1))).isEqualTo(firstPdf(mails.get(0)));
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void jobs_that_are_claimed_together_end_each_on_its_own() {
        var event = system.event(30);
        var workers = jobs.workers();
        jobs.buy(event, 1, 29);
        var refunded = system.api.buy(event.id(), "S-A-30").json().get("id").asText();
        var all = system.query("SELECT job_id FROM jobs ORDER BY job_id", row -> row.uuid("job_id"));
        system.api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
        var done = all.get(4);
        assertThat(workers.runner.run(event.id(), List.of(done))).isNull();

        assertThat(workers.runner.run(event.id(), all)).isNull();

        assertThat(jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "DONE")).isEqualTo(30);
        assertThat(jobs.attempts(Job.Kind.ISSUE_TICKETS)).containsOnly(1);
        assertThat(openMails()).hasSize(29);
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(29);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_job_that_makes_its_batch_fail_fails_alone() {
        var event = system.event(3);
        jobs.buy(event, 1, 3);
        var all = system.query("SELECT job_id FROM jobs ORDER BY job_id", row -> row.uuid("job_id"));
        var bad = all.get(1);
        JobHandler handler = batch -> {
            if (batch.stream().anyMatch(job -> job.id().equals(bad))) {
                throw new IllegalStateException("a bug");
            }
            return batch.stream()
                    .collect(Collectors.toMap(job -> job, job -> JobHandler.Result.done(Optional.empty())));
        };
        try (var runner = new JobRunner(
                system.database,
                system.jobs,
                Map.of(Job.Kind.ISSUE_TICKETS, handler),
                lease(Duration.ofMinutes(1)),
                system.metrics)) {
            assertThat(runner.run(event.id(), all)).hasMessage("a bug");
        }

        assertThat(jobs.jobs(event, "DONE")).isEqualTo(2);
        assertThat(jobs.jobs(event, "READY")).isEqualTo(1);
    }

    /** The buyer may have been erased between the two. */
    @Test
    void a_document_of_a_reservation_that_has_changed_is_not_stored_and_the_others_are() {
        var event = system.event(2);
        var ids = Stream.of("S-A-1", "S-A-2")
                .map(seat -> system.api.buy(event.id(), seat).json().get("id").asText())
                .map(id -> new ReservationId(UUID.fromString(id)))
                .toList();
        var documents = system.database.inTransaction(tx -> {
            var found = new ArrayList<DocumentStore.Document>();
            for (var id : ids) {
                var reservation =
                        system.inventoryReader.find(tx, event.id(), id).orElseThrow();
                var ticket = system.tickets.ofReservation(tx, event.id(), id).get(0);
                found.add(new DocumentStore.Document(
                        reservation, ticket.id(), "%PDF-".getBytes(StandardCharsets.US_ASCII)));
            }
            return found;
        });
        system.update(
                "UPDATE reservations SET version = version + 1 WHERE reservation_id = ?",
                ids.get(0).value());

        var store = new DocumentStore();
        var changed = system.database.inTransaction(tx -> store.store(tx, event, documents));

        assertThat(changed).containsExactly(ids.get(0));
        var stored = system.database.inTransaction(tx -> store.existing(tx, event.id(), Set.copyOf(ids)));
        assertThat(stored).containsExactly(documents.get(1).ticket());
    }

    private void resend(EventId event, String reservation) {
        var id = new ReservationId(UUID.fromString(reservation));
        var resent = system.database.inTransaction(tx -> system.tickets.resend(
                tx, event, system.inventoryReader.find(tx, event, id).orElseThrow()));
        assertThat(resent).isInstanceOf(Tickets.Resend.Queued.class);
    }

    private List<UUID> openMails() {
        return system.query(
                "SELECT job_id FROM jobs WHERE kind = 'SendTickets' AND state = 'READY'", row -> row.uuid("job_id"));
    }

    /** A worker that was taken for dead finishes after all, while another has its job. Only the other adds the mail. */
    @Test
    void documents_made_twice_are_followed_by_one_mail() {
        var event = system.event(1);
        var isStolen = new AtomicBoolean();
        var workers = new TestWorkers(system, null, step -> {
            if (step == TicketDelivery.Step.DOCUMENTS_MADE && isStolen.compareAndSet(false, true)) {
                system.update("UPDATE jobs SET lease_id = gen_random_uuid(), next_attempt_at = now()");
            }
        });
        jobs.closeLater(workers);
        system.api.buy(event.id(), "S-A-1");
        var issue = jobs.jobId();

        assertThat(workers.runner.run(event.id(), List.of(issue))).isNull();
        assertThat(isStolen).isTrue();
        assertThat(openMails()).as("mails of the worker without a lease").isEmpty();
        assertThat(workers.runner.run(event.id(), List.of(issue))).isNull();
        assertThat(workers.runner.run(event.id(), List.of(issue)))
                .as("a job that is done")
                .isNull();

        assertThat(openMails()).hasSize(1);
        assertThat(jobs.attempts(Job.Kind.ISSUE_TICKETS)).containsExactly(2);
    }

    /** Nobody mails the tickets of a reservation that was refunded before they were made, or between the two jobs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_refund_before_the_mail_sends_no_mail(boolean beforeDocuments) {
        var event = system.event(1);
        var workers = jobs.workers();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        var issue = jobs.jobId();
        if (!beforeDocuments) {
            workers.runner.run(event.id(), List.of(issue));
        }
        assertThat(system.api.cancel(event.id(), id, TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("200");
        if (beforeDocuments) {
            workers.runner.run(event.id(), List.of(issue));
        }
        openMails()
                .forEach(mail -> assertThat(workers.runner.run(event.id(), List.of(mail)))
                        .isNull());

        assertThat(openMails()).isEmpty();
        assertThat(jobs.jobs(event, Job.Kind.SEND_TICKETS, "DONE")).isEqualTo(beforeDocuments ? 0 : 1);
        assertThat(workers.mails()).isEmpty();
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** The API refuses such an address; another version of it may not. */
    @Test
    void a_mail_to_an_invalid_address_is_dead_at_once_and_does_not_hold_up_the_others() {
        var event = system.event(10);
        var poisoned = system.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        system.update("UPDATE reservations SET email = 'nobody' WHERE reservation_id = ?", UUID.fromString(poisoned));
        system.api.confirm(event.id(), poisoned, 4500);
        jobs.workers().start();
        jobs.buy(event, 2, 10);

        jobs.awaitMailed(event, 9);
        Wait.until("the job is dead", () -> jobs.jobs(event, Job.Kind.SEND_TICKETS, "DEAD") == 1);
        var dead = system.database.inTransaction(tx -> system.jobs.list(tx, "DEAD", 10));
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).attempts()).isEqualTo(1);
        assertThat(dead.get(0).lastError()).isEqualTo("The buyer's e-mail address is invalid");
        assertThat(system.count("SELECT count(*) AS n FROM ticket_documents")).isEqualTo(10);

        system.update(
                "UPDATE reservations SET email = 'ada@example.org' WHERE reservation_id = ?",
                UUID.fromString(poisoned));
        system.database.inTransaction(tx -> system.jobs.retryDead(tx, null));
        jobs.awaitMailed(event, 10);
    }

    /** As mail servers do. The pauses are the shortest and the longest that JOB_FIRST_RETRY permits. */
    @ParameterizedTest
    @ValueSource(strings = {"PT0.01S", "PT1S", "PT1H"})
    void mail_is_retried_for_two_days(String first) {
        var policy = new RetryPolicy(
                30,
                RetryPolicy.DEFAULT.maxAttempts(Job.Kind.SEND_TICKETS),
                Duration.parse(first),
                RetryPolicy.DEFAULT.maxRetry(),
                RetryPolicy.DEFAULT.lease());

        var pauses = IntStream.range(1, policy.maxAttempts(Job.Kind.SEND_TICKETS))
                .mapToObj(policy::pauseAfter)
                .reduce(Duration.ZERO, Duration::plus);

        assertThat(pauses).isBetween(Duration.ofHours(44), Duration.ofHours(66)); // each pause varies by a quarter
    }

    /** The database's clock was an hour ahead when these jobs got their times, and was set back. */
    /** A node of a newer release added the job. */
    @Test
    void a_job_of_an_unknown_kind_with_an_unknown_subject_is_listed() {
        var event = system.event(2);
        system.api.buy(event.id(), "S-A-1");
        var known = system.api.buy(event.id(), "S-A-2").json().get("id").asText();
        system.update("ALTER TABLE jobs DROP CONSTRAINT jobs_subject_known, DROP CONSTRAINT jobs_kind_known,"
                + " DROP CONSTRAINT jobs_event_version_matches_kind,"
                + " DROP CONSTRAINT jobs_subject_matches_kind");
        system.update("UPDATE jobs SET kind = 'Sweep', subject_type = 'SEAT' WHERE subject_id <> ?::uuid", known);

        var listed = system.database.inTransaction(tx -> system.jobs.list(tx, "READY", 100));

        assertThat(listed).hasSize(2);
        assertThat(listed.get(0).subject()).isEqualTo("reservation " + known);
        assertThat(listed.get(1).subject()).startsWith("seat ");
    }

    @Test
    void jobs_that_are_due_in_the_future_for_no_reason_are_found() {
        var event = system.event(4);
        for (var seat : List.of("S-A-1", "S-A-2", "S-A-3", "S-A-4")) {
            system.api.buy(event.id(), seat);
        }
        var ids = system.query(
                "SELECT job_id FROM jobs WHERE kind = 'IssueTickets' ORDER BY job_id", row -> row.uuid("job_id"));
        move("next_attempt_at = next_attempt_at + interval '1 hour'", ids.get(0));
        move("next_attempt_at = now() + interval '10 minutes', attempts = 3", ids.get(1)); // a pause of a retry
        move("next_attempt_at = now() + interval '1 hour', attempts = 3", ids.get(2));
        move(
                "next_attempt_at = now() + interval '1 hour', attempts = 1, state = 'RUNNING',"
                        + " lease_id = gen_random_uuid()",
                ids.get(3));

        var found = system.database.inTransaction(tx -> system.jobs.pullForward(tx, RetryPolicy.DEFAULT));

        assertThat(found).isEqualTo(3);
        assertThat(system.query(
                        "SELECT ceil(extract(epoch FROM next_attempt_at - clock_timestamp()) / 60)::bigint AS minutes"
                                + " FROM jobs WHERE kind = 'IssueTickets' ORDER BY job_id",
                        row -> Math.max(0, row.bigint("minutes"))))
                .containsExactly(0L, 10L, 0L, 1L);
        var again = system.database.inTransaction(tx -> system.jobs.pullForward(tx, RetryPolicy.DEFAULT));
        assertThat(again).isZero();
    }

    @Test
    void a_job_that_was_sent_to_redis_in_the_future_is_sent_again() {
        var event = system.event(1);
        system.api.buy(event.id(), "S-A-1");
        system.update("UPDATE jobs SET relayed_at = now() + interval '1 hour'");

        var due = system.database.inTransaction(tx -> system.jobs.findDue(tx, Job.Kind.ISSUE_TICKETS, 10));

        assertThat(due).isNotEmpty();
    }

    private void move(String change, UUID job) {
        system.update("UPDATE jobs SET " + change + " WHERE job_id = ?", job);
    }

    @Test
    void an_expired_lease_cannot_end_the_job_and_a_renewed_one_can() {
        var event = system.event(1);
        system.api.buy(event.id(), "S-A-1");
        var id = jobs.jobId();
        Database database = system.database;

        var first = database.inTransaction(
                        tx -> system.jobs.claim(tx, event.id(), List.of(id), lease(Duration.ofMillis(-1))))
                .get(0);
        var second = database.inTransaction(
                        tx -> system.jobs.claim(tx, event.id(), List.of(id), lease(Duration.ofMinutes(1))))
                .get(0);

        assertThat(second.attempts()).isEqualTo(2);
        var stale = database.inTransaction(tx -> system.jobs.complete(tx, List.of(first)));
        assertThat(stale).as("jobs that the expired lease ends").isEmpty();
        boolean renewed = database.inTransaction(tx -> system.jobs.renew(tx, second, Duration.ofMinutes(1)));
        assertThat(renewed).isTrue();
        var claimed = database.inTransaction(
                tx -> system.jobs.claim(tx, event.id(), List.of(id), lease(Duration.ofMinutes(1))));
        assertThat(claimed).as("a claim of the leased job").isEmpty();
        var completed = database.inTransaction(tx -> system.jobs.complete(tx, List.of(second)));
        assertThat(completed).containsExactly(second);
        assertThat(jobs.jobs(event, "DONE")).isEqualTo(1);
    }

    /** A job that kills its worker never fails by itself. */
    @Test
    void a_job_whose_worker_dies_each_time_ends_dead() {
        var event = system.event(1);
        system.api.buy(event.id(), "S-A-1");
        var id = jobs.jobId();

        for (int i = 1; i <= 4; i++) {
            var claimed = system.database.inTransaction(
                    tx -> system.jobs.claim(tx, event.id(), List.of(id), lease(Duration.ofMillis(-1))));
            assertThat(!claimed.isEmpty()).as("claim " + i).isEqualTo(i <= 3);
        }
        assertThat(jobs.jobs(event, "DEAD")).isEqualTo(1);
        assertThat(system.query("SELECT last_error FROM jobs", row -> row.text("last_error"))
                        .get(0))
                .contains("of attempt 3 died");
    }

    /** At SIGTERM, App closes the workers. The second job is queued once only the busy worker is left. */
    @Test
    void closing_the_workers_finishes_the_running_job_and_begins_no_other() throws Exception {
        var event = system.event(2);
        var begun = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        var workers = new TestWorkers(system, null, step -> {
            if (step == TicketDelivery.Step.DOCUMENTS_MADE) {
                begun.countDown();
                awaitQuietly(proceed);
            }
        });
        jobs.closeLater(workers);
        workers.start();
        Wait.until("all workers are alive", () -> workers.workers.alive() == 3);
        system.api.buy(event.id(), "S-A-1");
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        var closing = CompletableFuture.runAsync(workers.workers::close);
        Wait.until("the idle workers have ended", () -> workers.workers.alive() == 1);
        system.api.buy(event.id(), "S-A-2");
        try (var redis = workers.jedis()) {
            Wait.until("the second job is queued", () -> redis.llen("resque:queue:tickets") == 1);
        }
        assertThat(closing).as("close, while the job runs").isNotDone();
        proceed.countDown();
        closing.join();

        assertThat(jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "DONE")).isEqualTo(1);
        assertThat(jobs.jobs(event, Job.Kind.ISSUE_TICKETS, "READY"))
                .as("jobs that were not begun")
                .isEqualTo(1);
        assertThat(workers.workers.alive()).isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
