package seatlock.inventory;

import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import seatlock.catalog.Code;
import seatlock.catalog.Layout;
import seatlock.catalog.PriceList;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.inventory.Basket.BestItem;

/** Chooses the best seats while commands are decided. A part of {@link Decision}. */
final class SeatChooser {

    /** How many seats on each side of a chosen one can decide whether it leaves a single seat, and which to choose instead. */
    static final int NEIGHBORS = 4;

    private final SeatPool pool;
    private final Map<String, Seat> seats;
    private final Instant now;
    private final Map<Integer, String> lockedLabels = new HashMap<>();
    private final BitSet wanted = new BitSet();
    private boolean isOutdated;

    /** @param seats as the commands that were decided so far leave them */
    SeatChooser(SeatPool pool, Map<String, Seat> seats, Instant now) {
        this.pool = pool;
        this.seats = seats;
        this.now = now;
        if (pool.hall() != null) {
            seats.values().forEach(seat -> lockedLabels.put(seat.id(), seat.label()));
        }
    }

    /**
     * Returns the request for the best seats of those sections that have all prices which an item names. If it names no sections,
     * those of the buyer's code are meant, if it is for some only.
     *
     * @return empty if there is no such section
     */
    static Optional<BestSeats.Request> request(BestItem item, Layout layout, PriceList prices, Optional<Code> code) {
        var types = item.priceTypes().stream()
                .map(type -> type.orElse(prices.tariff().first().id()))
                .distinct()
                .toList();
        var all = layout.sections();
        var ofCode = new HashSet<>(code.map(Code::sections).orElse(Set.of()));
        ofCode.retainAll(all);
        var named = item.sections().isEmpty() ? ofCode : item.sections();
        var priced = all.stream()
                .filter(section -> named.isEmpty() || named.contains(section))
                .filter(section -> types.stream()
                        .allMatch(type -> prices.price(section, type).isPresent()))
                .toList();
        if (priced.isEmpty()) {
            return Optional.empty();
        }
        // No sections means all of them, which is the fastest.
        Set<String> sections = priced.size() == all.size() ? Set.of() : Set.copyOf(priced);
        var together = item.isApartAllowed() ? BestSeats.Together.PREFERRED : BestSeats.Together.REQUIRED;
        return Optional.of(new BestSeats.Request(item.quantity(), sections, together, item.accessible()));
    }

    /** Returns a locked seat. */
    Seat seat(int id) {
        return seats.get(lockedLabels.get(id));
    }

    private boolean isFree(int id) {
        var label = lockedLabels.get(id);
        return label != null && seats.get(label).isForSaleAt(now);
    }

    /**
     * Chooses the best seats for everybody, all of which are locked and free.
     *
     * @param except ids of seats that the same basket has otherwise
     * @return empty if more has to be read or locked before this can be decided
     */
    Optional<SeatChoice> choose(ReservationId id, BestSeats.Request request, Set<Integer> except) {
        var likely = pool.likely().get(id);
        if (likely != null && likely.seats().stream().allMatch(seat -> isFree(seat) && !except.contains(seat))) {
            return Optional.of(likely);
        }
        if (!pool.isCurrent()) {
            isOutdated = true;
            return Optional.empty();
        }
        var free = free(except);
        var lockedByOthers = (BitSet) free.clone();
        lockedByOthers.and(pool.lockedByOthers());
        free.andNot(lockedByOthers);
        var choice = BestSeats.choose(pool.hall(), free, request);
        if (choice instanceof SeatChoice.Chosen chosen) {
            if (chosen.seats().stream().allMatch(lockedLabels::containsKey)) {
                return Optional.of(chosen);
            }
            chosen.seats().forEach(wanted::set);
            return Optional.empty();
        }
        free.or(lockedByOthers);
        var isCertain = wanted.isEmpty()
                && (lockedByOthers.isEmpty()
                        || !(BestSeats.choose(pool.hall(), free, request) instanceof SeatChoice.Chosen));
        return isCertain ? Optional.of(choice) : Optional.empty();
    }

    private BitSet free(Set<Integer> except) {
        var free = (BitSet) pool.free().clone();
        lockedLabels.forEach((id, label) -> free.set(id, seats.get(label).isForSaleAt(now)));
        free.andNot(wanted);
        except.forEach(free::clear);
        return free;
    }

    /**
     * Finds single seats that the choice of a buyer would leave.
     *
     * @param chosen locked and free
     */
    Optional<Orphans> orphans(List<Integer> chosen) {
        var free = new BitSet();
        lockedLabels.keySet().stream().filter(this::isFree).forEach(free::set);
        chosen.forEach(free::set); // of which some may be withheld for the buyer
        return Orphans.of(pool.hall(), free, chosen);
    }

    /** Returns the ids of the seats of a row whose state decides whether a choice leaves a single one. */
    static IntStream neighbors(PlannedRow row, int chosen) {
        return IntStream.rangeClosed(
                Math.max(row.firstSeatId(), chosen - NEIGHBORS), Math.min(row.lastSeatId(), chosen + NEIGHBORS));
    }

    boolean isLocked(int id) {
        return lockedLabels.containsKey(id);
    }

    /** Returns whether this node has to look again which seats are free. */
    boolean isOutdated() {
        return isOutdated;
    }

    /** Returns the ids of seats that must be locked before buyers can get them. */
    BitSet wanted() {
        return wanted;
    }
}
