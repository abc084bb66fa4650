package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WindowType;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Browser;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The duties of an office that a day does not have: unpaid orders, mistakes, additions, keys. */
@Tag("pages")
class OfficeDutiesTest {

    private static OfficeVisit office;
    private static Browser browser;
    private static Api api;

    @BeforeAll
    static void open() {
        office = new OfficeVisit();
        browser = office.browser;
        api = office.system.api;
    }

    @AfterAll
    static void close() {
        if (office != null) {
            office.close();
        }
    }

    @BeforeEach
    void signIn() {
        office.signIn(TestSystem.ADMIN_KEY);
    }

    private static void goToOrder(EventId event, String reservation) {
        browser.go(office.view(event, "/orders/" + reservation)).find("#order-title");
    }

    private static String status(EventId event, String reservation) {
        return api.read(event, reservation).get("status").asText();
    }

    /** Waits until a file is saved, with a text in it. */
    private static void awaitFile(String name, String text) {
        Wait.until("saved: " + name, () -> {
            try {
                return Files.readString(office.downloads.resolve(name)).contains(text);
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Lets the hold of a reservation end now. */
    private static void lapse(String reservation) {
        var database = office.system.database;
        try (var connection = DriverManager.getConnection(database.jdbc(), database.user(), database.password());
                var statement = connection.prepareStatement(
                        "UPDATE reservations SET created_at = created_at - interval '1 day', expires_at = now() WHERE reservation_id = ?")) {
            statement.setObject(1, UUID.fromString(reservation));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_unpaid_order_is_extended_paid_or_given_up() {
        var event = office.createEvent("Unpaid");
        var paid = api.reserve(event, "STALLS-A-1").json().get("id").asText();
        goToOrder(event, paid);
        browser.click("#extend").awaitText("The seats are held longer");
        browser.click("#confirm").type("#pay-reference", "cash-42").click("dialog .primary");
        browser.find("#refund");
        assertThat(status(event, paid)).isEqualTo("CONFIRMED");
        assertThat(api.read(event, paid).get("paymentReference").asText()).isEqualTo("cash-42");

        var givenUp = api.reserve(event, "STALLS-A-2").json().get("id").asText();
        goToOrder(event, givenUp);
        browser.click("#cancel-order").click("dialog button.danger");
        Wait.until("cancelled", () -> status(event, givenUp).equals("CANCELLED"));

        var late = api.reserve(event, "STALLS-A-3").json().get("id").asText();
        lapse(late);
        Wait.until("expired", () -> status(event, late).equals("EXPIRED"));
        goToOrder(event, late);
        browser.click("#confirm").find("dialog .told", "still free");
        browser.click("dialog .primary").find("#refund");
        var successor = browser.driver.getCurrentUrl().replaceAll(".*/orders/", "");
        assertThat(successor).isNotEqualTo(late);
        assertThat(status(event, successor)).isEqualTo("CONFIRMED");
        office.assertNoErrors();
    }

    @Test
    void an_entry_by_mistake_is_undone_and_seats_get_the_names_of_their_holders() {
        var event = office.createEvent("Mistakes");
        var order = api.buyOne(event, "STALLS-A-1");
        api.scan(event, api.code(event, order), "North");
        goToOrder(event, order);
        browser.click("#undo-0").type("#undo-reason", "Wrong door").click("dialog .primary");
        browser.find("#transfer-0"); // valid again
        assertThat(api.tickets(event, order).get(0).get("status").asText()).isEqualTo("VALID");

        browser.click("#correct").click("dialog summary").type("#holder-STALLS-A-1", "Grace Hopper");
        browser.click("dialog .primary").find("table", "Grace Hopper");
        assertThat(api.read(event, order).at("/seats/0/holder").asText()).isEqualTo("Grace Hopper");

        var reference = api.read(event, order).get("reference").asText();
        browser.click("#calendar").click("#data");
        awaitFile(reference + ".ics", "BEGIN:VCALENDAR");
        awaitFile(reference + ".json", "Grace Hopper");
        office.assertNoErrors();
    }

    @Test
    void an_event_grows_and_becomes_the_pattern_of_the_next() {
        var event = office.createEvent("Grows");
        browser.go(office.view(event, "")).click("#add-sections").type("#section-0-name", "BALCONY");
        browser.type("#section-0-rows", "A–B").type("#section-0-seats", "5").type("#section-0-price-0", "20");
        browser.click("main form > .actions .primary").find("#event-title");
        var grown = office.read("/api/events/" + event);
        assertThat(grown.get("capacity").asInt()).isEqualTo(20 + 50 + 4 + 10);
        assertThat(grown.get("sections").findValuesAsText("name")).contains("BALCONY");

        browser.click("#copy-event");
        Wait.until("copied", () -> "Grows".equals(browser.find("#name").getDomProperty("value")));
        browser.type("#name", "Next");
        office.set("#startsAt", "2099-09-01T20:00");
        browser.click("details summary").click("#add-presale");
        office.set("[id='presales[0]-from']", "2099-03-01T10:00");
        browser.type("[id='presales[0]-access']", "MEMBERS");
        office.set("#onSaleFrom", "2099-04-01T10:00");
        browser.click("main form > .actions .primary").find("#publish");
        var next = office.read("/api/events/" + office.eventOfPage());
        assertThat(next.get("capacity").asInt()).isEqualTo(84);
        assertThat(next.at("/presales/0/access").asText()).isEqualTo("MEMBERS");
        assertThat(next.at("/presales/0/from").asText()).isEqualTo("2099-03-01T09:00:00Z");
        assertThat(next.at("/fees/0/amount").asInt()).isEqualTo(150);
        office.assertNoErrors();
    }

    @Test
    void a_plan_of_another_program_gets_its_prices() throws IOException {
        var file = office.downloads.resolve("hall.json");
        Files.writeString(file, """
                {"name": "Hall", "categories": [{"name": "I"}],
                 "zones": [{"name": "Block", "rows": [{"row_number": "1", "seats": [
                   {"seat_number": "1", "category": "I"}, {"seat_number": "2", "category": "I"}]}]}]}
                """);
        browser.click("#import").find("#file").sendKeys(file.toString());
        browser.type("#category-0", "12,50").click("main form .primary").find("#import-result", "2 seats");
        assertThat(office.text("#result")).contains("12.50");
        browser.click("#use-plan").type("#venue", "Arena");
        office.set("#startsAt", "2099-06-18T21:00");
        browser.click("main form > .actions .primary").find("#publish");
        assertThat(office.read("/api/events/" + office.eventOfPage() + "/plan")
                        .at("/sections/0/price")
                        .asInt())
                .isEqualTo(1250);
        office.assertNoErrors();
    }

    @Test
    void seats_for_guests_are_sold_at_the_desk_or_released() {
        var event = office.createEvent("Guests");
        browser.go(office.view(event, "/allocations")).click("#withhold");
        office.choose("STALLS-A-1", "STALLS-A-2", "STALLS-A-3");
        browser.type("#allocation-name", "house").click("#allocate .primary").find("#release-HOUSE");

        browser.click("#part-desk").click("#sell summary");
        office.set("#allocation", "HOUSE");
        office.choose("STALLS-A-1");
        browser.click("#comp");
        office.reserve("guest@example.org");
        browser.find("#prints a", "STALLS-A-1");

        browser.click("#part-allocations").click("#release-HOUSE").click("dialog summary");
        browser.type("#release-seats", "STALLS-A-2").click("dialog .primary").awaitText("1 seat");
        office.awaitGone("dialog");
        assertThat(api.reserve(event, "STALLS-A-2").status()).isEqualTo(201);
        assertThat(api.reserve(event, "STALLS-A-3").status()).isEqualTo(409);
        office.assertNoErrors();
    }

    @Test
    void codes_come_in_batches_and_are_switched_off() {
        var event = office.createEvent("Codes");
        browser.go(office.view(event, "/codes")).click("#create-code");
        office.set("#code-many", "many");
        browser.type("#code-count", "3").type("#code-prefix", "GUEST").type("#code-value", "100");
        browser.click("dialog .primary");
        Wait.until(
                "the codes are shown",
                () -> browser.find("dialog textarea").getDomProperty("value").split("\n").length == 3);
        browser.click("dialog .primary");
        office.awaitGone("dialog");

        browser.click("#create-code").type("#code-code", "members");
        office.set("#code-kind", "access");
        browser.type("#code-value", "members").click("dialog .primary").find("#off-MEMBERS");
        office.awaitGone("dialog");
        browser.click("#off-MEMBERS").click("dialog button.danger");
        office.awaitGone("#off-MEMBERS");
        var codes = office.read("/api/events/" + event + "/codes").get("codes");
        assertThat(codes).hasSize(4);
        assertThat(codes.findValuesAsText("active")).containsExactlyInAnyOrder("true", "true", "true", "false");
        office.assertNoErrors();
    }

    @Test
    void a_key_is_replaced_and_then_revoked() {
        var old = api.send(
                        Api.post(api.asAdmin(api.request("/api/keys")), "{\"role\": \"sales\", \"name\": \"Box 1\"}"))
                .json()
                .get("key")
                .asText();
        browser.click("#nav-keys").click("[aria-label$=': Box 1']:not(.danger)");
        browser.type("#overlap", "0").click("dialog .primary").find("dialog .told", "only now");
        var fresh = browser.find("dialog .copy input").getDomProperty("value");
        browser.click("dialog .primary");
        office.awaitGone("dialog");
        assertThat(List.of(reads(old), reads(fresh))).containsExactly(401, 200);

        browser.click("button.danger[aria-label$=': Box 1']").click("dialog button.danger");
        browser.awaitText("revoked");
        Wait.until("revoked", () -> reads(fresh) == 401);
        office.assertNoErrors();
    }

    private static int reads(String key) {
        return api.get("/api/reservations?email=a@example.org", key).status();
    }

    @Test
    void a_buyer_is_found_in_all_events_and_the_key_stays_until_signing_out() {
        for (var name : List.of("First", "Second")) {
            api.reserve(office.createEvent(name), "STALLS-A-1");
        }
        office.openNew();
        browser.type("#key", TestSystem.ADMIN_KEY)
                .click("#keep")
                .click("form .primary")
                .find("#events");
        browser.driver.switchTo().newWindow(WindowType.TAB);
        browser.go(office.system.url() + "/office#/find").type("#search", "ada@example.org");
        browser.find("#orders h2", "First");
        browser.find("#orders h2", "Second");
        browser.click("#sign-out").find("#key");
        browser.driver.navigate().refresh();
        browser.find("#key");
        office.assertNoErrors();
    }
}
