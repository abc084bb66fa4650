package seatlock.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import seatlock.catalog.Event;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.Point;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.catalog.Tariff;
import seatlock.contract.PlanBodies.ListedSeat;
import seatlock.contract.PlanBodies.RowSeats;
import seatlock.contract.PlanBodies.SeatRow;
import seatlock.contract.PlanBodies.Section;
import seatlock.http.Validation;

/** Reads the sections of a new event, or those that are added to one, and finds all errors in them. */
final class SeatPlanReader {

    private final Tariff tariff;
    private final int maxSeatsPerReservation;
    private final Validation validation;
    private final Map<String, SeatPlan.Section> existing;
    private final long existingSeats;

    private final Set<String> labelPrefixes = new HashSet<>();

    /**
     * @param existing the plan to which sections are added; an empty one for a new event
     * @param maxSeatsPerReservation a table cannot be larger
     * @param validation gets the errors; after one, the result means nothing
     */
    SeatPlanReader(SeatPlan existing, Tariff tariff, int maxSeatsPerReservation, Validation validation) {
        this.tariff = tariff;
        this.maxSeatsPerReservation = maxSeatsPerReservation;
        this.validation = validation;
        this.existing = existing.sections().stream().collect(Collectors.toMap(SeatPlan.Section::name, each -> each));
        this.existingSeats = existing.capacity();
        for (var section : existing.sections()) {
            section.rows().forEach(row -> labelPrefixes.add(labelPrefix(section.name(), row.name())));
        }
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
                var hasName = validation.checkText(section.name(), path + ".name", SeatPlan.MAX_NAME)
                        && validation.check(
                                names.add(section.name()), path + ".name", "duplicates the name of another section");
                var prices = prices(section, path);
                var rows = section.places() == null ? rows(section, path) : places(section, path);
                if (hasName) {
                    read.add(new SeatPlan.Section(section.name(), prices, rows));
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

    /** Returns the prices of a section by price type; nothing useful if there is an error. */
    private Map<String, Long> prices(Section section, String path) {
        var present = Optional.ofNullable(existing.get(section.name())).map(SeatPlan.Section::prices);
        if (present.isPresent()) {
            var prices = present.get();
            validation.check(
                    section.price() == null
                            || section.price().equals(prices.get(tariff.first().id())),
                    path + ".price",
                    "must be absent, or as it is: change it with PATCH");
            validation.check(
                    section.prices() == null || section.prices().equals(prices),
                    path + ".prices",
                    "must be absent, or as they are: change them with PATCH");
            return prices;
        }
        return new TariffReader(validation).prices(tariff, section.price(), section.prices(), path, tariff.first());
    }

    private List<SeatPlan.Row> places(Section section, String path) {
        validation.check(section.rows() == null, path + ".rows", "must be absent if the section has places");
        validation.check(
                section.places() >= 1 && section.places() <= Event.MAX_CAPACITY,
                path + ".places",
                "must be from 1 to " + Event.MAX_CAPACITY);
        validation.check(
                section.name() == null || !existing.containsKey(section.name()),
                path + ".places",
                "cannot be added to a section that exists");
        if (section.name() != null) {
            reserveLabels(section.name(), SeatPlan.PLACES_ROW, path + ".name");
        }
        return List.of(new SeatPlan.Row(SeatPlan.PLACES_ROW, Sold.AS_PLACES, new Numbered(section.places())));
    }

    private List<SeatPlan.Row> rows(Section section, String path) {
        var read = new ArrayList<SeatPlan.Row>();
        if (!validation.check(
                section.rows() != null && !section.rows().isEmpty(), path + ".rows", "must have at least one row")) {
            return read;
        }
        var present = section.name() == null ? null : existing.get(section.name());
        if (present != null && present.hasPlaces()) {
            validation.add(path + ".rows", "cannot be added to a section of places");
        }
        for (int i = 0; i < section.rows().size(); i++) {
            var row = section.rows().get(i);
            var rowPath = path + ".rows[" + i + "]";
            if (validation.check(row != null, rowPath, "must not be null")) {
                row(section, row, rowPath).ifPresent(read::add);
            }
        }
        return read;
    }

    private Optional<SeatPlan.Row> row(Section section, SeatRow row, String path) {
        var seats = seats(row.seats(), path + ".seats");
        var hasName = validation.checkText(row.name(), path + ".name", SeatPlan.MAX_NAME)
                && (section.name() == null || reserveLabels(section.name(), row.name(), path + ".name"));
        var isWhole = Sold.WHOLE.name().equals(row.sold());
        validation.check(
                row.sold() == null || isWhole || Sold.SINGLY.name().equals(row.sold()),
                path + ".sold",
                "must be one of " + List.of(Sold.SINGLY, Sold.WHOLE));
        if (!hasName || seats.isEmpty()) {
            return Optional.empty();
        }
        validation.check(
                !isWhole || seats.get().count() <= maxSeatsPerReservation,
                path + ".seats",
                "must not be more than maxSeatsPerReservation, because nobody could buy the table");
        return Optional.of(new SeatPlan.Row(row.name(), isWhole ? Sold.WHOLE : Sold.SINGLY, seats.get()));
    }

    private Optional<SeatPlan.Seats> seats(RowSeats seats, String path) {
        if (seats == null || seats.list() == null) {
            var count = seats == null ? null : seats.count();
            return validation.check(
                            count != null && count >= 1 && count <= Event.MAX_CAPACITY,
                            path,
                            "must be from 1 to " + Event.MAX_CAPACITY + ", or a list of seats")
                    ? Optional.of(new Numbered(count))
                    : Optional.empty();
        }
        var positions = new ArrayList<Optional<SeatPlan.Seat>>();
        var numbers = new HashSet<String>();
        for (int i = 0; i < seats.list().size(); i++) {
            var listed = seats.list().get(i);
            var seatPath = path + "[" + i + "]";
            if (listed == null) {
                positions.add(Optional.empty());
            } else {
                validation.check(
                        numbers.add(listed.number()), seatPath + ".number", "duplicates the number of another seat");
                positions.add(Optional.of(seat(listed, seatPath)));
            }
        }
        validation.check(!numbers.isEmpty(), path, "must have at least one seat");
        return Optional.of(new Listed(positions));
    }

    private SeatPlan.Seat seat(ListedSeat seat, String path) {
        if (validation.checkText(seat.number(), path + ".number", SeatPlan.MAX_NUMBER)) {
            validation.check(!seat.number().contains("-"), path + ".number", "must not contain a hyphen");
        }
        return new SeatPlan.Seat(
                seat.number(),
                Boolean.TRUE.equals(seat.accessible()),
                Boolean.TRUE.equals(seat.companion()),
                Boolean.TRUE.equals(seat.restrictedView()),
                seat.x() == null && seat.y() == null ? Optional.empty() : point(seat.x(), seat.y(), path));
    }

    /** Returns a point of the hall; empty if there is an error. */
    Optional<Point> point(Double x, Double y, String path) {
        checkCoordinate(x, path + ".x");
        checkCoordinate(y, path + ".y");
        var isWhole = validation.check(x != null && y != null, path + (x == null ? ".x" : ".y"), "is required");
        return isWhole ? Optional.of(new Point(x, y)) : Optional.empty();
    }

    private void checkCoordinate(Double value, String field) {
        validation.check(
                value == null || Math.abs(value) <= SeatPlan.MAX_COORDINATE,
                field,
                "must be from " + -(long) SeatPlan.MAX_COORDINATE + " to " + (long) SeatPlan.MAX_COORDINATE);
    }

    /**
     * Both names may contain a hyphen, so only both together show whether two seats would share a label. The number of a seat has
     * none, so it begins after the last hyphen of the label.
     */
    private boolean reserveLabels(String section, String row, String path) {
        return validation.check(
                labelPrefixes.add(labelPrefix(section, row)), path, "duplicates the seat labels of another row");
    }

    private static String labelPrefix(String section, String row) {
        return section + "-" + row;
    }
}
