package seatlock.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The sections, rows and seats of an event, in the order in which they are shown and locked.
 *
 * @param focus the point of the hall to which the best seats are nearest, such as the middle of the stage; empty to rank seats by
 *     the order of their rows
 */
public record SeatPlan(List<Section> sections, Optional<Point> focus) {

    /** The longest name of a section or row, in characters. */
    public static final int MAX_NAME = 50;

    /** The longest number of a seat, in characters. */
    public static final int MAX_NUMBER = 20;

    /** The largest distance of a seat from the origin along either axis. */
    public static final double MAX_COORDINATE = 1_000_000;

    /** The name of the only row of a section whose places are sold by number. */
    public static final String PLACES_ROW = "GA";

    /**
     * A part of the venue in which all seats have the same prices.
     *
     * @param prices of a seat, by the id of the price type, in minor units of the event's currency
     * @param rows at least one; a section of places has exactly one, named {@link #PLACES_ROW}
     */
    public record Section(String name, Map<String, Long> prices, List<Row> rows) {

        public Section {
            prices = Map.copyOf(prices);
            rows = List.copyOf(rows);
        }

        /** A section with one price. */
        public Section(String name, long price, List<Row> rows) {
            this(name, Map.of(PriceType.STANDARD.id(), price), rows);
        }

        /** Returns whether its seats are places, which nobody chooses. */
        public boolean hasPlaces() {
            return rows.get(0).sold() == Sold.AS_PLACES;
        }
    }

    /** How the seats of a row are sold. */
    public enum Sold {
        /** Each by its label. */
        SINGLY,
        /** All together: a table. */
        WHOLE,
        /** By number, because nobody chooses one: general admission. */
        AS_PLACES
    }

    /** A row of seats, a table, or all places of a section. */
    public record Row(String name, Sold sold, Seats seats) {

        /** A row whose seats are sold singly and numbered from 1. */
        public Row(String name, int seats) {
            this(name, Sold.SINGLY, new Numbered(seats));
        }
    }

    /** The seats of a row, from one end to the other. */
    public sealed interface Seats {

        /** Returns the number of seats. */
        int count();

        /** Returns the number of positions: of seats and gaps. */
        int length();

        /** Returns the seat at a position, from 0; empty for a gap. */
        Optional<Seat> at(int position);
    }

    /** Seats beside each other, with numbers from 1. */
    public record Numbered(int count) implements Seats {

        @Override
        public int length() {
            return count;
        }

        @Override
        public Optional<Seat> at(int position) {
            return Optional.of(new Seat(String.valueOf(position + 1), false, false, false, Optional.empty()));
        }
    }

    /** Seats with numbers of their own, and gaps between them. @param positions empty for a gap */
    public record Listed(List<Optional<Seat>> positions) implements Seats {

        public Listed {
            positions = List.copyOf(positions);
        }

        @Override
        public int count() {
            return (int) positions.stream().filter(Optional::isPresent).count();
        }

        @Override
        public int length() {
            return positions.size();
        }

        @Override
        public Optional<Seat> at(int position) {
            return positions.get(position);
        }
    }

    /**
     * A seat of the plan.
     *
     * @param number as it is printed on the seat, such as {@code 12A}
     * @param accessible whether it is a space for a wheelchair, or for somebody else who needs such a seat
     * @param companion whether it is for a companion of somebody in an accessible seat
     * @param restrictedView whether something stands in the way
     * @param at where it is in the hall, if this is known
     */
    public record Seat(
            String number, boolean accessible, boolean companion, boolean restrictedView, Optional<Point> at) {}

    /** A point of the hall, in any unit. */
    public record Point(double x, double y) {}

    public SeatPlan {
        sections = List.copyOf(sections);
    }

    /** A plan without a focus. */
    public SeatPlan(List<Section> sections) {
        this(sections, Optional.empty());
    }

    /** Returns the prices by section and price type, in minor units. */
    public Map<SectionPrice, Long> prices() {
        var prices = new LinkedHashMap<SectionPrice, Long>();
        sections.forEach(section ->
                section.prices().forEach((type, price) -> prices.put(new SectionPrice(section.name(), type), price)));
        return prices;
    }

    /** A price has this key: a section, and the price type of a seat in it. */
    public record SectionPrice(String section, String priceType) {}

    /** Returns the number of seats, places included. */
    public long capacity() {
        return sections.stream()
                .flatMap(section -> section.rows().stream())
                .mapToLong(row -> row.seats().count())
                .sum();
    }

    /**
     * A row of the plan of an event, with its place among the seats.
     *
     * @param firstSeatId id of its first seat; the others follow, without regard to gaps
     */
    public record PlannedRow(String section, Row row, int firstSeatId) {

        /** Returns the id of its last seat. */
        public int lastSeatId() {
            return firstSeatId + row.seats().count() - 1;
        }

        /** Returns whether a seat is one of its. */
        public boolean has(int seatId) {
            return seatId >= firstSeatId && seatId <= lastSeatId();
        }

        /** Returns the ids of its seats, in order. */
        public IntStream seatIds() {
            return IntStream.rangeClosed(firstSeatId, lastSeatId());
        }

        /** Returns its name as a whole, {@code SECTION-ROW}: the label of a table. */
        public String label() {
            return section + "-" + row.name();
        }

        /** Returns the positions of its seats, from 0, in the order of the seats' ids. */
        public int[] positions() {
            var seats = row.seats();
            return IntStream.range(0, seats.length())
                    .filter(position -> seats.at(position).isPresent())
                    .toArray();
        }
    }
}
