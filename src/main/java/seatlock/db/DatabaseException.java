package seatlock.db;

import java.sql.SQLException;

/** Why a transaction gave no result. What is none of these is a bug, and comes as {@link IllegalStateException}. */
public abstract sealed class DatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether it failed because a lock was not to be had in time: for whoever knows better what that means to him. */
    public static boolean isLockTimeout(SQLException e) {
        return SqlState.isLockTimeout(e);
    }

    /** The database could not do it now. Nothing was changed; the same may be tried again. */
    public static sealed class Unavailable extends DatabaseException {
        private static final long serialVersionUID = 1L;

        /** Whether the reason may pass by itself: nobody there, or not yet. A wrong password does not. */
        public boolean mayPass() {
            for (Throwable cause = this; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException e) {
                    return SqlState.isUnavailable(e);
                }
            }
            return false;
        }

        Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Others were at the same rows again and again, or had the same key. Nothing was changed. */
    public static final class Contended extends Unavailable {
        private static final long serialVersionUID = 1L;

        Contended(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A lock was not to be had in time ({@link Database#LOCK_TIMEOUT}). Nothing was changed. */
    public static final class LockTimeout extends DatabaseException {
        private static final long serialVersionUID = 1L;

        LockTimeout(Throwable cause) {
            super("A lock was not to be had in time", cause);
        }
    }

    /** The connection was lost while committing: all of it was done, or nothing. */
    public static final class OutcomeUnknown extends DatabaseException {
        private static final long serialVersionUID = 1L;

        OutcomeUnknown(Throwable cause) {
            super("The connection was lost while committing", cause);
        }
    }
}
