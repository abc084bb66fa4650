package seatlock.inventory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Single free seats that a choice of seats leaves, although the party could have sat in the same free seats of the row and left
 * none. A single seat is hard to sell.
 *
 * <p>Only seats that everybody may buy count: one between a taken seat and a free accessible one was single before. A choice that
 * leaves a single seat because there is one seat more than the party needs is fine.
 *
 * @param seats ids of the single seats, ascending
 * @param instead ids of the seats to choose instead, ascending: those of each row in which a single seat would be left are moved
 *     together, as little as possible, so that none is
 */
record Orphans(List<Integer> seats, List<Integer> instead) {

    Orphans {
        seats = List.copyOf(seats);
        instead = List.copyOf(instead);
    }

    /**
     * Finds the single seats that a choice would leave.
     *
     * @param free ids of the free seats, the chosen ones included
     * @param chosen ids of seats; those that are not free, or not sold singly, are ignored, and stay in {@link #instead}
     * @return empty if there are none
     */
    static Optional<Orphans> of(Hall hall, BitSet free, Collection<Integer> chosen) {
        var taken = new BitSet();
        chosen.forEach(taken::set);
        var seats = new ArrayList<Integer>();
        var instead = (BitSet) taken.clone();
        var stretches = hall.open().stream()
                .filter(stretch -> Hall.hasSeat(taken, stretch.first(), stretch.last()))
                .toList();
        Hall.visitRuns(stretches, free, Set.of(), (stretch, first, last) -> {
            int party = taken.get(first, last + 1).cardinality();
            // With one seat more than the party needs, each way leaves a single one.
            if (party == 0 || last - first + 1 < party + 2) {
                return true;
            }
            var orphans = orphans(taken, first, last);
            if (!orphans.isEmpty()) {
                seats.addAll(orphans);
                instead.clear(first, last + 1);
                int from = nearest(first, last, party, taken.nextSetBit(first));
                instead.set(from, from + party);
            }
            return true;
        });
        return seats.isEmpty()
                ? Optional.empty()
                : Optional.of(new Orphans(seats, instead.stream().boxed().toList()));
    }

    private static List<Integer> orphans(BitSet taken, int first, int last) {
        var orphans = new ArrayList<Integer>();
        for (int id = first; id <= last; id++) {
            if (!taken.get(id) && (id == first || taken.get(id - 1)) && (id == last || taken.get(id + 1))) {
                orphans.add(id);
            }
        }
        return orphans;
    }

    /** Returns the first seat of the place nearest to another one that leaves no single seat: not the second, nor the last but one. */
    private static int nearest(int first, int last, int party, int chosen) {
        int latest = last - party + 1;
        int nearest = first;
        for (int from = first; from <= latest; from++) {
            boolean leavesNone = from != first + 1 && from != latest - 1;
            if (leavesNone && Math.abs(from - chosen) < Math.abs(nearest - chosen)) {
                nearest = from;
            }
        }
        return nearest;
    }
}
