package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import seatlock.catalog.Event;

/** Extends holds. A part of {@link Decision}, whose state it changes. */
final class Extension {

    private final Decision decision;
    private final Event event;
    private final Duration ttl;
    private final Instant now;

    Extension(Decision decision, Event event, Duration ttl, Instant now) {
        this.decision = decision;
        this.event = event;
        this.ttl = ttl;
        this.now = now;
    }

    Outcome of(Command.Extend command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null || !command.token().map(reservation::admits).orElse(true)) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        if (event.status() == Event.Status.CANCELLED) {
            return decision.refuse(Refusal.EVENT_CANCELLED, reservation);
        }
        if (reservation.asOf(now).status() == ReservationStatus.EXPIRED || decision.hasLostSeats(reservation)) {
            return decision.refuseExpired(reservation);
        }
        if (reservation.status() != ReservationStatus.PENDING) {
            return decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        }
        if (!now.isBefore(event.startsAt())) {
            return decision.refuse(Refusal.SALES_CLOSED, reservation);
        }
        if (command.time().isPresent() && reservation.total() == 0) {
            return new Outcome.Done(reservation, false); // nothing is to be paid
        }
        var anew = now.plus(command.time().orElse(ttl));
        var until = anew.isBefore(reservation.holdUntil()) ? anew : reservation.holdUntil();
        if (!until.isAfter(reservation.expiresAt())) {
            return new Outcome.Done(reservation, false);
        }
        reservation
                .seats()
                .forEach(reserved -> decision.seats()
                        .computeIfPresent(reserved.label(), (l, seat) -> seat.held(reservation.id(), until)));
        return decision.put(reservation.extendedTo(until));
    }
}
