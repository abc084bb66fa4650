package seatlock.workers;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

/** Runs jobs: claims them, runs their handler outside any transaction while renewing the lease, and records the results. */
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
     * Runs the jobs of an event that are due and that no other worker has. They must be of one kind.
     *
     * @return a failure of one of them; {@code null} if all succeeded or there was nothing to do
     */
    public Exception run(EventId event, List<UUID> ids) {
        var claimed = database.inTransaction(tx -> jobs.claim(tx, event, ids, policy));
        if (claimed.isEmpty()) {
            return null;
        }
        running.addAll(claimed);
        try {
            // If this fails, the jobs run again when their lease has expired, because their success is not recorded.
            return record(claimed, results(claimed));
        } finally {
            running.removeAll(claimed);
        }
    }

    /** Runs jobs together. If that fails, runs each alone, so that one never makes others fail. */
    private Map<Job, JobHandler.Result> results(List<Job> claimed) {
        Exception failure;
        try {
            return handlers.get(claimed.get(0).kind()).handle(claimed);
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) { // such as a StackOverflowError: the jobs fail, the worker continues
            failure = new IllegalStateException(e);
        }
        var results = new HashMap<Job, JobHandler.Result>();
        for (var job : claimed) {
            if (claimed.size() == 1 || failure instanceof DatabaseException) {
                results.put(job, JobHandler.Result.failed(failure));
            } else {
                results.putAll(results(List.of(job)));
            }
        }
        return results;
    }

    private Exception record(List<Job> claimed, Map<Job, JobHandler.Result> results) {
        var following = new LinkedHashMap<Job, Optional<Job.Kind>>();
        Exception failure = null;
        for (var job : claimed) {
            var result = results.get(job);
            if (result.failure().isPresent()) {
                failure = result.failure().get();
                recordFailure(job, failure);
            } else {
                following.put(job, result.next());
            }
        }
        if (!following.isEmpty()) {
            var done = database.inTransaction(tx -> complete(tx, following));
            following.keySet().forEach(job -> reportEnd(job, "done", done.contains(job)));
        }
        return failure;
    }

    /** Marks jobs as done and adds the next ones: both or neither, and only once, because a job is done only once. */
    private List<Job> complete(Tx tx, Map<Job, Optional<Job.Kind>> following) throws SQLException {
        var done = jobs.complete(tx, List.copyOf(following.keySet()));
        var subjects = done.stream()
                .filter(job -> following.get(job).isPresent())
                .collect(groupingBy(job -> following.get(job).get(), mapping(Job::subject, toList())));
        subjects.forEach((kind, each) -> jobs.add(tx, done.get(0).event(), kind, each));
        return done;
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
