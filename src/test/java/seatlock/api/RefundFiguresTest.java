package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** The amounts refunded in the figures of a sale and in the export are those of the reservations, after each refund. */
class RefundFiguresTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private final EventId event = event();
    private final List<String> bought = new ArrayList<>();

    private EventId event() {
        var response = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "taxRate":2000,"priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"},
                                              {"id":"guest","name":"Guest"}],
                 "fees":[{"name":"Service","amount":150,"per":"SEAT"},
                         {"name":"Printing","amount":50,"per":"SEAT","refundable":false},
                         {"name":"Postage","amount":300,"per":"RESERVATION"},
                         {"name":"Handling","amount":20,"per":"RESERVATION","refundable":false}],
                 "sections":[{"name":"S","prices":{"adult":4500,"child":2250,"guest":0},"rows":[{"name":"A","seats":6}]},
                             {"name":"FLOOR","prices":{"adult":2000,"child":1000,"guest":0},"places":4}]}
                """);
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private String reserve(String items) {
        var reserved =
                api.reserveWith(event, UUID.randomUUID().toString(), "{" + items + ",\"email\":\"ada@example.org\"}");
        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        return reserved.json().get("id").asText();
    }

    private String buy(String items) {
        var id = reserve(items);
        var total = reservation(id).at("/total/amount").asLong();
        assertThat(api.confirm(event, id, total).status()).isEqualTo(200);
        bought.add(id);
        return id;
    }

    private static String seat(String label, String priceType) {
        return "{\"seat\":\"" + label + "\",\"priceType\":\"" + priceType + "\"}";
    }

    /** Costs 4500 + 2250 + 0 for seats, 2000 for a place, and the fees of the three that are not free: 3 × 200 + 320. */
    private String buyFour() {
        return buy("\"seats\":[" + seat("S-A-1", "adult") + "," + seat("S-A-2", "child") + "," + seat("S-A-3", "guest")
                + "],\"places\":[{\"section\":\"FLOOR\",\"quantity\":1,\"priceType\":\"adult\"}]");
    }

    private JsonNode reservation(String id) {
        return api.get(Api.path(event, id), TestSystem.ADMIN_KEY).json();
    }

    private JsonNode sales() {
        return api.get("/api/events/" + event + "/sales", TestSystem.ADMIN_KEY).json();
    }

    private static long sum(JsonNode list, String amount) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(each -> each.at("/amounts/" + amount).asLong())
                .sum();
    }

    /** Compares the figures with all reservations that were bought, and the parts of the figures with each other. */
    private JsonNode agreedSales() {
        var sales = sales();
        for (var amount : List.of("sold", "refunded")) {
            var field = amount.equals("sold") ? "/total/amount" : "/refunded/amount";
            var due = bought.stream()
                    .mapToLong(id -> reservation(id).at(field).asLong())
                    .sum();
            var fees = sum(sales.get("fees"), amount);
            assertThat(sales.at("/amounts/" + amount).asLong()).as(amount).isEqualTo(due);
            assertThat(sum(sales.get("sections"), amount) + fees).as(amount).isEqualTo(due);
            assertThat(sum(sales.get("priceTypes"), amount) + fees).as(amount).isEqualTo(due);
            assertThat(sum(sales.get("days"), amount)).as(amount).isEqualTo(due);
        }
        assertThat(system.violations(event)).isEmpty();
        return sales;
    }

    private static String fees(JsonNode sales) {
        var refunded = new ArrayList<String>();
        sales.get("fees")
                .forEach(fee -> refunded.add(fee.get("name").asText() + " "
                        + fee.at("/amounts/sold").asText() + " - "
                        + fee.at("/amounts/refunded").asText()));
        return String.join(", ", refunded);
    }

    @Test
    void fees_per_seat_are_refunded_with_their_seats_and_others_with_the_last_seat() {
        var id = buyFour();
        buy("\"seats\":[" + seat("S-A-4", "adult") + "]"); // stays
        api.cancel(event, reserve("\"seats\":[" + seat("S-A-5", "adult") + "]"), TestSystem.ADMIN_KEY); // was not paid
        var place = reservation(id).at("/seats/3/label").asText();

        assertThat(fees(agreedSales()))
                .isEqualTo("Service 600 - 0, Printing 200 - 0, Postage 600 - 0, Handling 40 - 0");

        api.cancelSeats(event, id, "S-A-2");
        var part = agreedSales();
        assertThat(part.at("/amounts/refunded").asLong()).isEqualTo(2250 + 150);
        assertThat(fees(part)).isEqualTo("Service 600 - 150, Printing 200 - 0, Postage 600 - 0, Handling 40 - 0");
        assertThat(part.at("/tax/refunded").asLong()).isEqualTo(2250 / 6 + 150 / 6);

        api.cancelSeats(event, id, "S-A-3"); // free, so it has no fee
        assertThat(agreedSales().at("/amounts/refunded").asLong()).isEqualTo(2250 + 150);

        api.cancelSeats(event, id, place);
        var more = agreedSales();
        assertThat(fees(more)).isEqualTo("Service 600 - 300, Printing 200 - 0, Postage 600 - 0, Handling 40 - 0");
        assertThat(more.at("/sections/1/amounts/refunded").asLong()).isEqualTo(2000);
        assertThat(more.at("/tax/refunded").asLong()).isEqualTo(2250 / 6 + 333 + 300 / 6);

        api.cancelSeats(event, id, "S-A-1");
        var all = agreedSales();
        assertThat(reservation(id).get("status").asText()).isEqualTo("CANCELLED");
        assertThat(all.at("/amounts/refunded").asLong()).isEqualTo(8750 + 450 + 300);
        assertThat(fees(all)).isEqualTo("Service 600 - 450, Printing 200 - 0, Postage 600 - 300, Handling 40 - 0");
        assertThat(all.at("/tax/refunded").asLong()).isEqualTo(4500 / 6 + 2250 / 6 + 333 + 450 / 6 + 300 / 6);
    }

    @Test
    void a_reservation_that_is_cancelled_whole_is_refunded_at_once_or_the_rest_of_it() {
        var atOnce = buy("\"seats\":[" + seat("S-A-4", "adult") + "," + seat("S-A-5", "guest") + "]");
        var later = buyFour();
        var free = buy("\"seats\":[" + seat("S-A-6", "guest") + "]");

        api.cancel(event, atOnce, TestSystem.ADMIN_KEY);
        assertThat(fees(agreedSales()))
                .isEqualTo("Service 600 - 150, Printing 200 - 0, Postage 600 - 300, Handling 40 - 0");

        api.cancelSeats(event, later, "S-A-1", "S-A-3");
        agreedSales();
        api.cancel(event, later, TestSystem.ADMIN_KEY);
        api.cancel(event, free, TestSystem.ADMIN_KEY);
        var sales = agreedSales();
        assertThat(fees(sales)).isEqualTo("Service 600 - 600, Printing 200 - 0, Postage 600 - 600, Handling 40 - 0");
        assertThat(sales.get("sold").asLong()).isZero();
    }

    @Test
    void a_fee_is_refunded_on_the_day_on_which_its_seat_was() {
        var id = buyFour();
        api.cancelSeats(event, id, "S-A-1");
        system.update(
                "UPDATE reservation_seats SET refunded_at = refunded_at + interval '40 days'"
                        + " WHERE event_id = ? AND refunded_at IS NOT NULL",
                event.value());
        system.update(
                "UPDATE tickets SET voided_at = voided_at + interval '40 days' WHERE event_id = ? AND voided_at IS NOT NULL",
                event.value());
        api.cancelSeats(event, id, "S-A-2");

        var days = agreedSales().get("days");

        assertThat(days).hasSize(2);
        assertThat(days.get(0).at("/amounts/refunded").asLong()).isEqualTo(2250 + 150);
        assertThat(days.get(1).at("/amounts").toString()).isEqualTo("{\"sold\":0,\"refunded\":" + (4500 + 150) + "}");
    }

    @Test
    void the_export_has_the_amount_that_was_refunded() {
        var part = buyFour();
        var whole = buy("\"seats\":[" + seat("S-A-4", "adult") + "]");
        var kept = buy("\"seats\":[" + seat("S-A-5", "adult") + "]");
        var unpaid = reserve("\"seats\":[" + seat("S-A-6", "adult") + "]");
        api.cancel(event, unpaid, TestSystem.ADMIN_KEY);
        api.cancelSeats(event, part, "S-A-1", "S-A-3");
        api.cancel(event, whole, TestSystem.ADMIN_KEY);

        assertThat(exported(part)).contains(",\"child, adult\",").endsWith(",\"S-A-1, S-A-3\",4650");
        assertThat(exported(whole)).endsWith(",,4950");
        assertThat(exported(kept)).endsWith(",,0");
        assertThat(exported(unpaid)).endsWith(",,0");
        api.cancel(event, part, TestSystem.ADMIN_KEY);
        assertThat(exported(part))
                .endsWith("," + reservation(part).at("/refunded/amount").asText());
        assertThat(exported(part)).endsWith("," + (8750 + 450 + 300));
    }

    private String exported(String reservation) {
        return api.get("/api/events/" + event + "/exports/reservations.csv", TestSystem.ADMIN_KEY)
                .text()
                .lines()
                .filter(line -> line.contains(reservation))
                .findFirst()
                .orElseThrow();
    }
}
