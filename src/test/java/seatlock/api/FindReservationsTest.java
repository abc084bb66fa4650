package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests how a seller finds reservations by what a buyer can say on the phone. */
class FindReservationsTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;
    private final Event event = system.event(40);

    private JsonNode reserve(Event event, String seat, String email, String name) {
        var body = Api.object().put("email", email);
        if (name != null) {
            body.put("name", name);
        }
        body.putArray("seats").add(seat);
        var reserved = api.reserveWith(event.id(), UUID.randomUUID().toString(), body.toString());
        assertThat(reserved.outcome()).isEqualTo("201");
        return reserved.json();
    }

    private Api.Response find(String query) {
        return api.get("/api/events/" + event.id() + "/reservations?" + query, TestSystem.ADMIN_KEY);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static List<String> seats(Api.Response found) {
        assertThat(found.outcome()).isEqualTo("200");
        var seats = new ArrayList<String>();
        found.json()
                .get("reservations")
                .forEach(reservation ->
                        seats.add(reservation.at("/seats/0/label").asText()));
        return seats;
    }

    @Test
    void a_buyer_is_found_by_address_name_and_reference() {
        var ada = reserve(event, "S-A-1", "Ada@Example.org", "Ada Lovelace");
        reserve(event, "S-A-2", "charles@example.org", "Charles Babbage");
        reserve(event, "S-A-3", "ada@example.org", null);
        var reference = ada.get("reference").asText();

        assertThat(seats(find(""))).containsExactly("S-A-3", "S-A-2", "S-A-1");
        assertThat(seats(find("email=" + encoded("aDA@example.ORG")))).containsExactly("S-A-3", "S-A-1");
        assertThat(seats(find("email=da@example.org"))).isEmpty();
        assertThat(seats(find("name=LOVELACE"))).containsExactly("S-A-1");
        assertThat(seats(find("name=love"))).isEmpty();
        assertThat(seats(find("reference=" + reference))).containsExactly("S-A-1");
        var typed = reference.substring(0, 4).toLowerCase() + "-" + reference.substring(4) + " ";
        assertThat(seats(find("reference=" + encoded(typed)))).containsExactly("S-A-1");
        assertThat(seats(find("reference=" + reference + "&email=charles@example.org")))
                .isEmpty();
        assertThat(seats(find("email=ada@example.org&name=ada"))).containsExactly("S-A-1");
    }

    /** "A friend gave me the ticket." */
    @Test
    void a_reservation_is_found_by_the_address_to_which_a_ticket_was_transferred() {
        var grace = UUID.randomUUID() + "@Example.org";
        var given = buy("ada@example.org", "S-A-1", "S-A-2", "S-A-3");
        give(given, 0, grace.toUpperCase());
        give(given, 1, grace);
        give(given, 2, "bob@example.org");
        var own = buy(grace, "S-A-4", "S-A-5");
        give(own, 0, grace);
        var refunded = buy("ada@example.org", "S-A-6");
        give(refunded, 0, grace);
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);
        buy("ada@example.org", "S-A-7");
        var other = system.event(1);
        var elsewhere = api.buyOne(other.id(), "S-A-1");
        api.transferWith(
                other.id(),
                api.tickets(other.id(), elsewhere).get(0).get("id").asText(),
                TestSystem.ADMIN_KEY,
                UUID.randomUUID().toString(),
                Api.object().put("email", grace).put("name", "Grace").toString());
        var query = "email=" + grace.toLowerCase();

        assertThat(seats(find(query))).containsExactly("S-A-6", "S-A-4", "S-A-1");
        assertThat(seats(find(query + "&status=CONFIRMED"))).containsExactly("S-A-4", "S-A-1");
        assertThat(seats(find(query + "&reference="
                        + find(query).json().at("/reservations/2/reference").asText())))
                .containsExactly("S-A-1");
        assertThat(seats(find("email=ada@example.org"))).containsExactly("S-A-7", "S-A-6", "S-A-1");
        var all = new ArrayList<String>();
        var after = "";
        do {
            var page = api.get("/api/reservations?limit=1&" + query + after, TestSystem.ADMIN_KEY);
            page.json()
                    .get("reservations")
                    .forEach(found -> all.add(found.get("id").asText()));
            var next = page.json().get("next");
            after = next.isNull() ? "" : "&after=" + next.asText();
        } while (!after.isEmpty());
        assertThat(all).containsExactly(elsewhere, refunded, own, given);
        var pages = new ArrayList<String>();
        do {
            var page = find("limit=2&" + query + after);
            pages.addAll(seats(page));
            var next = page.json().get("next");
            after = next.isNull() ? "" : "&after=" + next.asText();
        } while (!after.isEmpty());
        assertThat(pages).containsExactly("S-A-6", "S-A-4", "S-A-1");
    }

    private String buy(String email, String... seats) {
        var body = Api.object().put("email", email);
        List.of(seats).forEach(body.putArray("seats")::add);
        var id = api.reserveWith(event.id(), UUID.randomUUID().toString(), body.toString())
                .json()
                .get("id")
                .asText();
        assertThat(api.confirm(event.id(), id, 4500L * seats.length).outcome()).isEqualTo("200");
        return id;
    }

    /** Transfers the buyer's ticket of a seat. */
    private void give(String reservation, int seat, String email) {
        var buyers = new ArrayList<JsonNode>();
        api.tickets(event.id(), reservation).forEach(ticket -> {
            if (!ticket.has("holderName")) {
                buyers.add(ticket);
            }
        });
        var to = Api.object().put("email", email).put("name", "Grace").toString();
        var ticket = buyers.get(seat).get("id").asText();
        assertThat(api.transferWith(
                                event.id(),
                                ticket,
                                TestSystem.ADMIN_KEY,
                                UUID.randomUUID().toString(),
                                to)
                        .outcome())
                .isEqualTo("200");
    }

    @ParameterizedTest
    @CsvSource({"jose garcia", "GARCÍA", "lópez jose", "jose,lopez", "José"})
    void a_name_is_found_by_its_words_in_any_order_case_and_accent(String typed) {
        reserve(event, "S-A-1", "jose@example.org", "José García López");
        reserve(event, "S-A-2", "maria@example.org", "María Ibáñez");

        assertThat(seats(find("name=" + encoded(typed)))).containsExactly("S-A-1");
    }

    @Test
    void a_reservation_shows_what_the_seller_asked_for_and_the_state_of_its_mail() {
        var body = """
                {"seats":["S-A-2",{"seat":"S-A-1","holder":"Charles Babbage"}],"email":"ada@example.org",
                 "name":"Ada Lovelace","language":"de"}
                """;
        var reserved =
                api.reserveWith(event.id(), UUID.randomUUID().toString(), body).json();

        assertThat(reserved.get("seats").toString())
                .isEqualTo(
                        "[{\"label\":\"S-A-1\",\"priceType\":\"standard\",\"price\":4500,\"holder\":\"Charles Babbage\"},"
                                + "{\"label\":\"S-A-2\",\"priceType\":\"standard\",\"price\":4500}]");
        assertThat(reserved.get("name").asText()).isEqualTo("Ada Lovelace");
        assertThat(reserved.get("language").asText()).isEqualTo("de");
        assertThat(reserved.get("version").asInt()).isEqualTo(1);
        assertThat(reserved.has("mail")).isFalse();

        var found = find("").json().get("reservations").get(0);
        assertThat(found.at("/mail/state").asText()).isEqualTo("none");
        assertThat(found.has("token")).isFalse();
        api.confirm(event.id(), reserved.get("id").asText(), 9000);
        found = find("name=ada").json().get("reservations").get(0);
        assertThat(found.get("version").asInt()).isEqualTo(2);
        assertThat(found.at("/mail/state").asText()).isEqualTo("queued");
        var path = Api.path(event.id(), reserved.get("id").asText());
        assertThat(api.get(path, TestSystem.ADMIN_KEY).json()).isEqualTo(found);
        assertThat(api.get(path, reserved.get("token").asText()).json().has("mail"))
                .isFalse();

        system.update(
                "UPDATE jobs SET state = 'DEAD', ended_at = now(), last_error = 'The disk is full' WHERE event_id = ?",
                event.id().value());
        assertThat(find("").json().at("/reservations/0/mail").toString())
                .isEqualTo("{\"state\":\"failed\",\"reason\":\"The disk is full\"}");
        api.send(api.asAdmin(api.request(path + "/resend")).POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
        assertThat(find("").json().at("/reservations/0/mail").toString()).isEqualTo("{\"state\":\"queued\"}");
        system.update(
                "UPDATE jobs SET state = 'DONE', ended_at = now() WHERE event_id = ? AND kind = 'SendTickets'",
                event.id().value());
        assertThat(find("").json().at("/reservations/0/mail").toString()).isEqualTo("{\"state\":\"sent\"}");
    }

    @Test
    void a_status_is_that_of_now_and_expired_includes_what_has_lapsed() {
        reserve(event, "S-A-1", "a@example.org", null);
        system.lapse(event.id());
        reserve(event, "S-A-2", "b@example.org", null);
        api.buy(event.id(), "S-A-3");
        var refunded = api.buyOne(event.id(), "S-A-4");
        api.cancel(event.id(), refunded, TestSystem.ADMIN_KEY);

        assertThat(seats(find("status=EXPIRED"))).containsExactly("S-A-1");
        assertThat(seats(find("status=PENDING"))).containsExactly("S-A-2");
        assertThat(seats(find("status=CONFIRMED"))).containsExactly("S-A-3");
        assertThat(seats(find("status=CANCELLED"))).containsExactly("S-A-4");
        assertThat(seats(find("status=CONFIRMED&email=ada@example.org"))).containsExactly("S-A-3");
        assertThat(find("status=EXPIRED").json().at("/reservations/0/status").asText())
                .isEqualTo("EXPIRED");
        system.sweeper().runOnce();
        assertThat(seats(find("status=EXPIRED"))).containsExactly("S-A-1");
    }

    @Test
    void pages_show_each_reservation_once_while_more_are_made() {
        IntStream.rangeClosed(1, 7).forEach(i -> reserve(event, "S-A-" + i, "ada@example.org", "Ada"));
        var seen = new ArrayList<String>();
        var after = "";
        var more = 20;
        do {
            var page = find("limit=3&name=ada" + after);
            seen.addAll(seats(page));
            reserve(event, "S-A-" + ++more, "ada@example.org", "Ada");
            var next = page.json().get("next");
            after = next.isNull() ? "" : "&after=" + next.asText();
        } while (!after.isEmpty());

        assertThat(seen).containsExactly("S-A-7", "S-A-6", "S-A-5", "S-A-4", "S-A-3", "S-A-2", "S-A-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "email=",
                "name=",
                "name=%21%3F",
                "name=%00",
                "email=a%0Ab",
                "reference=",
                "reference=7K2M",
                "reference=7K2MPXIO",
                "status=SOLD",
                "status=confirmed",
                "status=",
                "limit=0",
                "limit=1001",
                "after=x"
            })
    void a_value_that_can_match_nothing_is_refused(String query) {
        assertThat(find(query).outcome()).isEqualTo("422 invalid-request");
        assertThat(find(query).json().at("/errors/0/field").asText()).isEqualTo(query.replaceFirst("=.*", ""));
    }

    @Test
    void the_reservations_of_an_address_are_found_in_all_events_of_the_key() {
        var address = UUID.randomUUID() + "@example.org";
        var other = system.event(10);
        var hidden = system.event(10);
        reserve(event, "S-A-1", address, null);
        reserve(other, "S-A-2", address, null);
        reserve(event, "S-A-3", address.toUpperCase(), null);
        reserve(hidden, "S-A-4", address, null);
        var key = system.database
                .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "two", Set.of(event.id(), other.id()), null))
                .secret()
                .reveal();

        var all = api.get("/api/reservations?email=" + address, TestSystem.ADMIN_KEY);
        assertThat(seats(all)).containsExactly("S-A-4", "S-A-3", "S-A-2", "S-A-1");
        assertThat(all.json().at("/reservations/2/eventId").asText())
                .isEqualTo(other.id().toString());
        assertThat(seats(api.get("/api/reservations?email=" + address, key)))
                .containsExactly("S-A-3", "S-A-2", "S-A-1");
        var first = api.get("/api/reservations?limit=2&email=" + address, key);
        assertThat(seats(first)).containsExactly("S-A-3", "S-A-2");
        var next = first.json().get("next").asText();
        assertThat(seats(api.get("/api/reservations?limit=2&email=" + address + "&after=" + next, key)))
                .containsExactly("S-A-1");
        assertThat(api.get("/api/reservations", key).outcome()).isEqualTo("422 invalid-request");
        assertThat(api.get("/api/reservations?email=nobody@example.org", key)
                        .json()
                        .toString())
                .isEqualTo("{\"reservations\":[],\"next\":null}");
    }

    @Test
    void an_event_that_does_not_exist_has_no_list() {
        assertThat(api.get("/api/events/" + UUID.randomUUID() + "/reservations", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
    }
}
