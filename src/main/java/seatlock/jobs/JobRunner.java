package seatlock.jobs;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import seatlock.catalog.EventId;
import seatlock.db.Database;
import seatlock.metrics.Metrics;

/** Does one job: claims it, does it outside any transaction while its lease is renewed, and notes how it ended. */
public final class JobRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final Database database;
    private final Jobs jobs;
    private final Map<Job.Kind, Job.Handler> handlers;
    private final RetryPolicy policy;
    private final Metrics metrics;
    private final Set<Job> running = ConcurrentHashMap.newKeySet();
    private final Loop heart = new Loop("job-leases", this::renewLeases);

    /** @param handlers one for each kind */
    public JobRunner(
            Database database, Jobs jobs, Map<Job.Kind, Job.Handler> handlers, RetryPolicy policy, Metrics metrics) {
        this.database = database;
        this.jobs = jobs;
        this.handlers = Map.copyOf(handlers);
        this.policy = policy;
        this.metrics = metrics;
        heart.start(policy.lease().dividedBy(3)); // it may miss one and still be alive
    }

    /**
     * Does a job, if it is due and nobody else is at it.
     *
     * @return what the attempt failed with, or {@code null} if it did not fail, or there was nothing to do
     */
    public Exception run(EventId event, UUID id) {
        var claimed = database.inTransaction(tx -> jobs.claimJob(tx, event, id, policy));
        if (claimed.isEmpty()) {
            return null;
        }
        var job = claimed.get();
        running.add(job);
        try {
            var failure = handle(job);
            if (failure == null) {
                // If this fails, the job is done again once its lease has run out: it has had its effect, but who
                // knows.
                end(job, "done", database.inTransaction(tx -> jobs.complete(tx, job)));
            } else {
                noteFailure(job, failure);
            }
            return failure;
        } finally {
            running.remove(job);
        }
    }

    /** @return what it failed with, or {@code null} */
    private Exception handle(Job job) {
        try {
            handlers.get(job.kind()).handle(job);
            return null;
        } catch (Exception e) {
            return e;
        } catch (Error e) { // such as a document that overflows the stack: its job's problem, not the worker's
            return new IllegalStateException(e);
        }
    }

    private void noteFailure(Job job, Exception failure) {
        var error = failure.toString();
        if (failure instanceof Job.Hopeless || job.attempts() >= policy.maxAttempts()) {
            log.error("Job {} of event {} is dead after {} attempts: {}", job.id(), job.event(), job.attempts(), error);
            end(job, "dead", database.inTransaction(tx -> jobs.bury(tx, job, error)));
        } else {
            var pause = policy.pauseAfter(job.attempts());
            log.info("Job {} will be tried again in {} ms: {}", job.id(), pause.toMillis(), error);
            end(job, "failed", database.inTransaction(tx -> jobs.putOff(tx, job, error, pause)));
        }
    }

    private void end(Job job, String outcome, boolean wasOurs) {
        if (wasOurs) {
            metrics.jobEnded(job.kind().wireName(), outcome);
        } else {
            log.warn("Job {} took longer than its lease, and somebody else has it now", job.id());
        }
    }

    private void renewLeases() {
        for (var job : running) {
            database.inTransaction(tx -> jobs.renew(tx, job, policy.lease()));
        }
    }

    /** Whoever still works goes on; only his lease is no longer renewed. */
    @Override
    public void close() {
        heart.close();
    }
}
