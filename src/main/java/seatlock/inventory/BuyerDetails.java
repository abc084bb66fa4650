package seatlock.inventory;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        var locked = tx.lock(
                InventoryReader.SELECT_RESERVATION + " WHERE event_id = ? AND reservation_id = ? FOR NO KEY UPDATE",
                InventoryReader::reservation,
                event.value(),
                id.value());
        var now = tx.readClock();
        return InventoryReader.withSeats(tx, event, locked).values().stream()
                .findFirst()
                .map(found -> found.asOf(now));
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
        before.buyer().name().ifPresent(name -> deleteWords(tx, event, Map.of(before.id(), name)));
        insertWords(tx, event, List.of(after));
    }

    /**
     * Makes reservations no longer be found by their names.
     *
     * @param names all that they are found by
     */
    public static void deleteWords(Tx tx, EventId event, Map<ReservationId, String> names) {
        var lines = lines(names);
        if (!lines.isEmpty()) {
            tx.updateExactly(
                    lines.size(),
                    """
                    DELETE FROM reservation_words AS w
                     USING unnest(?, ?) AS line (reservation_id, word)
                     WHERE w.event_id = ?
                       AND w.reservation_id = line.reservation_id
                       AND w.word = line.word
                    """,
                    lines.stream().map(line -> line.reservation.value()).toArray(UUID[]::new),
                    lines.stream().map(Line::word).toArray(String[]::new),
                    event.value());
        }
    }

    private record Line(ReservationId reservation, String word) {}

    private static List<Line> lines(Map<ReservationId, String> names) {
        return names.entrySet().stream()
                .flatMap(named ->
                        Words.of(named.getValue()).stream().sorted().map(word -> new Line(named.getKey(), word)))
                .toList();
    }

    /** Makes reservations that have a name be found by it. */
    static void insertWords(Tx tx, EventId event, List<Reservation> reservations) {
        var names = new LinkedHashMap<ReservationId, String>();
        reservations.forEach(
                reservation -> reservation.buyer().name().ifPresent(name -> names.put(reservation.id(), name)));
        var lines = lines(names);
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
