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
import seatlock.contract.PaymentBodies.CheckoutBody;
import seatlock.contract.PaymentBodies.CheckoutRequest;
import seatlock.contract.PaymentBodies.RefundRequest;
import seatlock.contract.ReservationBodies.ReservationBody;
import seatlock.openapi.ApiDocument;
import seatlock.openapi.Examples;

/** The operations on payments, as the OpenAPI document describes them. PaymentHandlers carries them out. */
public interface PaymentOperations {

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/checkout",
            methods = HttpMethod.POST,
            operationId = "checkout",
            tags = "Payments",
            summary = "Open the page where the buyer pays",
            description =
                    "Extends the hold to the time that a buyer has to pay (`PAYMENT_TTL`), but no further than the event's `maxHold`, and"
                            + " opens a page of the payment provider for the total. While a page is open, the same one is returned. Once"
                            + " the buyer has paid, the reservation is confirmed, and the tickets follow by mail as soon as the money was"
                            + " moved. `GET` of the reservation shows its `payment`. 404 if the server has no provider (`PAYMENTS=none`).",
            security = {
                @OpenApiSecurity(name = ApiDocument.RESERVATION_TOKEN),
                @OpenApiSecurity(name = ApiDocument.SALES_KEY)
            },
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "9a1c0f3e-5b7d-4c2e-8f60-7d8e9f0a1b2c"),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            required = true,
                            content =
                                    @OpenApiContent(from = CheckoutRequest.class, example = Examples.CHECKOUT_REQUEST)),
            responses = {
                @OpenApiResponse(
                        status = "201",
                        description = "Open",
                        headers = {
                            @OpenApiParam(name = "Location", description = "The reservation"),
                            @OpenApiParam(
                                    name = "Idempotency-Replayed",
                                    description = "`true` if this response repeats an earlier one")
                        },
                        content = @OpenApiContent(from = CheckoutBody.class, example = Examples.CHECKOUT)),
                @OpenApiResponse(status = "400", description = "idempotency-key-missing idempotency-key-invalid"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(
                        status = "409",
                        description =
                                "reservation-not-pending nothing-to-pay provider-refused sales-closed event-cancelled idempotency-key-in-use"),
                @OpenApiResponse(status = "410", description = "reservation-expired"),
                @OpenApiResponse(status = "422", description = "invalid-request idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown provider-unavailable")
            })
    void checkout(Context ctx);

    @OpenApi(
            path = "/api/events/{eventId}/reservations/{reservationId}/refunds",
            methods = HttpMethod.POST,
            operationId = "refund",
            tags = "Payments",
            summary = "Give money back, seats, or both",
            description =
                    "By default, all seats are cancelled and what they have cost is given back, without fees that are not refundable."
                            + " `\"cancel\":false` moves money only, `\"amount\":0` frees seats only. Money goes back through the provider that"
                            + " has moved it; of a reservation that a seller has confirmed, none can. Nobody is told of a refund that leaves"
                            + " the seats.",
            security = @OpenApiSecurity(name = ApiDocument.SALES_KEY),
            headers =
                    @OpenApiParam(
                            name = "Idempotency-Key",
                            required = true,
                            description = "1 to 255 visible ASCII characters; a new random key for each new intent",
                            example = "0e4f7a21-6c3d-4b8a-9d5e-2f1a0b9c8d7e"),
            pathParams = {
                @OpenApiParam(name = "eventId", type = UUID.class, required = true),
                @OpenApiParam(name = "reservationId", type = UUID.class, required = true)
            },
            requestBody =
                    @OpenApiRequestBody(
                            content = @OpenApiContent(from = RefundRequest.class, example = Examples.REFUND_REQUEST)),
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
                                "not-refundable reservation-not-confirmed reservation-not-pending already-checked-in idempotency-key-in-use"),
                @OpenApiResponse(
                        status = "422",
                        description = "invalid-request unknown-seats sold-whole idempotency-key-reused"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void refund(Context ctx);

    @OpenApi(
            path = "/api/providers/{provider}/notices",
            methods = HttpMethod.POST,
            operationId = "providerNotice",
            tags = "Payments",
            summary = "Tell what became of a payment",
            description =
                    "For the payment provider, which signs each notice. A notice about something else than a payment of this server is"
                            + " accepted and has no effect.",
            security = {},
            pathParams =
                    @OpenApiParam(
                            name = "provider",
                            required = true,
                            description = "`stripe` or `sandbox`, as `PAYMENTS` says",
                            example = "stripe"),
            requestBody = @OpenApiRequestBody(required = true, content = @OpenApiContent(from = Object.class)),
            responses = {
                @OpenApiResponse(status = "200", description = "Recorded"),
                @OpenApiResponse(status = "400", description = "invalid-notice"),
                @OpenApiResponse(status = "404", description = "not-found"),
                @OpenApiResponse(status = "503", description = "outcome-unknown")
            })
    void notice(Context ctx);
}
