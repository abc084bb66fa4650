package seatlock.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.Layout;
import seatlock.inventory.Reservation.RefundedSeat;
import seatlock.inventory.Reservation.State;

/** Cancels, refunds and expires reservations, or some of their seats. A part of {@link Decision}, whose state it changes. */
final class Ending {

    private final Decision decision;
    private final Decision.Facts facts;
    private final Layout layout;
    private final Instant now;

    Ending(Decision decision, Decision.Facts facts, Layout layout, Instant now) {
        this.decision = decision;
        this.facts = facts;
        this.layout = layout;
        this.now = now;
    }

    Outcome of(Command.Cancel command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null || !mayCancel(command.by(), reservation)) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        return switch (reservation.asOf(now).status()) {
            case PENDING ->
                end(reservation, new State.Cancelled(decision.notBefore(reservation.createdAt()), Optional.empty()));
            case CONFIRMED -> refund(reservation, command.by());
            case CANCELLED -> new Outcome.Done(reservation, false);
            case EXPIRED -> decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        };
    }

    private static boolean mayCancel(Command.Canceller by, Reservation reservation) {
        return by instanceof Command.Canceller.Seller
                || by instanceof Command.Canceller.EventCancelled
                || by instanceof Command.Canceller.Holder holder && reservation.admits(holder.token());
    }

    private Outcome refund(Reservation reservation, Command.Canceller by) {
        if (by instanceof Command.Canceller.Holder) {
            return decision.refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        }
        if (by instanceof Command.Canceller.Seller seller
                && !seller.force()
                && !facts.usedSeats(reservation.id()).isEmpty()) {
            return decision.refuse(Refusal.TICKETS_USED, reservation);
        }
        var confirmation = reservation.state().confirmation();
        return end(
                reservation,
                new State.Cancelled(
                        decision.notBefore(confirmation.orElseThrow().at()), confirmation));
    }

    Outcome of(Command.CancelSeats command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        var used = command.force() ? Set.<Integer>of() : facts.usedSeats(reservation.id());
        var part = new PartialCancel(command, reservation.asOf(now), layout, decision.seats(), used);
        var refusal = part.refusal();
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (part.isAlreadyDone()) {
            return new Outcome.Done(reservation, false);
        }
        if (part.isWhole()) {
            return refund(reservation, new Command.Canceller.Seller(true));
        }
        var at = decision.notBefore(
                reservation.state().confirmation().orElseThrow().at());
        release(decision, reservation, part.seats());
        decision.limits().release(reservation.id(), countedSeats(reservation, part.seats()));
        var refunded =
                part.seats().stream().map(seat -> new RefundedSeat(seat, at)).toList();
        var left = reservation.without(refunded);
        decision.reservations().put(left.id(), left);
        return new Outcome.Done(left, true, Optional.empty(), refunded, Optional.empty());
    }

    Outcome of(Command.Expire command) {
        var reservation = decision.reservations().get(command.id());
        if (reservation == null) {
            return decision.refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        return reservation.hasLapsedAt(now)
                ? end(reservation, new State.Expired(now))
                : new Outcome.Done(reservation, false);
    }

    /** Ends a reservation and releases the seats it still has; after it lapsed, other buyers may have taken some. */
    private Outcome end(Reservation reservation, State as) {
        release(decision, reservation, reservation.seats());
        decision.limits().end(reservation);
        return decision.put(reservation.with(as));
    }

    /** Releases those of some seats that a reservation still has. */
    static void release(Decision decision, Reservation reservation, List<Reservation.ReservedSeat> some) {
        for (var reserved : some) {
            decision.seats()
                    .computeIfPresent(
                            reserved.label(),
                            (l, seat) -> reservation.id().equals(seat.holder()) ? seat.released() : seat);
        }
    }

    /** Returns how many of the seats count against each limit. A single-use code stays used, because it is for a reservation. */
    private Map<UUID, Integer> countedSeats(Reservation reservation, List<Reservation.ReservedSeat> some) {
        var counted = decision.limitedSeats(some);
        reservation
                .code()
                .map(used -> facts.codes().get(used.text()))
                .filter(code -> !code.isSingleUse())
                .ifPresent(code ->
                        code.limit().ifPresent(limit -> counted.put(limit.id(), CodeUse.covered(code, some))));
        return counted;
    }
}
