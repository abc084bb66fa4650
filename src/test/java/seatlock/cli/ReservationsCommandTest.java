package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/** Tests the output of {@code seatlock reservations find}. */
class ReservationsCommandTest {

    private final TestSystem system = TestSystem.shared();

    private List<String> find(String email) {
        return system.database.inTransaction(tx -> ReservationsCommand.table(tx, email));
    }

    @Test
    void the_reservations_of_an_address_are_listed_the_newest_first() {
        var address = UUID.randomUUID() + "@example.org";
        var references = List.of(reserve(address, "S-A-1", "S-A-2"), reserve(address, "S-A-3"));

        var lines = find(address.toUpperCase());

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("EVENT +REFERENCE +STATUS +WHEN +SEATS");
        var when = " +\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ +";
        assertThat(lines.get(1)).matches("Aida +" + references.get(1) + " +PENDING" + when + "S-A-3");
        assertThat(lines.get(2)).matches("Aida +" + references.get(0) + " +PENDING" + when + "S-A-1 S-A-2");
        assertThat(find("nobody-" + address)).containsExactly("No reservations");
    }

    private String reserve(String address, String... seats) {
        var body = Api.object().put("email", address);
        List.of(seats).forEach(body.putArray("seats")::add);
        return system.api
                .reserveWith(system.event(3).id(), UUID.randomUUID().toString(), body.toString())
                .json()
                .get("reference")
                .asText();
    }
}
