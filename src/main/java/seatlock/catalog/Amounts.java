package seatlock.catalog;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Formats amounts of money. */
public final class Amounts {

    /** Of all currencies that were introduced since 1999. */
    private static final int USUAL_DIGITS = 2;

    /** Java sets no space between them, unlike the Unicode CLDR from which it has its formats. */
    private static final Pattern CODE_AT_A_DIGIT = Pattern.compile("(?<=\\p{L})(?=\\d)|(?<=\\d)(?=\\p{L})");

    private Amounts() {}

    /**
     * Formats an amount as it is usual in a language, such as €45.00 or 45,00 €.
     *
     * @param minorUnits 4500 in this example; the decimals depend on the currency
     * @param currency ISO 4217 code; one that this version of Java does not know has two decimals, and is shown by its code
     */
    public static String format(long minorUnits, String currency, Locale locale) {
        var digits = digits(currency);
        var decimals = Math.max(0, digits.orElse(USUAL_DIGITS));
        var format =
                digits.isPresent() ? NumberFormat.getCurrencyInstance(locale) : NumberFormat.getNumberInstance(locale);
        format.setMinimumFractionDigits(decimals);
        format.setMaximumFractionDigits(decimals);
        var amount = BigDecimal.valueOf(minorUnits, decimals);
        if (digits.isEmpty()) {
            return format.format(amount) + "\u00a0" + currency;
        }
        format.setCurrency(Currency.getInstance(currency));
        return CODE_AT_A_DIGIT.matcher(format.format(amount)).replaceAll("\u00a0");
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
