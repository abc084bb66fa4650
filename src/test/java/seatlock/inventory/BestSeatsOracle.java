package seatlock.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Sold;

/**
 * The order of {@link BestSeats}, written down a second time as a comparison of any two ways to seat a party, and applied to all
 * ways there are. It shares no code with what it checks.
 */
final class BestSeatsOracle {

    private record Place(int id, PlannedRow row, int rowIndex, int sectionIndex, int position, SeatPlan.Seat seat) {

        /** From the middle of the row, in half seats. */
        int column() {
            return 2 * position - (row.row().seats().length() - 1);
        }

        boolean isBeside(Place other) {
            return rowIndex == other.rowIndex && Math.abs(position - other.position) == 1;
        }
    }

    private final List<Place> places = new ArrayList<>();
    private final Optional<Point> focus;
    private final boolean isReleased;
    private final BitSet free;
    private final double farthest;

    BestSeatsOracle(List<PlannedRow> plan, Optional<Point> focus, boolean isReleased, BitSet free) {
        this.focus = focus;
        this.isReleased = isReleased;
        this.free = free;
        int rowIndex = 0;
        int sectionIndex = 0;
        String section = null;
        for (var row : plan) {
            if (row.row().sold() != Sold.SINGLY) {
                continue;
            }
            if (section != null && !section.equals(row.section())) {
                sectionIndex++;
            }
            section = row.section();
            int id = row.firstSeatId();
            for (int position = 0; position < row.row().seats().length(); position++) {
                var seat = row.row().seats().at(position);
                if (seat.isPresent()) {
                    places.add(new Place(id++, row, rowIndex, sectionIndex, position, seat.get()));
                }
            }
            rowIndex++;
        }
        this.farthest = places.stream()
                .flatMap(place -> place.seat().at().stream())
                .mapToDouble(at -> distance(at, focus))
                .max()
                .orElse(0);
    }

    private static double distance(Point at, Optional<Point> focus) {
        return focus.map(point -> Math.sqrt(Math.pow(at.x() - point.x(), 2) + Math.pow(at.y() - point.y(), 2)))
                .orElse(0.0);
    }

    private boolean isOpen(Place place) {
        return isReleased || !place.seat().accessible() && !place.seat().companion();
    }

    private List<Place> candidates(Set<String> sections, boolean forEverybody) {
        return places.stream()
                .filter(place -> free.get(place.id()))
                .filter(place ->
                        sections.isEmpty() || sections.contains(place.row().section()))
                .filter(place -> !forEverybody || isOpen(place))
                .toList();
    }

    /** Returns the best way to seat a party; empty if there is none. If it is apart, the party must not need accessible seats. */
    Optional<List<Integer>> best(BestSeats.Request request, boolean together) {
        var candidates = candidates(request.sections(), request.accessible() == 0);
        var best = new double[1][];
        subsets(candidates, request.quantity(), together, chosen -> {
            if (isAllowed(chosen, request.accessible()) && isTogether(chosen) == together) {
                var key = key(chosen, request, together);
                if (best[0] == null || Arrays.compare(key, best[0]) < 0) {
                    best[0] = key;
                }
            }
        });
        return Optional.ofNullable(best[0])
                .map(key -> Arrays.stream(key, key.length - request.quantity(), key.length)
                        .mapToObj(id -> (int) id)
                        .toList());
    }

    /** Returns the size of the largest smaller party that could sit together. */
    int largest(BestSeats.Request request) {
        return IntStream.range(Math.max(1, request.accessible()), request.quantity())
                .map(size -> -size)
                .sorted()
                .map(size -> -size)
                .filter(size -> best(
                                new BestSeats.Request(
                                        size, request.sections(), request.together(), request.accessible()),
                                true)
                        .isPresent())
                .findFirst()
                .orElse(0);
    }

    /** Returns how many of the party could have a seat. */
    int available(BestSeats.Request request) {
        if (request.accessible() == 0) {
            return Math.min(
                    request.quantity(), candidates(request.sections(), true).size());
        }
        var all = candidates(request.sections(), false);
        var most = 0;
        for (int accessible = 0; accessible <= request.accessible(); accessible++) {
            for (int others = 0; others <= request.quantity() - request.accessible(); others++) {
                int accessibleSeats = accessible;
                var isEnough =
                        all.stream().filter(place -> place.seat().accessible()).count() >= accessible
                                && all.stream()
                                                        .filter(place ->
                                                                !place.seat().accessible() && isOpen(place))
                                                        .count()
                                                + Math.min(
                                                        3L * accessibleSeats,
                                                        all.stream()
                                                                .filter(place -> !place.seat()
                                                                                .accessible()
                                                                        && !isOpen(place))
                                                                .count())
                                        >= others;
                most = isEnough ? Math.max(most, accessible + others) : most;
            }
        }
        return most;
    }

    private boolean isAllowed(List<Place> chosen, int accessible) {
        return accessible == 0
                || chosen.stream().filter(place -> place.seat().accessible()).count() == accessible
                        && chosen.stream()
                                        .filter(place ->
                                                !isOpen(place) && !place.seat().accessible())
                                        .count()
                                <= 3L * accessible;
    }

    private static boolean isTogether(List<Place> chosen) {
        return IntStream.range(1, chosen.size()).allMatch(i -> chosen.get(i).isBeside(chosen.get(i - 1)));
    }

    /** Returns the numbers that are compared, from the first to the last; less is better. */
    private double[] key(List<Place> chosen, BestSeats.Request request, boolean together) {
        var key = new ArrayList<Double>();
        double alone = chosen.stream()
                .filter(place -> chosen.stream().noneMatch(place::isBeside))
                .count();
        if (together) {
            key.add((double) newlySingle(chosen));
            key.add(request.accessible() > 0 ? 0.0 : lostParties(chosen));
        } else {
            key.add(Math.min(1, alone));
            key.add(spread(chosen));
            key.add(alone);
        }
        key.add((double) chosen.stream()
                .filter(place -> (request.accessible() == 0)
                        == (place.seat().accessible() || place.seat().companion()))
                .count());
        key.add((double)
                chosen.stream().filter(place -> place.seat().restrictedView()).count());
        key.add(chosen.stream()
                .mapToDouble(place -> focus.isEmpty()
                        ? 0
                        : place.seat().at().map(at -> distance(at, focus)).orElse(2 * farthest))
                .sum());
        key.add((double) chosen.stream().mapToInt(Place::rowIndex).sum());
        key.add((double)
                chosen.stream().mapToInt(place -> Math.abs(place.column())).sum());
        chosen.forEach(place -> key.add((double) place.id()));
        return key.stream().mapToDouble(value -> value).toArray();
    }

    private long newlySingle(List<Place> chosen) {
        return places.stream()
                .filter(place -> isFreeForAll(place) && !chosen.contains(place))
                .filter(place -> places.stream().anyMatch(other -> isFreeForAll(other) && other.isBeside(place)))
                .filter(place -> places.stream()
                        .noneMatch(other -> isFreeForAll(other) && !chosen.contains(other) && other.isBeside(place)))
                .count();
    }

    private boolean isFreeForAll(Place place) {
        return free.get(place.id()) && isOpen(place);
    }

    private double lostParties(List<Place> chosen) {
        return parties(List.of(), chosen.size()) - parties(chosen, chosen.size()) - 1;
    }

    /** Counts how many parties of a size have room beside each other in the hall, once some seats are taken. */
    private int parties(List<Place> taken, int size) {
        int parties = 0;
        int length = 0;
        Place before = null;
        for (var place : places) {
            if (!isFreeForAll(place) || taken.contains(place)) {
                length = 0;
                before = null;
                continue;
            }
            length = before != null && before.isBeside(place) ? length + 1 : 1;
            before = place;
            if (length == size) {
                parties++;
                length = 0;
                before = null;
            }
        }
        return parties;
    }

    private static double spread(List<Place> chosen) {
        var lines = chosen.stream()
                .mapToLong(place -> place.rowIndex() + 1_000_000L * place.sectionIndex())
                .summaryStatistics();
        var columns = chosen.stream().mapToInt(Place::column).summaryStatistics();
        return 4.0 * (lines.getMax() - lines.getMin()) + columns.getMax() - columns.getMin();
    }

    private interface Visitor {
        void visit(List<Place> chosen);
    }

    private static void subsets(List<Place> from, int size, boolean together, Visitor visitor) {
        var sorted = from.stream().sorted(Comparator.comparingInt(Place::id)).toList();
        if (together) { // other subsets than of consecutive candidates are not together
            for (int first = 0; first + size <= sorted.size(); first++) {
                visitor.visit(sorted.subList(first, first + size));
            }
            return;
        }
        extend(sorted, size, 0, new ArrayList<>(), visitor);
    }

    private static void extend(List<Place> from, int size, int next, List<Place> chosen, Visitor visitor) {
        if (chosen.size() == size) {
            visitor.visit(chosen);
            return;
        }
        for (int i = next; i <= from.size() - (size - chosen.size()); i++) {
            chosen.add(from.get(i));
            extend(from, size, i + 1, chosen, visitor);
            chosen.remove(chosen.size() - 1);
        }
    }
}
