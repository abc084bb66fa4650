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
import java.util.stream.Collectors;
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
    private final ReservationId id;
    private final Set<String> opened;
    private final boolean refusesOrphans;
    private final Withholding withholding;
    private final SeatChooser chooser;
    private final Map<Pool, Integer> missingPlaces = new HashMap<>();
    private final List<Chosen> chosen = new ArrayList<>();
    private Optional<Boolean> together = Optional.empty();

    /** A seat for an item of the basket. */
    private record Chosen(Seat seat, Optional<String> priceType, Optional<String> holder) {}

    /**
     * @param id of the reservation for which the best seats are chosen; {@code null} for a basket without these
     * @param opened names of the allocations of which the basket may have seats
     * @param refusesOrphans whether the buyer must not leave single seats
     * @param seats as the commands that were decided so far leave them
     */
    Allotment(
            ReservationId id,
            Basket basket,
            Set<String> opened,
            boolean refusesOrphans,
            Layout layout,
            PriceList prices,
            Map<String, Seat> seats,
            Withholding withholding,
            SeatChooser chooser,
            Decision.Locked locked,
            CodeUse code,
            Instant now) {
        this.id = id;
        this.basket = basket;
        this.opened = opened;
        this.refusesOrphans = refusesOrphans;
        this.chooser = chooser;
        this.layout = layout;
        this.prices = prices;
        this.seats = seats;
        this.withholding = withholding;
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
        return unfit().or(() -> refuse(Refusal.NOT_PRICED, notPriced()))
                .or(() -> refuse(Refusal.SEATS_TAKEN, taken()))
                .or(this::orphans)
                .or(this::choosePlaces)
                .or(this::chooseBest);
    }

    /** Returns why the basket cannot be got, whatever the status of its seats. */
    Optional<Outcome> unfit() {
        return refuse(Refusal.UNKNOWN_SEATS, unknown()).or(() -> refuse(Refusal.SOLD_WHOLE, soldWhole()));
    }

    /** Returns which seats of a basket that is fit are not free. Otherwise {@link #chosen} has all the seats. */
    Optional<Outcome> unavailable() {
        return refuse(Refusal.SEATS_TAKEN, taken()).or(this::choosePlaces);
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
        var unknownParts = basket.best().stream()
                .flatMap(item -> item.sections().stream().sorted())
                .filter(section -> !layout.sections().contains(section));
        return Stream.of(unknownSeats, unknownSections, unknownTables, unknownParts)
                .flatMap(labels -> labels);
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
        var unpricedParts = basket.best().stream()
                .filter(item ->
                        SeatChooser.request(item, layout, prices, code.named()).isEmpty())
                .flatMap(item -> (item.sections().isEmpty() ? layout.sections() : item.sections())
                        .stream().sorted());
        return Stream.of(unpricedSeats, unpricedPlaces, unpricedTables, unpricedParts)
                .flatMap(labels -> labels);
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
        var takenSeats = basket.seats().stream().map(SeatItem::label).filter(label -> !isAvailable(seats.get(label)));
        var takenTables = basket.tables().stream()
                .filter(item -> !seatsOf(table(item)).allMatch(this::isAvailable))
                .map(TableItem::label);
        return Stream.concat(takenSeats, takenTables);
    }

    private boolean isAvailable(Seat seat) {
        return seat.isFreeAt(now) && withholding.isOpen(seat, opened);
    }

    /** Returns those seats of a row that are locked. */
    private Stream<Seat> seatsOf(PlannedRow row) {
        return seats.values().stream().filter(seat -> row.has(seat.id()));
    }

    private Optional<Outcome> orphans() {
        if (!refusesOrphans || basket.seats().isEmpty()) {
            return Optional.empty();
        }
        var ids = basket.seats().stream()
                .map(item -> seats.get(item.label()).id())
                .toList();
        var isUnknown = basket.placedSeats(layout)
                .flatMapToInt(placed -> SeatChooser.neighbors(placed.row(), placed.id()))
                .anyMatch(seat -> !chooser.isLocked(seat));
        if (isUnknown) {
            return Optional.of(new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty()));
        }
        return chooser.orphans(ids)
                .map(orphans -> new Outcome.LeavesOrphans(labels(orphans.seats()), labels(orphans.instead())));
    }

    private List<String> labels(List<Integer> ids) {
        return ids.stream().map(seat -> chooser.seat(seat).label()).toList();
    }

    private Optional<Outcome> chooseBest() {
        if (basket.best().isEmpty()) {
            return Optional.empty();
        }
        var item = basket.best().get();
        var request = SeatChooser.request(item, layout, prices, code.named());
        if (request.isEmpty()) { // the event has places and tables only; otherwise, a section would have no such price
            return Optional.of(new Outcome.SoldOut(Optional.empty(), 0));
        }
        var others = chosen.stream().map(each -> each.seat().id()).collect(Collectors.toSet());
        var choice = chooser.choose(id, request.get(), others);
        if (choice.isEmpty()) {
            return Optional.of(new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty()));
        }
        if (choice.get() instanceof SeatChoice.SoldOut soldOut) {
            return Optional.of(new Outcome.SoldOut(Optional.empty(), soldOut.available()));
        } else if (choice.get() instanceof SeatChoice.NotTogether apart) {
            return Optional.of(new Outcome.NotTogether(apart.largest()));
        }
        var best = (SeatChoice.Chosen) choice.get();
        for (int i = 0; i < item.quantity(); i++) {
            var seat = chooser.seat(best.seats().get(i));
            chosen.add(new Chosen(seat, item.priceTypes().get(i), Optional.empty()));
        }
        together = Optional.of(best.together());
        return Optional.empty();
    }

    /** Returns whether the best seats are beside each other; empty if none were requested. */
    Optional<Boolean> together() {
        return together;
    }

    /** Chooses all seats of the basket, of which the places are free. If there are not enough places, returns why. */
    Optional<Outcome> choosePlaces() {
        for (var item : basket.seats()) {
            chosen.add(new Chosen(seats.get(item.label()), item.priceType(), item.holder()));
        }
        for (var item : basket.tables()) {
            seatsOf(table(item)).forEach(seat -> chosen.add(new Chosen(seat, item.priceType(), Optional.empty())));
        }
        var taken = new HashSet<Integer>();
        for (var item : basket.places()) {
            var places = layout.places(item.section()).orElseThrow();
            var pool = new Pool(item.section(), basket.allocation().flatMap(withholding::id));
            var free = seatsOf(places)
                    .filter(seat -> isFreeIn(pool, seat) && !taken.contains(seat.id()))
                    .limit(item.quantity())
                    .toList();
            if (free.size() < item.quantity()) {
                return Optional.of(tooFew(pool, places, item.quantity() - free.size()));
            }
            for (var seat : free) {
                taken.add(seat.id());
                chosen.add(new Chosen(seat, item.priceType(), Optional.empty()));
            }
        }
        return Optional.empty();
    }

    private boolean isFreeIn(Pool pool, Seat place) {
        return place.isFreeAt(now) && pool.has(place);
    }

    /** Returns that a section is sold out if this is certain: that it has fewer free places than the basket needs altogether. */
    private Outcome tooFew(Pool pool, PlannedRow places, int missing) {
        var free = locked.freePlaces().get(pool);
        if (free != null) {
            var left =
                    free + seatsOf(places).mapToInt(place -> freed(pool, place)).sum();
            var wanted = basket.places().stream()
                    .filter(item -> item.section().equals(places.section()))
                    .mapToInt(PlacesItem::quantity)
                    .sum();
            if (left < wanted) {
                return new Outcome.SoldOut(Optional.of(places.section()), Math.max(left, 0));
            }
        }
        missingPlaces.merge(pool, missing, Integer::sum);
        return new Outcome.Refused(Refusal.LOCKED, List.of(), Optional.empty());
    }

    /** Returns 1 if the commands that were decided so far have added a free place to a pool, -1 if they have removed it. */
    private int freed(Pool pool, Seat place) {
        var before = locked.seats().get(place.label());
        return (isFreeIn(pool, place) ? 1 : 0) - (isFreeIn(pool, before) ? 1 : 0);
    }

    /** Returns how many more places must be locked before it is certain whether there are enough. */
    Map<Pool, Integer> missingPlaces() {
        return missingPlaces;
    }

    /** Returns the seats, in any order. */
    List<Seat> chosen() {
        return chosen.stream().map(Chosen::seat).toList();
    }

    /** Returns the seats with their prices, in the order of the plan. */
    List<ReservedSeat> seats() {
        return chosen.stream()
                .map(this::priced)
                .sorted(Comparator.comparingInt(ReservedSeat::seatId))
                .toList();
    }

    private ReservedSeat priced(Chosen each) {
        var seat = each.seat();
        var type = type(each.priceType());
        var price = prices.price(seat.section(), type).orElseThrow();
        return new ReservedSeat(
                seat.id(),
                seat.label(),
                seat.section(),
                type,
                price,
                code.discount(seat.section(), type, price),
                each.holder());
    }
}
