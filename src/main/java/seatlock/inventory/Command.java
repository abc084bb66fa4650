package seatlock.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A request to change who has a seat. */
public sealed interface Command {

    /** The reservation that the command is about. */
    ReservationId id();

    /**
     * Holds seats for a buyer: all of them, or none.
     *
     * @param id of the new reservation, chosen by the caller so that nothing in this package is random
     * @param seats labels, at least one, each once
     * @param quotas that the buyer must stay within
     */
    record Reserve(ReservationId id, List<String> seats, String email, ReservationToken token, List<Quota> quotas)
            implements Command {

        public Reserve {
            seats = List.copyOf(seats);
            quotas = List.copyOf(quotas);
            if (seats.isEmpty() || seats.size() != Set.copyOf(seats).size()) {
                throw new IllegalArgumentException("No seats, or a seat listed twice: " + seats);
            }
        }

        public Reserve(ReservationId id, List<String> seats, String email, ReservationToken token) {
            this(id, seats, email, token, List.of());
        }
    }

    /** Sells the seats of a reservation to a buyer who has paid. */
    record Confirm(ReservationId id, Reservation.Payment payment) implements Command {}

    /** Gives the seats back. Cancelling a cancelled reservation changes nothing and is not refused. */
    record Cancel(ReservationId id, Canceller by) implements Command {}

    /** Marks a lapsed reservation as expired. Never refused: a reservation that has not lapsed stays as it is. */
    record Expire(ReservationId id) implements Command {}

    /** Says who asks to cancel. */
    sealed interface Canceller {

        /** The holder may cancel a pending reservation. */
        record Holder(ReservationToken token) implements Canceller {}

        /** The seller may also cancel a confirmed reservation, which is a refund. */
        record Seller() implements Canceller {}
    }

    /** Returns the commands of one type, in their order. */
    static <C extends Command> List<C> select(Collection<? extends Command> commands, Class<C> type) {
        return commands.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
