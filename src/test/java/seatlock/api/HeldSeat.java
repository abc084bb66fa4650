package seatlock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import seatlock.catalog.EventId;
import seatlock.support.TestSystem;

/** An event with the seats S-A-1 and S-A-2, of which a pending reservation holds the first. */
final class HeldSeat {

    final EventId event;
    final String reservation;
    private final TestSystem system;
    private final List<String> rows;

    HeldSeat(TestSystem system) {
        this.system = system;
        event = system.event(2).id();
        reservation = system.api.reserve(event, "S-A-1").json().get("id").asText();
        rows = EventRows.read(system, event);
    }

    /** Asserts that no row of the event has changed since the seat was reserved. */
    void assertUnchanged() {
        assertThat(EventRows.read(system, event)).isEqualTo(rows);
    }
}
