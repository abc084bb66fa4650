package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.Concurrently;
import seatlock.support.Tally;
import seatlock.support.TestSystem;

/** The limit of a customer, whom the seller names, over several addresses. */
class CustomerLimitTest {

    private final TestSystem system = TestSystem.shared();
    private final Api api = system.api;

    private EventId event() {
        var event = system.event(20).id();
        limit(event, 3);
        return event;
    }

    private void limit(EventId event, int seats) {
        var request = api.asAdmin(api.request("/api/events/" + event));
        assertThat(api.send(Api.patch(request, "{\"maxSeatsPerCustomer\":" + seats + "}"))
                        .status())
                .isEqualTo(200);
    }

    private Api.Response reserve(Api node, EventId event, String customer, String email, String... seats) {
        var body = Api.object().put("email", email).put("customer", customer);
        List.of(seats).forEach(body.putArray("seats")::add);
        var request = api.asAdmin(node.request("/api/events/" + event + "/reservations"))
                .header("Idempotency-Key", UUID.randomUUID().toString());
        return api.send(Api.post(request, body.toString()));
    }

    @Test
    void the_seats_of_a_customer_count_over_all_addresses() {
        var event = event();

        var first = reserve(api, event, "c-17", "ada@example.org", "S-A-1", "S-A-2");

        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(first.json().get("customer").asText()).isEqualTo("c-17");
        assertThat(reserve(api, event, "c-17", "eve@example.org", "S-A-3", "S-A-4")
                        .outcome())
                .isEqualTo("422 too-many-seats");
        assertThat(reserve(api, event, "c-17", "eve@example.org", "S-A-3").status())
                .isEqualTo(201);
        assertThat(reserve(api, event, "c-18", "ada@example.org", "S-A-4", "S-A-5", "S-A-6")
                        .status())
                .as("another customer with the same address")
                .isEqualTo(201);
        assertThat(api.reserve(event, "S-A-7", "S-A-8", "S-A-9").status())
                .as("the address itself")
                .isEqualTo(201);
        api.cancel(event, first.json().get("id").asText(), TestSystem.ADMIN_KEY);
        assertThat(reserve(api, event, "c-17", "bob@example.org", "S-A-1", "S-A-2")
                        .status())
                .isEqualTo(201);
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_customer_who_comes_at_once_on_two_nodes_gets_no_more_than_the_limit() {
        var event = event();
        try (var other = system.anotherNode()) {
            var there = new Api("http://localhost:" + other.port(), TestSystem.ADMIN_KEY);

            var answers = Concurrently.run(
                    20,
                    i -> Api.patiently(() -> reserve(
                            i % 2 == 0 ? api : there, event, "c-17", "buyer" + i + "@example.org", "S-A-" + (i + 1))));

            assertThat(Tally.of(answers, Api.Response::outcome).toString()).isEqualTo("{201=3, 422 too-many-seats=17}");
        }
        assertThat(system.violations(event)).isEmpty();
    }

    @Test
    void a_successor_counts_against_its_customer_too() {
        var event = event();
        var late = reserve(api, event, "c-17", "ada@example.org", "S-A-1")
                .json()
                .get("id")
                .asText();
        system.lapse(event);
        reserve(api, event, "c-17", "eve@example.org", "S-A-2", "S-A-3", "S-A-4");

        assertThat(api.reacquire(event, late, "k1", 4500).outcome()).isEqualTo("422 too-many-seats");
        limit(event, 4);
        var successor = api.reacquire(event, late, "k2", 4500);
        assertThat(successor.status()).as(successor.text()).isEqualTo(200);
        assertThat(successor.json().get("customer").asText()).isEqualTo("c-17");
        assertThat(reserve(api, event, "c-17", "bob@example.org", "S-A-5").outcome())
                .isEqualTo("422 too-many-seats");
    }

    @Test
    void only_a_seller_can_name_a_customer() {
        var event = event();
        var body = "{\"seats\":[\"S-A-1\"],\"email\":\"ada@example.org\",\"customer\":\"c-17\"}";

        assertThat(api.reserveWith(event, "k", body).outcome()).isEqualTo("403 forbidden");
        assertThat(api.reserve(event, "S-A-1").status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\u0000b", "a\nb", "\u202Eabc", "LONG"})
    void a_customer_must_be_a_printable_text(String customer) {
        var event = event();

        var refused = reserve(api, event, customer.replace("LONG", "x".repeat(101)), "ada@example.org", "S-A-1");

        assertThat(refused.outcome()).isEqualTo("422 invalid-request");
        assertThat(refused.json().get("errors").get(0).get("field").asText()).isEqualTo("customer");
        assertThat(reserve(api, event, "\u00fc".repeat(100), "ada@example.org", "S-A-1")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void the_customer_is_erased_with_the_buyer() {
        var event = event();
        var id = reserve(api, event, "c-17", "ada@example.org", "S-A-1")
                .json()
                .get("id")
                .asText();
        api.cancel(event, id, TestSystem.ADMIN_KEY);

        var erased = api.send(Api.post(api.asAdmin(api.request(Api.path(event, id) + "/erase")), "{}"));

        assertThat(erased.status()).isEqualTo(204);
        assertThat(api.get(Api.path(event, id), TestSystem.ADMIN_KEY).json().has("customer"))
                .isFalse();
    }
}
