package seatlock.inventory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.db.Tx;

/**
 * Which places of an event that are for everybody are likely to be free, as this node remembers it. This only saves searching: the places are locked
 * before one of them is given to a buyer, so it does no harm that another node has changed them in the meantime.
 */
final class Vacancies {

    /** Places read at a time: few round trips, and a fraction of a second for the largest event. */
    private static final int MAX_READ = 20_000;

    /** Takes some ten megabytes: a bit for each place. */
    private static final long MAX_PLACES = 80_000_000;

    private record Area(EventId event, int firstSeatId) {}

    /** Free places of an area, by their index in it. */
    private static final class Known {
        final int size;
        final BitSet free;

        Known(int size) {
            this.size = size;
            this.free = new BitSet(size);
        }
    }

    private final Cache<Area, Known> areas = Caffeine.newBuilder()
            .maximumWeight(MAX_PLACES)
            .weigher((Area area, Known known) -> known.size + 100)
            .build();

    /** Where in an area this node begins, from 0 to 1, so that nodes seldom pick the same places. */
    private final double start;

    Vacancies(Random random) {
        this.start = random.nextDouble();
    }

    /**
     * Returns places that are likely to be free; fewer if there are not as many.
     *
     * @param except ids of places that are not needed
     * @param mustRead whether to look into the database even if enough are known here
     */
    List<Integer> find(Tx tx, EventId event, PlannedRow places, int count, Set<Integer> except, boolean mustRead)
            throws SQLException {
        var known = areas.get(
                new Area(event, places.firstSeatId()),
                area -> new Known(places.row().seats().count()));
        if (!mustRead) {
            var found = pick(known, places, count, except);
            if (found.size() == count) {
                return found;
            }
        }
        read(tx, event, places, known, count + except.size());
        return pick(known, places, count, except);
    }

    private List<Integer> pick(Known known, PlannedRow places, int count, Set<Integer> except) {
        synchronized (known) {
            var from = first(known.size);
            return IntStream.concat(
                            known.free.stream().filter(index -> index >= from),
                            known.free.stream().takeWhile(index -> index < from))
                    .map(index -> places.firstSeatId() + index)
                    .boxed()
                    .filter(id -> !except.contains(id))
                    .limit(count)
                    .toList();
        }
    }

    private int first(int size) {
        return (int) (start * size);
    }

    /** Reads the free places from this node's start to the end, and then, unless these are enough, the others. */
    private void read(Tx tx, EventId event, PlannedRow places, Known known, int count) throws SQLException {
        var from = places.firstSeatId() + first(known.size);
        var free = read(tx, event, from, places.lastSeatId());
        remember(known, places, from, places.lastSeatId(), free);
        if (free.size() < count) {
            remember(known, places, places.firstSeatId(), from - 1, read(tx, event, places.firstSeatId(), from - 1));
        }
    }

    /** Records what was read from one place to another. If there is more to read, the last one that was found is the end. */
    private static void remember(Known known, PlannedRow places, int first, int last, List<Integer> free) {
        var end = free.size() < MAX_READ ? last : free.get(free.size() - 1);
        synchronized (known) {
            known.free.clear(first - places.firstSeatId(), end - places.firstSeatId() + 1);
            free.forEach(id -> known.free.set(id - places.firstSeatId()));
        }
    }

    private static List<Integer> read(Tx tx, EventId event, int first, int last) throws SQLException {
        return tx.query("""
                SELECT seat_id
                  FROM seats
                 WHERE event_id = ?
                   AND seat_id BETWEEN ? AND ?
                   AND allocation_id IS NULL
                   AND (status = 'AVAILABLE' OR held_until <= clock_timestamp())
                 ORDER BY seat_id
                 LIMIT ?
                """, row -> row.integer("seat_id"), event.value(), first, last, MAX_READ);
    }

    /** Records which places of an area a decision has left free, and which not. */
    void decided(EventId event, PlannedRow places, Collection<Seat> seats) {
        var known = areas.getIfPresent(new Area(event, places.firstSeatId()));
        if (known != null) {
            var byFreedom = seats.stream().collect(Collectors.partitioningBy(Seat::isVacant));
            synchronized (known) {
                byFreedom.get(true).forEach(seat -> known.free.set(seat.id() - places.firstSeatId()));
                byFreedom.get(false).forEach(seat -> known.free.clear(seat.id() - places.firstSeatId()));
            }
        }
    }
}
