package seatlock.inventory;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The seats that are sold singly, and which of them are free as far as this node knows. Seats are chosen among these, but locked
 * before a buyer gets them.
 *
 * @param free ids of the seats that were free when this node looked or decided last
 * @param isCurrent whether it has looked after all other rows were locked; seats that other transactions have locked count as free
 * @param likely what was chosen before the locks, by the reservation
 * @param lockedByOthers ids of seats that other transactions have locked
 */
record SeatPool(
        Hall hall,
        BitSet free,
        boolean isCurrent,
        Map<ReservationId, SeatChoice.Chosen> likely,
        BitSet lockedByOthers) {

    /** For commands that choose no seats. */
    static final SeatPool NONE = new SeatPool(null, new BitSet(), false, Map.of(), new BitSet());

    /** Returns the same seats after this node has looked again. */
    SeatPool current(BitSet otherFree) {
        return new SeatPool(hall, otherFree, true, likely, lockedByOthers);
    }

    /**
     * Returns the same seats after some were to be locked, of which other transactions have locked those that were not.
     *
     * @param named ids of the seats that were to be locked
     */
    SeatPool withLockedByOthers(List<Integer> named, Collection<Seat> locked) {
        var others = (BitSet) lockedByOthers.clone();
        named.forEach(others::set);
        locked.forEach(seat -> others.clear(seat.id()));
        return new SeatPool(hall, free, isCurrent, likely, others);
    }
}
