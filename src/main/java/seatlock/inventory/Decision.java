package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import seatlock.catalog.Code;
import seatlock.catalog.Event;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.PriceType;
import seatlock.inventory.Reservation.State;
import seatlock.inventory.Reservation.UsedCode;

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
     * @param limits those of the commands
     * @param freePlaces how many places of a pool were free for other transactions after these rows were locked; nothing for a
     *     pool of which this was not read
     * @param pool the seats among which the best ones are chosen
     */
    record Locked(
            Map<ReservationId, Reservation> reservations,
            Map<String, Seat> seats,
            Set<ReservationId> reservationsLockedByOthers,
            Set<String> seatsLockedByOthers,
            Usage quotas,
            Facts facts,
            Limits limits,
            Map<Pool, Integer> freePlaces,
            SeatPool pool) {

        Locked(
                Map<ReservationId, Reservation> reservations,
                Map<String, Seat> seats,
                Set<ReservationId> reservationsLockedByOthers,
                Set<String> seatsLockedByOthers,
                Usage quotas,
                Facts facts) {
            this(
                    reservations,
                    seats,
                    reservationsLockedByOthers,
                    seatsLockedByOthers,
                    quotas,
                    facts,
                    Limits.NONE,
                    Map.of(),
                    SeatPool.NONE);
        }

        /** Returns the same after more seats were locked, and read. */
        Locked with(Map<String, Seat> otherSeats, Map<Pool, Integer> otherFreePlaces, SeatPool otherPool) {
            return new Locked(
                    reservations,
                    otherSeats,
                    reservationsLockedByOthers,
                    seatsLockedByOthers,
                    quotas,
                    facts,
                    limits,
                    otherFreePlaces,
                    otherPool);
        }

        Locked(Map<ReservationId, Reservation> reservations, Map<String, Seat> seats) {
            this(reservations, seats, Set.of(), Set.of(), Usage.NONE, Facts.NONE);
        }
    }

    /**
     * Facts from other tables.
     *
     * @param usedSeats ids of the seats with a used ticket, by reservation; all valid tickets of these reservations are locked
     * @param payments references of payments that have confirmed a reservation, with that reservation
     * @param codes those that the commands name, as far as they exist
     * @param allocations those that are named
     */
    record Facts(
            Map<ReservationId, Set<Integer>> usedSeats,
            Map<String, ReservationId> payments,
            Map<String, Code> codes,
            Allocations allocations) {
        static final Facts NONE = new Facts(Map.of(), Map.of());

        Facts(Map<ReservationId, Set<Integer>> usedSeats, Map<String, ReservationId> payments) {
            this(usedSeats, payments, Map.of(), Allocations.NONE);
        }

        Set<Integer> usedSeats(ReservationId id) {
            return usedSeats.getOrDefault(id, Set.of());
        }
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

    /** A reservation of an event that says nothing else can be held for this many TTLs altogether. */
    private static final int DEFAULT_HOLDS = 3;

    private final Event event;
    private final PriceList prices;
    private final Layout layout;
    private final Supplier<Reference> references;
    private final Duration ttl;
    private final Instant now;
    private final Map<ReservationId, Reservation> reservations;
    private final Map<String, Seat> seats;
    private final QuotaUsage quotas;
    private final LimitUsage limits;
    private final Withholding withholding;
    private final SeatChooser chooser;
    private final Map<String, ReservationId> payments;
    private final Locked locked;
    private final Map<Pool, Integer> missingPlaces = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    private Decision(
            Event event,
            PriceList prices,
            Layout layout,
            Supplier<Reference> references,
            Duration ttl,
            Locked locked,
            Instant now) {
        this.event = event;
        this.prices = prices;
        this.layout = layout;
        this.references = references;
        this.ttl = ttl;
        this.now = now;
        this.locked = locked;
        this.reservations = new LinkedHashMap<>(locked.reservations());
        this.seats = new LinkedHashMap<>(locked.seats());
        this.quotas = new QuotaUsage(locked, reservations, now);
        this.limits = new LimitUsage(locked.limits(), now);
        this.withholding = new Withholding(locked.facts().allocations(), seats, now);
        this.chooser = new SeatChooser(locked.pool(), seats, now);
        this.payments = new HashMap<>(locked.facts().payments());
    }

    /**
     * Decides commands in order.
     *
     * @param references for new reservations
     * @param ttl how long a new reservation holds its seats
     * @param now the database's clock, read after the locks were acquired
     */
    static Decision of(
            Event event,
            PriceList prices,
            Layout layout,
            Supplier<Reference> references,
            Duration ttl,
            Locked locked,
            Instant now,
            List<Command> commands) {
        var decision = new Decision(event, prices, layout, references, ttl, locked, now);
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
        return quotas.bySubject();
    }

    /** Returns what now counts against limits. */
    LimitUsage limits() {
        return limits;
    }

    /** Returns the named allocations, as they must be written. */
    Map<String, Allocation> allocations() {
        return withholding.byName();
    }

    /** Returns the references of payments that have now confirmed a reservation. */
    Map<String, ReservationId> payments() {
        return payments;
    }

    /**
     * Returns how many more places must be locked before it can be decided whether there are enough. Their commands are refused as
     * {@link Refusal#LOCKED} so far.
     */
    Map<Pool, Integer> missingPlaces() {
        return missingPlaces;
    }

    /** Returns which of the best seats must be locked, or whether the pool must be read, before all commands can be decided. */
    SeatChooser chooser() {
        return chooser;
    }

    /** Returns whether more seats must be locked or read before all commands can be decided. */
    boolean needsMore() {
        return !missingPlaces.isEmpty()
                || chooser.isOutdated()
                || !chooser.wanted().isEmpty();
    }

    private Outcome decide(Command command) {
        if (command instanceof Command.Withhold withhold) {
            return withhold(withhold);
        } else if (command instanceof Command.Release release) {
            return release(release);
        } else if (command instanceof Command.Reserve reserve) {
            return reserve(reserve);
        } else if (command instanceof Command.OfReservation existing) {
            return change(existing);
        }
        throw new IllegalArgumentException("No rule for " + command); // SealedTypesTest tries every type
    }

    private Outcome change(Command.OfReservation command) {
        if (isLockedByOthers(command) || limits.isLockedByOthers(limits.of(command.id()))) {
            return refuse(Refusal.LOCKED);
        }
        if (command instanceof Command.Extend extend) {
            return new Extension(this, event, ttl, now).of(extend);
        } else if (command instanceof Command.Confirm confirm) {
            return new Confirmation(this, event, references, ttl, now, quotas).of(confirm);
        } else if (command instanceof Command.Look look) {
            var found = reservations.get(look.id());
            return found == null ? refuse(Refusal.RESERVATION_NOT_FOUND) : new Outcome.Done(found.asOf(now), false);
        } else if (command instanceof Command.NotePayment note) {
            return new Confirmation(this, event, references, ttl, now, quotas).of(note);
        } else if (command instanceof Command.Cancel cancel) {
            return ending().of(cancel);
        } else if (command instanceof Command.CancelSeats cancel) {
            return ending().of(cancel);
        } else if (command instanceof Command.Expire expire) {
            return ending().of(expire);
        }
        throw new IllegalArgumentException("No rule for " + command); // SealedTypesTest tries every type
    }

    private Ending ending() {
        return new Ending(this, locked.facts(), layout, now);
    }

    /**
     * Returns whether a command that names a reservation needs its seats. A confirmation or an extension needs the former seats of
     * an expired one, because it may get them back, or is told whether others have them.
     */
    static boolean needsSeats(Command.OfReservation command, Reservation reservation) {
        if (command instanceof Command.NotePayment || command instanceof Command.Look) {
            return false;
        }
        return reservation.mayHaveSeats()
                || reservation.status() == ReservationStatus.EXPIRED
                        && (command instanceof Command.Confirm || command instanceof Command.Extend);
    }

    private boolean isLockedByOthers(Command.OfReservation command) {
        var reservation = reservations.get(command.id());
        return reservation == null
                ? locked.reservationsLockedByOthers().contains(command.id())
                : needsSeats(command, reservation)
                        && reservation.seats().stream()
                                .anyMatch(seat -> locked.seatsLockedByOthers().contains(seat.label()));
    }

    private Outcome reserve(Command.Reserve command) {
        var basket = command.basket();
        var code = new CodeUse(basket, locked.facts().codes());
        var sale = new Sale(event, now);
        var closed = sale.closed().or(() -> code.invalidAt(now)).or(() -> sale.notYetOpen(code.opened()));
        if (closed.isPresent()) {
            return closed.get();
        }
        var size = basket.size(layout);
        if (size > event.terms().maxSeatsPerReservation()) {
            return refuse(Refusal.TOO_MANY_SEATS);
        }
        var opened = new HashSet<>(code.opened().names());
        if (!command.bySeller() && !basket.allocation().map(opened::contains).orElse(true)) {
            return new Outcome.CodeInvalid(Outcome.CodeInvalid.Reason.OUT_OF_SCOPE);
        }
        var unknown = basket.allocation().flatMap(withholding::check);
        if (unknown.isPresent()) {
            return unknown.get();
        }
        basket.allocation().ifPresent(opened::add);
        var refusesOrphans = event.terms().choice().refusesOrphans() && !command.bySeller();
        var allotment = allotment(command.id(), basket, opened, refusesOrphans, code);
        if (allotment.isLockedByOthers() || quotas.isLockedByOthers(command.quotas())) {
            return refuse(Refusal.LOCKED);
        }
        var exceeded = quotas.checkPending(command.quotas(), (int) size);
        if (exceeded.isPresent()) {
            return exceeded.get();
        }
        var refusal = allotment.refusal();
        if (refusal.isPresent()) {
            return noting(allotment, refusal.get());
        }
        var reserved = allotment.seats();
        var misfit = code.misfit(reserved);
        if (misfit.isPresent()) {
            return misfit.get();
        }
        var wanted = limitedSeats(reserved);
        wanted.putAll(code.uses(reserved));
        if (limits.isLockedByOthers(wanted)) {
            return refuse(Refusal.LOCKED);
        }
        var exhausted = checkLimits(wanted);
        if (exhausted.isPresent()) {
            return exhausted.get();
        }
        var expiresAt = now.plus(ttl);
        reserved.forEach(each -> seats.computeIfPresent(each.label(), (l, seat) -> seat.held(command.id(), expiresAt)));
        quotas.add(command.id(), command.quotas());
        limits.reserve(command.id(), wanted);
        var reservation = newReservation(command, reserved, code.used(), expiresAt);
        reservations.put(reservation.id(), reservation);
        return new Outcome.Done(reservation, true, Optional.empty(), List.of(), allotment.together());
    }

    private Allotment allotment(
            ReservationId id, Basket basket, Set<String> opened, boolean refusesOrphans, CodeUse code) {
        return new Allotment(
                id, basket, opened, refusesOrphans, layout, prices, seats, withholding, chooser, locked, code, now);
    }

    /** Remembers what an allotment lacks, and returns the outcome to which that has led. */
    Outcome noting(Allotment allotment, Outcome outcome) {
        allotment.missingPlaces().forEach((pool, count) -> missingPlaces.merge(pool, count, Integer::sum));
        return outcome;
    }

    private Outcome withhold(Command.Withhold command) {
        if (event.status() == Event.Status.CANCELLED) {
            return refuse(Refusal.EVENT_CANCELLED);
        }
        return noting(command.basket(), command.name(), allotment -> withholding.withhold(command, allotment));
    }

    private Outcome release(Command.Release command) {
        return command.basket()
                .map(basket ->
                        noting(basket, command.name(), allotment -> withholding.release(command.name(), allotment)))
                .orElseGet(() -> withholding.releaseAll(command.name()));
    }

    private Outcome noting(Basket basket, String allocation, Function<Allotment, Outcome> decide) {
        var allotment = allotment(basket, Set.of(allocation));
        return noting(allotment, decide.apply(allotment));
    }

    private Allotment allotment(Basket basket, Set<String> opened) {
        return allotment(null, basket, opened, false, new CodeUse(basket, Map.of()));
    }

    /** Returns how many of the seats count against each limit. */
    Map<UUID, Integer> limitedSeats(List<Reservation.ReservedSeat> reserved) {
        var wanted = new TreeMap<UUID, Integer>();
        for (var seat : reserved) {
            prices.tariff()
                    .type(seat.priceType())
                    .flatMap(PriceType::limit)
                    .ifPresent(limit -> wanted.merge(limit.id(), 1, Integer::sum));
        }
        return wanted;
    }

    Optional<Outcome> checkLimits(Map<UUID, Integer> wanted) {
        return limits.exceededBy(wanted)
                .map(limit -> prices.tariff()
                        .limitedBy(limit)
                        .<Outcome>map(type -> new Outcome.PriceExhausted(type, limits.left(limit)))
                        .orElseGet(() -> new Outcome.CodeExhausted(limits.left(limit))));
    }

    private Reservation newReservation(
            Command.Reserve command,
            List<Reservation.ReservedSeat> reserved,
            Optional<UsedCode> code,
            Instant expiresAt) {
        var maxHold = event.terms().maxHold().orElse(ttl.multipliedBy(DEFAULT_HOLDS));
        return new Reservation(
                command.id(),
                references.get(),
                1,
                event.version(),
                command.buyer(),
                reserved,
                Breakdown.of(reserved, prices.tariff()),
                code,
                now,
                expiresAt,
                now.plus(maxHold.compareTo(ttl) < 0 ? ttl : maxHold),
                new State.Pending(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Returns the labels of the seats of a lapsed reservation that other reservations have, or that are withheld for somebody: those
     * that it had of an allocation went back to it when the hold lapsed.
     */
    List<String> taken(Reservation lapsed) {
        return lapsed.seats().stream()
                .map(Reservation.ReservedSeat::label)
                .filter(label -> seats.containsKey(label) && isTaken(seats.get(label), lapsed))
                .toList();
    }

    private boolean isTaken(Seat seat, Reservation lapsed) {
        var isOwn = lapsed.id().equals(seat.holder());
        return !(isOwn || seat.isFreeAt(now)) || !withholding.isOpen(seat, Set.of());
    }

    /** Returns the seats that a successor of a lapsed reservation gets. */
    SeatsAgain.Found seatsAgain(Reservation lapsed) {
        return new SeatsAgain(layout, basket -> allotment(basket, Set.of())).find(lapsed, taken(lapsed));
    }

    Outcome refuseExpired(Reservation reservation) {
        return new Outcome.Refused(Refusal.RESERVATION_EXPIRED, taken(reservation), Optional.of(reservation.asOf(now)));
    }

    /** Returns the time of a change that follows another. It is not earlier, even if the database's clock was set back. */
    Instant notBefore(Instant earlier) {
        return now.isBefore(earlier) ? earlier : now;
    }

    /** Returns whether a hold lapsed, another buyer took a seat, and then the database's clock was set back. */
    boolean hasLostSeats(Reservation reservation) {
        return reservation.status() == ReservationStatus.PENDING
                && !reservation.seats().stream()
                        .allMatch(seat -> seats.containsKey(seat.label())
                                && seats.get(seat.label()).isHeldBy(reservation.id()));
    }

    Outcome put(Reservation reservation) {
        reservations.put(reservation.id(), reservation);
        return new Outcome.Done(reservation, true);
    }

    Outcome refuse(Refusal reason) {
        return new Outcome.Refused(reason, List.of(), Optional.empty());
    }

    Outcome refuse(Refusal reason, Reservation reservation) {
        return new Outcome.Refused(reason, List.of(), Optional.of(reservation.asOf(now)));
    }
}
