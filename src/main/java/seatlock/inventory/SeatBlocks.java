package seatlock.inventory;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import seatlock.inventory.BestSeats.Request;
import seatlock.inventory.Hall.Stretch;

/** Searches for the best seats beside each other, in the order that {@link BestSeats} describes. */
final class SeatBlocks {

    private static final int ORPHANS = 60;
    private static final int LOST_PARTIES = 50;
    private static final int MEANT_FOR_OTHERS = 20;

    private final Hall hall;
    private final Request request;
    private final long leastFlaws;

    /** The seats that are looked at. */
    private int accessible;

    private int companions;
    private int ordinary;
    private int restricted;

    /** The best block so far. */
    private int best = -1;

    private long bestFlaws = Long.MAX_VALUE;
    private long bestDistance;
    private int bestRow;
    private int bestOffset;

    private SeatBlocks(Hall hall, Request request) {
        this.hall = hall;
        this.request = request;
        int strangers = request.quantity() - (1 + BestSeats.COMPANIONS) * request.accessible();
        this.leastFlaws = request.accessible() == 0 ? 0 : (long) Math.max(0, strangers) << MEANT_FOR_OTHERS;
    }

    /** Returns the best seats beside each other for a whole party, ascending; empty if there are none. */
    static List<Integer> best(Hall hall, BitSet free, Request request) {
        var search = new SeatBlocks(hall, request);
        var stretches = request.accessible() == 0 ? hall.openByDistance() : hall.withAccessible();
        Hall.visitRuns(stretches, free, request.sections(), search::search);
        return search.best < 0
                ? List.of()
                : IntStream.range(search.best, search.best + request.quantity())
                        .boxed()
                        .toList();
    }

    /** Returns the size of the largest party that could sit together with the requested accessible seats; 0 if there is none. */
    static int largest(Hall hall, BitSet free, Request request, int limit) {
        var largest = new int[1];
        if (request.accessible() == 0) {
            Hall.visitRuns(hall.open(), free, request.sections(), (stretch, first, last) -> {
                largest[0] = Math.max(largest[0], Math.min(limit, last - first + 1));
                return largest[0] < limit;
            });
            return largest[0];
        }
        var search = new SeatBlocks(hall, request);
        Hall.visitRuns(hall.withAccessible(), free, request.sections(), (stretch, first, last) -> {
            for (int from = first; from + largest[0] <= last; from++) {
                search.clear();
                for (int id = from; id <= last && id - from < limit && search.mayGrow(); id++) {
                    search.count(id, 1);
                    if (search.isAllowed()) {
                        largest[0] = Math.max(largest[0], id - from + 1);
                    }
                }
            }
            return largest[0] < limit;
        });
        return largest[0];
    }

    private boolean search(Stretch stretch, int first, int last) {
        if (isSettled(stretch)) {
            return false;
        }
        int quantity = request.quantity();
        if (last - first + 1 < quantity) {
            return true;
        }
        clear();
        for (int id = first; id < first + quantity - 1; id++) {
            count(id, 1);
        }
        for (int from = first; from + quantity - 1 <= last; from++) {
            count(from + quantity - 1, 1);
            if (isAllowed()) {
                compare(stretch, first, last, from);
            }
            count(from, -1);
        }
        return true;
    }

    /** Returns whether neither a stretch nor one that follows it can have anything better than the best so far. */
    private boolean isSettled(Stretch stretch) {
        if (bestFlaws > leastFlaws) {
            return false;
        }
        return hall.hasFocus() ? stretch.nearest() * request.quantity() > bestDistance : stretch.row() > bestRow;
    }

    private void clear() {
        accessible = 0;
        companions = 0;
        ordinary = 0;
        restricted = 0;
    }

    private void count(int id, int by) {
        accessible += hall.isAccessible(id) ? by : 0;
        companions += hall.isForCompanion(id) ? by : 0;
        ordinary += hall.isOrdinary(id) ? by : 0;
        restricted += hall.isRestricted(id) ? by : 0;
    }

    private boolean isAllowed() {
        return request.accessible() == 0
                || accessible == request.accessible() && companions <= BestSeats.COMPANIONS * accessible;
    }

    private boolean mayGrow() {
        return accessible <= request.accessible() && companions <= BestSeats.COMPANIONS * request.accessible();
    }

    private void compare(Stretch stretch, int first, int last, int from) {
        int to = from + request.quantity() - 1;
        long flaws = (long) orphans(first, last, from, to) << ORPHANS
                | (long) lostParties(from - first, last - to) << LOST_PARTIES
                | (long) (request.accessible() == 0 ? request.quantity() - ordinary : ordinary) << MEANT_FOR_OTHERS
                | restricted;
        if (flaws > bestFlaws) {
            return;
        }
        long distance = hall.distance(from, to);
        // In a row, the middle of the party says the same as the sum of the distances of its seats.
        int offset = Math.abs(Hall.column(stretch, from) + Hall.column(stretch, to));
        if (isBetter(flaws, distance, stretch.row(), offset, from)) {
            best = from;
            bestFlaws = flaws;
            bestDistance = distance;
            bestRow = stretch.row();
            bestOffset = offset;
        }
    }

    private boolean isBetter(long flaws, long distance, int row, int offset, int from) {
        if (flaws != bestFlaws) {
            return flaws < bestFlaws;
        }
        if (distance != bestDistance) {
            return distance < bestDistance;
        }
        if (row != bestRow) {
            return row < bestRow;
        }
        return offset != bestOffset ? offset < bestOffset : from < best;
    }

    /** Counts the seats that become single. */
    private int orphans(int first, int last, int from, int to) {
        int left = isSingle(first, last, from - 1, -1) && hall.isOpen(from) ? 1 : 0;
        int right = isSingle(first, last, to + 1, 1) && hall.isOpen(to) ? 1 : 0;
        return left + right;
    }

    private boolean isSingle(int first, int last, int id, int away) {
        return id >= first
                && id <= last
                && hall.isOpen(id)
                && (id + away < first || id + away > last || !hall.isOpen(id + away));
    }

    /** Counts the parties of this size that the free seats have less room for, besides this one. */
    private int lostParties(int left, int right) {
        int size = request.quantity();
        return request.accessible() > 0 ? 0 : (left + size + right) / size - left / size - right / size - 1;
    }
}
