package seatlock.plans;

import java.util.List;
import java.util.Optional;
import seatlock.catalog.SeatPlan.Point;

/**
 * A part of the venue as a file has it, with names that may be too long, absent or repeated.
 *
 * @param at path in the file, or the number of a line of it
 * @param name empty if the file has none
 */
record FileZone(String at, String name, List<FileRow> rows) {

    /** @param name empty if the file has none */
    record FileRow(String at, String name, List<FileSeat> seats) {}

    /**
     * A seat as a file has it.
     *
     * @param number empty if the file has none
     * @param category a valid name that separates seats with different prices in a zone, or empty
     * @param price in minor units, the same for all seats of a category; {@code null} if it is not known
     */
    record FileSeat(
            String at,
            String number,
            String category,
            Long price,
            boolean accessible,
            boolean companion,
            boolean restrictedView,
            Optional<Point> point) {}
}
