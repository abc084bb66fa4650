package seatlock.tickets;

import java.math.BigDecimal;
import java.util.Currency;

/** Amounts of money, as people read them. */
final class Amounts {

    private Amounts() {}

    /** @param minorUnits such as 4500 for 45.00 EUR; how many digits that are depends on the currency */
    static String format(long minorUnits, Currency currency) {
        var digits = Math.max(0, currency.getDefaultFractionDigits());
        return BigDecimal.valueOf(minorUnits, digits).toPlainString() + " " + currency.getCurrencyCode();
    }
}
