package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Tests that each holder of a ticket, including those it was transferred to, gets one mail about a change of the event. */
class HoldersToldTest {

    private static final String ADA = "ada@example.org";
    private static final String GRACE = "grace@example.org";
    private static final String BOB = "bob@example.org";

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;
    private final Api api = system.api;
    private final Event event = system.event(6);

    @AfterEach
    void close() {
        jobs.close();
    }

    /** A mail, as its reader sees it. */
    private record Letter(String to, String subject, String text, List<byte[]> documents, String calendar) {

        static Letter of(MimeMessage mail) {
            try {
                var parts = (Multipart) mail.getContent();
                var documents = new ArrayList<byte[]>();
                var calendar = "";
                for (int i = 1; i < parts.getCount(); i++) {
                    var content = parts.getBodyPart(i).getInputStream().readAllBytes();
                    if (parts.getBodyPart(i).getContentType().startsWith("application/pdf")) {
                        documents.add(content);
                    } else if (parts.getBodyPart(i).getContentType().startsWith("text/calendar")) {
                        calendar = new String(content, StandardCharsets.UTF_8).replace("\r\n ", "");
                    }
                }
                var first = parts.getBodyPart(0).getContent();
                var text = first instanceof Multipart nested
                        ? nested.getBodyPart(0).getContent()
                        : parts.getBodyPart(0).getContent();
                var to = ((InternetAddress) mail.getAllRecipients()[0]).getAddress();
                return new Letter(to, mail.getSubject(), (String) text, documents, calendar);
            } catch (IOException | MessagingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waits until there is nothing left to do, and returns the mails with a subject, in the order of the addresses. */
    private List<Letter> letters(TestWorkers workers, String subject) {
        Wait.until(
                "all jobs are done", () -> system.count("SELECT count(*) AS n FROM jobs WHERE state <> 'DONE'") == 0);
        return workers.mails().stream()
                .map(JobFixture::parse)
                .map(Letter::of)
                .filter(letter -> letter.subject.equals(subject))
                .sorted(Comparator.comparing(Letter::to).thenComparing(Letter::text))
                .toList();
    }

    /** Buys seats for Ada, a reader of German. */
    private String buy(String... seats) {
        var body = Api.object().put("email", ADA).put("name", "Ada Lovelace").put("language", "de");
        List.of(seats).forEach(body.putArray("seats")::add);
        var id = api.reserveWith(event.id(), UUID.randomUUID().toString(), body.toString())
                .json()
                .get("id")
                .asText();
        assertThat(api.confirm(event.id(), id, 4500L * seats.length).status()).isEqualTo(200);
        return id;
    }

    /** Transfers the valid ticket of a seat. */
    private void transfer(String reservation, String seat, String email, String name) {
        var body = Api.object().put("email", email).put("name", name).toString();
        for (var ticket : api.tickets(event.id(), reservation)) {
            if (ticket.get("seat").asText().equals(seat)
                    && ticket.get("status").asText().equals("VALID")) {
                var id = ticket.get("id").asText();
                assertThat(api.transferWith(
                                        event.id(),
                                        id,
                                        TestSystem.ADMIN_KEY,
                                        UUID.randomUUID().toString(),
                                        body)
                                .outcome())
                        .isEqualTo("200");
                return;
            }
        }
        throw new AssertionError("no valid ticket of " + seat);
    }

    private void cancel(String body) {
        api.send(Api.post(api.asAdmin(api.request("/api/events/" + event.id() + "/cancel")), body));
        system.sweeper().runOnce();
        system.sweeper().runOnce();
        system.sweeper().runOnce();
    }

    private void move() {
        move("2031-02-03T19:30:00Z");
    }

    private void move(String startsAt) {
        var moved = api.send(Api.patch(
                api.asAdmin(api.request("/api/events/" + event.id())),
                "{\"startsAt\":\"" + startsAt + "\",\"notify\":true}"));
        assertThat(moved.outcome()).isEqualTo("200");
    }

    @Test
    void each_person_with_tickets_is_told_once_that_the_event_was_moved() {
        var workers = jobs.workers().start();
        var id = buy("S-A-1", "S-A-2", "S-A-3", "S-A-4");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");
        transfer(id, "S-A-2", GRACE.toUpperCase(Locale.ROOT), "Grace Hopper");
        transfer(id, "S-A-3", GRACE, "Grace Hopper");
        transfer(id, "S-A-3", BOB, "Bob Kahn");
        letters(workers, "");

        move();

        var told = letters(workers, "Wichtige Änderung: Aida");
        assertThat(told)
                .extracting(letter -> letter.to.toLowerCase(Locale.ROOT))
                .containsExactly(ADA, BOB, GRACE);
        var ada = told.stream()
                .filter(letter -> letter.to.equals(ADA))
                .findFirst()
                .orElseThrow();
        assertThat(ada.documents).hasSize(1);
        assertThat(ada.text).contains("Ada Lovelace", "S-A-4").doesNotContain("S-A-1", "S-A-2", "S-A-3");
        assertThat(ada.calendar).contains("DTSTART:20310203T193000Z", "S-A-4").doesNotContain("S-A-1");
        var bob = told.stream()
                .filter(letter -> letter.to.equals(BOB))
                .findFirst()
                .orElseThrow();
        assertThat(bob.documents).hasSize(1);
        assertThat(bob.text).contains("Bob Kahn", "S-A-3").doesNotContain("S-A-4", "Ada", "45,00");
        assertThat(bob.calendar).contains("DTSTART:20310203T193000Z", "S-A-3").doesNotContain("S-A-4");
        var grace = told.stream()
                .filter(letter -> letter.to.equalsIgnoreCase(GRACE))
                .findFirst()
                .orElseThrow();
        assertThat(grace.documents).hasSize(2);
        assertThat(grace.text).contains("S-A-1", "S-A-2").doesNotContain("S-A-3", "S-A-4");
        assertThat(grace.calendar.split("BEGIN:VEVENT", -1)).hasSize(3);
        assertThat(system.count(
                        "SELECT count(*) AS n FROM ticket_documents WHERE event_version = 2 AND event_id = ?",
                        event.id().value()))
                .isEqualTo(4);
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Whichever of the jobs is run first, and whether or not the jobs of the later changes have been added by then. */
    @ParameterizedTest
    @CsvSource({"true,2 3 4", "true,4 3 2", "false,2 3 4", "false,4 3 2"})
    void each_person_is_told_once_of_the_last_of_several_changes(boolean isAnnounced, String order) {
        var workers = jobs.workers();
        var id = buy("S-A-1", "S-A-2");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");
        buy("S-A-3");
        runAll(workers);
        move("2031-02-01T19:30:00Z");
        move("2031-02-02T19:30:00Z");
        move("2031-02-03T19:30:00Z");
        if (isAnnounced) {
            run(workers, "kind = 'AnnounceChange'");
        }
        for (var version : order.split(" ")) {
            run(workers, "kind = 'AnnounceChange' AND event_version = " + version);
            run(workers, "kind = 'SendUpdate' AND event_version = " + version);
        }
        runAll(workers);

        var told = letters(workers, "Wichtige Änderung: Aida");
        assertThat(told).extracting(Letter::to).containsExactly(ADA, ADA, GRACE);
        assertThat(told).allSatisfy(letter -> assertThat(letter.calendar).contains("DTSTART:20310203T193000Z"));

        move("2031-02-04T19:30:00Z");
        runAll(workers);

        var again = letters(workers, "Wichtige Änderung: Aida");
        assertThat(again).extracting(Letter::to).containsExactly(ADA, ADA, ADA, ADA, GRACE, GRACE);
        assertThat(again.stream().filter(letter -> letter.calendar.contains("DTSTART:20310204T193000Z")))
                .hasSize(3);
        assertThat(system.violations(event.id())).isEmpty();
    }

    /** Runs the jobs that are ready, in the order in which they were added, until there are none. */
    private void runAll(TestWorkers workers) {
        while (run(workers, "true") > 0) {
            continue; // jobs that these have added
        }
    }

    /** Runs the jobs that meet a condition and are ready, and returns their number. */
    private int run(TestWorkers workers, String condition) {
        var ready = system.query(
                "SELECT job_id FROM jobs WHERE event_id = ? AND state = 'READY' AND " + condition
                        + " ORDER BY created_at, job_id",
                row -> row.uuid("job_id"),
                event.id().value());
        for (var job : ready) {
            assertThat(workers.runner.run(event.id(), List.of(job))).isNull();
        }
        return ready.size();
    }

    @Test
    void each_person_with_tickets_is_told_once_that_the_event_was_cancelled() {
        var workers = jobs.workers().start();
        var id = buy("S-A-1", "S-A-2");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");
        var all = buy("S-A-3");
        transfer(all, "S-A-3", BOB, "Bob Kahn");
        letters(workers, "");

        cancel("{\"reason\":\"Regen\"}");

        var told = letters(workers, "Abgesagt: Aida");
        assertThat(told).extracting(Letter::to).containsExactly(ADA, ADA, BOB, GRACE);
        // The buyer of the third seat has no ticket any more, but gets the money back.
        assertThat(told.subList(0, 2))
                .anySatisfy(letter -> assertThat(letter.text)
                        .contains("S-A-2", "Ihr Ticket", "90,00")
                        .doesNotContain("S-A-1"))
                .anySatisfy(letter ->
                        assertThat(letter.text).contains("45,00", "Regen").doesNotContain("S-A-3", "Ihr Ticket"));
        assertThat(told.get(2).text).contains("Bob Kahn", "S-A-3", "Regen").doesNotContain("45,00");
        assertThat(told.get(2).calendar).contains("STATUS:CANCELLED");
        assertThat(told.get(3).text).contains("Grace Hopper", "S-A-1").doesNotContain("S-A-2", "45,00");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void holders_are_told_of_a_cancellation_without_refund() {
        var workers = jobs.workers().start();
        var id = buy("S-A-1", "S-A-2");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");
        letters(workers, "");

        cancel("{\"refund\":false}");

        var told = letters(workers, "Abgesagt: Aida");
        assertThat(told).extracting(Letter::to).containsExactly(ADA, GRACE);
        assertThat(told.get(1).text).contains("S-A-1").doesNotContain("S-A-2");
        assertThat(api.get("/api/events/" + event.id())
                        .json()
                        .at("/cancellation/remaining")
                        .asInt())
                .isZero();
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void the_new_holder_of_a_ticket_gets_a_calendar_file_of_it() {
        var workers = jobs.workers().start();
        var id = buy("S-A-1", "S-A-2");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");

        var sent = letters(workers, "Ihr Ticket für Aida").stream()
                .filter(letter -> letter.to.equals(GRACE))
                .toList();

        assertThat(sent).hasSize(1);
        var next = api.tickets(event.id(), id).get(1).get("id").asText();
        assertThat(sent.get(0).calendar)
                .contains("UID:" + event.id() + "-" + next, "SEQUENCE:", "STATUS:CONFIRMED", "S-A-1")
                .doesNotContain("S-A-2", id);
    }

    @Test
    void nobody_is_told_about_a_reservation_whose_data_was_erased() {
        var workers = jobs.workers().start();
        var erased = buy("S-A-1", "S-A-2");
        transfer(erased, "S-A-1", GRACE, "Grace Hopper");
        buy("S-A-3");
        letters(workers, "");
        erase(erased);

        move();
        assertThat(letters(workers, "Wichtige Änderung: Aida")).hasSize(1);
        cancel("{}");
        assertThat(letters(workers, "Abgesagt: Aida")).hasSize(1);

        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_mail_that_waits_while_the_data_is_erased_is_not_sent() {
        var id = buy("S-A-1", "S-A-2");
        transfer(id, "S-A-1", GRACE, "Grace Hopper");
        move();
        cancel("{\"refund\":false}");
        erase(id);

        var workers = jobs.workers().start();

        letters(workers, "");
        assertThat(workers.mails()).isEmpty();
        assertThat(system.violations(event.id())).isEmpty();
    }

    private void erase(String reservation) {
        var response = api.send(Api.post(
                api.asAdmin(api.request(Api.path(event.id(), reservation) + "/erase")), "{\"force\":true}"));
        assertThat(response.status()).isEqualTo(204);
    }
}
