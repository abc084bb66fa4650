package seatlock.tickets;

import java.math.BigDecimal;
import java.util.Currency;

/** Formats amounts of money. */
public final class Amounts {

    private Amounts() {}

    /**
     * Formats an amount, such as 45.00 EUR.
     *
     * @param minorUnits 4500 in this example; the decimals depend on the currency
     */
    public static String format(long minorUnits, Currency currency) {
        var digits = Math.max(0, currency.getDefaultFractionDigits());
        return BigDecimal.valueOf(minorUnits, digits).toPlainString() + " " + currency.getCurrencyCode();
    }
}
