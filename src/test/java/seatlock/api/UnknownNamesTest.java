package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Events that a node with a newer Java created: their time zone or currency is unknown here. The names are made up to stay so. */
class UnknownNamesTest {

    @Test
    void an_event_with_an_unknown_zone_and_currency_is_sold_and_harms_no_other() throws IOException {
        try (var system = new TestSystem();
                var workers = new TestWorkers(system).start()) {
            var known = system.event(1);
            var strange = system.event(3);
            system.update(
                    "UPDATE events SET time_zone = 'America/Coyhaique_2', currency = 'XQZ' WHERE event_id = ?",
                    strange.id().value());
            var id = strange.id();

            var listed = system.api.get("/api/events").json().get("events");
            assertThat(StreamSupport.stream(listed.spliterator(), false)
                            .map(event -> event.get("id").asText() + " "
                                    + event.get("timeZone").asText() + " "
                                    + event.get("currency").asText()))
                    .contains(id + " America/Coyhaique_2 XQZ", known.id() + " Europe/Rome EUR");
            assertThat(system.api.get("/api/events/" + id).status()).isEqualTo(200);

            var bought = system.api.buy(id, "S-A-1");
            assertThat(bought.status()).isEqualTo(200);
            assertThat(bought.json().at("/total/currency").asText()).isEqualTo("XQZ");
            Wait.until("the mail has arrived", () -> workers.mails().size() == 1);
            var reservation = bought.json().get("id").asText();
            var pdf = system.api.tickets(id, reservation).get(0).get("pdf").asText();
            assertThat(system.api.get(pdf, TestSystem.ADMIN_KEY).status()).isEqualTo(200);
            assertThat(Files.readString(workers.mails().get(0), StandardCharsets.US_ASCII))
                    .contains("UTC", "45.00=C2=A0XQZ");

            system.api.reserve(id, "S-A-2");
            system.api.reserve(known.id(), "S-A-1");
            system.lapse(id);
            system.lapse(known.id());
            assertThat(system.sweeper().runOnce()).isEqualTo(2);
            assertThat(system.violations(id)).isEmpty();
            assertThat(system.api.cancel(id, reservation, TestSystem.ADMIN_KEY).status())
                    .isEqualTo(200);
            assertThat(system.catalog.unknownNames()).isEqualTo(2);
        }
    }
}
