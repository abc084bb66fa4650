/**
 * PostgreSQL through plain JDBC: connections, transactions, migrations. Knows nothing of the domain.
 *
 * <p>Guarantees: work runs in one transaction, which is committed, or rolled back if anything is thrown; a deadlock or a
 * serialization failure is retried from the start; every wait has a time limit; and callers can distinguish "nothing was
 * changed" ({@link seatlock.db.DatabaseException.Unavailable}) from "the outcome is unknown" ({@link
 * seatlock.db.DatabaseException.OutcomeUnknown}).
 */
package seatlock.db;
