package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Sales to holders of an access code before the sale is open to everybody, decided by the database's clock. */
class PresalesTest {

    private static final String LATER = "2030-06-01T08:00:00Z";

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId event(String presales) {
        var response = api.createEvent("""
                {"name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "onSaleFrom":"2030-06-01T08:00:00Z","presales":""" + presales + """
                 ,"sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]},
                              {"name":"B","price":4500,"rows":[{"name":"A","seats":20}]}]}
                """);
        assertThat(response.status()).as(response.text()).isEqualTo(201);
        return new EventId(UUID.fromString(response.json().get("id").asText()));
    }

    private static String presale(String from, String until) {
        return "[{\"from\":\"" + from + "\",\"access\":\"MEMBERS\""
                + (until == null ? "" : ",\"until\":\"" + until + "\"") + "}]";
    }

    private void code(EventId event, String json) {
        var created = api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/codes")
                        .header("Idempotency-Key", UUID.randomUUID().toString())),
                json));
        assertThat(created.status()).as(created.text()).isEqualTo(201);
    }

    private Api.Response reserve(EventId event, String code, String seat) {
        var json = "{\"seats\":[\"" + seat + "\"],\"email\":\"ada@example.org\""
                + (code == null ? "" : ",\"code\":\"" + code + "\"") + "}";
        return api.reserveWith(event, UUID.randomUUID().toString(), json);
    }

    private Api.Response patch(EventId event, String json) {
        return api.send(Api.patch(api.asAdmin(api.request("/api/events/" + event)), json));
    }

    private static String members() {
        return "{\"code\":\"members-2031\",\"effect\":{\"access\":\"MEMBERS\"}}";
    }

    @Test
    void during_a_presale_only_a_code_that_opens_it_may_reserve() {
        var event = event(presale("2026-01-01T00:00:00Z", null));
        code(event, members());
        code(event, "{\"code\":\"OTHERS\",\"effect\":{\"access\":\"OTHERS\"}}");
        code(event, "{\"code\":\"TENOFF\",\"effect\":{\"percent\":10}}");

        var without = reserve(event, null, "S-A-1");
        assertThat(without.outcome()).isEqualTo("409 not-on-sale");
        assertThat(without.json().get("opensAt").asText()).isEqualTo(LATER);
        assertThat(reserve(event, "OTHERS", "S-A-1").outcome()).isEqualTo("409 not-on-sale");
        assertThat(reserve(event, "TENOFF", "S-A-1").outcome()).isEqualTo("409 not-on-sale");
        assertThat(reserve(event, "NOSUCH", "S-A-1").outcome()).isEqualTo("422 code-invalid");
        var member = reserve(event, "Members-2031", "S-A-1");
        assertThat(member.status()).as(member.text()).isEqualTo(201);
        assertThat(member.json().at("/total/amount").asLong()).isEqualTo(4500);
        assertThat(system.violations(event)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2029-01-01T00:00:00Z,                     , 409 not-on-sale",
        "2026-01-01T00:00:00Z, 2026-01-02T00:00:00Z, 409 not-on-sale",
        "2026-01-01T00:00:00Z, 2029-01-02T00:00:00Z, 201",
    })
    void a_presale_is_open_from_its_beginning_to_its_end(String from, String until, String expected) {
        var event = event(presale(from, until));
        code(event, members());

        assertThat(reserve(event, "MEMBERS-2031", "S-A-1").outcome()).isEqualTo(expected);
    }

    @Test
    void a_pause_and_a_draft_stop_a_presale_too_and_the_end_of_the_sale_ends_it() {
        var event = event(presale("2026-01-01T00:00:00Z", null));
        code(event, members());

        patch(event, "{\"sales\":\"PAUSED\"}");
        assertThat(reserve(event, "MEMBERS-2031", "S-A-1").outcome()).isEqualTo("409 not-on-sale");
        patch(event, "{\"sales\":\"OPEN\"}");
        assertThat(reserve(event, "MEMBERS-2031", "S-A-1").status()).isEqualTo(201);
        patch(event, "{\"onSaleFrom\":\"2026-01-01T00:00:00Z\",\"onSaleUntil\":\"2026-01-02T00:00:00Z\"}");
        assertThat(reserve(event, "MEMBERS-2031", "S-A-2").outcome()).isEqualTo("409 sales-closed");
        var draft = api.createEvent("""
                {"status":"DRAFT","name":"Aida","venue":"Arena","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Rome",
                 "currency":"EUR","onSaleFrom":"2030-06-01T08:00:00Z",
                 "presales":[{"from":"2026-01-01T00:00:00Z","access":"MEMBERS"}],
                 "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]}]}
                """);
        var hidden = new EventId(UUID.fromString(draft.json().get("id").asText()));
        code(hidden, members());
        var asSeller = api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + hidden + "/reservations")
                        .header("Idempotency-Key", UUID.randomUUID().toString())),
                "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\",\"code\":\"MEMBERS-2031\"}"));
        assertThat(asSeller.outcome()).isEqualTo("409 not-on-sale");
    }

    /** Otherwise a code for the balcony would open the stalls as well. */
    @Test
    void an_access_code_opens_only_the_seats_that_it_is_for() {
        var event = event(presale("2026-01-01T00:00:00Z", null));
        code(event, "{\"code\":\"BALCONY\",\"effect\":{\"access\":\"MEMBERS\"},\"sections\":[\"B\"],\"maxSeats\":2}");

        var mixed = api.reserveWith(
                event,
                UUID.randomUUID().toString(),
                "{\"seats\":[\"S-A-1\",\"B-A-1\"],\"email\":\"ada@example.org\",\"code\":\"BALCONY\"}");

        assertThat(mixed.outcome()).isEqualTo("422 code-invalid");
        assertThat(reserve(event, "BALCONY", "S-A-1").outcome()).isEqualTo("422 code-invalid");
        assertThat(reserve(event, "BALCONY", "B-A-1").status()).isEqualTo(201);
        assertThat(reserve(event, "BALCONY", "B-A-2").status()).isEqualTo(201);
        assertThat(reserve(event, "BALCONY", "B-A-3").outcome()).isEqualTo("409 code-exhausted");
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void presales_are_shown_and_changed_with_the_event_and_belong_to_its_versions() {
        var event = event(presale("2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z"));
        var path = "/api/events/" + event;
        var shown = "[{\"from\":\"2026-01-01T00:00:00Z\",\"until\":\"2029-01-01T00:00:00Z\",\"access\":\"MEMBERS\"}]";
        assertThat(api.get(path).json().get("presales").toString()).isEqualTo(shown);

        assertThat(patch(event, "{\"name\":\"Tosca\"}").json().get("presales").toString())
                .isEqualTo(shown);
        var again = patch(event, "{\"presales\":" + shown + "}").json();
        assertThat(again.get("version").asInt()).isEqualTo(2); // nothing has changed
        var replaced = patch(event, "{\"presales\":[{\"from\":\"2027-01-01T01:00:00+01:00\",\"access\":\"PATRONS\"}]}")
                .json();
        assertThat(replaced.get("version").asInt()).isEqualTo(3);
        assertThat(api.get(path).json().get("presales").toString())
                .isEqualTo("[{\"from\":\"2027-01-01T00:00:00Z\",\"access\":\"PATRONS\"}]");
        assertThat(patch(event, "{\"presales\":null}").json().has("presales")).isFalse();
        assertThat(api.get(path).json().has("presales")).isFalse();
        assertThat(system.count(
                        "SELECT count(*) AS n FROM presales WHERE event_id = ? AND version IN (1, 2, 3)",
                        event.value()))
                .isEqualTo(3);
    }

    @Test
    void a_presale_that_begins_now_opens_at_once() {
        var event = event(presale(LATER, null));
        code(event, members());
        assertThat(reserve(event, "MEMBERS-2031", "S-A-1").outcome()).isEqualTo("409 not-on-sale");

        var now = Instant.now().minus(1, ChronoUnit.SECONDS).truncatedTo(ChronoUnit.SECONDS);
        assertThat(patch(event, "{\"presales\":" + presale(now.toString(), null) + "}")
                        .status())
                .isEqualTo(200);

        assertThat(reserve(event, "MEMBERS-2031", "S-A-1").status()).isEqualTo(201);
        assertThat(reserve(event, null, "S-A-2").outcome()).isEqualTo("409 not-on-sale");
    }
}
