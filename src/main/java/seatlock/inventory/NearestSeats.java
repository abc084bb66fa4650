package seatlock.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import seatlock.inventory.BestSeats.Request;

/**
 * Seats a party that cannot sit together as near to each other as possible, in the order that {@link BestSeats} describes.
 *
 * <p>It looks for the smallest boxes of rows and columns with enough free seats. Whether a box has enough, without somebody alone, can
 * be counted: see {@link Room}. For each upper row, the box gets one more row at a time, and its columns move from left to right. A box
 * is never narrower than one that begins a row higher and ends in the same row, so most boxes are ruled out by the one before. Then the
 * best seats of each smallest box are computed.
 */
final class NearestSeats {

    /** From one row with free seats to another. */
    private record Box(int top, int bottom) {}

    /** Seats for the party, ascending, with what is compared; each is the sum over the seats. */
    private record Subset(int[] seats, long flaws, long distance, long rank) {

        int compareCosts(Subset other) {
            int order = Long.compare(flaws, other.flaws);
            order = order != 0 ? order : Long.compare(distance, other.distance);
            return order != 0 ? order : Long.compare(rank, other.rank);
        }

        boolean isBetterThan(Subset other) {
            int order = compareCosts(other);
            return (order != 0 ? order : Arrays.compare(seats, other.seats)) < 0;
        }
    }

    private final Hall hall;
    private final Request request;
    private final int quantity;

    /** The free seats in the order of the plan, by their index. */
    private final int[] ids;

    private final int[] columns;
    private final int[] runs;
    private final int[] plannedRows;

    /** The rows with free seats: index of their first one, and of the end; and their line in the hall. */
    private int rows;

    private final int[] firsts;
    private final long[] lines;
    private final Room[] roomBefore; // in the rows before

    private final boolean isAnybodyAlone;
    private final int fewestAlone;

    /** The box that is looked at: its seats, those on the left first, and how many of them each run has. */
    private int[] box = {};

    private int inBox;
    private int nextRow;
    private final int[] lengths;
    private final Room room = new Room();

    private long leastSpread = Long.MAX_VALUE;
    private final List<Box> smallest = new ArrayList<>();
    private Subset best;

    private NearestSeats(Hall hall, BitSet free, Request request) {
        this.hall = hall;
        this.request = request;
        this.quantity = request.quantity();
        var counts = new int[2];
        Hall.visitRuns(hall.open(), free, request.sections(), (stretch, first, last) -> {
            counts[0] += last - first + 1;
            counts[1]++;
            return true;
        });
        int seats = counts[0];
        this.ids = new int[seats];
        this.columns = new int[seats];
        this.runs = new int[seats];
        this.plannedRows = new int[seats];
        this.lengths = new int[counts[1]];
        this.firsts = new int[counts[1] + 1];
        this.lines = new long[counts[1]];
        this.roomBefore = new Room[counts[1] + 1];
        gather(free);
        this.isAnybodyAlone = !roomBefore[rows].seatsNobodyAlone(quantity);
        this.fewestAlone = roomBefore[rows].fewestAlone(quantity);
    }

    private void gather(BitSet free) {
        var total = new Room();
        var next = new int[2]; // index of the next seat and of the next run
        Hall.visitRuns(hall.open(), free, request.sections(), (stretch, first, last) -> {
            if (rows == 0 || plannedRows[next[0] - 1] != stretch.row()) {
                firsts[rows] = next[0];
                lines[rows] = stretch.line();
                roomBefore[rows++] = total.copy();
            }
            for (int id = first; id <= last; id++) {
                ids[next[0]] = id;
                columns[next[0]] = Hall.column(stretch, id);
                plannedRows[next[0]] = stretch.row();
                runs[next[0]++] = next[1];
                total.grow(id - first);
            }
            next[1]++;
            return true;
        });
        firsts[rows] = next[0];
        roomBefore[rows] = total;
    }

    /**
     * Returns the ids of the best seats, ascending. There must be enough free seats for the party, but not beside each other, and it
     * must not have asked for accessible seats.
     */
    static List<Integer> best(Hall hall, BitSet free, Request request) {
        var search = new NearestSeats(hall, free, request);
        search.findSmallestBoxes();
        search.chooseFromSmallestBoxes();
        return Arrays.stream(search.best.seats())
                .mapToObj(seat -> search.ids[seat])
                .toList();
    }

    private boolean isEnough(Room each) {
        return isAnybodyAlone ? each.seats >= quantity : each.seatsNobodyAlone(quantity);
    }

    /** Begins where the fewest rows are enough, because a small first box rules out most of the others. */
    private void findSmallestBoxes() {
        var bottoms = new int[rows];
        int bottom = 0;
        int tops = 0;
        int flattest = 0;
        for (int top = 0; top < rows; top++) {
            bottom = Math.max(bottom, top);
            while (bottom < rows && !isEnough(roomBefore[bottom + 1].minus(roomBefore[top]))) {
                bottom++;
            }
            if (bottom == rows) {
                break;
            }
            bottoms[top] = bottom;
            flattest = height(top, bottom) < height(flattest, bottoms[flattest]) ? top : flattest;
            tops++;
        }
        measure(flattest, bottoms[flattest], new int[rows]);
        smallest.clear();
        var widths = new int[rows];
        for (int top = 0; top < tops; top++) {
            measure(top, bottoms[top], widths);
        }
    }

    /**
     * Measures the boxes that begin in a row, end in another one or below, and may be among the smallest.
     *
     * @param widths by lower row, the width of a box that begins higher, which is no wider; replaced with that of this box
     */
    private void measure(int top, int bottom, int[] widths) {
        clearBox(top);
        for (int row = top; row < rows && height(top, row) <= leastSpread; row++) {
            int seatsPerRow = (quantity + row - top) / (row - top + 1);
            int width = Math.max(widths[row], 2 * (seatsPerRow - 1));
            if (row < bottom || height(top, row) + width > leastSpread) {
                continue;
            }
            mergeRowsTo(row);
            widths[row] = narrowest();
            long spread = height(top, row) + widths[row];
            if (spread < leastSpread) {
                leastSpread = spread;
                smallest.clear();
            }
            if (spread == leastSpread) {
                smallest.add(new Box(top, row));
            }
        }
    }

    private void chooseFromSmallestBoxes() {
        int top = -1;
        for (var each : smallest) {
            if (isSettled(each.top())) {
                return;
            }
            if (each.top() != top) {
                top = each.top();
                clearBox(top);
            }
            mergeRowsTo(each.bottom());
            choose(height(top, each.bottom()));
        }
    }

    /** Returns whether no box that begins in a row, or a later one, can be better than the best so far. */
    private boolean isSettled(int top) {
        return best != null
                && !hall.hasFocus()
                && best.flaws() == flaws(fewestAlone, 0, 0)
                && best.rank() < rank((long) quantity * plannedRows[firsts[top]], 0);
    }

    private long height(int top, int bottom) {
        return Hall.HALF_SEATS_PER_ROW * (lines[bottom] - lines[top]);
    }

    private void clearBox(int top) {
        inBox = 0;
        nextRow = top;
    }

    /** Adds the seats of the next rows to the box, which stays sorted by column. */
    private void mergeRowsTo(int row) {
        for (; nextRow <= row; nextRow++) {
            int old = inBox - 1;
            int added = firsts[nextRow + 1] - 1;
            inBox += firsts[nextRow + 1] - firsts[nextRow];
            if (box.length < inBox) {
                box = Arrays.copyOf(box, 2 * inBox);
            }
            for (int into = inBox - 1; added >= firsts[nextRow]; into--) {
                box[into] = old >= 0 && columns[box[old]] > columns[added] ? box[old--] : added--;
            }
        }
    }

    /** Returns the width of the narrowest part of the box that is enough. */
    private int narrowest() {
        int narrowest = Integer.MAX_VALUE;
        int right = 0;
        for (int left = 0; left < inBox; left++) {
            while (right < inBox && !isEnough(room)) {
                room.grow(lengths[runs[box[right++]]]++);
            }
            if (isEnough(room)) {
                narrowest = Math.min(narrowest, columns[box[right - 1]] - columns[box[left]]);
            }
            room.shrink(lengths[runs[box[left]]]--);
        }
        return narrowest;
    }

    /** Chooses among the seats of each part of the box that is as narrow as possible. */
    private void choose(long height) {
        int right = 0;
        for (int left = 0; left < inBox; left++) {
            while (right < inBox && height + columns[box[right]] - columns[box[left]] <= leastSpread) {
                room.grow(lengths[runs[box[right++]]]++);
            }
            boolean isNew = left == 0 || columns[box[left]] > columns[box[left - 1]];
            if (isNew && isEnough(room)) {
                var seats = Arrays.copyOfRange(box, left, right);
                Arrays.sort(seats);
                chooseAmong(seats);
            }
            room.shrink(lengths[runs[box[left]]]--);
        }
    }

    private void chooseAmong(int[] seats) {
        long fewest = room.fewestAlone(quantity);
        if (best != null && best.flaws() <= flaws(fewest, 0, 0) && isFarther(seats)) {
            return;
        }
        var cheapest = subset(cheapest(seats));
        long alone = alone(cheapest.seats());
        var bound = new Subset(
                cheapest.seats(), cheapest.flaws() + flaws(fewest - alone, 0, 0), cheapest.distance(), cheapest.rank());
        if (best != null && best.compareCosts(bound) < 0) {
            return;
        }
        var subset = alone == fewest ? cheapest : subset(new Selection(seats).chosen());
        if (best == null || subset.isBetterThan(best)) {
            best = subset;
        }
    }

    /** Returns whether all subsets of some seats are farther from the focus than the best so far. */
    private boolean isFarther(int[] seats) {
        return quantity * Arrays.stream(seats).mapToLong(this::distance).min().orElseThrow() > best.distance();
    }

    /** Returns the best seats for the party, were it not for those who sit alone; ascending. */
    private int[] cheapest(int[] seats) {
        return Arrays.stream(seats)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(this::flaws)
                        .thenComparingLong(this::distance)
                        .thenComparingLong(this::rank)
                        .thenComparingInt(seat -> seat))
                .limit(quantity)
                .mapToInt(seat -> seat)
                .sorted()
                .toArray();
    }

    private Subset subset(int[] seats) {
        return new Subset(
                seats,
                flaws(alone(seats), 0, 0)
                        + Arrays.stream(seats).mapToLong(this::flaws).sum(),
                Arrays.stream(seats).mapToLong(this::distance).sum(),
                Arrays.stream(seats).mapToLong(this::rank).sum());
    }

    private long alone(int[] seats) {
        return IntStream.range(0, seats.length)
                .filter(i -> !isBesideTheOneBefore(seats, i))
                .filter(i -> i + 1 == seats.length || !isBesideTheOneBefore(seats, i + 1))
                .count();
    }

    private boolean isBesideTheOneBefore(int[] seats, int i) {
        return i > 0 && seats[i] == seats[i - 1] + 1 && runs[seats[i]] == runs[seats[i - 1]];
    }

    private long flaws(int seat) {
        return flaws(0, hall.isOrdinary(ids[seat]) ? 0 : 1, hall.isRestricted(ids[seat]) ? 1 : 0);
    }

    private long rank(int seat) {
        return rank(plannedRows[seat], Math.abs(columns[seat]));
    }

    private long distance(int seat) {
        return hall.distance(ids[seat], ids[seat]);
    }

    private static long flaws(long alone, int meantForOthers, int restricted) {
        return alone << 40 | (long) meantForOthers << 20 | restricted;
    }

    private static long rank(long rows, int offset) {
        return rows << 32 | offset;
    }

    /**
     * The numbers that say for how many people there is room.
     *
     * <p>Nobody alone: a run of free seats can be given to nobody, or to two people or more. So any number of people can be seated
     * up to the sum of the runs of two or more, unless all of these are pairs and the number is odd: a run of three or more takes
     * the one who is left over, or makes room for a second one.
     */
    private static final class Room {
        private int seats;
        private int inPairsOrMore;
        private int runsOfThreeOrMore;

        /** Adds a seat to a run that has some seats already. */
        void grow(int length) {
            seats++;
            inPairsOrMore += length == 0 ? 0 : length == 1 ? 2 : 1;
            runsOfThreeOrMore += length == 2 ? 1 : 0;
        }

        /** Removes a seat from a run. */
        void shrink(int length) {
            seats--;
            inPairsOrMore -= length == 1 ? 0 : length == 2 ? 2 : 1;
            runsOfThreeOrMore -= length == 3 ? 1 : 0;
        }

        Room minus(Room other) {
            var difference = new Room();
            difference.seats = seats - other.seats;
            difference.inPairsOrMore = inPairsOrMore - other.inPairsOrMore;
            difference.runsOfThreeOrMore = runsOfThreeOrMore - other.runsOfThreeOrMore;
            return difference;
        }

        Room copy() {
            return minus(new Room());
        }

        boolean seatsNobodyAlone(int people) {
            return inPairsOrMore >= people && (runsOfThreeOrMore > 0 || people % 2 == 0);
        }

        /** Returns how many people sit alone at least. */
        int fewestAlone(int people) {
            if (inPairsOrMore < people) {
                return people - inPairsOrMore;
            }
            return seatsNobodyAlone(people) ? 0 : 1;
        }
    }

    /** The best of some seats for the party, with as few people alone as possible. */
    private final class Selection {
        private final int[] seats;
        private final int[] chosen = new int[quantity];

        // What it costs to choose some more people's seats from a seat on, after a seat that is not chosen, one that is
        // chosen
        // alone, or one in company. All costs are sums over seats.
        private final long[] flawsFrom;
        private final long[] distanceFrom;
        private final long[] rankFrom;
        private final boolean[] isTaken;

        Selection(int[] seats) {
            this.seats = seats;
            int states = (seats.length + 1) * (quantity + 1) * 3;
            this.flawsFrom = new long[states];
            this.distanceFrom = new long[states];
            this.rankFrom = new long[states];
            this.isTaken = new boolean[states];
            for (int people = 0; people <= quantity; people++) {
                for (int before = 0; before < 3; before++) {
                    flawsFrom[state(seats.length, people, before)] =
                            people > 0 ? Long.MAX_VALUE : NearestSeats.flaws(before == 1 ? 1 : 0, 0, 0);
                }
            }
            for (int i = seats.length - 1; i >= 0; i--) {
                for (int people = 0; people <= quantity; people++) {
                    for (int before = 0; before < 3; before++) {
                        decide(i, people, before);
                    }
                }
            }
            trace();
        }

        private int state(int i, int people, int before) {
            return (i * (quantity + 1) + people) * 3 + before;
        }

        private int stateIfTaken(int i, int people, int before) {
            return state(i + 1, people - 1, before > 0 && isBesideTheOneBefore(seats, i) ? 2 : 1);
        }

        private void decide(int i, int people, int before) {
            int state = state(i, people, before);
            int without = state(i + 1, people, 0);
            flawsFrom[state] = plus(flawsFrom[without], NearestSeats.flaws(before == 1 ? 1 : 0, 0, 0));
            distanceFrom[state] = distanceFrom[without];
            rankFrom[state] = rankFrom[without];
            if (people == 0) {
                return;
            }
            int seat = seats[i];
            int with = stateIfTaken(i, people, before);
            int alone = before == 1 && !isBesideTheOneBefore(seats, i) ? 1 : 0;
            long withFlaws = plus(flawsFrom[with], NearestSeats.flaws(alone, 0, 0) + NearestSeats.this.flaws(seat));
            long withDistance = distanceFrom[with] + distance(seat);
            long withRank = rankFrom[with] + rank(seat);
            int order = Long.compare(withFlaws, flawsFrom[state]);
            order = order != 0 ? order : Long.compare(withDistance, distanceFrom[state]);
            order = order != 0 ? order : Long.compare(withRank, rankFrom[state]);
            if (order <= 0) { // of equal ones, that with the lower id
                flawsFrom[state] = withFlaws;
                distanceFrom[state] = withDistance;
                rankFrom[state] = withRank;
                isTaken[state] = true;
            }
        }

        private long plus(long flaws, long more) {
            return flaws == Long.MAX_VALUE ? flaws : flaws + more;
        }

        private void trace() {
            int people = quantity;
            int before = 0;
            for (int i = 0; people > 0; i++) {
                if (isTaken[state(i, people, before)]) {
                    before = before > 0 && isBesideTheOneBefore(seats, i) ? 2 : 1;
                    chosen[quantity - people--] = seats[i];
                } else {
                    before = 0;
                }
            }
        }

        int[] chosen() {
            return chosen;
        }
    }
}
