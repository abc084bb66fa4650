package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that an invalid code, scope or presale is refused with the name of the invalid field, and changes nothing. */
class CodeValidationTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"effect\":{\"percent\":10}}                                          | code",
                "{\"code\":null,\"effect\":{\"percent\":10}}                              | code",
                "{\"code\":\"AB\",\"effect\":{\"percent\":10}}                              | code",
                "{\"code\":\" ABC\",\"effect\":{\"percent\":10}}                            | code",
                "{\"code\":\"A\\u0000BC\",\"effect\":{\"percent\":10}}                       | code",
                "{\"code\":\"\\ud800ABC\",\"effect\":{\"percent\":10}}                       | code",
                "{\"code\":\"A\\u202eBC\",\"effect\":{\"percent\":10}}                       | code",
                "{\"code\":\"\\ufdfa\\ufdfa\\ufdfa\",\"effect\":{\"percent\":10}}              | code", // 54 characters
                // in NFKC
                "{\"code\":5,\"effect\":{\"percent\":10}}                                 | code",
                "{\"code\":\"EARLY\",\"count\":3,\"effect\":{\"percent\":10}}                 | code",
                "{\"count\":0,\"effect\":{\"percent\":10}}                                | count",
                "{\"count\":10001,\"effect\":{\"percent\":10}}                            | count",
                "{\"count\":3,\"maxSeats\":3,\"effect\":{\"percent\":10}}                   | maxSeats",
                "{\"count\":3,\"prefix\":\"\",\"effect\":{\"percent\":10}}                    | prefix",
                "{\"count\":3,\"prefix\":\"A\\u0000\",\"effect\":{\"percent\":10}}             | prefix",
                "{\"count\":3,\"prefix\":\"\\ufdfa\\ufdfa\",\"effect\":{\"percent\":10}}        | prefix", // 36 in NFKC
                "{\"code\":\"EARLY\",\"prefix\":\"A\",\"effect\":{\"percent\":10}}              | count",
                "{\"code\":\"EARLY\"}                                                   | effect",
                "{\"code\":\"EARLY\",\"effect\":{}}                                       | effect",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10,\"off\":5}}                   | effect",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":0}}                            | effect.percent",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":101}}                          | effect.percent",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":1.5}}                          | effect.percent",
                "{\"code\":\"EARLY\",\"effect\":{\"off\":0}}                                | effect.off",
                "{\"code\":\"EARLY\",\"effect\":{\"off\":1000000000001}}                    | effect.off",
                "{\"code\":\"EARLY\",\"effect\":{\"off\":9223372036854775808}}              | effect.off",
                "{\"code\":\"EARLY\",\"effect\":{\"price\":-1}}                             | effect.price",
                "{\"code\":\"EARLY\",\"effect\":{\"price\":1000000000001}}                  | effect.price",
                "{\"code\":\"EARLY\",\"effect\":{\"access\":\"members\"}}                     | effect.access",
                "{\"code\":\"EARLY\",\"effect\":{\"access\":\"\"}}                            | effect.access",
                "{\"code\":\"EARLY\",\"effect\":{\"access\":\"MEMBERS\\n\"}}                   | effect.access",
                "{\"code\":\"EARLY\",\"effect\":{\"free\":true}}                            | effect.free",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"sections\":[]}             | sections",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"sections\":[\"X\"]}          | sections[0]",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"sections\":[null]}         | sections[0]",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"sections\":[\"S\",\"S\"]}      | sections[1]",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"priceTypes\":[\"child\"]}    | priceTypes[0]",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"priceTypes\":[]}           | priceTypes",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"maxSeats\":0}              | maxSeats",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"maxSeats\":1000001}        | maxSeats",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"maxSeatsPerReservation\":0}   | maxSeatsPerReservation",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"maxSeatsPerReservation\":101} | maxSeatsPerReservation",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"validFrom\":\"soon\"}        | validFrom",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"validUntil\":\"2027-02-30T00:00:00Z\"} | validUntil",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"validFrom\":\"2027-01-01T00:00:00Z\",\"validUntil\":\"2027-01-01T00:00:00Z\"} | validUntil",
                "{\"code\":\"EARLY\",\"effect\":{\"percent\":10},\"active\":true}             | active",
            })
    void an_invalid_code_is_refused_with_the_name_of_the_field(String json, String field) {
        var event = system.event(2).id();
        var before = EventRows.read(system, event);

        var refused = api.send(Api.post(
                api.asAdmin(api.request("/api/events/" + event + "/codes")
                        .header("Idempotency-Key", UUID.randomUUID().toString())),
                json));

        assertThat(refused.outcome()).as(refused.text()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo(field);
        assertThat(EventRows.read(system, event)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "5",
                "[]",
                "{}",
                "\"'; DROP TABLE codes; --\"",
                "\"\\u0000\"",
                "\"EARLY\\u0000\"",
                "\"\\ud800\"",
                "\"   \"",
                "\"\\ufdfa\\ufdfa\\ufdfa\\ufdfa\\ufdfa\\ufdfa\\ufdfa\"",
                "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""
            })
    void a_reservation_with_a_hostile_code_is_refused_and_changes_nothing(String code) {
        var event = system.event(2).id();
        var before = EventRows.read(system, event);

        var refused = api.reserveWith(
                event,
                UUID.randomUUID().toString(),
                "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\",\"code\":" + code + "}");

        assertThat(refused.outcome()).as(refused.text()).isIn("422 invalid-request", "422 code-invalid");
        if (refused.outcome().equals("422 invalid-request")) {
            assertThat(EventRows.read(system, event)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[null]                                                                   | presales[0]",
                "[{\"access\":\"MEMBERS\"}]                                                 | presales[0].from",
                "[{\"from\":\"now\",\"access\":\"MEMBERS\"}]                                  | presales[0].from",
                "[{\"from\":\"2099-06-18T19:00:00Z\",\"access\":\"MEMBERS\"}]                 | presales[0].from",
                "[{\"from\":\"2027-01-01T00:00:00Z\",\"until\":\"2027-01-01T00:00:00Z\",\"access\":\"MEMBERS\"}] | presales[0].until",
                "[{\"from\":\"2027-01-01T00:00:00Z\",\"until\":\"never\",\"access\":\"MEMBERS\"}] | presales[0].until",
                "[{\"from\":\"2027-01-01T00:00:00Z\"}]                                      | presales[0].access",
                "[{\"from\":\"2027-01-01T00:00:00Z\",\"access\":\"members\"}]                 | presales[0].access",
                "[{\"from\":\"2027-01-01T00:00:00Z\",\"access\":\"MEMBERS\",\"code\":\"X\"}]      | presales[0].code",
            })
    void an_invalid_presale_is_refused_with_the_name_of_the_field(String presales, String field) {
        var event = """
                {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
                 "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":2}]}]""";

        var created = api.createEvent(event + ",\"presales\":" + presales + "}");
        assertThat(created.outcome()).isEqualTo("422 invalid-request");
        assertThat(created.json().at("/errors/0/field").asText()).isEqualTo(field);

        var existing = api.createEvent(event + "}").json().get("id").asText();
        var patched = api.send(
                Api.patch(api.asAdmin(api.request("/api/events/" + existing)), "{\"presales\":" + presales + "}"));
        assertThat(patched.outcome()).isEqualTo("422 invalid-request");
        assertThat(patched.json().at("/errors/0/field").asText()).isEqualTo(field);
    }

    @Test
    void more_than_twenty_presales_are_refused() {
        var one = "{\"from\":\"2027-01-01T00:00:00Z\",\"access\":\"MEMBERS\"}";
        var event = system.event(2).id();

        var refused = api.send(Api.patch(
                api.asAdmin(api.request("/api/events/" + event)),
                "{\"presales\":[" + one + ("," + one).repeat(20) + "]}"));

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().at("/errors/0/field").asText()).isEqualTo("presales");
    }

    @Test
    void codes_of_an_event_that_is_unknown_or_was_cancelled_are_refused() {
        var event = system.event(2).id();
        api.send(Api.post(api.asAdmin(api.request("/api/events/" + event + "/cancel")), "{}"));
        for (var expected : new String[][] {
            {event.toString(), "409 event-cancelled"}, {UUID.randomUUID().toString(), "404 not-found"}
        }) {
            var refused = api.send(Api.post(
                    api.asAdmin(api.request("/api/events/" + expected[0] + "/codes")
                            .header("Idempotency-Key", UUID.randomUUID().toString())),
                    "{\"code\":\"EARLY\",\"effect\":{\"percent\":10}}"));
            assertThat(refused.outcome()).isEqualTo(expected[1]);
        }
        assertThat(api.get("/api/events/" + UUID.randomUUID() + "/codes", TestSystem.ADMIN_KEY)
                        .outcome())
                .isEqualTo("404 not-found");
    }
}
