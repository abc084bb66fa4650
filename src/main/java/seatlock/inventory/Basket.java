package seatlock.inventory;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import seatlock.catalog.Layout;

/**
 * The items that a buyer asks for: all or none of them are reserved. There is at least one.
 *
 * @param seats each once
 * @param places of each section once for each price type
 * @param tables each once
 * @param best seats that the house chooses
 * @param allocation from which the places are taken, and that opens its seats; empty for what is for everybody
 * @param code that the buyer gives, {@linkplain seatlock.catalog.Code#normalised normalised}; empty for none
 */
public record Basket(
        List<SeatItem> seats,
        List<PlacesItem> places,
        List<TableItem> tables,
        Optional<BestItem> best,
        Optional<String> allocation,
        Optional<String> code) {

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

    /**
     * The best seats available.
     *
     * @param sections where they may be; empty for everywhere
     * @param isApartAllowed whether they need not be beside each other, if there are none that are
     * @param accessible how many of them must be accessible
     * @param priceTypes one for each seat, in the order of the plan; empty for the first one
     */
    public record BestItem(
            Set<String> sections, boolean isApartAllowed, int accessible, List<Optional<String>> priceTypes) {

        public BestItem {
            sections = Set.copyOf(sections);
            priceTypes = List.copyOf(priceTypes);
        }

        /** Returns the number of seats. */
        public int quantity() {
            return priceTypes.size();
        }
    }

    public Basket {
        seats = List.copyOf(seats);
        places = List.copyOf(places);
        tables = List.copyOf(tables);
        if (seats.isEmpty() && places.isEmpty() && tables.isEmpty() && best.isEmpty()
                || hasDuplicates(seats, SeatItem::label)
                || hasDuplicates(tables, TableItem::label)) {
            throw new IllegalArgumentException("No items, or an item listed twice: " + seats + tables);
        }
    }

    /** Of what is for everybody. */
    public Basket(List<SeatItem> seats, List<PlacesItem> places, List<TableItem> tables, Optional<BestItem> best) {
        this(seats, places, tables, best, Optional.empty(), Optional.empty());
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

    /** Returns whether it is for seats that the buyer has chosen, at the usual conditions, and for nothing else. */
    public boolean isOfSeatsOnly() {
        return places.isEmpty() && tables.isEmpty() && best.isEmpty() && allocation.isEmpty() && code.isEmpty();
    }

    /** Returns the number of its seats and places. A table that does not exist has none. */
    long size(Layout layout) {
        return seats.size()
                + places.stream().mapToLong(PlacesItem::quantity).sum()
                + tables.stream()
                        .flatMap(table -> layout.table(table.label()).stream())
                        .mapToLong(row -> row.row().seats().count())
                        .sum()
                + best.map(BestItem::quantity).orElse(0);
    }

    /** Returns the price types of its items; empty for one that names none. */
    Stream<Optional<String>> priceTypes() {
        return Stream.of(
                        seats.stream().map(SeatItem::priceType),
                        places.stream().map(PlacesItem::priceType),
                        tables.stream().map(TableItem::priceType),
                        best.stream().flatMap(item -> item.priceTypes().stream()))
                .flatMap(types -> types);
    }

    /** Returns the seats that the buyer has chosen, as far as they exist. */
    Stream<Layout.PlacedSeat> placedSeats(Layout layout) {
        return seats.stream().flatMap(item -> layout.seat(item.label()).stream());
    }

    /** Returns the ids of the seats of its tables. */
    Stream<Integer> tableSeatIds(Layout layout) {
        return tables.stream()
                .flatMap(table -> layout.table(table.label()).stream())
                .flatMap(row -> row.seatIds().boxed());
    }
}
