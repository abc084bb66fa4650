package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests that an invalid event is refused with the name of the invalid field, and is not created. */
class NewEventValidationTest {

    private static final String EVENT = """
            {"name":"Aida","venue":"Arena","startsAt":"2099-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR",
             "sections":[{"name":"S","price":4500,"rows":[{"name":"A","seats":20}]}]}
            """;

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    /** Replacements that make the valid event invalid, and the field that the response must name. */
    static Stream<Arguments> invalidEvents() {
        return Stream.of(
                arguments("\"name\":\"Aida\"", "\"name\":\"\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":\" Aida\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":\"" + "x".repeat(201) + "\"", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":null", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":42", "name"),
                arguments("\"name\":\"Aida\"", "\"name\":[\"Aida\"]", "name"),
                arguments("\"venue\":\"Arena\"", "\"venue\":true", "venue"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00Z", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-06-18T19:00:00+02", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "9999-12-31T23:59:59-18:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "0000-01-01T00:00:00+18:00", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "2099-02-30T19:00:00Z", "startsAt"),
                arguments("2099-06-18T19:00:00Z", "+99999-06-18T19:00:00Z", "startsAt"),
                arguments("\"2099-06-18T19:00:00Z\"", "4085492400", "startsAt"),
                arguments("Europe/Rome", "Middle/Earth", "timeZone"),
                arguments("Europe/Rome", "+01:00", "timeZone"),
                arguments("Europe/Rome", "UTC+01:00", "timeZone"),
                arguments("Europe/Rome", "GMT+2", "timeZone"),
                arguments("Europe/Rome", "Z", "timeZone"),
                arguments("Europe/Rome", "SystemV/AST4", "timeZone"),
                arguments("Europe/Rome", "SystemV/PST8PDT", "timeZone"),
                arguments("Europe/Rome", "europe/rome", "timeZone"),
                arguments("Europe/Rome", "Europe/Rome ", "timeZone"),
                arguments("\"EUR\"", "\"EURO\"", "currency"),
                arguments("\"EUR\"", "\"eur\"", "currency"),
                arguments("\"EUR\"", "\"XXX\"", "currency"), // no currency
                arguments("\"EUR\"", "\"XTS\"", "currency"), // for tests
                arguments("\"EUR\"", "\"XAU\"", "currency"), // gold
                arguments("\"sections\"", "\"maxSeatsPerReservation\":0,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":101,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":\"8\",\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":1.5,\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"maxSeatsPerReservation\":\" \",\"sections\"", "maxSeatsPerReservation"),
                arguments("\"sections\"", "\"reservationTtl\":\"PT0S\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"-PT-10M\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"P8D\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"P\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"PT1.S\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"pt10m\",\"sections\"", "reservationTtl"),
                arguments("\"sections\"", "\"reservationTtl\":\"ten minutes\",\"sections\"", "reservationTtl"),
                arguments("\"price\":4500", "\"price\":-1", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":45.5", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":\"4500\"", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":1000000000001", "sections[0].price"),
                arguments("\"price\":4500", "\"price\":99999999999999999999", "sections[0].price"),
                arguments("\"price\":4500", "\"prize\":4500", "sections[0].prize"),
                arguments("\"seats\":20", "\"seats\":0", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":-5", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":1000001", "sections[0].rows[0].seats"),
                arguments("\"seats\":20", "\"seats\":4294967297", "sections[0].rows[0].seats"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "[]", "sections[0].rows"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "[null]", "sections[0].rows[0]"),
                arguments("[{\"name\":\"A\",\"seats\":20}]", "null", "sections[0].rows"),
                arguments(
                        "{\"name\":\"A\",\"seats\":20}",
                        "{\"name\":\"A\",\"seats\":20},{\"name\":\"A\",\"seats\":1}",
                        "sections[0].rows[1].name"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"S\",\"price\":1,\"rows\":[{\"name\":\"B\",\"seats\":1}]},",
                        "sections[1].name"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"S-A\",\"price\":1,\"rows\":[{\"name\":\"1\",\"seats\":1}]},"
                                + "{\"name\":\"S-A-1\",\"price\":1,\"rows\":[]},",
                        "sections[1].rows"),
                arguments(
                        "\"sections\":[",
                        "\"sections\":[{\"name\":\"X\",\"price\":1,\"rows\":[{\"name\":\"B\",\"seats\":999990}]},",
                        "sections"),
                arguments("\"sections\":[", "\"sections\":[null,", "sections[0]"),
                arguments("\"sections\":[", "\"id\":\"mine\",\"sections\":[", "id"));
    }

    @ParameterizedTest
    @MethodSource("invalidEvents")
    void an_event_with_one_invalid_field_is_refused_with_the_name_of_that_field(
            String valid, String invalid, String field) {
        assertThat(EVENT).contains(valid);
        var mark = UUID.randomUUID().toString();
        var event = EVENT.replace(valid, invalid).replace("Aida", mark).replace("Arena", mark);

        var response = api.createEvent(event);

        assertThat(response.outcome()).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors").get(0).get("field").asText()).isEqualTo(field);
        assertThat(system.count("SELECT count(*) AS n FROM events WHERE ? IN (name, venue)", mark))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "Etc/GMT+2", "UTC", "Asia/Calcutta", "America/Argentina/Buenos_Aires"})
    void an_iana_time_zone_is_accepted(String timeZone) {
        var created = api.createEvent(EVENT.replace("Europe/Rome", timeZone));

        assertThat(created.outcome()).isEqualTo("201");
        assertThat(created.json().get("timeZone").asText()).isEqualTo(timeZone);
    }

    @Test
    void rows_with_the_same_seat_labels_are_refused() {
        var distinct = api.createEvent(EVENT.replace(
                "\"sections\":[",
                "\"sections\":[{\"name\":\"S-X\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"
                        + "{\"name\":\"Y\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"
                        + "{\"name\":\"S-\",\"price\":1,\"rows\":[{\"name\":\"X-A\",\"seats\":1}]},"));
        assertThat(distinct.outcome()).isEqualTo("201"); // S-X-A-1 and S--X-A-1

        var clash = api.createEvent(EVENT.replace(
                "\"sections\":[",
                "\"sections\":[{\"name\":\"P\",\"price\":1,\"rows\":[{\"name\":\"Q-A\",\"seats\":1}]},"
                        + "{\"name\":\"P-Q\",\"price\":1,\"rows\":[{\"name\":\"A\",\"seats\":1}]},"));
        assertThat(clash.outcome()).isEqualTo("422 invalid-request");
        assertThat(clash.json().get("errors").get(0).get("field").asText()).isEqualTo("sections[1].rows[0].name");
    }

    @Test
    void a_response_lists_at_most_twenty_invalid_fields() {
        var response = api.createEvent(
                "{\"name\":\"\",\"venue\":\"\",\"currency\":\"?\",\"sections\":[" + "null,".repeat(1000) + "null]}");

        assertThat(response.outcome()).isEqualTo("422 invalid-request");
        assertThat(response.json().get("errors"))
                .hasSize(20)
                .extracting(error -> error.get("field").asText())
                .contains("name", "venue", "currency", "sections[0]")
                .doesNotHaveDuplicates();
    }
}
