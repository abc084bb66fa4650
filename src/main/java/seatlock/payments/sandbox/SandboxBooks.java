package seatlock.payments.sandbox;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.payments.Payment;
import seatlock.payments.PaymentId;

/** The books of the sandbox: the pages that it has opened, and the money that was paid on them. */
final class SandboxBooks {

    private static final Pattern REFUND_KEY = Pattern.compile("refund-([0-9a-f-]{36})-[0-9]+");

    /** Where the buyer can pay. */
    enum PageStatus {
        OPEN,
        PAID,
        CLOSED
    }

    /** Where the money is. */
    enum MoneyStatus {
        AUTHORIZED,
        CAPTURED,
        VOIDED
    }

    /** @param description lines for the page */
    record Sheet(
            EventId event,
            PaymentId payment,
            PageStatus status,
            long amount,
            String currency,
            String description,
            String returnUrl,
            Instant expiresAt) {}

    record Money(String reference, MoneyStatus status, long amount) {}

    /** @param key by which it is repeated */
    record Return(String key, long amount) {}

    void open(Tx tx, Payment payment, String description) throws SQLException {
        tx.update(
                """
                INSERT INTO sandbox_checkouts (event_id, payment_id, status, amount, currency, description, return_url, expires_at)
                VALUES (?, ?, 'OPEN', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                payment.event().value(),
                payment.id().value(),
                payment.amount(),
                payment.currency(),
                description,
                payment.returnUrl().orElseThrow(),
                payment.expiresAt());
    }

    Optional<Sheet> page(Tx tx, PaymentId payment) throws SQLException {
        return tx.find(
                """
                SELECT event_id, payment_id, status, amount, currency, description, return_url, expires_at
                  FROM sandbox_checkouts WHERE payment_id = ?
                """,
                row -> new Sheet(
                        new EventId(row.uuid("event_id")),
                        new PaymentId(row.uuid("payment_id")),
                        PageStatus.valueOf(row.text("status")),
                        row.bigint("amount"),
                        row.text("currency"),
                        row.text("description"),
                        row.text("return_url"),
                        row.instant("expires_at")),
                payment.value());
    }

    /** Changes the status of a page. @return whether it had one of the others that it may have had */
    boolean change(Tx tx, Sheet page, PageStatus to, PageStatus... from) throws SQLException {
        return tx.update(
                        "UPDATE sandbox_checkouts SET status = ? WHERE event_id = ? AND payment_id = ? AND status = ANY (?)",
                        to.name(),
                        page.event().value(),
                        page.payment().value(),
                        names(from))
                == 1;
    }

    private static String[] names(Enum<?>[] values) {
        return Stream.of(values).map(Enum::name).toArray(String[]::new);
    }

    /** Returns the money that was paid on a page, the oldest first. */
    List<Money> money(Tx tx, EventId event, PaymentId payment) throws SQLException {
        return tx.query("""
                SELECT reference, status, amount FROM sandbox_payments
                 WHERE event_id = ? AND payment_id = ? ORDER BY created_at, reference
                """, SandboxBooks::money, event.value(), payment.value());
    }

    Optional<Money> find(Tx tx, EventId event, String reference) throws SQLException {
        return tx.find(
                "SELECT reference, status, amount FROM sandbox_payments WHERE event_id = ? AND reference = ?",
                SandboxBooks::money,
                event.value(),
                reference);
    }

    private static Money money(Row row) throws SQLException {
        return new Money(row.text("reference"), MoneyStatus.valueOf(row.text("status")), row.bigint("amount"));
    }

    Money pay(Tx tx, Sheet page) throws SQLException {
        var reference = "sandbox_" + Ids.next().toString().replace("-", "");
        tx.update("""
                INSERT INTO sandbox_payments (event_id, reference, payment_id, status, amount, created_at)
                VALUES (?, ?, ?, 'AUTHORIZED', ?, clock_timestamp())
                """, page.event().value(), reference, page.payment().value(), page.amount());
        return new Money(reference, MoneyStatus.AUTHORIZED, page.amount());
    }

    /** Moves or releases money that is authorised; other money stays as it is. */
    void settle(Tx tx, EventId event, String reference, MoneyStatus to) throws SQLException {
        tx.update("""
                UPDATE sandbox_payments SET status = ?
                 WHERE event_id = ? AND reference = ? AND status = 'AUTHORIZED'
                """, to.name(), event.value(), reference);
    }

    List<Return> returns(Tx tx, EventId event, String reference) throws SQLException {
        return tx.query(
                "SELECT refund_key, amount FROM sandbox_refunds WHERE event_id = ? AND reference = ? ORDER BY created_at",
                row -> new Return(row.text("refund_key"), row.bigint("amount")),
                event.value(),
                reference);
    }

    void giveBack(Tx tx, EventId event, String reference, Return refund) throws SQLException {
        tx.update("""
                INSERT INTO sandbox_refunds (event_id, refund_key, reference, amount, created_at)
                VALUES (?, ?, ?, ?, clock_timestamp()) ON CONFLICT DO NOTHING
                """, event.value(), refund.key(), reference, refund.amount());
    }

    /** Returns the secret that all nodes share, and creates it if there is none. */
    byte[] secret(Tx tx) throws SQLException {
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        tx.update("INSERT INTO sandbox_secret (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", random);
        return tx.query("SELECT secret FROM sandbox_secret WHERE id = 1", row -> row.bytes("secret"))
                .get(0);
    }

    /** Returns our id of a refund from the key under which it was sent; empty if it was not sent by us. */
    static Optional<UUID> refundId(String key) {
        var parts = REFUND_KEY.matcher(key);
        return parts.matches() ? Optional.of(UUID.fromString(parts.group(1))) : Optional.empty();
    }
}
