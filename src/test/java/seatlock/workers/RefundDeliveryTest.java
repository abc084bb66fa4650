package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import seatlock.support.Api;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Tests what people are told of seats that were given back while their reservation kept others. */
class RefundDeliveryTest {

    private static List<String> mailsTo(TestWorkers workers, String address) throws IOException {
        var mails = new ArrayList<String>();
        for (var file : workers.mails()) {
            var mail = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (mail.contains("To: " + address)) {
                mails.add(mail);
            }
        }
        return mails;
    }

    private static void awaitJobs(TestSystem system, int count) {
        Wait.until(
                "all jobs are done",
                () -> system.count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'") == count);
    }

    /** The tickets are mailed only once some of the seats were given back. Later, the event is cancelled. */
    @Test
    void the_buyer_learns_which_seats_and_other_holders_that_their_tickets_are_void() throws IOException {
        try (var system = new TestSystem();
                var workers = new TestWorkers(system)) {
            var event = system.event(4);
            var api = system.api;
            var id = api.buy(event.id(), "S-A-1", "S-A-2", "S-A-3", "S-A-4")
                    .json()
                    .get("id")
                    .asText();
            var second = api.tickets(event.id(), id).get(1).get("id").asText();
            api.transfer(event.id(), second, TestSystem.ADMIN_KEY);
            api.cancelSeats(event.id(), id, "S-A-1", "S-A-2");
            api.cancelSeats(event.id(), id, "S-A-1", "S-A-2");
            assertThat(system.count("SELECT count(*) AS n FROM jobs WHERE kind = 'SendRefund'"))
                    .isEqualTo(2);

            workers.start();

            awaitJobs(system, 6); // the documents, the tickets, two about the transfer, two about the refund
            assertThat(mailsTo(workers, "ada@example.org"))
                    .hasSize(3)
                    .filteredOn(mail -> mail.contains("2 tickets below have been cancelled"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail)
                            .contains("S-A-1", "S-A-2", "90.00", "other tickets of your order remain valid")
                            .doesNotContain("S-A-3", "application/pdf"));
            assertThat(mailsTo(workers, "ada@example.org"))
                    .filteredOn(mail -> mail.contains("application/pdf"))
                    .singleElement()
                    .satisfies(
                            mail -> assertThat(mail).contains("S-A-3", "S-A-4").doesNotContain("S-A-1", "S-A-2"));
            assertThat(mailsTo(workers, "grace@example.org"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail)
                            .contains("ticket below has been cancelled", "S-A-2")
                            .doesNotContain("45.00", "S-A-1"));

            api.send(Api.post(api.asAdmin(api.request("/api/events/" + event.id() + "/cancel")), "{}"));
            system.sweeper().runOnce();
            awaitJobs(system, 7);
            assertThat(mailsTo(workers, "ada@example.org"))
                    .filteredOn(mail -> mail.contains("this event has been cancelled"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail)
                            .contains("S-A-3", "S-A-4", "refunded", "90.00")
                            .doesNotContain("S-A-1", "S-A-2"));
            assertThat(mailsTo(workers, "grace@example.org")).hasSize(1);
            assertThat(system.violations(event.id())).isEmpty();
        }
    }
}
