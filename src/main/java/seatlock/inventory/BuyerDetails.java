package seatlock.inventory;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.text.Words;

/** Writes what reservations say about people: it changes no seat and no status. */
public final class BuyerDetails {

    private BuyerDetails() {}

    /**
     * Locks a reservation until the end of the transaction, so that it is neither changed nor ended in the meantime.
     *
     * @return the reservation as it is now (see {@link InventoryReader#find}); empty if there is none
     */
    public static Optional<Reservation> lockReservation(Tx tx, EventId event, ReservationId id) throws SQLException {
        var locked = tx.lockThenReadClock(
                InventoryReader.SELECT_RESERVATION + " WHERE event_id = ? AND reservation_id = ? FOR NO KEY UPDATE",
                InventoryReader::reservation,
                event.value(),
                id.value());
        return InventoryReader.withSeats(tx, event, locked.rows()).values().stream()
                .findFirst()
                .map(found -> found.asOf(locked.now()));
    }

    /**
     * Writes a locked reservation whose version, buyer or holders have changed.
     *
     * @param before as it was locked
     */
    public static void write(Tx tx, EventId event, Reservation before, Reservation after) {
        tx.updateExactly(
                1,
                """
                UPDATE reservations
                   SET version = ?, email = ?, name = ?, language = ?
                 WHERE event_id = ?
                   AND reservation_id = ?
                """,
                after.version(),
                after.buyer().email(),
                after.buyer().name().orElse(null),
                after.buyer().language().orElse(null),
                event.value(),
                after.id().value());
        for (int i = 0; i < after.seats().size(); i++) {
            var seat = after.seats().get(i);
            if (!seat.equals(before.seats().get(i))) {
                tx.updateExactly(
                        1,
                        """
                        UPDATE reservation_seats
                           SET holder = ?
                         WHERE event_id = ?
                           AND reservation_id = ?
                           AND seat_id = ?
                        """,
                        seat.holder().orElse(null),
                        event.value(),
                        after.id().value(),
                        seat.seatId());
            }
        }
        if (!after.buyer().name().equals(before.buyer().name())) {
            replaceWords(tx, event, before, after);
        }
    }

    private static void replaceWords(Tx tx, EventId event, Reservation before, Reservation after) {
        var old = before.buyer().name().map(Words::of).stream()
                .flatMap(Set::stream)
                .toArray(String[]::new);
        if (old.length > 0) {
            tx.updateExactly(
                    old.length,
                    "DELETE FROM reservation_words WHERE event_id = ? AND reservation_id = ? AND word = ANY (?)",
                    event.value(),
                    after.id().value(),
                    old);
        }
        insertWords(tx, event, List.of(after));
    }

    /** Makes reservations that have a name be found by it. */
    static void insertWords(Tx tx, EventId event, List<Reservation> reservations) {
        record Line(ReservationId reservation, String word) {}
        var lines = reservations.stream()
                .flatMap(reservation -> reservation.buyer().name().map(Words::of).stream()
                        .flatMap(words -> words.stream().sorted().map(word -> new Line(reservation.id(), word))))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        tx.updateExactly(
                lines.size(),
                "INSERT INTO reservation_words (event_id, reservation_id, word) SELECT ?, * FROM unnest(?, ?)",
                event.value(),
                lines.stream().map(line -> line.reservation.value()).toArray(UUID[]::new),
                lines.stream().map(Line::word).toArray(String[]::new));
    }
}
