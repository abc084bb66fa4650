package seatlock.api;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import seatlock.api.EventBodies.NewEvent;
import seatlock.api.EventBodies.SeatRow;
import seatlock.api.EventBodies.Section;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Terms;
import seatlock.http.Problem;
import seatlock.http.Validation;

/** Reads a request to create an event and finds all errors in it. */
final class NewEventReader {

    private static final int DEFAULT_MAX_SEATS_PER_RESERVATION = 10;
    private static final int MAX_NAME = 200;
    private static final int MAX_SECTION_OR_ROW_NAME = 50;

    /** In minor units; JavaScript can represent the sum over a reservation exactly. */
    private static final long MAX_PRICE = 1_000_000_000_000L;

    /** The time zones that Java knows by their IANA names. The others are inventions of Java. */
    private static final Set<String> TIME_ZONES = ZoneId.getAvailableZoneIds().stream()
            .filter(id -> !id.startsWith("SystemV/"))
            .collect(Collectors.toUnmodifiableSet());

    /** An event with its plan. */
    record Draft(Event event, SeatPlan plan) {}

    private final Validation validation = new Validation();

    private NewEventReader() {}

    /** @throws Problem.Refused invalid-request, with all errors (see {@link Validation}) */
    static Draft read(NewEvent body, EventId id, Instant createdAt) {
        return new NewEventReader().draft(body, id, createdAt);
    }

    private Draft draft(NewEvent body, EventId id, Instant createdAt) {
        validation.checkText(body.name(), "name", MAX_NAME);
        validation.checkText(body.venue(), "venue", MAX_NAME);
        var startsAt = validation.parseInstant(body.startsAt(), "startsAt");
        var timeZone = timeZone(body.timeZone());
        var currency = currency(body.currency());
        var maxSeats = maxSeats(body.maxSeatsPerReservation());
        var ttl = ttl(body.reservationTtl());
        var plan = plan(body.sections());
        validation.finish();
        var event = new Event(
                id,
                body.name(),
                body.venue(),
                timeZone,
                currency,
                Terms.first(startsAt, maxSeats, ttl),
                (int) plan.capacity(),
                createdAt);
        return new Draft(event, plan);
    }

    private ZoneId timeZone(String text) {
        if (validation.check(
                text != null && TIME_ZONES.contains(text),
                "timeZone",
                "must be an IANA time zone name, such as Europe/Rome")) {
            return ZoneId.of(text);
        }
        return null;
    }

    private Currency currency(String text) {
        try {
            if (text != null) {
                var currency = Currency.getInstance(text);
                // XXX (no currency), XTS (for tests), gold and the like have no minor unit.
                if (currency.getDefaultFractionDigits() >= 0) {
                    return currency;
                }
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        validation.add("currency", "must be an ISO 4217 currency code, such as EUR");
        return null;
    }

    private int maxSeats(Integer given) {
        var maxSeats = given == null ? DEFAULT_MAX_SEATS_PER_RESERVATION : given;
        validation.check(
                maxSeats >= 1 && maxSeats <= Event.MAX_SEATS_PER_RESERVATION,
                "maxSeatsPerReservation",
                "must be from 1 to " + Event.MAX_SEATS_PER_RESERVATION);
        return maxSeats;
    }

    private Optional<Duration> ttl(String text) {
        if (text == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(validation.parseDuration(text, "reservationTtl", "PT0.1S", "P7D"))
                .map(ttl -> ttl.truncatedTo(ChronoUnit.MILLIS));
    }

    private SeatPlan plan(List<Section> sections) {
        if (!validation.check(sections != null && !sections.isEmpty(), "sections", "must have at least one section")) {
            return null;
        }
        var read = new ArrayList<SeatPlan.Section>();
        var names = new HashSet<String>();
        var labelPrefixes = new HashSet<String>();
        for (int i = 0; i < sections.size(); i++) {
            var section = sections.get(i);
            var path = "sections[" + i + "]";
            if (validation.check(section != null, path, "must not be null")) {
                var hasName = validation.checkText(section.name(), path + ".name", MAX_SECTION_OR_ROW_NAME)
                        && validation.check(
                                names.add(section.name()), path + ".name", "duplicates the name of another section");
                var hasPrice = validation.check(
                        section.price() != null && section.price() >= 0 && section.price() <= MAX_PRICE,
                        path + ".price",
                        "must be from 0 to " + MAX_PRICE + ", in minor units");
                var rows = rows(section, path, labelPrefixes);
                if (hasName && hasPrice) {
                    read.add(new SeatPlan.Section(section.name(), section.price(), rows));
                }
            }
        }
        var plan = new SeatPlan(read);
        validation.check(
                plan.capacity() <= Event.MAX_CAPACITY,
                "sections",
                "must not have more than " + Event.MAX_CAPACITY + " seats in total");
        return plan;
    }

    private List<SeatPlan.Row> rows(Section section, String path, Set<String> labelPrefixes) {
        var read = new ArrayList<SeatPlan.Row>();
        if (!validation.check(
                section.rows() != null && !section.rows().isEmpty(), path + ".rows", "must have at least one row")) {
            return read;
        }
        for (int i = 0; i < section.rows().size(); i++) {
            var row = section.rows().get(i);
            var rowPath = path + ".rows[" + i + "]";
            if (validation.check(row != null, rowPath, "must not be null")
                    && checkRow(section, row, rowPath, labelPrefixes)) {
                read.add(new SeatPlan.Row(row.name(), row.seats()));
            }
        }
        return read;
    }

    private boolean checkRow(Section section, SeatRow row, String path, Set<String> labelPrefixes) {
        // Either name may contain a hyphen, so only both together show whether two seats would share a label.
        var hasName = validation.checkText(row.name(), path + ".name", MAX_SECTION_OR_ROW_NAME)
                && validation.check(
                        labelPrefixes.add(section.name() + "-" + row.name()),
                        path + ".name",
                        "duplicates the seat labels of another row");
        var hasSeats = validation.check(
                row.seats() != null && row.seats() >= 1 && row.seats() <= Event.MAX_CAPACITY,
                path + ".seats",
                "must be from 1 to " + Event.MAX_CAPACITY);
        return hasName && hasSeats;
    }
}
