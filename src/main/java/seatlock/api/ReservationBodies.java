package seatlock.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.openapi.OpenApiDescription;
import io.javalin.openapi.OpenApiName;
import io.javalin.openapi.OpenApiRequired;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation;
import seatlock.inventory.Reservation.State;
import seatlock.inventory.ReservationId;
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;

/** JSON of requests and responses about reservations. */
final class ReservationBodies {

    private ReservationBodies() {}

    @OpenApiName("NewReservation")
    record NewReservation(
            @OpenApiRequired
            @OpenApiDescription("Labels of the seats, without duplicates; at most the event's `maxSeatsPerReservation`")
            List<String> seats,

            @OpenApiRequired @OpenApiDescription("The buyer's e-mail address")
            String email) {}

    /** A confirmation says what to do about a lapsed reservation only if it was given, so that its fingerprint does not change. */
    @OpenApiName("Confirmation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Confirmation(
            @OpenApiRequired @OpenApiDescription("The payment provider's reference of the payment; 1 to 255 characters")
            String paymentReference,

            @OpenApiRequired @OpenApiDescription("Amount paid, in minor units; must equal the total of the reservation")
            Long amount,

            @OpenApiDescription(
                    "What to do if the reservation has lapsed: refuse the confirmation, or reserve all its seats again and"
                            + " confirm that, if nobody else has taken any of them")
            String ifLapsed) {

        static final String REFUSE = "REFUSE";
        static final String REACQUIRE = "REACQUIRE";
    }

    @OpenApiName("Cancellation")
    record Cancellation(
            @OpenApiDescription("Whether to refund a reservation although one of its tickets was used; default false")
            Boolean force) {}

    @OpenApiName("ReservedSeat")
    record ReservedSeat(
            @OpenApiRequired String label, @OpenApiRequired long price) {}

    @OpenApiName("Money")
    record Money(
            @OpenApiRequired @OpenApiDescription("In minor units of the currency")
            long amount,

            @OpenApiRequired @OpenApiDescription("ISO 4217 currency code")
            String currency) {}

    @OpenApiName("Reservation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ReservationBody(
            @OpenApiRequired UUID id,

            @OpenApiDescription(
                    "Short form of the id that people can read out; unique in the event. Absent only in a repeated"
                            + " response that an earlier release stored")
            String reference,

            @OpenApiRequired UUID eventId,
            @OpenApiRequired ReservationStatus status,

            @OpenApiRequired @OpenApiDescription("In the order of the seat plan")
            List<ReservedSeat> seats,

            @OpenApiRequired Money total,
            @OpenApiRequired String email,
            @OpenApiRequired Instant createdAt,

            @OpenApiRequired @OpenApiDescription("When a pending reservation expires and releases its seats")
            Instant expiresAt,

            @OpenApiDescription("Absent unless the reservation was confirmed")
            Instant confirmedAt,

            @OpenApiDescription("Absent unless the reservation was cancelled")
            Instant cancelledAt,

            @OpenApiDescription("Absent unless the reservation was confirmed")
            String paymentReference,

            @OpenApiDescription("The lapsed reservation in whose place this one was confirmed; absent for any other")
            UUID replaces,

            @OpenApiDescription("The reservation that was confirmed in place of this one, after it had lapsed")
            UUID replacedBy,

            @OpenApiDescription(
                    "Authorizes its holder to read, extend and cancel the reservation; only in the response that created it")
            String token) {

        static ReservationBody of(Event event, Reservation reservation, Optional<ReservationToken> token) {
            var state = reservation.state();
            var isCancelled = reservation.status() == ReservationStatus.CANCELLED;
            return new ReservationBody(
                    reservation.id().value(),
                    reservation.reference().value(),
                    event.id().value(),
                    reservation.status(),
                    reservation.seats().stream()
                            .map(seat -> new ReservedSeat(seat.label(), seat.price()))
                            .toList(),
                    new Money(reservation.total(), event.currencyCode()),
                    reservation.buyer().email(),
                    reservation.createdAt(),
                    reservation.expiresAt(),
                    state.confirmation().map(State.Confirmed::at).orElse(null),
                    isCancelled ? state.endedAt().orElseThrow() : null,
                    state.confirmation()
                            .map(confirmed -> confirmed.payment().reference())
                            .orElse(null),
                    reservation.replaces().map(ReservationId::value).orElse(null),
                    reservation.replacedBy().map(ReservationId::value).orElse(null),
                    token.map(ReservationToken::value).orElse(null));
        }
    }
}
