package seatlock.inventory;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The allocations that commands name. They are not locked: an allocation is never deleted or renamed, and what it has is guarded by
 * the locks of the seats.
 *
 * @param byName as far as they exist
 * @param seatIds the seats of those allocations that are released as a whole, by the name
 * @param lockedByOthers names of allocations of which other transactions have locked seats that are needed
 */
record Allocations(Map<String, Allocation> byName, Map<String, Set<Integer>> seatIds, Set<String> lockedByOthers) {

    static final Allocations NONE = new Allocations(Map.of(), Map.of(), Set.of());

    /** Returns the same, knowing which seats could be locked. */
    Allocations locked(Collection<Seat> locked) {
        if (seatIds.isEmpty()) {
            return this;
        }
        var ids = locked.stream().map(Seat::id).collect(Collectors.toSet());
        Predicate<String> isLockedByOthers = name -> !ids.containsAll(seatIds.get(name));
        var others = seatIds.keySet().stream().filter(isLockedByOthers).collect(Collectors.toSet());
        return new Allocations(byName, seatIds, others);
    }
}
