package seatlock.catalog;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import seatlock.catalog.SeatPlan.Row;
import seatlock.catalog.SeatPlan.Section;
import seatlock.db.Tx;

/** Adds three sample events. Their IDs are fixed, so seeding again adds nothing. */
public final class SampleEvents {

    private SampleEvents() {}

    /**
     * Creates the sample events that do not exist yet.
     *
     * @return the events created
     */
    public static List<Event> create(Tx tx, Catalog catalog) throws SQLException {
        var created = new ArrayList<Event>();
        for (var show : List.of(hall(), theatre(), arena())) {
            if (catalog.create(tx, show.event, show.plan)) {
                created.add(show.event);
            }
        }
        return created;
    }

    private record Show(Event event, SeatPlan plan) {}

    private static Show hall() {
        var plan = new SeatPlan(List.of(new Section("HALL", 1800, rows("A", "H", 12))));
        return show(1, "String Quartets at Noon", "Laeiszhalle, Kleiner Saal", "Europe/Berlin", "EUR", 12, 30, 6, plan);
    }

    private static Show theatre() {
        var plan = new SeatPlan(List.of(
                new Section("STALLS", 6500, rows("A", "T", 28)),
                new Section("DRESS CIRCLE", 8500, rows("A", "F", 24)),
                new Section("UPPER CIRCLE", 4500, rows("A", "H", 22)),
                new Section("BALCONY", 2500, rows("A", "E", 20)),
                new Section("BOX", 12000, rows("1", "8", 4))));
        return show(2, "The Tempest", "Old Vic", "Europe/London", "GBP", 19, 60, 8, plan);
    }

    private static Show arena() {
        var blocks = IntStream.rangeClosed(1, 20)
                .mapToObj(block -> new Section("BLOCK " + (100 + block), block <= 8 ? 14500 : 8900, rows("A", "T", 25)))
                .toList();
        return show(3, "On-Sale Night", "Ziggo Dome", "Europe/Amsterdam", "EUR", 20, 120, 6, new SeatPlan(blocks));
    }

    private static Show show(
            int number,
            String name,
            String venue,
            String timeZone,
            String currency,
            int hour,
            int daysAhead,
            int maxSeats,
            SeatPlan plan) {
        var zone = ZoneId.of(timeZone);
        var startsAt = ZonedDateTime.now(zone).plusDays(daysAhead).with(LocalTime.of(hour, 0));
        var event = new Event(
                new EventId(UUID.fromString("01900000-0000-7000-8000-00000000000" + number)),
                name,
                venue,
                zone,
                Currency.getInstance(currency),
                Terms.first(startsAt.toInstant(), maxSeats, Optional.empty()),
                (int) plan.capacity(),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        return new Show(event, plan);
    }

    /** Creates rows of equal size, named by one character each. */
    private static List<Row> rows(String first, String last, int seats) {
        return IntStream.rangeClosed(first.charAt(0), last.charAt(0))
                .mapToObj(name -> new Row(Character.toString(name), seats))
                .toList();
    }
}
