package seatlock.workers;

import seatlock.jobs.Job;

/** Does jobs of one or more kinds. It may be called twice for the same job, even at the same time. */
@FunctionalInterface
public interface JobHandler {

    /**
     * Does a job. Runs outside any transaction.
     *
     * @throws Hopeless if another attempt would fail as well
     * @throws Exception if another attempt may succeed
     */
    void handle(Job job) throws Exception;

    /** Another attempt would fail as well. */
    final class Hopeless extends Exception {
        private static final long serialVersionUID = 1L;

        public Hopeless(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
