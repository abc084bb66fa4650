package seatlock.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A request to change the holder of a seat. */
public sealed interface Command {

    /** Returns the id of the reservation that the command creates or changes. */
    ReservationId id();

    /**
     * Holds seats for a buyer: all of them, or none.
     *
     * @param id of the new reservation; the caller chooses it, so that decisions are deterministic
     * @param seats labels: at least one, without duplicates
     * @param quotas limits that apply to the buyer
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

    /** Releases the seats. Cancelling a cancelled reservation changes nothing and is not refused. */
    record Cancel(ReservationId id, Canceller by) implements Command {}

    /** Marks a lapsed reservation as expired. If the reservation has not lapsed, nothing changes. */
    record Expire(ReservationId id) implements Command {}

    /** The party that cancels. */
    sealed interface Canceller {

        /** The holder may cancel a pending reservation. */
        record Holder(ReservationToken token) implements Canceller {}

        /**
         * The seller may also cancel a confirmed reservation, which is a refund.
         *
         * @param force whether to refund a reservation even if one of its tickets was used
         */
        record Seller(boolean force) implements Canceller {}
    }

    /** Returns the commands of one type, in their order. */
    static <C extends Command> List<C> select(Collection<? extends Command> commands, Class<C> type) {
        return commands.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
