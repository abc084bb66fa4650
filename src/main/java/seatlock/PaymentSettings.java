package seatlock;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import seatlock.http.PublicUrl;
import seatlock.sales.Payments.LatePolicy;

/**
 * How buyers pay.
 *
 * @param window how long a buyer has to pay
 * @param late what becomes of money that arrives too late
 * @param stripeKey secret key of the Stripe account; empty unless the provider is Stripe
 * @param noticeSecrets with which Stripe signs its notices: several while one replaces another
 * @param stripeBase where the API of Stripe is
 */
public record PaymentSettings(
        Provider provider,
        Duration window,
        LatePolicy late,
        Optional<String> stripeKey,
        List<String> noticeSecrets,
        URI stripeBase) {

    /** The provider that moves the money. */
    public enum Provider {
        /** None: sellers confirm what was paid elsewhere. */
        NONE,
        SANDBOX,
        STRIPE
    }

    private static final URI STRIPE = URI.create("https://api.stripe.com");

    /** @param isEmbedded whether the database is the embedded one, on which people try things out */
    static PaymentSettings read(Config.Reader reader, boolean isEmbedded) {
        var provider = reader.read("PAYMENTS", PaymentSettings::provider, "none, sandbox or stripe")
                .orElse(isEmbedded ? Provider.SANDBOX : Provider.NONE);
        var settings = new PaymentSettings(
                provider,
                reader.read(
                                "PAYMENT_TTL",
                                text -> Config.between(text, "PT1S", "P1D"),
                                "a duration from PT1S to P1D, such as PT30M")
                        .orElse(Duration.ofMinutes(30)),
                reader.read("LATE_PAYMENT", PaymentSettings::late, "REACQUIRE or RELEASE")
                        .orElse(LatePolicy.REACQUIRE),
                reader.secret("STRIPE_API_KEY", PaymentSettings::key, "a secret key, such as sk_live_…"),
                reader.secret("STRIPE_NOTICE_SECRETS", PaymentSettings::secrets, "secrets such as whsec_…, with commas")
                        .orElse(List.of()),
                reader.read("STRIPE_API_BASE", PaymentSettings::base, "a URL such as https://api.stripe.com")
                        .orElse(STRIPE));
        if (provider == Provider.STRIPE) {
            reader.require("STRIPE_API_KEY", "because PAYMENTS is stripe");
            reader.require("STRIPE_NOTICE_SECRETS", "because PAYMENTS is stripe");
        }
        return settings;
    }

    private static Provider provider(String text) {
        return Stream.of(Provider.values())
                .filter(provider -> provider.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static LatePolicy late(String text) {
        return LatePolicy.valueOf(text);
    }

    private static String key(String text) {
        if (!text.matches("[!-~]{8,255}")) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static List<String> secrets(String text) {
        var secrets = Stream.of(text.split(",", -1)).map(String::strip).toList();
        secrets.forEach(PaymentSettings::key);
        return secrets;
    }

    private static URI base(String text) {
        return URI.create(PublicUrl.parse(text).base());
    }
}
