package seatlock.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.inventory.Quota;
import seatlock.payments.stripe.StripeProvider;
import seatlock.sales.Payments;
import seatlock.sales.Payments.LatePolicy;

/** A system with a database of its own where buyers pay through the fake Stripe. Due payments are looked at when a test asks for it. */
public final class StripeSystem implements AutoCloseable {

    /** The server accepts it too, as while one secret replaces another. */
    public static final String OLDER_SECRET = "whsec_fake_older_0123456789";

    public final TestSystem system = new TestSystem();
    public final FakeStripe stripe = new FakeStripe();
    public final Api api;
    private final TestSystem.Node node;

    public StripeSystem() {
        node = system.payingNode(new TestSystem.Paying(
                database -> new StripeProvider(
                        FakeStripe.KEY, List.of(OLDER_SECRET, FakeStripe.NOTICE_SECRET), stripe.base()),
                new Payments.Policy(Duration.ofMinutes(30), LatePolicy.REACQUIRE, Quota.NO_LIMIT)));
        stripe.noticesTo(URI.create("http://localhost:" + node.port() + "/api/providers/stripe/notices"));
        api = new Api("http://localhost:" + node.port(), TestSystem.ADMIN_KEY);
    }

    /** Opens the page for a reservation, as its holder. */
    public Api.Response checkout(EventId event, JsonNode reservation) {
        return checkout(event, reservation, UUID.randomUUID().toString());
    }

    public Api.Response checkout(EventId event, JsonNode reservation, String key) {
        return api.checkout(event, reservation, key, "https://venue.example/thanks");
    }

    /** Reserves seats, pays for them, and waits until the money was moved. Returns the reservation, with its token. */
    public JsonNode buy(EventId event, String... seats) {
        var reserved = api.reserve(event, seats).json();
        var page = checkout(event, reserved);
        stripe.pay(page.json().get("url").asText());
        stripe.awaitDelivered();
        settle();
        return reserved;
    }

    /** Returns the reference of the only payment of a reservation. */
    public String intent(EventId event, JsonNode reservation) {
        return system.query(
                        "SELECT reference FROM payments WHERE event_id = ? AND reservation_id = ?::uuid",
                        row -> row.text("reference"),
                        event.value(),
                        reservation.get("id").asText())
                .get(0);
    }

    public Api.Response refund(EventId event, JsonNode reservation, String json) {
        return api.refund(
                event, reservation.get("id").asText(), UUID.randomUUID().toString(), json);
    }

    /** Returns the payment of a reservation as the seller sees it. */
    public JsonNode payment(EventId event, JsonNode reservation) {
        return read(event, reservation).get("payment");
    }

    /** Returns a reservation as the seller sees it. */
    public JsonNode read(EventId event, JsonNode reservation) {
        return api.read(event, reservation.get("id").asText());
    }

    /** Returns the status of a reservation and of its payment, such as "CONFIRMED CAPTURED". */
    public String state(EventId event, JsonNode reservation) {
        var read = read(event, reservation);
        return read.get("status").asText() + " " + read.at("/payment/status").asText();
    }

    /** Looks at payments as long as some are due, and lets the notices of that arrive. */
    public void settle() {
        int looks = 0;
        while (node.reconciler().runOnce() > 0 || stripe.undelivered() > 0) {
            if (++looks > 1000) {
                throw new AssertionError("Payments stay due");
            }
        }
    }

    /** Looks at all payments of an event now, due or not. */
    public void lookAtAll(EventId event) {
        system.update("UPDATE refunds SET retry_at = now() WHERE event_id = ? AND status = 'FAILED'", event.value());
        system.update("UPDATE payments SET due_at = now() WHERE event_id = ?", event.value());
        settle();
    }

    @Override
    public void close() {
        node.close();
        stripe.close();
        system.close();
    }
}
