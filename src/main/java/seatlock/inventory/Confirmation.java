package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation.State;

/** Confirms reservations, or successors in the place of lapsed ones. A part of {@link Decision}, whose state it changes. */
final class Confirmation {

    private final Decision decision;
    private final Event event;
    private final Supplier<Reference> references;
    private final Duration ttl;
    private final Instant now;
    private final QuotaUsage quotas;

    Confirmation(
            Decision decision,
            Event event,
            Supplier<Reference> references,
            Duration ttl,
            Instant now,
            QuotaUsage quotas) {
        this.decision = decision;
        this.event = event;
        this.references = references;
        this.ttl = ttl;
        this.now = now;
        this.quotas = quotas;
    }

    /** Decides a confirmation. Its reservation, if it exists, and the reservation's seats are locked. */
    Outcome of(Command.Confirm command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        if (event.status() == Event.Status.CANCELLED) {
            return decision.refuse(Refusal.EVENT_CANCELLED, reservation);
        }
        if (reservation.replacedBy().isPresent()) {
            return decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation); // its buyer has tickets
        }
        if (reservation.asOf(now).status() == ReservationStatus.EXPIRED) {
            if (reservation.buyer().isErased()) {
                return decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation); // nobody is left to get tickets
            }
            return command.ifLapsed().isPresent()
                    ? reacquire(reservation, command.ifLapsed().get(), command.payment())
                    : decision.refuseExpired(reservation);
        }
        if (reservation.status() != ReservationStatus.PENDING) {
            return decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        }
        if (command.payment().amount() != reservation.total()) {
            return decision.refuse(Refusal.AMOUNT_MISMATCH, reservation);
        }
        if (decision.hasLostSeats(reservation)) {
            return decision.refuseExpired(reservation);
        }
        if (!use(command.payment(), reservation, reservation.id())) {
            return decision.refuse(Refusal.PAYMENT_USED, reservation);
        }
        reservation.seats().forEach(seat -> decision.seats().computeIfPresent(seat.label(), (l, held) -> held.sold()));
        decision.limits().confirm(reservation.id());
        return decision.put(
                reservation.with(new State.Confirmed(decision.notBefore(reservation.createdAt()), command.payment())));
    }

    /** Decides a note about a payment. Its reservation, if it exists, is locked. */
    Outcome of(Command.NotePayment command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        if (command.news() == Command.NotePayment.News.CAPTURED) {
            return reservation.state() instanceof State.Confirmed confirmed && reservation.awaitsCapture()
                    ? decision.put(reservation.with(new State.Confirmed(
                            confirmed.at(), confirmed.payment().captured())))
                    : new Outcome.Done(reservation, false); // it was cancelled in the meantime
        }
        var noted = reservation.next();
        decision.reservations().put(noted.id(), noted);
        return new Outcome.Noted(noted);
    }

    /**
     * Confirms a successor of a lapsed reservation: the same seats for the same buyer, or as many places, at the prices and under the
     * terms of then.
     */
    private Outcome reacquire(Reservation lapsed, Command.Successor successor, Reservation.Payment payment) {
        // Quotas are deleted once the event has started.
        var applicable = now.isBefore(event.startsAt()) ? successor.quotas() : List.<Quota>of();
        if (quotas.isLockedByOthers(applicable)) {
            return decision.refuse(Refusal.LOCKED);
        }
        var again = decision.seatsAgain(lapsed);
        if (again.lacking().isPresent()) {
            return decision.noting(again.lacking().get(), decision.refuse(Refusal.LOCKED));
        }
        if (again.seats().isEmpty()) {
            return decision.refuseExpired(lapsed);
        }
        if (payment.amount() != lapsed.total()) {
            return decision.refuse(Refusal.AMOUNT_MISMATCH, lapsed);
        }
        var exceeded = quotas.checkSeats(applicable, lapsed.seats().size());
        if (exceeded.isPresent()) {
            return exceeded.get();
        }
        var exhausted = decision.checkLimits(decision.limits().of(lapsed.id()));
        if (exhausted.isPresent()) {
            return exhausted.get();
        }
        if (!use(payment, lapsed, successor.id())) {
            return decision.refuse(Refusal.PAYMENT_USED, lapsed);
        }
        var wasExpired = lapsed.status() == ReservationStatus.EXPIRED;
        var expired = wasExpired ? (State.Expired) lapsed.state() : new State.Expired(now);
        var replaced = lapsed.replacedBy(successor.id(), expired);
        decision.reservations().put(replaced.id(), replaced);
        var confirmed = confirmedSuccessor(lapsed, again.seats(), successor.id(), payment);
        decision.reservations().put(confirmed.id(), confirmed);
        Ending.release(decision, lapsed, lapsed.seats());
        again.seats()
                .forEach(reserved -> decision.seats()
                        .computeIfPresent(
                                reserved.label(),
                                (l, seat) -> seat.held(confirmed.id(), confirmed.expiresAt())
                                        .sold()));
        quotas.add(confirmed.id(), applicable);
        decision.limits().replace(lapsed.id(), confirmed.id());
        return new Outcome.Done(confirmed, true, Optional.of(new Outcome.Replaced(replaced, wasExpired)));
    }

    private Reservation confirmedSuccessor(
            Reservation lapsed, List<Reservation.ReservedSeat> seats, ReservationId id, Reservation.Payment payment) {
        var at = decision.notBefore(lapsed.createdAt());
        var expiresAt = at.plus(ttl);
        return new Reservation(
                id,
                references.get(),
                1,
                lapsed.termsVersion(),
                lapsed.buyer(),
                seats,
                lapsed.breakdown(),
                lapsed.code(),
                lapsed.createdAt(), // so that it is before the start of the event, as the terms of then require
                expiresAt,
                expiresAt,
                new State.Confirmed(at, payment),
                Optional.of(lapsed.id()),
                Optional.empty());
    }

    /**
     * Records the use of a payment. Nothing is paid for a free reservation, so its reference identifies no payment.
     *
     * @return {@code false} if the payment has confirmed another reservation
     */
    private boolean use(Reservation.Payment payment, Reservation paid, ReservationId confirmed) {
        return paid.total() == 0
                || decision.payments().putIfAbsent(payment.reference().orElseThrow(), confirmed) == null;
    }
}
