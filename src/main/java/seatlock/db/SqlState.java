package seatlock.db;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/**
 * Classifies errors by their SQLSTATE. Decisions depend on these codes, never on a message or a constraint's name.
 *
 * @see <a href="https://www.postgresql.org/docs/16/errcodes-appendix.html">PostgreSQL error codes</a>
 */
final class SqlState {

    /** read_only_sql_transaction: a standby, during a failover. */
    private static final String READ_ONLY = "25006";

    private static final Set<String> RETRYABLE = Set.of(
            "40001", // serialization_failure
            "40P01"); // deadlock_detected

    private static final Set<String> CONNECTION_LOST = Set.of(
            "57P01", // admin_shutdown
            "57P02", // crash_shutdown
            "57P05"); // idle_session_timeout

    /** A connection pooler in transaction mode causes these if sessions have prepared statements. */
    private static final Set<String> SESSION_MIXED_UP = Set.of(
            "42P05", // duplicate_prepared_statement
            "26000"); // invalid_sql_statement_name

    /** protocol_violation: the same, or a pooler that refuses a start-up parameter. */
    private static final String PROTOCOL_VIOLATION = "08P01";

    private static final Set<String> UNAVAILABLE = Set.of(
            "57P03", // cannot_connect_now: starting up or shutting down
            "57014", // query_canceled: the statement timeout
            "25P03", // idle_in_transaction_session_timeout
            READ_ONLY);

    private SqlState() {}

    static boolean isRetryable(SQLException e) {
        return RETRYABLE.contains(code(e));
    }

    /** Returns whether a row with the same key exists: what the transaction read before may be out of date. */
    static boolean isDuplicate(SQLException e) {
        return code(e).equals("23505"); // unique_violation
    }

    static boolean isLockTimeout(SQLException e) {
        return code(e).equals("55P03"); // lock_not_available
    }

    /** Returns whether a prepared statement was missing or existed already, because another session executes the statements. */
    static boolean isSessionMixedUp(SQLException e) {
        return SESSION_MIXED_UP.contains(code(e));
    }

    /** Adds to a sentence what to change in the configuration, if this is known. */
    static String withAdvice(String sentence, Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e && (isSessionMixedUp(e) || code(e).equals(PROTOCOL_VIOLATION))) {
                return sentence + (sentence.endsWith(".") ? "" : ".")
                        + " If this is PgBouncer or another pooler in transaction mode: add prepareThreshold=0 to DATABASE_URL,"
                        + " and let the pooler ignore start-up parameters that it does not support.";
            }
        }
        return sentence;
    }

    static boolean isReadOnly(SQLException e) {
        return code(e).equals(READ_ONLY);
    }

    static boolean isForbidden(SQLException e) {
        return code(e).equals("42501"); // insufficient_privilege
    }

    /** Returns whether the connection is lost: class 08, or the server announced that it closes it. */
    static boolean isConnectionLost(SQLException e) {
        return code(e).startsWith("08") || CONNECTION_LOST.contains(code(e));
    }

    /** Returns whether nothing was done, for a temporary reason: server down, overloaded (class 53), starting or too slow. */
    static boolean isUnavailable(SQLException e) {
        return e instanceof SQLTransientConnectionException // the pool had no free connection in time
                || e instanceof SQLNonTransientConnectionException
                || isConnectionLost(e)
                || code(e).startsWith("53")
                || UNAVAILABLE.contains(code(e));
    }

    private static String code(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }
}
