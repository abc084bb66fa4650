package seatlock.inventory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import seatlock.catalog.Layout;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.inventory.Reservation.ReservedSeat;

/** The seats of a reservation that are released while it keeps others, or why none is. A part of {@link Decision}. */
final class PartialCancel {

    private final Command.CancelSeats command;
    private final Reservation reservation;
    private final Layout layout;
    private final Map<String, Seat> seats;
    private final Set<Integer> used;
    private final List<ReservedSeat> released;

    /**
     * @param reservation in its actual state
     * @param seats as the commands that were decided so far leave them
     * @param used ids of the seats that must not be released, because their tickets were used
     */
    PartialCancel(
            Command.CancelSeats command,
            Reservation reservation,
            Layout layout,
            Map<String, Seat> seats,
            Set<Integer> used) {
        this.command = command;
        this.reservation = reservation;
        this.layout = layout;
        this.seats = seats;
        this.used = used;
        this.released = reservation.seats().stream().filter(this::isNamed).toList();
    }

    private boolean isNamed(ReservedSeat seat) {
        return command.seats().contains(seat.label());
    }

    /** Returns why nothing is released. */
    Optional<Outcome> refusal() {
        return switch (reservation.status()) {
            case PENDING, EXPIRED ->
                Optional.of(
                        new Outcome.Refused(Refusal.RESERVATION_NOT_CONFIRMED, List.of(), Optional.of(reservation)));
            case CANCELLED -> refuse(Refusal.NOT_OF_THE_RESERVATION, unknown());
            case CONFIRMED ->
                awaitingCapture()
                        .or(() -> refuse(Refusal.NOT_OF_THE_RESERVATION, unknown()))
                        .or(() -> refuse(Refusal.TABLE_DIVIDED, released(this::isOfDividedTable)))
                        .or(() -> refuse(Refusal.TICKETS_USED, released(seat -> used.contains(seat.seatId()))));
        };
    }

    private Optional<Outcome> awaitingCapture() {
        return reservation.awaitsCapture()
                ? Optional.of(new Outcome.Refused(Refusal.PAYMENT_NOT_CAPTURED, List.of(), Optional.of(reservation)))
                : Optional.empty();
    }

    private Optional<Outcome> refuse(Refusal reason, Stream<String> labels) {
        var found = labels.toList();
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(new Outcome.Refused(reason, found, Optional.of(reservation)));
    }

    private Stream<String> unknown() {
        return command.seats().stream()
                .filter(label -> reservation.allSeats().stream()
                        .noneMatch(seat -> seat.label().equals(label)))
                .sorted();
    }

    private Stream<String> released(Predicate<ReservedSeat> which) {
        return released.stream().filter(which).map(ReservedSeat::label);
    }

    /** Returns whether a seat is of a table of which the reservation would keep some seats. */
    private boolean isOfDividedTable(ReservedSeat reserved) {
        var seat = seats.get(reserved.label());
        return layout.sold(seat.section(), seat.row()) == Sold.WHOLE
                && reservation.seats().stream()
                        .filter(other -> !isNamed(other))
                        .map(other -> seats.get(other.label()))
                        .anyMatch(other -> other.section().equals(seat.section())
                                && other.row().equals(seat.row()));
    }

    /** Returns whether all these seats were released before. */
    boolean isAlreadyDone() {
        return reservation.status() == ReservationStatus.CANCELLED || released.isEmpty();
    }

    /** Returns whether the reservation would have no seats left. */
    boolean isWhole() {
        return released.size() == reservation.seats().size();
    }

    /** Returns the seats to release, in the order of the seat plan. */
    List<ReservedSeat> seats() {
        return released;
    }
}
