package seatlock.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import seatlock.catalog.Event;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.db.Ids;
import seatlock.inventory.Reservation.ReservedSeat;
import seatlock.inventory.Reservation.State;
import seatlock.support.TestSystem;

/**
 * An update that meets a missing row fails, although it is an {@code INSERT … ON CONFLICT DO UPDATE}: it neither counts as done
 * nor inserts the row.
 *
 * <p>Each test makes a decision about locked rows of which one does not exist in the database, such that all other statements
 * of the write succeed.
 */
class InventoryWriterTest {

    private static final Duration TTL = Duration.ofMinutes(10);
    private static final ReservationToken TOKEN = new ReservationToken("rsv_mine");
    private static final Instant NOW = Instant.now();

    private final TestSystem system = TestSystem.shared();
    private final Event event = system.event(2);

    private static ReservationId id() {
        return new ReservationId(Ids.next());
    }

    private static Seat seat(int id, SeatStatus status, ReservationId holder, Instant heldUntil) {
        return new Seat(id, "S-A-" + id, "S", "A", String.valueOf(id), status, holder, heldUntil);
    }

    /** Holds one seat until an instant. */
    private static Reservation pending(ReservationId id, int seat, Instant expiresAt) {
        return new Reservation(
                id,
                new Reference("ABCDEFGH"),
                1,
                1,
                new Reservation.Buyer("ada@example.org", Optional.empty(), Optional.empty(), TOKEN.hash()),
                List.of(new ReservedSeat(seat, "S-A-" + seat, "S", 4500, Optional.empty())),
                Breakdown.of(4500),
                Optional.empty(),
                expiresAt.minus(TTL),
                expiresAt,
                expiresAt,
                new State.Pending(),
                Optional.empty(),
                Optional.empty());
    }

    private static Command.Reserve reserve(Quota... quotas) {
        return new Command.Reserve(id(), List.of("S-A-1"), "ada@example.org", TOKEN, List.of(quotas));
    }

    /** Every row of the event that a write could insert or change. */
    private List<String> rows() {
        return system.query("""
                SELECT line
                  FROM (SELECT event_id, reservations::text FROM reservations
                         UNION ALL SELECT event_id, reservation_seats::text FROM reservation_seats
                         UNION ALL SELECT event_id, seats::text FROM seats
                         UNION ALL SELECT event_id, quotas::text FROM quotas) AS rows (event_id, line)
                 WHERE event_id = ?
                 ORDER BY line
                """, row -> row.text("line"), event.id().value());
    }

    /** Decides and writes, and expects that the only line of the update of this table finds no row. */
    private void writeFailsAt(String table, Decision.Locked locked, Command command) {
        var before = rows();
        var decision = Decision.of(
                event,
                PriceList.standard(Map.of("S", 1000L)),
                Layout.EMPTY,
                Reference::random,
                TTL,
                locked,
                NOW,
                List.of(command));
        assertThat(decision.outcomes()).singleElement().isInstanceOf(Outcome.Done.class);

        assertThatThrownBy(() -> system.database.inTransaction(tx -> {
                    InventoryWriter.write(tx, event, locked, decision);
                    return null;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("0 rows were changed instead of 1: INSERT INTO " + table + " ");

        assertThat(rows()).isEqualTo(before);
    }

    /** The reservation lapsed and another buyer has its seat, so nothing but its own row changes. */
    @Test
    void a_reservation_that_is_missing_is_noticed() {
        var missing = pending(id(), 1, NOW.minusSeconds(1));
        var taken = seat(1, SeatStatus.SOLD, id(), null);

        writeFailsAt(
                "reservations",
                new Decision.Locked(Map.of(missing.id(), missing), Map.of("S-A-1", taken)),
                new Command.Expire(missing.id()));
    }

    /** A new buyer takes over a lapsed hold whose claim does not exist. */
    @Test
    void a_claim_that_is_missing_is_noticed() {
        var lapsed = seat(1, SeatStatus.HELD, id(), NOW.minusSeconds(1));

        writeFailsAt("reservation_seats", new Decision.Locked(Map.of(), Map.of("S-A-1", lapsed)), reserve());
    }

    /** An existing reservation is confirmed, whose locked seat has an id that the event does not have. */
    @Test
    void a_seat_that_is_missing_is_noticed() {
        var reserve = reserve();
        system.apply(event, List.of(reserve));
        var reservation = pending(reserve.id(), 9, NOW.plusSeconds(60));
        var missing = seat(9, SeatStatus.HELD, reserve.id(), NOW.plusSeconds(60));

        writeFailsAt(
                "seats",
                new Decision.Locked(Map.of(reserve.id(), reservation), Map.of("S-A-9", missing)),
                new Command.Confirm(reserve.id(), new Reservation.Payment("pi_1", 4500)));
    }

    @Test
    void a_quota_that_is_missing_is_noticed() {
        var quota = Quota.of("email", "ada@example.org", 5, 5);
        var counted = pending(id(), 2, NOW.plusSeconds(60));
        var usage = new Decision.Usage(Map.of(quota.subject(), List.of(counted.id())), Set.of());

        writeFailsAt(
                "quotas",
                new Decision.Locked(
                        Map.of(counted.id(), counted),
                        Map.of("S-A-1", seat(1, SeatStatus.AVAILABLE, null, null)),
                        Set.of(),
                        Set.of(),
                        usage,
                        Decision.Facts.NONE),
                reserve(quota));
    }
}
