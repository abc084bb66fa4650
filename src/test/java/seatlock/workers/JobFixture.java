package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.IntStream;
import seatlock.catalog.Event;
import seatlock.jobs.Job;
import seatlock.jobs.RetryPolicy;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** A system of its own with workers, and what tests of jobs ask about it. Closes everything in reverse order. */
final class JobFixture implements AutoCloseable {

    final TestSystem system = new TestSystem();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    JobFixture() {
        closeLater(system);
    }

    void closeLater(AutoCloseable part) {
        opened.push(part);
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Workers that are not started, with a mail sink. */
    TestWorkers workers() {
        return closedLater(new TestWorkers(system));
    }

    /** Workers that are not started, with a Redis that the test may stop or wipe. */
    TestWorkers workersWithOwnRedis() {
        return closedLater(TestWorkers.withOwnRedis(system));
    }

    /** Workers that are not started, for a mail server. */
    TestWorkers workers(URI smtp) {
        return closedLater(new TestWorkers(system, smtp, step -> {}));
    }

    private TestWorkers closedLater(TestWorkers workers) {
        closeLater(workers);
        return workers;
    }

    /** Sells the seats S-A-{from} to S-A-{to}, each in a reservation of its own. */
    void buy(Event event, int from, int to) {
        IntStream.rangeClosed(from, to)
                .forEach(i -> assertThat(system.api.buy(event.id(), "S-A-" + i).status())
                        .isEqualTo(200));
    }

    /** The number of jobs of an event in a state. */
    long jobs(Event event, String state) {
        return system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND state = ?",
                event.id().value(),
                state);
    }

    /** The number of jobs of an event in a state, of one kind. */
    long jobs(Event event, Job.Kind kind, String state) {
        return system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = ? AND state = ?",
                event.id().value(),
                kind.wireName(),
                state);
    }

    /** The number of attempts of each job of a kind. */
    List<Integer> attempts(Job.Kind kind) {
        return system.query(
                "SELECT attempts FROM jobs WHERE kind = ?", row -> row.integer("attempts"), kind.wireName());
    }

    /** The only job there is. */
    UUID jobId() {
        return system.query("SELECT job_id FROM jobs", row -> row.uuid("job_id"))
                .get(0);
    }

    /** Waits until this many mails of an event were sent. Each follows from documents that are made. */
    void awaitMailed(Event event, int count) {
        Wait.until(count + " mails are sent", () -> jobs(event, Job.Kind.SEND_TICKETS, "DONE") == count);
    }

    /** Three attempts, and a lease of this length; a negative one has run out when it begins. */
    static RetryPolicy lease(Duration lease) {
        return new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1), lease);
    }

    static MimeMessage parse(Path mail) {
        try (InputStream stream = Files.newInputStream(mail)) {
            return new MimeMessage(Session.getInstance(new Properties()), stream);
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String messageId(MimeMessage mail) {
        try {
            return mail.getMessageID();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first PDF attached to a mail. */
    static byte[] firstPdf(MimeMessage mail) {
        try {
            var part = ((Multipart) mail.getContent()).getBodyPart(1);
            assertThat(part.getContentType()).startsWith("application/pdf");
            return part.getInputStream().readAllBytes();
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
