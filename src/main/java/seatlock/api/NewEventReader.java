package seatlock.api;

import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.catalog.SeatPlan;
import seatlock.catalog.Tariff;
import seatlock.catalog.Terms;
import seatlock.contract.EventBodies.NewEvent;
import seatlock.contract.EventFields;
import seatlock.http.Problem;
import seatlock.http.Validation;

/** Reads a request to create an event and finds all errors in it. */
final class NewEventReader {

    /** An event with its plan. */
    record Draft(Event event, SeatPlan plan, Tariff tariff) {}

    private final Validation validation = new Validation();

    private NewEventReader() {}

    /** @throws Problem.Refused invalid-request, with all errors (see {@link Validation}) */
    static Draft read(NewEvent body, EventId id, Instant createdAt) {
        return new NewEventReader().draft(body, id, createdAt);
    }

    private Draft draft(NewEvent body, EventId id, Instant createdAt) {
        var fields = new EventFields.Reader(body, validation);
        var status = status(body.status());
        var startsAt = fields.startsAt();
        var details = fields.details(startsAt);
        var timeZone = fields.timeZone(null);
        var currency = currency(body.currency());
        var terms = fields.terms(Terms.FIRST_VERSION, startsAt);
        var tariffs = new TariffReader(validation);
        var tariff = tariffs.read(body.priceTypes(), body.fees());
        var taxRate = tariffs.taxRate(body.taxRate());
        var maxSeats = terms == null ? Event.MAX_SEATS_PER_RESERVATION : terms.maxSeatsPerReservation();
        var reader = new SeatPlanReader(new SeatPlan(List.of()), tariff, maxSeats, validation);
        var focus = body.focus() == null
                ? Optional.<SeatPlan.Point>empty()
                : reader.point(body.focus().x(), body.focus().y(), "focus");
        var plan = new SeatPlan(reader.read(body.sections()).sections(), focus);
        validation.finish();
        var event = new Event(
                id,
                status,
                details,
                timeZone,
                currency,
                taxRate,
                terms,
                terms.version(),
                (int) plan.capacity(),
                createdAt);
        return new Draft(event, plan, tariff);
    }

    private Event.Status status(String text) {
        var isDraft = Event.Status.DRAFT.name().equals(text);
        validation.check(
                text == null || isDraft || Event.Status.PUBLISHED.name().equals(text),
                "status",
                "must be one of " + List.of(Event.Status.DRAFT, Event.Status.PUBLISHED));
        return isDraft ? Event.Status.DRAFT : Event.Status.PUBLISHED;
    }

    private String currency(String text) {
        try {
            // XXX (no currency), XTS (for tests), gold and the like have no minor unit.
            if (text != null && Currency.getInstance(text).getDefaultFractionDigits() >= 0) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        validation.add("currency", "must be an ISO 4217 currency code, such as EUR");
        return null;
    }
}
