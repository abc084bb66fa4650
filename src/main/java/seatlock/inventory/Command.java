package seatlock.inventory;

import java.util.List;
import java.util.Set;

/** Something that may change who has a seat. */
public sealed interface Command {

    /** The reservation it is about. */
    ReservationId id();

    /**
     * Hold seats for a buyer: all of them, or none.
     *
     * @param id of the reservation to be made: chosen by the caller, so that nothing here is random
     * @param seats labels, at least one, each once
     * @param quotas that the buyer has to keep within
     */
    record Reserve(ReservationId id, List<String> seats, String email, ReservationToken token, List<Quota> quotas)
            implements Command {

        public Reserve {
            seats = List.copyOf(seats);
            quotas = List.copyOf(quotas);
            if (seats.isEmpty() || seats.size() != Set.copyOf(seats).size()) {
                throw new IllegalArgumentException("No seats, or one of them twice: " + seats);
            }
        }

        public Reserve(ReservationId id, List<String> seats, String email, ReservationToken token) {
            this(id, seats, email, token, List.of());
        }
    }

    /** The buyer has paid: his seats are sold. */
    record Confirm(ReservationId id, Reservation.Payment payment) implements Command {}

    /**
     * Give the seats back. Cancelling what is already cancelled changes nothing and is not refused.
     *
     * @param token of the holder, who may cancel what he has not paid for; {@code null} for the seller, who may also
     *     cancel what is confirmed: a refund
     */
    record Cancel(ReservationId id, ReservationToken token) implements Command {}

    /** Tidy up a reservation that has lapsed. Never refused: what has not lapsed is left as it is. */
    record Expire(ReservationId id) implements Command {}
}
