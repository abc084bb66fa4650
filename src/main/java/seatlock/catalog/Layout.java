package seatlock.catalog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;

/** The rows of an event in one of its versions, by what requests call them. */
public final class Layout {

    /** Without rows: each seat is sold singly. */
    public static final Layout EMPTY = new Layout(List.of());

    /** A row of seats, whose names together are unique. */
    private record RowName(String section, String row) {}

    private final List<PlannedRow> rows;
    private final Map<RowName, PlannedRow> byName = new HashMap<>();
    private final Map<String, PlannedRow> tables = new HashMap<>();

    /** @param rows in the order of their seats' ids */
    public Layout(List<PlannedRow> rows) {
        this.rows = List.copyOf(rows);
        for (var row : rows) {
            byName.put(new RowName(row.section(), row.row().name()), row);
            if (row.row().sold() == Sold.WHOLE) {
                tables.put(row.label(), row);
            }
        }
    }

    /** Returns the rows in the order of their seats' ids. */
    public List<PlannedRow> rows() {
        return rows;
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
        return Optional.ofNullable(tables.get(label));
    }

    /** Returns its size in memory, in rows: one whose seats are listed counts more than others. */
    int weight() {
        return rows.stream()
                .mapToInt(row -> row.row().seats() instanceof Listed listed ? 1 + listed.length() : 1)
                .sum();
    }
}
