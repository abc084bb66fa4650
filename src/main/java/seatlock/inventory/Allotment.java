package seatlock.inventory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.inventory.Basket.PlacesItem;
import seatlock.inventory.Basket.SeatItem;
import seatlock.inventory.Basket.TableItem;
import seatlock.inventory.Reservation.ReservedSeat;

/** The seats that a basket gets, with their prices, or why it gets none. A part of {@link Decision}. */
final class Allotment {

    private final Basket basket;
    private final Layout layout;
    private final PriceList prices;
    private final Map<String, Seat> seats;
    private final Decision.Locked locked;
    private final CodeUse code;
    private final Instant now;
    private final Map<String, Integer> missingPlaces = new HashMap<>();
    private final List<ReservedSeat> allotted = new ArrayList<>();

    /** @param seats as the commands that were decided so far leave them */
    Allotment(
            Basket basket,
            Layout layout,
            PriceList prices,
            Map<String, Seat> seats,
            Decision.Locked locked,
            CodeUse code,
            Instant now) {
        this.basket = basket;
        this.layout = layout;
        this.prices = prices;
        this.seats = seats;
        this.locked = locked;
        this.code = code;
        this.now = now;
    }

    /** Returns whether the state of one of the seats that the buyer has chosen is unknown. */
    boolean isLockedByOthers() {
        return basket.seats().stream()
                        .anyMatch(item -> locked.seatsLockedByOthers().contains(item.label()))
                || basket.tables().stream()
                        .flatMap(item -> layout.table(item.label()).stream())
                        .anyMatch(table -> locked.seatsLockedByOthers().stream()
                                .anyMatch(label -> label.startsWith(table.label() + "-")));
    }

    /** Returns why the buyer gets nothing. Otherwise {@link #seats} has all the seats. */
    Optional<Outcome> refusal() {
        return refuse(Refusal.UNKNOWN_SEATS, unknown())
                .or(() -> refuse(Refusal.SOLD_WHOLE, soldWhole()))
                .or(() -> refuse(Refusal.NOT_PRICED, notPriced()))
                .or(() -> refuse(Refusal.SEATS_TAKEN, taken()))
                .or(this::choosePlaces);
    }

    private static Optional<Outcome> refuse(Refusal reason, Stream<String> labels) {
        var found = labels.toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(new Outcome.Refused(reason, found, Optional.empty()));
    }

    private Stream<String> unknown() {
        var unknownSeats = basket.seats().stream()
                .map(SeatItem::label)
                .filter(label -> !seats.containsKey(label) || sold(seats.get(label)) == Sold.AS_PLACES);
        var unknownSections = basket.places().stream()
                .map(PlacesItem::section)
                .filter(section -> layout.places(section).isEmpty());
        var unknownTables = basket.tables().stream()
                .map(TableItem::label)
                .filter(label -> layout.table(label).isEmpty());
        return Stream.of(unknownSeats, unknownSections, unknownTables).flatMap(labels -> labels);
    }

    private Sold sold(Seat seat) {
        return layout.sold(seat.section(), seat.row());
    }

    private Stream<String> soldWhole() {
        return basket.seats().stream().map(SeatItem::label).filter(label -> sold(seats.get(label)) == Sold.WHOLE);
    }

    private Stream<String> notPriced() {
        var unpricedSeats = basket.seats().stream()
                .filter(item -> !isPriced(seats.get(item.label()).section(), item.priceType()))
                .map(SeatItem::label);
        var unpricedPlaces = basket.places().stream()
                .filter(item -> !isPriced(item.section(), item.priceType()))
                .map(PlacesItem::section);
        var unpricedTables = basket.tables().stream()
                .filter(item -> !isPriced(table(item).section(), item.priceType()))
                .map(TableItem::label);
        return Stream.of(unpricedSeats, unpricedPlaces, unpricedTables).flatMap(labels -> labels);
    }

    private boolean isPriced(String section, Optional<String> priceType) {
        return prices.price(section, type(priceType)).isPresent();
    }

    private String type(Optional<String> priceType) {
        return priceType.orElse(prices.tariff().first().id());
    }

    private PlannedRow table(TableItem item) {
        return layout.table(item.label()).orElseThrow();
    }

    private Stream<String> taken() {
        var takenSeats = basket.seats().stream()
                .map(SeatItem::label)
                .filter(label -> !seats.get(label).isFreeAt(now));
        var takenTables = basket.tables().stream()
                .filter(item -> seatsOf(table(item)).anyMatch(seat -> !seat.isFreeAt(now)))
                .map(TableItem::label);
        return Stream.concat(takenSeats, takenTables);
    }

    /** Returns those seats of a row that are locked. */
    private Stream<Seat> seatsOf(PlannedRow row) {
        return seats.values().stream().filter(seat -> row.has(seat.id()));
    }

    /** Chooses all seats of the basket. If there are not enough places, returns why, and chooses none. */
    private Optional<Outcome> choosePlaces() {
        for (var item : basket.seats()) {
            allot(seats.get(item.label()), item.priceType(), item.holder());
        }
        for (var item : basket.tables()) {
            seatsOf(table(item)).forEach(seat -> allot(seat, item.priceType(), Optional.empty()));
        }
        var chosen = new HashSet<Integer>();
        for (var item : basket.places()) {
            var places = layout.places(item.section()).orElseThrow();
            var free = seatsOf(places)
                    .filter(seat -> seat.isFreeAt(now) && !chosen.contains(seat.id()))
                    .limit(item.quantity())
                    .toList();
            if (free.size() < item.quantity()) {
                return Optional.of(tooFew(places, chosen, item.quantity(), free.size()));
            }
            for (var seat : free) {
                chosen.add(seat.id());
                allot(seat, item.priceType(), Optional.empty());
            }
        }
        return Optional.empty();
    }

    /** Returns that a section is sold out if this is certain. */
    private Outcome tooFew(PlannedRow places, Set<Integer> chosen, int quantity, int found) {
        var free = locked.freePlaces().get(places.section());
        if (free != null) {
            var left = free
                    + seatsOf(places).mapToInt(this::freed).sum()
                    - chosen.stream().filter(places::has).count();
            if (left < quantity) {
                return new Outcome.SoldOut(places.section(), Math.max(left, 0));
            }
        }
        missingPlaces.merge(places.section(), quantity - found, Integer::sum);
        return new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty());
    }

    /** Returns 1 if the commands that were decided so far have freed a seat, -1 if they have taken it. */
    private int freed(Seat seat) {
        var before = locked.seats().get(seat.label());
        return (seat.isFreeAt(now) ? 1 : 0) - (before.isFreeAt(now) ? 1 : 0);
    }

    private void allot(Seat seat, Optional<String> priceType, Optional<String> holder) {
        var type = type(priceType);
        var price = prices.price(seat.section(), type).orElseThrow();
        var discount = code.discount(seat.section(), type, price);
        allotted.add(new ReservedSeat(seat.id(), seat.label(), type, price, discount, holder));
    }

    /** Returns how many more places of sections must be locked before it is certain whether there are enough. */
    Map<String, Integer> missingPlaces() {
        return missingPlaces;
    }

    /** Returns the seats in the order of the plan. */
    List<ReservedSeat> seats() {
        return allotted.stream()
                .sorted(Comparator.comparingInt(ReservedSeat::seatId))
                .toList();
    }
}
