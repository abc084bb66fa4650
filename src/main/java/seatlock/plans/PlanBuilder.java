package seatlock.plans;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import seatlock.catalog.Event;
import seatlock.catalog.PriceType;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.SeatPlan.Listed;
import seatlock.catalog.SeatPlan.Numbered;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Seat;
import seatlock.catalog.SeatPlan.Seats;
import seatlock.catalog.SeatPlan.Section;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.http.Problem;
import seatlock.plans.FileZone.FileRow;
import seatlock.plans.FileZone.FileSeat;
import seatlock.text.PrintableText;

/**
 * Makes a seat plan of the zones of a file.
 *
 * <ul>
 *   <li>A zone becomes a section; one whose seats have several categories becomes a section for each, named after both. In each of
 *       them, a gap stands for the seats of the others.
 *   <li>Rows of a zone with the same name are one row with a gap between its parts, unless they have a seat number in common: then the
 *       later one gets a name of its own.
 *   <li>Names become valid and unique: see {@link PrintableText#asName} and {@link UniqueNames}. Hyphens in seat numbers become dots.
 *       What has no name gets a number that is free.
 * </ul>
 */
final class PlanBuilder {

    private final Warnings warnings;
    private final List<Section> sections = new ArrayList<>();
    private final UniqueNames sectionNames = new UniqueNames(SeatPlan.MAX_NAME);

    /** Section and row both may contain a hyphen, so the names of rows are unique only with that of their section before them. */
    private final UniqueNames rowNames = new UniqueNames(SeatPlan.MAX_NAME);

    PlanBuilder(Warnings warnings) {
        this.warnings = warnings;
    }

    /** A row of a zone with names that are final, but for its own in a section. */
    private record NamedRow(String at, String original, String name, List<Optional<NamedSeat>> positions) {}

    private record NamedSeat(FileSeat seat, String number) {}

    /** Adds a zone. One without seats adds nothing but a warning. */
    void add(FileZone zone) {
        zone.rows().stream()
                .filter(row -> row.seats().isEmpty())
                .forEach(row -> warnings.add(row.at(), "has no seats and was left out"));
        var rows = zone.rows().stream().filter(row -> !row.seats().isEmpty()).toList();
        if (rows.isEmpty()) {
            warnings.add(zone.at(), "has no seats and was left out");
            return;
        }
        var named = named(rows);
        var byCategory = new LinkedHashMap<String, List<NamedRow>>();
        for (var row : named) {
            split(row)
                    .forEach((category, part) -> byCategory
                            .computeIfAbsent(category, each -> new ArrayList<>())
                            .add(part));
        }
        var isSplit = byCategory.size() > 1;
        var names = new ArrayList<String>();
        byCategory.forEach((category, parts) -> names.add(addSection(zone, isSplit ? category : "", category, parts)));
        if (isSplit) {
            warnings.add(
                    zone.at(),
                    "has seats of " + names.size() + " categories and became as many sections, such as "
                            + Warnings.quoted(names.get(0))
                            + "; seats of different sections are not sold as neighbours");
        }
    }

    /** @return the name of the section */
    private String addSection(FileZone zone, String suffix, String category, List<NamedRow> rows) {
        var zoneName = PrintableText.asName(zone.name());
        var wanted = (zoneName.isEmpty() ? category : zoneName + " " + suffix).strip();
        var name = sectionNames.of("", wanted.isEmpty() ? "Section " + (sections.size() + 1) : wanted);
        if (zoneName.isEmpty()) {
            warnings.add(zone.at(), "has no name; its section is named " + Warnings.quoted(name));
        } else if (!name.equals((zone.name().strip() + " " + suffix).strip())) {
            warnings.add(zone.at(), "was renamed: its section is named " + Warnings.quoted(name));
        }
        var sectionRows = new ArrayList<Row>();
        for (var row : rows) {
            var rowName = rowNames.of(name + "-", row.name);
            if (!rowName.equals(row.original.strip())) {
                warnings.add(
                        row.at,
                        row.original.isEmpty()
                                ? "has no name; it is row " + Warnings.quoted(rowName)
                                : "was renamed: it is row " + Warnings.quoted(rowName));
            }
            sectionRows.add(new Row(rowName, Sold.SINGLY, seats(row.positions)));
        }
        var price = rows.get(0).positions.get(0).orElseThrow().seat.price();
        Map<String, Long> prices = price == null ? Map.of() : Map.of(PriceType.STANDARD.id(), price);
        sections.add(new Section(name, prices, sectionRows));
        return name;
    }

    /** Names the rows of a zone and their seats, in the order of the file. Rows with the same name become one if they can. */
    private List<NamedRow> named(List<FileRow> rows) {
        var orders = rows.stream().map(row -> RowOrder.of(row.seats())).toList();
        OptionalDouble usual = RowOrder.usual(orders.stream()
                .flatMapToDouble(order -> DoubleStream.of(order.distances()))
                .toArray());
        record Open(FileRow row, String name, List<Optional<FileSeat>> positions, Set<String> numbers) {}
        var open = new ArrayList<Open>();
        var latest = new LinkedHashMap<String, Open>();
        var free = new FreeNumbers(rows.stream().map(FileRow::name).toList());
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            var name = PrintableText.asName(row.name());
            var positions = orders.get(i).withGaps(usual);
            var numbers = new HashSet<String>();
            row.seats().forEach(seat -> numbers.add(number(seat)));
            var same = name.isEmpty() ? null : latest.get(name);
            if (same != null && numbers.stream().noneMatch(same.numbers::contains)) {
                same.positions.add(Optional.empty());
                same.positions.addAll(positions);
                same.numbers.addAll(numbers);
                warnings.add(
                        row.at(),
                        "continues row " + Warnings.quoted(name) + " after a gap, because it has the same name");
            } else {
                var opened = new Open(row, name.isEmpty() ? free.next() : name, positions, numbers);
                open.add(opened);
                if (!name.isEmpty()) {
                    latest.put(name, opened);
                }
            }
        }
        return open.stream()
                .map(each -> new NamedRow(each.row.at(), each.row.name(), each.name, numbered(each.positions)))
                .toList();
    }

    /** Numbers the seats of a row. */
    private List<Optional<NamedSeat>> numbered(List<Optional<FileSeat>> positions) {
        var unique = new UniqueNames(SeatPlan.MAX_NUMBER);
        var free = new FreeNumbers(positions.stream()
                .flatMap(Optional::stream)
                .map(PlanBuilder::number)
                .toList());
        return positions.stream()
                .map(position -> position.map(seat -> {
                    var wanted = number(seat);
                    var number = unique.of("", wanted.isEmpty() ? free.next() : wanted);
                    if (!number.equals(seat.number().strip())) {
                        warnings.add(
                                seat.at(),
                                seat.number().isEmpty()
                                        ? "has no number; it is seat " + Warnings.quoted(number)
                                        : "was renumbered: " + Warnings.quoted(seat.number()) + " is seat "
                                                + Warnings.quoted(number));
                    }
                    return new NamedSeat(seat, number);
                }))
                .toList();
    }

    /** A label is split at its last hyphen, so a number has none. */
    private static String number(FileSeat seat) {
        return PrintableText.asName(seat.number()).replace('-', '.');
    }

    /** Numbers for what has no name: those of 1, 2, … that are not names of others. */
    private static final class FreeNumbers {
        private final Predicate<String> isTaken;
        private int last;

        FreeNumbers(List<String> names) {
            isTaken = new HashSet<>(names)::contains;
        }

        String next() {
            do {
                last++;
            } while (isTaken.test(String.valueOf(last)));
            return String.valueOf(last);
        }
    }

    /** Returns the part of a row for each category of its seats. Where other seats or a gap are between two seats, it has one gap. */
    private static Map<String, NamedRow> split(NamedRow row) {
        var parts = new LinkedHashMap<String, NamedRow>();
        var last = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < row.positions.size(); i++) {
            if (row.positions.get(i).isEmpty()) {
                continue;
            }
            var category = row.positions.get(i).get().seat.category();
            var part = parts.computeIfAbsent(
                    category, each -> new NamedRow(row.at, row.original, row.name, new ArrayList<>()));
            var before = last.put(category, i);
            if (before != null && before < i - 1) {
                part.positions.add(Optional.empty());
            }
            part.positions.add(row.positions.get(i));
        }
        return parts;
    }

    private static Seats seats(List<Optional<NamedSeat>> positions) {
        var seats = positions.stream()
                .map(position -> position.map(named -> new Seat(
                        named.number,
                        named.seat.accessible(),
                        named.seat.companion(),
                        named.seat.restrictedView(),
                        named.seat.point())))
                .toList();
        var numbered = new Numbered(seats.size());
        var isNumbered =
                IntStream.range(0, seats.size()).allMatch(i -> seats.get(i).equals(numbered.at(i)));
        return isNumbered ? numbered : new Listed(seats);
    }

    /** @throws Problem.Refused invalid-request if there are no seats, or too many */
    ConvertedPlan build(Optional<String> name) {
        var plan = new SeatPlan(sections);
        if (plan.capacity() == 0) {
            throw Problem.invalid("", "must have at least one seat").refuse();
        }
        if (plan.capacity() > Event.MAX_CAPACITY) {
            throw Problem.invalid("", "must not have more than " + Event.MAX_CAPACITY + " seats in total")
                    .refuse();
        }
        return new ConvertedPlan(name, plan, warnings.all());
    }
}
