package seatlock.workers;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import seatlock.jobs.Job;

/** Runs jobs of one kind. It may be called twice for the same job, even concurrently. */
@FunctionalInterface
public interface JobHandler {

    /**
     * Runs jobs of one event that were claimed together, outside any transaction.
     *
     * @return the result of each job
     * @throws RuntimeException if all have failed and a retry may succeed, because the database is unavailable or there is a bug
     */
    Map<Job, Result> handle(List<Job> jobs);

    /**
     * The result of a job.
     *
     * @param failure empty if it succeeded; {@link PermanentFailure} if a retry would fail, too; anything else if it may succeed
     * @param next the kind of the job that follows about the same subject; it is added in the transaction that records this one as
     *     done, so exactly once
     */
    record Result(Optional<Exception> failure, Optional<Job.Kind> next) {

        static Result done(Optional<Job.Kind> next) {
            return new Result(Optional.empty(), next);
        }

        static Result failed(Exception failure) {
            return new Result(Optional.of(failure), Optional.empty());
        }
    }

    /** Runs one job, outside any transaction. */
    @FunctionalInterface
    interface Single {

        /**
         * Runs a job.
         *
         * @return the kind of the job that follows, as in {@link Result}
         * @throws PermanentFailure if a retry would fail, too
         * @throws TemporaryFailure if a retry may succeed
         * @throws RuntimeException if a retry may succeed, because the database is unavailable or there is a bug
         */
        Optional<Job.Kind> handle(Job job) throws PermanentFailure, TemporaryFailure;
    }

    /** Returns a handler for jobs that have nothing in common. */
    static JobHandler oneByOne(Single single) {
        return jobs -> jobs.stream().collect(Collectors.toMap(job -> job, job -> attempt(single, job)));
    }

    private static Result attempt(Single single, Job job) {
        try {
            return Result.done(single.handle(job));
        } catch (Exception e) {
            return Result.failed(e);
        }
    }

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
