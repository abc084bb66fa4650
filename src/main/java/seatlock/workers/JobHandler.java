package seatlock.workers;

import java.util.Optional;
import seatlock.jobs.Job;

/** Runs jobs of one kind. It may be called twice for the same job, even concurrently. */
@FunctionalInterface
public interface JobHandler {

    /**
     * Runs a job, outside any transaction.
     *
     * @return the kind of the job that follows about the same subject; it is added in the transaction that records this one
     *     as done, so exactly once
     * @throws PermanentFailure if a retry would fail, too
     * @throws TemporaryFailure if a retry may succeed
     * @throws RuntimeException if a retry may succeed, because the database is unavailable or there is a bug
     */
    Optional<Job.Kind> handle(Job job) throws PermanentFailure, TemporaryFailure;

    /** A failure that a retry cannot fix. The message is a sentence for the operator. */
    final class PermanentFailure extends Exception {
        private static final long serialVersionUID = 1L;

        public PermanentFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A failure that passes, such as a mail server that is down. The message is a sentence for the operator. */
    final class TemporaryFailure extends Exception {
        private static final long serialVersionUID = 1L;

        public TemporaryFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
