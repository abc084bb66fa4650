package seatlock.catalog;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The sections, rows and seats of an event, in the order in which they are shown and locked. */
public record SeatPlan(List<Section> sections) {

    /**
     * A part of the venue in which all seats have the same price.
     *
     * @param price in minor units of the event's currency
     */
    public record Section(String name, long price, List<Row> rows) {}

    /** @param seats number of seats, which are numbered from 1 */
    public record Row(String name, int seats) {}

    public SeatPlan {
        sections = List.copyOf(sections);
    }

    /** Returns the prices by section. */
    public Map<String, Long> prices() {
        return sections.stream().collect(Collectors.toMap(Section::name, Section::price));
    }

    /** Returns the number of seats. */
    public long capacity() {
        return sections.stream()
                .flatMap(section -> section.rows().stream())
                .mapToLong(Row::seats)
                .sum();
    }
}
