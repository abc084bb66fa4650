package seatlock.payments;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.db.Tx;

/** Writes and reads refunds, in a transaction that has locked the reservation, as {@link PaymentStore} does. */
public final class RefundStore {

    /** A refund that was refused is sent again after this time, which doubles with each attempt. */
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);

    private static final int MAX_DOUBLINGS = 6;

    private static Duration pause(int attempt) {
        return FIRST_RETRY.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
    }

    /** Returns the refunds of a payment, the oldest first. */
    public List<Refund> of(Tx tx, Payment payment) throws SQLException {
        return tx.query(
                """
                SELECT refund_id, payment_id, amount, status, origin, reason, reference, former, failure, attempt, retry_at
                  FROM refunds WHERE event_id = ? AND payment_id = ? ORDER BY created_at, refund_id
                """,
                row -> new Refund(
                        row.uuid("refund_id"),
                        new PaymentId(row.uuid("payment_id")),
                        row.bigint("amount"),
                        Refund.Status.valueOf(row.text("status")),
                        Refund.Origin.valueOf(row.text("origin")),
                        Optional.ofNullable(row.text("reason")),
                        Optional.ofNullable(row.text("reference")),
                        Optional.ofNullable(row.text("former")),
                        Optional.ofNullable(row.text("failure")),
                        row.integer("attempt"),
                        Optional.ofNullable(row.instant("retry_at"))),
                payment.event().value(),
                payment.id().value());
    }

    /** Adds a refund that is to be sent at once. @param amount not more than what is {@linkplain Payment#left left} */
    public void giveBack(
            Tx tx, Payment payment, long amount, Refund.Origin origin, Optional<String> reason, Instant now) {
        changeRefunded(tx, payment, amount, now);
        insert(tx, payment, amount, origin, reason, now);
    }

    /** @param now {@code null} if nothing is to be sent */
    private static void changeRefunded(Tx tx, Payment payment, long difference, Instant now) {
        tx.updateExactly(
                1, """
                UPDATE payments SET refunded = refunded + ?, due_at = coalesce(?, due_at)
                 WHERE event_id = ? AND payment_id = ?
                """, difference, now, payment.event().value(), payment.id().value());
    }

    static void insert(
            Tx tx, Payment payment, long amount, Refund.Origin origin, Optional<String> reason, Instant now) {
        tx.updateExactly(
                1,
                """
                INSERT INTO refunds (event_id, refund_id, payment_id, amount, status, origin, reason, attempt, created_at)
                VALUES (?, ?, ?, ?, 'READY', ?, ?, 1, ?)
                """,
                payment.event().value(),
                UUID.randomUUID(),
                payment.id().value(),
                amount,
                origin.name(),
                reason.orElse(null),
                now);
    }

    /** Notes that a refund is about to be sent: one that was refused before, under another key. @return it as it is then */
    public Refund sending(Tx tx, Payment payment, Refund refund) {
        var attempt = refund.status() == Refund.Status.FAILED ? refund.attempt() + 1 : refund.attempt();
        tx.updateExactly(1, """
                UPDATE refunds
                   SET status = 'SENT', failure = NULL, done_at = NULL, retry_at = NULL, attempt = ?,
                       former = CASE WHEN status = 'FAILED' THEN reference ELSE former END,
                       reference = CASE WHEN status = 'FAILED' THEN NULL ELSE reference END
                 WHERE event_id = ? AND refund_id = ?
                """, attempt, payment.event().value(), refund.id());
        return new Refund(
                refund.id(),
                refund.payment(),
                refund.amount(),
                Refund.Status.SENT,
                refund.origin(),
                refund.reason(),
                refund.reference(),
                refund.former(),
                Optional.empty(),
                attempt,
                Optional.empty());
    }

    /**
     * Notes the progress of a refund of ours. One that is done may still fail later, when the bank of the buyer sends the money back. News of
     * an attempt that has failed before changes nothing: the next one is under way.
     */
    public void progressed(Tx tx, Payment payment, Refund refund, Fact.Returned fact, Instant now) {
        var isOld = refund.former().equals(Optional.of(fact.reference()));
        if (isOld || refund.status() == Refund.Status.DONE && fact.progress() != Fact.Returned.Progress.FAILED) {
            return;
        }
        var status = switch (fact.progress()) {
            case PENDING -> Refund.Status.SENT;
            case DONE -> Refund.Status.DONE;
            case FAILED -> Refund.Status.FAILED;
        };
        tx.updateExactly(
                1,
                """
                UPDATE refunds SET status = ?, reference = ?, failure = ?, done_at = ?, retry_at = ?
                 WHERE event_id = ? AND refund_id = ?
                """,
                status.name(),
                fact.reference(),
                status == Refund.Status.FAILED ? fact.failure().orElse("refused") : null,
                status == Refund.Status.DONE ? now : null,
                status == Refund.Status.FAILED ? now.plus(pause(refund.attempt())) : null,
                payment.event().value(),
                refund.id());
    }

    /**
     * Adds a refund that was made in the provider's own pages.
     *
     * @param owed refunds of ours that were not made: it replaces as much of them
     */
    public void madeElsewhere(Tx tx, Payment payment, Fact.Returned fact, List<Refund> owed, Instant now) {
        var rest = fact.amount();
        for (var refund : owed) {
            var replaced = Math.min(rest, refund.amount());
            reduce(tx, payment, refund, replaced);
            rest -= replaced;
        }
        changeRefunded(tx, payment, rest, null);
        tx.updateExactly(
                1,
                """
                INSERT INTO refunds (event_id, refund_id, payment_id, amount, status, origin, reference, attempt, created_at, done_at)
                VALUES (?, ?, ?, ?, 'DONE', 'PROVIDER', ?, 1, ?, ?)
                """,
                payment.event().value(),
                UUID.randomUUID(),
                payment.id().value(),
                fact.amount(),
                fact.reference(),
                now,
                now);
    }

    private static void reduce(Tx tx, Payment payment, Refund refund, long amount) {
        if (amount == refund.amount()) {
            tx.updateExactly(
                    1,
                    "DELETE FROM refunds WHERE event_id = ? AND refund_id = ?",
                    payment.event().value(),
                    refund.id());
        } else if (amount > 0) {
            tx.updateExactly(
                    1,
                    "UPDATE refunds SET amount = amount - ? WHERE event_id = ? AND refund_id = ?",
                    amount,
                    payment.event().value(),
                    refund.id());
        }
    }
}
