package seatlock.api;

import java.time.Duration;
import java.util.List;
import seatlock.catalog.Event;
import seatlock.changes.Actor;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.inventory.Outcome;

/** Maps each refusal of the domain to the problem that the client gets. Nothing else does. */
final class Refusals {

    /** A client is told to try again when the sale begins only if it can wait that long. */
    private static final Duration SOON = Duration.ofHours(1);

    private Refusals() {}

    /**
     * Like {@link #problem(Event, Outcome)}, for the party that caused it: a seller also learns why a code does not fit. Others would
     * learn from it which codes exist.
     */
    static Problem problem(Event event, Outcome outcome, Actor actor) {
        var problem = problem(event, outcome);
        return outcome instanceof Outcome.CodeInvalid invalid && actor.isKey()
                ? problem.with("reason", invalid.reason())
                : problem;
    }

    /** @throws IllegalArgumentException if the outcome is not a refusal */
    static Problem problem(Event event, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return problem(event, refused);
        } else if (outcome instanceof Outcome.TooManySeats exceeded) {
            return Problem.of(
                    ApiProblem.TOO_MANY_SEATS,
                    "A buyer may have at most " + exceeded.quota().maxSeats() + " seats for this event.");
        } else if (outcome instanceof Outcome.TooManyPending exceeded) {
            return Problem.of(
                    ApiProblem.TOO_MANY_PENDING,
                    "A buyer may have at most " + exceeded.quota().maxPending()
                            + " pending reservations for this event.");
        } else if (outcome instanceof Outcome.SoldOut soldOut) {
            return soldOut(soldOut);
        } else if (outcome instanceof Outcome.NotTogether apart) {
            return Problem.of(
                            ApiProblem.NOT_TOGETHER,
                            "No such seats are left beside each other. The largest party that can sit together is of "
                                    + apart.largest() + ". Nothing was reserved.")
                    .with("largest", apart.largest());
        } else if (outcome instanceof Outcome.LeavesOrphans orphans) {
            var single = orphans.seats();
            return Problem.of(
                            ApiProblem.ORPHAN_SEAT,
                            (single.size() == 1 ? "Seat " + single.get(0) : single.size() + " seats")
                                    + " would be left alone. Nothing was reserved.")
                    .with("seats", single)
                    .with("instead", orphans.instead());
        } else if (outcome instanceof Outcome.PriceExhausted exhausted) {
            return Problem.of(
                            ApiProblem.SOLD_OUT,
                            (exhausted.left() == 1 ? "1 seat is" : exhausted.left() + " seats are")
                                    + " left at the price "
                                    + exhausted.priceType().name() + ". Nothing was reserved.")
                    .with("priceType", exhausted.priceType().id())
                    .with("available", exhausted.left());
        } else if (outcome instanceof Outcome.CodeInvalid) {
            return Problem.of(ApiProblem.CODE_INVALID, "The code is not valid for this request. Nothing was reserved.");
        } else if (outcome instanceof Outcome.CodeExhausted exhausted) {
            return Problem.of(ApiProblem.CODE_EXHAUSTED, "The code was used up. Nothing was reserved.")
                    .with("left", exhausted.left());
        } else if (outcome instanceof Outcome.TooManySeatsWithCode tooMany) {
            return Problem.of(
                    ApiProblem.TOO_MANY_SEATS,
                    "The code is for at most " + tooMany.max() + " seats of a reservation. Nothing was reserved.");
        } else if (outcome instanceof Outcome.NotOnSale notOnSale) {
            return notOnSale(event, notOnSale);
        }
        throw new IllegalArgumentException("Not refused: " + outcome); // SealedTypesTest covers all
    }

    private static Problem soldOut(Outcome.SoldOut outcome) {
        var isOne = outcome.available() == 1;
        var left = outcome.available()
                + outcome.section()
                        .map(section -> isOne
                                ? " free place is left in section " + section
                                : " free places are left in section " + section)
                        .orElse(isOne ? " such seat is left" : " such seats are left");
        var problem = Problem.of(ApiProblem.SOLD_OUT, left + ". Nothing was reserved.");
        return outcome.section()
                .map(section -> problem.with("section", section))
                .orElse(problem)
                .with("available", outcome.available());
    }

    private static Problem notOnSale(Event event, Outcome.NotOnSale outcome) {
        if (outcome.opensAt().isEmpty()) {
            return Problem.of(
                    ApiProblem.NOT_ON_SALE,
                    event.status() == Event.Status.DRAFT
                            ? "The event is a draft: it must be published before it can be sold."
                            : "The sale is paused.");
        }
        var opensAt = outcome.opensAt().get();
        var problem = Problem.of(ApiProblem.NOT_ON_SALE, "The sale begins at " + opensAt + ".")
                .with("opensAt", opensAt);
        var opensIn = outcome.opensIn().orElseThrow();
        return opensIn.compareTo(SOON) <= 0 ? problem.retryAfter(opensIn) : problem;
    }

    /** The switch has no default, so a new reason does not compile until it has a problem. */
    private static Problem problem(Event event, Outcome.Refused refused) {
        return switch (refused.reason()) {
            case SALES_CLOSED ->
                Problem.of(
                        ApiProblem.SALES_CLOSED,
                        event.terms()
                                .onSaleUntil()
                                .filter(end -> end.isBefore(event.startsAt()))
                                .map(end -> "The sale ended at " + end + ".")
                                .orElse("The event started at " + event.startsAt() + "."));
            case EVENT_CANCELLED -> Problem.of(ApiProblem.EVENT_CANCELLED, "The event was cancelled.");
            case TOO_MANY_SEATS ->
                Problem.of(
                        ApiProblem.TOO_MANY_SEATS,
                        "A reservation for this event may have at most "
                                + event.terms().maxSeatsPerReservation() + " seats.");
            case UNKNOWN_SEATS -> seats(ApiProblem.UNKNOWN_SEATS, refused, "does not exist", "do not exist");
            case SOLD_WHOLE ->
                seats(ApiProblem.SOLD_WHOLE, refused, "is sold with its table", "are sold with their tables");
            case NOT_PRICED -> seats(ApiProblem.NOT_PRICED, refused, "has no such price", "have no such price");
            case ALLOCATION_NOT_FOUND -> Problem.of(HttpProblem.NOT_FOUND, "No such allocation.");
            case SEATS_TAKEN -> seats(ApiProblem.SEATS_TAKEN, refused, "is taken", "are taken");
            case RESERVATION_NOT_FOUND -> Problem.of(HttpProblem.NOT_FOUND, "No such reservation.");
            case RESERVATION_EXPIRED -> expired(refused);
            case RESERVATION_NOT_PENDING -> status(ApiProblem.RESERVATION_NOT_PENDING, refused);
            case RESERVATION_NOT_CONFIRMED -> status(ApiProblem.RESERVATION_NOT_CONFIRMED, refused);
            case NOT_OF_THE_RESERVATION ->
                seats(ApiProblem.UNKNOWN_SEATS, refused, "is not in the reservation", "are not in the reservation");
            case TABLE_DIVIDED ->
                seats(ApiProblem.SOLD_WHOLE, refused, "is sold with its table", "are sold with their tables");
            case AMOUNT_MISMATCH ->
                Problem.of(
                        ApiProblem.AMOUNT_MISMATCH,
                        "The total is " + refused.reservation().orElseThrow().total() + " in minor units of "
                                + event.currencyCode() + ".");
            case PAYMENT_USED ->
                Problem.of(
                        ApiProblem.PAYMENT_ALREADY_USED,
                        "The payment with this reference has confirmed another reservation of the event.");
            case TICKETS_USED -> ticketsUsed(refused.seats());
            case PAYMENT_NOT_CAPTURED ->
                Problem.of(HttpProblem.OVERLOADED, "The payment of the reservation is about to be captured.");
            case LOCKED -> Problem.of(HttpProblem.OVERLOADED, "Another transaction has locked these seats.");
        };
    }

    private static Problem seats(ApiProblem type, Outcome.Refused refused, String one, String several) {
        var seats = refused.seats();
        var nothing = refused.reservation().isPresent() ? "Nothing was cancelled." : "Nothing was reserved.";
        var detail = seats.size() == 1
                ? "Seat " + seats.get(0) + " " + one + ". " + nothing
                : seats.size() + " of the seats " + several + ". " + nothing;
        return Problem.of(type, detail).with("seats", seats);
    }

    /** @param seats those with used tickets, of some that were to be cancelled; empty if the whole reservation was */
    private static Problem ticketsUsed(List<String> seats) {
        return seats.isEmpty()
                ? Problem.of(
                        ApiProblem.ALREADY_CHECKED_IN,
                        "A ticket of the reservation was used. Send {\"force\":true} to refund the reservation anyway.")
                : Problem.of(
                                ApiProblem.ALREADY_CHECKED_IN,
                                "The ticket of seat " + seats.get(0)
                                        + " was used. Send \"force\":true to cancel the seats anyway.")
                        .with("seats", seats);
    }

    /** The seats were locked, so it is known whether they were free at that moment. */
    private static Problem expired(Outcome.Refused refused) {
        var ended = "The hold ended at " + refused.reservation().orElseThrow().expiresAt();
        var taken = refused.seats();
        if (taken.isEmpty()) {
            return Problem.of(ApiProblem.RESERVATION_EXPIRED, ended + ". Its seats were still free.");
        }
        var lost = taken.size() == 1
                ? ", and another reservation has seat " + taken.get(0) + "."
                : ", and other reservations have " + taken.size() + " of its seats.";
        return Problem.of(ApiProblem.RESERVATION_EXPIRED, ended + lost).with("seats", taken);
    }

    private static Problem status(ApiProblem type, Outcome.Refused refused) {
        var reservation = refused.reservation().orElseThrow();
        var successor = reservation
                .replacedBy()
                .map(id -> ", and reservation " + id + " was confirmed in its place.")
                .orElse(reservation.buyer().isErased() ? ", and the personal data of its buyer was erased." : ".");
        return Problem.of(type, "The reservation is " + reservation.status() + successor)
                .with("reservationStatus", reservation.status());
    }
}
