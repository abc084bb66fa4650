package seatlock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatlock.support.Browser;
import seatlock.support.PagesSystem;
import seatlock.support.Wait;

/** Measures how soon the shop shows seats. Run it with {@code make bench TEST=PageBenchTest}; it needs a browser. */
@Tag("bench")
class PageBenchTest {

    private static final int ROUNDS = 7;

    /** Notes when there is an element to look at, in ms after the address was entered. */
    private static final String OBSERVER = """
            new MutationObserver(() => {
                const note = (name, css) => window[name] ??= document.querySelector(css) ? performance.now() : undefined;
                note('firstSection', '[data-section]');
                note('firstSeat', 'path.seat');
            }).observe(document, {subtree: true, childList: true});
            """;

    @Test
    void the_first_seats_of_ten_thousand() {
        try (var system = new PagesSystem()) {
            var rows = IntStream.rangeClosed(1, 50)
                    .mapToObj(row -> "{\"name\": \"" + row + "\", \"seats\": 40}")
                    .collect(Collectors.joining(","));
            var sections = IntStream.rangeClosed(1, 5)
                    .mapToObj(section -> "{\"name\": \"S" + section + "\", \"price\": 4500, \"rows\": [" + rows + "]}")
                    .collect(Collectors.joining(","));
            var event = system.api.createEvent(
                    "{\"name\": \"Large\", \"venue\": \"Arena\", \"startsAt\": \"2099-06-18T21:00:00+02:00\","
                            + " \"timeZone\": \"Europe/Rome\", \"currency\": \"EUR\", \"sections\": [" + sections
                            + "]}");
            assertThat(event.status()).isEqualTo(201);
            var url = system.url() + "/shop/" + event.json().get("id").asText();
            var results = new RoundResults();
            for (int round = 1; round <= ROUNDS; round++) {
                try (var browser = Browser.open()) { // which has nothing in its cache
                    browser.driver.executeCdpCommand(
                            "Page.addScriptToEvaluateOnNewDocument", Map.of("source", OBSERVER));
                    browser.go(url).find(".live", "10,000 of 10,000");
                    results.add("ms to the first section", time(browser, "firstSection"));
                    browser.go("about:blank").go(url + "#S3").find("path.seat");
                    results.add("ms to the first seat of a section", time(browser, "firstSeat"));
                }
            }
            System.out.printf(Locale.ROOT, "The shop with 10,000 seats, %d browsers:%n%s", ROUNDS, results.summary());
        }
    }

    private static double time(Browser browser, String name) {
        Wait.until(name, () -> browser.script("return window[arguments[0]]", name) != null);
        return browser.<Number>script("return window[arguments[0]]", name).doubleValue();
    }
}
