package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Currency;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pages and the server must agree on where the point is in an amount. */
class CurrenciesTest {

    @Test
    void the_pages_know_the_decimals_of_every_currency_as_the_server_does() throws IOException {
        String script;
        try (var file = getClass().getResourceAsStream("/web/lib/format.js")) {
            script = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        var known = new TreeMap<String, Integer>();
        var lists = Pattern.compile("(?m)^  (\\d): '([A-Z ]+)',$").matcher(script);
        while (lists.find()) {
            for (var code : lists.group(2).split(" ")) {
                known.put(code, Integer.valueOf(lists.group(1)));
            }
        }
        assertThat(known).hasSizeGreaterThan(30);
        for (var currency : Currency.getAvailableCurrencies()) {
            if (currency.getDefaultFractionDigits() >= 0) { // gold has none
                assertThat(known.getOrDefault(currency.getCurrencyCode(), 2))
                        .as(currency.getCurrencyCode())
                        .isEqualTo(currency.getDefaultFractionDigits());
            }
        }
    }
}
