package seatlock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatlock.catalog.EventId;
import seatlock.maintenance.Invariant;
import seatlock.support.TestSystem;

/** Tests the output of {@code seatlock verify}. */
class VerifyTest {

    private static long verify(TestSystem system, EventId event, List<String> lines) {
        return VerifyCommand.verify(system.url, Optional.ofNullable(event), lines::add);
    }

    @Test
    void the_violations_of_each_invariant_are_listed_for_all_events_or_one() {
        try (var system = new TestSystem()) {
            var good = system.event(2);
            var bad = system.event(2);
            system.api.buy(good.id(), "S-A-1");
            system.update(
                    "UPDATE seats SET seat_id = seat_id + 10 WHERE event_id = ?",
                    bad.id().value());
            var ofAll = new ArrayList<String>();
            var ofGood = new ArrayList<String>();

            assertThat(verify(system, null, ofAll)).isEqualTo(2);
            assertThat(verify(system, good.id(), ofGood)).isZero();

            assertThat(ofAll.get(0)).matches("Database \\w+ on [0-9a-f.:]+");
            assertThat(ofAll)
                    .hasSize(Invariant.values().length + 2)
                    .contains("        2  " + Invariant.A_SEAT_IS_AS_THE_PLAN_OF_ITS_EVENT_HAS_IT, "2 violations");
            assertThat(ofGood).hasSize(Invariant.values().length + 2).endsWith("No violations.");
            assertThat(catchThrowable(() -> verify(system, new EventId(UUID.randomUUID()), new ArrayList<>())))
                    .hasMessageStartingWith("No such event: ");
        }
    }
}
