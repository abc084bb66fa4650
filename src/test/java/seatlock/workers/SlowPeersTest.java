package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.support.RudeServer;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** One slow peer holds up nothing but what needs it. */
class SlowPeersTest {

    private final JobFixture jobs = new JobFixture();
    private final TestSystem system = jobs.system;

    @AfterEach
    void close() {
        jobs.close();
    }

    /** More reservations than workers: if each waited for the mail server, some would have no document. */
    @Test
    void documents_are_made_while_the_mail_server_drips() {
        var event = system.event(8);
        var server = new RudeServer(RudeServer.DRIPS);
        jobs.closeLater(server);
        jobs.workers(server.url("smtp")).start();

        jobs.buy(event, 1, 8);

        Wait.until("eight documents are made", () -> system.count("SELECT count(*) AS n FROM ticket_documents") == 8);
        assertThat(server.accepted()).isPositive();
        assertThat(jobs.jobs(event, "DEAD")).isZero();
    }
}
