package seatlock.payments.stripe;

import com.google.gson.JsonParseException;
import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import com.stripe.service.V1Services;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.payments.Fact;
import seatlock.payments.Fact.Returned.Progress;
import seatlock.payments.InvalidNotice;
import seatlock.payments.Notice;
import seatlock.payments.Payment;
import seatlock.payments.PaymentProvider;
import seatlock.payments.ProviderException;
import seatlock.payments.Refund;

/**
 * Moves money through Stripe.
 *
 * <p>Pages and refunds are created under a key of ours, so a repeated call creates no second one. Capturing, cancelling and closing
 * have no key: they can only happen once anyway, and under a key Stripe would repeat a refusal for a day.
 */
public final class StripeProvider implements PaymentProvider {

    public static final String NAME = "stripe";

    /** The metadata by which we recognise what is ours. */
    static final String EVENT = "event";

    static final String RESERVATION = "reservation";
    static final String PAYMENT = "payment";
    static final String REFUND = "refund";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(15);

    private static final long MAX_LIST = 100;

    /** A message may quote the key that Stripe did not accept. */
    private static final Pattern SECRET = Pattern.compile("\\b(sk|rk|pk|whsec)_\\S+");

    private final V1Services stripe;
    private final StripeNotices notices;

    /**
     * @param key secret key of the account
     * @param noticeSecrets any of which a notice may be signed with
     * @param base where the API is
     */
    public StripeProvider(String key, List<String> noticeSecrets, URI base) {
        this(key, noticeSecrets, base, READ_TIMEOUT);
    }

    /** @param readTimeout how long a response may take */
    StripeProvider(String key, List<String> noticeSecrets, URI base, Duration readTimeout) {
        stripe = StripeClient.builder()
                .setApiKey(key)
                .setApiBase(base.toString())
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setReadTimeout((int) readTimeout.toMillis())
                .setMaxNetworkRetries(0) // the caller repeats
                .build()
                .v1();
        notices = new StripeNotices(noticeSecrets);
    }

    @Override
    public String name() {
        return NAME;
    }

    private interface Call<T> {
        T run() throws StripeException;
    }

    private static <T> T call(Call<T> call) throws ProviderException {
        try {
            return call.run();
        } catch (StripeException e) {
            throw isRefusal(e)
                    ? ProviderException.refused(describe(e), e)
                    : ProviderException.unavailable(describe(e), e);
        } catch (JsonParseException e) {
            throw ProviderException.unavailable("Stripe's response cannot be read", e);
        }
    }

    /** Returns whether Stripe has decided. It has not if another call with the same key is under way, if there are too many
     * calls, or if our key is wrong. */
    private static boolean isRefusal(StripeException e) {
        var status = status(e);
        var isAboutTheCall = status != 401 && status != 403 && status != 409 && status != 429;
        return status >= 400 && status < 500 && isAboutTheCall;
    }

    /** Returns the status of the response; 0 for none. */
    private static int status(StripeException e) {
        return Objects.requireNonNullElse(e.getStatusCode(), 0);
    }

    /** Returns what is useful to an operator. Messages of Stripe are not, because they quote what a buyer has entered. */
    private static String describe(StripeException e) {
        if (status(e) == 0) {
            return "Stripe did not respond";
        }
        var error = e.getStripeError();
        return Stream.of(
                        Optional.of("Stripe responded " + status(e)),
                        Optional.ofNullable(error).map(each -> each.getType()),
                        Optional.ofNullable(error).map(each -> each.getCode()),
                        Optional.ofNullable(error).map(each -> each.getParam()),
                        Optional.ofNullable(e.getRequestId()))
                .flatMap(Optional::stream)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    @Override
    public Page open(Payment payment, Purchase purchase) throws ProviderException {
        var page = StripePage.of(payment, purchase, metadata(payment));
        var session = call(() -> stripe.checkout().sessions().create(page, key("open-" + payment.id())));
        return new Page(session.getId(), session.getUrl());
    }

    private static Map<String, String> metadata(Payment payment) {
        return Map.of(
                EVENT, payment.event().toString(),
                RESERVATION, payment.reservation().toString(),
                PAYMENT, payment.id().toString());
    }

    private static RequestOptions key(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    @Override
    public Fact lookUp(Payment payment) throws ProviderException {
        return payment.reference().isPresent()
                ? fact(intent(payment.reference().get())).orElse(new Fact.Open())
                : fact(session(payment));
    }

    private PaymentIntent intent(String id) throws ProviderException {
        var charge = PaymentIntentRetrieveParams.builder()
                .putExtraParam("expand", StripePage.byIndex(List.of("latest_charge")))
                .build();
        return call(() -> stripe.paymentIntents().retrieve(id, charge));
    }

    private Session session(Payment payment) throws ProviderException {
        var charge = SessionRetrieveParams.builder()
                .putExtraParam("expand", StripePage.byIndex(List.of("payment_intent.latest_charge")))
                .build();
        return call(
                () -> stripe.checkout().sessions().retrieve(payment.checkout().orElseThrow(), charge));
    }

    private Fact fact(Session session) throws ProviderException {
        var intent = session.getPaymentIntentObject();
        if (intent != null) {
            var paid = fact(intent);
            if (paid.isPresent()) {
                return paid.get();
            }
        }
        // On a page that is complete, money may still arrive from a bank that takes days.
        var isAwaited = intent != null && intent.getStatus().equals("processing");
        return "open".equals(session.getStatus()) || isAwaited ? new Fact.Open() : new Fact.Closed();
    }

    /** Returns what was paid, or that it was cancelled; empty if it is not paid yet. */
    private Optional<Fact> fact(PaymentIntent intent) throws ProviderException {
        var currency = StripeMoney.code(intent.getCurrency());
        return switch (intent.getStatus()) {
            case "requires_capture" ->
                Optional.of(new Fact.Authorized(
                        intent.getId(), StripeMoney.fromStripe(intent.getAmountCapturable(), currency), currency));
            case "succeeded" -> {
                var charge = intent.getLatestChargeObject();
                yield Optional.of(captured(
                        intent, refunds(intent.getId()), charge != null && Boolean.TRUE.equals(charge.getDisputed())));
            }
            case "canceled" -> Optional.of(new Fact.Voided(intent.getId()));
            default -> Optional.empty();
        };
    }

    private static Fact.Captured captured(PaymentIntent intent, List<Fact.Returned> refunds, boolean isDisputed) {
        var currency = StripeMoney.code(intent.getCurrency());
        var amount = StripeMoney.fromStripe(intent.getAmountReceived(), currency);
        return new Fact.Captured(intent.getId(), amount, currency, refunds, isDisputed);
    }

    /**
     * Returns the refunds of a payment, the oldest first. Of several attempts at one refund of ours, it returns the latest: those before
     * it have failed.
     */
    private List<Fact.Returned> refunds(String intent) throws ProviderException {
        var found = new ArrayList<Fact.Returned>();
        var known = new HashSet<UUID>();
        var list = RefundListParams.builder().setPaymentIntent(intent).setLimit(MAX_LIST);
        while (true) {
            var page = call(() -> stripe.refunds().list(list.build()));
            for (var each : page.getData()) { // the newest first
                var refund = returned(each);
                if (refund.refund().isEmpty() || known.add(refund.refund().get())) {
                    found.add(refund);
                }
            }
            if (!Boolean.TRUE.equals(page.getHasMore())) {
                Collections.reverse(found);
                return found;
            }
            list.setStartingAfter(page.getData().get(page.getData().size() - 1).getId());
        }
    }

    private static Fact.Returned returned(com.stripe.model.Refund refund) {
        var status = Objects.requireNonNullElse(refund.getStatus(), "pending");
        var progress = switch (status) {
            case "succeeded" -> Progress.DONE;
            case "failed", "canceled" -> Progress.FAILED;
            default -> Progress.PENDING;
        };
        return new Fact.Returned(
                refund.getId(),
                refundId(refund),
                StripeMoney.fromStripe(refund.getAmount(), StripeMoney.code(refund.getCurrency())),
                progress,
                progress == Progress.FAILED
                        ? Optional.of(
                                Optional.ofNullable(refund.getFailureReason()).orElse(status))
                        : Optional.empty());
    }

    private static Optional<UUID> refundId(com.stripe.model.Refund refund) {
        try {
            return Optional.ofNullable(refund.getMetadata())
                    .map(each -> each.get(REFUND))
                    .map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // made in the dashboard, by somebody with metadata of their own
        }
    }

    @Override
    public Fact capture(Payment payment) throws ProviderException {
        try {
            var intent = call(
                    () -> stripe.paymentIntents().capture(payment.reference().orElseThrow()));
            return captured(intent, List.of(), false);
        } catch (ProviderException e) {
            return settled(payment, e);
        }
    }

    /** Returns the state of a payment that Stripe has refused to change. @throws ProviderException if there is no reason for that */
    private Fact settled(Payment payment, ProviderException refusal) throws ProviderException {
        if (refusal.isFinal()) {
            var fact = lookUp(payment);
            if (fact instanceof Fact.Captured || fact instanceof Fact.Voided) {
                return fact;
            }
        }
        throw refusal;
    }

    @Override
    public Fact release(Payment payment) throws ProviderException {
        return payment.reference().isPresent()
                ? cancel(payment, payment.reference().get())
                : expire(payment, payment.checkout().orElseThrow());
    }

    /** Closes a page. Stripe refuses that once it is paid or has expired. */
    private Fact expire(Payment payment, String checkout) throws ProviderException {
        try {
            call(() -> stripe.checkout().sessions().expire(checkout));
            return new Fact.Closed();
        } catch (ProviderException e) {
            if (!e.isFinal()) {
                throw e;
            }
            return lookUp(payment);
        }
    }

    /**
     * Cancels an authorised payment. Stripe's documentation leaves open whether it allows that for each payment of a page that is
     * complete. If it refuses, the money is captured: the caller then refunds it like any money that confirms nothing. Otherwise it
     * would be withheld from the buyer until the authorisation lapses.
     */
    private Fact cancel(Payment payment, String reference) throws ProviderException {
        try {
            call(() -> stripe.paymentIntents().cancel(reference));
            return new Fact.Voided(reference);
        } catch (ProviderException e) {
            if (!e.isFinal()) {
                throw e;
            }
            var fact = lookUp(payment);
            if (!(fact instanceof Fact.Authorized)) {
                return fact;
            }
            if (!isBadRequest(e)) {
                throw e;
            }
            return capture(payment);
        }
    }

    private static boolean isBadRequest(ProviderException e) {
        return e.getCause() instanceof StripeException cause && status(cause) == 400;
    }

    @Override
    public Fact.Returned refund(Payment payment, Refund refund) throws ProviderException {
        var reference = payment.reference().orElseThrow();
        // Stripe forgets a key after a day, and a refund may be under way for longer.
        for (var known : refunds(reference)) {
            if (known.refund().equals(Optional.of(refund.id())) && known.progress() != Progress.FAILED) {
                return known;
            }
        }
        var params = RefundCreateParams.builder()
                .setPaymentIntent(reference)
                .setAmount(StripeMoney.toStripe(refund.amount(), payment.currency()))
                .putAllMetadata(metadata(payment))
                .putMetadata(REFUND, refund.id().toString())
                .build();
        try {
            return returned(call(() -> stripe.refunds().create(params, key(refund.key()))));
        } catch (ProviderException e) {
            if (!e.isFinal()) {
                throw e;
            }
            return new Fact.Returned(
                    refund.key(), Optional.of(refund.id()), refund.amount(), Progress.FAILED, Optional.of(reason(e)));
        }
    }

    /** Returns why Stripe has refused a refund, in its words. */
    private static String reason(ProviderException e) {
        var words = e.getCause() instanceof StripeException cause && cause.getStripeError() != null
                ? cause.getStripeError().getMessage()
                : null;
        return words == null ? e.getMessage() : SECRET.matcher(words).replaceAll("…");
    }

    @Override
    public Optional<Notice> read(byte[] body, Function<String, String> header) throws InvalidNotice {
        return notices.read(body, header.apply(StripeNotices.HEADER));
    }
}
