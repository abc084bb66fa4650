package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import seatlock.catalog.Layout;
import seatlock.inventory.Reservation.ReservedSeat;

/**
 * The seats that the successor of a lapsed reservation gets: the same ones, but of places as many as before in the same section, because
 * nobody has chosen one. A part of {@link Decision}.
 */
final class SeatsAgain {

    private final Layout layout;
    private final Function<Basket, Allotment> allotments;

    /** @param allotments judge a basket of places that are for everybody */
    SeatsAgain(Layout layout, Function<Basket, Allotment> allotments) {
        this.layout = layout;
        this.allotments = allotments;
    }

    /**
     * The result.
     *
     * @param seats in the order of the seat plan; none if they are not free
     * @param lacking what has to be locked before it is certain whether there are enough places
     */
    record Found(List<ReservedSeat> seats, Optional<Allotment> lacking) {}

    /** @param taken labels of the seats that others have now */
    Found find(Reservation lapsed, List<String> taken) {
        if (taken.isEmpty()) {
            return new Found(lapsed.seats(), Optional.empty());
        }
        var places = lapsed.seats().stream().filter(this::isPlace).toList();
        var arePlaces = places.stream().map(ReservedSeat::label).toList().containsAll(taken);
        if (!arePlaces) {
            return new Found(List.of(), Optional.empty());
        }
        var items = places.stream().collect(groupingBy(ReservedSeat::section)).entrySet().stream()
                .map(section -> new Basket.PlacesItem(
                        section.getKey(), section.getValue().size(), Optional.empty()))
                .toList();
        var allotment = allotments.apply(new Basket(List.of(), items, List.of(), Optional.empty()));
        var refusal = allotment.choosePlaces();
        if (refusal.isPresent()) {
            return new Found(
                    List.of(), allotment.missingPlaces().isEmpty() ? Optional.empty() : Optional.of(allotment));
        }
        return new Found(withOthers(lapsed, allotment.chosen()), Optional.empty());
    }

    private boolean isPlace(ReservedSeat seat) {
        return layout.places(seat.section())
                .filter(row -> row.has(seat.seatId()))
                .isPresent();
    }

    /** Returns the seats of the reservation with other places, each at the price of the one that it replaces. */
    private List<ReservedSeat> withOthers(Reservation lapsed, List<Seat> chosen) {
        var free = new ArrayList<>(chosen);
        var seats = new ArrayList<ReservedSeat>();
        for (var reserved : lapsed.seats()) {
            if (!isPlace(reserved)) {
                seats.add(reserved);
                continue;
            }
            var next = free.stream()
                    .filter(seat -> seat.section().equals(reserved.section()))
                    .findFirst()
                    .orElseThrow();
            free.remove(next);
            seats.add(new ReservedSeat(
                    next.id(),
                    next.label(),
                    reserved.section(),
                    reserved.priceType(),
                    reserved.price(),
                    reserved.discount(),
                    reserved.holder()));
        }
        seats.sort(Comparator.comparingInt(ReservedSeat::seatId));
        return seats;
    }
}
