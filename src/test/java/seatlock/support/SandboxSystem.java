package seatlock.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import seatlock.catalog.EventId;
import seatlock.inventory.Quota;
import seatlock.payments.PaymentId;
import seatlock.payments.sandbox.SandboxProvider;
import seatlock.payments.sandbox.SandboxProvider.Action;
import seatlock.sales.Payments;
import seatlock.sales.Payments.LatePolicy;

/**
 * A system with a database of its own where buyers pay through the sandbox. Due payments are looked at only when a test {@linkplain
 * #settle asks} for it; notices arrive by themselves.
 */
public final class SandboxSystem implements AutoCloseable {

    public final TestSystem system = new TestSystem();
    public final SandboxProvider sandbox;
    public final Api api;
    private final TestSystem.Node node;

    public SandboxSystem() {
        this(new Payments.Policy(Duration.ofMinutes(30), LatePolicy.REACQUIRE, Quota.NO_LIMIT));
    }

    public SandboxSystem(Payments.Policy policy) {
        var url = new AtomicReference<String>();
        var provider = new AtomicReference<SandboxProvider>();
        node = system.payingNode(new TestSystem.Paying(
                database -> {
                    provider.set(new SandboxProvider(database, url::get, url::get));
                    return provider.get();
                },
                policy));
        sandbox = provider.get();
        url.set("http://localhost:" + node.port());
        api = new Api(url.get(), TestSystem.ADMIN_KEY);
    }

    public TestSystem.Node node() {
        return node;
    }

    /** Opens the page for a reservation, as its holder. */
    public Api.Response checkout(EventId event, JsonNode reservation) {
        return checkout(event, reservation, UUID.randomUUID().toString());
    }

    public Api.Response checkout(EventId event, JsonNode reservation, String key) {
        return api.checkout(event, reservation, key, "https://venue.example/thanks");
    }

    public static PaymentId payment(Api.Response checkout) {
        return new PaymentId(UUID.fromString(checkout.json().get("paymentId").asText()));
    }

    /** Does something on a page. Returns whether it was possible. */
    public boolean act(Api.Response checkout, Action action) {
        return sandbox.act(payment(checkout), action).orElseThrow();
    }

    /** Returns a reservation as the seller sees it. */
    public JsonNode read(EventId event, JsonNode reservation) {
        return read(event, reservation.get("id").asText());
    }

    public JsonNode read(EventId event, String reservation) {
        return api.read(event, reservation);
    }

    /** Waits until the payment of a reservation has a status. Returns the reservation. */
    public JsonNode await(EventId event, String reservation, String status) {
        var last = new AtomicReference<JsonNode>();
        Wait.until(status, () -> {
            last.set(read(event, reservation));
            return status.equals(last.get().at("/payment/status").asText());
        });
        return last.get();
    }

    /** Looks at payments as long as some are due. */
    public void settle() {
        int looks = 0;
        while (node.reconciler().runOnce() > 0) {
            if (++looks > 100) {
                throw new AssertionError("Payments stay due");
            }
        }
    }

    /** Refunds as the seller. */
    public Api.Response refund(EventId event, String reservation, String json) {
        return refund(event, reservation, UUID.randomUUID().toString(), json);
    }

    public Api.Response refund(EventId event, String reservation, String key, String json) {
        return api.refund(event, reservation, key, json);
    }

    /** Moves time by SQL: what was done to the reservations and payments of an event was done some minutes earlier. */
    public void pass(EventId event, int minutes) {
        var interval = minutes + " minutes";
        system.update("""
                UPDATE reservations
                   SET created_at = created_at - ?::interval, expires_at = expires_at - ?::interval,
                       hold_until = hold_until - ?::interval
                 WHERE event_id = ?
                """, interval, interval, interval, event.value());
        system.update(
                "UPDATE seats SET held_until = held_until - ?::interval WHERE event_id = ?", interval, event.value());
        for (var table : List.of("payments", "sandbox_checkouts")) {
            system.update(
                    "UPDATE " + table + " SET expires_at = expires_at - ?::interval WHERE event_id = ?",
                    interval,
                    event.value());
        }
        system.update("UPDATE payments SET due_at = due_at - ?::interval WHERE event_id = ?", interval, event.value());
    }

    /** Returns the sum of the money that the sandbox has and has not given back, in minor units. */
    public long money(EventId event) {
        return system.count(
                        "SELECT coalesce(sum(amount), 0)::bigint AS n FROM sandbox_payments WHERE event_id = ? AND status = 'CAPTURED'",
                        event.value())
                - system.count(
                        "SELECT coalesce(sum(amount), 0)::bigint AS n FROM sandbox_refunds WHERE event_id = ?",
                        event.value());
    }

    @Override
    public void close() {
        node.close();
        sandbox.close();
        system.close();
    }
}
