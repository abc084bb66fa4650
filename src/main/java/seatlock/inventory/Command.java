package seatlock.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.Terms;

/** A request to change the holder of a seat. */
public sealed interface Command {

    /** Returns the id of the reservation that the command creates or changes. */
    ReservationId id();

    /**
     * Holds seats for a buyer: all of them, or none.
     *
     * @param id of the new reservation; the caller chooses it, so that decisions are deterministic
     * @param seats labels: at least one, without duplicates
     * @param holders names that tickets show, by the label of the seat
     * @param quotas limits that apply to the buyer
     */
    record Reserve(
            ReservationId id,
            List<String> seats,
            Map<String, String> holders,
            Reservation.Buyer buyer,
            List<Quota> quotas)
            implements Command {

        public Reserve {
            seats = List.copyOf(seats);
            holders = Map.copyOf(holders);
            quotas = List.copyOf(quotas);
            if (seats.isEmpty() || seats.size() != Set.copyOf(seats).size()) {
                throw new IllegalArgumentException("No seats, or a seat listed twice: " + seats);
            }
        }

        /** Returns the command with those of its quotas that limit something in an event, as they apply to it. */
        Reserve under(Terms terms) {
            var applicable = quotas.stream()
                    .map(quota -> quota.under(terms))
                    .filter(Quota::isLimited)
                    .toList();
            return new Reserve(id, seats, holders, buyer, applicable);
        }

        /** For a buyer who gives nothing but an e-mail address. */
        public Reserve(ReservationId id, List<String> seats, String email, ReservationToken token, List<Quota> quotas) {
            this(
                    id,
                    seats,
                    Map.of(),
                    new Reservation.Buyer(email, Optional.empty(), Optional.empty(), token.hash()),
                    quotas);
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

        /**
         * The cancellation of the event cancels pending and confirmed reservations, whether or not tickets were used.
         *
         * @param notifies whether holders of tickets are told by mail
         */
        record EventCancelled(boolean notifies) implements Canceller {}
    }

    /** Returns the commands of one type, in their order. */
    static <C extends Command> List<C> select(Collection<? extends Command> commands, Class<C> type) {
        return commands.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
