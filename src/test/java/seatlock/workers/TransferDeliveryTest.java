package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Tests what people are told of a ticket that was transferred. */
class TransferDeliveryTest {

    /** The buyer's ticket was transferred before it was mailed, so the buyer gets no ticket. */
    @Test
    void the_new_holder_gets_the_ticket_and_the_buyer_a_notice() throws IOException {
        try (var system = new TestSystem();
                var workers = new TestWorkers(system)) {
            var event = system.event(1);
            var id = system.api.buyOne(event.id(), "S-A-1");
            var ticket = system.api.tickets(event.id(), id).get(0).get("id").asText();
            system.api.transfer(event.id(), ticket, TestSystem.ADMIN_KEY);

            workers.start();

            Wait.until(
                    "all jobs are done",
                    () -> system.count("SELECT count(*) AS n FROM jobs WHERE state = 'DONE'") == 4);
            var mails = new ArrayList<String>();
            for (var file : workers.mails()) {
                mails.add(Files.readString(file));
            }
            assertThat(mails).hasSize(2);
            assertThat(mails)
                    .filteredOn(mail -> mail.contains("To: grace@example.org"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail).contains("application/pdf", "Grace Hopper"));
            assertThat(mails)
                    .filteredOn(mail -> mail.contains("To: ada@example.org"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail)
                            .contains("no longer valid")
                            .doesNotContain("application/pdf", "SL1", "grace"));
            assertThat(system.api
                            .tickets(event.id(), id)
                            .get(1)
                            .get("documentReady")
                            .asBoolean())
                    .isTrue();
            assertThat(system.violations(event.id())).isEmpty();
        }
    }
}
