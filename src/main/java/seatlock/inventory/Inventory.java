package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
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
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.db.Tx;

/**
 * Changes the holders of seats. {@link #apply} is the only way; the statements that lock rows are below it, and no other
 * statement waits for a row lock.
 */
public final class Inventory {

    /** How often places and seats are looked for again that another node was quicker to take. */
    private static final int MAX_SEARCHES = 3;

    private final Catalog catalog;
    private final Duration defaultTtl;
    private final Vacancies vacancies = new Vacancies(new Random());
    private final Halls halls = new Halls();

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
        for (int round = 1; round <= MAX_SEARCHES && decision.needsMore(); round++) {
            if (decision.chooser().isOutdated()) {
                held = held.withPool(held.locked().pool().current(halls.read(tx, event)));
                decision =
                        Decision.of(event, prices, layout, Reference::random, ttl, held.locked(), held.now(), commands);
            }
            held = lockMore(tx, event, layout, held, decision);
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
    private record Held(Decision.Locked locked, Instant now) {

        Held withPool(SeatPool pool) {
            return new Held(locked.with(locked.seats(), locked.freePlaces(), pool), now);
        }
    }

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
        var usedTickets = lockUsedTickets(tx, event.id(), commands);
        var payments = InventoryReader.payments(tx, event.id(), commands);
        var allocations = AllocationStore.read(tx, event.id(), commands);
        var baskets = baskets(event, layout, commands);
        var labels = requestedLabels(baskets);
        var pool = halls.pool(tx, event, prices, layout, commands);
        var seatIds = Stream.of(
                        seatIds(commands, reservations),
                        baskets.stream().flatMap(basket -> basket.tableSeatIds(layout)),
                        places(tx, event.id(), layout, allocations, baskets).stream(),
                        allocations.seatIds().values().stream().flatMap(Set::stream),
                        pool.likely().values().stream().flatMap(chosen -> chosen.seats().stream()),
                        Halls.neighbors(event, layout, baskets))
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
            reservationsLockedByOthers = Skipped.reservations(tx, event.id(), ids, reservations.keySet());
            seatsLockedByOthers = Skipped.seats(tx, event.id(), labels, seatIds, byLabel.keySet());
            pool = pool.withLockedByOthers(List.of(seatIds), byLabel.values());
        }
        return new Held(
                new Decision.Locked(
                        reservations,
                        byLabel,
                        reservationsLockedByOthers,
                        seatsLockedByOthers,
                        quotas,
                        new Decision.Facts(usedTickets, payments, allocations.locked(byLabel.values())),
                        limits,
                        Map.of(),
                        pool),
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
        var ids = Command.select(commands, Command.OfReservation.class).stream()
                .map(Command.OfReservation::id)
                .collect(toSet());
        var labels = commands.stream()
                .flatMap(Command::baskets)
                .flatMap(basket -> basket.seats().stream())
                .map(Basket.SeatItem::label)
                .collect(toSet());
        var allocations = commands.stream().flatMap(Command::allocations).collect(toSet());
        var facts = new Decision.Facts(Map.of(), Map.of(), new Allocations(Map.of(), Map.of(), allocations));
        return new Held(
                new Decision.Locked(Map.of(), Map.of(), ids, labels, Decision.Usage.NONE, facts), tx.readClock());
    }

    /** Returns the ids of the reservations that the commands expect to exist. */
    private static Set<ReservationId> existingIds(List<Command> commands) {
        return Command.select(commands, Command.OfReservation.class).stream()
                .filter(command -> !(command instanceof Command.Reserve))
                .map(Command.OfReservation::id)
                .collect(toSet());
    }

    /** Returns the baskets of the commands. One for too many seats will be refused, so nothing is locked for it. */
    private static List<Basket> baskets(Event event, Layout layout, List<Command> commands) {
        var max = event.terms().maxSeatsPerReservation();
        return commands.stream()
                .flatMap(command -> command.baskets()
                        .filter(basket -> !(command instanceof Command.Reserve) || basket.size(layout) <= max))
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
        return Command.select(commands, Command.OfReservation.class).stream()
                .filter(command -> reservations.containsKey(command.id()))
                .filter(command -> Decision.needsSeats(command, reservations.get(command.id())))
                .flatMap(command -> reservations.get(command.id()).seats().stream())
                .map(Reservation.ReservedSeat::seatId);
    }

    /** Returns ids of as many places as the baskets need together, which are likely to be free. */
    private List<Integer> places(Tx tx, EventId event, Layout layout, Allocations allocations, List<Basket> baskets)
            throws SQLException {
        var demand = new HashMap<Pool, Integer>();
        baskets.forEach(basket -> {
            var allocation = basket.allocation().map(allocations.byName()::get).map(Allocation::id);
            basket.places()
                    .forEach(item -> demand.merge(new Pool(item.section(), allocation), item.quantity(), Integer::sum));
        });
        var found = new ArrayList<Integer>();
        for (var pool : demand.entrySet()) {
            var places = layout.places(pool.getKey().section());
            if (places.isPresent()) {
                found.addAll(find(tx, event, pool.getKey(), places.get(), pool.getValue(), Set.of(), false));
            }
        }
        return found;
    }

    private List<Integer> find(
            Tx tx, EventId event, Pool pool, PlannedRow places, int count, Set<Integer> except, boolean mustRead)
            throws SQLException {
        return pool.allocation().isPresent()
                ? AllocationStore.freePlaces(tx, event, pool.allocation().get(), places, count, except)
                : vacancies.find(tx, event, places, count, except, mustRead);
    }

    private static int countFree(Tx tx, EventId event, Pool pool, PlannedRow places) throws SQLException {
        return pool.allocation().isPresent()
                ? AllocationStore.countFree(tx, event, pool.allocation().get(), places)
                : InventoryReader.countFree(tx, event, places.firstSeatId(), places.lastSeatId());
    }

    /**
     * Locks more places and seats, without waiting for those that other transactions have locked: the order of these locks is not
     * that of the others. Then counts how many places are free for other transactions, those that they have locked included.
     */
    private Held lockMore(Tx tx, Event event, Layout layout, Held held, Decision decision) throws SQLException {
        var missing = decision.missingPlaces();
        var wanted = decision.chooser().wanted();
        var seats = new LinkedHashMap<>(held.locked().seats());
        var lockedIds = seats.values().stream().map(Seat::id).collect(toSet());
        var free = new HashMap<Pool, Integer>();
        Instant now = held.now();
        for (var pool : missing.entrySet()) {
            var places = layout.places(pool.getKey().section()).orElseThrow();
            var more = find(tx, event.id(), pool.getKey(), places, pool.getValue(), lockedIds, true);
            var locked = lockSeats(tx, event.id(), new String[0], more.toArray(Integer[]::new), Locking.SKIP);
            locked.rows().forEach(seat -> seats.put(seat.label(), seat));
            free.put(pool.getKey(), countFree(tx, event.id(), pool.getKey(), places));
            now = locked.now();
        }
        var pool = held.locked().pool();
        if (!wanted.isEmpty()) {
            var ids = wanted.stream()
                    .boxed()
                    .filter(id -> !lockedIds.contains(id))
                    .toArray(Integer[]::new);
            var locked = lockSeats(tx, event.id(), new String[0], ids, Locking.SKIP);
            locked.rows().forEach(seat -> seats.put(seat.label(), seat));
            pool = pool.withLockedByOthers(List.of(ids), locked.rows());
            now = locked.now();
        }
        return new Held(held.locked().with(seats, free, pool), now);
    }

    /** Remembers which places the decision leaves free. If the transaction is rolled back, the next search notices. */
    private void remember(Event event, Layout layout, Decision decision) {
        var bySection = decision.seats().values().stream().collect(groupingBy(Seat::section));
        bySection.forEach((section, seats) ->
                layout.places(section).ifPresent(places -> vacancies.decided(event.id(), places, seats)));
        halls.decided(event.id(), decision.seats().values());
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
                locking == Locking.SKIP ? Skipped.quotas(tx, event, subjects, reservations.keySet()) : Set.of();
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
     * read before they are locked; how many seats of it count may change.
     */
    private static Limits lockLimits(
            Tx tx, EventId event, Set<UUID> named, Set<ReservationId> existing, Locking locking) throws SQLException {
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
        return new Limits(counts, uses(tx, event, existing), Skipped.of(ids, counts.keySet()));
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
                    uuids(reservations),
                    event.value());
        }
        return uses;
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
     * Locks the tickets of the reservations of which no seat with a used ticket may be released, in the order of the reservations,
     * so that none is used from now on. A gate holds such a lock only for a moment, so this waits for it.
     *
     * @return the ids of the seats with a used ticket
     */
    private static Map<ReservationId, Set<Integer>> lockUsedTickets(Tx tx, EventId event, List<Command> commands)
            throws SQLException {
        var refunds = Command.select(commands, Command.OfReservation.class).stream()
                .filter(Inventory::sparesUsedTickets)
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
                uuids(refunds),
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

    static UUID[] uuids(Collection<ReservationId> ids) {
        return ids.stream().map(ReservationId::value).toArray(UUID[]::new);
    }
}
