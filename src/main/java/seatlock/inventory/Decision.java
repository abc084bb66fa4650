package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.inventory.Reservation.State;

/**
 * All rules about the holders of seats, as a pure function of the locked rows, the time and the commands: {@link #of}. It
 * uses neither the database nor a clock, so each rule can be tested separately.
 *
 * <p>Commands are decided one after another, each on the state that the previous ones left, exactly as if each had its own
 * transaction.
 */
final class Decision {

    /**
     * The rows that a transaction has locked.
     *
     * @param reservations the reservations named by the commands, as far as they exist
     * @param seats the seats named by the commands and those of the reservations, by label
     * @param reservationsLockedByOthers reservations that other transactions have locked, so their state is unknown
     * @param seatsLockedByOthers labels of seats that other transactions have locked
     * @param quotas the quotas named by the commands
     * @param facts about the reservations and payments named by the commands
     */
    record Locked(
            Map<ReservationId, Reservation> reservations,
            Map<String, Seat> seats,
            Set<ReservationId> reservationsLockedByOthers,
            Set<String> seatsLockedByOthers,
            Usage quotas,
            Facts facts) {

        Locked(Map<ReservationId, Reservation> reservations, Map<String, Seat> seats) {
            this(reservations, seats, Set.of(), Set.of(), Usage.NONE, Facts.NONE);
        }
    }

    /**
     * Facts from other tables.
     *
     * @param withUsedTickets reservations with a used ticket; all tickets of these reservations are locked
     * @param payments references of payments that have confirmed a reservation, with that reservation
     */
    record Facts(Set<ReservationId> withUsedTickets, Map<String, ReservationId> payments) {
        static final Facts NONE = new Facts(Set.of(), Map.of());
    }

    /**
     * The reservations that count against quotas.
     *
     * @param reservations by the subject of the quota; they are locked, too
     * @param subjectsLockedByOthers subjects of quotas that other transactions have locked, so their state is unknown
     */
    record Usage(Map<String, List<ReservationId>> reservations, Set<String> subjectsLockedByOthers) {
        static final Usage NONE = new Usage(Map.of(), Set.of());
    }

    private final Event event;
    private final Map<String, Long> prices;
    private final Supplier<Reference> references;
    private final Duration ttl;
    private final Instant now;
    private final Map<ReservationId, Reservation> reservations;
    private final Map<String, Seat> seats;
    private final Map<String, List<ReservationId>> quotas;
    private final Map<String, ReservationId> payments;
    private final Locked locked;
    private final List<Outcome> outcomes = new ArrayList<>();

    private Decision(
            Event event,
            Map<String, Long> prices,
            Supplier<Reference> references,
            Duration ttl,
            Locked locked,
            Instant now) {
        this.event = event;
        this.prices = prices;
        this.references = references;
        this.ttl = ttl;
        this.now = now;
        this.locked = locked;
        this.reservations = new LinkedHashMap<>(locked.reservations());
        this.seats = new HashMap<>(locked.seats());
        this.quotas = new HashMap<>(locked.quotas().reservations());
        this.payments = new HashMap<>(locked.facts().payments());
    }

    /**
     * Decides commands in order.
     *
     * @param prices of a seat, by section, in minor units of the event's currency
     * @param references for new reservations
     * @param ttl how long a new reservation holds its seats
     * @param now the database's clock, read after the locks were acquired
     */
    static Decision of(
            Event event,
            Map<String, Long> prices,
            Supplier<Reference> references,
            Duration ttl,
            Locked locked,
            Instant now,
            List<Command> commands) {
        var decision = new Decision(event, prices, references, ttl, locked, now);
        for (var command : commands) {
            decision.outcomes.add(decision.decide(command));
        }
        return decision;
    }

    /** Returns one outcome for each command, in the same order. */
    List<Outcome> outcomes() {
        return outcomes;
    }

    /** Returns the locked and the new reservations, as they must be written. */
    Map<ReservationId, Reservation> reservations() {
        return reservations;
    }

    /** Returns the locked seats by label, as they must be written. */
    Map<String, Seat> seats() {
        return seats;
    }

    /** Returns the reservations that now count against quotas, by subject. */
    Map<String, List<ReservationId>> quotas() {
        return quotas;
    }

    /** Returns the references of payments that have now confirmed a reservation. */
    Map<String, ReservationId> payments() {
        return payments;
    }

    private Outcome decide(Command command) {
        if (command instanceof Command.Reserve reserve) {
            return reserve(reserve);
        }
        if (isLockedByOthers(command.id())) {
            return refuse(Refusal.LOCKED);
        }
        if (command instanceof Command.Confirm confirm) {
            return confirm(confirm);
        } else if (command instanceof Command.Cancel cancel) {
            return cancel(cancel);
        } else if (command instanceof Command.Expire expire) {
            return expire(expire);
        }
        throw new IllegalArgumentException("No rule for " + command); // SealedTypesTest tries every type
    }

    private boolean isLockedByOthers(ReservationId id) {
        var reservation = reservations.get(id);
        return reservation == null
                ? locked.reservationsLockedByOthers().contains(id)
                : reservation.mayHaveSeats()
                        && reservation.seats().stream()
                                .anyMatch(seat -> locked.seatsLockedByOthers().contains(seat.label()));
    }

    private Outcome reserve(Command.Reserve command) {
        var closed = checkSale();
        if (closed.isPresent()) {
            return closed.get();
        }
        if (command.seats().size() > event.terms().maxSeatsPerReservation()) {
            return refuse(Refusal.TOO_MANY_SEATS);
        }
        if (command.seats().stream().anyMatch(locked.seatsLockedByOthers()::contains)
                || command.quotas().stream().anyMatch(this::isLockedByOthers)) {
            return refuse(Refusal.LOCKED);
        }
        for (var quota : command.quotas()) {
            var exceeded = checkQuota(quota, command.seats().size());
            if (exceeded.isPresent()) {
                return exceeded.get();
            }
        }
        var unknown = command.seats().stream()
                .filter(label -> !seats.containsKey(label))
                .toList();
        if (!unknown.isEmpty()) {
            return new Outcome.Refused(Refusal.UNKNOWN_SEATS, unknown, Optional.empty());
        }
        var taken = command.seats().stream()
                .filter(label -> !seats.get(label).isFreeAt(now))
                .toList();
        if (!taken.isEmpty()) {
            return new Outcome.Refused(Refusal.SEATS_TAKEN, taken, Optional.empty());
        }
        var expiresAt = now.plus(ttl);
        command.seats()
                .forEach(label -> seats.computeIfPresent(label, (l, seat) -> seat.held(command.id(), expiresAt)));
        command.quotas()
                .forEach(quota -> quotas.put(
                        quota.subject(),
                        Stream.concat(counted(quota), Stream.of(command.id())).toList()));
        return put(newReservation(command, expiresAt));
    }

    /** Returns a refusal if nothing of the event can be reserved now. */
    private Optional<Outcome> checkSale() {
        var terms = event.terms();
        if (event.status() == Event.Status.CANCELLED) {
            return Optional.of(refuse(Refusal.EVENT_CANCELLED));
        }
        if (!now.isBefore(terms.onSaleUntil().orElse(terms.startsAt())) || !now.isBefore(terms.startsAt())) {
            return Optional.of(refuse(Refusal.SALES_CLOSED));
        }
        if (terms.onSaleFrom().isPresent() && now.isBefore(terms.onSaleFrom().get())) {
            return Optional.of(new Outcome.NotOnSale(
                    terms.onSaleFrom(),
                    Optional.of(Duration.between(now, terms.onSaleFrom().get()))));
        }
        return event.status() == Event.Status.DRAFT || terms.isPaused()
                ? Optional.of(new Outcome.NotOnSale(Optional.empty(), Optional.empty()))
                : Optional.empty();
    }

    private boolean isLockedByOthers(Quota quota) {
        return locked.quotas().subjectsLockedByOthers().contains(quota.subject())
                || quotas.getOrDefault(quota.subject(), List.of()).stream()
                        .anyMatch(locked.reservationsLockedByOthers()::contains);
    }

    /** Returns a refusal if the buyer may not have this many more seats. */
    private Optional<Outcome> checkQuota(Quota quota, int moreSeats) {
        var existing = counted(quota).map(reservations::get).toList();
        var seatCount = existing.stream()
                .mapToInt(reservation -> reservation.seats().size())
                .sum();
        if (moreSeats > quota.maxSeats() - seatCount) {
            return Optional.of(new Outcome.TooManySeats(quota));
        }
        var pending = existing.stream()
                .filter(reservation -> reservation.status() == ReservationStatus.PENDING)
                .count();
        return pending < quota.maxPending() ? Optional.empty() : Optional.of(new Outcome.TooManyPending(quota));
    }

    /** Returns the reservations that count against a quota. */
    private Stream<ReservationId> counted(Quota quota) {
        return quotas.getOrDefault(quota.subject(), List.of()).stream()
                .filter(id -> reservations.get(id).asOf(now).mayHaveSeats());
    }

    private Reservation newReservation(Command.Reserve command, Instant expiresAt) {
        var reserved = command.seats().stream()
                .map(seats::get)
                .sorted(Comparator.comparingInt(Seat::id))
                .map(seat -> new Reservation.ReservedSeat(
                        seat.id(),
                        seat.label(),
                        prices.get(seat.section()),
                        Optional.ofNullable(command.holders().get(seat.label()))))
                .toList();
        return new Reservation(
                command.id(),
                references.get(),
                1,
                event.version(),
                command.buyer(),
                reserved,
                reserved.stream().mapToLong(Reservation.ReservedSeat::price).sum(),
                now,
                expiresAt,
                new State.Pending());
    }

    private Outcome confirm(Command.Confirm command) {
        var reservation = reservations.get(command.id());
        if (reservation == null) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        if (event.status() == Event.Status.CANCELLED) {
            return refuse(Refusal.EVENT_CANCELLED, reservation);
        }
        if (reservation.asOf(now).status() == ReservationStatus.EXPIRED) {
            return refuse(Refusal.RESERVATION_EXPIRED, reservation);
        }
        if (reservation.status() != ReservationStatus.PENDING) {
            return refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        }
        if (command.payment().amount() != reservation.total()) {
            return refuse(Refusal.AMOUNT_MISMATCH, reservation);
        }
        if (!reservation.seats().stream().allMatch(seat -> isHeldBy(seat, reservation))) {
            // The hold lapsed, another buyer took a seat, and then the database's clock was set back.
            return refuse(Refusal.RESERVATION_EXPIRED, reservation);
        }
        // Nothing is paid for a free reservation, so its reference identifies no payment.
        if (reservation.total() > 0 && payments.putIfAbsent(command.payment().reference(), reservation.id()) != null) {
            return refuse(Refusal.PAYMENT_USED, reservation);
        }
        reservation.seats().forEach(seat -> seats.computeIfPresent(seat.label(), (l, held) -> held.sold()));
        return put(reservation.with(new State.Confirmed(notBefore(reservation.createdAt()), command.payment())));
    }

    /** Returns the time of a change that follows another. It is not earlier, even if the database's clock was set back. */
    private Instant notBefore(Instant earlier) {
        return now.isBefore(earlier) ? earlier : now;
    }

    private Outcome cancel(Command.Cancel command) {
        var reservation = reservations.get(command.id());
        if (reservation == null || !mayCancel(command.by(), reservation)) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        return switch (reservation.asOf(now).status()) {
            case PENDING -> end(reservation, new State.Cancelled(notBefore(reservation.createdAt()), Optional.empty()));
            case CONFIRMED -> refund(reservation, command.by());
            case CANCELLED -> new Outcome.Done(reservation, false);
            case EXPIRED -> refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        };
    }

    private static boolean mayCancel(Command.Canceller by, Reservation reservation) {
        return by instanceof Command.Canceller.Seller
                || by instanceof Command.Canceller.EventCancelled
                || by instanceof Command.Canceller.Holder holder && reservation.admits(holder.token());
    }

    private Outcome refund(Reservation reservation, Command.Canceller by) {
        if (by instanceof Command.Canceller.Holder) {
            return refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        }
        if (by instanceof Command.Canceller.Seller seller
                && !seller.force()
                && locked.facts().withUsedTickets().contains(reservation.id())) {
            return refuse(Refusal.TICKETS_USED, reservation);
        }
        var confirmation = reservation.state().confirmation();
        return end(
                reservation,
                new State.Cancelled(notBefore(confirmation.orElseThrow().at()), confirmation));
    }

    private Outcome expire(Command.Expire command) {
        var reservation = reservations.get(command.id());
        if (reservation == null) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        return reservation.hasLapsedAt(now)
                ? end(reservation, new State.Expired(now))
                : new Outcome.Done(reservation, false);
    }

    /** Ends a reservation and releases the seats it still has; after it lapsed, other buyers may have taken some. */
    private Outcome end(Reservation reservation, State as) {
        for (var reserved : reservation.seats()) {
            seats.computeIfPresent(
                    reserved.label(), (l, seat) -> reservation.id().equals(seat.holder()) ? seat.released() : seat);
        }
        return put(reservation.with(as));
    }

    private boolean isHeldBy(Reservation.ReservedSeat reserved, Reservation reservation) {
        var seat = seats.get(reserved.label());
        return seat != null
                && seat.status() == SeatStatus.HELD
                && reservation.id().equals(seat.holder());
    }

    private Outcome put(Reservation reservation) {
        reservations.put(reservation.id(), reservation);
        return new Outcome.Done(reservation, true);
    }

    private Outcome refuse(Refusal reason) {
        return new Outcome.Refused(reason, List.of(), Optional.empty());
    }

    private Outcome refuse(Refusal reason, Reservation reservation) {
        return new Outcome.Refused(reason, List.of(), Optional.of(reservation.asOf(now)));
    }
}
