package seatlock.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiIgnore;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiNullable;
import io.javalin.openapi.OpenApiPropertyType;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.contract.PaymentBodies.PaymentBody;
import seatlock.inventory.Bill;
import seatlock.inventory.Reservation;
import seatlock.inventory.Reservation.State;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;
import seatlock.jobs.MailState;

/** JSON of requests and responses about reservations. */
public final class ReservationBodies {

    private ReservationBodies() {}

    @OpenApiName("Correction")
    public record CorrectionBody(
            @OpenApiPropertyType(definedBy = String.class)
            @OpenApiDescription("The buyer's e-mail address; only for sellers")
            JsonNode email,

            @OpenApiNullable
            @OpenApiPropertyType(definedBy = String.class)
            @OpenApiDescription("The buyer's name; `null` removes it")
            JsonNode name,

            @OpenApiNullable
            @OpenApiPropertyType(definedBy = String.class)
            @OpenApiDescription("Language of the buyer's mails and tickets; `null` for that of the event")
            JsonNode language,

            @OpenApiPropertyType(definedBy = Object.class)
            @OpenApiDescription("Names for tickets, by the labels of the seats; `null` removes one")
            JsonNode holders) {}

    @OpenApiName("Resending")
    public record Resending(
            @OpenApiDescription("A new e-mail address, which replaces that of the reservation")
            String email) {}

    /** A confirmation says what to do about a lapsed reservation only if it was given, so that its fingerprint does not change. */
    @OpenApiName("Confirmation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Confirmation(
            @OpenApiDescription(
                    "The payment provider's reference of the payment; 1 to 255 characters. Absent, with `amount`, if the total is 0")
            String paymentReference,

            @OpenApiDescription("Amount paid, in minor units; must equal the total of the reservation")
            Long amount,

            @OpenApiDescription(
                    "What to do if the reservation has lapsed: refuse the confirmation, or reserve all its seats again and"
                            + " confirm that, if nobody else has taken any of them")
            String ifLapsed) {

        public static final String REFUSE = "REFUSE";
        public static final String REACQUIRE = "REACQUIRE";

        /** Returns whether it names a payment, or a part of one. */
        @JsonIgnore
        @OpenApiIgnore
        public boolean hasPayment() {
            return paymentReference != null || amount != null;
        }
    }

    @OpenApiName("Cancellation")
    public record Cancellation(
            @OpenApiDescription("Whether to refund a reservation although one of its tickets was used; default false")
            Boolean force,

            @OpenApiDescription(
                    "Labels of seats of a confirmed reservation, without duplicates; default: all. Only for sellers. The reservation"
                            + " keeps its other seats")
            List<String> seats) {}

    @OpenApiName("ReservedSeat")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ReservedSeat(
            @OpenApiRequired String label,

            @OpenApiDescription(
                    "Id of its price type; absent only in a repeated response that an earlier release stored")
            String priceType,

            @OpenApiRequired @OpenApiDescription("What it costs, with its fees and after a discount")
            long price,

            @OpenApiDescription("The name that its ticket shows; absent to show the buyer's")
            String holder,

            @OpenApiDescription("Only in `refundedSeats`: when it was given back")
            Instant refundedAt) {

        private static ReservedSeat of(Reservation reservation, Reservation.ReservedSeat seat, Instant refundedAt) {
            return new ReservedSeat(
                    seat.label(),
                    seat.priceType(),
                    reservation.breakdown().allIn(seat),
                    seat.holder().orElse(null),
                    refundedAt);
        }
    }

    @OpenApiName("SeatsLine")
    public record SeatsLine(
            @OpenApiRequired String section,

            @OpenApiRequired @OpenApiDescription("Id of a price type")
            String priceType,

            @OpenApiRequired @OpenApiDescription("How many seats or places")
            int quantity,

            @OpenApiRequired @OpenApiDescription("Of one of them, without fees, in minor units")
            long price,

            @OpenApiRequired @OpenApiDescription("What is taken off the price of one of them, in minor units")
            long discount,

            @OpenApiRequired @OpenApiDescription("Of all of them, after the discount")
            long amount,

            @OpenApiRequired @OpenApiDescription("The tax that the amount contains")
            long tax) {}

    @OpenApiName("FeeLine")
    public record FeeLine(
            @OpenApiRequired String name,

            @OpenApiRequired @OpenApiDescription("How many seats carry it; 1 for a fee per reservation")
            int quantity,

            @OpenApiRequired @OpenApiDescription("Altogether, in minor units")
            long amount,

            @OpenApiRequired @OpenApiDescription("The tax that the amount contains")
            long tax,

            @OpenApiRequired @OpenApiDescription("Whether it is given back with the price")
            boolean refundable) {}

    @OpenApiName("Breakdown")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BreakdownBody(
            @OpenApiRequired
            @OpenApiDescription("One for each section, price type, price and discount, in the order of the seat plan")
            List<SeatsLine> seats,

            @OpenApiRequired List<FeeLine> fees,

            @OpenApiDescription("In hundredths of a percent; absent if the event has no tax")
            Integer taxRate,

            @OpenApiRequired @OpenApiDescription("The tax that the total contains: the sum of that of the lines")
            long tax) {

        static BreakdownBody of(Bill bill) {
            return new BreakdownBody(
                    bill.seats().stream()
                            .map(line -> new SeatsLine(
                                    line.section(),
                                    line.priceType(),
                                    line.quantity(),
                                    line.price(),
                                    line.discount(),
                                    line.amount(),
                                    line.tax()))
                            .toList(),
                    bill.fees().stream()
                            .map(line -> new FeeLine(
                                    line.fee().name(),
                                    line.quantity(),
                                    line.amount(),
                                    line.tax(),
                                    line.fee().isRefundable()))
                            .toList(),
                    bill.taxRate() == 0 ? null : bill.taxRate(),
                    bill.tax());
        }
    }

    @OpenApiName("Mail")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MailBody(
            @OpenApiRequired @OpenApiDescription("Of the last mail with the tickets")
            String state,

            @OpenApiDescription("Why the last attempt failed; absent if it did not")
            String reason) {

        public static MailBody of(MailState mail) {
            return new MailBody(mail.state().wireName(), mail.reason().orElse(null));
        }
    }

    @OpenApiName("Money")
    public record Money(
            @OpenApiRequired @OpenApiDescription("In minor units of the currency")
            long amount,

            @OpenApiRequired @OpenApiDescription("ISO 4217 currency code")
            String currency) {}

    @OpenApiName("Reservation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ReservationBody(
            @OpenApiRequired UUID id,

            @OpenApiDescription(
                    "Short form of the id that people can read out; unique in the event. Absent only in a repeated"
                            + " response that an earlier release stored")
            String reference,

            @OpenApiRequired UUID eventId,
            @OpenApiRequired ReservationStatus status,

            @OpenApiRequired @OpenApiDescription("In the order of the seat plan")
            List<ReservedSeat> seats,

            @OpenApiDescription("Seats that were cancelled while the reservation kept others; absent if there are none")
            List<ReservedSeat> refundedSeats,

            @OpenApiRequired
            @OpenApiDescription("The price of all seats, those that were cancelled later included, with all fees")
            Money total,

            @OpenApiDescription(
                    "What the total is made of: its lines add up to it. Absent only in a repeated response that an earlier"
                            + " release stored")
            BreakdownBody breakdown,

            @OpenApiDescription(
                    "What to give back if all `seats` are cancelled: their prices and the refundable fees. Only of a confirmed reservation")
            Money refundable,

            @OpenApiDescription(
                    "What to give back for all that was cancelled since the confirmation. Absent if nothing was")
            Money refunded,

            @OpenApiDescription("The code with which it was made, in upper case; absent for none")
            String code,

            @OpenApiRequired String email,

            @OpenApiDescription("The buyer's name; absent if it is not known")
            String name,

            @OpenApiDescription("Language of the buyer's mails and tickets; absent for that of the event")
            String language,

            @OpenApiDescription("By what the seller knows the buyer; absent if the seller did not say")
            String customer,

            @OpenApiDescription(
                    "Counts the changes of the reservation, from 1. Absent only in a repeated response that an earlier"
                            + " release stored")
            Integer version,

            @OpenApiRequired Instant createdAt,

            @OpenApiRequired @OpenApiDescription("When a pending reservation expires and releases its seats")
            Instant expiresAt,

            @OpenApiDescription("Absent unless the reservation was confirmed")
            Instant confirmedAt,

            @OpenApiDescription("Absent unless the reservation was cancelled")
            Instant cancelledAt,

            @OpenApiDescription("Absent unless the reservation was confirmed with a payment")
            String paymentReference,

            @OpenApiDescription("The lapsed reservation in whose place this one was confirmed; absent for any other")
            UUID replaces,

            @OpenApiDescription("The reservation that was confirmed in place of this one, after it had lapsed")
            UUID replacedBy,

            @OpenApiDescription(
                    "Authorizes its holder to read, extend and cancel the reservation; only in the response that created it")
            String token,

            @OpenApiDescription(
                    "Whether the best seats are beside each other; only in the response to a request for some")
            Boolean together,

            @OpenApiDescription("The mail with the tickets; only in responses to GET with a sales key")
            MailBody mail,

            @OpenApiDescription(
                    "Its payment through a provider; only in responses to GET and to a refund, and absent if there is none")
            PaymentBody payment) {

        public static ReservationBody of(Event event, Reservation reservation, Optional<ReservationToken> token) {
            return of(event, reservation, token, Optional.empty(), Optional.empty());
        }

        public static ReservationBody of(
                Event event, Reservation reservation, Optional<ReservationToken> token, Optional<MailState> mail) {
            return of(event, reservation, token, Optional.empty(), mail);
        }

        public static ReservationBody of(
                Event event,
                Reservation reservation,
                Optional<ReservationToken> token,
                Optional<Boolean> together,
                Optional<MailState> mail) {
            return of(event, reservation, token, together, mail, Optional.empty());
        }

        public static ReservationBody of(
                Event event,
                Reservation reservation,
                Optional<ReservationToken> token,
                Optional<Boolean> together,
                Optional<MailState> mail,
                Optional<PaymentBody> payment) {
            var state = reservation.state();
            var isCancelled = reservation.status() == ReservationStatus.CANCELLED;
            return new ReservationBody(
                    reservation.id().value(),
                    reservation.reference().value(),
                    event.id().value(),
                    reservation.status(),
                    reservation.seats().stream()
                            .map(seat -> ReservedSeat.of(reservation, seat, null))
                            .toList(),
                    reservation.refunded().isEmpty()
                            ? null
                            : reservation.refunded().stream()
                                    .map(each -> ReservedSeat.of(reservation, each.seat(), each.at()))
                                    .toList(),
                    new Money(reservation.total(), event.currencyCode()),
                    BreakdownBody.of(Bill.of(event, reservation)),
                    reservation.status() == ReservationStatus.CONFIRMED
                            ? new Money(reservation.refundOfRest(), event.currencyCode())
                            : null,
                    refund(event, reservation),
                    reservation.code().map(Reservation.UsedCode::text).orElse(null),
                    reservation.buyer().email(),
                    reservation.buyer().name().orElse(null),
                    reservation.buyer().language().orElse(null),
                    reservation.buyer().customer().orElse(null),
                    reservation.version(),
                    reservation.createdAt(),
                    reservation.expiresAt(),
                    state.confirmation().map(State.Confirmed::at).orElse(null),
                    isCancelled ? state.endedAt().orElseThrow() : null,
                    state.confirmation()
                            .flatMap(confirmed -> confirmed.payment().reference())
                            .orElse(null),
                    reservation.replaces().map(ReservationId::value).orElse(null),
                    reservation.replacedBy().map(ReservationId::value).orElse(null),
                    token.map(ReservationToken::value).orElse(null),
                    together.orElse(null),
                    mail.map(MailBody::of).orElse(null),
                    payment.orElse(null));
        }

        private static Money refund(Event event, Reservation reservation) {
            var isRefunded = reservation.status() == ReservationStatus.CANCELLED
                    && reservation.state().confirmation().isPresent();
            if (!isRefunded && reservation.refunded().isEmpty()) {
                return null;
            }
            return new Money(reservation.refund(), event.currencyCode());
        }
    }

    @OpenApiName("Reservations")
    public record ReservationList(
            @OpenApiRequired @OpenApiDescription("The newest first")
            List<ReservationBody> reservations,

            @OpenApiRequired
            @OpenApiNullable
            @OpenApiDescription("Pass it as `after` to get the next page; null on the last page")
            UUID next) {}
}
