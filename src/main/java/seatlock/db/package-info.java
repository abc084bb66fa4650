/**
 * PostgreSQL through plain JDBC: connections, transactions, migrations. Knows no word of the domain.
 *
 * <p>What it promises: work runs in one transaction that is committed or rolled back, whatever is thrown; a deadlock or
 * a serialization failure is retried from the top; every wait has a bound; and the caller can tell "nothing happened"
 * ({@link seatlock.db.DatabaseException.Unavailable}) from "nobody knows"
 * ({@link seatlock.db.DatabaseException.OutcomeUnknown}).
 */
package seatlock.db;
