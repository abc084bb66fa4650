package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import seatlock.SealedTypesTest;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.Terms;

/** The chains in {@link Decision} have a branch for every variant. */
class HandlesEveryVariantTest {

    private static final Event EVENT = new Event(
            new EventId(new UUID(7, 7)),
            "Aida",
            "Arena",
            ZoneId.of("Europe/Rome"),
            Currency.getInstance("EUR"),
            Terms.first(Instant.MAX, 3, Optional.empty()),
            0,
            Instant.EPOCH);

    private static List<Outcome> decide(List<Command> commands, Map<ReservationId, Reservation> reservations) {
        var usedSeats = reservations.keySet().stream().collect(Collectors.toMap(id -> id, id -> Set.of(1)));
        var used = new Decision.Facts(usedSeats, Map.of());
        var locked = new Decision.Locked(reservations, Map.of(), Set.of(), Set.of(), Decision.Usage.NONE, used);
        return Decision.of(
                        EVENT,
                        PriceList.standard(Map.of("S", 1000L)),
                        Layout.EMPTY,
                        Reference::random,
                        Duration.ofMinutes(10),
                        locked,
                        Instant.EPOCH,
                        commands)
                .outcomes();
    }

    @Test
    void every_command_is_decided() {
        assertThat(decide(SealedTypesTest.COMMANDS, Map.of())).hasSameSizeAs(SealedTypesTest.COMMANDS);
    }

    @Test
    void every_canceller_of_a_used_reservation_gets_an_outcome_of_its_own() {
        var token = new ReservationToken("rsv_1");
        var id = new ReservationId(new UUID(1, 1));
        var confirmed = new Reservation(
                id,
                new Reference("ABCDEFGH"),
                1,
                1,
                new Reservation.Buyer("ada@example.org", Optional.empty(), Optional.empty(), token.hash()),
                List.of(),
                Breakdown.of(0),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                new Reservation.State.Confirmed(Instant.EPOCH, new Reservation.Payment("pi_1", 0)),
                Optional.empty(),
                Optional.empty());

        var outcomes = SealedTypesTest.CANCELLERS.stream()
                .map(by -> decide(List.of(new Command.Cancel(id, by)), Map.of(id, confirmed))
                        .get(0))
                .map(outcome -> outcome instanceof Outcome.Refused refused
                        ? refused.reason().name()
                        : "done");

        assertThat(outcomes).doesNotHaveDuplicates().hasSameSizeAs(SealedTypesTest.CANCELLERS);
    }
}
