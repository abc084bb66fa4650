package seatlock.inventory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Sold;

/**
 * The seats of an event that are sold singly, prepared for {@link BestSeats} and {@link Orphans}: which of them are beside each
 * other, and how good each of them is. It is immutable and the same for all requests of a version of the event, so keep it. Tables
 * and places are left out, because nobody is given a single seat of them by choice.
 *
 * <p>Two seats are beside each other if their positions in the row are; their numbers do not matter. A gap separates them.
 */
final class Hall {

    /**
     * Seats beside each other, with consecutive ids, as far as there is no gap.
     *
     * @param row index of its row in the plan
     * @param line number of its row, for distances between rows: rows of different sections are far from each other
     * @param column of its first seat, see {@link Hall#column}
     * @param nearest least distance of a seat from the focus; 0 if there is no focus
     */
    record Stretch(String section, int row, long line, int first, int last, int column, long nearest) {

        private Stretch rankedBy(long[] sums) {
            long least = Long.MAX_VALUE;
            for (int id = first; id <= last; id++) {
                least = Math.min(least, sums[id + 1] - sums[id]);
            }
            return new Stretch(section, row, line, first, last, column, least);
        }
    }

    /** A row is as deep as two seats are wide; for distances between seats. */
    static final int HALF_SEATS_PER_ROW = 4;

    /** Two sections are as far from each other as this many rows, which is farther than any two seats of a section. */
    private static final long ROWS_BETWEEN_SECTIONS = 1_000_000;

    /** Bits of the farthest distance. Distances are integers, so that their sums do not depend on the order of the seats. */
    private static final int DISTANCE_BITS = 40;

    /** Some free seats beside each other: as many as there are. */
    interface RunVisitor {

        /**
         * @param first id of the first free seat
         * @param last id of the last free seat
         * @return whether to visit more
         */
        boolean visit(Stretch stretch, int first, int last);
    }

    private final boolean isReleased;
    private final BitSet accessible;
    private final BitSet companions;
    private final BitSet restricted;
    private final long[] distances; // sum of those of the seats with lower ids; null if there is no focus
    private final List<Stretch> all;
    private final List<Stretch> open;
    private final List<Stretch> openByDistance;
    private final List<Stretch> withAccessible;

    private Hall(
            boolean isReleased,
            BitSet accessible,
            BitSet companions,
            BitSet restricted,
            long[] distances,
            List<Stretch> all,
            List<Stretch> open) {
        this.isReleased = isReleased;
        this.accessible = accessible;
        this.companions = companions;
        this.restricted = restricted;
        this.distances = distances;
        this.all = all;
        this.open = open;
        this.openByDistance = sorted(open);
        this.withAccessible = sorted(all).stream()
                .filter(stretch -> hasSeat(accessible, stretch.first(), stretch.last()))
                .toList();
    }

    /**
     * Prepares the seats of a plan.
     *
     * @param plan in the order of the seats' ids
     * @param focus the point of the hall to which the best seats are nearest, such as the middle of the stage; without it, seats are
     *     ranked by their rows
     * @param isReleased whether accessible seats, and those of companions, are sold to everybody
     */
    static Hall of(List<PlannedRow> plan, Optional<Point> focus, boolean isReleased) {
        var rows = plan.stream()
                .filter(planned -> planned.row().sold() == Sold.SINGLY)
                .toList();
        var accessible = new BitSet();
        var companions = new BitSet();
        var restricted = new BitSet();
        for (var planned : rows) {
            int id = planned.firstSeatId();
            for (int position : planned.positions()) {
                var seat = seat(planned, position);
                accessible.set(id, seat.accessible());
                companions.set(id, seat.companion() && !seat.accessible());
                restricted.set(id, seat.restrictedView());
                id++;
            }
        }
        var distances = focus.map(point -> distances(rows, point)).orElse(null);
        var all = stretches(rows, new BitSet());
        var walls = new BitSet();
        walls.or(accessible);
        walls.or(companions);
        var open = isReleased || walls.isEmpty() ? all : stretches(rows, walls);
        return new Hall(isReleased, accessible, companions, restricted, null, all, open).rankedBy(distances);
    }

    /** Returns the same hall with the best seats nearest to some seats beside each other, instead of to its focus. */
    Hall around(List<Integer> seats) {
        var stretch = all.stream()
                .filter(each -> each.first() <= seats.get(0) && seats.get(0) <= each.last())
                .findFirst()
                .orElseThrow();
        int middle = column(stretch, seats.get(0)) + column(stretch, seats.get(seats.size() - 1));
        var sums = new long[all.get(all.size() - 1).last() + 2];
        int id = 0;
        for (var each : all) {
            for (; id < each.first(); id++) {
                sums[id + 1] = sums[id];
            }
            for (; id <= each.last(); id++) {
                sums[id + 1] = sums[id]
                        + 2 * HALF_SEATS_PER_ROW * Math.abs(each.line() - stretch.line())
                        + Math.abs(2 * column(each, id) - middle);
            }
        }
        return rankedBy(sums);
    }

    private List<Stretch> sorted(List<Stretch> stretches) {
        return hasFocus()
                ? stretches.stream()
                        .sorted(Comparator.comparingLong(Stretch::nearest))
                        .toList()
                : stretches;
    }

    private Hall rankedBy(long[] sums) {
        return sums == null
                ? this
                : new Hall(isReleased, accessible, companions, restricted, sums, ranked(all, sums), ranked(open, sums));
    }

    private static List<Stretch> ranked(List<Stretch> stretches, long[] sums) {
        return stretches.stream().map(stretch -> stretch.rankedBy(sums)).toList();
    }

    /** Returns whether a set has a seat from one id to another. */
    static boolean hasSeat(BitSet seats, int first, int last) {
        int next = seats.nextSetBit(first);
        return next >= 0 && next <= last;
    }

    private static SeatPlan.Seat seat(PlannedRow planned, int position) {
        return planned.row().seats().at(position).orElseThrow();
    }

    private static long[] distances(List<PlannedRow> rows, Point focus) {
        var ids = rows.stream().mapToInt(PlannedRow::lastSeatId).max().orElse(0);
        var exact = new double[ids + 1];
        double farthest = 0;
        for (var planned : rows) {
            int id = planned.firstSeatId();
            for (int position : planned.positions()) {
                exact[id] = seat(planned, position)
                        .at()
                        .map(at -> Math.hypot(at.x() - focus.x(), at.y() - focus.y()))
                        .filter(Double::isFinite)
                        .orElse(-1.0);
                farthest = Math.max(farthest, exact[id++]);
            }
        }
        // A power of two, so that what was an integer is not rounded, and equal sums stay equal.
        int scale = DISTANCE_BITS - 1 - Math.getExponent(farthest);
        var sums = new long[ids + 2];
        for (int id = 0; id <= ids; id++) {
            double distance = exact[id] < 0 ? 2 * farthest : exact[id];
            sums[id + 1] = sums[id] + Math.round(Math.scalb(distance, scale));
        }
        return sums;
    }

    /** @param walls seats that separate those on their left from those on their right, and are left out */
    private static List<Stretch> stretches(List<PlannedRow> rows, BitSet walls) {
        var stretches = new ArrayList<Stretch>();
        long line = 0;
        for (int row = 0; row < rows.size(); row++) {
            var planned = rows.get(row);
            if (row > 0) {
                line += rows.get(row - 1).section().equals(planned.section()) ? 1 : ROWS_BETWEEN_SECTIONS;
            }
            int id = planned.firstSeatId();
            int middle = planned.row().seats().length() - 1;
            var positions = planned.positions();
            for (int from = 0, to; from < positions.length; from = to) {
                to = from + 1;
                if (walls.get(id + from)) {
                    continue;
                }
                while (to < positions.length && positions[to] == positions[to - 1] + 1 && !walls.get(id + to)) {
                    to++;
                }
                int column = 2 * positions[from] - middle;
                stretches.add(new Stretch(planned.section(), row, line, id + from, id + to - 1, column, 0));
            }
        }
        return List.copyOf(stretches);
    }

    /** Seats with consecutive ids. */
    record Range(int first, int last) {}

    /** Returns the ids of all seats, in as few ranges as possible. */
    List<Range> ranges() {
        var ranges = new ArrayList<Range>();
        for (var stretch : all) {
            var before = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (before != null && before.last() + 1 == stretch.first()) {
                ranges.set(ranges.size() - 1, new Range(before.first(), stretch.last()));
            } else {
                ranges.add(new Range(stretch.first(), stretch.last()));
            }
        }
        return ranges;
    }

    /** Returns the number of seats. */
    int size() {
        return all.stream()
                .mapToInt(stretch -> stretch.last() - stretch.first() + 1)
                .sum();
    }

    /** Returns all stretches, in the order of the plan. */
    List<Stretch> all() {
        return all;
    }

    /** Returns the stretches of seats that everybody may buy, in the order of the plan; other seats separate them. */
    List<Stretch> open() {
        return open;
    }

    /** Returns the same as {@link #open}, but those near the focus first, if there is one. */
    List<Stretch> openByDistance() {
        return openByDistance;
    }

    /** Returns those of {@link #all} that have an accessible seat, those near the focus first, if there is one. */
    List<Stretch> withAccessible() {
        return withAccessible;
    }

    /**
     * Visits all runs of free seats beside each other.
     *
     * @param sections only seats of these; empty for all
     */
    static void visitRuns(List<Stretch> stretches, BitSet free, Set<String> sections, RunVisitor visitor) {
        for (var stretch : stretches) {
            if (!sections.isEmpty() && !sections.contains(stretch.section())) {
                continue;
            }
            int first = free.nextSetBit(stretch.first());
            while (first >= 0 && first <= stretch.last()) {
                int last = Math.min(free.nextClearBit(first) - 1, stretch.last());
                if (!visitor.visit(stretch, first, last)) {
                    return;
                }
                first = free.nextSetBit(last + 1);
            }
        }
    }

    /** Returns whether there is a focus, so that distances say something. */
    boolean hasFocus() {
        return distances != null;
    }

    /** Returns whether a seat is neither accessible nor for a companion. */
    boolean isOrdinary(int id) {
        return !accessible.get(id) && !companions.get(id);
    }

    boolean isAccessible(int id) {
        return accessible.get(id);
    }

    /** Returns whether a seat is kept for a companion of somebody in an accessible seat. */
    boolean isForCompanion(int id) {
        return !isReleased && companions.get(id);
    }

    /** Returns whether everybody may buy a seat. */
    boolean isOpen(int id) {
        return isReleased || isOrdinary(id);
    }

    /** Returns whether something stands in the way of the view from a seat. */
    boolean isRestricted(int id) {
        return restricted.get(id);
    }

    /** Returns the sum of the distances of the seats from the focus, from one id to another; 0 if there is no focus. */
    long distance(int first, int last) {
        return distances == null ? 0 : distances[last + 1] - distances[first];
    }

    /** Returns how far right of the middle of its row a seat of a stretch is, in half seats; negative to the left. */
    static int column(Stretch stretch, int id) {
        return stretch.column() + 2 * (id - stretch.first());
    }
}
