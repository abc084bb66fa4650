package seatlock.inventory;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import seatlock.catalog.Layout;

/**
 * What a buyer asks for: everything or nothing. At least one item.
 *
 * @param seats each once
 * @param places of each section once for each price type
 * @param tables each once
 * @param code that the buyer gives, {@linkplain seatlock.catalog.Code#normalised normalised}; empty for none
 */
public record Basket(List<SeatItem> seats, List<PlacesItem> places, List<TableItem> tables, Optional<String> code) {

    /**
     * A seat that the buyer has chosen.
     *
     * @param priceType empty for the first one
     * @param holder name that its ticket shows; empty for the buyer's
     */
    public record SeatItem(String label, Optional<String> priceType, Optional<String> holder) {}

    /** Places of a section, which nobody chooses. @param quantity at least 1 */
    public record PlacesItem(String section, int quantity, Optional<String> priceType) {}

    /** All seats of a table. @param label {@code SECTION-ROW} */
    public record TableItem(String label, Optional<String> priceType) {}

    public Basket {
        seats = List.copyOf(seats);
        places = List.copyOf(places);
        tables = List.copyOf(tables);
        if (seats.isEmpty() && places.isEmpty() && tables.isEmpty()
                || hasDuplicates(seats, SeatItem::label)
                || hasDuplicates(tables, TableItem::label)) {
            throw new IllegalArgumentException("No items, or an item listed twice: " + seats + tables);
        }
    }

    private static <T> boolean hasDuplicates(List<T> items, Function<T, String> label) {
        var labels = new HashSet<String>();
        return items.stream().anyMatch(item -> !labels.add(label.apply(item)));
    }

    /** Chosen seats, at the first price. */
    public static Basket ofSeats(List<String> labels) {
        var seats = labels.stream()
                .map(label -> new SeatItem(label, Optional.empty(), Optional.empty()))
                .toList();
        return new Basket(seats, List.of(), List.of(), Optional.empty());
    }

    /** Returns the number of its seats and places. A table that does not exist has none. */
    long size(Layout layout) {
        return seats.size()
                + places.stream().mapToLong(PlacesItem::quantity).sum()
                + tables.stream()
                        .flatMap(table -> layout.table(table.label()).stream())
                        .mapToLong(row -> row.row().seats().count())
                        .sum();
    }

    /** Returns the price types of its items; empty for one that names none. */
    Stream<Optional<String>> priceTypes() {
        return Stream.of(
                        seats.stream().map(SeatItem::priceType),
                        places.stream().map(PlacesItem::priceType),
                        tables.stream().map(TableItem::priceType))
                .flatMap(types -> types);
    }

    /** Returns the ids of the seats of its tables. */
    Stream<Integer> tableSeatIds(Layout layout) {
        return tables.stream()
                .flatMap(table -> layout.table(table.label()).stream())
                .flatMap(row -> row.seatIds().boxed());
    }
}
