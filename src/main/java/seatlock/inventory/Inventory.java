package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Catalog;
import seatlock.catalog.Code;
import seatlock.catalog.Codes;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.Limit;
import seatlock.catalog.PriceList;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.db.Tx;

/**
 * Changes the holders of seats. {@link #apply} is the only way.
 */
public final class Inventory {

    /** How often places and seats are looked for again that another node was quicker to take. */
    private static final int MAX_SEARCHES = 3;

    private final Catalog catalog;
    private final Codes codes = new Codes();
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
        if (locking == Locking.SKIP && !Locks.lockEvent(tx, event)) {
            var refused = new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty());
            return Collections.nCopies(commands.size(), refused);
        }
        var held = lock(tx, event, prices, layout, commands, locking);
        var decision = Decision.of(event, prices, layout, Reference::random, ttl, held.locked(), held.now(), commands);
        for (int round = 1; round <= MAX_SEARCHES && decision.needsMore(); round++) {
            if (decision.chooser().isOutdated()) {
                held = held.withPool(held.locked()
                        .pool()
                        .current(halls.read(tx, event, held.locked().pool().hall())));
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
        var named = codes(tx, event.id(), commands);
        var limitIds = limitIds(prices, named, commands);
        var quotas = Locks.lockQuotas(tx, event.id(), commands, locking);
        var existing = existingIds(commands);
        var limits = Locks.lockLimits(tx, event.id(), limitIds, existing, locking);
        var ids = new HashSet<>(existing);
        quotas.reservations().values().forEach(ids::addAll);
        var reservations = Locks.lockReservations(tx, event.id(), ids, locking);
        var usedTickets = Locks.lockUsedTickets(tx, event.id(), commands);
        var payments = InventoryReader.payments(tx, event.id(), commands);
        var allocations = AllocationStore.read(tx, event.id(), commands);
        var baskets = baskets(event, layout, commands);
        var labels = requestedLabels(baskets);
        var pool = halls.pool(tx, event, prices, layout, named, commands);
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
        var seats = Locks.lockSeats(tx, event.id(), labels, seatIds, locking);
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
                        new Decision.Facts(usedTickets, payments, named, allocations.locked(byLabel.values())),
                        limits,
                        Map.of(),
                        pool),
                seats.now());
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
            var locked = Locks.lockSeats(tx, event.id(), new String[0], more.toArray(Integer[]::new), Locking.SKIP);
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
            var locked = Locks.lockSeats(tx, event.id(), new String[0], ids, Locking.SKIP);
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

    /**
     * Reads the codes that the commands name, and those of reservations of which some seats are to be cancelled. They never change,
     * except that they are switched off.
     */
    private Map<String, Code> codes(Tx tx, EventId event, List<Command> commands) throws SQLException {
        var texts = Command.select(commands, Command.Reserve.class).stream()
                .flatMap(command -> command.basket().code().stream())
                .collect(toSet());
        var partly = Command.select(commands, Command.CancelSeats.class).stream()
                .map(Command.CancelSeats::id)
                .collect(toSet());
        if (!partly.isEmpty()) {
            texts.addAll(InventoryReader.codes(tx, event, partly));
        }
        return texts.isEmpty() ? Map.of() : codes.find(tx, event, texts);
    }

    /** Returns the limits of the prices and codes that the commands name. */
    private static Set<UUID> limitIds(PriceList prices, Map<String, Code> codes, List<Command> commands) {
        var tariff = prices.tariff();
        var ofPrices = tariff.types().stream().allMatch(type -> type.limit().isEmpty())
                ? Stream.<Limit>empty()
                : Command.select(commands, Command.Reserve.class).stream()
                        .flatMap(command -> command.basket().priceTypes())
                        .map(type -> type.orElse(tariff.first().id()))
                        .flatMap(id -> tariff.type(id).flatMap(PriceType::limit).stream());
        var ofCodes = codes.values().stream().flatMap(code -> code.limit().stream());
        return Stream.concat(ofPrices, ofCodes).map(Limit::id).collect(toSet());
    }
}
