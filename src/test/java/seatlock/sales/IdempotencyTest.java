package seatlock.sales;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.access.ApiKeys;
import seatlock.access.Role;
import seatlock.catalog.Event;
import seatlock.contract.NewReservationBodies.NewSeat;
import seatlock.http.Json;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Servers;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** The Idempotency-Key: one effect for one key. */
class IdempotencyTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private static String key() {
        return UUID.randomUUID().toString();
    }

    @Test
    void a_repeated_request_gets_the_same_response_byte_for_byte() {
        var event = system.event(2);
        var key = key();

        var first = api.reserve(event.id(), key, new String[] {"S-A-1"});
        var second = api.reserve(event.id(), key, new String[] {"S-A-1"});

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        assertThat(first.header("Idempotency-Replayed")).isNull();
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(reservations(event)).isEqualTo(1);
    }

    /** The repetition may reach another node: the order of a map's entries differs from one process to another. */
    @Test
    void the_fingerprint_of_a_request_does_not_depend_on_the_order_of_its_fields() {
        var seat = new NewSeat("S-A-1", null, "Ada");

        assertThat(new String(Json.write(seat), UTF_8)).isEqualTo("{\"holder\":\"Ada\",\"seat\":\"S-A-1\"}");
    }

    @Test
    void a_stored_refusal_is_repeated_even_if_the_seat_is_free_by_then() {
        var event = system.event(1);
        var winner = api.reserve(event.id(), "S-A-1").json();
        var key = key();
        var refused = api.reserve(event.id(), key, new String[] {"S-A-1"});
        api.cancel(event.id(), winner.get("id").asText(), winner.get("token").asText());

        var again = api.reserve(event.id(), key, new String[] {"S-A-1"});

        assertThat(refused.outcome()).isEqualTo("409 seats-taken");
        assertThat(again.text()).isEqualTo(refused.text());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void a_confirmation_is_repeated() {
        var event = system.event(1);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var key = key();

        var first = api.confirm(event.id(), id, key, 4500);
        var second = api.confirm(event.id(), id, key, 4500);

        assertThat(first.outcome()).isEqualTo("200");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void fifty_simultaneous_copies_make_one_reservation_and_get_one_response() {
        var event = system.event(1);
        var key = key();

        var responses = Concurrently.run(50, i -> api.reserve(event.id(), key, new String[] {"S-A-1"}));

        assertThat(Tally.of(responses, Api.Response::outcome)).isEqualTo(Map.of("201", 50L));
        assertThat(Tally.of(responses, Api.Response::text)).hasSize(1);
        assertThat(Tally.of(responses, a -> String.valueOf(a.header("Idempotency-Replayed"))))
                .isEqualTo(Map.of("null", 1L, "true", 49L));
        assertThat(reservations(event)).isEqualTo(1);
    }

    @Test
    void another_request_with_the_same_key_is_refused() {
        var event = system.event(2);
        var key = key();
        var first = api.reserve(event.id(), key, new String[] {"S-A-1"});

        assertThat(api.reserve(event.id(), key, new String[] {"S-A-2"}).outcome())
                .isEqualTo("422 idempotency-key-reused");
        assertThat(first.outcome()).isEqualTo("201");
        assertThat(reservations(event)).isEqualTo(1);
    }

    @Test
    void a_stranger_cannot_use_up_the_key_of_a_sale() {
        var event = system.event(3);
        var id = api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var stranger = api.reserve(event.id(), "order-42", new String[] {"S-A-2"});

        var confirmed = api.confirm(event.id(), id, "order-42", 4500);
        var seller = api.send(api.asAdmin(Api.post(
                api.request("/api/events/" + event.id() + "/reservations").header("Idempotency-Key", "order-42"),
                "{\"seats\":[\"S-A-3\"],\"email\":\"ada@example.org\"}")));

        assertThat(stranger.outcome()).isEqualTo("201");
        assertThat(confirmed.outcome()).isEqualTo("200");
        assertThat(seller.outcome()).as("another operation of the same caller").isEqualTo("201");
        assertThat(api.confirm(event.id(), id, "order-42", 4500).header("Idempotency-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void each_api_key_has_idempotency_keys_of_its_own() {
        var event = system.event(2);
        var one = newKey();
        var other = newKey();

        assertThat(reserveAs(one, event, "order-1", "S-A-1").outcome()).isEqualTo("201");
        assertThat(reserveAs(other, event, "order-1", "S-A-2").outcome()).isEqualTo("201");
        assertThat(reserveAs(one, event, "order-1", "S-A-1").header("Idempotency-Replayed"))
                .isEqualTo("true");
        assertThat(reserveAs(one, event, "order-1", "S-A-2").outcome()).isEqualTo("422 idempotency-key-reused");
    }

    private String newKey() {
        return system.database
                .inTransaction(tx -> new ApiKeys().create(tx, Role.SALES, "shop", Set.of(), null))
                .secret()
                .reveal();
    }

    private Api.Response reserveAs(String bearer, Event event, String key, String seat) {
        var request = api.request("/api/events/" + event.id() + "/reservations")
                .header("Authorization", "Bearer " + bearer)
                .header("Idempotency-Key", key);
        return api.send(Api.post(request, "{\"seats\":[\"" + seat + "\"],\"email\":\"ada@example.org\"}"));
    }

    @Test
    void the_database_holds_neither_the_token_nor_the_key_of_a_stored_reply() {
        var event = system.event(1);
        var key = key();
        var reserved = api.reserve(event.id(), key, new String[] {"S-A-1"});
        var token = reserved.json().get("token").asText();

        var rows = system.query(
                "SELECT encode(reply, 'escape') || idempotency_keys::text AS line FROM idempotency_keys WHERE event_id = ?",
                row -> row.text("line"),
                event.id().value());

        assertThat(Base64.getUrlDecoder().decode(token.substring("rsv_".length())))
                .as("random bytes")
                .hasSize(32);
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0))
                .startsWith("201 " + reserved.header("Location"))
                .doesNotContain(token, "rsv_", "ada@example.org", key);
        assertThat(api.reserve(event.id(), key, new String[] {"S-A-1"}).text()).isEqualTo(reserved.text());
    }

    @Test
    void white_space_and_field_order_do_not_make_a_different_request() {
        var event = system.event(1);
        var key = key();

        api.reserveWith(event.id(), key, "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\"}");
        var again =
                api.reserveWith(event.id(), key, "{ \"email\" : \"ada@example.org\",\n \"seats\" : [ \"S-A-1\" ] }");

        assertThat(again.outcome()).isEqualTo("201");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void a_key_belongs_to_its_event() {
        var key = key();
        var one = system.event(1);
        var other = system.event(1);

        assertThat(api.reserve(one.id(), key, new String[] {"S-A-1"}).outcome()).isEqualTo("201");
        var response = api.reserve(other.id(), key, new String[] {"S-A-1"});

        assertThat(response.outcome()).isEqualTo("201");
        assertThat(response.header("Idempotency-Replayed")).isNull();
    }

    @Test
    void a_key_is_the_same_with_and_without_quotes() {
        var event = system.event(1);
        var key = key();

        api.reserve(event.id(), key, new String[] {"S-A-1"});
        var quoted = api.reserve(event.id(), "\"" + key + "\"", new String[] {"S-A-1"});

        assertThat(quoted.outcome()).isEqualTo("201");
        assertThat(quoted.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void a_copy_of_a_request_that_takes_too_long_gets_409_with_retry_after() throws SQLException {
        var event = system.event(1);
        var key = key();
        try (var connection = Servers.connect(system.url)) {
            connection.setAutoCommit(false);
            try (var insert = connection.prepareStatement("""
                    INSERT INTO idempotency_keys (event_id, key_hash, fingerprint, created_at, reply)
                    VALUES (?, ?, sha256('something'), now(), convert_to(E'201 \\n{}', 'UTF8'))
                    """)) {
                insert.setObject(1, event.id().value());
                insert.setBytes(2, hash(key));
                insert.executeUpdate();
            }

            var waited = api.reserve(event.id(), key, new String[] {"S-A-1"});

            assertThat(waited.outcome()).isEqualTo("409 idempotency-key-in-use");
            assertThat(waited.header("Retry-After")).isEqualTo("1");
            connection.rollback(); // the first request failed, so its key is free
        }
        assertThat(api.reserve(event.id(), key, new String[] {"S-A-1"}).outcome())
                .isEqualTo("201");
    }

    @Test
    void a_malformed_or_invalid_request_does_not_use_up_its_key() {
        var event = system.event(1);
        var key = key();

        assertThat(api.reserveWith(event.id(), key, "{").outcome()).isEqualTo("400 malformed-request");
        assertThat(api.reserveWith(event.id(), key, "{}").outcome()).isEqualTo("422 invalid-request");
        assertThat(api.reserve(event.id(), key, new String[] {"S-A-1"}).outcome())
                .isEqualTo("201");
    }

    @Test
    void keys_are_deleted_after_a_day_and_not_before() {
        try (var system = new TestSystem()) {
            var event = system.event(2);
            system.api.reserve(event.id(), "old", new String[] {"S-A-1"});
            system.api.reserve(event.id(), "young", new String[] {"S-A-2"});
            age(system, "old", "24 hours 1 minute");
            age(system, "young", "23 hours 59 minutes");

            system.sweeper().runOnce();

            assertThat(system.query("SELECT key_hash FROM idempotency_keys", row -> row.bytes("key_hash")))
                    .containsExactly(hash("young"));
            assertThat(system.api
                            .reserve(event.id(), "old", new String[] {"S-A-1"})
                            .outcome())
                    .isEqualTo("409 seats-taken");
        }
    }

    private static void age(TestSystem system, String key, String by) {
        system.update(
                "UPDATE idempotency_keys SET created_at = created_at - ?::interval WHERE key_hash = ?", by, hash(key));
    }

    private static byte[] hash(String key) {
        return new IdempotencyKey("anonymous reserve", key).hash();
    }

    private long reservations(Event event) {
        return system.count(
                "SELECT count(*) AS n FROM reservations WHERE event_id = ?",
                event.id().value());
    }
}
