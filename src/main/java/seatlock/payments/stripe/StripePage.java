package seatlock.payments.stripe;

import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionCreateParams.PaymentMethodOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.payments.Payment;
import seatlock.payments.PaymentProvider.Purchase;
import seatlock.payments.ProviderException;

/**
 * The Checkout Session of a payment. It depends on the payment and the purchase alone, because Stripe refuses to repeat a call with
 * the same key and other parameters.
 */
final class StripePage {

    /** Stripe demands half an hour from when it gets the call. The rest is for repeating a call of which the response was lost. */
    private static final Duration MIN_OPEN = Duration.ofHours(1);

    /** Stripe allows 24 hours, by its own clock. */
    private static final Duration MAX_OPEN = Duration.ofHours(24).minusMinutes(10);

    /** What Stripe accepts for certain. A buyer with another address enters one on the page. */
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+");

    private StripePage() {}

    static SessionCreateParams of(Payment payment, Purchase purchase, Map<String, String> metadata)
            throws ProviderException {
        var card = PaymentMethodOptions.Card.builder()
                .setCaptureMethod(PaymentMethodOptions.Card.CaptureMethod.MANUAL)
                .build();
        var intent = SessionCreateParams.PaymentIntentData.builder()
                .setDescription(purchase.title())
                .putAllMetadata(metadata)
                .build();
        var page = SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.PAYMENT)
                .setPaymentMethodOptions(
                        PaymentMethodOptions.builder().setCard(card).build())
                .setPaymentIntentData(intent)
                .putAllMetadata(metadata)
                .setClientReferenceId(payment.id().toString())
                .setLocale(locale(purchase.language()))
                .setExpiresAt(expiresAt(payment).getEpochSecond())
                .setSuccessUrl(payment.returnUrl().orElseThrow())
                .setCancelUrl(payment.returnUrl().orElseThrow());
        if (EMAIL.matcher(purchase.email()).matches()) {
            page.setCustomerEmail(purchase.email());
        }
        var items = new ArrayList<LineItem>();
        for (var line : purchase.lines()) {
            items.add(item(line, purchase.title(), payment.currency()));
        }
        return page.putExtraParam("line_items", byIndex(items)).build();
    }

    /** Returns a list as a parameter. stripe-java writes the indexes of lists with the digits of the machine's locale. */
    static Map<String, Object> byIndex(List<?> list) {
        var byIndex = new LinkedHashMap<String, Object>();
        for (var each : list) {
            byIndex.put(Integer.toString(byIndex.size()), each);
        }
        return byIndex;
    }

    private static LineItem item(Purchase.Line line, String title, String currency) throws ProviderException {
        var product = LineItem.PriceData.ProductData.builder()
                .setName(line.name())
                .setDescription(title)
                .build();
        var price = LineItem.PriceData.builder()
                .setCurrency(currency.toLowerCase(Locale.ROOT))
                .setUnitAmount(StripeMoney.toStripe(line.amount(), currency))
                .setProductData(product)
                .build();
        return LineItem.builder().setPriceData(price).setQuantity(1L).build();
    }

    /** Returns when Stripe closes the page by itself. If the payment expires before that, the page is closed by a call. */
    private static Instant expiresAt(Payment payment) {
        var earliest = payment.createdAt().plus(MIN_OPEN);
        var latest = payment.createdAt().plus(MAX_OPEN);
        var wanted = payment.expiresAt().isAfter(earliest) ? payment.expiresAt() : earliest;
        return wanted.isAfter(latest) ? latest : wanted;
    }

    private static SessionCreateParams.Locale locale(String language) {
        var code = language.equals("no") ? "nb" : language;
        return Stream.of(SessionCreateParams.Locale.values())
                .filter(locale -> locale.getValue().equals(code))
                .findFirst()
                .orElse(SessionCreateParams.Locale.AUTO);
    }
}
