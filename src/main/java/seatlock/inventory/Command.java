package seatlock.inventory;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Terms;

/** A request to change the holder of a seat, or for whom it is for sale. */
public sealed interface Command {

    /** A command that creates or changes a reservation. */
    sealed interface OfReservation extends Command {

        ReservationId id();
    }

    /** Returns what is to be reserved or withheld, or is to be for everybody; nothing for a command that names no seats. */
    default Stream<Basket> baskets() {
        return Stream.empty();
    }

    /** Returns the names of the allocations that the command needs. */
    default Stream<String> allocations() {
        return baskets().flatMap(basket -> basket.allocation().stream());
    }

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
     * @param bySeller whether the request comes from the seller: single seats may be left, and any allocation may be named
     */
    record Reserve(ReservationId id, Basket basket, Reservation.Buyer buyer, List<Quota> quotas, boolean bySeller)
            implements OfReservation {

        public Reserve {
            quotas = List.copyOf(quotas);
        }

        @Override
        public Stream<Basket> baskets() {
            return Stream.of(basket);
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
     * Holds the seats of a pending reservation for longer: for another time from now on, within the limit that was set when it was
     * made. If that is not later than the end of the hold, nothing changes.
     *
     * @param token of the holder; empty if the seller asks
     * @param time that the buyer has to pay, if anything is to be paid; empty for the TTL of the event
     */
    record Extend(ReservationId id, Optional<ReservationToken> token, Optional<Duration> time)
            implements OfReservation {

        public Extend(ReservationId id, Optional<ReservationToken> token) {
            this(id, token, Optional.empty());
        }
    }

    /**
     * Sells the seats of a reservation to a buyer who has paid.
     *
     * @param ifLapsed the reservation to confirm in its place if it has lapsed; empty to refuse then
     */
    record Confirm(ReservationId id, Reservation.Payment payment, Optional<Successor> ifLapsed)
            implements OfReservation {

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

    /** Locks a reservation and changes nothing. */
    record Look(ReservationId id) implements OfReservation {}

    /** Notes what became of a payment of a reservation. Once its money was moved, a confirmed reservation gets its tickets. */
    record NotePayment(ReservationId id, News news) implements OfReservation {

        /** The kinds of news about a payment. */
        public enum News {
            /** Its money was moved. */
            CAPTURED,
            /** It confirms nothing, so its money is released or given back. */
            RETURNED,
            /** Money was given back. */
            REFUNDED,
            /** The buyer has disputed it with the bank. */
            DISPUTED
        }
    }

    /** Releases the seats. Cancelling a cancelled reservation changes nothing and is not refused. */
    record Cancel(ReservationId id, Canceller by) implements OfReservation {}

    /**
     * Releases some seats of a confirmed reservation, which keeps the others; of a table, all or none. Naming all that it has cancels
     * the reservation. Seats that were released before change nothing and are not refused.
     *
     * @param seats labels; at least one
     * @param force whether to release a seat even if its ticket was used
     */
    record CancelSeats(ReservationId id, Set<String> seats, boolean force) implements OfReservation {

        public CancelSeats {
            seats = Set.copyOf(seats);
        }
    }

    /** Marks a lapsed reservation as expired. If the reservation has not lapsed, nothing changes. */
    record Expire(ReservationId id) implements OfReservation {}

    /**
     * Withholds free seats for somebody: all of them, or none. Seats that are withheld under the name already stay so.
     *
     * @param id of the allocation if there is none with this name; the caller chooses it
     * @param reason replaces that of an allocation that exists; empty to keep it
     */
    record Withhold(UUID id, String name, Optional<String> reason, Basket basket) implements Command {

        @Override
        public Stream<Basket> baskets() {
            return Stream.of(basket);
        }

        @Override
        public Stream<String> allocations() {
            return Stream.of(name);
        }
    }

    /**
     * Makes seats of an allocation be for everybody. Buyers keep those that they hold or have bought.
     *
     * @param basket the seats, which must be of the allocation with this name to have an effect; empty for all of them
     */
    record Release(String name, Optional<Basket> basket) implements Command {

        public Release {
            if (basket.isPresent() && !basket.get().allocation().equals(Optional.of(name))) {
                throw new IllegalArgumentException("Not of allocation " + name + ": " + basket);
            }
        }

        @Override
        public Stream<Basket> baskets() {
            return basket.stream();
        }

        @Override
        public Stream<String> allocations() {
            return Stream.of(name);
        }
    }

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
