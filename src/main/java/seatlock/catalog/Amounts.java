package seatlock.catalog;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.OptionalInt;

/** Formats amounts of money. */
public final class Amounts {

    /** Of all currencies that were introduced since 1999. */
    private static final int USUAL_DIGITS = 2;

    private Amounts() {}

    /**
     * Formats an amount, such as 45.00 EUR.
     *
     * @param minorUnits 4500 in this example; the decimals depend on the currency
     * @param currency ISO 4217 code; one that this version of Java does not know has two decimals
     */
    public static String format(long minorUnits, String currency) {
        var digits = Math.max(0, digits(currency).orElse(USUAL_DIGITS));
        return BigDecimal.valueOf(minorUnits, digits).toPlainString() + " " + currency;
    }

    /** @return the decimals of a currency; empty if this version of Java does not know it */
    static OptionalInt digits(String currency) {
        try {
            return OptionalInt.of(Currency.getInstance(currency).getDefaultFractionDigits());
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }
}
