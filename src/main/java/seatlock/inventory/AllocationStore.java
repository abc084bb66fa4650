package seatlock.inventory;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.catalog.Layout;
import seatlock.catalog.SeatPlan.PlannedRow;
import seatlock.catalog.SeatPlan.Sold;
import seatlock.db.Row;
import seatlock.db.Tx;

/** Reads allocations, and writes what a decision has changed about them. Nothing here locks a row before it is written. */
public final class AllocationStore {

    private AllocationStore() {}

    /** Reads the allocations that commands name; without a round trip if there are none. */
    static Allocations read(Tx tx, EventId event, List<Command> commands) throws SQLException {
        var names = commands.stream().flatMap(Command::allocations).collect(toSet());
        if (names.isEmpty()) {
            return Allocations.NONE;
        }
        var byName = tx.query("""
                        SELECT allocation_id, name, reason, created_at
                          FROM allocations
                         WHERE event_id = ?
                           AND name = ANY (?)
                        """, AllocationStore::allocation, event.value(), names.toArray(String[]::new)).stream()
                .collect(toMap(Allocation::name, Function.identity()));
        var seatIds = new HashMap<String, Set<Integer>>();
        for (var release : Command.select(commands, Command.Release.class)) {
            var allocation = byName.get(release.name());
            if (release.basket().isEmpty() && allocation != null && !seatIds.containsKey(release.name())) {
                seatIds.put(release.name(), seatIds(tx, event, allocation));
            }
        }
        return new Allocations(byName, seatIds, Set.of());
    }

    private static Allocation allocation(Row row) throws SQLException {
        return new Allocation(
                row.uuid("allocation_id"),
                row.text("name"),
                Optional.ofNullable(row.text("reason")),
                row.instant("created_at"));
    }

    private static Set<Integer> seatIds(Tx tx, EventId event, Allocation allocation) throws SQLException {
        return Set.copyOf(tx.query(
                "SELECT seat_id FROM seats WHERE event_id = ? AND allocation_id = ?",
                row -> row.integer("seat_id"),
                event.value(),
                allocation.id()));
    }

    /**
     * Returns ids of places of an allocation that are likely to be free; fewer if there are not as many.
     *
     * @param except ids of places that are not needed
     */
    static List<Integer> freePlaces(
            Tx tx, EventId event, UUID allocation, PlannedRow places, int count, Set<Integer> except)
            throws SQLException {
        var found = tx.query(
                """
                SELECT seat_id
                  FROM seats
                 WHERE event_id = ?
                   AND allocation_id = ?
                   AND seat_id BETWEEN ? AND ?
                   AND (status = 'AVAILABLE' OR held_until <= clock_timestamp())
                 ORDER BY seat_id
                 LIMIT ?
                """,
                row -> row.integer("seat_id"),
                event.value(),
                allocation,
                places.firstSeatId(),
                places.lastSeatId(),
                count + except.size());
        return found.stream().filter(id -> !except.contains(id)).limit(count).toList();
    }

    /** Counts the places of an allocation that are free now. */
    static int countFree(Tx tx, EventId event, UUID allocation, PlannedRow places) throws SQLException {
        return tx.query(
                        """
                        SELECT count(*)::int AS n
                          FROM seats
                         WHERE event_id = ?
                           AND allocation_id = ?
                           AND seat_id BETWEEN ? AND ?
                           AND (status = 'AVAILABLE' OR held_until <= clock_timestamp())
                        """,
                        row -> row.integer("n"),
                        event.value(),
                        allocation,
                        places.firstSeatId(),
                        places.lastSeatId())
                .get(0);
    }

    /**
     * Writes what a decision has changed. If another transaction has created one of the allocations in the meantime, the unique
     * index stops this one, and it is retried and finds it.
     */
    static void write(Tx tx, EventId event, Decision.Locked locked, Decision decision) {
        var before = locked.facts().allocations().byName();
        var names = decision.allocations().keySet().stream().sorted().toList();
        for (var name : names) {
            var allocation = decision.allocations().get(name);
            if (!before.containsKey(name)) {
                tx.updateExactly(
                        1,
                        """
                        INSERT INTO allocations (event_id, allocation_id, name, reason, created_at)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                        event.value(),
                        allocation.id(),
                        name,
                        allocation.reason().orElse(null),
                        allocation.createdAt());
            } else if (!allocation.equals(before.get(name))) {
                tx.updateExactly(
                        1,
                        "UPDATE allocations SET reason = ? WHERE event_id = ? AND allocation_id = ?",
                        allocation.reason().orElse(null),
                        event.value(),
                        allocation.id());
            }
        }
        var moved = decision.seats().values().stream()
                .filter(seat -> !Objects.equals(
                        seat.allocation(), locked.seats().get(seat.label()).allocation()))
                .toList();
        if (!moved.isEmpty()) {
            tx.updateExactly(
                    moved.size(),
                    """
                    INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status, reservation_id,
                                       held_until, allocation_id)
                    SELECT existing.event_id, line.seat_id, existing.label, existing.section, existing.row_name,
                           existing.seat_number, existing.status, existing.reservation_id, existing.held_until,
                           line.allocation_id
                      FROM unnest(?, ?) AS line (seat_id, allocation_id)
                     CROSS JOIN LATERAL (SELECT * FROM seats WHERE event_id = ? AND seat_id = line.seat_id
                                         OFFSET 0) AS existing
                    ON CONFLICT (event_id, seat_id) DO UPDATE
                       SET allocation_id = excluded.allocation_id
                    """,
                    moved.stream().map(Seat::id).toArray(Integer[]::new),
                    moved.stream().map(Seat::allocation).toArray(UUID[]::new),
                    event.value());
        }
    }

    /**
     * The seats of a section that an allocation has.
     *
     * @param capacity number of seats that are withheld, whatever their status
     * @param available how many of them are neither held nor sold
     * @param seats labels of the seats in the order of the plan; none for places, which nobody chooses
     */
    public record Part(String section, long capacity, long available, List<String> seats) {}

    /** An allocation with all that it has. @param parts in the order of the seat plan */
    public record Listed(String name, Optional<String> reason, Instant createdAt, List<Part> parts) {}

    /**
     * Lists the allocations of an event by name.
     *
     * @param after name of the last one of the previous page; empty to begin with the first
     */
    public static List<Listed> list(Tx tx, EventId event, Layout layout, String after, int limit) throws SQLException {
        var allocations = tx.query("""
                SELECT allocation_id, name, reason, created_at
                  FROM allocations
                 WHERE event_id = ?
                   AND name > ?
                 ORDER BY name
                 LIMIT ?
                """, AllocationStore::allocation, event.value(), after, limit);
        if (allocations.isEmpty()) {
            return List.of();
        }
        record Line(UUID allocation, Part part) {}
        var lines = tx.query(
                """
                SELECT allocation_id, section, count(*) AS capacity,
                       count(*) FILTER (WHERE status = 'AVAILABLE' OR held_until <= statement_timestamp()) AS available,
                       string_agg(label, E'\\n' ORDER BY seat_id) FILTER (WHERE section <> ALL (?)) AS labels
                  FROM seats
                 WHERE event_id = ?
                   AND allocation_id = ANY (?)
                 GROUP BY allocation_id, section
                 ORDER BY min(seat_id)
                """,
                row -> new Line(
                        row.uuid("allocation_id"),
                        new Part(
                                row.text("section"),
                                row.bigint("capacity"),
                                row.bigint("available"),
                                labels(row.text("labels")))),
                layout.rows().stream()
                        .filter(row -> row.row().sold() == Sold.AS_PLACES)
                        .map(PlannedRow::section)
                        .toArray(String[]::new),
                event.value(),
                allocations.stream().map(Allocation::id).toArray(UUID[]::new));
        return allocations.stream()
                .map(each -> new Listed(
                        each.name(),
                        each.reason(),
                        each.createdAt(),
                        lines.stream()
                                .filter(line -> line.allocation().equals(each.id()))
                                .map(Line::part)
                                .toList()))
                .toList();
    }

    private static List<String> labels(String joined) {
        return joined == null ? List.of() : Stream.of(joined.split("\n")).toList();
    }
}
