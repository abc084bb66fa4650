package seatlock.support;

import java.util.LinkedHashMap;
import java.util.Map;
import seatlock.support.StripeBooks.Intent;
import seatlock.support.StripeBooks.Refund;
import seatlock.support.StripeBooks.Session;

/** Writes what the {@link FakeStripe} knows as Stripe does. */
final class StripeJson {

    private StripeJson() {}

    static Map<String, Object> of(Session session, boolean isExpanded) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", session.id);
        json.put("object", "checkout.session");
        json.put("status", session.status);
        json.put("payment_status", isPaid(session) ? "paid" : "unpaid");
        json.put("mode", "payment");
        json.put("amount_total", session.total);
        json.put("currency", session.currency);
        json.put("expires_at", session.expiresAt);
        json.put("metadata", session.metadata);
        json.put("livemode", false);
        json.put("url", session.status.equals("open") ? session.url : null);
        json.put(
                "payment_intent",
                session.intent == null ? null : isExpanded ? of(session.intent, true) : session.intent.id);
        return json;
    }

    static boolean isPaid(Session session) {
        return session.intent != null && session.intent.status.equals("succeeded");
    }

    static Map<String, Object> of(Intent intent, boolean isExpanded) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", intent.id);
        json.put("object", "payment_intent");
        json.put("status", intent.status);
        json.put("amount", intent.amount);
        json.put("amount_capturable", intent.capturable);
        json.put("amount_received", intent.received);
        json.put("currency", intent.currency);
        json.put("capture_method", "automatic_async");
        json.put("metadata", intent.metadata);
        json.put("livemode", false);
        json.put("latest_charge", !intent.isCharged ? null : isExpanded ? charge(intent) : chargeId(intent));
        return json;
    }

    static String chargeId(Intent intent) {
        return intent.id.replace("pi_", "ch_");
    }

    static Map<String, Object> charge(Intent intent) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", chargeId(intent));
        json.put("object", "charge");
        json.put("amount", intent.amount);
        json.put("amount_captured", intent.received);
        json.put("amount_refunded", intent.refunded);
        json.put("captured", intent.received > 0);
        json.put("currency", intent.currency);
        json.put("disputed", intent.isDisputed);
        json.put("metadata", intent.metadata);
        json.put("payment_intent", intent.id);
        json.put("status", "succeeded");
        return json;
    }

    static Map<String, Object> of(Refund refund) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", refund.id);
        json.put("object", "refund");
        json.put("amount", refund.amount);
        json.put("currency", refund.intent.currency);
        json.put("charge", chargeId(refund.intent));
        json.put("payment_intent", refund.intent.id);
        json.put("metadata", refund.metadata);
        json.put("status", refund.status);
        if (refund.status.equals("failed")) {
            json.put("failure_reason", "lost_or_stolen_card");
        }
        return json;
    }

    static Map<String, Object> dispute(String id, Intent intent) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", id);
        json.put("object", "dispute");
        json.put("amount", intent.received);
        json.put("currency", intent.currency);
        json.put("charge", chargeId(intent));
        json.put("payment_intent", intent.id);
        json.put("metadata", Map.of());
        json.put("status", "needs_response");
        return json;
    }
}
