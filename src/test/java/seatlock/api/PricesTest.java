package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Prices over HTTP: what a reservation's total is made of, and the one price that is shown everywhere. */
class PricesTest {

    private static final int BASKETS = 40;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId create(ObjectNode event) {
        event.put("name", "Club Night").put("venue", "Halle").put("startsAt", "2031-06-18T19:00:00Z");
        event.put("timeZone", "Europe/Berlin").put("maxSeatsPerReservation", 12);
        var response = api.createEvent(event.toString());
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private EventId create(String json) {
        return create((ObjectNode) Api.json(json));
    }

    private EventId hall() {
        return create("""
                {"currency":"EUR","taxRate":1900,
                 "priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
                 "fees":[{"name":"Booking fee","amount":150,"per":"SEAT","refundable":false},
                         {"name":"Postage","amount":300,"per":"RESERVATION"}],
                 "sections":[{"name":"FLOOR","prices":{"adult":3500,"child":0},"places":5},
                             {"name":"S","prices":{"adult":4500,"child":2250},"rows":[{"name":"A","seats":4}]}]}
                """);
    }

    @Test
    void a_reservation_shows_what_its_total_is_made_of() {
        var event = hall();

        var reserved = api.reserveWith(event, UUID.randomUUID().toString(), """
                {"seats":["S-A-1",{"seat":"S-A-2","priceType":"child"}],"places":[{"section":"FLOOR","quantity":2},
                 {"section":"FLOOR","quantity":1,"priceType":"child"}],"email":"ada@example.org"}
                """).json();

        assertThat(reserved.get("breakdown").toString())
                .isEqualTo("{\"seats\":["
                        + "{\"section\":\"FLOOR\",\"priceType\":\"adult\",\"quantity\":2,\"price\":3500,\"discount\":0,\"amount\":7000,\"tax\":1118},"
                        + "{\"section\":\"FLOOR\",\"priceType\":\"child\",\"quantity\":1,\"price\":0,\"discount\":0,\"amount\":0,\"tax\":0},"
                        + "{\"section\":\"S\",\"priceType\":\"adult\",\"quantity\":1,\"price\":4500,\"discount\":0,\"amount\":4500,\"tax\":718},"
                        + "{\"section\":\"S\",\"priceType\":\"child\",\"quantity\":1,\"price\":2250,\"discount\":0,\"amount\":2250,\"tax\":359}],"
                        + "\"fees\":[{\"name\":\"Booking fee\",\"quantity\":4,\"amount\":600,\"tax\":96,\"refundable\":false},"
                        + "{\"name\":\"Postage\",\"quantity\":1,\"amount\":300,\"tax\":48,\"refundable\":true}],"
                        + "\"taxRate\":1900,\"tax\":2339}");
        assertThat(reserved.at("/total/amount").asLong()).isEqualTo(7000 + 4500 + 2250 + 600 + 300);
    }

    @Test
    void without_fees_and_tax_the_breakdown_is_the_seats() {
        var event = create("{\"currency\":\"JPY\",\"sections\":[{\"name\":\"S\",\"price\":4500,"
                + "\"rows\":[{\"name\":\"A\",\"seats\":2}]}]}");

        var breakdown = api.reserve(event, "S-A-1", "S-A-2").json().get("breakdown");

        assertThat(breakdown.toString())
                .isEqualTo("{\"seats\":[{\"section\":\"S\",\"priceType\":\"standard\",\"quantity\":2,\"price\":4500,"
                        + "\"discount\":0,\"amount\":9000,\"tax\":0}],\"fees\":[],\"tax\":0}");
    }

    /** The stored breakdown agrees with decimals of any length, made of the requests alone. */
    @ParameterizedTest
    @ValueSource(strings = {"EUR", "JPY", "KWD"})
    void random_baskets_are_stored_and_read_back_as_they_add_up(String currency) {
        var random = new Random(currency.hashCode());
        for (int round = 0; round < 4; round++) {
            var prices = new TreeMap<String, Long>();
            var json = randomEvent(random, currency, prices);
            var event = create(json);
            for (int basket = 0; basket < BASKETS / 4; basket++) {
                var quantities = new TreeMap<String, Integer>();
                var body = randomBasket(random, prices, quantities);

                var reserved = api.reserveWith(event, UUID.randomUUID().toString(), body.toString());

                assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
                var created = reserved.json();
                var read = api.get(
                                Api.path(event, created.get("id").asText()),
                                created.get("token").asText())
                        .json();
                assertThat(read.get("breakdown")).isEqualTo(created.get("breakdown"));
                assertThat(read.get("total")).isEqualTo(created.get("total"));
                assertAddsUp(json, prices, quantities, read);
            }
            assertThat(system.violations(event)).isEmpty();
        }
    }

    private static ObjectNode randomEvent(Random random, String currency, Map<String, Long> prices) {
        var event = Api.object().put("currency", currency);
        if (random.nextBoolean()) {
            event.put("taxRate", 1 + random.nextInt(10_000));
        }
        var types = event.putArray("priceTypes");
        for (int type = 0; type < 3; type++) {
            types.addObject().put("id", "type-" + type).put("name", "Type " + type);
        }
        var fees = event.putArray("fees");
        for (int fee = random.nextInt(4); fee > 0; fee--) {
            fees.addObject()
                    .put("name", "Fee " + fee)
                    .put("amount", 1 + random.nextInt(500))
                    .put("per", random.nextBoolean() ? "SEAT" : "RESERVATION");
        }
        var sections = event.putArray("sections");
        for (int section = 0; section < 2; section++) {
            var json = sections.addObject().put("name", "S" + section).put("places", 500);
            var byType = json.putObject("prices");
            for (int type = 0; type < 3; type++) {
                var price = type == 2 ? 0 : random.nextInt(100_000);
                byType.put("type-" + type, price);
                prices.put("S" + section + " type-" + type, (long) price);
            }
        }
        return event;
    }

    private static ObjectNode randomBasket(Random random, Map<String, Long> prices, Map<String, Integer> quantities) {
        var body = Api.object().put("email", "ada-" + UUID.randomUUID() + "@example.org");
        var places = body.putArray("places");
        for (var key : prices.keySet()) {
            if (random.nextBoolean() || places.isEmpty() && key.equals("S1 type-2")) {
                var quantity = 1 + random.nextInt(2);
                quantities.put(key, quantity);
                places.addObject()
                        .put("section", key.substring(0, 2))
                        .put("quantity", quantity)
                        .put("priceType", key.substring(3));
            }
        }
        return body;
    }

    private static void assertAddsUp(
            JsonNode event, Map<String, Long> prices, Map<String, Integer> quantities, JsonNode reservation) {
        var rate = BigDecimal.valueOf(event.path("taxRate").asLong(0), 4);
        var expected = new TreeMap<String, String>();
        var total = BigDecimal.ZERO;
        var taxes = BigDecimal.ZERO;
        var paid = 0L;
        for (var item : quantities.entrySet()) {
            var price = prices.get(item.getKey());
            var amount = BigDecimal.valueOf(price).multiply(BigDecimal.valueOf(item.getValue()));
            paid += price > 0 ? item.getValue() : 0;
            var tax = amount.multiply(rate).divide(rate.add(BigDecimal.ONE), 0, RoundingMode.HALF_UP);
            total = total.add(amount);
            taxes = taxes.add(tax);
            expected.put(item.getKey(), item.getValue() + " × " + price + " = " + amount + ", " + tax);
        }
        for (var fee : event.get("fees")) {
            var quantity = fee.get("per").asText().equals("SEAT") ? paid : Math.min(paid, 1);
            if (quantity > 0) {
                var amount =
                        BigDecimal.valueOf(quantity).multiply(fee.get("amount").decimalValue());
                var tax = amount.multiply(rate).divide(rate.add(BigDecimal.ONE), 0, RoundingMode.HALF_UP);
                total = total.add(amount);
                taxes = taxes.add(tax);
                expected.put(fee.get("name").asText(), quantity + " × = " + amount + ", " + tax);
            }
        }
        var found = new TreeMap<String, String>();
        var breakdown = reservation.get("breakdown");
        breakdown
                .get("seats")
                .forEach(line -> found.put(
                        line.get("section").asText() + " "
                                + line.get("priceType").asText(),
                        line.get("quantity") + " × " + line.get("price") + " = " + line.get("amount") + ", "
                                + line.get("tax")));
        breakdown
                .get("fees")
                .forEach(line -> found.put(
                        line.get("name").asText(),
                        line.get("quantity") + " × = " + line.get("amount") + ", " + line.get("tax")));
        assertThat(found).isEqualTo(expected);
        assertThat(reservation.at("/total/amount").decimalValue()).isEqualByComparingTo(total);
        assertThat(breakdown.get("tax").decimalValue()).isEqualByComparingTo(taxes);
    }

    /** A price without its fees is shown nowhere by itself: only in the plan, which is the request for an event. */
    @Test
    void every_price_that_is_shown_contains_the_fees_per_seat() {
        var event = hall();
        var path = "/api/events/" + event;

        var shown = api.get(path).json().get("sections");
        var map = api.get(path + "/seats").json();
        var plan = api.get(path + "/plan", TestSystem.ADMIN_KEY).json().get("sections");
        var reserved = api.reserve(event, "S-A-1").json();

        assertThat(map.at("/seats/0/price").asLong()).isEqualTo(4650);
        assertThat(map.at("/areas/0/price").asLong()).isEqualTo(3650);
        assertThat(reserved.at("/seats/0/price").asLong()).isEqualTo(4650);
        assertThat(shown.at("/0/price").asLong()).isEqualTo(3650);
        assertThat(shown.at("/0/prices/adult").asLong()).isEqualTo(3650);
        assertThat(shown.at("/0/prices/child").asLong())
                .as("a free seat carries no fee")
                .isZero();
        assertThat(shown.at("/1/prices/child").asLong()).isEqualTo(2400);
        assertThat(plan.at("/0/price").asLong()).isEqualTo(3500);
        assertThat(plan.at("/1/prices/child").asLong()).isEqualTo(2250);
    }
}
