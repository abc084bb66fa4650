package seatlock.inventory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import seatlock.catalog.Code;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.db.Tx;

/**
 * The halls of events, and which of their seats are likely to be free, as this node remembers it. This only saves searching: seats
 * are locked before a buyer gets them, so it does no harm that another node has changed them in the meantime.
 */
final class Halls {

    /** Seats read at a time: a fraction of a second. */
    private static final int MAX_READ = 25_000;

    /** Halls of some fifty megabytes altogether. */
    private static final long MAX_SEATS = 2_000_000;

    /** A bit for each seat. */
    private static final long MAX_BITS = 80_000_000;

    /** How long it may take until this node notices seats that lapsed, or that another node has released. */
    private static final Duration MAX_AGE = Duration.ofSeconds(1);

    private record Version(EventId event, int number) {}

    private static final class Known {
        final BitSet free = new BitSet();
        int size;
        long readAt;
    }

    private final InventoryReader reader = new InventoryReader();

    private final Cache<Version, Hall> halls = Caffeine.newBuilder()
            .maximumWeight(MAX_SEATS)
            .weigher((Version version, Hall hall) -> hall.size() + 100)
            .build();

    private final Cache<EventId, Known> known = Caffeine.newBuilder()
            .maximumWeight(MAX_BITS)
            .weigher((EventId event, Known seats) -> seats.size + 1_000)
            .build();

    private Hall of(Event event, Layout layout) {
        return halls.get(
                new Version(event.id(), event.version()),
                version -> Hall.of(
                        layout.rows(), layout.focus(), event.terms().choice().releasesAccessible()));
    }

    /** Chooses the best seats for all baskets, one after another, before they are locked. */
    SeatPool pool(Tx tx, Event event, PriceList prices, Layout layout, Map<String, Code> codes, List<Command> commands)
            throws SQLException {
        var choosers = Command.select(commands, Command.Reserve.class).stream()
                .filter(command -> command.basket().best().isPresent())
                .filter(command ->
                        command.basket().size(layout) <= event.terms().maxSeatsPerReservation())
                .toList();
        if (choosers.isEmpty()) {
            return event.terms().choice().refusesOrphans()
                    ? new SeatPool(of(event, layout), new BitSet(), false, Map.of(), new BitSet())
                    : SeatPool.NONE;
        }
        var hall = of(event, layout);
        var free = likelyFree(tx, event, hall);
        var left = (BitSet) free.clone();
        commandSeats(layout, commands).forEach(left::clear);
        var likely = new HashMap<ReservationId, SeatChoice.Chosen>();
        for (var command : choosers) {
            var code = command.basket().code().map(codes::get);
            var request = SeatChooser.request(command.basket().best().orElseThrow(), layout, prices, code);
            if (request.isPresent()
                    && BestSeats.choose(hall, left, request.get()) instanceof SeatChoice.Chosen chosen) {
                likely.put(command.id(), chosen);
                chosen.seats().forEach(left::clear);
            }
        }
        return new SeatPool(hall, free, false, likely, new BitSet());
    }

    /** Returns the ids of the seats that buyers have chosen themselves. */
    private static Stream<Integer> commandSeats(Layout layout, List<Command> commands) {
        return Command.select(commands, Command.Reserve.class).stream()
                .flatMap(command -> command.basket().placedSeats(layout))
                .map(Layout.PlacedSeat::id);
    }

    /** Returns the ids of the seats beside those that buyers have chosen, if these must not leave single ones. */
    static Stream<Integer> neighbors(Event event, Layout layout, List<Basket> baskets) {
        return event.terms().choice().refusesOrphans()
                ? baskets.stream()
                        .flatMap(basket -> basket.placedSeats(layout))
                        .flatMapToInt(placed -> SeatChooser.neighbors(placed.row(), placed.id()))
                        .boxed()
                : Stream.empty();
    }

    /** Returns the ids of the seats that are likely to be free. The caller owns the result. */
    private BitSet likelyFree(Tx tx, Event event, Hall hall) throws SQLException {
        var seats = known.getIfPresent(event.id());
        if (seats != null) {
            synchronized (seats) {
                if (seats.size == event.capacity() && System.nanoTime() - seats.readAt < MAX_AGE.toNanos()) {
                    return (BitSet) seats.free.clone();
                }
            }
        }
        return read(tx, event, hall);
    }

    /** Reads the ids of the seats that are free now. The caller owns the result. */
    BitSet read(Tx tx, Event event, Hall hall) throws SQLException {
        var readAt = System.nanoTime();
        var free = new BitSet(event.capacity() + 1);
        for (var range : hall.ranges()) {
            for (int first = range.first(); first <= range.last(); first += MAX_READ) {
                var statuses = reader.statuses(tx, event.id(), first, Math.min(range.last(), first + MAX_READ - 1));
                for (int i = 0; i < statuses.length(); i++) {
                    free.set(first + i, SeatStatus.AVAILABLE.letter() == statuses.charAt(i));
                }
            }
        }
        var seats = new Known();
        seats.size = event.capacity();
        seats.readAt = readAt;
        seats.free.or(free);
        known.put(event.id(), seats);
        return free;
    }

    /** Records which seats a decision has left free, and which not. If its transaction is rolled back, this is noticed later. */
    void decided(EventId event, Collection<Seat> decided) {
        var seats = known.getIfPresent(event);
        if (seats != null) {
            synchronized (seats) {
                decided.forEach(seat -> seats.free.set(seat.id(), seat.isVacant()));
            }
        }
    }
}
