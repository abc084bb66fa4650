package seatlock.payments;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import seatlock.catalog.EventId;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.InventoryReader;
import seatlock.inventory.ReservationId;
import seatlock.metrics.Backlog;

/**
 * Writes and reads payments. Everything that changes one runs in a transaction that has locked its reservation, so what it reads first
 * is still true when it writes.
 */
public final class PaymentStore {

    private static final String SELECT = """
            SELECT event_id, payment_id, reservation_id, provider, status, verdict, amount, currency, return_url, checkout, url,
                   reference, captured, refunded, is_late, is_disputed, created_at, expires_at
              FROM payments
            """;

    /** For each reservation, the payment that has confirmed it, else the latest that was paid, else the latest. */
    private static final String SELECT_FIRST = """
            SELECT p.*
              FROM unnest(?::uuid[]) AS named (id)
             CROSS JOIN LATERAL (
            """ + SELECT + """
                     WHERE event_id = ? AND reservation_id = named.id
                     ORDER BY verdict IS NOT DISTINCT FROM 'CONFIRMS' DESC, verdict IS NULL, created_at DESC, payment_id
                     LIMIT 1) AS p
            """;

    /** A payment that is looked at again and again, without success, is looked at this often in the end. */
    private static final Duration MAX_RETRY = Duration.ofMinutes(10);

    private final InventoryReader inventory = new InventoryReader();
    private final RefundStore refunds = new RefundStore();

    private static Payment read(Row row) throws SQLException {
        return new Payment(
                new EventId(row.uuid("event_id")),
                new PaymentId(row.uuid("payment_id")),
                new ReservationId(row.uuid("reservation_id")),
                row.text("provider"),
                Payment.Status.valueOf(row.text("status")),
                Optional.ofNullable(row.text("verdict")).map(Verdict::valueOf),
                row.bigint("amount"),
                row.text("currency"),
                Optional.ofNullable(row.text("return_url")),
                Optional.ofNullable(row.text("checkout")),
                Optional.ofNullable(row.text("url")),
                Optional.ofNullable(row.text("reference")),
                row.bigint("captured"),
                row.bigint("refunded"),
                row.bool("is_late"),
                row.bool("is_disputed"),
                row.instant("created_at"),
                row.instant("expires_at"));
    }

    public Optional<Payment> find(Tx tx, EventId event, PaymentId id) throws SQLException {
        return tx.find(
                SELECT + " WHERE event_id = ? AND payment_id = ?", PaymentStore::read, event.value(), id.value());
    }

    /** Returns a payment with its reservation, as it is now, and its refunds. */
    public Optional<Account> findAccount(Tx tx, EventId event, PaymentId id) throws SQLException {
        var found = find(tx, event, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var payment = found.get();
        var reservation = inventory.find(tx, event, payment.reservation()).orElseThrow(); // by a foreign key
        return Optional.of(new Account(payment, reservation, refunds.of(tx, payment)));
    }

    /** Returns the payment of a reservation that its buyer can pay, or could if the provider answered; empty if there is none. */
    public Optional<Payment> findOpen(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return tx.find(
                SELECT + " WHERE event_id = ? AND reservation_id = ? AND status IN ('CREATED', 'OPEN')",
                PaymentStore::read,
                event.value(),
                reservation.value());
    }

    /** Returns the payment that has confirmed a reservation; empty if it was confirmed without one, or not at all. */
    public Optional<Payment> findConfirming(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return Optional.ofNullable(
                findConfirming(tx, event, List.of(reservation)).get(reservation));
    }

    /** Returns, for each of some reservations that has one, the payment that has confirmed it. */
    public Map<ReservationId, Payment> findConfirming(Tx tx, EventId event, Collection<ReservationId> reservations)
            throws SQLException {
        return tx
                .query("""
                        SELECT p.*
                          FROM unnest(?::uuid[]) AS named (id)
                         CROSS JOIN LATERAL (
                        """ + SELECT + """
                                 WHERE event_id = ? AND reservation_id = named.id AND verdict = 'CONFIRMS'
                                OFFSET 0) AS p
                        """, PaymentStore::read, ReservationId.values(reservations), event.value())
                .stream()
                .collect(toMap(Payment::reservation, Function.identity()));
    }

    /** Returns the payment that says most about a reservation: the one that has confirmed it, else the latest. */
    public Optional<Payment> findOfReservation(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return Optional.ofNullable(
                findOfReservations(tx, event, List.of(reservation)).get(reservation));
    }

    /** Returns, for each of some reservations that has one, the payment that {@link #findOfReservation} returns for it. */
    public Map<ReservationId, Payment> findOfReservations(Tx tx, EventId event, Collection<ReservationId> reservations)
            throws SQLException {
        return tx.query(SELECT_FIRST, PaymentStore::read, ReservationId.values(reservations), event.value()).stream()
                .collect(toMap(Payment::reservation, Function.identity()));
    }

    /** Returns the latest payment of a reservation that does not pay for it: it confirms nothing, or its money was released. */
    public Optional<Payment> findReturned(Tx tx, EventId event, ReservationId reservation) throws SQLException {
        return tx.query(SELECT + """
                         WHERE event_id = ? AND reservation_id = ? AND (verdict <> 'CONFIRMS' OR status = 'VOIDED')
                         ORDER BY verdict = 'CONFIRMS', paid_at DESC, payment_id
                         LIMIT 1
                        """, PaymentStore::read, event.value(), reservation.value()).stream()
                .findFirst();
    }

    /** Finds the payments that providers know by a reference, in all events; normally one. */
    public List<Payment> findByReference(Tx tx, String provider, String reference) throws SQLException {
        return tx.query(SELECT + " WHERE provider = ? AND reference = ?", PaymentStore::read, provider, reference);
    }

    /** Adds a payment of which the provider does not know yet. @param due when it must be looked at if nothing else happens */
    public void create(Tx tx, Payment payment, Instant due) {
        insert(tx, payment, null, due);
    }

    /** Adds a payment that only the provider knew until now. Its money is not wanted. */
    public void createUnknown(Tx tx, Payment payment, Instant now) {
        insert(tx, payment, now, now);
    }

    private static void insert(Tx tx, Payment payment, Instant paidAt, Instant due) {
        tx.updateExactly(
                1,
                """
                INSERT INTO payments (event_id, payment_id, reservation_id, provider, status, verdict, amount, currency, return_url,
                                      reference, captured, refunded, is_late, is_disputed, created_at, expires_at, paid_at, due_at,
                                      attempts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, false, false, ?, ?, ?, ?, 0)
                """,
                payment.event().value(),
                payment.id().value(),
                payment.reservation().value(),
                payment.provider(),
                payment.status().name(),
                payment.verdict().map(Enum::name).orElse(null),
                payment.amount(),
                payment.currency(),
                payment.returnUrl().orElse(null),
                payment.reference().orElse(null),
                payment.createdAt(),
                payment.expiresAt(),
                paidAt,
                due);
    }

    /** Notes the page of a payment. */
    public void opened(Tx tx, Payment payment, PaymentProvider.Page page, Instant due) {
        tx.updateExactly(
                1,
                """
                UPDATE payments SET status = 'OPEN', checkout = ?, url = ?, due_at = ?, attempts = 0
                 WHERE event_id = ? AND payment_id = ? AND status IN ('CREATED', 'OPEN')
                """,
                page.checkout(),
                page.url(),
                due,
                payment.event().value(),
                payment.id().value());
    }

    /**
     * Notes that nothing was paid, and that it is too late to pay. The URLs, in which a shop may have put who the buyer is, are dropped.
     *
     * @param due when to make sure of it; {@code null} if the provider has said so
     */
    public void closed(Tx tx, Payment payment, Instant due) {
        tx.updateExactly(1, """
                UPDATE payments SET status = 'CLOSED', due_at = ?, attempts = 0, return_url = NULL, url = NULL
                 WHERE event_id = ? AND payment_id = ? AND verdict IS NULL
                """, due, payment.event().value(), payment.id().value());
    }

    /**
     * Notes that a payment was paid, and what for. Its URLs are dropped, as for a closed one.
     *
     * @param reservation that it is for: its own, or the successor that it has confirmed
     */
    public void paid(
            Tx tx,
            Payment payment,
            Fact.Paid fact,
            Verdict verdict,
            ReservationId reservation,
            boolean isLate,
            Instant now) {
        tx.updateExactly(
                1,
                """
                UPDATE payments
                   SET status = 'AUTHORIZED', verdict = ?, reference = ?, currency = ?, reservation_id = ?, is_late = ?, paid_at = ?, due_at = ?,
                       attempts = 0, return_url = NULL, url = NULL
                 WHERE event_id = ? AND payment_id = ? AND verdict IS NULL
                """,
                verdict.name(),
                fact.reference(),
                fact.currency(),
                reservation.value(),
                isLate,
                now,
                now,
                payment.event().value(),
                payment.id().value());
    }

    /**
     * Notes that the money of a payment was moved.
     *
     * @param captured amount, in minor units
     * @param isComplete whether the provider has told about all refunds of it; otherwise it is to be asked
     */
    public void captured(Tx tx, Payment payment, long captured, boolean isComplete, Instant now) {
        var isReturned = !payment.confirms();
        tx.updateExactly(
                1,
                """
                UPDATE payments
                   SET status = 'CAPTURED', captured = ?, captured_at = ?, refunded = ?, due_at = ?, attempts = 0
                 WHERE event_id = ? AND payment_id = ? AND status IN ('AUTHORIZED', 'VOIDED')
                """,
                captured,
                now,
                isReturned ? captured : 0L,
                isReturned || !isComplete ? now : null,
                payment.event().value(),
                payment.id().value());
        if (isReturned) {
            RefundStore.insert(tx, payment, captured, Refund.Origin.UNWANTED, Optional.empty(), now);
        }
    }

    /** Notes that the money that was reserved was released. */
    public void voided(Tx tx, Payment payment) {
        tx.updateExactly(1, """
                UPDATE payments SET status = 'VOIDED', due_at = NULL, attempts = 0
                 WHERE event_id = ? AND payment_id = ? AND status = 'AUTHORIZED'
                """, payment.event().value(), payment.id().value());
    }

    public void disputed(Tx tx, Payment payment) {
        tx.updateExactly(
                1,
                "UPDATE payments SET is_disputed = true WHERE event_id = ? AND payment_id = ?",
                payment.event().value(),
                payment.id().value());
    }

    /** Makes a payment due at once, because the provider has told that something has changed, or its reservation has. */
    public void dueNow(Tx tx, EventId event, PaymentId payment) {
        tx.updateExactly(1, """
                UPDATE payments SET due_at = least(due_at, statement_timestamp()) WHERE event_id = ? AND payment_id = ?
                """, event.value(), payment.value());
    }

    /** Notes that nothing is to be done any more, unless the payment has become due again since it was claimed. */
    public void atRest(Tx tx, Payment payment, Instant now) throws SQLException {
        tx.update("""
                UPDATE payments SET due_at = NULL, attempts = 0
                 WHERE event_id = ? AND payment_id = ? AND due_at > ? AND status IN ('CAPTURED', 'VOIDED', 'CLOSED')
                """, payment.event().value(), payment.id().value(), now);
    }

    /** Sets when a payment must be looked at next. */
    public void due(Tx tx, Payment payment, Instant due) {
        tx.updateExactly(
                1,
                "UPDATE payments SET due_at = ?, attempts = 0 WHERE event_id = ? AND payment_id = ?",
                due,
                payment.event().value(),
                payment.id().value());
    }

    /** Makes the payments of reservations that have ended due at once, so that their pages are closed and their money released. */
    public void dueNow(Tx tx, EventId event, Collection<ReservationId> reservations) throws SQLException {
        for (var payment : lockUnfinished(tx, event, reservations)) {
            dueNow(tx, event, payment);
        }
    }

    private static List<PaymentId> lockUnfinished(Tx tx, EventId event, Collection<ReservationId> reservations)
            throws SQLException {
        return tx.lock(
                """
                SELECT p.payment_id
                  FROM unnest(?::uuid[]) AS ended (id)
                 CROSS JOIN LATERAL (SELECT payment_id
                                       FROM payments
                                      WHERE event_id = ? AND reservation_id = ended.id
                                        AND status IN ('CREATED', 'OPEN', 'AUTHORIZED')
                                        FOR NO KEY UPDATE) AS p
                """, row -> new PaymentId(row.uuid("payment_id")), ReservationId.values(reservations), event.value());
    }

    /** A payment that must be looked at. */
    public record Due(EventId event, PaymentId payment) {}

    /**
     * Finds payments of a provider that must be looked at now, in all events: first those of buyers who wait for their tickets, then
     * the longest due. Locks nothing.
     */
    public List<Due> findDue(Tx tx, String provider, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id, payment_id
                  FROM payments
                 WHERE due_at <= statement_timestamp() AND provider = ?
                 ORDER BY status = 'AUTHORIZED' DESC, due_at
                 LIMIT ?
                """,
                row -> new Due(new EventId(row.uuid("event_id")), new PaymentId(row.uuid("payment_id"))),
                provider,
                limit);
    }

    /**
     * Claims a payment that must be looked at, so that no other node does so at the same time. If this one does not come back, another
     * looks at it when it is due again: later with each attempt.
     *
     * @param lease how long nobody else looks at it; longer than a call of the provider takes
     * @return empty if it is not due any more
     */
    public Optional<Payment> claim(Tx tx, Due due, Duration lease) throws SQLException {
        var claimed = tx.update(
                """
                UPDATE payments
                   SET attempts = attempts + 1,
                       due_at = statement_timestamp() + least(?::interval * power(2, least(attempts, 10)), ?::interval)
                 WHERE event_id = ? AND payment_id = ? AND due_at <= statement_timestamp()
                """,
                lease.toString(),
                MAX_RETRY.toString(),
                due.event().value(),
                due.payment().value());
        return claimed == 0 ? Optional.empty() : find(tx, due.event(), due.payment());
    }

    /** Notes a notice. One that was noted before is left as it is. */
    public void noted(Tx tx, Payment payment, String notice) throws SQLException {
        tx.update(
                """
                INSERT INTO provider_notices (event_id, provider, notice, payment_id, received_at)
                VALUES (?, ?, ?, ?, statement_timestamp()) ON CONFLICT DO NOTHING
                """,
                payment.event().value(),
                payment.provider(),
                notice,
                payment.id().value());
    }

    /** Deletes notices that were received before an age by the database's clock. */
    public int pruneNotices(Tx tx, Duration age) throws SQLException {
        return tx.update(
                "DELETE FROM provider_notices WHERE received_at < statement_timestamp() - ?::interval", age.toString());
    }

    /** Counts, over all events, the payments that somebody should look at because a minute was not enough. */
    public Backlog.LatePayments countLate(Tx tx) throws SQLException {
        return tx.query(
                        """
                        SELECT (SELECT count(*) FROM payments
                                 WHERE verdict <> 'CONFIRMS' AND due_at IS NOT NULL
                                   AND paid_at < statement_timestamp() - interval '1 minute') AS stranded,
                               (SELECT count(*) FROM payments
                                 WHERE status = 'AUTHORIZED' AND verdict = 'CONFIRMS' AND due_at IS NOT NULL
                                   AND paid_at < statement_timestamp() - interval '1 minute') AS uncaptured,
                               (SELECT count(*) FROM refunds WHERE status = 'FAILED') AS failed,
                               (SELECT count(*) FROM payments
                                 WHERE due_at < statement_timestamp() - interval '1 minute') AS overdue
                        """,
                        row -> new Backlog.LatePayments(
                                row.bigint("stranded"),
                                row.bigint("uncaptured"),
                                row.bigint("failed"),
                                row.bigint("overdue")))
                .get(0);
    }
}
