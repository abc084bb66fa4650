package seatlock.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationId;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;
import seatlock.payments.Verdict;

/** Tests the mail about a payment that does not pay for its reservation. */
class PaymentMailTest {

    private static Payment payment(Payment.Status status, Verdict verdict) {
        var isCaptured = status == Payment.Status.CAPTURED;
        return new Payment(
                new EventId(UUID.randomUUID()),
                new PaymentId(UUID.randomUUID()),
                new ReservationId(UUID.randomUUID()),
                "stripe",
                status,
                Optional.of(verdict),
                450_00,
                "EUR",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("pi_1"),
                isCaptured ? 440_00 : 0,
                isCaptured ? 440_00 : 0,
                false,
                false,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    @Test
    void the_mail_about_a_late_payment_reads_as_it_should() {
        var mail = BuyerMailsTest.mails("en", 1)
                .paymentReturned(payment(Payment.Status.AUTHORIZED, Verdict.LATE), BuyerMailsTest.JOB);

        assertThat(mail.to()).isEqualTo("ada@example.org");
        assertThat(mail.subject()).isEqualTo("Your payment for Aida");
        assertThat(mail.text()).isEqualTo("""
                        Dear Ada Lovelace,

                        Your payment of €450.00 arrived after your reservation had expired, when we could no longer give you the seats. You therefore have no tickets.

                        Aida
                        Arena di Verona
                        Friday, 18 June 2027, 21:00 CEST
                        Doors open: 20:00 CEST

                        Order: K7M2PQ9X
                        Your money will be released or refunded. Your bank may take a few days to show this. You do not need to do anything.
                        If you would still like to come, please order again.

                        Your order: https://tickets.example/box/order/%s

                        Questions about your order? Reply to this mail, or write to Teatro <Verde> & C.: info@teatro.example.
                        """.replaceFirst("%s", BuyerMailsTest.link(mail)));
        assertThat(mail.attachments()).isEmpty();
    }

    /** The refund is of the amount that was moved, which may be less than the one that was asked for. */
    @ParameterizedTest
    @MethodSource("seatlock.text.Messages#languages")
    void the_mail_about_a_returned_payment_gives_its_reason_in_each_language(String language) {
        var mails = BuyerMailsTest.mails(language, 1);
        var texts = Stream.of(Verdict.values())
                .map(verdict -> mails.paymentReturned(payment(Payment.Status.VOIDED, verdict), BuyerMailsTest.JOB))
                .map(Mailer.Mail::text)
                .toList();
        var refunded = mails.paymentReturned(payment(Payment.Status.CAPTURED, Verdict.WRONG_AMOUNT), BuyerMailsTest.JOB)
                .text();

        assertThat(texts)
                .doesNotHaveDuplicates()
                .allSatisfy(text -> assertThat(text).contains("450", "K7M2PQ9X", "Aida", "info@teatro.example"));
        assertThat(refunded).contains("450", "440");
        assertThat(texts).doesNotContain(refunded);
    }
}
