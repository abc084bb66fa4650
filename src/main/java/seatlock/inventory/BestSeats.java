package seatlock.inventory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Chooses the best seats available for a party, as a pure function of the hall, the free seats and the request: {@link #choose}. The
 * same input always gives the same seats.
 *
 * <p><b>The order.</b> Of two ways to seat the party, the better one is that which is better in the first of the following points in
 * which they differ:
 *
 * <ol>
 *   <li>All seats are beside each other, in one row.
 *   <li><i>If they are:</i> fewer single free seats remain that were not single before. A single seat has no free neighbor that
 *       everybody may buy.
 *   <li><i>If they are:</i> the free seats from which they are taken have room for as many more parties of this size as possible.
 *       Otherwise, pairs that sit in the middle of rows would leave odd numbers of seats on both sides, and so single seats in the end.
 *   <li><i>If they are not:</i> nobody sits alone.
 *   <li><i>If they are not:</i> they are nearer to each other. The distance is that between the outermost columns plus that between
 *       the outermost rows, where a row counts as much as two seats, and different sections are farther from each other than any two
 *       seats of a section. Columns are counted from the middle of each row.
 *   <li><i>If they are not:</i> fewer people sit alone.
 *   <li>Fewer seats were meant for others: accessible seats and those of companions, for a party without accessible seats; all others,
 *       for a party with them.
 *   <li>Fewer seats have a restricted view.
 *   <li>They are nearer to the focus of the hall, if it has one: the sum of their distances is less. A seat without coordinates
 *       counts twice the distance of the farthest one.
 *   <li>Their rows come earlier in the plan: the sum of the rows' indexes is less.
 *   <li>They are nearer to the middle of their rows: the sum of their distances from it, in half seats, is less.
 *   <li>Their ids, in ascending order, come first.
 * </ol>
 *
 * <p>The first points, and that nobody sits alone unless there is no other way, are those of seats.io's best available; that seats
 * are beside each other by position and not by number, and that the middle is that of the physical row, are Revel's.
 *
 * <p><b>Accessible seats</b> and those of companions are never given to a party that asks for none, unless they are released to
 * everybody. A party that asks for some gets exactly as many, and at most {@value #COMPANIONS} seats of companions for each: the ADA
 * (28 CFR 36.302 f) gives a wheelchair space as many contiguous companion seats. If such a party cannot sit together, the largest
 * group around as many of its accessible seats as possible is seated first (one smaller, if this keeps somebody from sitting alone),
 * then that around the others, and then the rest as a party of its own, nearest to the first group instead of the focus. The rest gets
 * seats of companions only if there are no others.
 */
final class BestSeats {

    /** Companion seats for each accessible seat. */
    static final int COMPANIONS = 3;

    /** The largest party. */
    static final int MAX_QUANTITY = 100;

    /** Whether a party may be seated apart. */
    enum Together {
        /** Better no seats than seats apart. */
        REQUIRED,
        /** Apart only if there are no seats beside each other. */
        PREFERRED
    }

    /**
     * A request.
     *
     * @param quantity size of the party, from 1 to {@link #MAX_QUANTITY}
     * @param sections where they may sit; empty for everywhere
     * @param accessible how many accessible seats the party needs, from 0 to {@code quantity}
     */
    record Request(int quantity, Set<String> sections, Together together, int accessible) {

        Request {
            if (quantity < 1 || quantity > MAX_QUANTITY || accessible < 0 || accessible > quantity) {
                throw new IllegalArgumentException(accessible + " of " + quantity);
            }
            sections = Set.copyOf(sections);
        }

        Request of(int part, int partAccessible) {
            return new Request(part, sections, together, partAccessible);
        }
    }

    private BestSeats() {}

    /**
     * Chooses seats.
     *
     * @param free ids of the free seats; others than those of the hall are ignored
     */
    static SeatChoice choose(Hall hall, BitSet free, Request request) {
        var block = SeatBlocks.best(hall, free, request);
        if (!block.isEmpty()) {
            return new SeatChoice.Chosen(block, true);
        }
        int available = available(hall, free, request);
        if (available < request.quantity()) {
            return new SeatChoice.SoldOut(available);
        }
        if (request.together() == Together.REQUIRED) {
            return new SeatChoice.NotTogether(SeatBlocks.largest(hall, free, request, request.quantity() - 1));
        }
        return new SeatChoice.Chosen(
                request.accessible() == 0 ? NearestSeats.best(hall, free, request) : split(hall, free, request), false);
    }

    /** Counts the seats that the party could get, at most as many as it needs. */
    private static int available(Hall hall, BitSet free, Request request) {
        if (request.accessible() == 0) {
            return Math.min(request.quantity(), open(hall, free, request).cardinality());
        }
        var seats = seats(hall.all(), free, request);
        int accessible = (int) seats.stream().filter(hall::isAccessible).count();
        int companions = (int) seats.stream().filter(hall::isForCompanion).count();
        int others = seats.cardinality() - accessible - companions;
        int seated = Math.min(request.accessible(), accessible);
        return seated
                + Math.min(
                        request.quantity() - request.accessible(), others + Math.min(companions, COMPANIONS * seated));
    }

    private static BitSet open(Hall hall, BitSet free, Request request) {
        return seats(hall.open(), free, request);
    }

    private static BitSet seats(List<Hall.Stretch> stretches, BitSet free, Request request) {
        var seats = new BitSet();
        Hall.visitRuns(stretches, free, request.sections(), (stretch, first, last) -> {
            seats.set(first, last + 1);
            return true;
        });
        return seats;
    }

    /** Seats a party with accessible seats that cannot sit together, although there are enough seats. */
    private static List<Integer> split(Hall hall, BitSet free, Request request) {
        var left = (BitSet) free.clone();
        var chosen = new ArrayList<Integer>();
        var near = hall;
        int quantity = request.quantity();
        int accessible = request.accessible();
        for (int with = mostAccessible(hall, left, request); accessible > 0; with = Math.min(with, accessible)) {
            var group = group(near, left, request.of(quantity, accessible), with);
            if (group.isEmpty()) {
                with--;
                continue;
            }
            near = chosen.isEmpty() ? hall.around(group) : near;
            chosen.addAll(group);
            group.forEach(left::clear);
            quantity -= group.size();
            accessible -= with;
        }
        chosen.addAll(quantity == 0 ? List.of() : rest(near, left, request.of(quantity, 0)));
        Collections.sort(chosen);
        return chosen;
    }

    /** Returns how many of the accessible seats may be in a group, at most. */
    private static int mostAccessible(Hall hall, BitSet free, Request request) {
        var most = new int[1];
        Hall.visitRuns(hall.withAccessible(), free, request.sections(), (stretch, first, last) -> {
            int accessible = (int) IntStream.rangeClosed(first, last)
                    .filter(hall::isAccessible)
                    .count();
            most[0] = Math.max(most[0], Math.min(request.accessible(), accessible));
            return most[0] < request.accessible();
        });
        return most[0];
    }

    /** Chooses the largest group beside each other with some of the accessible seats; empty if there is none. */
    private static List<Integer> group(Hall hall, BitSet free, Request request, int with) {
        int limit = request.quantity() - (request.accessible() - with);
        int largest = SeatBlocks.largest(hall, free, request.of(limit, with), limit);
        if (largest == 0) {
            return List.of();
        }
        if (largest > 2 && request.quantity() - largest == 1) {
            var smaller = SeatBlocks.best(hall, free, request.of(largest - 1, with));
            if (!smaller.isEmpty()) {
                return smaller;
            }
        }
        return SeatBlocks.best(hall, free, request.of(largest, with));
    }

    private static List<Integer> rest(Hall hall, BitSet free, Request request) {
        var left = (BitSet) free.clone();
        free.stream().filter(hall::isAccessible).forEach(left::clear);
        var seats = open(hall, left, request);
        int missing = request.quantity() - seats.cardinality();
        if (missing <= 0) {
            return ((SeatChoice.Chosen) choose(hall, left, request)).seats();
        }
        return IntStream.concat(
                        seats.stream(),
                        seats(hall.all(), left, request).stream()
                                .filter(hall::isForCompanion)
                                .boxed()
                                .sorted(Comparator.comparingLong(id -> hall.distance(id, id)))
                                .limit(missing)
                                .mapToInt(id -> id))
                .boxed()
                .toList();
    }
}
