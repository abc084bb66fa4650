package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.Select;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.Browser.Screen;
import seatlock.support.PagesSystem;
import seatlock.support.Wait;

/** Buying in the shop: by mouse, touch and keyboard, with a rival, and with a connection that breaks. */
@Tag("pages")
class ShopPageTest {

    private static final String ADA = "ada@example.org";
    private static final List<String> FOUR = List.of("STALLS-C-5", "STALLS-C-6", "STALLS-C-7", "STALLS-C-8");

    private static PagesSystem system;
    private static Browser browser;
    private ShopVisit ada;

    @BeforeAll
    static void open() {
        browser = Browser.open();
        system = new PagesSystem();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
            system.close();
        }
    }

    @BeforeEach
    void create() {
        browser.screen(Screen.DESKTOP).dark(false).offline(false);
        ada = new ShopVisit(system, browser);
        ada.create(ShopVisit.HOUSE);
    }

    /** Refusals of the API are shown by a browser's console, too. The page of the order has its own test. */
    @AfterEach
    void no_script_has_failed() {
        assertThat(browser.errors().stream()
                        .filter(line -> !line.contains("Failed to load resource") && !line.contains("net::ERR"))
                        .filter(line -> !line.contains("/order/")))
                .isEmpty();
    }

    @Test
    void four_seats_together_are_bought_by_mouse() {
        ada.open(ada.event);
        browser.assertAccessible("far");
        ada.section("STALLS").click("C", 5, 6, 7, 8);
        browser.assertAccessible("near");
        assertThat(ada.chosen())
                .containsExactly(
                        "STALLS, row C, seat 5",
                        "STALLS, row C, seat 6",
                        "STALLS, row C, seat 7",
                        "STALLS, row C, seat 8");
        assertThat(browser.find("#mine .total").getText()).contains("€362.00");

        browser.type("#name", "Ada Lovelace");
        ada.keep(ADA);
        assertThat(browser.find(".timer").getText()).matches("Your seats are kept for \\d+:\\d\\d");
        browser.find("#pay", "Pay €362.00");
        browser.assertAccessible("kept");

        var bought = ada.pay();
        assertThat(bought.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(bought.get("name").asText()).isEqualTo("Ada Lovelace");
        assertThat(ShopVisit.labels(bought)).isEqualTo(FOUR);

        ada.open(ada.event); // the next order
        browser.awaitText("These seats are yours");
        assertThat(ada.chosen()).isEmpty();
    }

    @Test
    void four_seats_together_are_bought_by_touch_on_a_phone() {
        browser.screen(Screen.PHONE);
        ada.open(ada.event);
        ada.tap(browser.find("[data-section='STALLS']"));
        var seat = ada.seat("C", 5);
        ada.tap(seat);
        Wait.until("the picture is nearer", () -> seat.getRect().width > 24);
        assertThat(ada.chosen()).isEmpty();
        for (int number = 5; number <= 8; number++) {
            var count = number - 4;
            ada.tap(ada.seat("C", number));
            browser.find(".bar", count == 1 ? "1 ticket" : count + " tickets");
        }
        ada.tap(browser.find(".bar button"));
        browser.type("#email", ADA);
        ada.tap(browser.find("#keep"));
        browser.find(".bar", "To pay");
        assertThat(browser.find(".bar").getText()).containsPattern("€362.00\\s4 tickets · \\d+:\\d\\d");
        browser.assertAccessible("kept, phone");
        ada.tap(browser.find("#pay"));

        assertThat(ShopVisit.labels(ada.payInSandbox())).isEqualTo(FOUR);
    }

    @Test
    void four_seats_together_are_bought_by_keyboard_alone() {
        ada.open(ada.event);
        ada.tabTo("[data-section='STALLS']").press(Keys.ENTER);
        browser.find("svg.hall");
        Wait.until(
                "a seat has the focus",
                () -> browser.<Boolean>script("return document.activeElement.matches('path.seat')"));
        ada.press(Keys.ARROW_DOWN);
        ada.press(Keys.ARROW_DOWN);
        for (int i = 0; i < 20 && !focused().contains("seat 5,"); i++) {
            ada.press(focused().matches(".*seat (6|7|8|9|1\\d),.*") ? Keys.ARROW_LEFT : Keys.ARROW_RIGHT);
        }
        assertThat(focused()).isEqualTo("STALLS, row C, seat 5, €90.50, free");
        ada.press(Keys.SPACE);
        for (int i = 0; i < 3; i++) {
            ada.press(Keys.ARROW_RIGHT);
            ada.press(Keys.ENTER);
        }
        assertThat(focused()).isEqualTo("STALLS, row C, seat 8, €90.50, yours");
        ada.tabTo("#email").press(ADA + Keys.ENTER);
        browser.find("#pay");
        ada.tabTo("#pay").press(Keys.ENTER);
        browser.find("button.primary", "Pay");
        ada.tabTo("button.primary").press(Keys.ENTER);

        assertThat(ShopVisit.labels(ada.order())).isEqualTo(FOUR);
    }

    private static String focused() {
        return browser.script("return document.activeElement.getAttribute('aria-label') || ''");
    }

    @Test
    void the_list_has_the_same_seats_as_the_map() {
        ada.open(ada.event);
        browser.click("#as-list");
        browser.assertAccessible("list of sections");
        ada.section("STALLS");
        browser.click(".seat-button[aria-label*='row B, seat 3,']").click(".seat-button[aria-label*=Wheelchair]");
        browser.assertAccessible("list");
        browser.click("#as-map");
        assertThat(browser.driver.findElements(By.cssSelector("path.seat.mine[role]")))
                .hasSize(2);
        browser.find("path.seat[aria-label$='row A, seat 3, €90.50, Restricted view, free']");

        browser.click("#all-sections").click("#as-list");
        ada.section("TABLES");
        browser.click(".seat-button", "table T1");
        assertThat(ada.chosen()).contains("TABLES, table T1, 4 seats");
        ada.keep(ADA);
        assertThat(ShopVisit.labels(ada.pay()))
                .containsExactly(
                        "STALLS-A-1", "STALLS-B-3", "TABLES-T1-1", "TABLES-T1-2", "TABLES-T1-3", "TABLES-T1-4");
    }

    /** An element under a pressed button must not be replaced because others buy. */
    @Test
    void a_press_counts_although_others_buy_meanwhile() {
        ada.open(ada.event);
        browser.click("#email"); // so that the press moves the focus
        var section = browser.find("[data-section='STALLS']");
        new Actions(browser.driver).clickAndHold(section).perform();
        assertThat(system.api.reserve(ada.event, "STALLS-D-1").status()).isEqualTo(201);
        browser.find(".live", "87 of 88");
        new Actions(browser.driver).release().perform();
        browser.find("#choose-title", "STALLS");
    }

    @Test
    void of_two_buyers_of_one_seat_one_is_told_and_finds_others() {
        try (var second = Browser.open()) {
            var bob = new ShopVisit(system, second);
            bob.withoutStream().event = ada.event;
            second.go(bob.url()).find(".live", "Not live");
            bob.section("STALLS").click("D", 11, 12);
            ada.open(ada.event).section("STALLS").click("D", 12);
            ada.keep(ADA);
            browser.find("#pay");
            bob.keep("bob@example.org");

            second.find("#told", "Seat D 12 was taken a moment ago.");
            assertThat(bob.chosen()).containsExactly("STALLS, row D, seat 11");
            second.assertAccessible("a seat was taken");
            second.click("#told button", "Find 2 together").click("#keep");
            second.find("#pay", "Pay €181.00");
            assertThat(ShopVisit.labels(bob.pay())).hasSize(2).doesNotContain("STALLS-D-12");

            // A seat that is taken while it is in the choice is told at once.
            browser.click("#give-up").find("#keep");
            ada.click("D", 1, 2);
            assertThat(system.api.reserve(ada.event, "STALLS-D-1").status()).isEqualTo(201);
            browser.find("#told", "Seat D 1 was taken a moment ago.");
            assertThat(ada.chosen()).containsExactly("STALLS, row D, seat 2");
        }
    }

    @Test
    void a_reload_keeps_the_choice_and_then_the_reservation() {
        ada.open(ada.event).section("STALLS").click("B", 1, 2);
        browser.type("#name", "Ada Lovelace").type("#email", ADA);
        browser.driver.navigate().refresh();
        browser.find(".live", "Live:");
        assertThat(ada.chosen()).containsExactly("STALLS, row B, seat 1", "STALLS, row B, seat 2");
        assertThat(browser.find("#name").getDomProperty("value")).isEqualTo("Ada Lovelace");
        browser.click("#keep").find("#pay");
        browser.driver.navigate().refresh();
        browser.find("#pay", "Pay €181.00");
        browser.click("#extend").find("#told", "kept");

        browser.click("#change").find("#keep");
        assertThat(ada.chosen()).hasSize(2);
        assertThat(ada.reservations().get(0).get("status").asText()).isEqualTo("CANCELLED");
        ada.click("B", 1);
        browser.click("#keep");
        assertThat(ShopVisit.labels(ada.pay())).containsExactly("STALLS-B-2");
    }

    @Test
    void a_request_whose_connection_was_lost_is_repeated_and_reserves_once() {
        ada.open(ada.event).section("STALLS").click("B", 7);
        browser.type("#email", ADA);
        // The request arrives, but its answer does not.
        browser.script(
                "const real = window.fetch; window.lost = 2; window.fetch = async (...all) => {"
                        + " const answer = await real(...all);"
                        + " if (String(all[0]).endsWith('/reservations') && window.lost-- > 0) throw new TypeError('lost'); return answer; };");
        browser.click("#keep").find("#pay");
        assertThat(ada.reservations()).hasSize(1);

        browser.click("#give-up").find("#keep");
        ada.click("B", 8);
        browser.offline(true).click("#keep").find("#told", "Your choice is safe");
        browser.assertAccessible("offline");
        browser.offline(false).find("#pay");
        assertThat(ada.reservations()).hasSize(2);

        browser.click("#give-up").find("#keep");
        ada.click("B", 9);
        browser.offline(true).click("#keep").find("#told", "Your choice is safe");
        String stored =
                browser.script("return sessionStorage.getItem('seatlock.shop.' + arguments[0])", ada.event.toString());
        var key = Api.json(stored).at("/pending/key").asText();
        browser.offline(false).driver.navigate().refresh();
        browser.find("#pay");
        assertThat(ada.reservations()).hasSize(3);
        var again = system.api.reserveWith(
                ada.event, key, Api.json(stored).at("/pending/body").toString());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void places_price_types_and_a_code_make_the_bill_of_the_server() {
        var code = Api.post(
                system.api.asAdmin(system.api
                        .request("/api/events/" + ada.event + "/codes")
                        .header("Idempotency-Key", "c")),
                "{\"code\": \"EARLY\", \"effect\": {\"percent\": 10}, \"sections\": [\"FLOOR\"]}");
        assertThat(system.api.send(code).status()).isEqualTo(201);
        ada.open(ada.event).section("FLOOR");
        browser.click("#places-0-more").click("#places-1-more").click("#places-1-more");
        browser.assertAccessible("places");
        browser.click("#all-sections");
        ada.section("STALLS").click("C", 1);
        new Select(browser.find("#mine select")).selectByValue("child");
        browser.find("#mine .total", "€115.50");

        browser.click("summary").type("#code", "wrong");
        ada.keep("ada@example");
        browser.find("#email-about", "does not look like an e-mail address");
        ada.keep(ADA);
        browser.find("#code-about", "This code is not valid");
        browser.assertAccessible("a wrong code").type("#code", "early").click("#keep");
        browser.find("#mine .sum", "−€3.50");
        var bought = ada.pay();
        assertThat(bought.at("/total/amount").asLong()).isEqualTo(11550 - 650);
        assertThat(bought.get("seats").findValuesAsText("priceType"))
                .containsExactly("child", "adult", "child", "child");
    }

    @Test
    void the_best_seats_are_beside_each_other() {
        ada.open(ada.event);
        browser.click("#best-open").click("#best-0-more").click("#best-0-more").click("#best-1-more");
        browser.assertAccessible("best seats").click("#best-done");
        browser.find("#mine .total", "from");
        ada.keep(ADA);
        browser.find("#pay");
        assertThat(ada.chosen()).hasSize(3);
        var bought = ada.pay();
        assertThat(bought.get("seats").findValuesAsText("priceType"))
                .containsExactlyInAnyOrder("adult", "adult", "child");
    }

    @Test
    void seats_that_cost_nothing_are_confirmed_without_a_payment() {
        ada.create(ShopVisit.HOUSE.replace("8900", "0").replace("4450", "0"));
        ada.open(ada.event).section("STALLS").click("B", 1);
        ada.keep(ADA);
        browser.click("#pay", "Get the tickets");
        assertThat(ada.order().get("status").asText()).isEqualTo("CONFIRMED");
    }

    @Test
    void a_hold_that_ends_is_told_and_the_choice_stays() {
        ada.create(ShopVisit.HOUSE.replace(
                "\"currency\"", "\"reservationTtl\": \"PT2S\", \"maxHold\": \"PT2S\", \"currency\""));
        ada.open(ada.event).section("STALLS").click("B", 1);
        ada.keep(ADA);
        browser.find("#told", "The time is over");
        browser.assertAccessible("the time is over");
        assertThat(ada.chosen()).containsExactly("STALLS, row B, seat 1");
        browser.click("#keep").find("#pay");
    }

    @Test
    void a_single_seat_that_would_be_left_is_told_with_another_choice() {
        ada.create(ShopVisit.HOUSE.replace("\"currency\"", "\"orphans\": \"REFUSED\", \"currency\""));
        ada.open(ada.event).section("STALLS").click("B", 2);
        ada.keep(ADA);
        browser.find("#told", "Your choice would leave seat B 1 alone.");
        browser.click("#told button", "Take").click("#keep").find("#pay");
    }

    @Test
    void ten_thousand_seats_are_drawn_in_parts_by_a_page_of_few_bytes() {
        var rows = new StringBuilder();
        for (int i = 1; i <= 50; i++) {
            rows.append(i > 1 ? "," : "").append("{\"name\": \"").append(i).append("\", \"seats\": 40}");
        }
        var sections = new StringBuilder();
        for (int i = 1; i <= 5; i++) {
            sections.append(i > 1 ? "," : "")
                    .append("{\"name\": \"S")
                    .append(i)
                    .append("\", \"price\": 4500, \"rows\": [")
                    .append(rows)
                    .append("]}");
        }
        ada.create("{\"name\": \"Large\", \"venue\": \"Arena\", \"startsAt\": \"2099-06-18T21:00:00+02:00\","
                + " \"timeZone\": \"Europe/Rome\", \"currency\": \"EUR\", \"sections\": [" + sections + "]}");
        ada.open(ada.event);
        browser.find(".live", "10,000 of 10,000");
        ada.section("S3").click("1", 20);
        Map<String, Number> sizes = browser.script("const files = [...performance.getEntriesByType('navigation'),"
                + " ...performance.getEntriesByType('resource').filter(entry => entry.name.includes('/web/'))];"
                + " const sum = name => files.reduce((all, file) => all + file[name], 0);"
                + " return {transferred: sum('encodedBodySize'), whole: sum('decodedBodySize')}");
        assertThat(sizes.get("transferred").longValue()).as(sizes.toString()).isLessThan(150_000);
        assertThat(browser.driver.findElements(By.cssSelector("svg.hall *"))).hasSizeLessThanOrEqualTo(1500);
        browser.click("#picture-3");
        ada.seat("50", 1);
    }
}
