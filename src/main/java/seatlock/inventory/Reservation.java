package seatlock.inventory;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.catalog.PriceType;

/**
 * One buyer's claim on one or more seats, as of the time it was read.
 *
 * @param reference by which people name it
 * @param version counts its changes, from 1
 * @param termsVersion version of the event under which it was made
 * @param seats in the order of the seat plan, without those that were given back alone; if it is cancelled or expired, the seats
 *     that it had until then
 * @param refunded seats that were given back alone, in the order of the seat plan
 * @param breakdown what it costs: all of its seats, as they were reserved, and the fees
 * @param code with which it was made; empty for none
 * @param createdAt when it was made; of a successor, when the first of the reservations that it continues was made
 * @param expiresAt instant from which a pending reservation no longer holds its seats
 * @param holdUntil the latest instant to which {@code expiresAt} can be extended
 * @param replaces the lapsed reservation in whose place it was confirmed
 * @param replacedBy the reservation that was confirmed in its place after it had lapsed
 */
public record Reservation(
        ReservationId id,
        Reference reference,
        int version,
        int termsVersion,
        Buyer buyer,
        List<ReservedSeat> seats,
        List<RefundedSeat> refunded,
        Breakdown breakdown,
        Optional<UsedCode> code,
        Instant createdAt,
        Instant expiresAt,
        Instant holdUntil,
        State state,
        Optional<ReservationId> replaces,
        Optional<ReservationId> replacedBy) {

    /** A reservation of which no seat was given back alone. */
    public Reservation(
            ReservationId id,
            Reference reference,
            int version,
            int termsVersion,
            Buyer buyer,
            List<ReservedSeat> seats,
            Breakdown breakdown,
            Optional<UsedCode> code,
            Instant createdAt,
            Instant expiresAt,
            Instant holdUntil,
            State state,
            Optional<ReservationId> replaces,
            Optional<ReservationId> replacedBy) {
        this(
                id,
                reference,
                version,
                termsVersion,
                buyer,
                seats,
                List.of(),
                breakdown,
                code,
                createdAt,
                expiresAt,
                holdUntil,
                state,
                replaces,
                replacedBy);
    }

    /**
     * The person who made the reservation.
     *
     * @param name as the buyer gave it; empty if the buyer gave none
     * @param language ISO 639-1 code of the buyer's mails and tickets; empty to use that of the event
     * @param customer by what the seller knows the buyer; empty if the seller did not say
     * @param tokenHash SHA-256 of the buyer's token
     */
    public record Buyer(
            String email,
            Optional<String> name,
            Optional<String> language,
            Optional<String> customer,
            byte[] tokenHash) {

        /** A buyer of whom the seller says nothing. */
        public Buyer(String email, Optional<String> name, Optional<String> language, byte[] tokenHash) {
            this(email, name, language, Optional.empty(), tokenHash);
        }

        /** Replaces the address of a buyer whose personal data was erased. It is not an address. */
        public static final String ERASED_EMAIL = "erased";

        /** Returns whether the personal data was erased, so that no mail can be sent and no document made. */
        public boolean isErased() {
            return email.equals(ERASED_EMAIL);
        }
    }

    /**
     * A seat of a reservation.
     *
     * @param section of the seat plan
     * @param priceType id of its price type
     * @param price at which it was reserved, without discount and fees, in minor units of the event's currency
     * @param discount what a code takes off the price
     * @param holder name that its ticket shows; empty to show the buyer's
     */
    public record ReservedSeat(
            int seatId,
            String label,
            String section,
            String priceType,
            long price,
            long discount,
            Optional<String> holder) {

        /** A seat of the {@linkplain PriceType#STANDARD standard price type}. */
        public ReservedSeat(int seatId, String label, String section, long price, Optional<String> holder) {
            this(seatId, label, section, PriceType.STANDARD.id(), price, 0, holder);
        }

        /** Returns the price after the discount, without fees. */
        public long net() {
            return price - discount;
        }
    }

    /** The code with which a reservation was made. @param text see {@link seatlock.catalog.Code#normalised} */
    public record UsedCode(UUID id, String text) {}

    /**
     * A seat that was given back while the reservation kept others.
     *
     * @param at when it was released and its ticket became void
     */
    public record RefundedSeat(ReservedSeat seat, Instant at) {}

    /**
     * A payment.
     *
     * @param reference identifies the payment at the provider; empty if there was none, because nothing was to be paid
     * @param amount in minor units of the event's currency
     * @param isCaptured whether the money was moved; otherwise it is only reserved at the buyer's bank, and there are no tickets yet
     */
    public record Payment(Optional<String> reference, long amount, boolean isCaptured) {

        /** Confirms a reservation whose total is 0. */
        public static final Payment NONE = new Payment(Optional.empty(), 0, true);

        /** A payment whose money was moved. */
        public Payment(String reference, long amount) {
            this(Optional.of(reference), amount, true);
        }

        Payment captured() {
            return new Payment(reference, amount, true);
        }
    }

    /** The state of a reservation, with the data that exists only in that state. */
    public sealed interface State {

        ReservationStatus status();

        /** Returns when and with which payment it was confirmed, even after a refund; empty if it never was. */
        default Optional<Confirmed> confirmation() {
            return Optional.empty();
        }

        /** Returns when it was cancelled or found expired; empty if it was neither. */
        default Optional<Instant> endedAt() {
            return Optional.empty();
        }

        /** The seats are held. */
        record Pending() implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.PENDING;
            }
        }

        /** The seats are sold. */
        record Confirmed(Instant at, Payment payment) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.CONFIRMED;
            }

            @Override
            public Optional<Confirmed> confirmation() {
                return Optional.of(this);
            }
        }

        /** The seats were released. If the reservation had been confirmed, it was refunded. */
        record Cancelled(Instant at, Optional<Confirmed> confirmation) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.CANCELLED;
            }

            @Override
            public Optional<Instant> endedAt() {
                return Optional.of(at);
            }
        }

        /** The hold lapsed, and was found lapsed at this instant. */
        record Expired(Instant at) implements State {
            @Override
            public ReservationStatus status() {
                return ReservationStatus.EXPIRED;
            }

            @Override
            public Optional<Instant> endedAt() {
                return Optional.of(at);
            }
        }
    }

    public ReservationStatus status() {
        return state.status();
    }

    /** Returns whether it was confirmed by a payment whose money was not moved, so that it has no tickets. */
    public boolean awaitsCapture() {
        return state.confirmation()
                .map(confirmed -> !confirmed.payment().isCaptured())
                .orElse(false);
    }

    /** Returns what is paid for it, in minor units of the event's currency. */
    public long total() {
        return breakdown.total();
    }

    /**
     * Returns what is given back if all seats that it has are: their prices after discounts, and the refundable fees. If it was
     * cancelled, what was given back with the last of them.
     */
    public long refundOfRest() {
        return seats.stream().mapToLong(breakdown::refundOf).sum() + breakdown.refundOfReservation();
    }

    /** Returns what was given back for the seats that were given back alone, in minor units of the event's currency. */
    public long refundOfParts() {
        return refundOf(refunded.stream().map(RefundedSeat::seat).toList());
    }

    /** Returns what is given back for all that was cancelled since the confirmation, in minor units of the event's currency. */
    public long refund() {
        var isRefunded =
                status() == ReservationStatus.CANCELLED && state.confirmation().isPresent();
        return refundOfParts() + (isRefunded ? refundOfRest() : 0);
    }

    /** Returns what is given back for some seats alone, in minor units of the event's currency. */
    public long refundOf(List<ReservedSeat> some) {
        return some.stream().mapToLong(breakdown::refundOf).sum();
    }

    /** Returns the seats for which the total was paid, in the order of the seat plan: those that were given back alone, too. */
    List<ReservedSeat> allSeats() {
        return Stream.concat(seats.stream(), refunded.stream().map(RefundedSeat::seat))
                .sorted(Comparator.comparingInt(ReservedSeat::seatId))
                .toList();
    }

    /** Returns a seat that was given back alone, and those that were given back at the same time. */
    public List<ReservedSeat> refundedWith(int seatId) {
        return refunded.stream()
                .filter(each -> refunded.stream()
                        .anyMatch(seat ->
                                seat.seat().seatId() == seatId && seat.at().equals(each.at())))
                .map(RefundedSeat::seat)
                .toList();
    }

    /** Returns whether one of its seats was given back alone. */
    public boolean hasRefunded(int seatId) {
        return refunded.stream().anyMatch(each -> each.seat().seatId() == seatId);
    }

    /** Returns whether it is marked as pending but no longer holds its seats. */
    public boolean hasLapsedAt(Instant now) {
        return status() == ReservationStatus.PENDING && !expiresAt.isAfter(now);
    }

    /** Returns whether it may have seats. A pending reservation that has lapsed may have lost some to other buyers. */
    boolean mayHaveSeats() {
        return status() == ReservationStatus.PENDING || status() == ReservationStatus.CONFIRMED;
    }

    /** Returns whether a token opens it. Takes the same time for every token of its kind. */
    public boolean admits(ReservationToken token) {
        return token.opens(buyer.tokenHash, buyer.email);
    }

    /** Returns its actual state at an instant: a lapsed reservation is expired, even if the sweeper has not marked it. */
    Reservation asOf(Instant now) {
        return hasLapsedAt(now) ? with(new State.Expired(now)) : this;
    }

    /** Returns one of its seats by its id. */
    public ReservedSeat seat(int seatId) {
        return seats.stream()
                .filter(seat -> seat.seatId() == seatId)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the name that the ticket of one of its seats shows: of the seat's holder, else of the buyer, else the address. */
    public String printedName(int seatId) {
        return seat(seatId).holder().or(buyer::name).orElse(buyer.email());
    }

    /** Returns whether some ticket shows something else than with an earlier version of this reservation. */
    public boolean printsOtherTicketsThan(Reservation before) {
        return !buyer.language().equals(before.buyer.language())
                || seats.stream()
                        .anyMatch(seat -> !printedName(seat.seatId()).equals(before.printedName(seat.seatId())));
    }

    /** Returns the reservation after a change that it does not show. */
    public Reservation next() {
        return with(buyer, seats);
    }

    /** Returns the reservation after a change of what it says about the buyer and the holders of its seats. */
    Reservation with(Buyer buyer, List<ReservedSeat> seats) {
        return changed(buyer, seats, refunded, expiresAt, state, replacedBy);
    }

    /** Returns the reservation after a change of its state. */
    Reservation with(State state) {
        return changed(expiresAt, state, replacedBy);
    }

    /** Returns the reservation after some of its seats, but not all, were given back. */
    Reservation without(List<RefundedSeat> givenBack) {
        var all = Stream.concat(refunded.stream(), givenBack.stream())
                .sorted(Comparator.comparingInt(each -> each.seat().seatId()))
                .toList();
        var returned = givenBack.stream().map(RefundedSeat::seat).collect(Collectors.toSet());
        var left = seats.stream().filter(seat -> !returned.contains(seat)).toList();
        return changed(buyer, left, all, expiresAt, state, replacedBy);
    }

    /** Returns the reservation after an extension. */
    Reservation extendedTo(Instant expiresAt) {
        return changed(expiresAt, state, replacedBy);
    }

    /** Returns the reservation, which has lapsed, after another one was confirmed in its place. */
    Reservation replacedBy(ReservationId successor, State.Expired expired) {
        return changed(expiresAt, expired, Optional.of(successor));
    }

    private Reservation changed(Instant expiresAt, State state, Optional<ReservationId> replacedBy) {
        return changed(buyer, seats, refunded, expiresAt, state, replacedBy);
    }

    private Reservation changed(
            Buyer buyer,
            List<ReservedSeat> seats,
            List<RefundedSeat> refunded,
            Instant expiresAt,
            State state,
            Optional<ReservationId> replacedBy) {
        return new Reservation(
                id,
                reference,
                version + 1,
                termsVersion,
                buyer,
                seats,
                refunded,
                breakdown,
                code,
                createdAt,
                expiresAt,
                holdUntil,
                state,
                replaces,
                replacedBy);
    }
}
