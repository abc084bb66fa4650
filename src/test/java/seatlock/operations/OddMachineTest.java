package seatlock.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Jvm;
import seatlock.support.Wait;

/** A process without configuration sells, prints and mails a ticket on a machine that is set up in an unusual way. */
@Tag("machines")
class OddMachineTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Digits other than 0 to 9, and a time zone that Java knows and PostgreSQL does not.
                "-Duser.language=ar -Duser.country=EG -Duser.timezone=JST -Dfile.encoding=US-ASCII",
                // Another lower case of I, and 1.234,5.
                "-Duser.language=tr -Duser.country=TR -Duser.timezone=Pacific/Chatham -Dfile.encoding=ISO-8859-9",
                "-Djava.net.preferIPv6Addresses=true"
            })
    void a_ticket_is_sold_printed_and_mailed(String options) throws Exception {
        var home = directory.resolve("home");
        try (var jvm = Jvm.withOptions(List.of(options.split(" ")), home, NOTHING, "all", "--seed")
                .awaitReady()) {
            var api = new Api(Jvm.published(home, "URL"), Jvm.published(home, "SEATLOCK_ADMIN_KEY"));
            var event = new EventId(UUID.fromString(
                    api.get("/api/events").json().at("/events/0/id").asText()));
            var seat = api.get("/api/events/" + event + "/seats").json().at("/seats/0/label");

            var sold = api.buy(event, seat.asText());

            assertThat(sold.outcome()).as(sold.text()).isEqualTo("200");
            Wait.until("the mail has arrived", () -> !mails(home).isEmpty());
            var mail = Files.readString(mails(home).get(0), StandardCharsets.ISO_8859_1);
            assertThat(mail).contains("Valid for one entry", "application/pdf").doesNotContainPattern("[^\\x00-\\x7f]");
            assertThat(mails(home).get(0).getFileName().toString()).matches("[\\x21-\\x7e]+");
            var ticket = api.tickets(event, sold.json().get("id").asText()).get(0);
            var pdf = api.send(api.asAdmin(api.request(
                    "/api/events/" + event + "/tickets/" + ticket.get("id").asText() + ".pdf")));
            assertThat(pdf.status()).isEqualTo(200);
            assertThat(pdf.raw().body()).startsWith("%PDF-1.".getBytes(StandardCharsets.US_ASCII));
            assertThat(api.get("/readyz").json().at("/status").asText()).isEqualTo("ready");
            try (var verify = Jvm.withOptions(List.of(options.split(" ")), home, NOTHING, "verify")) {
                assertThat(verify.exitStatus()).as(verify.output()).isZero();
            }
            jvm.terminate();
            assertThat(jvm.exitStatus()).as(jvm.output()).isZero();
        }
    }

    private static List<Path> mails(Path home) {
        try (var files = Files.list(home.resolve("mail"))) {
            return files.filter(file -> file.toString().endsWith(".eml")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
