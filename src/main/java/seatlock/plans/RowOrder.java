package seatlock.plans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import seatlock.catalog.SeatPlan.Point;
import seatlock.plans.FileZone.FileSeat;

/**
 * The seats of a row in their order along it, so that neighbours in the list are neighbours in the hall, and the gaps between them.
 *
 * <p>Two orders are compared: that of the file, and that of the seats' positions along the longest direction of the row. The shorter
 * way from the first seat to the last is right: it follows straight and bent rows, and the file goes around a table better.
 */
final class RowOrder {

    /** A gap is more than as many times the usual distance. A seat that is missing leaves twice the distance. */
    private static final double GAP = 1.6;

    /** With fewer distances, a row does not show which of them is usual. */
    private static final int ENOUGH_DISTANCES = 3;

    private final List<FileSeat> seats;
    private final double[] distances; // between neighbours; none if a position is not known

    private RowOrder(List<FileSeat> seats) {
        this.seats = seats;
        this.distances = seats.stream().allMatch(seat -> seat.point().isPresent())
                ? IntStream.range(1, seats.size())
                        .mapToDouble(i -> distance(seats.get(i - 1), seats.get(i)))
                        .toArray()
                : new double[0];
    }

    /** @param inFile the seats of a row; they stay in this order if the position of one is not known */
    static RowOrder of(List<FileSeat> inFile) {
        var original = new RowOrder(inFile);
        if (original.distances.length == 0) {
            return original;
        }
        var sorted = new RowOrder(alongAxis(inFile));
        return sorted.length() < original.length() ? sorted : original;
    }

    private double length() {
        return IntStream.range(0, distances.length)
                .mapToDouble(i -> distances[i])
                .sum();
    }

    /** Returns the distances between neighbours. */
    double[] distances() {
        return distances.clone();
    }

    /**
     * Returns the usual distance: the median, and the smaller of the two in the middle of an even number. Empty if there is no distance.
     */
    static OptionalDouble usual(double[] distances) {
        var sorted = distances.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sorted[(sorted.length - 1) / 2]);
    }

    /**
     * Returns the seats with an empty element for each gap, however wide it is.
     *
     * @param usualInZone the usual distance in all rows of the zone
     */
    List<Optional<FileSeat>> withGaps(OptionalDouble usualInZone) {
        var usual = usual(distances).orElse(0);
        if (distances.length < ENOUGH_DISTANCES) {
            usual = Math.min(usual, usualInZone.orElse(usual));
        }
        var positions = new ArrayList<Optional<FileSeat>>();
        for (int i = 0; i < seats.size(); i++) {
            if (i > 0 && distances.length > 0 && usual > 0 && distances[i - 1] > GAP * usual) {
                positions.add(Optional.empty());
            }
            positions.add(Optional.of(seats.get(i)));
        }
        return positions;
    }

    /** Sorts seats by their place on the principal axis of their positions, in the direction that agrees better with the file. */
    private static List<FileSeat> alongAxis(List<FileSeat> seats) {
        var centreX = seats.stream().mapToDouble(seat -> at(seat).x()).average().orElse(0);
        var centreY = seats.stream().mapToDouble(seat -> at(seat).y()).average().orElse(0);
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (var seat : seats) {
            var x = at(seat).x() - centreX;
            var y = at(seat).y() - centreY;
            xx += x * x;
            yy += y * y;
            xy += x * y;
        }
        // The eigenvector of the covariance matrix that belongs to its larger eigenvalue.
        var axisX = xx - yy + Math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy);
        var axisY = 2 * xy;
        if (axisX == 0 && axisY == 0) {
            axisY = 1;
        }
        double withFile = 0;
        for (int i = 0; i < seats.size(); i++) {
            var along =
                    (at(seats.get(i)).x() - centreX) * axisX + (at(seats.get(i)).y() - centreY) * axisY;
            withFile += (i - (seats.size() - 1) / 2.0) * along;
        }
        var dx = withFile < 0 ? -axisX : axisX;
        var dy = withFile < 0 ? -axisY : axisY;
        return seats.stream()
                .sorted(Comparator.comparingDouble(seat -> at(seat).x() * dx + at(seat).y() * dy))
                .toList();
    }

    private static double distance(FileSeat one, FileSeat other) {
        return Math.hypot(at(one).x() - at(other).x(), at(one).y() - at(other).y());
    }

    private static Point at(FileSeat seat) {
        return seat.point().orElseThrow();
    }
}
