package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.Browser.Screen;
import seatlock.support.PagesSystem;
import seatlock.support.Wait;

/** The start page, the shop on other sites, and events that cannot be bought now. */
@Tag("pages")
class ShopSitesTest {

    /** Two other sites, one of which the server lists. */
    private static final HttpServer VENUE = site();

    private static final HttpServer STRANGER = site();

    private static PagesSystem system;
    private static Browser browser;
    private ShopVisit ada;

    @BeforeAll
    static void open() {
        browser = Browser.open();
        system = new PagesSystem(Map.of("CORS_ORIGINS", url(VENUE)));
    }

    @AfterAll
    static void close() {
        VENUE.stop(0);
        STRANGER.stop(0);
        if (browser != null) {
            browser.close();
            system.close();
        }
    }

    @BeforeEach
    void begin() {
        browser.screen(Screen.DESKTOP).dark(false);
        ada = new ShopVisit(system, browser);
    }

    @AfterEach
    void no_script_has_failed() {
        assertThat(browser.errors().stream()
                        .filter(line -> !line.contains("Failed to load resource") && !line.contains("net::ERR"))
                        .filter(line -> !line.contains("/order/") && !line.contains(url(STRANGER))))
                .isEmpty();
    }

    /** Serves a page that shows an event: {@code /{port of the server}/{event}}. */
    private static HttpServer site() {
        try {
            var site = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            site.createContext("/", exchange -> {
                var path = exchange.getRequestURI().getPath().split("/");
                var isPage = path.length == 3;
                var html =
                        "<!doctype html><html lang=en><title>Arena</title><section aria-label=Venue><h1>Arena</h1></section>"
                                + (isPage
                                        ? "<script type=module src=http://localhost:" + path[1] + "/embed.js></script>"
                                                + "<seatlock-event event=" + path[2] + "></seatlock-event>"
                                        : "");
                exchange.getResponseHeaders().set("Content-Type", "text/html");
                var bytes = html.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            site.start();
            return site;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String url(HttpServer site) {
        return "http://127.0.0.1:" + site.getAddress().getPort();
    }

    private static String page(HttpServer site, EventId event) {
        return url(site) + system.url().replaceAll(".*:", "/") + "/" + event;
    }

    @Test
    void the_start_page_lists_what_comes_and_leads_everywhere() {
        for (var name : new String[] {"Aida", "Nabucco"}) {
            ada.create(ShopVisit.HOUSE.replace("Nabucco", name));
        }
        var soldOut = ada.create(
                ShopVisit.HOUSE
                        .replace("Nabucco", "Tosca")
                        .replaceAll(
                                "(?s)\"sections\".*",
                                "\"sections\": [{\"name\": \"S\", \"prices\": {\"adult\": 1}, \"rows\": [{\"name\": \"A\", \"seats\": 1}]}]}"));
        assertThat(system.api.reserve(soldOut, "S-A-1").status()).isEqualTo(201);
        var opensAt = "\"onSaleFrom\": \"2099-05-01T10:00:00+02:00\", ";
        ada.create(ShopVisit.HOUSE.replace("\"Nabucco\",", "\"Turandot\", " + opensAt));

        browser.go(system.url() + "/");
        browser.find(".event", "Aida");
        browser.find(".price-tag", "from €16.50");
        browser.find(".price-tag", "sold out");
        browser.find(".price-tag", "on sale from Friday, May 1, 2099");
        browser.assertAccessible("start");
        assertThat(browser.driver.findElements(By.cssSelector("a.way")).stream()
                        .map(link -> link.getDomAttribute("href")))
                .containsExactly("/shop", "/gate", "/office", "/api/docs/");
        browser.go(system.url() + "/shop").find(".event", "Aida");
        browser.assertAccessible("list of events").click(".event", "Tosca").find(".live", "0 of 1");
        assertThat(browser.driver.getCurrentUrl()).endsWith("/shop/" + soldOut);
    }

    @Test
    void without_events_or_online_payment_people_are_told_another_way() {
        try (var empty = new PagesSystem(Map.of("PAYMENTS", "none"))) {
            browser.go(empty.url() + "/").find("h3", "No events yet");
            browser.assertAccessible("no events").find("a[href='/office']", "Open the office");

            var bob = new ShopVisit(empty, browser);
            bob.create(ShopVisit.HOUSE.replace(
                    "\"currency\"",
                    "\"organiser\": {\"name\": \"Arena\", \"email\": \"tickets@arena.example\"}, \"currency\""));
            bob.open(bob.event).section("STALLS").click("B", 1);
            bob.keep("bob@example.org");
            browser.click("#pay").find("#mine .told", "no online payment");
            browser.assertAccessible("no payment").find("a[href='mailto:tickets@arena.example']");
        }
    }

    @Test
    void an_unknown_event_is_told_kindly() {
        browser.go(system.url() + "/shop/01890a5d-ac96-774b-bcce-b302099a8057").find("h2", "This event was not found");
        browser.assertAccessible("unknown").find("main a", "See other events");
    }

    @Test
    void events_that_cannot_be_bought_now_say_why() {
        var soon = Instant.now().plusSeconds(3600);
        ada.create(ShopVisit.HOUSE.replace("\"currency\"", "\"onSaleFrom\": \"" + soon + "\", \"currency\""));
        ada.open(ada.event);
        browser.find("#sale", "It opens here by itself in ").getText();
        browser.assertAccessible("not yet on sale")
                .find("[data-section='STALLS']")
                .click();
        browser.find("svg.hall");
        assertThat(browser.driver.findElements(By.id("keep"))).isEmpty();

        change(ada.event, "{\"sales\": \"PAUSED\"}");
        ada.open(ada.event);
        browser.find("#sale", "The sale is paused");

        change(ada.event, "{\"sales\": \"OPEN\", \"onSaleFrom\": null, \"onSaleUntil\": \"2020-01-01T00:00:00Z\"}");
        ada.open(ada.event);
        browser.find("#sale", "The sale has ended");

        var cancel = Api.post(
                system.api.asAdmin(system.api.request("/api/events/" + ada.event + "/cancel")),
                "{\"reason\": \"The tenor is ill.\"}");
        assertThat(system.api.send(cancel).status()).isEqualTo(200);
        browser.go(ada.url()).find("#sale", "The tenor is ill.");
        browser.assertAccessible("cancelled");
    }

    private static void change(EventId event, String json) {
        var patch = Api.patch(system.api.asAdmin(system.api.request("/api/events/" + event)), json);
        assertThat(system.api.send(patch).outcome()).isEqualTo("200");
    }

    @Test
    void in_a_presale_a_code_is_needed() {
        var soon = Instant.now().plusSeconds(3600);
        ada.create(
                ShopVisit.HOUSE.replace(
                        "\"currency\"",
                        "\"onSaleFrom\": \"" + soon
                                + "\", \"presales\": [{\"from\": \"2020-01-01T00:00:00Z\", \"access\": \"MEMBERS\"}], \"currency\""));
        var code = Api.post(
                system.api.asAdmin(system.api
                        .request("/api/events/" + ada.event + "/codes")
                        .header("Idempotency-Key", "c")),
                "{\"code\": \"FRIEND\", \"effect\": {\"access\": \"MEMBERS\"}}");
        assertThat(system.api.send(code).status()).isEqualTo(201);
        ada.open(ada.event).section("STALLS").click("B", 1);
        browser.find("#sale", "This is a presale");
        ada.keep("ada@example.org");
        browser.find("#code-about", "In the presale you need a code");
        browser.assertAccessible("presale")
                .type("#code", "friend")
                .click("#keep")
                .find("#pay");
    }

    @Test
    void the_shop_is_shown_on_a_listed_site_and_pays_in_the_whole_window() {
        ada.create(ShopVisit.HOUSE);
        browser.go(page(VENUE, ada.event));
        var frame = browser.find("iframe[title='Tickets'][allow='payment']");
        Wait.until("the frame is as high as the page in it", () -> frame.getRect().height > 600);
        // Messages of others change nothing.
        browser.script("window.postMessage({type: 'seatlock:go', url: 'http://127.0.0.1:1/'}, '*')");
        browser.driver.switchTo().frame(frame);
        browser.find(".live", "Live:");
        ada.section("STALLS").click("C", 1);
        browser.assertAccessible("in a frame");
        browser.driver.switchTo().defaultContent();
        browser.driver.switchTo().frame(frame);
        ada.keep("ada@example.org");
        browser.click("#pay");
        browser.driver.switchTo().defaultContent();
        var bought = ada.payInSandbox();

        assertThat(bought.get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(ShopVisit.labels(bought)).containsExactly("STALLS-C-1");
    }

    @Test
    void a_site_that_is_not_listed_cannot_show_the_shop() {
        ada.create(ShopVisit.HOUSE);
        browser.go(page(STRANGER, ada.event));
        assertThat(browser.<Boolean>script("return customElements.get('seatlock-event') === undefined"))
                .isTrue();
        // Nor without the script.
        browser.script(
                "const frame = document.createElement('iframe'); frame.src = arguments[0]; document.body.append(frame)",
                ada.url() + "?embed=1");
        Wait.until(
                "the frame is refused",
                () -> browser.errors().stream().anyMatch(line -> line.contains("frame-ancestors")));
    }
}
