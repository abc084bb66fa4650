package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.inventory.ReservationToken;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that the token in the links of mails opens the same as the reservation's own token. */
class OrderLinkTest {

    private final TestSystem system = new TestSystem();
    private final Api api = system.api;
    private final EventId event = system.event(4).id();

    @AfterEach
    void close() {
        system.close();
    }

    private static String link(JsonNode reserved, String email) {
        var token = new ReservationToken(reserved.get("token").asText());
        return ReservationToken.forLinks(token.hash(), email).value();
    }

    private static String link(JsonNode reserved) {
        return link(reserved, "ada@example.org");
    }

    private JsonNode reserve(String seat) {
        return api.reserve(event, seat).json();
    }

    private JsonNode buy(String seat) {
        var reserved = reserve(seat);
        api.confirm(event, reserved.get("id").asText(), 4500);
        return reserved;
    }

    private String path(JsonNode reserved) {
        return Api.path(event, reserved.get("id").asText());
    }

    private String read(JsonNode reserved, String token) {
        return api.get(path(reserved), token).outcome();
    }

    private String correct(JsonNode reserved, String bearer, String json) {
        return api.send(Api.patch(api.request(path(reserved)), json).header("Authorization", "Bearer " + bearer))
                .outcome();
    }

    @Test
    void it_reads_extends_and_cancels_a_pending_reservation() {
        var reserved = reserve("S-A-1");
        var link = link(reserved);

        assertThat(read(reserved, link)).isEqualTo("200");
        assertThat(api.extend(event, reserved.get("id").asText(), "k", link).outcome())
                .isEqualTo("200");
        assertThat(api.cancel(event, reserved.get("id").asText(), link).outcome())
                .isEqualTo("200");
        assertThat(api.get(path(reserved) + "/changes", link).json().toString()).contains("reservation.cancelled");
    }

    @Test
    void it_opens_tickets_corrects_names_and_transfers() {
        var reserved = buy("S-A-1");
        var link = link(reserved);

        var ticket = api.get(path(reserved) + "/tickets", link).json().at("/tickets/0");
        assertThat(ticket.get("status").asText()).isEqualTo("VALID");
        assertThat(api.get(ticket.get("pdf").asText(), link).outcome()).isEqualTo("409 not-ready");
        assertThat(api.get(path(reserved) + "/event.ics", link).status()).isEqualTo(200);
        assertThat(api.get(path(reserved) + "/data", link).status()).isEqualTo(200);
        assertThat(correct(reserved, link, "{\"name\":\"Ada\"}")).isEqualTo("200");
        assertThat(correct(reserved, link, "{\"email\":\"eve@example.org\"}")).isEqualTo("403 forbidden");
        assertThat(api.transfer(event, ticket.get("id").asText(), link).outcome())
                .isEqualTo("200");
        assertThat(api.get(path(reserved) + "/tickets", link)
                        .json()
                        .at("/tickets/0/status")
                        .asText())
                .isEqualTo("TRANSFERRED");
    }

    @Test
    void it_gives_nothing_that_is_for_sellers() {
        var reserved = buy("S-A-1");
        var link = link(reserved);
        var id = reserved.get("id").asText();

        assertThat(api.cancel(event, id, link).outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(api.get("/api/events/" + event + "/sales", link).outcome()).isEqualTo("401 unauthorized");
        assertThat(api.send(Api.post(api.request(path(reserved) + "/refunds"), "{}")
                                .header("Idempotency-Key", "k")
                                .header("Authorization", "Bearer " + link))
                        .outcome())
                .isEqualTo("401 unauthorized");
    }

    @Test
    void it_opens_no_other_reservation() {
        var reserved = buy("S-A-1");
        var other = buy("S-A-2");
        var ticket = api.tickets(event, other.get("id").asText()).get(0);

        assertThat(read(other, link(reserved))).isEqualTo("404 not-found");
        assertThat(api.get(path(other) + "/tickets", link(reserved)).outcome()).isEqualTo("404 not-found");
        assertThat(api.get(ticket.get("pdf").asText(), link(reserved)).outcome())
                .isEqualTo("404 not-found");
        assertThat(api.transfer(event, ticket.get("id").asText(), link(reserved))
                        .outcome())
                .isEqualTo("404 not-found");
        assertThat(read(reserved, "rsl_" + UUID.randomUUID())).isEqualTo("404 not-found");
    }

    @Test
    void a_corrected_address_ends_the_links_that_were_sent_to_the_former_one() {
        var reserved = buy("S-A-1");

        assertThat(correct(reserved, TestSystem.ADMIN_KEY, "{\"email\":\"right@example.org\"}"))
                .isEqualTo("200");

        assertThat(read(reserved, link(reserved))).isEqualTo("404 not-found");
        assertThat(read(reserved, link(reserved, "right@example.org"))).isEqualTo("200");
        assertThat(read(reserved, reserved.get("token").asText())).isEqualTo("200");
    }

    @Test
    void erasure_ends_all_links() {
        var reserved = buy("S-A-1");

        assertThat(api.send(Api.post(api.asAdmin(api.request(path(reserved) + "/erase")), "{\"force\":true}"))
                        .status())
                .isEqualTo(204);

        assertThat(read(reserved, link(reserved))).isEqualTo("404 not-found");
    }

    @Test
    void it_opens_the_successor_too() {
        var reserved = reserve("S-A-1");
        var id = reserved.get("id").asText();
        system.lapse(event);

        var successor = api.reacquire(event, id, "k", 4500).json();

        assertThat(read(successor, link(reserved))).isEqualTo("200");
        assertThat(api.get(path(reserved), link(reserved))
                        .json()
                        .get("replacedBy")
                        .asText())
                .isEqualTo(successor.get("id").asText());
    }
}
