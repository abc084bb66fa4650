package seatlock.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seatlock.catalog.Event;
import seatlock.catalog.SeatPlan;
import seatlock.contract.EventBodies.SeatRow;
import seatlock.contract.EventBodies.Section;
import seatlock.http.Validation;

/** Reads the sections of a new event, or those that are added to one, and finds all errors in them. */
final class SeatPlanReader {

    private static final int MAX_SECTION_OR_ROW_NAME = 50;

    /** In minor units; JavaScript can represent the sum over a reservation exactly. */
    private static final long MAX_PRICE = 1_000_000_000_000L;

    private final Validation validation;
    private final Map<String, Long> existingPrices;
    private final Set<String> labelPrefixes = new HashSet<>();
    private final long existingSeats;

    /**
     * @param existing the plan to which sections are added; an empty one for a new event
     * @param validation gets the errors; after one, the result means nothing
     */
    SeatPlanReader(SeatPlan existing, Validation validation) {
        this.validation = validation;
        this.existingPrices = existing.prices();
        this.existingSeats = existing.capacity();
        for (var section : existing.sections()) {
            section.rows().forEach(row -> labelPrefixes.add(labelPrefix(section.name(), row.name())));
        }
    }

    /** Returns whether a price can be that of a seat. If not, there is an error. */
    static boolean checkPrice(Long price, String field, Validation validation) {
        return validation.check(
                price != null && price >= 0 && price <= MAX_PRICE,
                field,
                "must be from 0 to " + MAX_PRICE + ", in minor units");
    }

    /** Returns the new sections, and those that get rows, with their prices. */
    SeatPlan read(List<Section> sections) {
        var read = new ArrayList<SeatPlan.Section>();
        var names = new HashSet<String>();
        if (!validation.check(sections != null && !sections.isEmpty(), "sections", "must have at least one section")) {
            return new SeatPlan(read);
        }
        for (int i = 0; i < sections.size(); i++) {
            var section = sections.get(i);
            var path = "sections[" + i + "]";
            if (validation.check(section != null, path, "must not be null")) {
                var hasName = validation.checkText(section.name(), path + ".name", MAX_SECTION_OR_ROW_NAME)
                        && validation.check(
                                names.add(section.name()), path + ".name", "duplicates the name of another section");
                var price = price(section, path + ".price");
                var rows = rows(section, path);
                if (hasName && price != null) {
                    read.add(new SeatPlan.Section(section.name(), price, rows));
                }
            }
        }
        var plan = new SeatPlan(read);
        validation.check(
                existingSeats + plan.capacity() <= Event.MAX_CAPACITY,
                "sections",
                "must not have more than " + Event.MAX_CAPACITY + " seats in total");
        return plan;
    }

    /** Returns the price of a section; {@code null} if it is not valid. */
    private Long price(Section section, String path) {
        var existing = existingPrices.get(section.name());
        if (existing == null) {
            return checkPrice(section.price(), path, validation) ? section.price() : null;
        }
        validation.check(
                section.price() == null || section.price().equals(existing),
                path,
                "must be absent, or " + existing + " as it is: change it with PATCH");
        return existing;
    }

    private List<SeatPlan.Row> rows(Section section, String path) {
        var read = new ArrayList<SeatPlan.Row>();
        if (!validation.check(
                section.rows() != null && !section.rows().isEmpty(), path + ".rows", "must have at least one row")) {
            return read;
        }
        for (int i = 0; i < section.rows().size(); i++) {
            var row = section.rows().get(i);
            var rowPath = path + ".rows[" + i + "]";
            if (validation.check(row != null, rowPath, "must not be null") && checkRow(section, row, rowPath)) {
                read.add(new SeatPlan.Row(row.name(), row.seats()));
            }
        }
        return read;
    }

    private boolean checkRow(Section section, SeatRow row, String path) {
        var hasName = validation.checkText(row.name(), path + ".name", MAX_SECTION_OR_ROW_NAME)
                && validation.check(
                        labelPrefixes.add(labelPrefix(section.name(), row.name())),
                        path + ".name",
                        "duplicates the seat labels of another row");
        var hasSeats = validation.check(
                row.seats() != null && row.seats() >= 1 && row.seats() <= Event.MAX_CAPACITY,
                path + ".seats",
                "must be from 1 to " + Event.MAX_CAPACITY);
        return hasName && hasSeats;
    }

    /** Either name may contain a hyphen, so only both together show whether two seats would share a label. */
    private static String labelPrefix(String section, String row) {
        return section + "-" + row;
    }
}
