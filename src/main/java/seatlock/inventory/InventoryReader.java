package seatlock.inventory;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import seatlock.catalog.EventId;
import seatlock.catalog.Fee;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.Breakdown.PaidFee;
import seatlock.inventory.Reservation.State;

/** Reads reservations and seats. Nothing here locks a row. */
public final class InventoryReader {

    /** The text of the code of a reservation, with the place of its table's name. */
    private static final String CODE = """
            CASE WHEN reservations.code_id IS NOT NULL
                 THEN (SELECT c.code FROM codes AS c
                        WHERE c.event_id = reservations.event_id AND c.code_id = reservations.code_id) END AS code
            """;

    static final String SELECT_RESERVATION = """
            SELECT reservation_id, reference, version, terms_version, status, email, name, language, customer, token_hash, prices, discounts, fees, created_at, expires_at, hold_until,
                   confirmed_at, ended_at, payment_reference, amount_paid, awaits_capture, replaces, replaced_by, code_id,
            """ + CODE + " FROM reservations ";

    static final String SELECT_SEAT =
            "SELECT seat_id, label, section, row_name, seat_number, status, reservation_id, held_until, allocation_id FROM seats ";

    /** Finds a reservation as it is now: a lapsed one is expired, even if the sweeper has not marked it. */
    public Optional<Reservation> find(Tx tx, EventId event, ReservationId id) throws SQLException {
        return Optional.ofNullable(find(tx, event, Set.of(id)).get(id));
    }

    /** Finds several reservations. Those that do not exist are missing from the result. */
    public Map<ReservationId, Reservation> find(Tx tx, EventId event, Set<ReservationId> ids) throws SQLException {
        var rows = tx.query(
                "SELECT found.* FROM unnest(?) AS named (id) CROSS JOIN LATERAL (" + SELECT_RESERVATION
                        + " WHERE event_id = ? AND reservation_id = named.id OFFSET 0) AS found",
                InventoryReader::reservation,
                ReservationId.values(ids),
                event.value());
        var found = withSeats(tx, event, rows);
        var now = tx.readClock();
        found.replaceAll((id, reservation) -> reservation.asOf(now));
        return found;
    }

    /**
     * Returns whether a reservation exists and a token opens it. Reads only the hash of its token and the address, so it takes the
     * same time for a reservation that does not exist.
     */
    public boolean admits(Tx tx, EventId event, ReservationId id, ReservationToken token) throws SQLException {
        return tx.find(
                        "SELECT token_hash, email FROM reservations WHERE event_id = ? AND reservation_id = ?",
                        row -> token.opens(row.bytes("token_hash"), row.text("email")),
                        event.value(),
                        id.value())
                .orElse(false);
    }

    /**
     * Reads the current status of each seat in the order of the seat plan; a seat whose hold has lapsed is available. The
     * database returns one character per seat in a single row, because ten thousand rows would take longer to transfer than to
     * find.
     *
     * @param first id of the first seat
     * @param last id of the last seat; all seats from first to last must exist
     * @return the {@link SeatStatus#letter} of each seat, in lower case for one that is withheld for somebody
     */
    public String statuses(Tx tx, EventId event, int first, int last) throws SQLException {
        var statuses = tx.query("""
                        SELECT coalesce(string_agg(CASE WHEN allocation_id IS NULL
                                                        THEN CASE WHEN held_until <= statement_timestamp() THEN 'A'
                                                                  ELSE left(status, 1) END
                                                        ELSE CASE WHEN held_until <= statement_timestamp() THEN 'a'
                                                                  ELSE lower(left(status, 1)) END
                                                   END, '' ORDER BY seat_id), '') AS statuses
                          FROM seats
                         WHERE event_id = ?
                           AND seat_id BETWEEN ? AND ?
                        """, row -> row.text("statuses"), event.value(), first, last)
                .get(0);
        if (statuses.length() != last - first + 1) {
            throw new IllegalStateException("Event " + event + " lacks seats from " + first + " to " + last);
        }
        return statuses;
    }

    /**
     * Counts the seats for everybody that are available now; a seat whose hold has lapsed is.
     *
     * @param first id of the first seat
     * @param last id of the last seat
     */
    public static int countFree(Tx tx, EventId event, int first, int last) throws SQLException {
        return tx.query("""
                        SELECT count(*)::int AS n
                          FROM seats
                         WHERE event_id = ?
                           AND seat_id BETWEEN ? AND ?
                           AND allocation_id IS NULL
                           AND (status = 'AVAILABLE' OR held_until <= clock_timestamp())
                        """, row -> row.integer("n"), event.value(), first, last)
                .get(0);
    }

    /** A lapsed reservation that is still marked {@code PENDING}. */
    public record Lapsed(Instant expiresAt, EventId event, ReservationId reservation) {}

    /**
     * Finds pending reservations that have lapsed, in all events, the longest lapsed first.
     *
     * @param after the last reservation of the previous call; {@code null} for the first call
     */
    public List<Lapsed> findLapsed(Tx tx, int limit, Lapsed after) throws SQLException {
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
                row -> new Lapsed(
                        row.instant("expires_at"),
                        new EventId(row.uuid("event_id")),
                        new ReservationId(row.uuid("reservation_id"))),
                after == null ? null : after.expiresAt(),
                after == null ? null : after.expiresAt(),
                after == null ? null : after.event().value(),
                after == null ? null : after.reservation().value(),
                limit);
    }

    /** A reservation, and its first seat among those that were searched. */
    public record Holder(int seatId, ReservationId reservation) {}

    /**
     * Finds reservations that have seats of an event, in the order of the seat plan. It reads the seats, not the reservations, of
     * which there may be far more.
     *
     * @param soldToo whether to find confirmed reservations besides pending ones
     * @param after id of a seat; 0 to begin with the first
     * @param limit number of seats to find; a reservation may be listed several times
     */
    public List<Holder> findHolders(Tx tx, EventId event, boolean soldToo, int after, int limit) throws SQLException {
        return tx.query(
                """
                SELECT seat_id, reservation_id
                  FROM seats
                 WHERE event_id = ?
                   AND seat_id > ?
                   AND status = ANY (?)
                 ORDER BY seat_id
                 LIMIT ?
                """,
                row -> new Holder(row.integer("seat_id"), new ReservationId(row.uuid("reservation_id"))),
                event.value(),
                after,
                codes(soldToo),
                limit);
    }

    /** Counts the reservations that {@link #findHolders} finds. */
    public long countHolders(Tx tx, EventId event, boolean soldToo) throws SQLException {
        return tx.query("""
                        SELECT count(DISTINCT reservation_id) AS n
                          FROM seats
                         WHERE event_id = ?
                           AND status = ANY (?)
                        """, row -> row.bigint("n"), event.value(), codes(soldToo))
                .get(0);
    }

    private static String[] codes(boolean soldToo) {
        return soldToo
                ? new String[] {SeatStatus.HELD.code(), SeatStatus.SOLD.code()}
                : new String[] {SeatStatus.HELD.code()};
    }

    /** Finds events that have started since an instant and still have quotas, which are no longer needed. */
    public List<EventId> findStartedWithQuotas(Tx tx, Instant since) throws SQLException {
        return tx.query("""
                SELECT event_id
                  FROM events
                 WHERE starts_at BETWEEN ? AND statement_timestamp()
                   AND EXISTS (SELECT FROM quotas WHERE quotas.event_id = events.event_id)
                """, row -> new EventId(row.uuid("event_id")), since);
    }

    /**
     * The numbers of pending reservations in all events.
     *
     * @param holding number of reservations that hold their seats
     * @param lapsed number of reservations that have lapsed and wait for the sweeper
     * @param lapsedSince when the first of those lapsed; {@code null} if there is none
     */
    public record Pending(long holding, long lapsed, Instant lapsedSince) {}

    /** Counts the pending reservations of all events. */
    public Pending countPending(Tx tx, Instant now) throws SQLException {
        return tx.query(
                        """
                        SELECT count(*) FILTER (WHERE expires_at > ?) AS holding,
                               count(*) FILTER (WHERE expires_at <= ?) AS lapsed,
                               min(expires_at) FILTER (WHERE expires_at <= ?) AS lapsed_since
                          FROM reservations
                         WHERE status = 'PENDING'
                        """,
                        row -> new Pending(row.bigint("holding"), row.bigint("lapsed"), row.instant("lapsed_since")),
                        now,
                        now,
                        now)
                .get(0);
    }

    /**
     * Finds the reservations that the payments of the commands have confirmed before. They cannot be locked, because most do not
     * exist yet: if another transaction uses one at the same time, the unique index will stop this one.
     */
    static Map<String, ReservationId> payments(Tx tx, EventId event, List<Command> commands) throws SQLException {
        var references = Command.select(commands, Command.Confirm.class).stream()
                .flatMap(confirm -> confirm.payment().reference().stream())
                .distinct()
                .toArray(String[]::new);
        if (references.length == 0) {
            return Map.of();
        }
        return tx
                .query(
                        """
                        SELECT used.*
                          FROM unnest(?) AS named (reference)
                         CROSS JOIN LATERAL (SELECT reference, reservation_id
                                               FROM payment_references
                                              WHERE event_id = ?
                                                AND reference = named.reference
                                             OFFSET 0) AS used
                        """,
                        row -> Map.entry(row.text("reference"), new ReservationId(row.uuid("reservation_id"))),
                        references,
                        event.value())
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Adds its seats to each reservation. */
    static Map<ReservationId, Reservation> withSeats(Tx tx, EventId event, List<Reservation> rows) throws SQLException {
        var byId = new LinkedHashMap<ReservationId, Reservation>();
        if (rows.isEmpty()) {
            return byId;
        }
        record Claim(ReservationId reservation, Reservation.ReservedSeat seat, Instant refundedAt) {}
        var claims = tx.query(
                """
                SELECT claims.*
                  FROM unnest(?) AS named (id)
                 CROSS JOIN LATERAL (SELECT rs.reservation_id, rs.seat_id, s.label, s.section, rs.price_type, rs.price, rs.discount, rs.holder,
                                            rs.refunded_at
                                       FROM reservation_seats AS rs
                                      CROSS JOIN LATERAL (SELECT label, section FROM seats WHERE event_id = rs.event_id
                                                             AND seat_id = rs.seat_id OFFSET 0) AS s
                                      WHERE rs.event_id = ?
                                        AND rs.reservation_id = named.id
                                      ORDER BY rs.seat_id) AS claims
                """,
                row -> new Claim(
                        new ReservationId(row.uuid("reservation_id")),
                        new Reservation.ReservedSeat(
                                row.integer("seat_id"),
                                row.text("label"),
                                row.text("section"),
                                row.text("price_type"),
                                row.bigint("price"),
                                row.bigint("discount"),
                                Optional.ofNullable(row.text("holder"))),
                        row.instant("refunded_at")),
                rows.stream().map(row -> row.id().value()).toArray(UUID[]::new),
                event.value());
        var seats = new HashMap<ReservationId, List<Reservation.ReservedSeat>>();
        var refunded = new HashMap<ReservationId, List<Reservation.RefundedSeat>>();
        for (var claim : claims) {
            if (claim.refundedAt() == null) {
                seats.computeIfAbsent(claim.reservation(), id -> new ArrayList<>())
                        .add(claim.seat());
            } else {
                refunded.computeIfAbsent(claim.reservation(), id -> new ArrayList<>())
                        .add(new Reservation.RefundedSeat(claim.seat(), claim.refundedAt()));
            }
        }
        var fees = fees(tx, event, rows);
        for (var row : rows) {
            byId.put(
                    row.id(),
                    new Reservation(
                            row.id(),
                            row.reference(),
                            row.version(),
                            row.termsVersion(),
                            row.buyer(),
                            List.copyOf(seats.get(row.id())),
                            List.copyOf(refunded.getOrDefault(row.id(), List.of())),
                            new Breakdown(
                                    row.breakdown().prices(),
                                    row.breakdown().discounts(),
                                    fees.getOrDefault(row.id(), List.of())),
                            row.code(),
                            row.createdAt(),
                            row.expiresAt(),
                            row.holdUntil(),
                            row.state(),
                            row.replaces(),
                            row.replacedBy()));
        }
        return byId;
    }

    /** Reads the fees of those reservations that have some. */
    private static Map<ReservationId, List<PaidFee>> fees(Tx tx, EventId event, List<Reservation> rows)
            throws SQLException {
        var withFees = rows.stream()
                .filter(row -> !row.breakdown().fees().isEmpty())
                .map(row -> row.id().value())
                .toArray(UUID[]::new);
        if (withFees.length == 0) {
            return Map.of();
        }
        record Line(ReservationId reservation, PaidFee fee) {}
        var lines = tx.query(
                """
                SELECT paid.*
                  FROM unnest(?) AS named (id)
                 CROSS JOIN LATERAL (SELECT rf.reservation_id, rf.quantity, f.fee, f.name, f.amount, f.per, f.is_refundable
                                       FROM reservation_fees AS rf
                                       JOIN fees AS f ON f.event_id = rf.event_id AND f.fee = rf.fee
                                      WHERE rf.event_id = ?
                                        AND rf.reservation_id = named.id
                                      ORDER BY rf.fee) AS paid
                """,
                row -> new Line(
                        new ReservationId(row.uuid("reservation_id")),
                        new PaidFee(Fee.read(row), row.integer("quantity"))),
                withFees,
                event.value());
        return lines.stream()
                .collect(Collectors.groupingBy(Line::reservation, Collectors.mapping(Line::fee, Collectors.toList())));
    }

    /** Returns what selects the code of a reservation. @param alias of the reservations */
    /** Finds the codes with which reservations were made, which never changes. */
    static List<String> codes(Tx tx, EventId event, Collection<ReservationId> reservations) throws SQLException {
        return tx.query(
                "SELECT DISTINCT c.code FROM reservations AS r JOIN codes AS c ON c.event_id = r.event_id AND c.code_id = r.code_id"
                        + " WHERE r.event_id = ? AND r.reservation_id = ANY (?)",
                row -> row.text("code"),
                event.value(),
                ReservationId.values(reservations));
    }

    static String codeOf(String alias) {
        return CODE.replace("reservations.", alias + ".");
    }

    /** Reads a row of {@link #SELECT_RESERVATION}. The result has no seats yet: see {@link #withSeats}. */
    static Reservation reservation(Row row) throws SQLException {
        var code = row.text("code");
        return new Reservation(
                new ReservationId(row.uuid("reservation_id")),
                new Reference(row.text("reference")),
                row.integer("version"),
                row.integer("terms_version"),
                new Reservation.Buyer(
                        row.text("email"),
                        Optional.ofNullable(row.text("name")),
                        Optional.ofNullable(row.text("language")),
                        Optional.ofNullable(row.text("customer")),
                        row.bytes("token_hash")),
                List.of(),
                new Breakdown(row.bigint("prices"), row.bigint("discounts"), unread(row.bigint("fees"))),
                Optional.ofNullable(row.uuid("code_id")).map(id -> new Reservation.UsedCode(id, code)),
                row.instant("created_at"),
                row.instant("expires_at"),
                row.instant("hold_until"),
                state(row),
                id(row, "replaces"),
                id(row, "replaced_by"));
    }

    /** Stands for fees of which only the sum is known: see {@link #withSeats}. */
    private static List<PaidFee> unread(long fees) {
        return fees == 0 ? List.of() : List.of(new PaidFee(new Fee(0, "", fees, Fee.Per.RESERVATION, true), 1));
    }

    private static Optional<ReservationId> id(Row row, String column) throws SQLException {
        return Optional.ofNullable(row.uuid(column)).map(ReservationId::new);
    }

    private static State state(Row row) throws SQLException {
        var confirmedAt = row.instant("confirmed_at");
        Optional<State.Confirmed> confirmation = confirmedAt == null
                ? Optional.empty()
                : Optional.of(new State.Confirmed(
                        confirmedAt,
                        new Reservation.Payment(
                                Optional.ofNullable(row.text("payment_reference")),
                                row.bigint("amount_paid"),
                                !row.bool("awaits_capture"))));
        return switch (ReservationStatus.of(row.text("status"))) {
            case PENDING -> new State.Pending();
            case CONFIRMED -> confirmation.orElseThrow();
            case CANCELLED -> new State.Cancelled(row.instant("ended_at"), confirmation);
            case EXPIRED -> new State.Expired(row.instant("ended_at"));
        };
    }

    /** Reads a row of {@link #SELECT_SEAT}. */
    static Seat seat(Row row) throws SQLException {
        var holder = row.uuid("reservation_id");
        return new Seat(
                row.integer("seat_id"),
                row.text("label"),
                row.text("section"),
                row.text("row_name"),
                row.text("seat_number"),
                SeatStatus.of(row.text("status")).orElseThrow(),
                holder == null ? null : new ReservationId(holder),
                row.instant("held_until"),
                row.uuid("allocation_id"));
    }
}
