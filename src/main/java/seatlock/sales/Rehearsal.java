package seatlock.sales;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import seatlock.db.Tx;

/**
 * Finds out whether PostgreSQL would accept a sale, without changing anything: executes statements that affect no row, but
 * that PostgreSQL refuses whenever it would refuse those of a sale, because it is read-only, a privilege is missing, or a table
 * is missing, locked or different.
 */
public final class Rehearsal {

    /** One for each table that a reservation, its confirmation or its end writes, with the columns and privileges that they use. */
    private static final List<String> WRITES = List.of(
            upsert(
                    "reservations",
                    "event_id, reservation_id",
                    "event_id, terms_version, event_starts_at, event_max_seats, reservation_id, reference, version, status,"
                            + " email, name, language, customer, token_hash, seat_count, prices, discounts, fees, total, created_at, expires_at, hold_until, confirmed_at, ended_at, payment_reference,"
                            + " amount_paid, awaits_capture, replaces, replaced_by"),
            upsert(
                    "seats",
                    "event_id, seat_id",
                    "event_id, seat_id, label, section, row_name, seat_number, status, reservation_id, held_until, allocation_id"),
            upsert(
                    "reservation_seats",
                    "event_id, reservation_id, seat_id",
                    "event_id, reservation_id, seat_id, price_type, price, discount, holder, active"),
            upsert("limits", "event_id, limit_id", "event_id, limit_id, size, confirmed"),
            upsert(
                    "limit_uses",
                    "event_id, limit_id, reservation_id",
                    "event_id, limit_id, reservation_id, quantity, expires_at, active"),
            insert("reservation_fees", "event_id, reservation_id, fee, quantity, amount"),
            upsert("quotas", "event_id, subject", "event_id, subject, reservations"),
            insert("payment_references", "event_id, reference, reservation_id"),
            insert("idempotency_keys", "event_id, created_at, key_hash, fingerprint, salt, reply"),
            insert("tickets", "event_id, key_id, transfers, entry, ticket_id, reservation_id, seat_id, issued_at"),
            insert("changes", "event_id, changed_at, change_id, type, reservation_id, ticket_id, version, actor"),
            insert(
                    "jobs",
                    "event_id, kind, state, attempts, created_at, next_attempt_at, job_id, subject_type, subject_id"),
            // A cancellation locks tickets, and a sale locks the other two, for which PostgreSQL requires the privilege
            // to update.
            "UPDATE tickets SET seat_id = seat_id WHERE false",
            "UPDATE payments SET due_at = due_at WHERE false", // the end of a reservation closes its page
            "UPDATE events SET terms_version = terms_version WHERE false",
            "UPDATE event_terms SET version = version WHERE false");

    private Rehearsal() {}

    private static String insert(String table, String columns) {
        return String.format(Locale.ROOT, "INSERT INTO %1$s (%2$s) SELECT %2$s FROM %1$s WHERE false", table, columns);
    }

    private static String upsert(String table, String key, String columns) {
        return insert(table, columns)
                + String.format(Locale.ROOT, " ON CONFLICT (%s) DO UPDATE SET event_id = excluded.event_id", key);
    }

    /**
     * Executes the statements, in one round trip.
     *
     * @return the number of statements
     * @throws SQLException if PostgreSQL refuses one of them, as it would refuse a sale
     */
    public static int run(Tx tx) throws SQLException {
        WRITES.forEach(statement -> tx.updateExactly(0, statement));
        tx.flush();
        return WRITES.size();
    }
}
