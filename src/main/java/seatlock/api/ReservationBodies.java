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
import seatlock.inventory.ReservationStatus;
import seatlock.inventory.ReservationToken;

/** JSON of requests and responses about reservations. */
final class ReservationBodies {

    private ReservationBodies() {}

    @OpenApiName("NewReservation")
    record NewReservation(
            @OpenApiRequired
            @OpenApiDescription("Labels of the seats, each once; at most maxSeatsPerReservation of the event")
            List<String> seats,

            @OpenApiRequired @OpenApiDescription("E-mail address of the buyer")
            String email) {}

    @OpenApiName("Confirmation")
    record Confirmation(
            @OpenApiRequired
            @OpenApiDescription("Reference of the payment at the payment provider; 1 to 255 characters")
            String paymentReference,

            @OpenApiRequired @OpenApiDescription("Amount paid, in minor units: the total of the reservation")
            Long amount) {}

    @OpenApiName("ReservedSeat")
    record ReservedSeat(
            @OpenApiRequired String label, @OpenApiRequired long price) {}

    @OpenApiName("Money")
    record Money(
            @OpenApiRequired @OpenApiDescription("In minor units of the currency")
            long amount,

            @OpenApiRequired @OpenApiDescription("ISO 4217 code")
            String currency) {}

    @OpenApiName("Reservation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ReservationBody(
            @OpenApiRequired UUID id,
            @OpenApiRequired UUID eventId,
            @OpenApiRequired ReservationStatus status,

            @OpenApiRequired @OpenApiDescription("In the order of the seat plan")
            List<ReservedSeat> seats,

            @OpenApiRequired Money total,
            @OpenApiRequired String email,
            @OpenApiRequired Instant createdAt,

            @OpenApiRequired @OpenApiDescription("From this instant on a pending reservation holds no seats")
            Instant expiresAt,

            @OpenApiDescription("Absent unless it was confirmed")
            Instant confirmedAt,

            @OpenApiDescription("Absent unless it was cancelled")
            Instant cancelledAt,

            @OpenApiDescription("Absent unless it was confirmed")
            String paymentReference,

            @OpenApiDescription(
                    "Lets its holder read and cancel the reservation; only in the response to the request that made it")
            String token) {

        static ReservationBody of(Event event, Reservation reservation, Optional<ReservationToken> token) {
            var state = reservation.state();
            var isCancelled = reservation.status() == ReservationStatus.CANCELLED;
            return new ReservationBody(
                    reservation.id().value(),
                    event.id().value(),
                    reservation.status(),
                    reservation.seats().stream()
                            .map(seat -> new ReservedSeat(seat.label(), seat.price()))
                            .toList(),
                    new Money(reservation.total(), event.currency().getCurrencyCode()),
                    reservation.buyer().email(),
                    reservation.createdAt(),
                    reservation.expiresAt(),
                    state.confirmation().map(State.Confirmed::at).orElse(null),
                    isCancelled ? state.endedAt().orElseThrow() : null,
                    state.confirmation()
                            .map(confirmed -> confirmed.payment().reference())
                            .orElse(null),
                    token.map(ReservationToken::value).orElse(null));
        }
    }
}
