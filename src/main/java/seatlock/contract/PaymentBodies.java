package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import seatlock.payments.Payment;
import seatlock.payments.Refund;

/** JSON of requests and responses about payments. */
public final class PaymentBodies {

    private PaymentBodies() {}

    @OpenApiName("NewCheckout")
    public record CheckoutRequest(
            @OpenApiRequired
            @OpenApiDescription(
                    "http or https URL to which the provider sends the buyer afterwards, whether or not the buyer has paid")
            String returnUrl) {}

    @OpenApiName("Checkout")
    public record CheckoutBody(
            @OpenApiRequired UUID paymentId,

            @OpenApiRequired @OpenApiDescription("The page where the buyer pays")
            String url,

            @OpenApiRequired @OpenApiDescription("When the page closes")
            Instant expiresAt) {

        public static CheckoutBody of(Payment payment) {
            return new CheckoutBody(payment.id().value(), payment.url().orElseThrow(), payment.expiresAt());
        }
    }

    @OpenApiName("NewRefund")
    public record RefundRequest(
            @OpenApiDescription(
                    "Labels of the seats to cancel, without duplicates; default: all. Absent if `cancel` is false")
            List<String> seats,

            @OpenApiDescription(
                    "How much money goes back, in minor units; at most what is left of the payment. 0: none. Required if `cancel` is false."
                            + " Default: what the seats have"
                            + " cost, without fees that are not refundable, as far as it was not given back yet")
            Long amount,

            @OpenApiDescription("Whether the seats are given back, too, and their tickets become void; default true")
            Boolean cancel,

            @OpenApiDescription("Whether to give seats back although their tickets were used; default false")
            Boolean force,

            @OpenApiDescription("For people; 1 to 200 characters")
            String reason) {}

    @OpenApiName("Refund")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RefundBody(
            @OpenApiRequired @OpenApiDescription("In minor units of the currency")
            long amount,

            @OpenApiRequired
            @OpenApiDescription(
                    "READY, SENT, DONE or FAILED. One that has failed is sent again; `failure` says why the provider has refused it")
            String status,

            @OpenApiRequired
            @OpenApiDescription(
                    "SELLER: asked for. CANCELLATION: seats were given back. UNWANTED: the payment confirms nothing. PROVIDER: made in"
                            + " the provider's own pages")
            String origin,

            @OpenApiDescription("The seller's reason; absent if none was given")
            String reason,

            @OpenApiDescription("Absent unless the provider has refused it")
            String failure) {

        static RefundBody of(Refund refund) {
            return new RefundBody(
                    refund.amount(),
                    refund.status().name(),
                    refund.origin().name(),
                    refund.reason().orElse(null),
                    refund.failure().orElse(null));
        }
    }

    @OpenApiName("Payment")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PaymentBody(
            @OpenApiRequired UUID id,

            @OpenApiRequired
            @OpenApiDescription(
                    "CREATED or OPEN: the buyer can pay. CLOSED: nothing was paid. AUTHORIZED: the money is reserved. CAPTURED: it was"
                            + " moved. VOIDED: it was released")
            String status,

            @OpenApiRequired @OpenApiDescription("In minor units of the currency")
            long amount,

            @OpenApiRequired
            @OpenApiDescription("The part that was given back or is on its way, in minor units of the currency")
            long refunded,

            @OpenApiRequired @OpenApiDescription("Whether it was paid after the reservation had lapsed")
            boolean late,

            @OpenApiRequired @OpenApiDescription("Whether the buyer has disputed it with the bank")
            boolean disputed,

            @OpenApiDescription(
                    "Why the money goes back: LATE, DUPLICATE, WRONG_AMOUNT or UNWANTED; absent unless it does so because the payment"
                            + " confirms nothing")
            String returned,

            @OpenApiDescription(
                    "The oldest first; only in responses to GET with a sales key, and absent if there are none")
            List<RefundBody> refunds) {

        /** @param refunds {@code null} to leave them out */
        public static PaymentBody of(Payment payment, List<Refund> refunds) {
            return new PaymentBody(
                    payment.id().value(),
                    payment.status().name(),
                    payment.amount(),
                    payment.refunded(),
                    payment.isLate(),
                    payment.isDisputed(),
                    payment.isUnpaid() || payment.confirms()
                            ? null
                            : payment.verdict().orElseThrow().name(),
                    refunds == null || refunds.isEmpty()
                            ? null
                            : refunds.stream().map(RefundBody::of).toList());
        }
    }
}
