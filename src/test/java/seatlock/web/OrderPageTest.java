package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.PagesSystem;
import seatlock.support.Servers;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The page of an order, as a buyer sees it in each state. */
@Tag("pages")
class OrderPageTest {

    private static final PagesSystem SYSTEM = new PagesSystem();
    private static final Browser BROWSER = Browser.open();
    private static final String STANDING = ".standing h2";

    private final Api api = SYSTEM.api;
    private final EventId event =
            new EventId(UUID.fromString(api.createEvent("""
                    {"name":"Aida","venue":"Arena di Verona","startsAt":"2099-06-18T21:00:00+02:00","timeZone":"Europe/Rome",
                     "currency":"EUR","organiser":{"name":"Teatro Verde","email":"info@teatro.example"},"taxRate":1000,
                     "fees":[{"name":"Booking fee","amount":150,"per":"SEAT","refundable":false}],
                     "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":8}]}]}
                    """).json().get("id").asText()));

    @AfterAll
    static void close() {
        BROWSER.close();
        SYSTEM.close();
    }

    /** A script that failed, or something that the policy of the page has blocked. */
    @AfterEach
    void the_console_has_shown_no_errors() {
        assertThat(BROWSER.errors()).filteredOn(line -> !line.contains("404")).isEmpty();
    }

    private JsonNode reserve(String... seats) {
        return api.reserve(event, seats).json();
    }

    private String path(JsonNode reserved) {
        return Api.path(event, reserved.get("id").asText());
    }

    private String url(JsonNode reserved) {
        return SYSTEM.url() + "/order/" + event + "/" + reserved.get("id").asText();
    }

    private void open(JsonNode reserved) {
        open(url(reserved) + "#" + reserved.get("token").asText());
    }

    /** Opens a page anew: a link that differs in its fragment alone would not load it again. */
    private static void open(String url) {
        BROWSER.go("about:blank").go(url);
    }

    private static void awaitStanding(String sentence) {
        BROWSER.find(STANDING, sentence);
    }

    /** Opens the page for the payment. Returns its path. */
    private String checkout(JsonNode reserved) {
        var opened = api.checkout(event, reserved, UUID.randomUUID().toString(), url(reserved));
        return "/sandbox/" + opened.json().get("paymentId").asText();
    }

    private void act(String payment, String action) {
        assertThat(api.send(api.request(payment + "/" + action).POST(BodyPublishers.noBody()))
                        .status())
                .isEqualTo(204);
    }

    private JsonNode buy(String... seats) {
        var reserved = reserve(seats);
        act(checkout(reserved), "pay");
        Wait.until(
                "captured",
                () -> api.read(event, reserved.get("id").asText())
                        .at("/payment/status")
                        .asText()
                        .equals("CAPTURED"));
        return reserved;
    }

    private static void update(String sql, Object... parameters) {
        try (var connection = Servers.connect(SYSTEM.database);
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Moves time by SQL: what was done for the event was done an hour earlier. */
    private void passAnHour() {
        update(
                "UPDATE reservations SET created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour',"
                        + " hold_until = hold_until - interval '1 hour' WHERE event_id = ?",
                event.value());
        update("UPDATE seats SET held_until = held_until - interval '1 hour' WHERE event_id = ?", event.value());
        update(
                "UPDATE payments SET expires_at = expires_at - interval '1 hour', due_at = due_at - interval '1 hour' WHERE event_id = ?",
                event.value());
        update(
                "UPDATE sandbox_checkouts SET expires_at = expires_at - interval '1 hour' WHERE event_id = ?",
                event.value());
    }

    /** Presses a button and returns the start of the file that the browser gets, with its type. */
    private static String download(String css, String name) {
        BROWSER.script("""
                window.file = undefined;
                const make = URL.createObjectURL.bind(URL);
                URL.createObjectURL = blob => { blob.text().then(text => { window.file = blob.type + ' ' + text; }); return make(blob); };
                """);
        BROWSER.click(css, name);
        var file = new AtomicReference<String>();
        Wait.until("a file", () -> {
            file.set(BROWSER.script("return window.file"));
            return file.get() != null;
        });
        return file.get();
    }

    @Test
    void a_buyer_pays_in_the_sandbox_and_comes_back_to_the_tickets() {
        var reserved = reserve("STALLS-A-1", "STALLS-A-2");
        open(reserved);
        awaitStanding("Your seats are kept for ");
        awaitStanding("You have not paid yet.");
        assertThat(BROWSER.driver.getCurrentUrl()).isEqualTo(url(reserved));
        BROWSER.assertAccessible("pending");

        BROWSER.click("#pay", "Pay €93.00").click("form[action$='/pay'] button", "Pay €93.00");

        awaitStanding("Paid. Your tickets are in your mail and below.");
        assertThat(BROWSER.find(".ticket", "STALLS").getText()).contains("Row\nA", "Seat\n1", "Valid");
        assertThat(download(".ticket button", "Ticket (PDF)")).startsWith("application/pdf %PDF-");
        assertThat(download("button", "Add to calendar")).startsWith("text/calendar BEGIN:VCALENDAR");
        BROWSER.awaitText("€93.00").awaitText("Booking fee").awaitText("Includes 10% tax: €8.45");
        BROWSER.click("summary").awaitText("Payment received");
        BROWSER.assertAccessible("paid");
    }

    /** Its storage has the token; the mail has a link for another browser, with a token of its own. */
    @Test
    void a_closed_tab_and_the_link_in_the_mail_find_the_order_again() throws Exception {
        var reserved = reserve("STALLS-A-1");
        open(reserved);
        awaitStanding("Your seat is kept for ");
        BROWSER.click("#pay").awaitText("This is a sandbox");
        var payment = BROWSER.driver.getCurrentUrl().replaceFirst("^" + SYSTEM.url(), "");
        BROWSER.go("about:blank");
        act(payment, "pay");

        open(url(reserved));
        awaitStanding("Paid. Your ticket is in your mail and below.");

        var link = linkInMail(reserved);
        assertThat(link)
                .startsWith(url(reserved) + "#rsl_")
                .doesNotContain(reserved.get("token").asText());
        try (var other = Browser.open()) {
            other.go(link).find(STANDING, "Paid. Your ticket is in your mail and below.");
            assertThat(other.driver.getCurrentUrl()).isEqualTo(url(reserved));
            assertThat(other.<String>script("return localStorage.getItem('seatlock.order." + id(reserved) + "')"))
                    .contains("rsl_", event.toString());
            other.driver.navigate().refresh();
            other.find(STANDING, "Paid.");
            assertThat(other.errors()).isEmpty();
        }
    }

    private static String id(JsonNode reserved) {
        return reserved.get("id").asText();
    }

    private String linkInMail(JsonNode reserved) {
        var link = new AtomicReference<String>();
        var pattern = Pattern.compile("\\bhttp\\S+/order/" + event + "/" + id(reserved) + "#\\S+");
        Wait.until("the mail", () -> {
            try (var files = Files.list(SYSTEM.home.resolve("mail"))) {
                for (var file :
                        files.filter(each -> each.toString().endsWith(".eml")).toList()) {
                    var found = pattern.matcher(text(Files.readAllBytes(file)));
                    if (found.find()) {
                        link.set(found.group());
                    }
                }
            } catch (IOException e) {
                return false;
            }
            return link.get() != null;
        });
        return link.get();
    }

    private static String text(byte[] mail) throws IOException {
        try {
            var parts = (Multipart) new MimeMessage(null, new ByteArrayInputStream(mail)).getContent();
            var body = (Multipart) parts.getBodyPart(0).getContent();
            return body.getBodyPart(0).getContent().toString();
        } catch (MessagingException | ClassCastException e) {
            return "";
        }
    }

    @Test
    void the_time_of_an_unpaid_order_ends() {
        open(reserve("STALLS-A-1"));
        awaitStanding("Your seat is kept for ");

        passAnHour();

        awaitStanding("Your time was over before you paid; nothing was charged.");
        assertThat(BROWSER.find(".standing a").getText()).isEqualTo("Choose seats again");
        assertThat(BROWSER.find(".standing a").getAttribute("href")).isEqualTo(SYSTEM.url() + "/shop/" + event);
        BROWSER.assertAccessible("expired");
    }

    @Test
    void a_late_payment_gets_the_seats_if_they_are_free() {
        var reserved = reserve("STALLS-A-1");
        open(reserved);
        awaitStanding("Your seat is kept for ");
        var payment = checkout(reserved);
        passAnHour();
        act(payment, "pay-late");

        awaitStanding("Your payment came late, but your seat was still free.");

        var successor = api.read(event, id(reserved)).get("replacedBy").asText();
        assertThat(BROWSER.driver.getCurrentUrl()).endsWith(successor);
        BROWSER.find(".ticket button", "Ticket (PDF)");
        open(url(reserved));
        awaitStanding("Your payment came late, but your seat was still free.");
    }

    @Test
    void a_payment_that_comes_too_late_is_given_back() {
        var reserved = reserve("STALLS-A-1");
        var payment = checkout(reserved);
        passAnHour();
        reserve("STALLS-A-1");
        act(payment, "pay-late");

        open(reserved);

        awaitStanding("Your payment came too late, and the seats were gone.");
        awaitStanding("It was given back: nothing was charged.");
        BROWSER.assertAccessible("too late");
    }

    @Test
    void a_refund_in_part_is_told_with_its_amount() {
        var reserved = buy("STALLS-A-1", "STALLS-A-2");
        open(reserved);
        awaitStanding("Paid.");
        assertThat(api.refund(event, id(reserved), "k-" + event, "{\"seats\":[\"STALLS-A-1\"]}")
                        .status())
                .isEqualTo(200);

        BROWSER.driver.navigate().refresh();

        awaitStanding("Paid. 1 ticket was cancelled, and you get €45.00 back. The rest of your order is valid.");
        BROWSER.find(".ticket.void", "No longer valid");
        BROWSER.awaitText("− €45.00");
        BROWSER.assertAccessible("refunded in part");

        api.cancel(event, id(reserved), TestSystem.ADMIN_KEY);
        BROWSER.driver.navigate().refresh();
        awaitStanding("This order was cancelled. You get €90.00 back.");
    }

    @Test
    void a_cancelled_event_is_told_with_its_reason_and_what_is_given_back() {
        var reserved = buy("STALLS-A-1");
        api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/cancel")), "{\"reason\":\"The tenor is ill.\"}"));

        open(reserved);

        awaitStanding("We are sorry: this event was cancelled.");
        BROWSER.awaitText("Reason: The tenor is ill.").awaitText("You get €45.00 back.");
        BROWSER.find(".ticket.void", "No longer valid");
        BROWSER.assertAccessible("event cancelled");
    }

    @Test
    void a_ticket_gets_another_name_and_another_holder() {
        var reserved = buy("STALLS-A-1", "STALLS-A-2");
        open(reserved);
        BROWSER.click(".ticket button", "Change the name on the ticket for STALLS, row A, seat 1");
        BROWSER.type("dialog input", "Charles Babbage");
        BROWSER.assertAccessible("dialog for a name");
        BROWSER.click("dialog button", "Save");
        BROWSER.find(".ticket", "Charles Babbage");

        BROWSER.click(".ticket button", "Pass on the ticket for STALLS, row A, seat 2");
        BROWSER.find("dialog", "This ticket stops working at once");
        BROWSER.type("dialog input", "Grace Hopper").type("dialog input[type=email]", "grace@example.org");
        BROWSER.assertAccessible("dialog for a transfer");
        BROWSER.click("dialog button", "Pass on the ticket");

        BROWSER.find(".ticket.void", "Passed on");
        assertThat(BROWSER.driver.findElements(By.cssSelector("dialog"))).isEmpty();
        var statuses = api.tickets(event, id(reserved)).findValuesAsText("status");
        assertThat(statuses).isEqualTo(List.of("VALID", "TRANSFERRED", "VALID"));
        BROWSER.find("#pdf-" + api.tickets(event, id(reserved)).get(0).get("id").asText());
        BROWSER.assertAccessible("transferred");
    }

    @Test
    void a_buyer_corrects_the_name_and_gives_up() {
        var reserved = reserve("STALLS-A-1", "STALLS-A-2");
        open(reserved);
        BROWSER.click("#correct").type("dialog input", "Ada Lovelace").click("dialog button", "Save");
        BROWSER.find(".details", "Ada Lovelace");

        BROWSER.click("#give-up").find("dialog", "2 seats will be released at once");
        BROWSER.assertAccessible("dialog for giving up");
        BROWSER.click("dialog .danger");

        awaitStanding("This order was cancelled before it was paid; nothing was charged.");
        assertThat(api.read(event, id(reserved)).get("status").asText()).isEqualTo("CANCELLED");
    }

    @Test
    void a_moved_event_is_told_to_a_browser_that_knew_its_former_time() {
        var reserved = buy("STALLS-A-1");
        open(reserved);
        awaitStanding("Paid.");
        api.send(Api.patch(
                api.asAdmin(api.request("/api/events/" + event)), "{\"startsAt\":\"2099-06-19T20:00:00+02:00\"}"));

        BROWSER.driver.navigate().refresh();

        BROWSER.awaitText("The event was changed. It was: Arena di Verona, Thursday, June 18, 2099")
                .awaitText("It is now: Arena di Verona, Friday, June 19, 2099");
    }

    @Test
    void without_the_right_link_nothing_is_shown() {
        var reserved = reserve("STALLS-A-1");

        open(url(reserved));
        BROWSER.find("main h2", "Please open the link in your mail");
        BROWSER.assertAccessible("no token");
        open(url(reserved) + "#rsl_wrong");
        BROWSER.find("main h2", "This link does not open an order");
        BROWSER.assertAccessible("wrong token");
        open(reserved);
        awaitStanding("Your seat is kept for ");
        open(url(reserved) + "#rsl_wrong");
        awaitStanding("Your seat is kept for ");
    }

    @Test
    void a_lost_connection_is_told_and_found_again() {
        open(reserve("STALLS-A-1"));
        awaitStanding("Your seat is kept for ");

        BROWSER.offline(true);
        BROWSER.awaitText("No connection since");
        BROWSER.offline(false);

        Wait.until(
                "connected",
                () -> !BROWSER.<String>script("return document.querySelector('.standing').textContent")
                        .contains("No connection"));
        BROWSER.errors(); // requests that failed while there was no connection
    }
}
