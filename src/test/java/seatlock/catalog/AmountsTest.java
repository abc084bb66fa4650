package seatlock.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Currency;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.text.Messages;
import seatlock.tickets.TicketPdf;

class AmountsTest {

    private static String format(long minorUnits, String currency, String language) {
        var locale = Messages.in(Optional.of(language), Optional.empty()).locale();
        return Amounts.format(minorUnits, currency, locale);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en | EUR | 123450 | €1,234.50
            de | EUR | 123450 | 1.234,50 €
            fr | EUR | 123450 | 1 234,50 €
            es | EUR | 1234550 | 12.345,50 €
            it | EUR | 123450 | 1.234,50 €
            nl | EUR | 123450 | € 1.234,50
            pl | PLN | 1234550 | 12 345,50 zł
            en | USD | 4500 | US$45.00
            de | JPY | 4500 | 4.500 ¥
            en | JPY | 4500 | JP¥4,500
            en | KWD | 4500 | KWD 4.500
            de | KWD | 4500 | 4,500 KWD
            en | XQZ | 123450 | 1,234.50 XQZ
            pl | XQZ | 4500 | 45,00 XQZ
            """)
    void an_amount_has_the_decimals_of_its_currency_and_the_form_of_its_language(
            String language, String currency, long minorUnits, String text) {
        assertThat(format(minorUnits, currency, language).replaceAll("[\\u00a0\\u202f]", " "))
                .isEqualTo(text);
    }

    @Test
    void a_ticket_can_show_every_currency_in_every_language() {
        for (var language : Messages.languages()) {
            for (var currency : Currency.getAvailableCurrencies()) {
                var text = format(1_234_567_890, currency.getCurrencyCode(), language);
                assertThat(TicketPdf.unprintable(text)).as(text).isEmpty();
                assertThat(text.replaceAll("[^0-9]", "").toUpperCase(Locale.ROOT))
                        .startsWith("1234567890");
            }
        }
    }
}
