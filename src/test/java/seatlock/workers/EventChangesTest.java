package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static seatlock.workers.JobFixture.firstPdf;

import com.lowagie.text.pdf.PdfReader;
import com.lowagie.text.pdf.parser.PdfTextExtractor;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.jobs.Job;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.Wait;
import seatlock.tickets.Announcements;

/** Documents and mails after a change of an event. */
class EventChangesTest {

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    /** Gives an event another name, which its tickets show. @return the new version */
    private Event rename(Event event, String name) {
        return system.database.inTransaction(tx -> {
            var locked = system.catalog.lockEvent(tx, event.id()).orElseThrow();
            var terms = locked.terms().next();
            var next = new Event(
                    locked.id(),
                    locked.status(),
                    Event.Details.of(name, locked.venue()),
                    locked.timeZoneName(),
                    locked.currencyCode(),
                    locked.taxRate(),
                    terms,
                    terms.version(),
                    locked.capacity(),
                    locked.createdAt());
            system.catalog.writeVersion(tx, next, Map.of(), tx.readClock());
            return next;
        });
    }

    private Void renew(Event event, boolean notifies) {
        return system.database.inTransaction(tx -> {
            new Announcements().renew(tx, event, notifies);
            return null;
        });
    }

    private Api.Response document(Event event, String reservation) {
        var pdf = system.api.tickets(event.id(), reservation).get(0).get("pdf").asText();
        return system.api.get(pdf, TestSystem.ADMIN_KEY);
    }

    @Test
    void a_document_of_an_earlier_version_is_never_served_and_is_made_anew() {
        var event = system.event(2);
        var workers = jobs.workers().start();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        system.api.buy(event.id(), "S-A-2");
        jobs.awaitMailed(event, 2);
        var before = document(event, id).raw().body();

        var renamed = rename(event, "Nabucco");
        assertThat(document(event, id).outcome()).isEqualTo("409 not-ready");
        renew(renamed, false);
        Wait.until("the tickets are renewed", () -> jobs.jobs(event, Job.Kind.RENEW_TICKETS, "DONE") == 2);

        assertThat(document(event, id).status()).isEqualTo(200);
        assertThat(document(event, id).raw().body()).isNotEqualTo(before);
        assertThat(system.count(
                        "SELECT count(*) AS n FROM ticket_documents WHERE event_id = ? AND event_version = 2",
                        event.id().value()))
                .isEqualTo(2);
        assertThat(workers.mails()).hasSize(2);
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_corrected_language_or_name_of_a_holder_is_on_the_document() throws IOException {
        var event = system.event(1);
        jobs.workers().start();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        jobs.awaitMailed(event, 1);
        assertThat(text(document(event, id))).contains("HOLDER");

        correct(event, id, "{\"language\":\"de\"}");
        Wait.until("the ticket is renewed", () -> jobs.jobs(event, Job.Kind.RENEW_TICKETS, "DONE") == 1);
        assertThat(text(document(event, id))).contains("PLATZ").doesNotContain("HOLDER", "Babbage");
        correct(event, id, "{\"holders\":{\"S-A-1\":\"Charles Babbage\"}}");
        Wait.until("the ticket is renewed", () -> jobs.jobs(event, Job.Kind.RENEW_TICKETS, "DONE") == 2);
        assertThat(text(document(event, id))).contains("PLATZ", "Charles Babbage");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private static String text(Api.Response document) throws IOException {
        return new PdfTextExtractor(new PdfReader(document.raw().body())).getTextFromPage(1);
    }

    private void correct(Event event, String reservation, String json) {
        var path = Api.path(event.id(), reservation);
        assertThat(system.api
                        .send(Api.patch(system.api.asAdmin(system.api.request(path)), json))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tickets_and_mails_say_whether_the_event_has_reentry() throws Exception {
        var event = system.event(2);
        var workers = jobs.workers().start();
        var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
        jobs.awaitMailed(event, 1);
        var before = document(event, id).raw().body();

        var changed = system.api.send(
                Api.patch(system.api.asAdmin(system.api.request("/api/events/" + event.id())), "{\"reentry\":true}"));
        assertThat(changed.outcome()).isEqualTo("200");
        Wait.until("the ticket is renewed", () -> jobs.jobs(event, Job.Kind.RENEW_TICKETS, "DONE") == 1);
        system.api.buy(event.id(), "S-A-2");
        jobs.awaitMailed(event, 2);

        assertThat(document(event, id).raw().body()).isNotEqualTo(before);
        var texts = workers.mails().stream()
                .map(JobFixture::parse)
                .map(EventChangesTest::textOf)
                .toList();
        assertThat(texts)
                .hasSize(2)
                .anyMatch(text -> text.contains("Valid for one entry.") && !text.contains("Re-entry"))
                .anyMatch(text -> text.contains("Re-entry if scanned when leaving.") && !text.contains("one entry"));
        assertThat(system.violations(event.id())).isEmpty();
    }

    private static String textOf(MimeMessage mail) {
        try {
            var first = ((Multipart) mail.getContent()).getBodyPart(0).getContent();
            var plain =
                    first instanceof Multipart nested ? nested.getBodyPart(0).getContent() : first;
            return plain.toString().replaceAll("\\s+", " ");
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void each_holder_is_told_once_of_each_change_however_often_the_jobs_are_added() {
        var event = system.event(4);
        var workers = jobs.workers().start();
        jobs.buy(event, 1, 3);
        jobs.awaitMailed(event, 3);
        var renamed = rename(event, "Nabucco");
        renew(renamed, true);
        renew(renamed, true);
        Wait.until("the jobs are added", () -> jobs.jobs(event, Job.Kind.ANNOUNCE_CHANGE, "DONE") == 1);
        jobs.buy(event, 4, 4); // knows the new name already
        for (int i = 0; i < 2; i++) {
            system.database.inTransaction(
                    tx -> new Announcements().addJobs(tx, event.id(), renamed.version(), Job.Kind.SEND_UPDATE, 0, 500));
        }

        Wait.until("the holders are told", () -> jobs.jobs(event, Job.Kind.SEND_UPDATE, "DONE") == 3);
        jobs.awaitMailed(event, 4);

        var mails = workers.mails().stream().map(JobFixture::parse).toList();
        assertThat(mails).hasSize(7);
        var updates = mails.stream()
                .filter(mail -> subject(mail).equals("Important change: Nabucco"))
                .toList();
        assertThat(updates).hasSize(3);
        var documents = system.query(
                "SELECT pdf FROM ticket_documents WHERE event_id = ? AND event_version = 2",
                row -> row.bytes("pdf"),
                event.id().value());
        assertThat(documents).hasSize(4).contains(firstPdf(updates.get(0)));
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void holders_are_told_of_a_cancellation_and_its_reason() throws Exception {
        var event = system.event(3);
        var workers = jobs.workers().start();
        jobs.buy(event, 1, 2);
        system.api.reserve(event.id(), "S-A-3");
        jobs.awaitMailed(event, 2);
        system.api.send(Api.post(
                system.api.asAdmin(system.api.request("/api/events/" + event.id() + "/cancel")),
                "{\"reason\":\"The <singer> is ill.\"}"));
        system.sweeper().runOnce();
        system.sweeper().runOnce();

        Wait.until("the holders are told", () -> jobs.jobs(event, Job.Kind.SEND_CANCELLATION, "DONE") == 2);

        var mails = workers.mails().stream()
                .map(JobFixture::parse)
                .filter(mail -> subject(mail).equals("Cancelled: Aida"))
                .toList();
        assertThat(mails).hasSize(2);
        assertThat(mails).extracting(JobFixture::messageId).doesNotHaveDuplicates();
        var parts = (Multipart) mails.get(0).getContent();
        assertThat(text(parts, 0))
                .contains("Aida", "The <singer> is ill.", "no longer valid", "You will be refunded €45.00.");
        assertThat(text(parts, 1)).contains("The &lt;singer&gt; is ill.");
        assertThat(system.violations(event.id())).isEmpty();
    }

    private static String subject(MimeMessage mail) {
        try {
            return mail.getSubject();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a body of a mail, with or without attachments: 0 for the text, 1 for HTML. */
    private static String text(Multipart mail, int part) throws Exception {
        var first = mail.getBodyPart(0).getContent();
        return (String) (first instanceof Multipart nested ? nested : mail)
                .getBodyPart(part)
                .getContent();
    }
}
