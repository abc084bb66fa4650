package seatlock.inventory;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.inventory.Breakdown.PaidFee;
import seatlock.inventory.Reservation.State;
import seatlock.inventory.Reservation.UsedCode;

/**
 * Writes a decision.
 *
 * <p>Existing rows are updated with {@code INSERT … ON CONFLICT DO UPDATE}, which finds each row by its primary key. An
 * {@code UPDATE … FROM unnest} is a join, for which PostgreSQL reads all rows of the event while its statistics are older
 * than the sale. So that it never inserts a row, such a statement joins each line with the row that must exist ({@code … AS
 * existing}): a line without one is dropped, and {@link Tx#updateExactly} reports it as a bug.
 *
 * <p>New rows are inserted without {@code ON CONFLICT}, with which PostgreSQL inserts each in two steps, which takes half as long
 * again. If another transaction has inserted one of them first, the unique index stops this one, and it is retried.
 */
final class InventoryWriter {

    private InventoryWriter() {}

    /** Writes the difference between the locked rows and the decision. */
    static void write(Tx tx, Event event, Decision.Locked locked, Decision decision) {
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
            if (!seat.withheldFor(before.allocation()).equals(before)) {
                moved.add(seat);
                if (before.holder() != null && !before.holder().equals(seat.holder())) {
                    lost.add(before);
                }
            }
        }
        releaseClaims(tx, event.id(), lost, decision.reservations());
        insertReservations(tx, event, created);
        BuyerDetails.insertWords(tx, event.id(), created);
        updateReservations(tx, event.id(), changed); // of which some refer to reservations that were inserted
        insertClaims(tx, event.id(), created, decision.seats());
        insertFees(tx, event.id(), created);
        updateSeats(tx, event.id(), moved);
        AllocationStore.write(tx, event.id(), locked, decision);
        writeLimits(tx, event.id(), locked.limits().counts(), decision.limits().counts());
        writeUses(tx, event.id(), created, changed, decision.limits());
        insertPayments(tx, event.id(), locked.facts().payments(), decision.payments());
        writeQuotas(tx, event.id(), locked.quotas().reservations(), decision.quotas());
    }

    private static void updateReservations(Tx tx, EventId event, List<Reservation> changed) {
        if (changed.isEmpty()) {
            return;
        }
        tx.updateExactly(
                changed.size(),
                """
                INSERT INTO reservations (event_id, terms_version, event_starts_at, event_max_seats, reservation_id, reference,
                                          version, status, email, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at, expires_at, hold_until, confirmed_at, ended_at, payment_reference,
                                          amount_paid, awaits_capture, replaced_by, erased_at, code_id)
                SELECT existing.event_id, existing.terms_version, existing.event_starts_at, existing.event_max_seats,
                       line.id, existing.reference, line.version, line.status, existing.email, existing.token_hash,
                       existing.seat_count, existing.prices, existing.discounts, existing.fees, existing.total,
                       existing.created_at, line.expires_at, existing.hold_until, line.confirmed_at, line.ended_at,
                       line.reference, line.amount, line.awaits_capture, line.replaced_by, existing.erased_at,
                       existing.code_id
                  FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                       AS line (id, version, status, expires_at, confirmed_at, ended_at, reference, amount, awaits_capture,
                                replaced_by)
                 CROSS JOIN LATERAL (SELECT * FROM reservations WHERE event_id = ? AND reservation_id = line.id
                                     OFFSET 0) AS existing
                ON CONFLICT (event_id, reservation_id) DO UPDATE
                   SET version = excluded.version, status = excluded.status, expires_at = excluded.expires_at,
                       confirmed_at = excluded.confirmed_at, ended_at = excluded.ended_at,
                       payment_reference = excluded.payment_reference, amount_paid = excluded.amount_paid,
                       awaits_capture = excluded.awaits_capture, replaced_by = excluded.replaced_by
                """,
                column(changed, r -> r.id().value(), UUID[]::new),
                column(changed, Reservation::version, Integer[]::new),
                column(changed, r -> r.status().code(), String[]::new),
                column(changed, Reservation::expiresAt, Instant[]::new),
                column(changed, InventoryWriter::confirmedAt, Instant[]::new),
                column(changed, r -> r.state().endedAt().orElse(null), Instant[]::new),
                column(changed, InventoryWriter::paymentReference, String[]::new),
                column(changed, InventoryWriter::amountPaid, Long[]::new),
                column(changed, Reservation::awaitsCapture, Boolean[]::new),
                column(changed, r -> r.replacedBy().map(ReservationId::value).orElse(null), UUID[]::new),
                event.value());
    }

    private static Instant confirmedAt(Reservation reservation) {
        return reservation.state().confirmation().map(State.Confirmed::at).orElse(null);
    }

    private static String paymentReference(Reservation reservation) {
        return reservation
                .state()
                .confirmation()
                .flatMap(confirmed -> confirmed.payment().reference())
                .orElse(null);
    }

    private static Long amountPaid(Reservation reservation) {
        return reservation
                .state()
                .confirmation()
                .map(confirmed -> confirmed.payment().amount())
                .orElse(null);
    }

    /**
     * @param lost seats with their former holders
     * @param reservations as they must be written
     */
    private static void releaseClaims(
            Tx tx, EventId event, List<Seat> lost, Map<ReservationId, Reservation> reservations) {
        if (lost.isEmpty()) {
            return;
        }
        tx.updateExactly(
                lost.size(),
                """
                INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active,
                                               refunded_at)
                SELECT existing.event_id, line.reservation_id, line.seat_id, existing.price_type, existing.price,
                       existing.discount, false, line.refunded_at
                  FROM unnest(?, ?, ?) AS line (reservation_id, seat_id, refunded_at)
                 CROSS JOIN LATERAL (SELECT event_id, price_type, price, discount FROM reservation_seats WHERE event_id = ?
                                        AND reservation_id = line.reservation_id AND seat_id = line.seat_id
                                     OFFSET 0) AS existing
                ON CONFLICT (event_id, reservation_id, seat_id) DO UPDATE
                   SET active = false, refunded_at = excluded.refunded_at
                """,
                column(lost, seat -> seat.holder().value(), UUID[]::new),
                column(lost, Seat::id, Integer[]::new),
                column(lost, seat -> refundedAt(seat.id(), reservations.get(seat.holder())), Instant[]::new),
                event.value());
    }

    /** @param holder {@code null} if it is not among the reservations to write: it has lapsed */
    private static Instant refundedAt(int seat, Reservation holder) {
        return holder == null
                ? null
                : holder.refunded().stream()
                        .filter(refunded -> refunded.seat().seatId() == seat)
                        .map(Reservation.RefundedSeat::at)
                        .findFirst()
                        .orElse(null);
    }

    /** Inserts new reservations. If another one has one of the references, this transaction is retried with other ones. */
    private static void insertReservations(Tx tx, Event event, List<Reservation> created) {
        var ofNow = created.stream().filter(r -> r.replaces().isEmpty()).toList();
        var successors = created.stream().filter(r -> r.replaces().isPresent()).toList();
        if (!ofNow.isEmpty()) {
            tx.updateExactly(
                    ofNow.size(),
                    """
                    INSERT INTO reservations (event_id, terms_version, event_starts_at, event_max_seats, reservation_id, reference,
                                              version, status, email, name, language, customer, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at,
                                              expires_at, hold_until, confirmed_at, ended_at, payment_reference, amount_paid, awaits_capture, code_id)
                    SELECT ?, ?, ?, ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    Stream.concat(
                                    Stream.of(
                                            event.id().value(),
                                            event.version(),
                                            event.startsAt(),
                                            event.terms().maxSeatsPerReservation()),
                                    columns(ofNow))
                            .toArray());
        }
        if (!successors.isEmpty()) {
            // The terms are those of the reservation that it replaces.
            tx.updateExactly(
                    successors.size(),
                    """
                    INSERT INTO reservations (event_id, terms_version, event_starts_at, event_max_seats, reservation_id, reference,
                                              version, status, email, name, language, customer, token_hash, seat_count, prices, discounts, fees, total,
                                          created_at,
                                              expires_at, hold_until, confirmed_at, ended_at, payment_reference, amount_paid,
                                              awaits_capture, code_id, replaces)
                    SELECT lapsed.event_id, lapsed.terms_version, lapsed.event_starts_at, lapsed.event_max_seats, line.*
                      FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                           AS line (id, reference, version, status, email, name, language, customer, token_hash, seat_count, prices, discounts, fees,
                                    total, created_at, expires_at, hold_until, confirmed_at, ended_at, payment, amount, awaits_capture, code,
                                    replaces)
                     CROSS JOIN LATERAL (SELECT event_id, terms_version, event_starts_at, event_max_seats
                                           FROM reservations WHERE event_id = ? AND reservation_id = line.replaces
                                         OFFSET 0) AS lapsed
                    """,
                    Stream.concat(
                                    columns(successors),
                                    Stream.of(
                                            column(
                                                    successors,
                                                    r -> r.replaces().get().value(),
                                                    UUID[]::new),
                                            event.id().value()))
                            .toArray());
        }
    }

    private static Stream<Object> columns(List<Reservation> created) {
        return Stream.of(
                column(created, r -> r.id().value(), UUID[]::new),
                column(created, r -> r.reference().value(), String[]::new),
                column(created, Reservation::version, Integer[]::new),
                column(created, r -> r.status().code(), String[]::new),
                column(created, r -> r.buyer().email(), String[]::new),
                column(created, r -> r.buyer().name().orElse(null), String[]::new),
                column(created, r -> r.buyer().language().orElse(null), String[]::new),
                column(created, r -> r.buyer().customer().orElse(null), String[]::new),
                column(created, r -> r.buyer().tokenHash(), byte[][]::new),
                column(created, r -> r.seats().size(), Integer[]::new),
                column(created, r -> r.breakdown().prices(), Long[]::new),
                column(created, r -> r.breakdown().discounts(), Long[]::new),
                column(created, r -> r.breakdown().feeTotal(), Long[]::new),
                column(created, Reservation::total, Long[]::new),
                column(created, Reservation::createdAt, Instant[]::new),
                column(created, Reservation::expiresAt, Instant[]::new),
                column(created, Reservation::holdUntil, Instant[]::new),
                column(created, InventoryWriter::confirmedAt, Instant[]::new),
                column(created, r -> r.state().endedAt().orElse(null), Instant[]::new),
                column(created, InventoryWriter::paymentReference, String[]::new),
                column(created, InventoryWriter::amountPaid, Long[]::new),
                column(created, Reservation::awaitsCapture, Boolean[]::new),
                column(created, r -> r.code().map(UsedCode::id).orElse(null), UUID[]::new));
    }

    private static void insertClaims(Tx tx, EventId event, List<Reservation> created, Map<String, Seat> seats) {
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
                INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, holder, active)
                SELECT ?, * FROM unnest(?, ?, ?, ?, ?, ?, ?)
                """,
                event.value(),
                column(claims, claim -> claim.reservation().value(), UUID[]::new),
                column(claims, claim -> claim.seat().seatId(), Integer[]::new),
                column(claims, claim -> claim.seat().priceType(), String[]::new),
                column(claims, claim -> claim.seat().price(), Long[]::new),
                column(claims, claim -> claim.seat().discount(), Long[]::new),
                column(claims, claim -> claim.seat().holder().orElse(null), String[]::new),
                column(
                        claims,
                        claim -> claim.reservation()
                                .equals(seats.get(claim.seat().label()).holder()),
                        Boolean[]::new));
    }

    private static void insertFees(Tx tx, EventId event, List<Reservation> created) {
        record Line(ReservationId reservation, PaidFee fee) {}
        var lines = created.stream()
                .flatMap(r -> r.breakdown().fees().stream().map(fee -> new Line(r.id(), fee)))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        tx.updateExactly(
                lines.size(),
                """
                INSERT INTO reservation_fees (event_id, reservation_id, fee, quantity, amount)
                SELECT ?, * FROM unnest(?, ?, ?, ?)
                """,
                event.value(),
                column(lines, line -> line.reservation().value(), UUID[]::new),
                column(lines, line -> line.fee().fee().number(), Integer[]::new),
                column(lines, line -> line.fee().quantity(), Integer[]::new),
                column(lines, line -> line.fee().amount(), Long[]::new));
    }

    private static void updateSeats(Tx tx, EventId event, List<Seat> moved) {
        if (moved.isEmpty()) {
            return;
        }
        tx.updateExactly(
                moved.size(),
                """
                INSERT INTO seats (event_id, seat_id, label, section, row_name, seat_number, status, reservation_id,
                                   held_until)
                SELECT existing.event_id, line.seat_id, existing.label, existing.section, existing.row_name,
                       existing.seat_number, line.status, line.reservation_id, line.held_until
                  FROM unnest(?, ?, ?, ?) AS line (seat_id, status, reservation_id, held_until)
                 CROSS JOIN LATERAL (SELECT event_id, label, section, row_name, seat_number
                                       FROM seats WHERE event_id = ? AND seat_id = line.seat_id
                                     OFFSET 0) AS existing
                ON CONFLICT (event_id, seat_id) DO UPDATE
                   SET status = excluded.status, reservation_id = excluded.reservation_id,
                       held_until = excluded.held_until
                """,
                column(moved, Seat::id, Integer[]::new),
                column(moved, seat -> seat.status().code(), String[]::new),
                column(
                        moved,
                        seat -> seat.holder() == null ? null : seat.holder().value(),
                        UUID[]::new),
                column(moved, Seat::heldUntil, Instant[]::new),
                event.value());
    }

    private static void writeLimits(
            Tx tx, EventId event, Map<UUID, Limits.Count> before, Map<UUID, Limits.Count> after) {
        var changed = after.entrySet().stream()
                .filter(limit -> limit.getValue().confirmed()
                        != before.get(limit.getKey()).confirmed())
                .toList();
        if (!changed.isEmpty()) {
            tx.updateExactly(
                    changed.size(),
                    """
                    INSERT INTO limits (event_id, limit_id, size, confirmed)
                    SELECT existing.event_id, existing.limit_id, existing.size, line.confirmed
                      FROM unnest(?, ?) AS line (limit_id, confirmed)
                     CROSS JOIN LATERAL (SELECT event_id, limit_id, size FROM limits WHERE event_id = ?
                                            AND limit_id = line.limit_id OFFSET 0) AS existing
                    ON CONFLICT (event_id, limit_id) DO UPDATE
                       SET confirmed = excluded.confirmed
                    """,
                    column(changed, Map.Entry::getKey, UUID[]::new),
                    column(changed, limit -> limit.getValue().confirmed(), Integer[]::new),
                    event.value());
        }
    }

    private static void writeUses(
            Tx tx, EventId event, List<Reservation> created, List<Reservation> changed, LimitUsage limits) {
        record Line(UUID limit, Reservation reservation, int quantity) {}
        var lines = Stream.concat(created.stream(), changed.stream())
                .flatMap(reservation -> limits.of(reservation.id()).entrySet().stream()
                        .map(use -> new Line(use.getKey(), reservation, use.getValue())))
                .toList();
        if (!lines.isEmpty()) {
            tx.updateExactly(
                    lines.size(),
                    """
                    INSERT INTO limit_uses (event_id, limit_id, reservation_id, quantity, expires_at, active)
                    SELECT ?, * FROM unnest(?, ?, ?, ?, ?)
                    ON CONFLICT (event_id, limit_id, reservation_id) DO UPDATE
                       SET quantity = excluded.quantity, expires_at = excluded.expires_at, active = excluded.active
                    """,
                    event.value(),
                    column(lines, Line::limit, UUID[]::new),
                    column(lines, line -> line.reservation().id().value(), UUID[]::new),
                    column(lines, Line::quantity, Integer[]::new),
                    column(
                            lines,
                            line -> line.reservation().state().confirmation().isPresent()
                                    ? null
                                    : line.reservation().expiresAt(),
                            Instant[]::new),
                    column(lines, line -> line.reservation().mayHaveSeats(), Boolean[]::new));
        }
    }

    /**
     * Records, in sorted order, the payments that have confirmed a reservation. If another transaction has recorded one of them in
     * the meantime, this one is retried and finds it.
     */
    private static void insertPayments(
            Tx tx, EventId event, Map<String, ReservationId> before, Map<String, ReservationId> after) {
        var used = new TreeMap<>(after);
        used.keySet().removeAll(before.keySet());
        if (used.isEmpty()) {
            return;
        }
        tx.updateExactly(
                used.size(),
                """
                INSERT INTO payment_references (event_id, reference, reservation_id)
                SELECT ?, * FROM unnest(?, ?)
                """,
                event.value(),
                column(List.copyOf(used.keySet()), Function.identity(), String[]::new),
                column(List.copyOf(used.values()), ReservationId::value, UUID[]::new));
    }

    /**
     * Writes the quotas that changed. If another transaction has created one of them in the meantime, it was not locked, so
     * this transaction is retried.
     */
    private static void writeQuotas(
            Tx tx, EventId event, Map<String, List<ReservationId>> before, Map<String, List<ReservationId>> after) {
        record Line(String subject, String reservations) {}
        var created = new ArrayList<Line>();
        var changed = new ArrayList<Line>();
        new TreeMap<>(after).forEach((subject, ids) -> {
            if (!ids.equals(before.get(subject))) {
                var array = ids.stream().map(id -> id.value().toString()).collect(joining(",", "{", "}"));
                (before.containsKey(subject) ? changed : created).add(new Line(subject, array));
            }
        });
        if (!changed.isEmpty()) {
            tx.updateExactly(
                    changed.size(),
                    """
                    INSERT INTO quotas (event_id, subject, reservations)
                    SELECT existing.event_id, existing.subject, line.reservations::uuid[]
                      FROM unnest(?, ?) AS line (subject, reservations)
                     CROSS JOIN LATERAL (SELECT event_id, subject FROM quotas WHERE event_id = ?
                                            AND subject = decode(line.subject, 'hex') OFFSET 0) AS existing
                    ON CONFLICT (event_id, subject) DO UPDATE
                       SET reservations = excluded.reservations
                    """,
                    column(changed, Line::subject, String[]::new),
                    column(changed, Line::reservations, String[]::new),
                    event.value());
        }
        if (!created.isEmpty()) {
            tx.updateExactly(
                    created.size(),
                    """
                    INSERT INTO quotas (event_id, subject, reservations)
                    SELECT ?, decode(subject, 'hex'), reservations::uuid[]
                      FROM unnest(?, ?) AS line (subject, reservations)
                    """,
                    event.value(),
                    column(created, Line::subject, String[]::new),
                    column(created, Line::reservations, String[]::new));
        }
    }

    private static <T, C> C[] column(List<T> rows, Function<T, C> value, IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }
}
