package seatlock.http;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every way the API says no. The slug is part of the contract: clients branch on it, so it never changes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
enum ProblemType {
    MALFORMED_REQUEST(
            400, "The request cannot be read", "Send JSON as RFC 8259 has it, in UTF-8, without duplicate names."),
    INVALID_REQUEST(422, "The request is not valid", "Mend the fields named in `errors` and send it again."),
    NOT_FOUND(404, "There is no such thing", "Check the path and the ids; a reservation also wants its token."),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here", "Use one of the methods in the Allow header."),
    CONTENT_TOO_LARGE(413, "The request is too large", "Send less."),
    HEADER_TOO_LARGE(431, "The header is too large", "Send a shorter address, and less in the header."),
    UNSUPPORTED_MEDIA_TYPE(415, "The content is not JSON", "Send Content-Type: application/json."),
    UNAUTHORIZED(401, "An API key is needed", "Send Authorization: Bearer with a key that may do this."),
    FORBIDDEN(403, "The API key may not do this", "Use a key of the right role, for this event."),
    SEATS_TAKEN(409, "Some of the seats are taken", "Choose others for those in `seats`; none of them was reserved."),
    UNKNOWN_SEATS(422, "Some of the seats do not exist", "Take labels from the seat map; none was reserved."),
    TOO_MANY_SEATS(
            422, "Too many seats", "Reserve fewer: `detail` says how many one reservation, or one buyer, may have."),
    SALES_CLOSED(409, "The event is no longer sold", "Nothing can be reserved once an event has begun."),
    RESERVATION_EXPIRED(
            410, "The reservation has expired", "Its seats are free again: reserve anew. Refund what was paid."),
    RESERVATION_NOT_PENDING(
            409, "The reservation is not pending", "See `reservationStatus`: it was confirmed, cancelled or expired."),
    AMOUNT_MISMATCH(409, "The amount is not the total", "Confirm with the total of the reservation, in minor units."),
    RESERVATION_NOT_CONFIRMED(
            409, "The reservation is not confirmed", "Confirm it first: until then it has no tickets."),
    NOT_READY(409, "The document is still being made", "Ask again after Retry-After seconds."),
    ALREADY_CHECKED_IN(409, "The ticket was used before", "See `checkedInAt` and `gate`: that was its one use."),
    INVALID_CODE(422, "The code lets nobody in", "See `reason`."),
    IDEMPOTENCY_KEY_MISSING(
            400, "An Idempotency-Key is needed", "Send a new random one, and the same one with every retry."),
    IDEMPOTENCY_KEY_INVALID(
            400, "The Idempotency-Key is not valid", "Send 1 to 255 visible ASCII characters, once, bare or quoted."),
    IDEMPOTENCY_KEY_REUSED(
            422, "The Idempotency-Key was used for another request", "Use a new key for every new intent."),
    IDEMPOTENCY_KEY_IN_USE(
            409, "A request with this Idempotency-Key is still running", "Send it again after Retry-After seconds."),
    RATE_LIMITED(429, "Too much at once", "Send it again after Retry-After seconds."),
    OVERLOADED(503, "Not possible right now", "Nothing was done. Send it again after Retry-After seconds."),
    OUTCOME_UNKNOWN(
            503,
            "It is not known whether it was done",
            "Send it again with the same Idempotency-Key: it is done once, and you get its answer."),
    INTERNAL_ERROR(500, "A bug in Seatlock", "Please report it, with what you sent.");

    private final int status;
    private final String title;
    private final String advice;

    ProblemType(int status, String title, String advice) {
        this.status = status;
        this.title = title;
        this.advice = advice;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** What a client does about it. */
    String advice() {
        return advice;
    }

    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The {@code type} member: a reference, relative to the server, that leads to an explanation. */
    String uri() {
        return "/problems/" + slug();
    }

    static Optional<ProblemType> ofSlug(String slug) {
        return Stream.of(values()).filter(type -> type.slug().equals(slug)).findFirst();
    }
}
