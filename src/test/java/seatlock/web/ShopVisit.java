package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.PagesSystem;

/** A buyer in the shop: opens an event, chooses and pays as a person does. */
final class ShopVisit {

    /** A house of three sections: rows, places with two price types, and tables. */
    static final String HOUSE = """
            {"name": "Nabucco", "venue": "Arena di Verona", "startsAt": "2099-06-18T21:00:00+02:00", "timeZone": "Europe/Rome",
             "currency": "EUR", "maxSeatsPerReservation": 10,
             "priceTypes": [{"id": "adult", "name": "Adult"}, {"id": "child", "name": "Child"}],
             "fees": [{"name": "Booking fee", "amount": 150, "per": "SEAT"}],
             "sections": [
               {"name": "STALLS", "prices": {"adult": 8900, "child": 4450}, "rows": [
                 {"name": "A", "seats": [{"number": "1", "accessible": true}, {"number": "2", "companion": true}, null,
                   {"number": "3", "restrictedView": true}, {"number": "4"}]},
                 {"name": "B", "seats": 12}, {"name": "C", "seats": 12}, {"name": "D", "seats": 12}]},
               {"name": "FLOOR", "prices": {"adult": 3500, "child": 1500}, "places": 40},
               {"name": "TABLES", "price": 6000, "rows": [{"name": "T1", "seats": 4, "sold": "WHOLE"},
                 {"name": "T2", "seats": 4, "sold": "WHOLE"}]}]
            }""";

    final Browser browser;
    private final PagesSystem system;
    EventId event;

    ShopVisit(PagesSystem system, Browser browser) {
        this.system = system;
        this.browser = browser;
    }

    EventId create(String json) {
        var created = system.api.createEvent(json);
        assertThat(created.outcome()).isEqualTo("201");
        event = new EventId(UUID.fromString(created.json().get("id").asText()));
        return event;
    }

    String url() {
        return system.url() + "/shop/" + event;
    }

    /** Opens the event as for the first time, and waits until its seats are there. */
    ShopVisit open(EventId event) {
        this.event = event;
        browser.go(url()).find(".live", "Live:");
        return this;
    }

    /** Opens a section from far. */
    ShopVisit section(String name) {
        browser.click("[data-section='" + name + "']").find("#choose-title", name);
        return this;
    }

    WebElement seat(String row, int number) {
        return browser.find("path.seat[role][aria-label*='row " + row + ", seat " + number + ",']");
    }

    ShopVisit click(String row, int... numbers) {
        for (var number : numbers) {
            browser.driver.findElement(By.id("choose-title")); // the page is there
            seat(row, number).click();
        }
        return this;
    }

    /** Taps in the middle of an element with a finger. */
    void tap(WebElement element) {
        var finger = new PointerInput(PointerInput.Kind.TOUCH, "finger");
        var tap = new Sequence(finger, 0)
                .addAction(finger.createPointerMove(
                        java.time.Duration.ZERO, PointerInput.Origin.fromElement(element), 0, 0))
                .addAction(finger.createPointerDown(0))
                .addAction(finger.createPointerUp(0));
        browser.driver.perform(List.of(tap));
    }

    ShopVisit keep(String email) {
        browser.type("#email", email).click("#keep");
        return this;
    }

    /** Pays on the page of the sandbox, and returns the reservation as the seller sees it at the address to which that leads. */
    JsonNode pay() {
        browser.click("#pay");
        return payInSandbox();
    }

    JsonNode payInSandbox() {
        browser.click("button.primary", "Pay");
        return order();
    }

    /** Waits for the address of the order, and returns its reservation. */
    JsonNode order() {
        seatlock.support.Wait.until(
                "the order is open", () -> browser.driver.getCurrentUrl().contains("/order/" + event + "/"));
        var url = browser.driver.getCurrentUrl();
        var id = url.substring(url.lastIndexOf('/') + 1);
        String stored = browser.script("return localStorage.getItem('seatlock.order.' + arguments[0])", id);
        assertThat(Api.json(stored).get("eventId").asText()).isEqualTo(event.toString());
        assertThat(Api.json(stored).get("token").asText()).isNotEmpty();
        seatlock.support.Wait.until(
                "confirmed",
                () -> system.api.read(event, id).get("status").asText().equals("CONFIRMED"));
        return system.api.read(event, id);
    }

    void press(CharSequence... keys) {
        browser.driver.switchTo().activeElement().sendKeys(keys);
    }

    /** Presses Tab until an element has the focus. */
    ShopVisit tabTo(String css) {
        for (int i = 0; i < 60; i++) {
            press(Keys.TAB);
            if (Boolean.TRUE.equals(
                    browser.<Boolean>script("return document.activeElement.matches(arguments[0])", css))) {
                return this;
            }
        }
        throw new AssertionError("Tab does not lead to " + css);
    }

    /** Lets the seat map fall behind: what others take is noticed only when the server refuses it. */
    ShopVisit withoutStream() {
        browser.driver.executeCdpCommand(
                "Page.addScriptToEvaluateOnNewDocument",
                Map.of("source", "window.EventSource = class extends EventTarget { close() {} }"));
        return this;
    }

    List<String> chosen() {
        return browser.driver.findElements(By.cssSelector("#mine .basket .where")).stream()
                .map(line -> line.getText().split("\n")[0])
                .toList();
    }

    JsonNode reservations() {
        return system.api
                .send(system.api.asAdmin(system.api.request("/api/events/" + event + "/reservations")))
                .json()
                .get("reservations");
    }

    static List<String> labels(JsonNode reservation) {
        return reservation.get("seats").findValuesAsText("label");
    }
}
