package seatlock.support;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The pages, payments and refunds of the {@link FakeStripe}, with the rules of Stripe for how they may change. Its methods
 * are atomic. Each change is told as an event, in the order of the changes.
 */
final class StripeBooks {

    private static final Set<String> PARAMETERS = Set.of(
            "mode",
            "payment_method_options",
            "payment_intent_data",
            "metadata",
            "client_reference_id",
            "locale",
            "expires_at",
            "success_url",
            "cancel_url",
            "customer_email",
            "line_items",
            "expand");

    /** Something that Stripe refuses. @param isRepeated whether the same key gets the same response again */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int status;
        final String type;
        final String code;
        final String param;
        final boolean isRepeated;

        Refusal(int status, String type, String code, String param, String message, boolean isRepeated) {
            super(message);
            this.status = status;
            this.type = type;
            this.code = code;
            this.param = param;
            this.isRepeated = isRepeated;
        }

        static Refusal invalid(String param, String message) {
            return new Refusal(400, "invalid_request_error", "parameter_invalid", param, message, false);
        }

        static Refusal missing(String what) {
            return new Refusal(404, "invalid_request_error", "resource_missing", "id", "No such " + what, true);
        }

        static Refusal state(String code, String message) {
            return new Refusal(400, "invalid_request_error", code, null, message, true);
        }
    }

    static final class Session {
        String id;
        String url;
        String status = "open";
        String currency;
        long total;
        long expiresAt;
        boolean isManual;
        Map<String, String> parameters;
        Map<String, String> metadata;
        Intent intent;
    }

    static final class Intent {
        String id;
        String status;
        String currency;
        long amount;
        long capturable;
        long received;
        long refunded;
        long voided;
        boolean isCharged;
        boolean isDisputed;
        Map<String, String> metadata;
        final List<Refund> refunds = new ArrayList<>();
    }

    static final class Refund {
        String id;
        Intent intent;
        long amount;
        String status;
        Map<String, String> metadata;
    }

    private final String pages;
    private final BiConsumer<String, Map<String, Object>> events;
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Intent> intents = new LinkedHashMap<>();
    private final Map<String, Refund> refunds = new LinkedHashMap<>();
    private FakeStripe.RefundOutcome refundOutcome = FakeStripe.RefundOutcome.SUCCEEDS;
    private boolean cancels = true;

    /** @param events gets the type of each event and its object, as it was then */
    StripeBooks(String pages, BiConsumer<String, Map<String, Object>> events) {
        this.pages = pages;
        this.events = events;
    }

    private String id(String prefix) {
        return prefix + "_fake_" + ids.incrementAndGet();
    }

    synchronized Map<String, Object> createSession(Map<String, String> parameters) {
        for (var name : parameters.keySet()) {
            if (!PARAMETERS.contains(name.replaceFirst("\\[.*", ""))) {
                throw Refusal.invalid(name, "Received unknown parameter: " + name);
            }
        }
        var session = new Session();
        session.parameters = parameters;
        session.metadata = group(parameters, "metadata");
        if (!"payment".equals(parameters.get("mode")) || parameters.get("success_url") == null) {
            throw Refusal.invalid("mode", "You must pass mode and success_url");
        }
        session.isManual = "manual".equals(parameters.get("payment_method_options[card][capture_method]"));
        price(session, parameters);
        session.expiresAt = Long.parseLong(parameters.get("expires_at"));
        var now = Instant.now().getEpochSecond();
        if (session.expiresAt < now + 30 * 60 || session.expiresAt > now + 24 * 60 * 60) {
            throw Refusal.invalid(
                    "expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now");
        }
        session.id = id("cs_test");
        session.url = pages + session.id;
        sessions.put(session.id, session);
        return StripeJson.of(session, false);
    }

    private static void price(Session session, Map<String, String> parameters) {
        var lines = 0;
        for (; parameters.containsKey("line_items[" + lines + "][quantity]"); lines++) {
            var line = "line_items[" + lines + "]";
            var price = Long.parseLong(parameters.get(line + "[price_data][unit_amount]"));
            var currency = parameters.get(line + "[price_data][currency]");
            if (parameters.get(line + "[price_data][product_data][name]") == null || price < 0) {
                throw Refusal.invalid(line, "A line needs a name and an amount");
            }
            if (!currency.equals(currency.toLowerCase(Locale.ROOT))
                    || session.currency != null && !session.currency.equals(currency)) {
                throw Refusal.invalid(line, "Invalid currency");
            }
            if (Set.of("bhd", "jod", "kwd", "omr", "tnd").contains(currency) && price % 10 != 0
                    || Set.of("isk", "ugx").contains(currency) && price % 100 != 0) {
                throw Refusal.invalid(line, "Invalid amount for this currency");
            }
            session.currency = currency;
            session.total += price * Long.parseLong(parameters.get(line + "[quantity]"));
        }
        if (lines == 0 || lines > 100) {
            throw Refusal.invalid("line_items", "There must be 1 to 100 line items");
        }
    }

    private static Map<String, String> group(Map<String, String> parameters, String name) {
        var prefix = name + "[";
        return parameters.entrySet().stream()
                .filter(each ->
                        each.getKey().startsWith(prefix) && each.getKey().indexOf('[', prefix.length()) < 0)
                .collect(Collectors.toMap(
                        each -> each.getKey()
                                .substring(prefix.length(), each.getKey().length() - 1),
                        Map.Entry::getValue));
    }

    synchronized Map<String, Object> session(String id, boolean isExpanded) {
        return StripeJson.of(findSession(id), isExpanded);
    }

    private Session findSession(String id) {
        var found = sessions.get(id);
        if (found == null) {
            throw Refusal.missing("checkout.session");
        }
        return found;
    }

    /** Closes a page by a call, or because its time is over. */
    synchronized Map<String, Object> expire(String id) {
        var session = findSession(id);
        if (!session.status.equals("open")) {
            throw Refusal.state(null, "Only Checkout Sessions with a status in [\"open\"] can be expired.");
        }
        session.status = "expired";
        if (session.intent != null) {
            session.intent.status = "canceled";
            events.accept("payment_intent.canceled", StripeJson.of(session.intent, false));
        }
        events.accept("checkout.session.expired", StripeJson.of(session, false));
        return StripeJson.of(session, false);
    }

    /** Whether the buyer was told to try another card. */
    synchronized boolean decline(String id) {
        var session = findSession(id);
        if (!isOpen(session)) {
            return false;
        }
        events.accept(
                "payment_intent.payment_failed", StripeJson.of(intent(session, "requires_payment_method"), false));
        return true;
    }

    private static boolean isOpen(Session session) {
        return session.status.equals("open")
                && session.expiresAt > Instant.now().getEpochSecond();
    }

    private Intent intent(Session session, String status) {
        if (session.intent == null) {
            var intent = new Intent();
            intent.id = id("pi");
            intent.currency = session.currency;
            intent.amount = session.total;
            intent.metadata = group(session.parameters, "payment_intent_data[metadata]");
            session.intent = intent;
            intents.put(intent.id, intent);
            intent.status = "requires_payment_method";
            events.accept("payment_intent.created", StripeJson.of(intent, false));
        }
        session.intent.status = status;
        return session.intent;
    }

    /** @param isCard whether the money is authorised first @return the payment; {@code null} if the page is not open */
    synchronized String pay(String id, boolean isCard) {
        var session = findSession(id);
        if (!isOpen(session)) {
            return null;
        }
        session.status = "complete";
        var isAuthorized = isCard && session.isManual;
        var intent = intent(session, isAuthorized ? "requires_capture" : "processing");
        if (isAuthorized) {
            intent.isCharged = true;
            intent.capturable = intent.amount;
            events.accept("payment_intent.amount_capturable_updated", StripeJson.of(intent, false));
        }
        events.accept("checkout.session.completed", StripeJson.of(session, false));
        return intent.id;
    }

    /** The money of a payment by bank has arrived. */
    synchronized void arrive(String id) {
        var intent = findIntent(id);
        if (intent.status.equals("processing")) {
            intent.isCharged = true;
            received(intent);
        }
    }

    private void received(Intent intent) {
        intent.status = "succeeded";
        intent.received = intent.amount;
        intent.capturable = 0;
        events.accept("payment_intent.succeeded", StripeJson.of(intent, false));
    }

    synchronized Map<String, Object> intent(String id, boolean isExpanded) {
        return StripeJson.of(findIntent(id), isExpanded);
    }

    private Intent findIntent(String id) {
        var found = intents.get(id);
        if (found == null) {
            throw Refusal.missing("payment_intent");
        }
        return found;
    }

    synchronized Map<String, Object> capture(String id) {
        var intent = findIntent(id);
        requireCapturable(intent, "captured");
        received(intent);
        return StripeJson.of(intent, false);
    }

    synchronized Map<String, Object> cancel(String id) {
        var intent = findIntent(id);
        if (!cancels) {
            throw Refusal.state(null, "You cannot cancel this PaymentIntent: it belongs to a Checkout Session.");
        }
        lapse(id);
        return StripeJson.of(intent, false);
    }

    private static void requireCapturable(Intent intent, String change) {
        if (!intent.status.equals("requires_capture")) {
            throw Refusal.state(
                    "payment_intent_unexpected_state",
                    "This PaymentIntent could not be " + change + " because it has a status of " + intent.status);
        }
    }

    /** The authorisation ends: because it was cancelled, or by itself. */
    synchronized void lapse(String id) {
        var intent = findIntent(id);
        requireCapturable(intent, "canceled");
        intent.status = "canceled";
        intent.voided = intent.capturable;
        intent.capturable = 0;
        events.accept("payment_intent.canceled", StripeJson.of(intent, false));
    }

    synchronized Map<String, Object> createRefund(Map<String, String> parameters) {
        return refund(
                parameters.get("payment_intent"),
                Long.parseLong(parameters.get("amount")),
                group(parameters, "metadata"),
                refundOutcome);
    }

    synchronized Map<String, Object> refund(
            String id, long amount, Map<String, String> metadata, FakeStripe.RefundOutcome outcome) {
        var intent = findIntent(id);
        if (outcome == FakeStripe.RefundOutcome.LACKS_BALANCE) {
            throw new Refusal(
                    402,
                    "invalid_request_error",
                    "balance_insufficient",
                    null,
                    "You have insufficient funds in your Stripe account to refund this charge.",
                    true);
        }
        if (!intent.status.equals("succeeded")) {
            throw Refusal.state("charge_not_refundable", "This PaymentIntent does not have a successful charge.");
        }
        if (amount <= 0 || amount > intent.received - intent.refunded) {
            throw Refusal.state(
                    intent.refunded == intent.received ? "charge_already_refunded" : "amount_too_large",
                    "Refund amount is greater than the unrefunded amount on the charge.");
        }
        var refund = new Refund();
        refund.id = id("re");
        refund.intent = intent;
        refund.amount = amount;
        refund.status = outcome.status;
        refund.metadata = metadata;
        refunds.put(refund.id, refund);
        intent.refunds.add(refund);
        if (outcome != FakeStripe.RefundOutcome.FAILS) {
            intent.refunded += amount;
        }
        events.accept("refund.created", StripeJson.of(refund));
        events.accept(
                outcome == FakeStripe.RefundOutcome.FAILS ? "refund.failed" : "charge.refunded",
                outcome == FakeStripe.RefundOutcome.FAILS ? StripeJson.of(refund) : StripeJson.charge(intent));
        return StripeJson.of(refund);
    }

    /** A refund that was on its way has arrived, or has come back, which may also happen to one that has arrived. */
    synchronized void settle(String id, boolean hasArrived) {
        var refund = findRefund(id);
        if (!refund.status.equals("pending") && (hasArrived || !refund.status.equals("succeeded"))) {
            throw Refusal.state(null, "The refund is at rest");
        }
        refund.status = hasArrived ? "succeeded" : "failed";
        if (!hasArrived) {
            refund.intent.refunded -= refund.amount;
        }
        events.accept(hasArrived ? "refund.updated" : "refund.failed", StripeJson.of(refund));
    }

    private Refund findRefund(String id) {
        var found = refunds.get(id);
        if (found == null) {
            throw Refusal.missing("refund");
        }
        return found;
    }

    synchronized Map<String, Object> refund(String id) {
        return StripeJson.of(findRefund(id));
    }

    /** Lists the refunds of a payment, the newest first. */
    synchronized Map<String, Object> refunds(Map<String, String> parameters) {
        var found = new ArrayList<Map<String, Object>>();
        var all = findIntent(parameters.get("payment_intent")).refunds;
        var after = parameters.get("starting_after");
        var limit = Integer.parseInt(parameters.getOrDefault("limit", "10"));
        var from = after == null ? all.size() : all.indexOf(findRefund(after));
        for (var i = from - 1; i >= 0 && found.size() < limit; i--) {
            found.add(StripeJson.of(all.get(i)));
        }
        return Map.of("object", "list", "url", "/v1/refunds", "data", found, "has_more", from > limit);
    }

    synchronized void dispute(String id) {
        var intent = findIntent(id);
        intent.isDisputed = true;
        events.accept("charge.dispute.created", StripeJson.dispute(id("dp"), intent));
    }

    synchronized void refundsWill(FakeStripe.RefundOutcome outcome) {
        refundOutcome = outcome;
    }

    synchronized void cancels(boolean does) {
        cancels = does;
    }

    synchronized List<FakeStripe.Entry> entries() {
        return intents.values().stream().map(StripeBooks::entry).toList();
    }

    private static FakeStripe.Entry entry(Intent intent) {
        return new FakeStripe.Entry(
                intent.id,
                intent.metadata,
                intent.currency,
                intent.status,
                intent.isCharged ? intent.amount : 0,
                intent.received,
                intent.refunded,
                intent.voided,
                intent.isDisputed,
                intent.refunds.stream().map(refund -> refund.id).toList());
    }

    synchronized List<FakeStripe.Page> pages() {
        return sessions.values().stream()
                .map(session -> new FakeStripe.Page(
                        session.id,
                        session.url,
                        session.status,
                        session.total,
                        session.currency,
                        Instant.ofEpochSecond(session.expiresAt),
                        session.parameters,
                        session.intent == null ? null : session.intent.id))
                .toList();
    }
}
