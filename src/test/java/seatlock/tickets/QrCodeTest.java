package seatlock.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/**
 * Reads the QR code from a picture of a ticket with an independent decoder. Requires pdftoppm and zbarimg (Debian:
 * poppler-utils, zbar-tools); run it with {@code make check-qr}.
 */
@Tag("qr")
class QrCodeTest {

    @TempDir
    private Path directory;

    private String run(String... command) throws Exception {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output.strip();
    }

    @Test
    void zbar_reads_a_code_that_the_published_key_verifies() throws Exception {
        try (var system = new TestSystem();
                var testWorkers = new TestWorkers(system).start()) {
            var event = system.event(1);
            var id = system.api.buy(event.id(), "S-A-1").json().get("id").asText();
            Wait.until("the mail arrives", () -> testWorkers.mails().size() == 1);
            var ticket = system.api.tickets(event.id(), id).get(0);
            var pdf = directory.resolve("ticket.pdf");
            Files.write(
                    pdf,
                    system.api
                            .get(ticket.get("pdf").asText(), TestSystem.ADMIN_KEY)
                            .raw()
                            .body());

            for (var dpi : new String[] {"60", "96", "150", "300"}) {
                run("pdftoppm", "-r", dpi, "-png", "-singlefile", pdf.toString(), directory + "/ticket-" + dpi);
                var read = run("zbarimg", "-q", "--raw", directory + "/ticket-" + dpi + ".png");
                System.out.println("At " + dpi + " dpi zbar reads " + read.substring(0, 24) + "…, " + read.length()
                        + " characters");
                assertThat(read).isEqualTo(ticket.get("code").asText());
                assertThat(OfflineGate.verify(
                                read, system.api.get("/api/keys/tickets").json()))
                        .isTrue();
            }
            assertThat(system.api
                            .scan(event.id(), ticket.get("code").asText(), "North")
                            .status())
                    .isEqualTo(200);
        }
    }
}
