package seatlock.workers;

import seatlock.jobs.Job;

/** Runs jobs of one or more kinds. It may be called twice for the same job, even concurrently. */
@FunctionalInterface
public interface JobHandler {

    /**
     * Runs a job, outside any transaction.
     *
     * @throws PermanentFailure if a retry would fail, too
     * @throws Exception if a retry may succeed
     */
    void handle(Job job) throws Exception;

    /** A failure that a retry cannot fix. */
    final class PermanentFailure extends Exception {
        private static final long serialVersionUID = 1L;

        public PermanentFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
