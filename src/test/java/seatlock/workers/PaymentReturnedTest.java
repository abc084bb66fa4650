package seatlock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;
import seatlock.jobs.Job;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;
import seatlock.support.TestWorkers;
import seatlock.support.Wait;

/** Tests what buyers are told of payments that do not pay for their reservations. */
class PaymentReturnedTest {

    private static final SandboxSystem PAYING = new SandboxSystem();
    private static final TestWorkers WORKERS = new TestWorkers(PAYING.system).start();

    @AfterAll
    static void close() {
        WORKERS.close();
        PAYING.close();
    }

    private final Event event = PAYING.system.event(4);
    private final EventId id = event.id();

    /** The buyer of this test, to whom its mails go. */
    private final String email = "buyer-" + UUID.randomUUID() + "@example.org";

    private JsonNode reserve(String seat) {
        var body = Api.object().put("email", email);
        body.putArray("seats").add(seat);
        return PAYING.api
                .reserveWith(id, UUID.randomUUID().toString(), body.toString())
                .json();
    }

    /** Waits until all jobs of the event are done. Returns the mails about returned payments. */
    private List<String> mails() throws IOException {
        Wait.until(
                "all jobs are done",
                () -> PAYING.system.count(
                                "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND state <> 'DONE'", id.value())
                        == 0);
        var mails = new ArrayList<String>();
        for (var file : WORKERS.mails()) {
            var mail = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (mail.contains("To: " + email) && mail.contains("Subject: Your payment for")) {
                mails.add(mail.replaceAll("=\r?\n", "").replaceAll("\\s+", " "));
            }
        }
        return mails;
    }

    private void tell(String reservation) {
        PAYING.system.database.inTransaction(tx -> {
            var subject = Job.Subject.of(new ReservationId(UUID.fromString(reservation)));
            PAYING.system.jobs.add(tx, id, Job.Kind.SEND_PAYMENT_RETURNED, List.of(subject));
            return null;
        });
    }

    @Test
    void a_buyer_whose_money_came_when_others_had_the_seats_is_told() throws IOException {
        var reserved = reserve("S-A-1");
        var opened = PAYING.checkout(id, reserved);
        PAYING.pass(id, 31);
        PAYING.api.buy(id, "S-A-1");
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");

        assertThat(mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail)
                        .contains("45.00 arrived after your reservation had expired", "will be released or refunded")
                        .contains(
                                "please order again", reserved.get("reference").asText())
                        .doesNotContain("application/pdf"));
    }

    /** The payment that confirms the reservation is not the one that the mail is about. */
    @Test
    void a_buyer_who_has_paid_twice_is_told_of_the_second_payment() throws IOException {
        var reserved = reserve("S-A-1");
        PAYING.act(PAYING.checkout(id, reserved), Action.PAY_TWICE);
        Wait.until(
                "two payments",
                () -> PAYING.system.count("SELECT count(*) AS n FROM payments WHERE event_id = ?", id.value()) == 2);

        assertThat(mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail)
                        .contains("had already been paid when you paid", "45.00 again")
                        .doesNotContain("order again"));
    }

    @Test
    void a_buyer_who_pays_for_a_cancelled_reservation_is_told() throws IOException {
        var reserved = reserve("S-A-1");
        var opened = PAYING.checkout(id, reserved);
        PAYING.api.cancel(id, reserved.get("id").asText(), reserved.get("token").asText());
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reserved.get("id").asText(), "AUTHORIZED");

        assertThat(mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail).contains("45.00 arrived after your order had been cancelled"));
    }

    /** The bank has released the money before it was captured. */
    @Test
    void a_buyer_whose_bank_does_not_move_the_money_is_told() throws IOException {
        var reserved = reserve("S-A-1");
        PAYING.act(PAYING.checkout(id, reserved), Action.PAY);
        var reservation = reserved.get("id").asText();
        PAYING.await(id, reservation, "AUTHORIZED");
        PAYING.system.update("UPDATE sandbox_payments SET status = 'VOIDED' WHERE event_id = ?", id.value());
        PAYING.settle();
        assertThat(PAYING.read(id, reservation).get("status").asText()).isEqualTo("CANCELLED");

        assertThat(mails())
                .singleElement()
                .satisfies(mail -> assertThat(mail)
                        .contains("Your bank did not transfer the", "45.00", "You have not been charged")
                        .contains("please order again"));
    }

    @Test
    void a_buyer_whose_data_was_erased_is_told_nothing() throws IOException {
        var reserved = reserve("S-A-1");
        var reservation = reserved.get("id").asText();
        var opened = PAYING.checkout(id, reserved);
        PAYING.api.cancel(id, reservation, reserved.get("token").asText());
        PAYING.act(opened, Action.PAY_LATE);
        PAYING.await(id, reservation, "AUTHORIZED");
        mails();
        var erased = PAYING.api.send(
                Api.post(PAYING.api.asAdmin(PAYING.api.request(Api.path(id, reservation) + "/erase")), "{}"));
        assertThat(erased.outcome()).isEqualTo("204");
        var before = WORKERS.mails().size();

        tell(reservation);
        mails();

        assertThat(WORKERS.mails()).hasSizeLessThanOrEqualTo(before);
    }

    /** It was confirmed by its seller before the job ran; there is nothing to tell. */
    @Test
    void a_reservation_without_a_returned_payment_gets_no_mail() throws IOException {
        var bought = PAYING.api.confirm(id, reserve("S-A-1").get("id").asText(), 4500);

        tell(bought.json().get("id").asText());

        assertThat(mails()).isEmpty();
        assertThat(PAYING.api
                        .get(Api.path(id, bought.json().get("id").asText()), TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("200");
    }
}
