package seatlock.workers;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.concurrent.PeriodicTask;
import seatlock.db.Database;
import seatlock.db.DatabaseException;
import seatlock.db.Tx;
import seatlock.jobs.Job;
import seatlock.jobs.Jobs;
import seatlock.jobs.RetryPolicy;
import seatlock.metrics.Metrics;

/** Runs jobs: claims a job, runs its handler outside any transaction while renewing the lease, and records the result. */
public final class JobRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final Database database;
    private final Jobs jobs;
    private final Map<Job.Kind, JobHandler> handlers;
    private final RetryPolicy policy;
    private final Metrics metrics;
    private final Set<Job> running = ConcurrentHashMap.newKeySet();
    private final PeriodicTask leases =
            new PeriodicTask("job-leases", this::renewLeases, DatabaseException.class::isInstance);

    /** @param handlers one for each kind */
    public JobRunner(
            Database database, Jobs jobs, Map<Job.Kind, JobHandler> handlers, RetryPolicy policy, Metrics metrics) {
        this.database = database;
        this.jobs = jobs;
        this.handlers = Map.copyOf(handlers);
        this.policy = policy;
        this.metrics = metrics;
        leases.start(policy.lease().dividedBy(3)); // so that one missed renewal does not end a lease
    }

    /**
     * Runs a job if it is due and no other worker has it.
     *
     * @return the failure; {@code null} if the job succeeded or there was nothing to do
     */
    public Exception run(EventId event, UUID id) {
        var claimed = database.inTransaction(tx -> jobs.claimJob(tx, event, id, policy));
        if (claimed.isEmpty()) {
            return null;
        }
        var job = claimed.get();
        running.add(job);
        try {
            Optional<Job.Kind> next;
            try {
                next = handlers.get(job.kind()).handle(job);
            } catch (Exception e) {
                recordFailure(job, e);
                return e;
            } catch (Error e) { // such as a StackOverflowError while rendering: the job fails, the worker continues
                var failure = new IllegalStateException(e);
                recordFailure(job, failure);
                return failure;
            }
            // If this fails, the job runs again when its lease has expired, because its success is not recorded.
            reportEnd(job, "done", database.inTransaction(tx -> complete(tx, job, next)));
            return null;
        } finally {
            running.remove(job);
        }
    }

    /** Marks a job as done and adds the next one: both or neither, and only once, because a job is done only once. */
    private boolean complete(Tx tx, Job job, Optional<Job.Kind> next) throws SQLException {
        var hadLease = jobs.complete(tx, job);
        if (hadLease && next.isPresent()) {
            jobs.add(tx, job.event(), next.get(), List.of(job.subject()));
        }
        return hadLease;
    }

    private void recordFailure(Job job, Exception failure) {
        var error = sentence(failure);
        if (failure instanceof JobHandler.PermanentFailure || job.attempts() >= policy.maxAttempts(job.kind())) {
            log.error("Job {} of event {} is dead after attempt {}: {}", job.id(), job.event(), job.attempts(), error);
            reportEnd(job, "dead", database.inTransaction(tx -> jobs.markDead(tx, job, error)));
        } else {
            var pause = policy.pauseAfter(job.attempts());
            log.info("Job {} will be retried in {} ms: {}", job.id(), pause.toMillis(), error);
            reportEnd(job, "failed", database.inTransaction(tx -> jobs.retryLater(tx, job, error, pause)));
        }
    }

    /** Returns what an operator reads: only an unexpected failure has the name of its class. */
    private static String sentence(Exception failure) {
        return failure instanceof JobHandler.PermanentFailure
                        || failure instanceof JobHandler.TemporaryFailure
                        || failure instanceof DatabaseException
                ? failure.getMessage()
                : "Internal error: " + failure;
    }

    private void reportEnd(Job job, String outcome, boolean hadLease) {
        if (hadLease) {
            metrics.jobEnded(job.kind().wireName(), outcome);
        } else {
            log.warn("Job {} took longer than its lease and now belongs to another worker", job.id());
        }
    }

    private void renewLeases() {
        for (var job : running) {
            database.inTransaction(tx -> jobs.renew(tx, job, policy.lease()));
        }
    }

    /** Stops renewing leases. Jobs that are running continue. */
    @Override
    public void close() {
        leases.close();
    }
}
