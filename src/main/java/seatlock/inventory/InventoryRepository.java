package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Row;
import seatlock.db.Tx;

/** The SQL behind {@link Inventory}. The methods that lock are called {@code lock…}; no other statement waits. */
final class InventoryRepository {

    private static final String RESERVATION_COLUMNS = """
            SELECT reservation_id, status, email, token_hash, total, created_at, expires_at, confirmed_at, ended_at,
                   payment_reference, amount_paid
              FROM reservations
            """;

    private static final String SEAT_COLUMNS =
            "SELECT seat_id, label, section, row_name, seat_number, price, status, reservation_id, held_until FROM seats ";

    /** What is locked, and the database's clock once it was. */
    record Held(Decision.Locked locked, Instant now) {}

    /** Locks all that the commands need, in the lock order. */
    Held lock(Tx tx, Event event, List<Command> commands, Inventory.Locking locking) throws SQLException {
        if (locking == Inventory.Locking.SKIP && !lockEvent(tx, event.id())) {
            return nothing(tx, commands);
        }
        var quotas = lockQuotas(tx, event.id(), commands, locking);
        var named = commands.stream()
                .filter(command -> !(command instanceof Command.Reserve))
                .map(Command::id)
                .collect(toSet());
        var ids = new HashSet<>(named);
        quotas.reservations().values().forEach(ids::addAll);
        var reservations = lockReservations(tx, event.id(), ids, locking);
        var wanted = wanted(event, commands);
        var theirs = theirs(named.stream().map(reservations::get).filter(Objects::nonNull));
        var seats = lockSeats(tx, event.id(), wanted, theirs, locking);
        var byLabel = new HashMap<String, Seat>();
        seats.rows().forEach(seat -> byLabel.put(seat.label(), seat));

        Set<ReservationId> elsewhere = Set.of();
        Set<String> seatsElsewhere = Set.of();
        if (locking == Inventory.Locking.SKIP) {
            elsewhere = skipped(tx, event.id(), ids, reservations.keySet());
            seatsElsewhere = skippedSeats(tx, event.id(), wanted, theirs, byLabel.keySet());
        }
        return new Held(new Decision.Locked(reservations, byLabel, elsewhere, seatsElsewhere, quotas), seats.now());
    }

    /**
     * The lock that the foreign key of a new reservation takes on its event, to know beforehand whether it is to be had:
     * nobody locks more of an event than that, except somebody outside.
     */
    private static boolean lockEvent(Tx tx, EventId event) throws SQLException {
        return !tx.query(
                        "SELECT event_id FROM events WHERE event_id = ? FOR KEY SHARE SKIP LOCKED",
                        row -> row.uuid("event_id"),
                        event.value())
                .isEmpty();
    }

    /** All that the commands need is locked elsewhere. */
    private static Held nothing(Tx tx, List<Command> commands) throws SQLException {
        var ids = commands.stream().map(Command::id).collect(toSet());
        var labels = commands.stream()
                .filter(Command.Reserve.class::isInstance)
                .flatMap(command -> ((Command.Reserve) command).seats().stream())
                .collect(toSet());
        return new Held(new Decision.Locked(Map.of(), Map.of(), ids, labels, Decision.Usage.NONE), tx.readClock());
    }

    /** Locks the quotas of buyers, in their order, and reads what counts against them. */
    private static Decision.Usage lockQuotas(Tx tx, EventId event, List<Command> commands, Inventory.Locking locking)
            throws SQLException {
        var subjects = commands.stream()
                .filter(Command.Reserve.class::isInstance)
                .flatMap(command -> ((Command.Reserve) command).quotas().stream())
                .map(Quota::subject)
                .collect(toSet());
        if (subjects.isEmpty()) {
            return Decision.Usage.NONE;
        }
        record Line(String subject, ReservationId reservation) {}
        var lines = tx.query(
                """
                SELECT encode(locked.subject, 'hex') AS subject, unnest(locked.reservations) AS reservation_id
                  FROM (SELECT decode(unnest(?), 'hex') AS subject ORDER BY subject) AS named
                 CROSS JOIN LATERAL (
                        SELECT subject, reservations
                          FROM quotas
                         WHERE event_id = ?
                           AND subject = named.subject
                           FOR UPDATE
                """ + unlessSkipping(locking) + ") AS locked",
                row -> new Line(row.text("subject"), new ReservationId(row.uuid("reservation_id"))),
                subjects.toArray(String[]::new),
                event.value());
        var reservations = lines.stream().collect(groupingBy(Line::subject, mapping(Line::reservation, toList())));
        Set<String> elsewhere = Set.of();
        if (locking == Inventory.Locking.SKIP) {
            elsewhere = skippedQuotas(tx, event, subjects, reservations.keySet());
        }
        return new Decision.Usage(reservations, elsewhere);
    }

    private static Set<String> skippedQuotas(Tx tx, EventId event, Set<String> subjects, Set<String> locked)
            throws SQLException {
        var there = new HashSet<>(
                tx.query("""
                SELECT encode(found.subject, 'hex') AS subject
                  FROM unnest(?) AS named (subject)
                 CROSS JOIN LATERAL (SELECT subject FROM quotas WHERE event_id = ?
                                        AND subject = decode(named.subject, 'hex') OFFSET 0) AS found
                """, row -> row.text("subject"), subjects.toArray(String[]::new), event.value()));
        there.removeAll(locked);
        return there;
    }

    /** Labels of the seats that are asked for. A request for more than it may have will be refused: none of its seats. */
    private static String[] wanted(Event event, List<Command> commands) {
        return commands.stream()
                .filter(Command.Reserve.class::isInstance)
                .map(command -> ((Command.Reserve) command).seats())
                .filter(labels -> labels.size() <= event.maxSeatsPerReservation())
                .flatMap(List::stream)
                .distinct()
                .toArray(String[]::new);
    }

    /** Ids of the seats that reservations have. */
    private static Integer[] theirs(Stream<Reservation> reservations) {
        return reservations
                .filter(Reservation::mayHaveSeats)
                .flatMap(reservation -> reservation.seats().stream())
                .map(Reservation.ReservedSeat::seatId)
                .distinct()
                .toArray(Integer[]::new);
    }

    /** Locks reservations, in the order of their ids. */
    private static Map<ReservationId, Reservation> lockReservations(
            Tx tx, EventId event, Set<ReservationId> ids, Inventory.Locking locking) throws SQLException {
        if (ids.isEmpty()) {
            return Map.of();
        }
        var rows = tx.lock(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (
                """ + RESERVATION_COLUMNS + """
                         WHERE event_id = ?
                           AND reservation_id = named.id
                           FOR UPDATE
                        """ + unlessSkipping(locking) + ") AS locked",
                InventoryRepository::reservation,
                uuids(ids),
                event.value());
        return withSeats(tx, event, rows);
    }

    /** Locks seats, in the order of their ids. */
    private static Tx.Locked<Seat> lockSeats(
            Tx tx, EventId event, String[] labels, Integer[] ids, Inventory.Locking locking) throws SQLException {
        return tx.lockThenReadClock(
                """
                SELECT locked.*
                  FROM (SELECT found.seat_id AS id
                          FROM unnest(?) AS wanted (label)
                         CROSS JOIN LATERAL (SELECT seat_id FROM seats WHERE event_id = ? AND label = wanted.label
                                             OFFSET 0) AS found
                         UNION
                        SELECT unnest(?)
                         ORDER BY id) AS named
                 CROSS JOIN LATERAL (
                """ + SEAT_COLUMNS + """
                         WHERE event_id = ?
                           AND seat_id = named.id
                           FOR UPDATE
                        """ + unlessSkipping(locking) + ") AS locked",
                InventoryRepository::seat,
                labels,
                event.value(),
                ids,
                event.value());
    }

    private static String unlessSkipping(Inventory.Locking locking) {
        return locking == Inventory.Locking.SKIP ? " SKIP LOCKED" : "";
    }

    /** Which of these reservations exist, though they were not to be locked. */
    private static Set<ReservationId> skipped(Tx tx, EventId event, Set<ReservationId> ids, Set<ReservationId> locked)
            throws SQLException {
        if (locked.size() == ids.size()) {
            return Set.of();
        }
        var there = new HashSet<>(tx.query(
                "SELECT reservation_id FROM reservations WHERE event_id = ? AND reservation_id = ANY (?)",
                row -> new ReservationId(row.uuid("reservation_id")),
                event.value(),
                uuids(ids)));
        there.removeAll(locked);
        return there;
    }

    private static Set<String> skippedSeats(Tx tx, EventId event, String[] labels, Integer[] ids, Set<String> locked)
            throws SQLException {
        var there = new HashSet<>(tx.query(
                "SELECT label FROM seats WHERE event_id = ? AND (label = ANY (?) OR seat_id = ANY (?))",
                row -> row.text("label"),
                event.value(),
                labels,
                ids));
        there.removeAll(locked);
        return there;
    }

    /**
     * Writes the difference between what is locked and what was decided.
     *
     * <p>What is there already is updated by way of {@code INSERT … ON CONFLICT DO UPDATE}: that finds each row by its
     * primary key. An {@code UPDATE … FROM unnest} is a join, and where statistics are older than the sale PostgreSQL
     * reads all rows of the event for it. All these rows are locked, so none of them is new.
     */
    void write(Tx tx, Event event, Decision.Locked locked, Decision decision) {
        var created = new ArrayList<Reservation>();
        var changed = new ArrayList<Reservation>();
        for (var reservation : decision.reservations().values()) {
            var before = locked.reservations().get(reservation.id());
            if (before == null) {
                created.add(reservation);
            } else if (!reservation.equals(before)) {
                changed.add(reservation);
            }
        }
        var lost = new ArrayList<Seat>();
        var moved = new ArrayList<Seat>();
        for (var seat : decision.seats().values()) {
            var before = locked.seats().get(seat.label());
            if (!seat.equals(before)) {
                moved.add(seat);
                if (before.holder() != null && !before.holder().equals(seat.holder())) {
                    lost.add(before);
                }
            }
        }
        update(tx, event, changed);
        release(tx, event.id(), lost);
        insert(tx, event, created);
        insertSeats(tx, event.id(), created, decision.seats());
        updateSeats(tx, event.id(), moved);
        writeQuotas(tx, event.id(), locked.quotas().reservations(), decision.quotas());
    }

    /** A quota that somebody else has begun meanwhile was not locked, so the whole transaction starts over. */
    private static void writeQuotas(
            Tx tx, EventId event, Map<String, List<ReservationId>> before, Map<String, List<ReservationId>> after) {
        record Line(String subject, String reservations) {}
        var begun = new ArrayList<Line>();
        var changed = new ArrayList<Line>();
        new TreeMap<>(after).forEach((subject, ids) -> {
            if (!ids.equals(before.get(subject))) {
                var array = ids.stream().map(id -> id.value().toString()).collect(joining(",", "{", "}"));
                (before.containsKey(subject) ? changed : begun).add(new Line(subject, array));
            }
        });
        var insert = """
                INSERT INTO quotas (event_id, subject, reservations)
                SELECT ?, decode(subject, 'hex'), reservations::uuid[] FROM unnest(?, ?) AS line (subject, reservations)
                ON CONFLICT (event_id, subject) DO
                """;
        if (!changed.isEmpty()) {
            tx.updateExactly(
                    changed.size(),
                    insert + "UPDATE SET reservations = excluded.reservations",
                    event.value(),
                    column(changed, Line::subject, String[]::new),
                    column(changed, Line::reservations, String[]::new));
        }
        if (!begun.isEmpty()) {
            tx.insertNew(
                    begun.size(),
                    insert + "NOTHING",
                    event.value(),
                    column(begun, Line::subject, String[]::new),
                    column(begun, Line::reservations, String[]::new));
        }
    }

    private static void update(Tx tx, Event event, List<Reservation> changed) {
        if (!changed.isEmpty()) {
            write(tx, event, changed, """
                    ON CONFLICT (event_id, reservation_id) DO UPDATE
                       SET status = excluded.status, confirmed_at = excluded.confirmed_at, ended_at = excluded.ended_at,
                           payment_reference = excluded.payment_reference, amount_paid = excluded.amount_paid
                    """);
        }
    }

    private static String paymentReference(Reservation reservation) {
        return reservation.payment() == null ? null : reservation.payment().reference();
    }

    private static Long amountPaid(Reservation reservation) {
        return reservation.payment() == null
                ? null
                : (Long) reservation.payment().amount();
    }

    /** @param lost seats with the holder who has them no longer */
    private static void release(Tx tx, EventId event, List<Seat> lost) {
        if (lost.isEmpty()) {
            return;
        }
        tx.updateExactly(
                lost.size(),
                """
                INSERT INTO reservation_seats (event_id, price, active, reservation_id, seat_id)
                SELECT ?, 0, false, * FROM unnest(?, ?)
                ON CONFLICT (event_id, reservation_id, seat_id) DO UPDATE
                   SET active = false
                """,
                event.value(),
                column(lost, seat -> seat.holder().value(), UUID[]::new),
                column(lost, Seat::id, Integer[]::new));
    }

    private static void insert(Tx tx, Event event, List<Reservation> created) {
        if (!created.isEmpty()) {
            write(tx, event, created, "");
        }
    }

    private static void write(Tx tx, Event event, List<Reservation> reservations, String onConflict) {
        tx.updateExactly(
                reservations.size(),
                """
                INSERT INTO reservations (event_id, event_starts_at, event_max_seats, reservation_id, status, email,
                                          token_hash, seat_count, total, created_at, expires_at, confirmed_at,
                                          ended_at, payment_reference, amount_paid)
                SELECT ?, ?, ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """ + onConflict,
                event.id().value(),
                event.startsAt(),
                event.maxSeatsPerReservation(),
                column(reservations, r -> r.id().value(), UUID[]::new),
                column(reservations, r -> r.status().name(), String[]::new),
                column(reservations, Reservation::email, String[]::new),
                column(reservations, Reservation::tokenHash, byte[][]::new),
                column(reservations, r -> r.seats().size(), Integer[]::new),
                column(reservations, Reservation::total, Long[]::new),
                column(reservations, Reservation::createdAt, Instant[]::new),
                column(reservations, Reservation::expiresAt, Instant[]::new),
                column(reservations, Reservation::confirmedAt, Instant[]::new),
                column(reservations, Reservation::endedAt, Instant[]::new),
                column(reservations, InventoryRepository::paymentReference, String[]::new),
                column(reservations, InventoryRepository::amountPaid, Long[]::new));
    }

    private static void insertSeats(Tx tx, EventId event, List<Reservation> created, Map<String, Seat> seats) {
        record Claim(ReservationId reservation, Reservation.ReservedSeat seat) {}
        var claims = created.stream()
                .flatMap(r -> r.seats().stream().map(seat -> new Claim(r.id(), seat)))
                .toList();
        if (claims.isEmpty()) {
            return;
        }
        tx.updateExactly(
                claims.size(),
                """
                INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price, active)
                SELECT ?, * FROM unnest(?, ?, ?, ?)
                """,
                event.value(),
                column(claims, claim -> claim.reservation().value(), UUID[]::new),
                column(claims, claim -> claim.seat().seatId(), Integer[]::new),
                column(claims, claim -> claim.seat().price(), Long[]::new),
                column(
                        claims,
                        claim -> claim.reservation()
                                .equals(seats.get(claim.seat().label()).holder()),
                        Boolean[]::new));
    }

    private static void updateSeats(Tx tx, EventId event, List<Seat> moved) {
        if (moved.isEmpty()) {
            return;
        }
        tx.updateExactly(
                moved.size(),
                """
                INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, price, status, reservation_id,
                                   held_until)
                SELECT ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (event_id, seat_id) DO UPDATE
                   SET status = excluded.status, reservation_id = excluded.reservation_id,
                       held_until = excluded.held_until
                """,
                event.value(),
                column(moved, Seat::id, Integer[]::new),
                column(moved, Seat::label, String[]::new),
                column(moved, Seat::section, String[]::new),
                column(moved, Seat::row, String[]::new),
                column(moved, Seat::number, Integer[]::new),
                column(moved, Seat::price, Long[]::new),
                column(moved, seat -> seat.status().name(), String[]::new),
                column(
                        moved,
                        seat -> seat.holder() == null ? null : seat.holder().value(),
                        UUID[]::new),
                column(moved, Seat::heldUntil, Instant[]::new));
    }

    Optional<Reservation> find(Tx tx, EventId event, ReservationId id) throws SQLException {
        var rows = tx.query(
                RESERVATION_COLUMNS + " WHERE event_id = ? AND reservation_id = ?",
                InventoryRepository::reservation,
                event.value(),
                id.value());
        return withSeats(tx, event, rows).values().stream().findFirst();
    }

    /** One row, of a character a seat: ten thousand rows would take longer to send and to read than to find. */
    String statuses(Tx tx, EventId event, int first, int last) throws SQLException {
        return tx.query("""
                        SELECT coalesce(string_agg(CASE WHEN held_until <= statement_timestamp() THEN 'A'
                                                        ELSE left(status, 1) END, '' ORDER BY seat_id), '') AS statuses
                          FROM seats
                         WHERE event_id = ?
                           AND seat_id BETWEEN ? AND ?
                        """, row -> row.text("statuses"), event.value(), first, last)
                .get(0);
    }

    List<Inventory.Lapsed> findLapsed(Tx tx, int limit, Inventory.Lapsed after) throws SQLException {
        return tx.query(
                """
                SELECT expires_at, event_id, reservation_id
                  FROM reservations
                 WHERE status = 'PENDING'
                   AND expires_at <= statement_timestamp()
                   AND (?::timestamptz IS NULL OR (expires_at, event_id, reservation_id) > (?, ?, ?))
                 ORDER BY expires_at, event_id, reservation_id
                 LIMIT ?
                """,
                row -> new Inventory.Lapsed(
                        row.instant("expires_at"),
                        new EventId(row.uuid("event_id")),
                        new ReservationId(row.uuid("reservation_id"))),
                after == null ? null : after.expiresAt(),
                after == null ? null : after.expiresAt(),
                after == null ? null : after.event().value(),
                after == null ? null : after.reservation().value(),
                limit);
    }

    List<EventId> findBegunWithQuotas(Tx tx, Instant since) throws SQLException {
        return tx.query("""
                SELECT event_id
                  FROM events
                 WHERE starts_at BETWEEN ? AND statement_timestamp()
                   AND EXISTS (SELECT FROM quotas WHERE quotas.event_id = events.event_id)
                """, row -> new EventId(row.uuid("event_id")), since);
    }

    int deleteQuotas(Tx tx, EventId event) throws SQLException {
        return tx.update("DELETE FROM quotas WHERE event_id = ?", event.value());
    }

    Inventory.Pending countPending(Tx tx, Instant now) throws SQLException {
        return tx.query(
                        """
                        SELECT count(*) FILTER (WHERE expires_at > ?) AS holding,
                               count(*) FILTER (WHERE expires_at <= ?) AS lapsed,
                               min(expires_at) FILTER (WHERE expires_at <= ?) AS lapsed_since
                          FROM reservations
                         WHERE status = 'PENDING'
                        """,
                        row -> new Inventory.Pending(
                                row.bigint("holding"), row.bigint("lapsed"), row.instant("lapsed_since")),
                        now,
                        now,
                        now)
                .get(0);
    }

    /** Adds to reservations the seats that each one has or had. */
    private static Map<ReservationId, Reservation> withSeats(Tx tx, EventId event, List<Reservation> rows)
            throws SQLException {
        var seats = new HashMap<ReservationId, List<Reservation.ReservedSeat>>();
        var byId = new LinkedHashMap<ReservationId, Reservation>();
        if (rows.isEmpty()) {
            return byId;
        }
        record Claim(ReservationId reservation, Reservation.ReservedSeat seat) {}
        var claims = tx.query(
                """
                SELECT claims.*
                  FROM unnest(?) AS named (id)
                 CROSS JOIN LATERAL (SELECT rs.reservation_id, rs.seat_id, s.label, rs.price
                                       FROM reservation_seats AS rs
                                      CROSS JOIN LATERAL (SELECT label FROM seats WHERE event_id = rs.event_id
                                                             AND seat_id = rs.seat_id OFFSET 0) AS s
                                      WHERE rs.event_id = ?
                                        AND rs.reservation_id = named.id
                                      ORDER BY rs.seat_id) AS claims
                """,
                row -> new Claim(
                        new ReservationId(row.uuid("reservation_id")),
                        new Reservation.ReservedSeat(row.integer("seat_id"), row.text("label"), row.bigint("price"))),
                uuids(rows.stream().map(Reservation::id).toList()),
                event.value());
        for (var claim : claims) {
            seats.computeIfAbsent(claim.reservation(), id -> new ArrayList<>()).add(claim.seat());
        }
        for (var r : rows) {
            byId.put(
                    r.id(),
                    new Reservation(
                            r.id(),
                            r.status(),
                            List.copyOf(seats.get(r.id())),
                            r.total(),
                            r.email(),
                            r.tokenHash(),
                            r.createdAt(),
                            r.expiresAt(),
                            r.confirmedAt(),
                            r.endedAt(),
                            r.payment()));
        }
        return byId;
    }

    private static UUID[] uuids(Collection<ReservationId> ids) {
        return ids.stream().map(ReservationId::value).toArray(UUID[]::new);
    }

    private static <T, C> C[] column(List<T> rows, Function<T, C> value, IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }

    private static Reservation reservation(Row row) throws SQLException {
        var reference = row.text("payment_reference");
        return new Reservation(
                new ReservationId(row.uuid("reservation_id")),
                ReservationStatus.valueOf(row.text("status")),
                List.of(),
                row.bigint("total"),
                row.text("email"),
                row.bytes("token_hash"),
                row.instant("created_at"),
                row.instant("expires_at"),
                row.instant("confirmed_at"),
                row.instant("ended_at"),
                reference == null ? null : new Reservation.Payment(reference, row.bigint("amount_paid")));
    }

    private static Seat seat(Row row) throws SQLException {
        var holder = row.uuid("reservation_id");
        return new Seat(
                row.integer("seat_id"),
                row.text("label"),
                row.text("section"),
                row.text("row_name"),
                row.integer("seat_number"),
                row.bigint("price"),
                SeatStatus.valueOf(row.text("status")),
                holder == null ? null : new ReservationId(holder),
                row.instant("held_until"));
    }
}
