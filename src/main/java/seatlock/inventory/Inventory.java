package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceList;
import seatlock.catalog.PriceType;
import seatlock.db.Tx;

/**
 * Changes the holders of seats. {@link #apply} is the only way; the statements that lock rows are below it, and no other
 * statement waits for a row lock.
 */
public final class Inventory {

    /** How often places are looked for again that another node was quicker to take. */
    private static final int MAX_SEARCHES = 2;

    private final Catalog catalog;
    private final Duration defaultTtl;
    private final Vacancies vacancies = new Vacancies(new Random());

    /** @param defaultTtl how long a pending reservation holds its seats, unless the terms of its event say otherwise */
    public Inventory(Catalog catalog, Duration defaultTtl) {
        this.catalog = catalog;
        this.defaultTtl = defaultTtl;
    }

    /** How to treat a row that another transaction has locked. */
    public enum Locking {
        /** Wait for it. If the transaction's lock timeout passes, all commands fail. */
        WAIT,
        /** Refuse the commands that need it ({@link Refusal#LOCKED}), and only those. */
        SKIP
    }

    /**
     * Applies commands to one event, in order, in the caller's transaction: lock, read the clock, decide, write.
     *
     * <p>The rows stay locked until the caller commits, so the caller must do nothing slow before that. Only {@code sales} may
     * call this method, because it also writes the tickets, jobs and stored replies that a change requires.
     *
     * @param event in the version under which the commands are decided; if it turns out under the locks that this is not the
     *     current one, the transaction is retried
     * @return an outcome for each command, in the same order
     */
    public List<Outcome> apply(Tx tx, Event event, List<Command> requested, Locking locking) throws SQLException {
        var commands =
                requested.stream().map(command -> command.under(event.terms())).toList();
        var prices = catalog.prices(tx, event);
        var layout = catalog.layout(tx, event);
        var ttl = event.terms().reservationTtl().orElse(defaultTtl);
        var held = lock(tx, event, prices, layout, commands, locking);
        var decision = Decision.of(event, prices, layout, Reference::random, ttl, held.locked(), held.now(), commands);
        for (int round = 1; round <= MAX_SEARCHES && !decision.missingPlaces().isEmpty(); round++) {
            held = lockMorePlaces(tx, event, layout, held, decision.missingPlaces());
            decision = Decision.of(event, prices, layout, Reference::random, ttl, held.locked(), held.now(), commands);
        }
        InventoryWriter.write(tx, event, held.locked(), decision);
        remember(event, layout, decision);
        return decision.outcomes();
    }

    /** Deletes the quotas of an event that has started and so is no longer on sale. Returns their number. */
    public int deleteQuotas(Tx tx, EventId event) throws SQLException {
        return tx.update("DELETE FROM quotas WHERE event_id = ?", event.value());
    }

    /** The locked rows, and the database's clock, read after they were locked. */
    private record Held(Decision.Locked locked, Instant now) {}

    /** Locks everything that the commands need, in the lock order (see the package's documentation). */
    private Held lock(Tx tx, Event event, PriceList prices, Layout layout, List<Command> commands, Locking locking)
            throws SQLException {
        if (locking == Locking.SKIP && !lockEvent(tx, event)) {
            return allLockedByOthers(tx, commands);
        }
        var quotas = lockQuotas(tx, event.id(), commands, locking);
        var existing = existingIds(commands);
        var limits = lockLimits(tx, event.id(), limitIds(prices, commands), existing, locking);
        var ids = new HashSet<>(existing);
        quotas.reservations().values().forEach(ids::addAll);
        var reservations = lockReservations(tx, event.id(), ids, locking);
        var facts = new Decision.Facts(lockUsedTickets(tx, event.id(), commands), payments(tx, event.id(), commands));
        var baskets = baskets(event, layout, commands);
        var labels = requestedLabels(baskets);
        var seatIds = Stream.of(
                        seatIds(commands, reservations),
                        baskets.stream().flatMap(basket -> basket.tableSeatIds(layout)),
                        places(tx, event.id(), layout, baskets).stream())
                .flatMap(ids_ -> ids_)
                .distinct()
                .toArray(Integer[]::new);
        var seats = lockSeats(tx, event.id(), labels, seatIds, locking);
        if (seats.version() != event.version()) {
            catalog.forget(event.id());
            tx.restart("the event was changed");
        }
        var byLabel = new LinkedHashMap<String, Seat>();
        seats.rows().forEach(seat -> byLabel.put(seat.label(), seat));

        Set<ReservationId> reservationsLockedByOthers = Set.of();
        Set<String> seatsLockedByOthers = Set.of();
        if (locking == Locking.SKIP) {
            reservationsLockedByOthers = skippedReservations(tx, event.id(), ids, reservations.keySet());
            seatsLockedByOthers = skippedSeats(tx, event.id(), labels, seatIds, byLabel.keySet());
        }
        return new Held(
                new Decision.Locked(
                        reservations,
                        byLabel,
                        reservationsLockedByOthers,
                        seatsLockedByOthers,
                        quotas,
                        facts,
                        limits,
                        Map.of()),
                seats.now());
    }

    /**
     * Tries to acquire the locks that the foreign keys of a new reservation and of its idempotency key will need. Seatlock
     * locks nothing of an event that conflicts with this, so only another program can make it fail.
     *
     * @return {@code false} if another transaction has locked the event
     */
    private static boolean lockEvent(Tx tx, Event event) throws SQLException {
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

    private static Held allLockedByOthers(Tx tx, List<Command> commands) throws SQLException {
        var ids = commands.stream().map(Command::id).collect(toSet());
        var labels = Command.select(commands, Command.Reserve.class).stream()
                .flatMap(command -> command.basket().seats().stream())
                .map(Basket.SeatItem::label)
                .collect(toSet());
        return new Held(
                new Decision.Locked(Map.of(), Map.of(), ids, labels, Decision.Usage.NONE, Decision.Facts.NONE),
                tx.readClock());
    }

    /** Returns the ids of the reservations that the commands expect to exist. */
    private static Set<ReservationId> existingIds(List<Command> commands) {
        return commands.stream()
                .filter(command -> !(command instanceof Command.Reserve))
                .map(Command::id)
                .collect(toSet());
    }

    /** Returns what is to be reserved. A command for too many seats will be refused, so nothing is locked for it. */
    private static List<Basket> baskets(Event event, Layout layout, List<Command> commands) {
        return Command.select(commands, Command.Reserve.class).stream()
                .map(Command.Reserve::basket)
                .filter(basket -> basket.size(layout) <= event.terms().maxSeatsPerReservation())
                .toList();
    }

    private static String[] requestedLabels(List<Basket> baskets) {
        return baskets.stream()
                .flatMap(basket -> basket.seats().stream())
                .map(Basket.SeatItem::label)
                .distinct()
                .toArray(String[]::new);
    }

    private static Stream<Integer> seatIds(List<Command> commands, Map<ReservationId, Reservation> reservations) {
        return commands.stream()
                .filter(command -> reservations.containsKey(command.id()))
                .filter(command -> Decision.needsSeats(command, reservations.get(command.id())))
                .flatMap(command -> reservations.get(command.id()).seats().stream())
                .map(Reservation.ReservedSeat::seatId);
    }

    /** Returns ids of as many places as the baskets need together, which are likely to be free. */
    private List<Integer> places(Tx tx, EventId event, Layout layout, List<Basket> baskets) throws SQLException {
        var demand = new TreeMap<String, Integer>();
        baskets.stream()
                .flatMap(basket -> basket.places().stream())
                .forEach(item -> demand.merge(item.section(), item.quantity(), Integer::sum));
        var found = new ArrayList<Integer>();
        for (var section : demand.entrySet()) {
            var places = layout.places(section.getKey());
            if (places.isPresent()) {
                found.addAll(vacancies.find(tx, event, places.get(), section.getValue(), Set.of(), false));
            }
        }
        return found;
    }

    /**
     * Locks more places, without waiting for those that other transactions have locked: the order of these locks is not that of the
     * others. Then counts how many are free for other transactions, those that they have locked included.
     */
    private Held lockMorePlaces(Tx tx, Event event, Layout layout, Held held, Map<String, Integer> missing)
            throws SQLException {
        var seats = new LinkedHashMap<>(held.locked().seats());
        var lockedIds = seats.values().stream().map(Seat::id).collect(toSet());
        var free = new HashMap<String, Integer>();
        Instant now = held.now();
        for (var section : new TreeMap<>(missing).entrySet()) {
            var places = layout.places(section.getKey()).orElseThrow();
            var more = vacancies.find(tx, event.id(), places, section.getValue(), lockedIds, true);
            var locked = lockSeats(tx, event.id(), new String[0], more.toArray(Integer[]::new), Locking.SKIP);
            locked.rows().forEach(seat -> seats.put(seat.label(), seat));
            free.put(
                    section.getKey(),
                    InventoryReader.countFree(tx, event.id(), places.firstSeatId(), places.lastSeatId()));
            now = locked.now();
        }
        return new Held(held.locked().with(seats, free), now);
    }

    /** Remembers which places the decision leaves free. If the transaction is rolled back, the next search notices. */
    private void remember(Event event, Layout layout, Decision decision) {
        var bySection = decision.seats().values().stream().collect(groupingBy(Seat::section));
        bySection.forEach((section, seats) ->
                layout.places(section).ifPresent(places -> vacancies.decided(event.id(), places, seats)));
    }

    /** Locks quotas in the order of their subjects, and reads the reservations that count against them. */
    private static Decision.Usage lockQuotas(Tx tx, EventId event, List<Command> commands, Locking locking)
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
        Set<String> others =
                locking == Locking.SKIP ? skippedQuotas(tx, event, subjects, reservations.keySet()) : Set.of();
        return new Decision.Usage(reservations, others);
    }

    /** Returns the limits of the prices that the commands name. */
    private static Set<UUID> limitIds(PriceList prices, List<Command> commands) {
        var tariff = prices.tariff();
        if (tariff.types().stream().allMatch(type -> type.limit().isEmpty())) {
            return Set.of();
        }
        return Command.select(commands, Command.Reserve.class).stream()
                .flatMap(command -> command.basket().priceTypes())
                .map(named -> named.orElse(tariff.first().id()))
                .flatMap(id -> tariff.type(id).flatMap(PriceType::limit).stream())
                .map(Limit::id)
                .collect(toSet());
    }

    /**
     * Locks limits in the order of their ids, then counts what uses them. Which limits a reservation uses never changes, so this is
     * read before they are locked.
     */
    private static Limits lockLimits(
            Tx tx, EventId event, Set<UUID> named, Set<ReservationId> existing, Locking locking) throws SQLException {
        var uses = new HashMap<ReservationId, Map<UUID, Integer>>();
        if (!existing.isEmpty()) {
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
                    uuids(existing),
                    event.value());
        }
        var ids = new TreeSet<>(named);
        uses.values().forEach(each -> ids.addAll(each.keySet()));
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
        // By a statement of its own, which sees what was committed while this transaction waited for the locks.
        var counts = new HashMap<UUID, Limits.Count>();
        tx.query(
                """
                        SELECT l.limit_id, l.size, l.confirmed,
                               (SELECT coalesce(sum(u.quantity), 0)::int
                                  FROM limit_uses AS u
                                 WHERE u.event_id = l.event_id
                                   AND u.limit_id = l.limit_id
                                   AND u.active
                                   AND u.expires_at > clock_timestamp()) AS pending
                          FROM limits AS l
                         WHERE l.event_id = ?
                           AND l.limit_id = ANY (?)
                        """,
                row -> counts.put(
                        row.uuid("limit_id"),
                        new Limits.Count(row.integer("size"), row.integer("confirmed"), row.integer("pending"))),
                event.value(),
                locked.toArray(UUID[]::new));
        return new Limits(counts, uses, without(ids, counts.keySet()));
    }

    /** Locks reservations in the order of their ids. */
    private static Map<ReservationId, Reservation> lockReservations(
            Tx tx, EventId event, Set<ReservationId> ids, Locking locking) throws SQLException {
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
                uuids(ids),
                event.value());
        return InventoryReader.withSeats(tx, event, rows);
    }

    /**
     * Locks the tickets of the reservations that must not be refunded once a ticket was used, in the order of the reservations, so
     * that none is used from now on. A gate holds such a lock only for a moment, so this waits for it.
     *
     * @return the reservations with a used ticket
     */
    private static Set<ReservationId> lockUsedTickets(Tx tx, EventId event, List<Command> commands)
            throws SQLException {
        var refunds = Command.select(commands, Command.Cancel.class).stream()
                .filter(cancel -> cancel.by() instanceof Command.Canceller.Seller seller && !seller.force())
                .map(Command::id)
                .collect(toSet());
        if (refunds.isEmpty()) {
            return Set.of();
        }
        record Ticket(ReservationId reservation, boolean used) {}
        var tickets = tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (SELECT reservation_id, checked_in_at IS NOT NULL OR checked_out_at IS NOT NULL AS used
                                       FROM tickets
                                      WHERE event_id = ?
                                        AND reservation_id = named.id
                                        AND voided_at IS NULL
                                      ORDER BY seat_id
                                        FOR NO KEY UPDATE) AS locked
                """,
                row -> new Ticket(new ReservationId(row.uuid("reservation_id")), row.bool("used")),
                uuids(refunds),
                event.value());
        return tickets.stream().filter(Ticket::used).map(Ticket::reservation).collect(toSet());
    }

    /**
     * Finds the reservations that the payments of the commands have confirmed before. They cannot be locked, because most do not
     * exist yet: if another transaction uses one at the same time, the unique index will stop this one.
     */
    private static Map<String, ReservationId> payments(Tx tx, EventId event, List<Command> commands)
            throws SQLException {
        var references = Command.select(commands, Command.Confirm.class).stream()
                .flatMap(confirm -> confirm.payment().reference().stream())
                .distinct()
                .toArray(String[]::new);
        if (references.length == 0) {
            return Map.of();
        }
        return tx
                .query(
                        """
                        SELECT used.*
                          FROM unnest(?) AS named (reference)
                         CROSS JOIN LATERAL (SELECT reference, reservation_id
                                               FROM payment_references
                                              WHERE event_id = ?
                                                AND reference = named.reference
                                             OFFSET 0) AS used
                        """,
                        row -> Map.entry(row.text("reference"), new ReservationId(row.uuid("reservation_id"))),
                        references,
                        event.value())
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Locks seats in the order of their ids, and then reads the clock and the version of the event. */
    private static Tx.Locked<Seat> lockSeats(Tx tx, EventId event, String[] labels, Integer[] ids, Locking locking)
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

    private static String skipLocked(Locking locking) {
        return locking == Locking.SKIP ? " SKIP LOCKED" : "";
    }

    // With SKIP LOCKED, a row that exists but was not returned is locked by another transaction.

    private static Set<String> skippedQuotas(Tx tx, EventId event, Set<String> subjects, Set<String> locked)
            throws SQLException {
        var existing = tx.query("""
                SELECT encode(found.subject, 'hex') AS subject
                  FROM unnest(?) AS named (subject)
                 CROSS JOIN LATERAL (SELECT subject FROM quotas WHERE event_id = ?
                                        AND subject = decode(named.subject, 'hex') OFFSET 0) AS found
                """, row -> row.text("subject"), subjects.toArray(String[]::new), event.value());
        return without(existing, locked);
    }

    private static Set<ReservationId> skippedReservations(
            Tx tx, EventId event, Set<ReservationId> ids, Set<ReservationId> locked) throws SQLException {
        if (locked.size() == ids.size()) {
            return Set.of();
        }
        var existing = tx.query(
                "SELECT reservation_id FROM reservations WHERE event_id = ? AND reservation_id = ANY (?)",
                row -> new ReservationId(row.uuid("reservation_id")),
                event.value(),
                uuids(ids));
        return without(existing, locked);
    }

    private static Set<String> skippedSeats(Tx tx, EventId event, String[] labels, Integer[] ids, Set<String> locked)
            throws SQLException {
        var existing = tx.query(
                "SELECT label FROM seats WHERE event_id = ? AND (label = ANY (?) OR seat_id = ANY (?))",
                row -> row.text("label"),
                event.value(),
                labels,
                ids);
        return without(existing, locked);
    }

    private static <T> Set<T> without(Collection<T> existing, Set<T> locked) {
        var skipped = new HashSet<>(existing);
        skipped.removeAll(locked);
        return skipped;
    }

    private static UUID[] uuids(Collection<ReservationId> ids) {
        return ids.stream().map(ReservationId::value).toArray(UUID[]::new);
    }
}
