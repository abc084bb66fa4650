package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.Event;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests how what a reservation says about people is corrected. */
class CorrectionTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;
    private final Event event = system.event(10);
    private final JsonNode reserved = api.reserve(event.id(), "S-A-1", "S-A-2").json();
    private final String path = Api.path(event.id(), reserved.get("id").asText());

    private Api.Response patch(String body, String bearer) {
        return api.send(api.request(path)
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    private Api.Response patch(String body) {
        return patch(body, TestSystem.ADMIN_KEY);
    }

    private Api.Response resend(String body) {
        return api.send(Api.post(api.asAdmin(api.request(path + "/resend")), body));
    }

    private void confirm() {
        api.confirm(event.id(), reserved.get("id").asText(), 9000);
    }

    private List<String> history() {
        return system.query(
                "SELECT type || ' ' || version || ' ' || split_part(actor, ' ', 1) AS line FROM changes"
                        + " WHERE event_id = ? ORDER BY version",
                row -> row.text("line"),
                event.id().value());
    }

    private JsonNode get() {
        return api.get(path, TestSystem.ADMIN_KEY).json();
    }

    @Test
    void the_seller_corrects_only_the_fields_that_are_given() {
        var corrected = patch("{\"email\":\"ada@example.net\",\"name\":\"Ada Lovelace\"}");

        assertThat(corrected.outcome()).isEqualTo("200");
        assertThat(corrected.json()).isEqualTo(get());
        assertThat(get().get("email").asText()).isEqualTo("ada@example.net");
        assertThat(get().get("name").asText()).isEqualTo("Ada Lovelace");
        assertThat(get().get("version").asInt()).isEqualTo(2);
        patch("{\"language\":\"pl\",\"holders\":{\"S-A-2\":\"Charles Babbage\"}}");
        assertThat(get().get("name").asText()).isEqualTo("Ada Lovelace");
        assertThat(get().get("language").asText()).isEqualTo("pl");
        assertThat(get().at("/seats/0").has("holder")).isFalse();
        assertThat(get().at("/seats/1/holder").asText()).isEqualTo("Charles Babbage");
        patch("{\"name\":null,\"language\":null,\"holders\":{\"S-A-2\":null}}");
        assertThat(get().has("name")).isFalse();
        assertThat(get().has("language")).isFalse();
        assertThat(get().at("/seats/1").has("holder")).isFalse();
        assertThat(get().get("email").asText()).isEqualTo("ada@example.net");
        assertThat(history())
                .containsExactly(
                        "reservation.corrected 2 key", "reservation.corrected 3 key", "reservation.corrected 4 key");
        assertThat(system.violations(event.id())).isEmpty();
    }

    @Test
    void a_correction_that_changes_nothing_leaves_no_trace() {
        var before = get();

        assertThat(patch("{}").json()).isEqualTo(before);
        assertThat(patch("{\"email\":\"ada@example.org\",\"name\":null}").json())
                .isEqualTo(before);
        assertThat(history()).isEmpty();
    }

    @Test
    void a_reservation_is_found_by_its_new_name_and_address_only() {
        patch("{\"name\":\"Ada Byron\"}");
        patch("{\"name\":\"Ada Lovelace\",\"email\":\"new@example.org\"}");

        assertThat(count("name=byron")).isZero();
        assertThat(count("name=ada+lovelace")).isEqualTo(1);
        assertThat(count("email=ada@example.org")).isZero();
        assertThat(count("email=new@example.org")).isEqualTo(1);
        patch("{\"name\":null}");
        assertThat(count("name=lovelace")).isZero();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM reservation_words WHERE event_id = ?",
                        event.id().value()))
                .isZero();
    }

    private int count(String query) {
        return api.get("/api/events/" + event.id() + "/reservations?" + query, TestSystem.ADMIN_KEY)
                .json()
                .get("reservations")
                .size();
    }

    @Test
    void the_holder_changes_names_and_language_but_not_the_address() {
        var token = reserved.get("token").asText();

        assertThat(patch("{\"email\":\"thief@example.org\",\"name\":\"A\"}", token)
                        .outcome())
                .isEqualTo("403 forbidden");
        assertThat(history()).isEmpty();
        var changed = patch("{\"name\":\"Ada\",\"language\":\"it\",\"holders\":{\"S-A-1\":\"B\"}}", token);
        assertThat(changed.outcome()).isEqualTo("200");
        assertThat(changed.json().has("mail")).isFalse();
        assertThat(history()).containsExactly("reservation.corrected 2 holder");
        assertThat(patch("{\"name\":\"C\"}", "rsv_wrong").outcome()).isEqualTo("404 not-found");
    }

    @Test
    void a_reservation_that_has_ended_is_not_corrected() {
        api.cancel(event.id(), reserved.get("id").asText(), TestSystem.ADMIN_KEY);
        assertThat(patch("{\"name\":\"Ada\"}").outcome()).isEqualTo("409 reservation-not-pending");
        assertThat(patch("{\"name\":\"Ada\"}").json().get("reservationStatus").asText())
                .isEqualTo("CANCELLED");
        assertThat(history()).containsExactly("reservation.cancelled 2 key");
    }

    @Test
    void a_lapsed_reservation_is_not_corrected() {
        system.lapse(event.id());

        assertThat(patch("{\"name\":\"Ada\"}").json().get("reservationStatus").asText())
                .isEqualTo("EXPIRED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"email\":null}|email",
                "{\"email\":\"x\"}|email",
                "{\"email\":\"a@b.c\\nBcc: d@e.f\"}|email",
                "{\"email\":1}|email",
                "{\"name\":\"\"}|name",
                "{\"name\":\" Ada\"}|name",
                "{\"name\":[]}|name",
                "{\"language\":\"xx\"}|language",
                "{\"language\":\"DE\"}|language",
                "{\"holders\":null}|holders",
                "{\"holders\":[]}|holders",
                "{\"holders\":{\"S-A-1\":\"\"}}|holders.S-A-1",
                "{\"holders\":{\"S-A-1\":true}}|holders.S-A-1",
                "{\"holders\":{\"\\u0000\":\"Ada\"}}|holders.?",
                "{\"nmae\":null}|nmae",
                "{\"status\":\"CONFIRMED\"}|status"
            })
    void a_correction_with_an_invalid_field_changes_nothing(String body, String field) {
        var before = get();

        var refused = patch(body);

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo(field);
        assertThat(get()).isEqualTo(before);
    }

    @Test
    void a_name_for_a_seat_that_the_reservation_does_not_have_is_refused() {
        var refused = patch("{\"name\":\"Ada\",\"holders\":{\"S-A-3\":\"B\",\"S-A-1\":\"C\"}}");

        assertThat(refused.outcome()).isEqualTo("422 unknown-seats");
        assertThat(refused.json().get("seats").toString()).isEqualTo("[\"S-A-3\"]");
        assertThat(patch("{\"holders\":{\"S-A-3\":null}}").outcome()).isEqualTo("422 unknown-seats");
        assertThat(get().has("name")).isFalse();
    }

    @Test
    void the_holder_of_a_transferred_ticket_is_not_renamed() {
        confirm();
        var id = reserved.get("id").asText();
        var first = api.tickets(event.id(), id).get(0).get("id").asText();
        api.transfer(event.id(), first, TestSystem.ADMIN_KEY);
        var before = get();

        for (var body :
                List.of("{\"holders\":{\"S-A-2\":\"Bob\",\"S-A-1\":\"Bob\"}}", "{\"holders\":{\"S-A-1\":null}}")) {
            var refused = patch(body);
            assertThat(refused.outcome()).isEqualTo("422 invalid-request");
            assertThat(refused.json().get("errors").toString())
                    .isEqualTo(
                            "[{\"field\":\"holders.S-A-1\",\"message\":\"cannot be changed: the ticket was transferred"
                                    + " to another person\"}]");
        }
        assertThat(get()).isEqualTo(before);
        assertThat(patch("{\"name\":\"Ada\",\"holders\":{\"S-A-2\":\"Bob\"}}").outcome())
                .isEqualTo("200");
    }

    @Test
    void documents_are_made_anew_only_if_tickets_show_something_else() {
        confirm();
        var ticket = api.tickets(event.id(), reserved.get("id").asText())
                .get(0)
                .get("id")
                .asText();
        var pdf = "/api/events/" + event.id() + "/tickets/" + ticket + ".pdf";
        system.update(
                "INSERT INTO ticket_documents SELECT event_id, ticket_id, convert_to('%PDF-1.5', 'UTF8'), now(), 1"
                        + " FROM tickets WHERE event_id = ?",
                event.id().value());
        system.update(
                "UPDATE jobs SET state = 'DONE', ended_at = now() WHERE event_id = ?",
                event.id().value());

        patch("{\"holders\":{\"S-A-1\":\"ada@example.org\"}}"); // as it was printed
        assertThat(api.get(pdf, TestSystem.ADMIN_KEY).outcome()).isEqualTo("200");
        patch("{\"name\":\"Ada\"}");
        assertThat(api.get(pdf, TestSystem.ADMIN_KEY).outcome()).isEqualTo("409 not-ready");
        patch("{\"name\":\"Ada Lovelace\"}");
        assertThat(system.query(
                        "SELECT kind FROM jobs WHERE event_id = ? ORDER BY kind",
                        row -> row.text("kind"),
                        event.id().value()))
                .containsExactly("IssueTickets", "RenewTickets");
    }

    @Test
    void tickets_are_sent_again_to_a_new_address_which_the_reservation_keeps() {
        confirm();
        assertThat(resend("{\"email\":\"x\"}").outcome()).isEqualTo("422 invalid-request");
        assertThat(resend("{\"email\":\"new@example.org\"}").outcome()).isEqualTo("202");

        assertThat(get().get("email").asText()).isEqualTo("new@example.org");
        assertThat(get().get("version").asInt()).isEqualTo(4);
        assertThat(history())
                .containsExactly(
                        "reservation.confirmed 2 key", "reservation.corrected 3 key", "reservation.resent 4 key");
        assertThat(resend("{\"email\":\"newer@example.org\"}").outcome())
                .as("while that mail waits")
                .isEqualTo("202");
        assertThat(get().get("email").asText()).isEqualTo("newer@example.org");
        assertThat(history()).hasSize(4).last().isEqualTo("reservation.corrected 5 key");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM jobs WHERE event_id = ? AND kind = 'SendTickets'",
                        event.id().value()))
                .isEqualTo(1);
    }

    @Test
    void tickets_that_were_transferred_are_not_sent_again() {
        confirm();
        var tickets = api.tickets(event.id(), reserved.get("id").asText());
        api.transfer(event.id(), tickets.get(0).get("id").asText(), TestSystem.ADMIN_KEY);
        assertThat(resend("{}").outcome()).as("the buyer has one ticket").isEqualTo("202");
        api.transfer(event.id(), tickets.get(1).get("id").asText(), TestSystem.ADMIN_KEY);
        var jobs = system.count(
                "SELECT count(*) AS n FROM jobs WHERE event_id = ?", event.id().value());

        var refused = resend("{\"email\":\"new@example.org\"}");

        assertThat(refused.outcome()).isEqualTo("404 not-found");
        assertThat(refused.json().get("detail").asText())
                .isEqualTo("All tickets of the reservation were transferred to other people.");
        assertThat(get().get("email").asText()).isEqualTo("ada@example.org");
        assertThat(system.count(
                        "SELECT count(*) AS n FROM jobs WHERE event_id = ?",
                        event.id().value()))
                .isEqualTo(jobs);
    }

    @Test
    void an_address_is_not_changed_by_a_resend_that_is_refused() {
        assertThat(resend("{\"email\":\"new@example.org\"}").outcome()).isEqualTo("409 reservation-not-confirmed");
        assertThat(get().get("email").asText()).isEqualTo("ada@example.org");
        confirm();
        for (int i = 0; i < 5; i++) {
            assertThat(resend("{}").outcome()).isEqualTo("202");
            system.update(
                    "UPDATE jobs SET state = 'DONE', ended_at = now() WHERE event_id = ?",
                    event.id().value());
        }
        assertThat(resend("{\"email\":\"new@example.org\"}").outcome()).isEqualTo("429 rate-limited");
        assertThat(get().get("email").asText()).isEqualTo("ada@example.org");
    }

    /** The fingerprint of a request must not depend on the release, or a retry across an upgrade would be refused. */
    @Test
    void a_request_without_names_has_the_fingerprint_that_it_always_had() {
        var key = UUID.randomUUID().toString();
        var body = "{\"email\":\"ada@example.org\",\"seats\":[\"S-A-3\"]}";
        var first = api.reserveWith(event.id(), key, body);
        var canonical = "{\"seats\":[\"S-A-3\"],\"email\":\"ada@example.org\"}";

        assertThat(system.count(
                        "SELECT count(*) AS n FROM idempotency_keys WHERE event_id = ?"
                                + " AND fingerprint = sha256(convert_to(?, 'UTF8'))",
                        event.id().value(),
                        "reserve " + event.id() + "\n" + canonical))
                .isEqualTo(1);
        var withObject = "{\"seats\":[{\"seat\":\"S-A-3\"}],\"email\":\"ada@example.org\"}";
        assertThat(api.reserveWith(event.id(), key, withObject).text()).isEqualTo(first.text());
        var withHolder = "{\"seats\":[{\"seat\":\"S-A-3\",\"holder\":\"Ada\"}],\"email\":\"ada@example.org\"}";
        assertThat(api.reserveWith(event.id(), key, withHolder).outcome()).isEqualTo("422 idempotency-key-reused");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"seats\":[1],\"email\":\"a@b.c\"}|seats",
                "{\"seats\":[true],\"email\":\"a@b.c\"}|seats",
                "{\"seats\":[null],\"email\":\"a@b.c\"}|seats[0]",
                "{\"seats\":[{}],\"email\":\"a@b.c\"}|seats[0]",
                "{\"seats\":[[]],\"email\":\"a@b.c\"}|seats",
                "{\"seats\":[{\"seat\":\"S-A-4\",\"holder\":\"\"}],\"email\":\"a@b.c\"}|seats[0].holder",
                "{\"seats\":[{\"holder\":\"Ada\"}],\"email\":\"a@b.c\"}|seats[0].seat",
                "{\"seats\":[{\"seat\":\"S-A-4\",\"price\":1}],\"email\":\"a@b.c\"}|seats[0].price",
                "{\"seats\":[\"S-A-4\",{\"seat\":\"S-A-4\"}],\"email\":\"a@b.c\"}|seats[1]",
                "{\"seats\":[\"S-A-4\"],\"email\":\"a@b.c\",\"name\":\"\\t\"}|name",
                "{\"seats\":[\"S-A-4\"],\"email\":\"a@b.c\",\"name\":\"\"}|name",
                "{\"seats\":[\"S-A-4\"],\"email\":\"a@b.c\",\"language\":\"English\"}|language"
            })
    void a_reservation_with_an_invalid_name_or_seat_is_refused(String body, String field) {
        var refused = api.reserveWith(event.id(), UUID.randomUUID().toString(), body);

        assertThat(refused.outcome()).as(refused.text()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).startsWith(field);
    }
}
