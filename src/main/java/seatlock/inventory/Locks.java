package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/**
 * The statements that lock rows for {@link Inventory#apply}, in the order in which it calls them. No other statement waits for the
 * lock of one of these rows.
 */
final class Locks {

    private Locks() {}

    /**
     * Tries to acquire the locks that the foreign keys of a new reservation and of its idempotency key will need. Seatlock
     * locks nothing of an event that conflicts with this, so only another program can make it fail.
     *
     * @return {@code false} if another transaction has locked the event
     */
    static boolean lockEvent(Tx tx, Event event) throws SQLException {
        return !tx.query(
                        """
                        SELECT e.event_id
                          FROM events AS e
                          JOIN event_terms AS t ON t.event_id = e.event_id AND t.version = ?
                         WHERE e.event_id = ?
                           FOR KEY SHARE SKIP LOCKED
                        """,
                        row -> row.uuid("event_id"),
                        event.terms().version(),
                        event.id().value())
                .isEmpty();
    }

    /** Locks quotas in the order of their subjects, and reads the reservations that count against them. */
    static Decision.Usage lockQuotas(Tx tx, EventId event, List<Command> commands, Inventory.Locking locking)
            throws SQLException {
        var subjects = commands.stream()
                .flatMap(command -> command.quotas().stream())
                .map(Quota::subject)
                .collect(toSet());
        if (subjects.isEmpty()) {
            return Decision.Usage.NONE;
        }
        record Line(String subject, ReservationId reservation) {}
        var lines = tx.query(
                """
                SELECT encode(locked.subject, 'hex') AS subject, unnest(locked.reservations) AS reservation_id
                  FROM (SELECT decode(unnest(?), 'hex') AS subject ORDER BY subject) AS named
                 CROSS JOIN LATERAL (
                        SELECT subject, reservations
                          FROM quotas
                         WHERE event_id = ?
                           AND subject = named.subject
                           FOR UPDATE
                """ + skipLocked(locking) + ") AS locked",
                row -> new Line(row.text("subject"), new ReservationId(row.uuid("reservation_id"))),
                subjects.toArray(String[]::new),
                event.value());
        var reservations = lines.stream().collect(groupingBy(Line::subject, mapping(Line::reservation, toList())));
        Set<String> others = locking == Inventory.Locking.SKIP
                ? Skipped.quotas(tx, event, subjects, reservations.keySet())
                : Set.of();
        return new Decision.Usage(reservations, others);
    }

    /**
     * Locks limits in the order of their ids, then counts what uses them. Which limits a reservation uses never changes, so this is
     * read before they are locked; how many seats of it count may change.
     */
    static Limits lockLimits(
            Tx tx, EventId event, Set<UUID> named, Set<ReservationId> existing, Inventory.Locking locking)
            throws SQLException {
        var ids = new TreeSet<>(named);
        uses(tx, event, existing).values().forEach(each -> ids.addAll(each.keySet()));
        if (ids.isEmpty()) {
            return Limits.NONE;
        }
        var locked = tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (SELECT limit_id
                                       FROM limits
                                      WHERE event_id = ?
                                        AND limit_id = named.id
                                        FOR UPDATE
                """ + skipLocked(locking) + ") AS locked",
                row -> row.uuid("limit_id"),
                ids.toArray(UUID[]::new),
                event.value());
        // By statements of their own, which see what was committed while this transaction waited for the locks.
        var counts = new HashMap<UUID, Limits.Count>();
        tx.query(
                "SELECT limit_id, size, confirmed FROM limits WHERE event_id = ? AND limit_id = ANY (?)",
                row -> counts.put(
                        row.uuid("limit_id"), new Limits.Count(row.integer("size"), row.integer("confirmed"), 0)),
                event.value(),
                locked.toArray(UUID[]::new));
        // Which of them have lapsed is decided by the clock that is read after all locks.
        record Line(UUID limit, Limits.Pending use) {}
        var pending = tx
                .query(
                        """
                        SELECT limit_id, expires_at, sum(quantity)::int AS quantity
                          FROM limit_uses
                         WHERE event_id = ?
                           AND limit_id = ANY (?)
                           AND active
                           AND expires_at > clock_timestamp()
                         GROUP BY limit_id, expires_at
                        """,
                        row -> new Line(
                                row.uuid("limit_id"),
                                new Limits.Pending(row.integer("quantity"), row.instant("expires_at"))),
                        event.value(),
                        locked.toArray(UUID[]::new))
                .stream()
                .collect(groupingBy(Line::limit, mapping(Line::use, toList())));
        return new Limits(counts, pending, uses(tx, event, existing), Skipped.of(ids, counts.keySet()));
    }

    /** Reads how many seats of reservations count against limits. */
    private static Map<ReservationId, Map<UUID, Integer>> uses(Tx tx, EventId event, Set<ReservationId> reservations)
            throws SQLException {
        var uses = new HashMap<ReservationId, Map<UUID, Integer>>();
        if (!reservations.isEmpty()) {
            tx.query(
                    """
                            SELECT used.*
                              FROM unnest(?) AS named (id)
                             CROSS JOIN LATERAL (SELECT reservation_id, limit_id, quantity
                                                   FROM limit_uses
                                                  WHERE event_id = ?
                                                    AND reservation_id = named.id
                                                 OFFSET 0) AS used
                            """,
                    row -> uses.computeIfAbsent(new ReservationId(row.uuid("reservation_id")), id -> new HashMap<>())
                            .put(row.uuid("limit_id"), row.integer("quantity")),
                    ReservationId.values(reservations),
                    event.value());
        }
        return uses;
    }

    /** Locks reservations in the order of their ids. */
    static Map<ReservationId, Reservation> lockReservations(
            Tx tx, EventId event, Set<ReservationId> ids, Inventory.Locking locking) throws SQLException {
        if (ids.isEmpty()) {
            return Map.of();
        }
        var rows = tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (
                """ + InventoryReader.SELECT_RESERVATION + """
                         WHERE event_id = ?
                           AND reservation_id = named.id
                           FOR UPDATE
                        """ + skipLocked(locking) + ") AS locked",
                InventoryReader::reservation,
                ReservationId.values(ids),
                event.value());
        return InventoryReader.withSeats(tx, event, rows);
    }

    /**
     * Locks the tickets of the reservations of which no seat with a used ticket may be released, in the order of the reservations,
     * so that none is used from now on. A gate holds such a lock only for a moment, so this waits for it.
     *
     * @return the ids of the seats with a used ticket
     */
    static Map<ReservationId, Set<Integer>> lockUsedTickets(Tx tx, EventId event, List<Command> commands)
            throws SQLException {
        var refunds = Command.select(commands, Command.OfReservation.class).stream()
                .filter(Locks::sparesUsedTickets)
                .map(Command.OfReservation::id)
                .collect(toSet());
        if (refunds.isEmpty()) {
            return Map.of();
        }
        record Ticket(ReservationId reservation, int seat, boolean used) {}
        var tickets = tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (SELECT reservation_id, seat_id,
                                            checked_in_at IS NOT NULL OR checked_out_at IS NOT NULL AS used
                                       FROM tickets
                                      WHERE event_id = ?
                                        AND reservation_id = named.id
                                        AND voided_at IS NULL
                                      ORDER BY seat_id
                                        FOR NO KEY UPDATE) AS locked
                """,
                row -> new Ticket(
                        new ReservationId(row.uuid("reservation_id")), row.integer("seat_id"), row.bool("used")),
                ReservationId.values(refunds),
                event.value());
        return tickets.stream()
                .filter(Ticket::used)
                .collect(groupingBy(Ticket::reservation, mapping(Ticket::seat, toSet())));
    }

    private static boolean sparesUsedTickets(Command command) {
        return command instanceof Command.Cancel cancel
                        && cancel.by() instanceof Command.Canceller.Seller seller
                        && !seller.force()
                || command instanceof Command.CancelSeats seats && !seats.force();
    }

    /** Locks seats in the order of their ids, and then reads the clock and the version of the event. */
    static Tx.Locked<Seat> lockSeats(Tx tx, EventId event, String[] labels, Integer[] ids, Inventory.Locking locking)
            throws SQLException {
        return tx.lockThenReadClock(
                """
                SELECT locked.*
                  FROM (SELECT found.seat_id AS id
                          FROM unnest(?) AS requested (label)
                         CROSS JOIN LATERAL (SELECT seat_id FROM seats WHERE event_id = ? AND label = requested.label
                                             OFFSET 0) AS found
                         UNION
                        SELECT unnest(?)
                         ORDER BY id) AS named
                 CROSS JOIN LATERAL (
                """ + InventoryReader.SELECT_SEAT + """
                         WHERE event_id = ?
                           AND seat_id = named.id
                           FOR UPDATE
                        """ + skipLocked(locking) + ") AS locked",
                InventoryReader::seat,
                "(SELECT terms_version FROM events WHERE event_id = ?)",
                labels,
                event.value(),
                ids,
                event.value(),
                event.value());
    }

    private static String skipLocked(Inventory.Locking locking) {
        return locking == Inventory.Locking.SKIP ? " SKIP LOCKED" : "";
    }
}
