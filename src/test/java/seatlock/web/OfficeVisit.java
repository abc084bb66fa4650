package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import seatlock.catalog.EventId;
import seatlock.support.Browser;
import seatlock.support.Browser.Screen;
import seatlock.support.PagesSystem;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** A person in the office of a system of its own. */
final class OfficeVisit implements AutoCloseable {

    final PagesSystem system = new PagesSystem();
    final Browser browser;
    /** Where the browser saves files. */
    final Path downloads;

    OfficeVisit() {
        try {
            downloads = Files.createTempDirectory("seatlock-downloads");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        browser = Browser.open();
        browser.driver.executeCdpCommand(
                "Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    }

    @Override
    public void close() {
        browser.close();
        system.close();
    }

    /** Opens the office as somebody who was never there. */
    void openNew() {
        browser.screen(Screen.DESKTOP)
                .dark(false)
                .go(system.url() + "/livez"); // where no script of the office is at work
        browser.script("sessionStorage.clear(); localStorage.clear()");
        browser.go(system.url() + "/office");
    }

    /** Signs in with a key, as somebody who opens the office in a new tab. */
    void signIn(String key) {
        openNew();
        browser.type("#key", key).click("form .primary").find("#events");
    }

    /** Sets a field whose typing depends on the language of the browser, such as a time. */
    void set(String css, String value) {
        browser.find(css);
        browser.script(
                "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
                        + " for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {bubbles: true}))",
                css,
                value);
    }

    /** Returns the text of an element, which may be replaced meanwhile. */
    String text(String css) {
        while (true) {
            try {
                return browser.find(css).getText();
            } catch (StaleElementReferenceException e) {
                // look again
            }
        }
    }

    void awaitGone(String css) {
        Wait.until(
                "gone: " + css,
                () -> browser.driver.findElements(By.cssSelector(css)).isEmpty());
    }

    /** Waits until an element shows a text alone. */
    void await(String css, String text) {
        Wait.until(css + " shows " + text, () -> text(css).equals(text));
    }

    String view(EventId event, String part) {
        return system.url() + "/office#/e/" + event + part;
    }

    EventId eventOfPage() {
        var hash = browser.driver.getCurrentUrl().replaceAll(".*#/e/([0-9a-f-]{36}).*", "$1");
        return new EventId(UUID.fromString(hash));
    }

    JsonNode read(String path) {
        return system.api.get(path, TestSystem.ADMIN_KEY).json();
    }

    /** A refusal that the page tells is in the console of the browser, too: 401, 403 and 422. */
    void assertNoErrors() {
        assertThat(browser.errors()).allMatch(line -> line.matches(".* status of (401|403|422) .*"));
    }

    EventId createEvent(String name) {
        var event = system.api.createEvent("""
                {"name": "%s", "venue": "Arena", "startsAt": "2099-06-18T21:00:00+02:00", "timeZone": "Europe/Rome", "currency": "EUR",
                 "priceTypes": [{"id": "adult", "name": "Adult"}, {"id": "child", "name": "Child"}],
                 "fees": [{"name": "Booking fee", "amount": 150, "per": "SEAT", "refundable": false}],
                 "sections": [{"name": "STALLS", "prices": {"adult": 4500, "child": 2250}, "rows": [{"name": "A", "seats": 10}, {"name": "B", "seats": 10}]},
                              {"name": "FLOOR", "prices": {"adult": 3000}, "places": 50},
                              {"name": "TABLES", "prices": {"adult": 6000}, "rows": [{"name": "T1", "seats": 4, "sold": "WHOLE"}]}]}
                """.formatted(name));
        return new EventId(UUID.fromString(event.json().get("id").asText()));
    }

    /** Chooses seats at the desk, in the section that is shown. */
    void choose(String... labels) {
        for (var label : labels) {
            browser.click(".seat[data-label='" + label + "']");
        }
    }

    String reserve(String email) {
        browser.type("#sell #email", email).type("#sell #name", "Ada Lovelace").click("#sell .primary");
        return browser.find("#sold-title").getText().replaceAll(".* ", "");
    }
}
