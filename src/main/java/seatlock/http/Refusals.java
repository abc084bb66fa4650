package seatlock.http;

import seatlock.catalog.Event;
import seatlock.inventory.Outcome;

/** The one place where a refusal of the domain becomes a problem on the wire. */
final class Refusals {

    private Refusals() {}

    /** @throws IllegalArgumentException if nothing was refused */
    static Problem problem(Event event, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return problem(event, refused);
        } else if (outcome instanceof Outcome.Limited limited) {
            return problem(limited);
        }
        throw new IllegalArgumentException("Not refused: " + outcome);
    }

    private static Problem problem(Outcome.Limited limited) {
        if (limited.retryAfter() == null) {
            return Problem.of(
                    ProblemType.TOO_MANY_SEATS,
                    "One buyer may have " + limited.quota().maxSeats() + " seats of this event.");
        }
        return Problem.of(
                        ProblemType.RATE_LIMITED,
                        "One buyer may have " + limited.quota().maxPending()
                                + " pending reservations of this event: confirm or cancel one.")
                .retryAfter(limited.retryAfter());
    }

    /** A new reason does not compile until it has a problem: the switch has no default. */
    private static Problem problem(Event event, Outcome.Refused refused) {
        return switch (refused.reason()) {
            case SALES_CLOSED -> Problem.of(ProblemType.SALES_CLOSED, "The event began at " + event.startsAt() + ".");
            case TOO_MANY_SEATS ->
                Problem.of(
                        ProblemType.TOO_MANY_SEATS,
                        "One reservation of this event may have " + event.maxSeatsPerReservation() + " seats.");
            case UNKNOWN_SEATS ->
                Problem.of(
                                ProblemType.UNKNOWN_SEATS,
                                "Nothing was reserved: " + refused.seats().size() + " of the seats do not exist.")
                        .with("seats", refused.seats());
            case SEATS_TAKEN ->
                Problem.of(
                                ProblemType.SEATS_TAKEN,
                                "Nothing was reserved: " + refused.seats().size() + " of the seats are taken.")
                        .with("seats", refused.seats());
            case RESERVATION_NOT_FOUND -> Problem.of(ProblemType.NOT_FOUND, "There is no such reservation.");
            case RESERVATION_EXPIRED ->
                Problem.of(
                        ProblemType.RESERVATION_EXPIRED,
                        "It expired at " + refused.reservation().expiresAt() + " and its seats are free again.");
            case RESERVATION_NOT_PENDING ->
                Problem.of(
                                ProblemType.RESERVATION_NOT_PENDING,
                                "It is " + refused.reservation().status() + ".")
                        .with("reservationStatus", refused.reservation().status());
            case AMOUNT_MISMATCH ->
                Problem.of(
                        ProblemType.AMOUNT_MISMATCH,
                        "The total is " + refused.reservation().total() + " "
                                + event.currency().getCurrencyCode() + ", in minor units.");
            case LOCKED -> Problem.of(ProblemType.OVERLOADED, "Somebody else is at these seats right now.");
        };
    }
}
