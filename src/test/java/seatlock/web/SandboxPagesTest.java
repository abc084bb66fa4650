package seatlock.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.SandboxSystem;
import seatlock.support.TestSystem;
import seatlock.support.Wait;

/** The page of the sandbox, as browsers and programs use it. */
class SandboxPagesTest {

    /** As Firefox sends it. */
    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private static final String SHOP = "http://shop.test/thanks?order=1&amp=2";

    private static SandboxSystem sandbox;
    private static TestSystem system;
    private static Api api;

    /** A system of its own, because its node looks at the payments of all events. */
    @BeforeAll
    static void start() {
        sandbox = new SandboxSystem();
        sandbox.node().reconciler().start();
        system = sandbox.system;
        api = sandbox.api;
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    /** A reservation whose page is open. */
    private record Order(EventId event, String reservation, String page) {

        JsonNode read() {
            return api.get(Api.path(event, reservation), TestSystem.ADMIN_KEY).json();
        }

        String payment() {
            return read().at("/payment/status").asText();
        }

        long paidInSandbox() {
            return system.count(
                    "SELECT count(*) AS n FROM sandbox_payments WHERE payment_id = ?",
                    UUID.fromString(page.substring(page.lastIndexOf('/') + 1)));
        }
    }

    private static Order order() {
        return order("Aida", "EUR", "Booking fee", SHOP);
    }

    private static Order order(String name, String currency, String fee, String returnUrl) {
        var json = Api.object().put("name", name).put("venue", "Halle").put("currency", currency);
        json.put("startsAt", "2031-06-18T19:00:00Z").put("timeZone", "Europe/Berlin");
        json.putArray("fees").addObject().put("name", fee).put("amount", 150).put("per", "RESERVATION");
        var section = json.putArray("sections").addObject().put("name", "S").put("price", 4500);
        section.putArray("rows").addObject().put("name", "A").put("seats", 10);
        var created = api.createEvent(json.toString());
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        var event = new EventId(UUID.fromString(created.json().get("id").asText()));
        var reservation = api.reserve(event, "S-A-1", "S-A-2").json().get("id").asText();
        var request = api.asAdmin(api.request(Api.path(event, reservation) + "/checkout"))
                .header("Idempotency-Key", UUID.randomUUID().toString());
        var opened = api.send(
                Api.post(request, Api.object().put("returnUrl", returnUrl).toString()));
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        var url = URI.create(opened.json().get("url").asText());
        assertThat(url.getPort()).isEqualTo(sandbox.node().port());
        return new Order(event, reservation, url.getPath());
    }

    private static Api.Response show(String path) {
        return api.send(api.request(path).header("Accept", BROWSER));
    }

    private static Api.Response post(String path, String accept) {
        var request = api.request(path).POST(BodyPublishers.noBody());
        return api.send(accept == null ? request : request.header("Accept", accept));
    }

    private static String press(Order order, String action) {
        var response = api.send(api.request(order.page + "/" + action)
                .header("Accept", BROWSER)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.noBody()));
        return response.outcome() + " " + response.header("Location");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"EUR|€90.00|€1.50|€91.50", "JPY|¥9,000|¥150|¥9,150", "KWD|KWD_9.000|KWD_0.150|KWD_9.150"})
    void the_page_shows_the_order_in_its_currency(String currency, String seats, String fee, String total) {
        var page = show(order("Aida", currency, "Booking fee", SHOP).page);

        assertThat(page.outcome()).isEqualTo("200");
        assertThat(page.text().replace('\u00a0', '_'))
                .contains(
                        "<h1 dir=\"auto\">Aida</h1>",
                        "2 × S</th><td>" + seats + "</td>",
                        "Booking fee</th><td>" + fee + "</td>",
                        "Total</th><td>" + total + "</td>",
                        ">Pay " + total + "</button>");
    }

    /** Screen readers need the language, phones the viewport, and everybody the banner. */
    @Test
    void the_page_says_that_nobody_pays_real_money_and_needs_nothing_else() throws Exception {
        var page = show(order().page);

        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(page.text())
                .contains(
                        "<html lang=\"en\">",
                        "width=device-width",
                        "<h1 ",
                        "This is a sandbox: nobody pays real money.",
                        "href=\"http://shop.test/thanks?order=1&amp;amp=2\"")
                .doesNotContain("<script", "<img", "<link", "src=", "url(", "@import");
        var style = Pattern.compile("<style>(.*)</style>", Pattern.DOTALL).matcher(page.text());
        assertThat(style.find()).isTrue();
        var hash = MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(page.header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; style-src 'sha256-"
                        + Base64.getEncoder().encodeToString(hash)
                        + "'; base-uri 'none'; frame-ancestors 'none'");
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
    }

    @Test
    void nothing_that_a_seller_or_a_shop_wrote_is_markup() {
        var order = order(
                "<script>alert(\"1\")</script> & 'co'",
                "EUR",
                "<b onclick=\"x\">Fee</b>",
                "http://shop.test/?a='><script>alert(1)</script>"
                        .replace("<", "%3C")
                        .replace(">", "%3E"));

        assertThat(show(order.page).text())
                .contains(
                        "<h1 dir=\"auto\">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;</h1>",
                        "&lt;b onclick=&quot;x&quot;&gt;Fee&lt;/b&gt;",
                        "href=\"http://shop.test/?a=&#39;%3E%3Cscript%3E")
                .doesNotContain("<script", "<b ", "a='");
    }

    @Test
    void a_buyer_who_pays_goes_back_to_the_shop_and_gets_tickets() {
        var order = order();

        assertThat(press(order, "pay")).isEqualTo("303 " + SHOP);

        Wait.until("captured", () -> order.payment().equals("CAPTURED"));
        assertThat(order.read().get("status").asText()).isEqualTo("CONFIRMED");
        assertThat(api.tickets(order.event, order.reservation)).hasSize(2);
        assertThat(show(order.page).text()).contains("This order was paid.").doesNotContain("<form");
        assertThat(press(order, "pay")).isEqualTo("303 " + order.page);
        assertThat(order.paidInSandbox()).isEqualTo(1);
    }

    @Test
    void a_declined_buyer_comes_back_to_the_page_and_can_pay_then() {
        var order = order();

        assertThat(press(order, "decline")).isEqualTo("303 " + order.page + "/declined");

        assertThat(show(order.page + "/declined").text()).contains("The bank has declined.", ">Pay €91.50</button>");
        assertThat(show(order.page).text()).doesNotContain("The bank has declined.");
        assertThat(order.paidInSandbox()).isZero();
        assertThat(press(order, "pay")).isEqualTo("303 " + SHOP);
        assertThat(show(order.page + "/declined").text()).contains("This order was paid.");
    }

    @Test
    void a_buyer_who_closes_the_page_can_only_pay_late_and_is_told_so() {
        var order = order();

        assertThat(press(order, "close")).isEqualTo("303 " + SHOP);

        Wait.until("closed", () -> order.payment().equals("CLOSED"));
        assertThat(show(order.page).text())
                .contains("This page has closed. Nothing was paid.", "Pay late")
                .doesNotContain("/pay\"", "/decline\"", "/close\"", "/pay-twice\"");
        for (var action : new String[] {"pay", "decline", "close", "pay-twice"}) {
            assertThat(press(order, action)).as(action).isEqualTo("303 " + order.page);
        }
        assertThat(order.paidInSandbox()).isZero();
        assertThat(press(order, "pay-late")).isEqualTo("303 " + SHOP);
        assertThat(order.paidInSandbox()).isEqualTo(1);
        Wait.until("captured", () -> order.payment().equals("CAPTURED"));
    }

    @Test
    void the_second_of_two_payments_is_given_back() {
        var order = order();

        assertThat(press(order, "pay-twice")).isEqualTo("303 " + SHOP);

        assertThat(order.paidInSandbox()).isEqualTo(2);
        Wait.until(
                "one captured, one released",
                () -> system.query(
                                "SELECT status FROM sandbox_payments WHERE event_id = ? ORDER BY status",
                                row -> row.text("status"),
                                order.event.value())
                        .toString()
                        .equals("[CAPTURED, VOIDED]"));
        assertThat(order.read().get("status").asText()).isEqualTo("CONFIRMED");
    }

    /** A program sends any type, or JSON; curl sends {@code *}{@code /*}. */
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "*/*", "text/html, application/json", ""})
    void a_program_is_told_whether_it_was_done(String accept) {
        var order = order();
        var sent = accept.isEmpty() ? null : accept;

        var declined = post(order.page + "/decline", sent);
        assertThat(declined.outcome() + declined.text()).isEqualTo("204");
        assertThat(post(order.page + "/pay", sent).outcome()).isEqualTo("204");
        for (var action : new String[] {"pay", "decline", "close", "pay-twice", "pay-late"}) {
            assertThat(post(order.page + "/" + action, sent).outcome())
                    .as(action)
                    .isEqualTo("409 about:blank");
        }
        assertThat(order.paidInSandbox()).isEqualTo(1);
    }

    /** Its payment is then late, as with any provider that accepts one. */
    @Test
    void a_page_that_has_expired_takes_late_payments_only() {
        var order = order();
        assertThat(system.update(
                        "UPDATE sandbox_checkouts SET expires_at = clock_timestamp() WHERE event_id = ?",
                        order.event.value()))
                .isEqualTo(1);

        for (var action : new String[] {"pay", "decline", "close", "pay-twice"}) {
            assertThat(post(order.page + "/" + action, null).outcome())
                    .as(action)
                    .isEqualTo("409 about:blank");
        }
        assertThat(show(order.page).text()).contains("This page has closed. Nothing was paid.");
        assertThat(post(order.page + "/pay-late", null).outcome()).isEqualTo("204");
        assertThat(order.paidInSandbox()).isEqualTo(1);
    }

    @Test
    void unknown_and_malformed_ids_and_actions_are_not_found() {
        var page = order().page;
        var unknown = "/sandbox/" + UUID.randomUUID();

        assertThat(show(unknown).outcome()).isEqualTo("404 not-found");
        assertThat(show("/sandbox/1-1-1-1-1").outcome()).isEqualTo("404 not-found");
        assertThat(show("/sandbox/%00").outcome()).startsWith("4");
        assertThat(show("/sandbox").outcome()).isEqualTo("404 not-found");
        assertThat(post(unknown + "/pay", null).outcome()).isEqualTo("404 not-found");
        assertThat(post(unknown + "/pay", BROWSER).outcome()).isEqualTo("404 not-found");
        assertThat(post("/sandbox/x/pay", null).outcome()).isEqualTo("404 not-found");
        assertThat(post(page + "/steal", null).outcome()).isEqualTo("404 not-found");
        assertThat(post(page + "/PAY", null).outcome()).isEqualTo("404 not-found");
    }

    @Test
    void only_a_post_pays_and_a_query_changes_nothing() {
        var order = order();

        assertThat(show(order.page + "/pay").outcome()).isEqualTo("405 method-not-allowed");
        assertThat(post(order.page, null).outcome()).isEqualTo("405 method-not-allowed");
        assertThat(api.send(api.request(order.page).DELETE()).outcome()).isEqualTo("405 method-not-allowed");
        assertThat(order.paidInSandbox()).isZero();
        var page = show(order.page);
        assertThat(show(order.page + "?declined&utm=1&returnUrl=http://evil.test/")
                        .text())
                .isEqualTo(page.text());
        var head = api.send(api.request(order.page).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.outcome() + head.text()).isEqualTo("200");
        assertThat(head.header("Content-Security-Policy")).isEqualTo(page.header("Content-Security-Policy"));
    }
}
