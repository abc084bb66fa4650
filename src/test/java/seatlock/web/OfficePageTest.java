package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The office in a browser: what a venue does in it from the creation of an event to its end. */
@Tag("pages")
class OfficePageTest {

    private static OfficeVisit office;
    private static Browser browser;

    @BeforeAll
    static void open() {
        office = new OfficeVisit();
        browser = office.browser;
    }

    @AfterAll
    static void close() {
        if (office != null) {
            office.close();
        }
    }

    @Test
    void an_office_day_from_creation_to_closing() throws IOException {
        office.openNew();
        browser.type("#key", "a key of somebody").click("form .primary");
        assertThat(office.text("#key-error")).contains("not valid");
        office.signIn(TestSystem.ADMIN_KEY);

        // A draft, whose first version has errors.
        browser.click("#new").type("#name", "Gala").type("#venue", "Arena");
        office.set("#startsAt", "2099-06-18T21:00");
        office.set("#timeZone", "Europe/Rome");
        browser.type("#section-0-rows", "A–C").type("#section-0-seats", "10").click("main form > .actions .primary");
        assertThat(office.text("#section-0-name-error")).isNotEmpty();
        browser.type("#section-0-name", "STALLS").type("#section-0-price-0", "45.00");
        browser.click("#add-type").type("#type-0", "Adult" + Keys.TAB).type("#type-1", "Child" + Keys.TAB);
        browser.type("#section-0-price-1", "22,50");
        browser.click("#add-fee").type("#fee-0", "Booking fee").type("#fee-0-amount", "1.50");
        browser.click("#add-places").type("#section-1-name", "STALLS").type("#section-1-price-0", "30");
        browser.type("#section-1-places", "50").click("main form > .actions .primary");
        browser.find("#section-1-name[aria-invalid=true]"); // the API names the field
        browser.type("#section-1-name", "FLOOR");
        browser.find("#preview", "80 seats");
        browser.driver.navigate().refresh();
        assertThat(browser.find("#name").getDomProperty("value")).isEqualTo("Gala");
        browser.click("main form > .actions .primary").awaitText("The draft was created");
        var event = office.eventOfPage();
        var path = "/api/events/" + event;
        assertThat(office.read(path).get("status").asText()).isEqualTo("DRAFT");
        assertThat(office.read(path).get("capacity").asInt()).isEqualTo(80);
        browser.click("#publish").find("#pause");
        assertThat(office.read(path).get("status").asText()).isEqualTo("PUBLISHED");

        // Sold in cash, and given away.
        browser.click("#part-desk");
        office.choose("STALLS-A-1", "STALLS-A-2", "STALLS-A-3");
        assertThat(office.text("#basket")).contains("€139.50");
        var paid = office.reserve("ada@exmaple.org");
        browser.click("#pay .primary").find("#prints a", "STALLS-A-1");
        browser.click("#next-sale");
        office.choose("STALLS-B-1");
        browser.click("#comp");
        office.reserve("guest@example.org");
        browser.find("#prints a", "STALLS-B-1");

        // Found by its reference, corrected and mailed again.
        browser.click("#part-orders").type("#search", paid.substring(0, 4).toLowerCase() + " " + paid.substring(4));
        browser.click("#orders tbody a", paid).click("#correct").type("#correct-email", "ada@example.org");
        browser.click("dialog .primary");
        office.await("#email", "ada@example.org");
        browser.click("#resend").click("dialog .primary").awaitText("The mail to ada@example.org is on its way.");
        office.awaitGone("dialog");
        // One seat is given back, another one passed on.
        browser.click("#refund").click("#refund-STALLS-A-2").click("#refund-STALLS-A-3");
        assertThat(office.text("#refund-will")).contains("1 seat", "€46.50");
        browser.click("dialog button.danger").find("table", "Given back");
        office.awaitGone("dialog");
        browser.click("[id^=transfer]")
                .type("#transfer-email", "grace@example.org")
                .type("#transfer-name", "Grace Hopper");
        browser.click("dialog .primary").find("table", "Grace Hopper, grace@example.org");
        office.awaitGone("dialog");
        assertThat(office.text(".history"))
                .contains(
                        "Confirmed", "Corrected", "Some seats were given back", "A ticket was passed on (STALLS-A-2)");

        // Seats for guests, a code, and a key for the gate.
        browser.click("#part-allocations").click("#withhold");
        office.choose("STALLS-C-1", "STALLS-C-2");
        browser.type("#allocation-name", "house").click("#allocate .primary").find("#release-HOUSE");
        browser.click("#part-codes")
                .click("#create-code")
                .type("#code-code", "early")
                .type("#code-value", "10");
        browser.click("dialog .primary").find("#off-EARLY");
        office.awaitGone("dialog");
        browser.click("#nav-keys")
                .click("#create-key")
                .type("#key-name", "North")
                .click("#key-events option", "Gala");
        browser.click("dialog .primary").find("dialog .told", "only now");
        var link = browser.driver
                .findElements(By.cssSelector("dialog .copy input"))
                .get(1)
                .getDomProperty("value");
        assertThat(link)
                .startsWith(office.system.url() + "/gate#key=seatlock_")
                .contains("event=" + event, "gate=North");
        browser.click("dialog .primary");

        // Paused, moved, and what was sold.
        browser.go(office.view(event, ""))
                .click("#pause")
                .awaitText("The sale is paused.")
                .click("#move");
        assertThat(office.text("dialog")).contains("Tell 2 buyers by mail");
        office.set("#move-start", "2099-06-19T20:30");
        browser.click("dialog .primary").awaitText("Moved. It starts: Friday, June 19, 2099");
        office.awaitGone("dialog");
        assertThat(office.read(path).get("startsAt").asText()).isEqualTo("2099-06-19T18:30:00Z");
        assertThat(office.read(path).get("sales").asText()).isEqualTo("PAUSED");
        browser.click("#part-sales").find("#chart");
        assertThat(office.text("#sold")).isEqualTo("3");
        assertThat(browser.driver.findElement(By.id("chart")).getDomAttribute("aria-label"))
                .contains("4 seats");
        browser.click("#part-records").click("#export-tickets").find("#export-tickets[data-done]");
        var csv = office.downloads.resolve("tickets.csv");
        Wait.until("the file is saved", () -> Files.exists(csv));
        assertThat(Files.readString(csv))
                .isEqualTo(office.system
                        .api
                        .get(path + "/exports/tickets.csv", TestSystem.ADMIN_KEY)
                        .text());

        // Cancelled: the dialog has said in numbers what will happen, and the figures are those of the API.
        browser.click("#part-overview").click("#cancel-event");
        assertThat(office.text("#effects"))
                .contains("2 confirmed orders are cancelled", "€93.00 was paid elsewhere", "2 buyers get a mail");
        browser.type("#cancel-name", "Galaxy").click("dialog button.danger").find("#cancel-name[aria-invalid=true]");
        browser.type("#cancel-name", "Gala")
                .type("#cancel-reason", "The tenor is ill.")
                .click("dialog button.danger");
        office.await("#remaining", "0");
        assertThat(office.text("#cancelled")).isEqualTo("2");
        assertThat(office.text("main")).contains("The tenor is ill.");
        browser.click("#part-sales").find("#sold");
        var sales = office.read(path + "/sales");
        assertThat(office.text("#sold")).isEqualTo(sales.get("sold").asText()).isEqualTo("0");
        assertThat(office.text("#income")).isEqualTo("€0.00");
        assertThat(sales.at("/amounts/refunded").asInt()).isEqualTo(13950);
        browser.click("#sign-out").find("#key");
        office.assertNoErrors();
    }

    @Test
    void a_plan_from_a_file_is_shown_before_it_becomes_an_event() throws IOException {
        office.signIn(TestSystem.ADMIN_KEY);
        var file = office.downloads.resolve("plan.csv");
        Files.writeString(file, "section,row,seat,price\nSTALLS,A,1,4500\nSTALLS,A,2,4500\nBALCONY,A,1,2000\n");
        browser.click("#import").find("#file").sendKeys(file.toString());
        browser.click("main form .primary").find("#import-result", "3 seats");
        assertThat(office.text("#result")).contains("STALLS", "45.00", "BALCONY", "20.00");
        browser.click("#use-plan").type("#name", "Imported").type("#venue", "Arena");
        office.set("#startsAt", "2099-06-18T21:00");
        browser.click("main form > .actions .primary").find("#publish");
        var plan = office.read("/api/events/" + office.eventOfPage() + "/plan");
        assertThat(plan.at("/sections/0/rows/0/seats").asInt()).isEqualTo(2);
        assertThat(plan.at("/sections/1/name").asText()).isEqualTo("BALCONY");
        office.assertNoErrors();
    }

    @Test
    void a_sales_key_for_an_event_sees_that_event_and_no_duties_of_an_admin() {
        var event = office.createEvent("Seen");
        office.createEvent("Not seen");
        var key = office.system.api.send(
                Api.post(office.system.api.asAdmin(office.system.api.request("/api/keys")), """
                {"role": "sales", "name": "desk", "events": ["%s"]}""".formatted(event)));
        office.signIn(key.json().get("key").asText());
        browser.find("#events table", "Seen");
        Wait.until("all events are known", () -> !office.text("#events").contains("Loading"));
        assertThat(office.text("#events")).doesNotContain("Not seen");
        for (var id : List.of("new", "import", "nav-keys")) {
            assertThat(browser.driver.findElements(By.id(id))).as(id).isEmpty();
        }
        browser.click("#events tbody a", "Seen").find("#event-title");
        for (var id : List.of("pause", "edit", "move", "cancel-event")) {
            assertThat(browser.driver.findElements(By.id(id))).as(id).isEmpty();
        }
        browser.go(office.system.url() + "/office#/keys").find("#events"); // not shown to it
        var gate = office.system.api.send(Api.post(
                office.system.api.asAdmin(office.system.api.request("/api/keys")),
                "{\"role\": \"gate\", \"name\": \"north\"}"));
        browser.click("#sign-out").type("#key", gate.json().get("key").asText()).click("form .primary");
        assertThat(office.text("#key-error")).contains("This key is for the gate");
        office.assertNoErrors();
    }

    /** Both have read the same version. The second one keeps what it typed, and sees what the first one has changed. */
    @Test
    void a_change_by_somebody_else_meanwhile_is_told_and_overwrites_nothing() {
        office.signIn(TestSystem.ADMIN_KEY);
        var event = office.createEvent("Shared");
        browser.go(office.view(event, "/edit")).type("#description", "A gala.");
        office.system.api.send(Api.patch(
                office.system.api.asAdmin(office.system.api.request("/api/events/" + event)),
                "{\"venue\": \"Opera\", \"sections\": [{\"name\": \"FLOOR\", \"prices\": {\"adult\": 3500}}]}"));
        office.system.api.send(
                Api.post(
                        office.system
                                .api
                                .asAdmin(office.system.api.request("/api/events/" + event + "/sections"))
                                .header("Idempotency-Key", "sections"),
                        "{\"sections\": [{\"name\": \"BALCONY\", \"prices\": {\"adult\": 2000}, \"rows\": [{\"name\": \"A\", \"seats\": 5}]}]}"));
        browser.click("main form > .actions .primary").awaitText("was changed elsewhere in the meantime");
        assertThat(browser.find("#venue").getDomProperty("value")).isEqualTo("Opera");
        browser.type("#price-0-0", "50").click("main form > .actions .primary").awaitText("Saved.");
        var saved = office.read("/api/events/" + event);
        assertThat(saved.get("venue").asText() + saved.get("description").asText())
                .isEqualTo("OperaA gala.");
        assertThat(saved.at("/sections/0/prices/adult").asInt()).isEqualTo(5150);
        var plan = office.read("/api/events/" + event + "/plan").get("sections").toString();
        assertThat(plan).contains("\"name\":\"FLOOR\",\"price\":3500", "\"name\":\"BALCONY\",\"price\":2000");
        assertThat(browser.errors()).allMatch(line -> line.contains("status of 412"));
    }

    /** Tables, places and the best seats together, for a child and an adult, with the keyboard alone where seats are chosen. */
    @Test
    void the_desk_sells_tables_places_and_best_seats_and_holds_survive_a_reload() {
        office.signIn(TestSystem.ADMIN_KEY);
        var event = office.createEvent("Desk");
        browser.go(office.view(event, "/desk"))
                .find(".seat[data-label='STALLS-A-1']")
                .sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN);
        assertThat(browser.driver.switchTo().activeElement().getDomAttribute("data-label"))
                .isEqualTo("STALLS-B-2");
        browser.driver.switchTo().activeElement().sendKeys(Keys.SPACE);
        office.set("#type-0", "child");
        office.set("#section", "FLOOR");
        browser.type("#places", "2");
        office.set("#section", "TABLES");
        office.choose("TABLES-T1");
        office.set("#section", "STALLS");
        browser.type("#best-count", "2").click("#take-best");
        assertThat(office.text("#basket")).contains("9 seats", "€426.00");
        office.reserve("ada@example.org");
        browser.driver.navigate().refresh();
        assertThat(office.text("#desk-total")).isEqualTo("€426.00");
        browser.click("#pay .primary").find("#prints a");
        assertThat(office.read("/api/events/" + event + "/sales").get("sold").asInt())
                .isEqualTo(9);
        office.assertNoErrors();
    }

    @Test
    void money_of_a_card_goes_back_and_a_buyer_is_erased() {
        office.signIn(TestSystem.ADMIN_KEY);
        var event = office.createEvent("Paid online");
        var reserved =
                office.system.api.reserve(event, "STALLS-A-1", "STALLS-A-2").json();
        var payment = office.system
                .api
                .checkout(event, reserved, "checkout-1", office.system.url() + "/shop")
                .json();
        office.system.api.send(office.system
                .api
                .request("/sandbox/" + payment.get("paymentId").asText() + "/pay")
                .POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
        var id = reserved.get("id").asText();
        Wait.until(
                "the money was moved",
                () -> office.system
                        .api
                        .read(event, id)
                        .at("/payment/status")
                        .asText()
                        .equals("CAPTURED"));
        browser.go(office.view(event, "/orders/" + id)).click("#refund").click("#refund-STALLS-A-2");
        assertThat(browser.find("#refund-amount").getDomProperty("value")).isEqualTo("45.00"); // the fee is kept
        assertThat(office.text("#refund-will")).contains("1 seat", "€45.00", "ada@example.org");
        browser.type("#refund-amount", "40")
                .type("#refund-reason", "Ill")
                .click("dialog button.danger")
                .awaitText("€40.00 given back");
        office.awaitGone("dialog");
        assertThat(office.system.api.read(event, id).at("/payment/refunded").asInt())
                .isEqualTo(4000);
        browser.click("#erase")
                .type("#erase-reference", reserved.get("reference").asText());
        browser.click("#erase-sure").click("dialog button.danger");
        office.await("#email", "erased");
        office.assertNoErrors();
    }

    @Test
    void every_view_is_accessible() {
        office.openNew();
        browser.find("#key");
        browser.assertAccessible("sign in");
        office.signIn(TestSystem.ADMIN_KEY);
        var event = office.createEvent("Accessible");
        var order = office.system.api.buyOne(event, "STALLS-A-1");
        for (var view : List.of(
                "/ #events table",
                "/new #preview",
                "/import #file",
                "/find #search",
                "/keys #create-key",
                "{e} #pause",
                "{e}/sales #chart",
                "{e}/orders #orders table",
                "{e}/orders/{o} .history",
                "{e}/desk .seat",
                "{e}/allocations #withhold",
                "{e}/codes #create-code",
                "{e}/records .history li",
                "{e}/edit #price-0-0",
                "{e}/sections #preview")) {
            var parts = view.replace("{e}", "/e/" + event).replace("{o}", order).split(" ", 2);
            browser.go(office.system.url() + "/office#" + parts[0]).find(parts[1]);
            browser.assertAccessible(parts[0]);
        }
        browser.go(office.view(event, "/orders/" + order)).click("#refund").find("#refund-will");
        browser.assertAccessible("a dialog");
        browser.driver.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        office.awaitGone("dialog");
        office.assertNoErrors();
    }
}
