package seatlock.payments.stripe;

import java.util.Currency;
import java.util.Locale;
import java.util.Set;
import seatlock.payments.ProviderException;

/**
 * Converts between our minor units, which are those of ISO 4217, and the units of
 * <a href="https://docs.stripe.com/currencies">Stripe</a>, which differ for a few currencies.
 */
final class StripeMoney {

    /** Counted in whole units. */
    private static final Set<String> WHOLE = Set.of(
            "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF");

    /** Counted in thousandths, of which the last digit must be 0. */
    private static final Set<String> THOUSANDTHS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

    private StripeMoney() {}

    /**
     * Returns an amount as Stripe counts it.
     *
     * @param amount in minor units
     * @throws ProviderException if Stripe cannot move this amount of the currency
     */
    static long toStripe(long amount, String currency) throws ProviderException {
        var ours = digits(currency);
        var theirs = stripeDigits(currency);
        var converted =
                theirs > ours ? Math.multiplyExact(amount, power(theirs - ours)) : amount / power(ours - theirs);
        if (fromStripe(converted, currency) != amount || (theirs == 3 && converted % 10 != 0)) {
            throw ProviderException.refused("Stripe cannot move fractions of " + currency + " as small as that", null);
        }
        return converted;
    }

    /** Returns minor units of a currency. @param amount as Stripe counts it */
    static long fromStripe(long amount, String currency) {
        var ours = digits(currency);
        var theirs = stripeDigits(currency);
        return theirs > ours ? amount / power(theirs - ours) : Math.multiplyExact(amount, power(ours - theirs));
    }

    /** Returns the code as ISO 4217 and Seatlock write it. */
    static String code(String stripeCode) {
        return stripeCode.toUpperCase(Locale.ROOT);
    }

    /** Returns the number of decimals; 2 for what Stripe has and Java does not know. */
    private static int digits(String currency) {
        try {
            return Currency.getInstance(currency).getDefaultFractionDigits();
        } catch (IllegalArgumentException e) {
            return 2;
        }
    }

    /** Currencies such as ISK and UGX have no decimals, but Stripe counts them as if they had two. */
    private static int stripeDigits(String currency) {
        if (WHOLE.contains(currency)) {
            return 0;
        }
        return THOUSANDTHS.contains(currency) ? 3 : 2;
    }

    private static long power(int digits) {
        return switch (digits) {
            case 0 -> 1;
            case 1 -> 10;
            case 2 -> 100;
            default -> 1000;
        };
    }
}
