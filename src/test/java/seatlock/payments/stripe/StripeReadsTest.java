package seatlock.payments.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.net.Webhook;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.payments.Fact;
import seatlock.payments.InvalidNotice;
import seatlock.payments.Notice;
import seatlock.payments.Payment;
import seatlock.payments.ProviderException;
import seatlock.support.FakeStripe;
import seatlock.support.FakeStripe.Signing;
import seatlock.support.Jvm;

/** Reads events of Stripe. stripe-java must agree that they are some. */
class StripeReadsTest extends StripeTest {

    /** stripe-java verifies a signature and reads an event, in a process with another locale than that of the tests. */
    static final class Reader {
        private Reader() {}

        /** @param arguments body, header, secret */
        public static void main(String[] arguments) throws StripeException {
            var event = Webhook.constructEvent(arguments[0], arguments[1], arguments[2]);
            var intent = (PaymentIntent)
                    event.getDataObjectDeserializer().getObject().orElseThrow(); // empty for another version
            System.out.println(event.getType() + " " + intent.getId() + " " + intent.getAmountCapturable());
        }
    }

    private Optional<Notice> read(FakeStripe.Notice notice) throws InvalidNotice {
        return provider.read(
                notice.json().getBytes(StandardCharsets.UTF_8),
                name -> name.equals("Stripe-Signature") ? stripe.signature(notice.json(), Signing.RIGHT) : null);
    }

    /** Reads the last event of a type. */
    private Optional<Notice> read(String type) throws InvalidNotice {
        return read(last(type));
    }

    private FakeStripe.Notice last(String type) {
        return stripe.notices().stream()
                .filter(each -> each.type().equals(type))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private Notice notice(String type, Payment payment, Optional<String> reference, Fact fact) {
        return new Notice(
                last(type).id(),
                Optional.of(new Notice.Subject(payment.event(), payment.id())),
                reference,
                Optional.ofNullable(fact));
    }

    @Test
    void stripe_java_verifies_and_reads_what_the_fake_sends() throws ProviderException {
        var paid = paid();
        var json = last("payment_intent.amount_capturable_updated").json();

        try (var reader =
                Jvm.run(Reader.class, json, stripe.signature(json, Signing.RIGHT), FakeStripe.NOTICE_SECRET)) {
            reader.awaitOutput("payment_intent.amount_capturable_updated " + reference(paid) + " " + TOTAL);
        }
    }

    @Test
    void a_payment_tells_that_it_is_authorised_captured_or_cancelled() throws ProviderException, InvalidNotice {
        var paid = paid();
        assertThat(read("payment_intent.amount_capturable_updated"))
                .contains(notice("payment_intent.amount_capturable_updated", paid, paid.reference(), authorized(paid)));

        provider.capture(paid);
        assertThat(read("payment_intent.succeeded"))
                .contains(notice("payment_intent.succeeded", paid, paid.reference(), moved(paid)));
    }

    @Test
    void a_payment_that_was_cancelled_is_void() throws ProviderException, InvalidNotice {
        var paid = paid();
        provider.release(paid);

        assertThat(read("payment_intent.canceled"))
                .contains(notice("payment_intent.canceled", paid, paid.reference(), new Fact.Voided(reference(paid))));
    }

    @Test
    void a_page_tells_only_that_it_has_expired() throws ProviderException, InvalidNotice {
        paid();
        assertThat(read("checkout.session.completed")).isEmpty();

        var other = payment("EUR", created.createdAt());
        var page = provider.open(other, PURCHASE);
        stripe.expire(page.url());
        assertThat(read("checkout.session.expired"))
                .contains(notice("checkout.session.expired", other, Optional.empty(), new Fact.Closed()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"charge.refunded", "refund.created"})
    void a_refund_of_ours_is_a_hint_to_ask(String type) throws ProviderException, InvalidNotice {
        var captured = captured();
        provider.refund(captured, refund(captured, UUID.randomUUID(), 100, 1));

        assertThat(read(type)).contains(notice(type, captured, captured.reference(), null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"refund.created", "charge.dispute.created"})
    void an_object_without_metadata_of_ours_is_found_by_its_payment(String type)
            throws ProviderException, InvalidNotice {
        var captured = captured();
        stripe.refundInDashboard(reference(captured), 100);
        stripe.dispute(reference(captured));

        assertThat(read(type))
                .contains(new Notice(last(type).id(), Optional.empty(), captured.reference(), Optional.empty()));
    }

    @Test
    void a_payment_that_is_neither_paid_nor_cancelled_says_nothing() throws ProviderException, InvalidNotice {
        var open = open();
        stripe.decline(open.url().orElseThrow());

        assertThat(read("payment_intent.payment_failed")).isEmpty();
        assertThat(read("payment_intent.created")).isEmpty();
    }

    @Test
    void amounts_are_counted_in_our_units() throws ProviderException, InvalidNotice {
        var payment = payment("ISK", created.createdAt());
        var page = provider.open(payment, PURCHASE);
        var intent = stripe.pay(page.url());

        assertThat(read("payment_intent.amount_capturable_updated")
                        .orElseThrow()
                        .fact())
                .contains(new Fact.Authorized(intent, TOTAL, "ISK"));
        assertThat(stripe.book(intent).authorized()).isEqualTo(100 * TOTAL);
    }

    @Test
    void every_notice_of_the_life_of_a_payment_can_be_read() throws ProviderException, InvalidNotice {
        var captured = captured();
        provider.refund(captured, refund(captured, UUID.randomUUID(), 100, 1));
        stripe.dispute(reference(captured));

        for (var notice : stripe.notices()) {
            read(notice); // and does not throw
        }
        assertThat(stripe.notices())
                .extracting(FakeStripe.Notice::type)
                .containsAll(List.of("payment_intent.created", "checkout.session.completed", "charge.dispute.created"));
    }
}
