package seatlock.inventory;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** The seats that are withheld for somebody, while commands are decided. A part of {@link Decision}. */
final class Withholding {

    private final Allocations locked;
    private final Map<String, Allocation> byName;
    private final Map<String, Seat> seats;
    private final Instant now;

    /** @param seats as the commands that were decided so far leave them; this changes some */
    Withholding(Allocations locked, Map<String, Seat> seats, Instant now) {
        this.locked = locked;
        this.byName = new HashMap<>(locked.byName());
        this.seats = seats;
        this.now = now;
    }

    /** Returns the allocations as they must be written. */
    Map<String, Allocation> byName() {
        return byName;
    }

    /** Returns a refusal if an allocation does not exist, or if it is unknown what it has. */
    Optional<Outcome> check(String name) {
        if (locked.lockedByOthers().contains(name)) {
            return Optional.of(refuse(Refusal.LOCKED));
        }
        return byName.containsKey(name) ? Optional.empty() : Optional.of(refuse(Refusal.ALLOCATION_NOT_FOUND));
    }

    private static Outcome refuse(Refusal reason) {
        return new Outcome.Refused(reason, List.of(), Optional.empty());
    }

    /** Returns the id of an allocation; empty if it does not exist. */
    Optional<UUID> id(String name) {
        return Optional.ofNullable(byName.get(name)).map(Allocation::id);
    }

    /** Returns whether somebody for whom these allocations are open may reserve a seat. Only this method decides it. */
    boolean isOpen(Seat seat, Set<String> opened) {
        return seat.allocation() == null
                || opened.stream().anyMatch(name -> id(name).equals(Optional.of(seat.allocation())));
    }

    /** @param allotment for which the allocation is open */
    Outcome withhold(Command.Withhold command, Allotment allotment) {
        if (allotment.isLockedByOthers() || locked.lockedByOthers().contains(command.name())) {
            return refuse(Refusal.LOCKED);
        }
        return allotment.unfit().or(allotment::unavailable).orElseGet(() -> withhold(command, allotment.chosen()));
    }

    private Outcome withhold(Command.Withhold command, List<Seat> free) {
        byName.merge(
                command.name(),
                new Allocation(command.id(), command.name(), command.reason(), now),
                (known, created) -> known.withReason(created.reason().or(known::reason)));
        var id = byName.get(command.name()).id();
        // A hold that has lapsed ends, so that it cannot come to life again if the clock is set back.
        return change(
                command.name(),
                free.stream()
                        .filter(seat -> seat.allocation() == null)
                        .map(seat -> seat.released().withheldFor(id))
                        .toList());
    }

    /** @param allotment for which the allocation is open */
    Outcome release(String name, Allotment allotment) {
        return check(name)
                .or(() -> allotment.isLockedByOthers() ? Optional.of(refuse(Refusal.LOCKED)) : Optional.empty())
                .or(allotment::unfit)
                .or(allotment::choosePlaces)
                .orElseGet(() -> release(name, allotment.chosen()));
    }

    Outcome releaseAll(String name) {
        return check(name).orElseGet(() -> release(name, seats.values()));
    }

    private Outcome release(String name, Collection<Seat> chosen) {
        var id = byName.get(name).id();
        return change(
                name,
                chosen.stream()
                        .filter(seat -> id.equals(seat.allocation()))
                        .map(seat -> seat.withheldFor(null))
                        .toList());
    }

    private Outcome change(String name, List<Seat> changed) {
        var sections = new TreeMap<String, Integer>();
        for (var seat : changed) {
            seats.put(seat.label(), seat);
            sections.merge(seat.section(), 1, Integer::sum);
        }
        return new Outcome.Allocated(name, sections);
    }
}
