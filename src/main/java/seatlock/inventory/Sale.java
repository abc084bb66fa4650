package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import seatlock.catalog.Event;

/** Whether seats of an event can be reserved at an instant. */
record Sale(Event event, Instant now) {

    /** Returns a refusal if nothing of the event can be reserved, whatever a command opens. */
    Optional<Outcome> closed() {
        var terms = event.terms();
        if (event.status() == Event.Status.CANCELLED) {
            return refuse(Refusal.EVENT_CANCELLED);
        }
        if (!now.isBefore(terms.onSaleUntil().orElse(terms.startsAt())) || !now.isBefore(terms.startsAt())) {
            return refuse(Refusal.SALES_CLOSED);
        }
        return event.status() == Event.Status.DRAFT || terms.isPaused()
                ? Optional.of(new Outcome.NotOnSale(Optional.empty(), Optional.empty()))
                : Optional.empty();
    }

    private static Optional<Outcome> refuse(Refusal reason) {
        return Optional.of(new Outcome.Refused(reason, List.of(), Optional.empty()));
    }

    /** Returns a refusal if the sale is not open to a command yet. */
    Optional<Outcome> notYetOpen(Opened opened) {
        var opensAt = event.terms().onSaleFrom();
        return opened.isOnSale(event.terms(), now)
                ? Optional.empty()
                : Optional.of(new Outcome.NotOnSale(opensAt, opensAt.map(at -> Duration.between(now, at))));
    }
}
