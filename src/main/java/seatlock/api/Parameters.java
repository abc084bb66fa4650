package seatlock.api;

import io.javalin.http.Context;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.http.HttpProblem;
import seatlock.http.Problem;
import seatlock.http.Requests;
import seatlock.inventory.ReservationId;
import seatlock.sales.IdempotencyKey;
import seatlock.tickets.TicketId;

/** Reads the ids, the cursor and the Idempotency-Key of a request. Each method returns a valid value or refuses the request. */
final class Parameters {

    private Parameters() {}

    static EventId eventId(Context ctx) {
        return new EventId(id(ctx, "eventId", "event"));
    }

    static ReservationId reservationId(Context ctx) {
        return new ReservationId(id(ctx, "reservationId", "reservation"));
    }

    static TicketId ticketId(Context ctx) {
        return new TicketId(id(ctx, "ticketId", "ticket"));
    }

    static UUID codeId(Context ctx) {
        return id(ctx, "codeId", "code");
    }

    static UUID keyId(Context ctx) {
        return id(ctx, "keyId", "key");
    }

    /** @throws Problem.Refused not-found if the text is not a UUID, as for an unknown id */
    private static UUID id(Context ctx, String parameter, String kind) {
        return Requests.uuid(ctx.pathParam(parameter))
                .orElseThrow(() -> Problem.of(HttpProblem.NOT_FOUND, "No such " + kind + ".")
                        .refuse());
    }

    /** Reads the query parameter {@code after}: the last id of the previous page. */
    static Optional<UUID> after(Context ctx) {
        return Optional.ofNullable(ctx.queryParam("after"))
                .map(text -> Requests.uuid(text).orElseThrow(Parameters::invalidCursor));
    }

    static Problem.Refused invalidCursor() {
        return Problem.invalid("after", "must be the `next` of an earlier page").refuse();
    }

    /**
     * Reads the Idempotency-Key.
     *
     * @param scope see {@link Access#scope}
     * @throws Problem.Refused idempotency-key-missing or idempotency-key-invalid
     */
    static IdempotencyKey idempotencyKey(Context ctx, String scope) {
        return optionalIdempotencyKey(ctx, scope)
                .orElseThrow(() -> Problem.of(
                                ApiProblem.IDEMPOTENCY_KEY_MISSING, "The request has no Idempotency-Key header field.")
                        .refuse());
    }

    /** Like {@link #idempotencyKey}, for an operation that does not require one. */
    static Optional<IdempotencyKey> optionalIdempotencyKey(Context ctx, String scope) {
        var values = Collections.list(ctx.req().getHeaders("Idempotency-Key"));
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1) {
            throw Problem.of(
                            ApiProblem.IDEMPOTENCY_KEY_INVALID,
                            "The request has several Idempotency-Key header fields.")
                    .refuse();
        }
        try {
            return Optional.of(IdempotencyKey.parse(scope, values.get(0).strip()));
        } catch (IllegalArgumentException e) {
            throw Problem.of(ApiProblem.IDEMPOTENCY_KEY_INVALID, e.getMessage()).refuse();
        }
    }
}
