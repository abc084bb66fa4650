package seatlock.contract;

import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.OpenApiSecurity;
import java.util.UUID;
import seatlock.contract.NewReservationBodies.NewReservation;
import seatlock.contract.ReservationBodies.Cancellation;
import seatlock.contract.ReservationBodies.Confirmation;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on reservations, as the OpenAPI document describes them. ReservationHandlers carries them out. */
public interface ReservationOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations",
            methods = HttpMethod.POST,
            operationId = "reserve",
            tags = "Reservations",
            summary = "Reserve seats, all or none",
            description =
                    "The seats are held until `expiresAt`. Store the `token`: it is shown only in this response and"
                            + " when the request is repeated with the same Idempotency-Key. With a sales key, `allocation` reserves seats"
                            + " that are withheld, and `customer` names the buyer.",
            pathParams = @OpenApiParam(name = "eventId", type = UUID.class, required = true),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
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
                            @OpenApiParam(
                                    name = "Idempotency-Replayed",
                                    description = "`true` if this response repeats an earlier one")
                        },
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.RESERVED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description =
                                "seats-taken sold-out not-together code-exhausted too-many-pending sales-closed not-on-sale event-cancelled"
                                        + " idempotency-key-in-use"),
                @OpenApiResponse(
                        status = "422",
                        description =
                                "invalid-request unknown-seats sold-whole not-priced orphan-seat too-many-seats code-invalid idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void reserve(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}",
            methods = HttpMethod.GET,
            operationId = "getReservation",
            tags = "Reservations",
            summary = "Get a reservation",
            description =
                    "A pending reservation is EXPIRED as soon as `expiresAt` has passed. A seller also gets `mail`.",
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
    void get(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/extend",
            methods = HttpMethod.POST,
            operationId = "extend",
            tags = "Reservations",
            summary = "Hold the seats for longer",
            description =
                    "Moves `expiresAt` of a pending reservation to one `reservationTtl` from now, but no further than the event's"
                            + " `maxHold` (default three times its `reservationTtl`) after `createdAt`, as it was when the reservation was"
                            + " made. `expiresAt` never becomes earlier: at the limit, the response is 200 with the `expiresAt` of before. Allowed"
                            + " while the sale is paused or over, but not once the event has started.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "0c9a4d1f-7b52-4e83-a6d0-3f8e1b2c5a74"),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(
                                        name = "Idempotency-Replayed",
                                        description = "`true` if this response repeats an earlier one"),
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.EXTENDED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description = "reservation-not-pending sales-closed event-cancelled idempotency-key-in-use"),
                @OpenApiResponse(status = "410", description = "reservation-expired"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void extend(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/confirm",
            methods = HttpMethod.POST,
            operationId = "confirm",
            tags = "Reservations",
            summary = "Confirm a paid reservation",
            description =
                    "For the seller, once the payment has succeeded. The seats become SOLD and the tickets are mailed. If the reservation"
                            + " has lapsed, `ifLapsed` decides. With REACQUIRE, a successor is confirmed if nobody else has taken any of the"
                            + " seats: a reservation with an `id` and a `reference` of its own, for the same buyer (who keeps the `token`),"
                            + " the same seats and prices. The response is the successor; `replaces` names the lapsed reservation, whose"
                            + " `replacedBy` names the successor. A total of 0 is confirmed without a payment, also by the holder: leave out"
                            + " `paymentReference` and `amount`.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "91ab7c1e-0d35-4b7c-8f0a-5e6d4c3b2a19"),
            requestBody =
                    @OpenApiRequestBody(
                            required = false,
                            content = @OpenApiContent(from = Confirmation.class, example = Examples.CONFIRM_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        headers =
                                @OpenApiParam(
                                        name = "Idempotency-Replayed",
                                        description = "`true` if this response repeats an earlier one"),
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CONFIRMED)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "401", description = "unauthorized"),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description =
                                "reservation-not-pending amount-mismatch payment-already-used sold-out code-exhausted"
                                        + " event-cancelled idempotency-key-in-use"),
                @OpenApiResponse(status = "410", description = "reservation-expired"),
                @OpenApiResponse(status = "422", description = "invalid-request too-many-seats idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void confirm(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/cancel",
            methods = HttpMethod.POST,
            operationId = "cancel",
            tags = "Reservations",
            summary = "Cancel a reservation and release its seats",
            description = "The holder may cancel a pending reservation; the seller may also cancel a confirmed one (a"
                    + " refund). Cancelling again has no effect and gets the same response. A reservation with a used ticket is"
                    + " refunded only with `force`. With `seats`, the seller cancels some seats of a confirmed reservation and their"
                    + " tickets; those of a table only together. The reservation keeps the others, and its total. `refunded` is what"
                    + " to give back for all that was cancelled, `refundable` for all that is left.",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = Cancellation.class, example = Examples.CANCEL_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "200",
                        content = @OpenApiContent(from = ReservationBody.class, example = Examples.CANCELLED)),
                @OpenApiResponse(status = "403", description = "forbidden"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description = "reservation-not-pending reservation-not-confirmed already-checked-in"),
                @OpenApiResponse(status = "413", description = "content-too-large"),
                @OpenApiResponse(status = "422", description = "invalid-request unknown-seats sold-whole"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void cancel(Context ctx);
}
