package seatlock.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.Browser.Screen;
import seatlock.support.PagesSystem;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** Makes the pictures of the documentation: {@code make screenshots}. */
@Tag("screenshots")
class ScreenshotsTest {

    private static final Path FOLDER = Path.of("src/docs/pages");

    private PagesSystem system;
    private Browser browser;
    private EventId event;

    @Test
    void each_page_on_a_desktop_and_a_phone_light_and_dark() {
        try (var opened = Browser.open();
                var started = new PagesSystem()) {
            browser = opened;
            system = started;
            event = new EventId(UUID.fromString(
                    system.api.createEvent(hall()).json().get("id").asText()));
            sell();
            var order = buy("Ada Lovelace", "Balcony", 2);
            for (var screen : Screen.values()) {
                for (var isDark : List.of(false, true)) {
                    browser.screen(screen).dark(isDark);
                    shop(name("shop", screen, isDark));
                    order(order, name("order", screen, isDark));
                    gate(name("gate", screen, isDark));
                    office(name("office", screen, isDark));
                    browser.go("about:blank").go(system.url() + "/").find("a[href*='/shop/']");
                    browser.screenshot(name("start", screen, isDark));
                }
            }
        }
    }

    private static Path name(String page, Screen screen, boolean isDark) {
        return FOLDER.resolve(
                page + "-" + screen.name().toLowerCase(Locale.ROOT) + (isDark ? "-dark" : "-light") + ".png");
    }

    private static String hall() {
        var rows = new ArrayList<String>();
        for (int i = 0; i < 8; i++) {
            rows.add("{\"name\":\"" + (char) ('A' + i) + "\",\"seats\":" + (18 + i) + "}");
        }
        return """
                {"name":"Nabucco at the Arena","venue":"Arena di Verona","startsAt":"2099-06-18T21:00:00+02:00","timeZone":"Europe/Rome",
                 "currency":"EUR","maxSeatsPerReservation":10,
                 "priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child, up to 12"}],
                 "fees":[{"name":"Booking fee","amount":150,"per":"SEAT"}],
                 "sections":[
                   {"name":"Stalls","prices":{"adult":8750,"child":4300},"rows":[%s]},
                   {"name":"Balcony","prices":{"adult":6050,"child":3000},"rows":[{"name":"A","seats":24},{"name":"B","seats":26},{"name":"C","seats":28}]},
                   {"name":"Gallery","prices":{"adult":4350,"child":2100},"rows":[{"name":"A","seats":30},{"name":"B","seats":30}]},
                   {"name":"Steps","prices":{"adult":2850,"child":1400},"places":400}]}
                """.replace("%s", String.join(",", rows));
    }

    /** Sells a good part of the house, in parties of two to four. */
    private void sell() {
        var random = new Random(15);
        for (int i = 0; i < 60; i++) {
            buy("Ada Lovelace", List.of("Stalls", "Balcony", "Gallery").get(random.nextInt(3)), 2 + random.nextInt(3));
        }
    }

    /** Buys the best seats of a section for a person, and returns the reservation. */
    private JsonNode buy(String name, String section, int quantity) {
        var json = "{\"email\":\"ada@example.org\",\"name\":\"" + name + "\",\"best\":{\"quantity\":" + quantity
                + ",\"sections\":[\"" + section + "\"]}}";
        var reserved = system.api
                .reserveWith(event, UUID.randomUUID().toString(), json)
                .json();
        system.api.confirm(
                event, reserved.get("id").asText(), reserved.at("/total/amount").asLong());
        return reserved;
    }

    private void shop(Path picture) {
        browser.go("about:blank").go(system.url() + "/shop/" + event).find(".live", "Live:");
        browser.script("sessionStorage.clear()");
        browser.go("about:blank").go(system.url() + "/shop/" + event).find(".live", "Live:");
        browser.click("[data-section='Stalls']").find("svg.hall");
        var free =
                browser.driver.findElements(By.cssSelector("path.seat[role][aria-label*='row G'][aria-label$='free']"));
        for (int i = 2; i < 5; i++) {
            browser.script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", free.get(i));
        }
        browser.script("scrollTo(0, 0); document.activeElement.blur()");
        browser.screenshot(picture);
    }

    private void order(JsonNode reserved, Path picture) {
        browser.go("about:blank")
                .go(system.url() + "/order/" + event + "/" + reserved.get("id").asText() + "#"
                        + reserved.get("token").asText());
        browser.awaitText("Paid.");
        Wait.until("the tickets are made", () -> !browser.find("main").getText().contains("being made"));
        browser.screenshot(picture);
    }

    private void gate(Path picture) {
        var created = system.api.send(Api.post(
                system.api.asAdmin(system.api.request("/api/keys")), "{\"role\":\"gate\",\"name\":\"North\"}"));
        var key = created.json().get("key").asText();
        browser.go("about:blank").go(system.url() + "/gate").find("#key");
        browser.script("localStorage.setItem('seatlock.gate', '{\"isCameraOff\":true,\"doesStay\":true}')");
        browser.go("about:blank").go(system.url() + "/gate#key=" + key + "&event=" + event + "&gate=North");
        browser.click("button", "Start scanning").find(".status", "Online");
        var code = system.api
                .tickets(event, buy("Grace Hopper", "Stalls", 1).get("id").asText())
                .get(0)
                .get("code")
                .asText();
        browser.driver.executeCdpCommand("Input.insertText", Map.of("text", code));
        new Actions(browser.driver).sendKeys(Keys.ENTER).perform();
        browser.awaitText("Stalls");
        browser.screenshot(picture);
        browser.script("localStorage.clear()");
    }

    private void office(Path picture) {
        browser.go("about:blank").go(system.url() + "/office");
        if (browser.driver.findElements(By.cssSelector("#sign-out")).isEmpty()) {
            browser.type("#key", TestSystem.ADMIN_KEY).click("form .primary").find("#sign-out");
        }
        browser.go("about:blank").go(system.url() + "/office#/e/" + event + "/sales");
        browser.awaitText("Sold by day");
        browser.screenshot(picture);
    }
}
