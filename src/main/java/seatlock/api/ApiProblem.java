package seatlock.api;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.http.ProblemType;

/** The problems of the domain. Those of any HTTP service are in {@link HttpProblem}. */
enum ApiProblem implements ProblemType {
    UNAUTHORIZED(
            "unauthorized",
            401,
            "API key required",
            "Send Authorization: Bearer with a key that allows this operation."),
    FORBIDDEN(
            "forbidden", 403, "Operation not allowed with this API key", "Use a key of the right role for this event."),
    SEATS_TAKEN(
            "seats-taken",
            409,
            "Seats not available",
            "Choose other seats instead of those in `seats`: they are held, sold, or not for sale. None of the requested seats was"
                    + " reserved."),
    UNKNOWN_SEATS(
            "unknown-seats",
            422,
            "Unknown seats",
            "Use labels from the seat map, or of the reservation. Nothing was reserved or cancelled."),
    SOLD_OUT(
            "sold-out",
            409,
            "Sold out",
            "Reserve at most `available` places of `section`, or seats, or wait: pending reservations may expire."),
    NOT_TOGETHER(
            "not-together",
            409,
            "No such seats beside each other",
            "Reserve for at most `largest` people, or send `together` PREFERRED."),
    ORPHAN_SEAT(
            "orphan-seat",
            422,
            "A seat would be left alone",
            "Reserve the seats in `instead`, or others that leave no single free seat. Nothing was reserved."),
    SOLD_WHOLE(
            "sold-whole",
            422,
            "Sold with its table",
            "Name the table in `tables` instead of its seats, and to cancel it, all of its seats. Nothing was reserved or"
                    + " cancelled."),
    NOT_PRICED(
            "not-priced",
            422,
            "No such price",
            "See the `prices` of the section for its price types. None of the requested seats was reserved."),
    CODE_INVALID(
            "code-invalid",
            422,
            "Code not valid",
            "Check the code: it is unknown, not valid now, or not for these seats. Sellers get the `reason`. None of the requested"
                    + " seats was reserved."),
    CODE_EXHAUSTED(
            "code-exhausted",
            409,
            "Code used up",
            "The code may be used for `left` more seats: reserve without it or fewer seats, or wait, because pending reservations"
                    + " may expire."),
    TOO_MANY_SEATS(
            "too-many-seats",
            422,
            "Too many seats",
            "Reserve fewer seats. `detail` says how many one reservation or one buyer may have."),
    TOO_MANY_PENDING(
            "too-many-pending",
            409,
            "Too many pending reservations",
            "Confirm or cancel a pending reservation of this buyer, or wait until one expires."),
    SALES_CLOSED("sales-closed", 409, "Sales have closed", "Seats cannot be reserved once the event has started."),
    NOT_ON_SALE(
            "not-on-sale",
            409,
            "Not on sale",
            "Try again at `opensAt`, if it is given; otherwise the seller has paused the sale or not opened it."),
    EVENT_CANCELLED(
            "event-cancelled",
            409,
            "Event cancelled",
            "Nothing of this event is sold or changed any more. Refund a payment that was made for it."),
    RESERVATION_EXPIRED(
            "reservation-expired",
            410,
            "Reservation expired",
            "`seats` are those that other buyers have now: refund the payment. Without `seats`, confirm with `\"ifLapsed\":\"REACQUIRE\"` and a"
                    + " new key to reserve them again."),
    RESERVATION_NOT_PENDING(
            "reservation-not-pending",
            409,
            "Reservation not pending",
            "See `reservationStatus`: the reservation was confirmed or cancelled, or has expired."),
    AMOUNT_MISMATCH(
            "amount-mismatch",
            409,
            "Amount does not match the total",
            "Confirm with the total of the reservation, in minor units of the currency."),
    PAYMENT_ALREADY_USED(
            "payment-already-used",
            409,
            "Payment already used",
            "A payment confirms one reservation of an event. Check which reservation this payment is for."),
    NOTHING_TO_PAY("nothing-to-pay", 409, "Nothing to pay", "Confirm the reservation without a payment."),
    NOT_REFUNDABLE(
            "not-refundable",
            409,
            "Not refundable",
            "`left` is how much can be given back through the payment provider, in minor units. Nothing was changed."),
    INVALID_NOTICE(
            "invalid-notice",
            400,
            "Invalid notice",
            "Sign the notice with a secret of this server. For people: compare the secret with that of the provider."),
    PROVIDER_REFUSED(
            "provider-refused",
            409,
            "Payment provider refuses",
            "The provider does not take this payment: its amount may be too small, or its currency unknown. Confirm a payment that"
                    + " is made elsewhere."),
    PROVIDER_UNAVAILABLE(
            "provider-unavailable",
            503,
            "Payment provider unavailable",
            "Nothing is lost, and the seats are held. Send the request again after Retry-After seconds."),
    RESERVATION_NOT_CONFIRMED(
            "reservation-not-confirmed",
            409,
            "Reservation not confirmed",
            "Only a confirmed reservation has tickets. See `reservationStatus`: one that is PENDING can be confirmed, or"
                    + " cancelled whole."),
    NOT_READY(
            "not-ready",
            409,
            "Document not ready",
            "The document is created in the background. Send the request again after Retry-After seconds."),
    NOT_ERASABLE(
            "not-erasable",
            409,
            "Personal data still needed",
            "See `reservationStatus`: a PENDING reservation must be cancelled or expire first; a CONFIRMED one of an event that"
                    + " has not ended is erased only with `force`."),
    ALREADY_CHECKED_IN(
            "already-checked-in",
            409,
            "Ticket already used",
            "A ticket is valid for one entry; `checkedInAt` and `gate` say when and where it was used. A reservation with a"
                    + " used ticket is refunded only with `force`."),
    NOT_CHECKED_IN(
            "not-checked-in",
            409,
            "Ticket not checked in",
            "Let the person out. See `reason`: NOT_CHECKED_IN, or NO_REENTRY if tickets of the event are valid for one entry"
                    + " only. Upload an offline scan again later: the scan at the entrance may not have arrived yet."),
    NOT_TRANSFERABLE(
            "not-transferable",
            409,
            "Ticket not transferable",
            "See `reason`: the ticket is REFUNDED, TRANSFERRED or CHECKED_IN, its buyer was ERASED, or it is TOO_LATE."),
    INVALID_CODE("invalid-code", 422, "Invalid ticket code", "See `reason`."),
    IDEMPOTENCY_KEY_MISSING(
            "idempotency-key-missing",
            400,
            "Idempotency-Key required",
            "Send a new random key with each new intent, and the same key with every retry."),
    IDEMPOTENCY_KEY_INVALID(
            "idempotency-key-invalid",
            400,
            "Invalid Idempotency-Key",
            "Send one key of 1 to 255 visible ASCII characters, bare or quoted."),
    IDEMPOTENCY_KEY_REUSED(
            "idempotency-key-reused",
            422,
            "Idempotency-Key already used for a different request",
            "Use a new key for each new intent."),
    IDEMPOTENCY_KEY_IN_USE(
            "idempotency-key-in-use",
            409,
            "Request with this Idempotency-Key still running",
            "Send the request again after Retry-After seconds.");

    private final Text text;

    ApiProblem(String slug, int status, String title, String advice) {
        this.text = new Text(slug, status, title, advice);
    }

    @Override
    public Text text() {
        return text;
    }

    @Override
    public boolean isTransient() {
        return this == NOT_READY || this == IDEMPOTENCY_KEY_IN_USE || this == PROVIDER_UNAVAILABLE;
    }

    /** Returns an example of a problem type for the documentation. */
    static Problem example(ProblemType type) {
        if (type == HttpProblem.INVALID_REQUEST) {
            return Problem.invalid("email", "must be a valid e-mail address");
        } else if (type == SEATS_TAKEN) {
            return Problem.of(type, "Seat STALLS-A-2 is taken. Nothing was reserved.")
                    .with("seats", List.of("STALLS-A-2"));
        } else if (type == UNKNOWN_SEATS) {
            return Problem.of(type, "Seat STALLS-A-2 does not exist. Nothing was reserved.")
                    .with("seats", List.of("STALLS-A-2"));
        } else if (type == SOLD_OUT) {
            return Problem.of(type, "2 free places are left in section FLOOR. Nothing was reserved.")
                    .with("section", "FLOOR")
                    .with("available", 2);
        } else if (type == NOT_TOGETHER) {
            return Problem.of(
                            type,
                            "No such seats are left beside each other. The largest party that can sit together is of 3."
                                    + " Nothing was reserved.")
                    .with("largest", 3);
        } else if (type == ORPHAN_SEAT) {
            return Problem.of(type, "Seat STALLS-A-1 would be left alone. Nothing was reserved.")
                    .with("seats", List.of("STALLS-A-1"))
                    .with("instead", List.of("STALLS-A-1", "STALLS-A-2"));
        } else if (type == SOLD_WHOLE) {
            return Problem.of(type, "Seat LOUNGE-T7-1 is sold with its table. Nothing was reserved.")
                    .with("seats", List.of("LOUNGE-T7-1"));
        } else if (type == NOT_PRICED) {
            return Problem.of(type, "Seat STALLS-A-2 has no such price. Nothing was reserved.")
                    .with("seats", List.of("STALLS-A-2"));
        } else if (type == CODE_EXHAUSTED) {
            return Problem.of(type, "The code was used up. Nothing was reserved.")
                    .with("left", 1);
        } else if (type == NOT_REFUNDABLE) {
            return notRefundable(4500);
        } else if (type == RESERVATION_NOT_PENDING || type == RESERVATION_NOT_CONFIRMED) {
            return Problem.of(type, "The reservation is CANCELLED.").with("reservationStatus", "CANCELLED");
        } else if (type == NOT_ERASABLE) {
            return Problem.of(type, "The reservation is PENDING.").with("reservationStatus", "PENDING");
        } else if (type == ALREADY_CHECKED_IN) {
            return Problem.of(type, "The ticket was used at gate North.")
                    .with("checkedInAt", "2027-06-18T18:31:07.000000Z")
                    .with("gate", "North");
        } else if (type == NOT_CHECKED_IN) {
            return Problem.of(type, "The ticket is not checked in.").with("reason", "NOT_CHECKED_IN");
        } else if (type == NOT_TRANSFERABLE) {
            return Problem.of(type, "The ticket was used.").with("reason", "CHECKED_IN");
        } else if (type == INVALID_CODE) {
            return Problem.of(type, "The code has an invalid signature.").with("reason", "FORGED");
        }
        return Problem.of(type, type.title() + ".");
    }

    /** @param left in minor units */
    static Problem notRefundable(long left) {
        return Problem.of(NOT_REFUNDABLE, "Only " + left + " can be given back. Nothing was changed.")
                .with("left", left);
    }

    /** Returns every problem type of the API. */
    static List<ProblemType> all() {
        return Stream.<ProblemType>concat(Stream.of(HttpProblem.values()), Stream.of(values()))
                .toList();
    }

    /** Finds a problem type, of the domain or of HTTP, by its slug. */
    static Optional<ProblemType> ofSlug(String slug) {
        return all().stream().filter(type -> type.slug().equals(slug)).findFirst();
    }
}
