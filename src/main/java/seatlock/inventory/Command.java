package seatlock.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import seatlock.catalog.Terms;

/** A request to change the holder of a seat. */
public sealed interface Command {

    /** Returns the id of the reservation that the command creates or changes. */
    ReservationId id();

    /** Returns the limits of the buyer that the command must respect. */
    default List<Quota> quotas() {
        return List.of();
    }

    /** Returns the command with those of its quotas that limit something in an event, as they apply to it. */
    default Command under(Terms terms) {
        return this;
    }

    /**
     * Holds seats for a buyer: all of them, or none.
     *
     * @param id of the new reservation; the caller chooses it, so that decisions are deterministic
     * @param quotas limits that apply to the buyer
     * @param bySeller whether the seller asks, who may leave single seats
     */
    record Reserve(ReservationId id, Basket basket, Reservation.Buyer buyer, List<Quota> quotas, boolean bySeller)
            implements Command {

        public Reserve {
            quotas = List.copyOf(quotas);
        }

        @Override
        public Command under(Terms terms) {
            return new Reserve(id, basket, buyer, Quota.under(terms, quotas), bySeller);
        }

        /** For a buyer who gives nothing but an e-mail address. */
        public Reserve(ReservationId id, List<String> seats, String email, ReservationToken token, List<Quota> quotas) {
            this(
                    id,
                    Basket.ofSeats(seats),
                    new Reservation.Buyer(email, Optional.empty(), Optional.empty(), token.hash()),
                    quotas,
                    false);
        }

        public Reserve(ReservationId id, List<String> seats, String email, ReservationToken token) {
            this(id, seats, email, token, List.of());
        }
    }

    /**
     * Holds the seats of a pending reservation for longer: for another TTL from now on, within the limit that was set when it was
     * made. If that is not later than the end of the hold, nothing changes.
     *
     * @param token of the holder; empty if the seller asks
     */
    record Extend(ReservationId id, Optional<ReservationToken> token) implements Command {}

    /**
     * Sells the seats of a reservation to a buyer who has paid.
     *
     * @param ifLapsed the reservation to confirm in its place if it has lapsed; empty to refuse then
     */
    record Confirm(ReservationId id, Reservation.Payment payment, Optional<Successor> ifLapsed) implements Command {

        public Confirm(ReservationId id, Reservation.Payment payment) {
            this(id, payment, Optional.empty());
        }

        @Override
        public List<Quota> quotas() {
            return ifLapsed.map(Successor::quotas).orElse(List.of());
        }

        @Override
        public Command under(Terms terms) {
            var successor = ifLapsed.map(each -> new Successor(each.id, Quota.under(terms, each.quotas)));
            return new Confirm(id, payment, successor);
        }
    }

    /**
     * A reservation that takes the place of a lapsed one.
     *
     * @param id chosen by the caller, as in {@link Reserve}
     * @param quotas limits that apply to the buyer; since it is never pending, only those of seats matter
     */
    record Successor(ReservationId id, List<Quota> quotas) {

        public Successor {
            quotas = List.copyOf(quotas);
        }
    }

    /** Releases the seats. Cancelling a cancelled reservation changes nothing and is not refused. */
    record Cancel(ReservationId id, Canceller by) implements Command {}

    /**
     * Releases some seats of a confirmed reservation, which keeps the others; of a table, all or none. Naming all that it has cancels
     * the reservation. Seats that were released before change nothing and are not refused.
     *
     * @param seats labels; at least one
     * @param force whether to release a seat even if its ticket was used
     */
    record CancelSeats(ReservationId id, Set<String> seats, boolean force) implements Command {

        public CancelSeats {
            seats = Set.copyOf(seats);
        }
    }

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
