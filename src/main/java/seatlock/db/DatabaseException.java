package seatlock.db;

import java.sql.SQLException;

/** A transaction failed through no fault of its work. A bug in the work is an {@link IllegalStateException} instead. */
public abstract sealed class DatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private DatabaseException(String message, Throwable cause) {
        super(SqlState.withAdvice(message, cause), cause);
    }

    /** Returns whether a statement failed because it could not acquire a lock in time. */
    public static boolean isLockTimeout(SQLException e) {
        return SqlState.isLockTimeout(e);
    }

    /**
     * Returns whether the work may succeed if it is repeated later: the server is down or starting, or a lock is held. A wrong
     * password needs a person.
     */
    public boolean isTransient() {
        for (Throwable cause = this; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return SqlState.isUnavailable(e) || SqlState.isLockTimeout(e);
            }
        }
        return false;
    }

    /** Adds to a sentence what to change in the configuration, if this is known. */
    public String withAdvice(String sentence) {
        return SqlState.withAdvice(sentence, this);
    }

    /** The database is unavailable. Nothing was changed; the transaction may be retried. */
    public static sealed class Unavailable extends DatabaseException {
        private static final long serialVersionUID = 1L;

        /** Returns whether the role lacks a permission, which an administrator or {@code migrate} can grant. */
        public boolean isForbidden() {
            for (Throwable cause = this; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException e) {
                    return SqlState.isForbidden(e);
                }
            }
            return false;
        }

        Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Every attempt collided with other transactions on the same rows or the same key. Nothing was changed. */
    public static final class Contended extends Unavailable {
        private static final long serialVersionUID = 1L;

        Contended(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A lock could not be acquired within {@link Database#LOCK_TIMEOUT}. Nothing was changed. */
    public static final class LockTimeout extends DatabaseException {
        private static final long serialVersionUID = 1L;

        LockTimeout(Throwable cause) {
            super("A lock could not be acquired in time", cause);
        }
    }

    /** The connection was lost during the commit, so the transaction either took effect completely or not at all. */
    public static final class OutcomeUnknown extends DatabaseException {
        private static final long serialVersionUID = 1L;

        OutcomeUnknown(Throwable cause) {
            super("The connection was lost during the commit", cause);
        }
    }
}
