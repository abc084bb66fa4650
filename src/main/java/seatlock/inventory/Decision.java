package seatlock.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import seatlock.catalog.Event;

/**
 * All rules of who may have which seat, as a pure function of what is locked, the time, and the commands: {@link #of}.
 * It touches neither the database nor a clock, so every rule can be tested by itself.
 *
 * <p>Commands are decided one after the other, each on what the ones before it left behind, exactly as if each had had
 * a transaction of its own.
 */
final class Decision {

    /**
     * What a transaction holds locked, as it is.
     *
     * @param reservations those that the commands name, as far as they exist
     * @param seats by label: those that the commands name, and those of the reservations
     * @param elsewhere reservations that somebody else has locked, so that nothing is known of them
     * @param seatsElsewhere labels of seats, likewise
     * @param quotas those that the commands name
     */
    record Locked(
            Map<ReservationId, Reservation> reservations,
            Map<String, Seat> seats,
            Set<ReservationId> elsewhere,
            Set<String> seatsElsewhere,
            Usage quotas) {

        Locked(Map<ReservationId, Reservation> reservations, Map<String, Seat> seats) {
            this(reservations, seats, Set.of(), Set.of(), Usage.NONE);
        }
    }

    /**
     * What counts against quotas.
     *
     * @param reservations by the subject of the quota, as far as it has any: they are locked with the others
     * @param elsewhere subjects that somebody else has locked, so that nothing is known of them
     */
    record Usage(Map<String, List<ReservationId>> reservations, Set<String> elsewhere) {
        static final Usage NONE = new Usage(Map.of(), Set.of());
    }

    private final Event event;
    private final Duration ttl;
    private final Instant now;
    private final Map<ReservationId, Reservation> reservations;
    private final Map<String, Seat> seats;
    private final Map<String, List<ReservationId>> quotas;
    private final Locked locked;
    private final List<Outcome> outcomes = new ArrayList<>();

    private Decision(Event event, Duration ttl, Locked locked, Instant now) {
        this.event = event;
        this.ttl = ttl;
        this.now = now;
        this.locked = locked;
        this.reservations = new LinkedHashMap<>(locked.reservations());
        this.seats = new HashMap<>(locked.seats());
        this.quotas = new HashMap<>(locked.quotas().reservations());
    }

    /**
     * @param ttl how long a new reservation holds its seats
     * @param now the database's clock, read after the locks were taken
     */
    static Decision of(Event event, Duration ttl, Locked locked, Instant now, List<Command> commands) {
        var decision = new Decision(event, ttl, locked, now);
        for (var command : commands) {
            decision.outcomes.add(decision.decide(command));
        }
        return decision;
    }

    /** One for each command, in their order. */
    List<Outcome> outcomes() {
        return outcomes;
    }

    /** The reservations as they are to be: those locked, and the new ones. */
    Map<ReservationId, Reservation> reservations() {
        return reservations;
    }

    /** The locked seats, by label, as they are to be. */
    Map<String, Seat> seats() {
        return seats;
    }

    /** What counts against quotas from now on, by their subjects. */
    Map<String, List<ReservationId>> quotas() {
        return quotas;
    }

    private Outcome decide(Command command) {
        if (command instanceof Command.Reserve reserve) {
            return reserve(reserve);
        }
        if (isElsewhere(command.id())) {
            return refuse(Refusal.LOCKED);
        }
        if (command instanceof Command.Confirm confirm) {
            return confirm(confirm);
        } else if (command instanceof Command.Cancel cancel) {
            return cancel(cancel);
        } else if (command instanceof Command.Expire expire) {
            return expire(expire);
        }
        throw new IllegalArgumentException("Not a command: " + command);
    }

    private boolean isElsewhere(ReservationId id) {
        var reservation = reservations.get(id);
        return reservation == null
                ? locked.elsewhere().contains(id)
                : reservation.mayHaveSeats()
                        && reservation.seats().stream()
                                .anyMatch(seat -> locked.seatsElsewhere().contains(seat.label()));
    }

    private Outcome reserve(Command.Reserve command) {
        if (!now.isBefore(event.startsAt())) {
            return refuse(Refusal.SALES_CLOSED);
        }
        if (command.seats().size() > event.maxSeatsPerReservation()) {
            return refuse(Refusal.TOO_MANY_SEATS);
        }
        if (command.seats().stream().anyMatch(locked.seatsElsewhere()::contains)
                || command.quotas().stream().anyMatch(this::isElsewhere)) {
            return refuse(Refusal.LOCKED);
        }
        for (var quota : command.quotas()) {
            var limited = limit(quota, command.seats().size());
            if (limited != null) {
                return limited;
            }
        }
        var unknown = command.seats().stream()
                .filter(label -> !seats.containsKey(label))
                .toList();
        if (!unknown.isEmpty()) {
            return new Outcome.Refused(Refusal.UNKNOWN_SEATS, unknown, null);
        }
        var taken = command.seats().stream()
                .filter(label -> !seats.get(label).isFreeAt(now))
                .toList();
        if (!taken.isEmpty()) {
            return new Outcome.Refused(Refusal.SEATS_TAKEN, taken, null);
        }
        var expiresAt = now.plus(ttl);
        command.seats()
                .forEach(label -> seats.computeIfPresent(label, (l, seat) -> seat.held(command.id(), expiresAt)));
        command.quotas()
                .forEach(quota -> quotas.put(
                        quota.subject(),
                        Stream.concat(counting(quota), Stream.of(command.id())).toList()));
        return put(newReservation(command, expiresAt));
    }

    private boolean isElsewhere(Quota quota) {
        return locked.quotas().elsewhere().contains(quota.subject())
                || quotas.getOrDefault(quota.subject(), List.of()).stream().anyMatch(locked.elsewhere()::contains);
    }

    /** Why a buyer may not have so many seats more, or {@code null} if he may. */
    private Outcome limit(Quota quota, int seats) {
        var his = counting(quota).map(reservations::get).toList();
        var has =
                his.stream().mapToInt(reservation -> reservation.seats().size()).sum();
        if (seats > quota.maxSeats() - has) {
            return new Outcome.Limited(quota, null);
        }
        var lapses = his.stream()
                .filter(reservation -> reservation.status() == ReservationStatus.PENDING)
                .map(Reservation::expiresAt)
                .sorted()
                .toList();
        return lapses.size() < quota.maxPending()
                ? null
                : new Outcome.Limited(quota, Duration.between(now, lapses.get(0)));
    }

    /** The reservations that count against a quota. */
    private Stream<ReservationId> counting(Quota quota) {
        return quotas.getOrDefault(quota.subject(), List.of()).stream()
                .filter(id -> reservations.get(id).asOf(now).mayHaveSeats());
    }

    private Reservation newReservation(Command.Reserve command, Instant expiresAt) {
        var reserved = command.seats().stream()
                .map(seats::get)
                .sorted(Comparator.comparingInt(Seat::id))
                .map(seat -> new Reservation.ReservedSeat(seat.id(), seat.label(), seat.price()))
                .toList();
        return new Reservation(
                command.id(),
                ReservationStatus.PENDING,
                reserved,
                reserved.stream().mapToLong(Reservation.ReservedSeat::price).sum(),
                command.email(),
                command.token().hash(),
                now,
                expiresAt,
                null,
                null,
                null);
    }

    private Outcome confirm(Command.Confirm command) {
        var reservation = reservations.get(command.id());
        if (reservation == null) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
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
            // Somebody found it lapsed and took a seat, and then the database's clock was set back.
            return refuse(Refusal.RESERVATION_EXPIRED, reservation);
        }
        reservation.seats().forEach(seat -> seats.computeIfPresent(seat.label(), (l, held) -> held.sold()));
        return put(reservation.confirmed(command.payment(), now));
    }

    private Outcome cancel(Command.Cancel command) {
        var reservation = reservations.get(command.id());
        if (reservation == null || command.token() != null && !reservation.admits(command.token())) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        var refund = command.token() == null;
        return switch (reservation.asOf(now).status()) {
            case PENDING -> end(reservation, ReservationStatus.CANCELLED);
            case CONFIRMED ->
                refund
                        ? end(reservation, ReservationStatus.CANCELLED)
                        : refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
            case CANCELLED -> new Outcome.Done(reservation, false);
            case EXPIRED -> refuse(Refusal.RESERVATION_NOT_PENDING, reservation);
        };
    }

    private Outcome expire(Command.Expire command) {
        var reservation = reservations.get(command.id());
        if (reservation == null) {
            return refuse(Refusal.RESERVATION_NOT_FOUND);
        }
        return reservation.hasLapsedAt(now)
                ? end(reservation, ReservationStatus.EXPIRED)
                : new Outcome.Done(reservation, false);
    }

    /** Frees those of its seats that are still its: after it lapsed, others may have been quicker. */
    private Outcome end(Reservation reservation, ReservationStatus as) {
        for (var reserved : reservation.seats()) {
            seats.computeIfPresent(
                    reserved.label(), (l, seat) -> reservation.id().equals(seat.holder()) ? seat.released() : seat);
        }
        return put(reservation.ended(as, now));
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
        return new Outcome.Refused(reason, List.of(), null);
    }

    private Outcome refuse(Refusal reason, Reservation reservation) {
        return new Outcome.Refused(reason, List.of(), reservation.asOf(now));
    }
}
