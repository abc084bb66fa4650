package seatlock.support;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A Stripe of our own: the part of its API that Seatlock uses, with books that a test can read, buyers that a test can play, signed
 * notices and faults. It survives that the server under test is killed. All of it may be used from any thread.
 *
 * <p>That it behaves as the real one does is an assumption; that its responses and notices are well formed is not: stripe-java reads
 * and verifies them.
 */
public final class FakeStripe implements AutoCloseable {

    public static final String KEY = "sk_test_fake_0123456789";
    public static final String NOTICE_SECRET = "whsec_fake_0123456789";

    private static final Duration SLOW = Duration.ofSeconds(2);

    /** A call that the server under test makes. */
    public enum Operation {
        CREATE_PAGE,
        GET_PAGE,
        EXPIRE_PAGE,
        GET_PAYMENT,
        CAPTURE,
        CANCEL,
        REFUND,
        GET_REFUNDS
    }

    /** A way in which a call goes wrong. */
    public enum Fault {
        NONE,
        /** The connection is closed after the effect. Java's own client then repeats the call once, so two calls must fail. */
        LOST_ANSWER,
        /** Another call with the same key is under way. Nothing happens, like with the next two. */
        CONFLICT,
        TOO_MANY,
        SERVER_ERROR,
        /** The response takes two seconds. */
        SLOW,
        /** The call has no effect and no response until the {@link FakeStripe} is closed or {@linkplain #recover recovers}. */
        HANGS
    }

    /** @param path with the id of what it is about @param parameters of the body and of the query */
    public record Call(Operation operation, String path, Map<String, String> parameters, String key) {}

    /** How the next refunds go. */
    public enum RefundOutcome {
        SUCCEEDS("succeeded"),
        PENDS("pending"),
        FAILS("failed"),
        /** The account of the seller has too little money. */
        LACKS_BALANCE(null);

        final String status;

        RefundOutcome(String status) {
            this.status = status;
        }
    }

    /** The sums of a payment, in the units of Stripe. @param intent its reference @param refunds their ids, the oldest first */
    public record Entry(
            String intent,
            Map<String, String> metadata,
            String currency,
            String status,
            long authorized,
            long captured,
            long refunded,
            long voided,
            boolean isDisputed,
            List<String> refunds) {}

    /** A page where a buyer pays. @param status open, complete or expired @param intent {@code null} before somebody tried to pay */
    public record Page(
            String id,
            String url,
            String status,
            long total,
            String currency,
            Instant expiresAt,
            Map<String, String> parameters,
            String intent) {}

    /** @param subject id of the object that it is about */
    public record Notice(String id, String type, String subject, String json) {}

    public enum Signing {
        RIGHT,
        FORGED,
        OLD
    }

    /** How a notice is delivered. @param copies 0 for one that is lost */
    public record Delivery(Duration delay, int copies, Signing signing) {
        public static final Delivery NOW = after(Duration.ZERO);
        public static final Delivery TWICE = new Delivery(Duration.ZERO, 2, Signing.RIGHT);
        public static final Delivery LOST = new Delivery(Duration.ZERO, 0, Signing.RIGHT);

        public static Delivery after(Duration delay) {
            return new Delivery(delay, 1, Signing.RIGHT);
        }

        public static Delivery signed(Signing signing) {
            return new Delivery(Duration.ZERO, 1, signing);
        }

        public Delivery times(int count) {
            return new Delivery(delay, count, signing);
        }
    }

    private final StripeDeliveries deliveries = new StripeDeliveries(NOTICE_SECRET);
    private final StripeApi api = new StripeApi();
    private final StripeBooks books = new StripeBooks(base() + "/c/pay/", deliveries::tell);

    public FakeStripe() {
        api.start(books);
    }

    /** Returns where its API is: the setting {@code STRIPE_API_BASE}. */
    public URI base() {
        return api.base();
    }

    // Notices

    /** Sets where notices go. Those that were not delivered yet go there too. @param url {@code null} for nowhere */
    public void noticesTo(URI url) {
        deliveries.to(url);
    }

    /** Sets how each notice is delivered from now on. By default at once, and until it gets a 200. */
    public void deliver(Function<Notice, Delivery> how) {
        deliveries.deliver(how);
    }

    /** Signs with several secrets, as Stripe does while one replaces another. */
    public void signWith(String... secrets) {
        deliveries.signWith(List.of(secrets));
    }

    /** Holds notices back until they are {@linkplain #release released}. */
    public void hold() {
        deliveries.hold();
    }

    /** Delivers what was held back, one after the other, and returns when it was delivered. */
    public void release(boolean isReversed) {
        deliveries.release(isReversed);
    }

    /** Returns how many notices are still to be delivered. */
    public int undelivered() {
        return deliveries.pending();
    }

    public void awaitDelivered() {
        Wait.until("all notices are delivered", () -> undelivered() == 0);
    }

    /** Returns all notices, those included that were lost, in the order of what they tell. */
    public List<Notice> notices() {
        return deliveries.told();
    }

    /** Delivers a notice once more. */
    public void again(Notice notice) {
        deliveries.again(notice);
    }

    /** Returns the statuses that deliveries got; 0 for a server that was down. */
    public List<Integer> statuses() {
        return deliveries.statuses();
    }

    /** Returns the header {@code Stripe-Signature} of a body. */
    public String signature(String body, Signing signing) {
        return deliveries.signature(body, signing);
    }

    // Faults

    /** Decides for each call what goes wrong, before it has its effect. The test may block or kill something in it. */
    public void fail(Function<Call, Fault> decide) {
        api.fail(decide);
    }

    /** Makes the next calls of an operation fail. */
    public void fail(Operation operation, Fault fault, int times) {
        var left = new AtomicInteger(times);
        fail(call -> call.operation == operation && left.getAndDecrement() > 0 ? fault : Fault.NONE);
    }

    /** Makes all calls fail until it {@linkplain #recover recovers}. */
    public void failAll(Fault fault) {
        fail(call -> fault);
    }

    /** Ends all faults. Calls that hang end without a response. */
    public void recover() {
        api.recover();
    }

    /** Runs after a call had its effect, before its response is sent. */
    public void onEffect(Consumer<Call> task) {
        api.onEffect(task);
    }

    /** Says how the refunds of the server go from now on. */
    public void refundsWill(RefundOutcome outcome) {
        books.refundsWill(outcome);
    }

    /** Says whether a payment that is authorised can be cancelled. */
    public void cancels(boolean does) {
        books.cancels(does);
    }

    // What the test asks

    public List<Call> calls() {
        return api.calls();
    }

    public long calls(Operation operation) {
        return calls().stream().filter(call -> call.operation == operation).count();
    }

    /** Returns all payments, the oldest first. */
    public List<Entry> books() {
        return books.entries();
    }

    public Entry book(String intent) {
        return books().stream()
                .filter(entry -> entry.intent.equals(intent))
                .findFirst()
                .orElseThrow();
    }

    /** Returns all pages, the oldest first. */
    public List<Page> pages() {
        return books.pages();
    }

    /** @param page id or URL */
    public Page page(String page) {
        return pages().stream()
                .filter(each -> each.id.equals(id(page)))
                .findFirst()
                .orElseThrow();
    }

    // What buyers, banks and the seller do

    private static String id(String page) {
        return page.substring(page.lastIndexOf('/') + 1);
    }

    /** A buyer pays by card. @param page id or URL @return the payment; {@code null} if the page is not open */
    public String pay(String page) {
        return books.pay(id(page), true);
    }

    /** A buyer pays by bank. The money has not arrived yet. @return the payment; {@code null} if the page is not open */
    public String payByBank(String page) {
        return books.pay(id(page), false);
    }

    /** The money of a payment by bank arrives. */
    public void arrive(String intent) {
        books.arrive(intent);
    }

    /** The bank of a buyer declines the card. @return whether the page is open */
    public boolean decline(String page) {
        return books.decline(id(page));
    }

    /** The time of a page is over. */
    public void expire(String page) {
        books.expire(id(page));
    }

    /** The seller captures an authorised payment in the dashboard. */
    public void captureInDashboard(String intent) {
        books.capture(intent);
    }

    /** The authorisation of a payment lapses. */
    public void lapse(String intent) {
        books.lapse(intent);
    }

    /** The seller gives money back in the dashboard. @return the id of the refund */
    public String refundInDashboard(String intent, long amount) {
        return (String)
                books.refund(intent, amount, Map.of(), RefundOutcome.SUCCEEDS).get("id");
    }

    /** A refund that was on its way arrives, or comes back. */
    public void settle(String refund, boolean hasArrived) {
        books.settle(refund, hasArrived);
    }

    /** A buyer disputes a payment. */
    public void dispute(String intent) {
        books.dispute(intent);
    }

    @Override
    public void close() {
        api.close();
        deliveries.close();
    }
}
