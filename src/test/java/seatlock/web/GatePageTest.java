package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.Network;
import seatlock.support.PagesSystem;
import seatlock.support.QrCodes;
import seatlock.support.TestSystem;

/**
 * The gate's page in a browser whose camera sees one ticket. Each test is a phone of its own: the page stores by origin, and each phone
 * reaches the server through its own port, which can be cut off from it. The service worker is cut off, too.
 */
@Tag("pages")
class GatePageTest {

    private static final PagesSystem SYSTEM = new PagesSystem();
    private static final Api API = SYSTEM.api;

    private static Hall seen;
    private static Browser browser;
    private static final Set<Phone> PHONES = ConcurrentHashMap.newKeySet();

    @BeforeAll
    static void open() throws IOException {
        seen = new Hall("Seen by the camera", false);
        var film = Files.createTempFile("seatlock-camera", ".y4m");
        film.toFile().deleteOnExit();
        QrCodes.film(film, seen.code("STALLS-A-7"));
        browser = Browser.open(
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                "--use-file-for-fake-video-capture=" + film);
        browser.screen(Browser.Screen.PHONE).dark(false);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
        PHONES.forEach(phone -> phone.network.close());
        SYSTEM.close();
    }

    @AfterEach
    void no_script_fails_and_nothing_is_blocked() {
        // The browser reports every refusal of the API and every request without a network in this way, too.
        assertThat(browser.errors())
                .filteredOn(line -> !line.contains("Failed to load resource"))
                // The browser may still ask for the picture of a page that it has just left, which was of another
                // server.
                .filteredOn(line -> !line.contains("/icon.svg' violates"))
                .isEmpty();
    }

    /** An event of its own, with a gate key for it. */
    private static final class Hall {

        final EventId event;
        final String key;
        private final String name;

        Hall(String name, boolean hasReentry) {
            this.name = name;
            var json = Api.object().put("name", name).put("venue", "Arena").put("currency", "EUR");
            json.put("startsAt", "2031-06-18T19:00:00Z").put("timeZone", "Europe/Rome");
            json.put("maxSeatsPerReservation", 40).put("reentry", hasReentry);
            var section =
                    json.putArray("sections").addObject().put("name", "STALLS").put("price", 4500);
            section.putArray("rows").addObject().put("name", "A").put("seats", 40);
            var created = API.createEvent(json.toString());
            assertThat(created.status()).as(created.text()).isEqualTo(201);
            event = new EventId(UUID.fromString(created.json().get("id").asText()));
            var ofGate = Api.object().put("role", "gate").put("name", "gate");
            ofGate.putArray("events").add(event.toString());
            key = API.send(Api.post(API.asAdmin(API.request("/api/keys")), ofGate.toString()))
                    .json()
                    .get("key")
                    .asText();
        }

        JsonNode ticket(String seat) {
            return API.tickets(event, API.buyOne(event, seat)).get(0);
        }

        String code(String seat) {
            return ticket(seat).get("code").asText();
        }

        long scans(String outcome) {
            var sql = "SELECT count(*) FROM scans WHERE event_id = ? AND outcome = ?";
            var database = SYSTEM.database;
            try (var connection = DriverManager.getConnection(database.jdbc(), database.user(), database.password());
                    var statement = connection.prepareStatement(sql)) {
                statement.setObject(1, event.value());
                statement.setString(2, outcome);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A phone with a network of its own. */
    private static final class Phone {

        private final Network network = new Network(SYSTEM.url());

        Phone() {
            PHONES.add(this);
        }

        String url() {
            return network.url() + "/gate";
        }

        /** Opens the page with a link that has key, event and name, and scans by hand; the camera is off. */
        Phone scanAt(Hall hall, String gate) {
            return scanAt(hall, gate, "{\"isCameraOff\":true,\"doesStay\":true}");
        }

        Phone scanAt(Hall hall, String gate, String settings) {
            browser.go(url()).find("#key"); // the origin must be there before something is stored for it
            browser.script("localStorage.setItem('seatlock.gate', arguments[0])", settings);
            return start(hall, gate);
        }

        Phone start(Hall hall, String gate) {
            browser.go("about:blank");
            browser.go(url() + "#key=" + hall.key + "&event=" + hall.event + "&gate=" + gate);
            browser.click("button", "Start scanning").awaitText(gate);
            browser.find(".status", "Online");
            return this;
        }

        /** Waits until the phone needs no network. */
        Phone prepare() {
            browser.click("#settings-button");
            browser.find("dialog .told", "Ready for times without a network");
            browser.click("dialog button", "Close").find("#code:focus");
            return this;
        }
    }

    /** Types as a hand-held scanner does: into whatever has the focus, with Enter at the end. */
    private static void type(String text) {
        browser.driver.executeCdpCommand("Input.insertText", Map.of("text", text));
        new Actions(browser.driver).sendKeys(Keys.ENTER).perform();
    }

    /** Types a text and waits for the answer. */
    private static void scan(String text, String kind, String... answer) {
        type(text);
        browser.find("body[data-answer=" + kind + "] .answer");
        for (var part : answer) {
            browser.find(".answer", part);
        }
    }

    private static void next() {
        new Actions(browser.driver).sendKeys(Keys.ESCAPE).perform();
        browser.find("body:not([data-answer])");
    }

    @Test
    void the_camera_admits_the_ticket_that_it_sees_once() {
        var phone = new Phone();
        browser.go(phone.url());
        browser.click("button", "Scan the QR code").find(".finder video");
        browser.find(".told.bad", "not a gate’s link or key"); // it sees the ticket
        browser.assertAccessible("key");

        browser.script("localStorage.setItem('seatlock.gate', '{\"doesStay\":true}')");
        browser.go("about:blank");
        browser.go(phone.url() + "#key=" + seen.key + "&event=" + seen.event + "&gate=North");
        browser.find("label.option", "Seen by the camera");
        assertThat(browser.driver.getCurrentUrl()).isEqualTo(phone.url());
        browser.assertAccessible("start");
        browser.click("button", "Start scanning");

        browser.find("body[data-answer=ok] .answer", "Welcome").click();
        browser.find("body:not([data-answer]) .finder.on");
        browser.find(".last", "Row A · Seat 7, STALLS");
        browser.find(".status", "1 let in by this phone");
        browser.find(".status", "1 of 1 are in");
        browser.assertAccessible("scanning");
        assertThat(seen.scans("ADMITTED") + " " + seen.scans("ALREADY_CHECKED_IN"))
                .isEqualTo("1 0");

        browser.click("button", "Camera off").find(".trouble", "The camera is off");
        browser.assertAccessible("camera off");
    }

    @Test
    void every_answer_is_a_colour_a_word_and_a_reason() {
        var hall = new Hall("Nabucco", false);
        new Phone().scanAt(hall, "North");
        var code = hall.code("STALLS-A-1");

        scan(code, "ok", "Welcome", "Row A · Seat 1", "STALLS");
        browser.assertAccessible("ok");
        next();
        scan(code.toLowerCase(), "used", "Already used", "Used at", "North", "Row A · Seat 1");
        browser.assertAccessible("used");
        next();
        var elsewhere = hall.ticket("STALLS-A-2");
        API.scan(hall.event, elsewhere.get("code").asText(), "South");
        scan(elsewhere.get("number").asText().toLowerCase(), "used", "South");
        next();
        scan(new Hall("Aida", false).code("STALLS-A-1"), "no", "Not valid", "for another event");
        browser.assertAccessible("no");
        next();
        var refunded = API.buyOne(hall.event, "STALLS-A-3");
        var refundedCode = API.code(hall.event, refunded);
        API.cancel(hall.event, refunded, TestSystem.ADMIN_KEY);
        scan(refundedCode, "no", "refunded");
        next();
        scan(code.substring(0, 159) + "B", "no", "This is not a ticket");
        next();
        scan(
                code.substring(0, 100) + (code.charAt(100) == 'B' ? "C" : "B") + code.substring(101),
                "no",
                "signature is wrong");
        next();
        scan("0123-4567-89ab", "no", "no such ticket");
        next();
        scan(hall.key, "no", "This is not a ticket");
        scan(hall.ticket("STALLS-A-4").get("number").asText(), "ok", "Row A · Seat 4");
        assertThat(hall.scans("ADMITTED")).isEqualTo(3);
    }

    @Test
    void thirty_people_are_let_in_as_fast_as_a_scanner_types() {
        var hall = new Hall("Full house", false);
        var seats = IntStream.rangeClosed(1, 30).mapToObj(n -> "STALLS-A-" + n).toArray(String[]::new);
        var reservation = API.buy(hall.event, seats).json().get("id").asText();
        new Phone().scanAt(hall, "North", "{\"isCameraOff\":true}");

        API.tickets(hall.event, reservation)
                .forEach(ticket -> type(ticket.get("code").asText()));

        browser.find(".status", "30 let in by this phone");
        browser.find(".status", "30 of 30 are in");
        browser.find("body:not([data-answer])"); // continues by itself
        assertThat(hall.scans("ADMITTED") + " " + hall.scans("ALREADY_CHECKED_IN"))
                .isEqualTo("30 0");
    }

    @Test
    void without_a_network_each_ticket_is_admitted_once_and_uploaded_once() {
        var hall = new Hall("In the cellar", false);
        var first = hall.code("STALLS-A-1");
        var second = hall.ticket("STALLS-A-2");
        var refunded = API.buyOne(hall.event, "STALLS-A-3");
        var refundedCode = API.code(hall.event, refunded);
        API.cancel(hall.event, refunded, TestSystem.ADMIN_KEY);
        var phone = new Phone().scanAt(hall, "Cellar").prepare();

        phone.network.cut();
        scan(first, "ok", "Welcome", "Checked without a network");
        browser.find(".status", "Offline");
        browser.find(".status", "1 scan waits to be uploaded");
        browser.assertAccessible("ok, offline");
        next();
        browser.go(phone.url());
        browser.find(".status", "1 scan waits to be uploaded");
        scan(first, "used", "Cellar");
        next();
        scan(second.get("number").asText(), "unsure", "scan the QR code");
        browser.assertAccessible("unsure");
        next();
        scan(refundedCode, "no", "refunded");
        next();
        scan(new Hall("Elsewhere", false).code("STALLS-A-1"), "no", "for another event");
        next();
        scan(
                first.substring(0, 100) + (first.charAt(100) == 'B' ? "C" : "B") + first.substring(101),
                "no",
                "signature");
        next();
        scan(second.get("code").asText(), "ok");
        browser.find(".status", "2 scans wait to be uploaded");
        assertThat(hall.scans("ADMITTED")).isZero();

        phone.network.connect();
        browser.find(".status:not(:has(.waiting))", "Online");
        assertThat(hall.scans("ADMITTED") + " " + hall.scans("ALREADY_CHECKED_IN"))
                .isEqualTo("2 0");
        scan(first, "used", "Cellar");
        List<String> kept = browser.driver.executeAsyncScript("""
                const done = arguments[0];
                caches.keys().then(async ([name]) => {
                    const kept = (await (await caches.open(name)).keys()).map(request => request.url);
                    const used = performance.getEntriesByType('resource').map(entry => entry.name).filter(url => url.includes('/web/'));
                    done([...used.filter(url => !kept.includes(url)), ...kept.filter(url => url.includes('/api/'))]);
                })""") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : null;
        assertThat(kept).as("files that are not kept, and responses that are").isEmpty();
    }

    @Test
    void a_scan_whose_response_is_lost_is_the_same_scan_when_it_is_uploaded() {
        var hall = new Hall("Bad network", false);
        var phone = new Phone().scanAt(hall, "North").prepare();

        phone.network.loseResponses();
        var ticket = hall.ticket("STALLS-A-2");
        scan(hall.code("STALLS-A-1"), "ok", "Checked without a network");
        scan(ticket.get("number").asText(), "unsure", "scan the QR code");
        scan(ticket.get("code").asText(), "ok");
        phone.network.connect();
        browser.find(".status:not(:has(.waiting))", "Online");

        assertThat(hall.scans("ADMITTED") + " " + hall.scans("ALREADY_CHECKED_IN"))
                .isEqualTo("2 0");
        assertThat(browser.find(".status").getText()).doesNotContain("to look at");
    }

    @Test
    void a_ticket_that_two_phones_admitted_without_a_network_is_shown_afterwards() {
        var hall = new Hall("Two doors", false);
        var ticket = hall.ticket("STALLS-A-1");
        var north = new Phone().scanAt(hall, "North").prepare();
        north.network.cut();
        scan(ticket.get("code").asText(), "ok");
        var south = new Phone().scanAt(hall, "South").prepare();
        south.network.cut();
        scan(ticket.get("code").asText(), "ok");

        south.network.connect();
        browser.find(".status:not(:has(.waiting))", "Online");
        browser.go(north.url()).find(".status", "1 scan waits to be uploaded");
        north.network.connect();
        browser.click("#conflicts-button");
        browser.find("dialog li", ticket.get("number").asText());
        browser.find("dialog li", "also used at").getText();
        browser.find("dialog li", "South");
        browser.assertAccessible("conflicts");
        browser.click("dialog li button", "Done").awaitText("Nothing is left to look at");
        browser.click("dialog button", "Close");
        assertThat(browser.find(".status").getText()).doesNotContain("to look at");
        assertThat(hall.scans("ADMITTED") + " " + hall.scans("ALREADY_CHECKED_IN"))
                .isEqualTo("1 1");
    }

    @Test
    void with_reentry_people_are_let_out_and_in_again() {
        var hall = new Hall("Festival", true);
        var code = hall.code("STALLS-A-1");
        var phone = new Phone().scanAt(hall, "North").prepare();

        browser.click("button", "Out");
        scan(code, "used", "Let the person out", "not checked in");
        next();
        browser.click("button", "In");
        scan(code, "ok", "Welcome");
        next();
        browser.click("button", "Out");
        scan(code, "ok", "Checked out");
        browser.assertAccessible("checked out");
        next();
        phone.network.cut();
        browser.click("button", "In");
        scan(code, "ok", "Welcome");
        next();
        browser.click("button", "Out");
        scan(code, "ok", "Checked out");
        next();
        browser.click("button", "In");
        scan(code, "ok", "Welcome");
        phone.network.connect();
        browser.find(".status:not(:has(.waiting))", "Online");
        assertThat(hall.scans("ADMITTED") + " " + hall.scans("CHECKED_OUT")).isEqualTo("3 2");
    }

    @Test
    void a_key_is_typed_once_kept_and_forgotten_by_signing_out() {
        var hall = new Hall("Only this one", false);
        var phone = new Phone();
        browser.go(phone.url());
        browser.type("#key", "seatlock").click("button", "Continue").awaitText("not a gate’s link or key");
        browser.type("#key", "seatlock_admin_" + "0".repeat(43)).click("button", "Continue");
        browser.awaitText("administrator’s key");
        browser.type("#key", "seatlock_" + "0".repeat(32) + "_" + "0".repeat(72))
                .click("button", "Continue");
        browser.awaitText("is not valid").assertAccessible("refused key");
        browser.type("#key", hall.key).click("button", "Continue");
        browser.find("label.option", "Only this one");
        assertThat(browser.find("fieldset").getText()).doesNotContain("Seen by the camera");
        browser.click("button", "Start scanning").awaitText("give this gate a name");
        browser.type("#gate", "West").click("button", "Start scanning").find(".status", "Online");

        browser.go(phone.url()).find(".status", "Online");
        browser.click("#settings-button").find("dialog");
        browser.assertAccessible("settings");
        browser.click("dialog button", "Sign out").find("#key");
        assertThat(browser.<Object>script("return localStorage.getItem('seatlock.gate')"))
                .isNull();
        browser.go(phone.url()).find("#key");
    }

    @Test
    void a_camera_that_is_refused_or_missing_is_told_clearly() {
        var hall = new Hall("No camera", false);
        var script =
                "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))";
        var added = browser.driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
        try {
            new Phone().start(hall, "North");
            browser.find(".trouble", "may not use the camera");
            browser.assertAccessible("refused camera");
            scan(hall.code("STALLS-A-1"), "ok", "Welcome");
        } finally {
            browser.driver.executeCdpCommand(
                    "Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", added.get("identifier")));
        }
    }

    @Test
    void the_link_for_a_gate_is_a_qr_code_too() throws Exception {
        browser.go(new Phone().url()).find("#key");
        var made = (List<?>) browser.driver.executeAsyncScript("""
                const done = arguments[0];
                import(document.querySelector('link[rel=icon]').href.replace('icon.svg', 'gate/invite.js')).then(invite => {
                    const link = invite.inviteLink('seatlock_1_2', 'e', 'North & South');
                    const code = invite.inviteCode(link, 'A gate');
                    done([link, code.getAttribute('viewBox'), code.querySelector('path').getAttribute('d')]);
                })""");

        assertThat(made.get(0).toString()).endsWith("/gate#key=seatlock_1_2&event=e&gate=North+%26+South");
        assertThat(QrCodes.read(made.get(1).toString(), made.get(2).toString())).isEqualTo(made.get(0));
    }
}
