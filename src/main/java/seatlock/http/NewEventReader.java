package seatlock.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.http.EventBodies.NewEvent;
import seatlock.http.EventBodies.SeatRow;
import seatlock.http.EventBodies.Section;

/** Reads the request that creates an event, and finds everything that is wrong with it. */
final class NewEventReader {

    private static final int DEFAULT_MAX_SEATS_PER_RESERVATION = 10;
    private static final int MAX_NAME = 200;
    private static final int MAX_SECTION_OR_ROW_NAME = 50;

    /** In minor units; the sum over a reservation stays an integer that JavaScript can hold. */
    private static final long MAX_PRICE = 1_000_000_000_000L;

    private static final Duration MIN_TTL = Duration.ofMillis(100);
    private static final Duration MAX_TTL = Duration.ofDays(7);

    /** Without signs, which ISO 8601 does not know. */
    private static final Pattern DURATION = Pattern.compile("P[0-9DTHMS.]+");

    /** An event with its plan. */
    record Draft(Event event, SeatPlan plan) {}

    private final Checks checks = new Checks();

    private NewEventReader() {}

    /** @throws Problem.Refused invalid-request, with all that is wrong */
    static Draft read(NewEvent body, EventId id, Instant createdAt) {
        return new NewEventReader().draft(body, id, createdAt);
    }

    private Draft draft(NewEvent body, EventId id, Instant createdAt) {
        checks.text(body.name(), "name", MAX_NAME);
        checks.text(body.venue(), "venue", MAX_NAME);
        var startsAt = checks.instant(body.startsAt(), "startsAt");
        var timeZone = timeZone(body.timeZone());
        var currency = currency(body.currency());
        var maxSeats = maxSeats(body.maxSeatsPerReservation());
        var ttl = ttl(body.reservationTtl());
        var plan = plan(body.sections());
        checks.done();
        var event = new Event(
                id,
                body.name(),
                body.venue(),
                startsAt,
                timeZone,
                currency,
                maxSeats,
                ttl,
                (int) plan.capacity(),
                createdAt);
        return new Draft(event, plan);
    }

    private ZoneId timeZone(String text) {
        if (checks.that(
                text != null && ZoneId.getAvailableZoneIds().contains(text),
                "timeZone",
                "wants the IANA name of a time zone, such as Europe/Rome")) {
            return ZoneId.of(text);
        }
        return null;
    }

    private Currency currency(String text) {
        try {
            if (text != null) {
                return Currency.getInstance(text);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        checks.add("currency", "wants the ISO 4217 code of a currency, such as EUR");
        return null;
    }

    private int maxSeats(Integer given) {
        var maxSeats = given == null ? DEFAULT_MAX_SEATS_PER_RESERVATION : given;
        checks.that(
                maxSeats >= 1 && maxSeats <= Event.MAX_SEATS_PER_RESERVATION,
                "maxSeatsPerReservation",
                "wants 1 to " + Event.MAX_SEATS_PER_RESERVATION);
        return maxSeats;
    }

    private Duration ttl(String text) {
        if (text == null) {
            return null;
        }
        try {
            var ttl = DURATION.matcher(text).matches() ? Duration.parse(text) : Duration.ZERO;
            if (ttl.compareTo(MIN_TTL) >= 0 && ttl.compareTo(MAX_TTL) <= 0) {
                return Duration.ofMillis(ttl.toMillis());
            }
        } catch (DateTimeException e) {
            // said below
        }
        checks.add("reservationTtl", "wants an ISO 8601 duration from PT0.1S to P7D, such as PT10M");
        return null;
    }

    private SeatPlan plan(List<Section> sections) {
        if (!checks.that(sections != null && !sections.isEmpty(), "sections", "wants at least one section")) {
            return null;
        }
        var read = new ArrayList<SeatPlan.Section>();
        var names = new HashSet<String>();
        var rowPrefixes = new HashSet<String>();
        for (int i = 0; i < sections.size(); i++) {
            var section = sections.get(i);
            var at = "sections[" + i + "]";
            if (checks.that(section != null, at, "is null")) {
                var named = checks.text(section.name(), at + ".name", MAX_SECTION_OR_ROW_NAME)
                        && checks.that(names.add(section.name()), at + ".name", "is the name of another section too");
                var priced = checks.that(
                        section.price() != null && section.price() >= 0 && section.price() <= MAX_PRICE,
                        at + ".price",
                        "wants 0 to " + MAX_PRICE + ", in minor units");
                var rows = rows(section, at, rowPrefixes);
                if (named && priced) {
                    read.add(new SeatPlan.Section(section.name(), section.price(), rows));
                }
            }
        }
        var plan = new SeatPlan(read);
        checks.that(
                plan.capacity() <= Event.MAX_CAPACITY,
                "sections",
                "have more than " + Event.MAX_CAPACITY + " seats in all");
        return plan;
    }

    private List<SeatPlan.Row> rows(Section section, String at, Set<String> prefixes) {
        var read = new ArrayList<SeatPlan.Row>();
        if (!checks.that(section.rows() != null && !section.rows().isEmpty(), at + ".rows", "wants at least one row")) {
            return read;
        }
        for (int i = 0; i < section.rows().size(); i++) {
            var row = section.rows().get(i);
            var rowAt = at + ".rows[" + i + "]";
            if (checks.that(row != null, rowAt, "is null") && checkRow(section, row, rowAt, prefixes)) {
                read.add(new SeatPlan.Row(row.name(), row.seats()));
            }
        }
        return read;
    }

    private boolean checkRow(Section section, SeatRow row, String at, Set<String> prefixes) {
        // A hyphen may be part of either name, so it takes both to see whether two seats would share a label.
        var named = checks.text(row.name(), at + ".name", MAX_SECTION_OR_ROW_NAME)
                && checks.that(
                        prefixes.add(section.name() + "-" + row.name()),
                        at + ".name",
                        "gives its seats the labels of another row");
        var seated = checks.that(
                row.seats() != null && row.seats() >= 1 && row.seats() <= Event.MAX_CAPACITY,
                at + ".seats",
                "wants 1 to " + Event.MAX_CAPACITY);
        return named && seated;
    }
}
