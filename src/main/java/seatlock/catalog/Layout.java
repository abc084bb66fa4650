package seatlock.catalog;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Sold;

/** The rows of an event in one of its versions, by what requests call them. */
public final class Layout {

    /** Without rows: each seat is sold singly. */
    public static final Layout EMPTY = new Layout(List.of(), Optional.empty());

    /** A row of seats, whose names together are unique. */
    private record RowName(String section, String row) {}

    private final List<PlannedRow> rows;
    private final Optional<Point> focus;
    private final Map<RowName, PlannedRow> byName = new HashMap<>();
    private final Map<String, PlannedRow> byLabel = new HashMap<>();
    private final Set<String> sections = new LinkedHashSet<>();

    /**
     * @param rows in the order of their seats' ids
     * @param focus see {@link SeatPlan}
     */
    public Layout(List<PlannedRow> rows, Optional<Point> focus) {
        this.rows = List.copyOf(rows);
        this.focus = focus;
        for (var row : rows) {
            byName.put(new RowName(row.section(), row.row().name()), row);
            byLabel.put(row.label(), row);
            if (row.row().sold() == Sold.SINGLY) {
                sections.add(row.section());
            }
        }
    }

    /** Returns the sections that have seats which are sold singly, in the order of the plan. */
    public Set<String> sections() {
        return sections;
    }

    /** A seat and its row. */
    public record PlacedSeat(int id, PlannedRow row) {}

    /** Finds a seat by its label; empty if there is none. */
    public Optional<PlacedSeat> seat(String label) {
        var row = byLabel.get(label.substring(0, Math.max(0, label.lastIndexOf('-'))));
        if (row == null) {
            return Optional.empty();
        }
        var number = label.substring(label.lastIndexOf('-') + 1);
        var positions = row.positions();
        for (int i = 0; i < positions.length; i++) {
            if (row.row().seats().at(positions[i]).orElseThrow().number().equals(number)) {
                return Optional.of(new PlacedSeat(row.firstSeatId() + i, row));
            }
        }
        return Optional.empty();
    }

    /** Returns the rows in the order of their seats' ids. */
    public List<PlannedRow> rows() {
        return rows;
    }

    /** Returns the point of the hall to which the best seats are nearest, if there is one. */
    public Optional<Point> focus() {
        return focus;
    }

    /** Returns how the seats of a row are sold; {@link Sold#SINGLY} if there is no such row. */
    public Sold sold(String section, String row) {
        var found = byName.get(new RowName(section, row));
        return found == null ? Sold.SINGLY : found.row().sold();
    }

    /** Returns the places of a section; empty if the section does not exist or has none. */
    public Optional<PlannedRow> places(String section) {
        return Optional.ofNullable(byName.get(new RowName(section, SeatPlan.PLACES_ROW)))
                .filter(row -> row.row().sold() == Sold.AS_PLACES);
    }

    /** Returns the table with a label, which is {@code SECTION-ROW}. */
    public Optional<PlannedRow> table(String label) {
        return Optional.ofNullable(byLabel.get(label)).filter(row -> row.row().sold() == Sold.WHOLE);
    }

    /** Returns the number of seats of the largest table; 0 if there is none. */
    public int largestTable() {
        return rows.stream()
                .filter(row -> row.row().sold() == Sold.WHOLE)
                .mapToInt(row -> row.row().seats().count())
                .max()
                .orElse(0);
    }

    /** Returns its size in memory, in rows: one whose seats are listed counts more than others. */
    int weight() {
        return rows.stream()
                .mapToInt(row -> row.row().seats() instanceof Listed listed ? 1 + listed.length() : 1)
                .sum();
    }
}
