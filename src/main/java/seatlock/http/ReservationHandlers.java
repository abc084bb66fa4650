package seatlock.http;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.HashSet;
import java.util.UUID;
import java.util.regex.Pattern;
import seatlock.catalog.Catalog;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.http.ReservationBodies.Confirmation;
import seatlock.http.ReservationBodies.NewReservation;
import seatlock.http.ReservationBodies.ReservationBody;
import seatlock.idempotency.Fingerprint;
import seatlock.idempotency.Reply;
import seatlock.inventory.Command;
import seatlock.inventory.Inventory;
import seatlock.inventory.Outcome;
import seatlock.inventory.Reservation;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationToken;

/** Reservations: each handler reads what is asked, and has the {@link BoxOffice} settle it. */
final class ReservationHandlers {

    private static final int MAX_LABEL = 120;
    private static final int MAX_PAYMENT_REFERENCE = 255;

    /** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
    private static final int MAX_EMAIL = 254;

    /**
     * An address as RFC 5321 has it, without quoted local parts and address literals. Whether anybody reads it only a
     * mail can tell.
     */
    private static final Pattern EMAIL = Pattern.compile(
            "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

    private final Reads reads;
    private final Catalog catalog;
    private final Inventory inventory;
    private final BoxOffice boxOffice;
    private final Access access;
    private final BuyerQuotas quotas;

    ReservationHandlers(
            Reads reads, Catalog catalog, Inventory inventory, BoxOffice boxOffice, Access access, BuyerQuotas quotas) {
        this.reads = reads;
        this.catalog = catalog;
        this.inventory = inventory;
        this.boxOffice = boxOffice;
        this.access = access;
        this.quotas = quotas;
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations",
            methods = HttpMethod.POST,
            operationId = "reserve",
            tags = "Reservations",
            summary = "Reserve seats: all of them, or none",
            description = "The seats are held until `expiresAt`. Keep the `token`: it is not given again, except to"
                    + " who sends the same request with the same Idempotency-Key.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a random one for every new intent",
                            example = "6f1c2b9e-4a57-4a0e-9b65-2d1f0c7e8a31"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = NewReservation.class, example = Examples.RESERVE_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Reserved",
                        headers = {
                            @OpenApiParam(name = "Location", description = "The reservation"),
                            @OpenApiParam(name = "Idempotency-Replayed", description = "true on a repeated answer")
                        },
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.RESERVED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "seats-taken sales-closed idempotency-key-in-use"),
                @OpenApiResponse(
                        status = "422",
                        description = "invalid-request unknown-seats too-many-seats idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void reserve(Context ctx) {
        var event = Requests.eventId(ctx);
        var key = Requests.idempotencyKey(ctx);
        var body = Requests.body(ctx, NewReservation.class);
        check(body);
        var repeatable = new BoxOffice.Repeatable(key, Fingerprint.of("reserve " + event, Json.write(body)));
        var token = ReservationToken.random();
        var id = new ReservationId(Ids.next());
        var command = new Command.Reserve(id, body.seats(), body.email(), token, quotas.of(ctx, body.email()));
        settle(ctx, event, repeatable, command, (found, done) -> {
            var location = "/api/events/" + event + "/reservations/" + id;
            return reply(found, done, 201, location, token);
        });
    }

    private static void check(NewReservation body) {
        if (body.seats() != null && body.seats().size() > Event.MAX_SEATS_PER_RESERVATION) {
            // More than any event allows: not worth reading. What this event allows is decided further on.
            throw Problem.of(
                            ProblemType.TOO_MANY_SEATS,
                            "No reservation may have more than " + Event.MAX_SEATS_PER_RESERVATION + " seats.")
                    .refuse();
        }
        var checks = new Checks();
        if (checks.that(body.seats() != null && !body.seats().isEmpty(), "seats", "wants at least one seat")) {
            var labels = new HashSet<String>();
            for (int i = 0; i < body.seats().size(); i++) {
                var label = body.seats().get(i);
                var at = "seats[" + i + "]";
                if (checks.text(label, at, MAX_LABEL)) {
                    checks.that(labels.add(label), at, "is there twice");
                }
            }
        }
        if (checks.text(body.email(), "email", MAX_EMAIL)) {
            checks.that(EMAIL.matcher(body.email()).matches(), "email", "wants an e-mail address");
        }
        checks.done();
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}",
            methods = HttpMethod.GET,
            operationId = "getReservation",
            tags = "Reservations",
            summary = "Read a reservation",
            description = "One that has lapsed is EXPIRED at once.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CONFIRMED)),
                @OpenApiResponse(status = "404", description = "not-found")
            })
    void get(Context ctx) {
        var eventId = Requests.eventId(ctx);
        var id = Requests.reservationId(ctx);
        var caller = access.caller(ctx);
        reads.answer(ctx, eventId, tx -> {
            var found = caller.see(inventory.find(tx, eventId, id));
            return ReservationBody.of(catalog.find(tx, eventId).orElseThrow(), found, null);
        });
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/confirm",
            methods = HttpMethod.POST,
            operationId = "confirm",
            tags = "Reservations",
            summary = "Confirm a reservation that was paid for",
            description = "For the seller, once the payment provider has the money. The seats are sold.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a random one for every new intent",
                            example = "91ab7c1e-0d35-4b7c-8f0a-5e6d4c3b2a19"),
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content = @OpenApiContent(from = Confirmation.class, example = Examples.CONFIRM_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(name = "Idempotency-Replayed", description = "true on a repeated answer"),
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CONFIRMED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description = "reservation-not-pending amount-mismatch idempotency-key-in-use"),
                @OpenApiResponse(status = "410", description = "reservation-expired"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void confirm(Context ctx) {
        var event = Requests.eventId(ctx);
        var id = Requests.reservationId(ctx);
        var key = Requests.idempotencyKey(ctx);
        var body = Requests.body(ctx, Confirmation.class);
        check(body);
        var repeatable = new BoxOffice.Repeatable(key, Fingerprint.of("confirm " + event + " " + id, Json.write(body)));
        var command = new Command.Confirm(id, new Reservation.Payment(body.paymentReference(), body.amount()));
        settle(ctx, event, repeatable, command, (found, done) -> reply(found, done, 200, null, null));
    }

    private static void check(Confirmation body) {
        var checks = new Checks();
        checks.text(body.paymentReference(), "paymentReference", MAX_PAYMENT_REFERENCE);
        checks.that(body.amount() != null && body.amount() >= 0, "amount", "wants 0 or more, in minor units");
        checks.done();
    }

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/cancel",
            methods = HttpMethod.POST,
            operationId = "cancel",
            tags = "Reservations",
            summary = "Cancel a reservation and free its seats",
            description = "Its holder may cancel what is pending, the seller also what is confirmed (a refund)."
                    + " Cancelling again changes nothing and answers the same.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CANCELLED)),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "409", description = "reservation-not-pending"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void cancel(Context ctx) {
        var event = Requests.eventId(ctx);
        var id = Requests.reservationId(ctx);
        Requests.noBody(ctx);
        var caller = access.caller(ctx);
        var token = caller.seller() ? null : caller.token().orElseThrow(Access::noSuchReservation);
        var command = new Command.Cancel(id, token);
        settle(ctx, event, null, command, (found, done) -> reply(found, done, 200, null, null));
    }

    private void settle(
            Context ctx, EventId event, BoxOffice.Repeatable repeatable, Command command, BoxOffice.Answer answer) {
        var visit = Visit.of(ctx);
        var order = new BoxOffice.Order(visit.id(), event, repeatable, command, answer);
        ctx.future(() -> boxOffice.submit(order).thenAccept(settled -> {
            if (settled.replayed()) {
                visit.replayed();
                ctx.header("Idempotency-Replayed", "true");
            } else if (settled.refusal() != null) {
                visit.refused(settled.refusal());
            }
            Replies.write(ctx, settled.reply());
        }));
    }

    /** @param token given to whoever makes a reservation; {@code null} in every other answer */
    private static Reply reply(Event event, Outcome.Done done, int status, String location, ReservationToken token) {
        return new Reply(status, location, Json.write(ReservationBody.of(event, done.reservation(), token)));
    }
}
