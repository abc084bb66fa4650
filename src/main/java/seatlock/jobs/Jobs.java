package seatlock.jobs;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Ids;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.inventory.ReservationId;

/**
 * The job table: {@code READY → RUNNING → DONE}, back to {@code READY} after a failure, {@code DEAD} after too many
 * failures.
 */
public final class Jobs {

    /** Time after which a job's id is sent to Redis again, unless a worker has claimed the job: Redis may lose it. */
    public static final Duration RELAY_AGAIN_AFTER = Duration.ofSeconds(10);

    /** Maximum length of a stored error, which only people read. */
    private static final int MAX_ERROR = 2000;

    /** A job that is due. */
    public record Due(EventId event, UUID id, Job.Kind kind) {}

    /** A job as it is listed for an operator. Kind and subject are texts, because a newer release may have added the job. */
    public record Listed(
            EventId event,
            UUID id,
            String kind,
            String subject,
            String state,
            int attempts,
            Instant nextAttemptAt,
            String lastError) {}

    /** Adds a job for each subject, in the transaction that makes it necessary. They are due at once. */
    public void add(Tx tx, EventId event, Job.Kind kind, List<Job.Subject> subjects) {
        tx.updateExactly(
                subjects.size(),
                """
                INSERT INTO jobs (event_id, kind, state, attempts, created_at, next_attempt_at, job_id, subject_type,
                                  subject_id)
                SELECT ?, ?, 'READY', 0, statement_timestamp(), statement_timestamp(), * FROM unnest(?, ?, ?)
                """,
                event.value(),
                kind.wireName(),
                subjects.stream().map(subject -> Ids.next()).toArray(UUID[]::new),
                subjects.stream().map(subject -> subject.type().code()).toArray(String[]::new),
                subjects.stream().map(Job.Subject::id).toArray(UUID[]::new));
    }

    /**
     * Adds a job for each subject that has none of this kind for a version of the event yet. So it can be repeated: what happens
     * because of a change of the event happens once.
     *
     * @param version of the event, which makes the jobs necessary
     * @return the number of jobs that were added
     */
    public int addOnce(Tx tx, EventId event, int version, Job.Kind kind, List<Job.Subject> subjects)
            throws SQLException {
        return tx.update(
                """
                INSERT INTO jobs (event_id, kind, event_version, state, attempts, created_at, next_attempt_at, job_id,
                                  subject_type, subject_id)
                SELECT ?, ?, ?, 'READY', 0, statement_timestamp(), statement_timestamp(), * FROM unnest(?, ?, ?)
                ON CONFLICT (event_id, subject_id, kind, event_version) WHERE event_version IS NOT NULL DO NOTHING
                """,
                event.value(),
                kind.wireName(),
                version,
                subjects.stream().map(subject -> Ids.next()).toArray(UUID[]::new),
                subjects.stream().map(subject -> subject.type().code()).toArray(String[]::new),
                subjects.stream().map(Job.Subject::id).toArray(UUID[]::new));
    }

    /**
     * A job that was added lately.
     *
     * @param isWaiting whether no worker has it and it is neither done nor dead
     */
    public record Recent(Instant createdAt, boolean isWaiting) {}

    /** Finds the jobs that mail a reservation's tickets, added since an instant or still waiting, the oldest first. */
    public List<Recent> recentMails(Tx tx, EventId event, ReservationId reservation, Instant since)
            throws SQLException {
        return tx.query(
                """
                SELECT created_at, state = 'READY' AS waiting
                  FROM jobs
                 WHERE event_id = ?
                   AND reservation_id = ?
                   AND kind = 'SendTickets'
                   AND (created_at > ? OR state = 'READY')
                 ORDER BY created_at
                """,
                row -> new Recent(row.instant("created_at"), row.bool("waiting")),
                event.value(),
                reservation.value(),
                since);
    }

    /**
     * Returns the state of the mail of each of some reservations of an event. Until the first mail has a job of its own, it is
     * that of the job for the documents, which adds it.
     */
    public Map<ReservationId, MailState> mails(Tx tx, EventId event, Collection<ReservationId> reservations)
            throws SQLException {
        return tx
                .query(
                        """
                        SELECT named.id, job.kind, job.state, job.last_error
                          FROM unnest(?) AS named (id)
                          LEFT JOIN LATERAL (
                                (SELECT kind, state, last_error, created_at, job_id
                                   FROM jobs
                                  WHERE event_id = ? AND reservation_id = named.id AND kind = 'SendTickets'
                                  ORDER BY created_at DESC, job_id DESC LIMIT 1)
                                 UNION ALL
                                (SELECT kind, state, last_error, created_at, job_id
                                   FROM jobs
                                  WHERE event_id = ? AND reservation_id = named.id AND kind = 'IssueTickets')
                                 ORDER BY kind DESC LIMIT 1) AS job ON true
                        """,
                        row -> Map.entry(new ReservationId(row.uuid("id")), mail(row)),
                        ReservationId.values(reservations),
                        event.value(),
                        event.value())
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static MailState mail(Row row) throws SQLException {
        var state = row.text("state");
        if (state == null) {
            return MailState.NONE;
        }
        var isMail = Job.Kind.SEND_TICKETS.wireName().equals(row.text("kind"));
        return new MailState(
                switch (state) {
                    case "DONE" -> isMail ? MailState.State.SENT : MailState.State.NONE; // refunded before it was sent
                    case "DEAD" -> MailState.State.FAILED;
                    default -> MailState.State.QUEUED;
                },
                Optional.ofNullable(row.text("last_error")));
    }

    /**
     * Makes jobs due that were given a time by a clock that was ahead and has been set back since: a job that was never tried and
     * is not due yet, and one whose time is further away than any pause or lease. The lease of such a running job is renewed
     * once more, because its worker may be alive.
     *
     * @return the number of jobs
     */
    public int pullForward(Tx tx, RetryPolicy policy) throws SQLException {
        record Misdated(EventId event, UUID id) {}
        var misdated = tx.query(
                """
                SELECT event_id, job_id
                  FROM jobs
                 WHERE state IN ('READY', 'RUNNING')
                   AND next_attempt_at > statement_timestamp()
                   AND (next_attempt_at > statement_timestamp()
                            + CASE state WHEN 'READY' THEN ?::interval ELSE ?::interval END
                        OR state = 'READY' AND attempts = 0)
                 LIMIT 1000
                """,
                row -> new Misdated(new EventId(row.uuid("event_id")), row.uuid("job_id")),
                policy.longestPause().toString(),
                policy.lease().multipliedBy(2).toString());
        for (var job : misdated) {
            tx.update("""
                    UPDATE jobs
                       SET relayed_at = NULL,
                           next_attempt_at = statement_timestamp()
                               + CASE state WHEN 'READY' THEN interval '0' ELSE ?::interval END
                     WHERE event_id = ?
                       AND job_id = ?
                       AND state IN ('READY', 'RUNNING')
                    """, policy.lease().toString(), job.event.value(), job.id);
        }
        return misdated.size();
    }

    /** Finds due jobs of a kind, of all events, that are not queued in Redis, the longest due first. Locks nothing. */
    public List<Due> findDue(Tx tx, Job.Kind kind, int limit) throws SQLException {
        return tx.query(
                """
                SELECT event_id, job_id
                  FROM jobs
                 WHERE kind = ?
                   AND state IN ('READY', 'RUNNING')
                   AND next_attempt_at <= statement_timestamp()
                   AND (relayed_at IS NULL OR relayed_at <= statement_timestamp() - ?::interval
                        OR relayed_at > statement_timestamp()) -- the clock was set back
                 ORDER BY next_attempt_at, event_id, job_id
                 LIMIT ?
                """,
                row -> new Due(new EventId(row.uuid("event_id")), row.uuid("job_id"), kind),
                kind.wireName(),
                RELAY_AGAIN_AFTER.toString(),
                limit);
    }

    /** Marks jobs of an event as queued in Redis. */
    public void markRelayed(Tx tx, EventId event, List<UUID> ids) throws SQLException {
        tx.update("""
                UPDATE jobs
                   SET relayed_at = ?
                 WHERE event_id = ?
                   AND job_id = ANY (?)
                   AND state IN ('READY', 'RUNNING')
                """, tx.readClock(), event.value(), ids.toArray(UUID[]::new));
    }

    /**
     * Claims jobs of an event for the duration of a lease. A job that has been claimed too often is marked as dead.
     *
     * @return those that were due and that no other worker has, in the order of their ids
     */
    public List<Job> claim(Tx tx, EventId event, List<UUID> ids, RetryPolicy policy) throws SQLException {
        record Found(UUID id, Job.Kind kind, Job.Subject subject, Integer version, int attempts, Instant due) {}
        var found = tx.query(
                """
                SELECT locked.*
                  FROM (SELECT unnest(?) AS id ORDER BY id) AS named
                 CROSS JOIN LATERAL (SELECT job_id, kind, subject_type, subject_id, event_version, attempts, next_attempt_at
                                       FROM jobs
                                      WHERE event_id = ?
                                        AND job_id = named.id
                                        AND state IN ('READY', 'RUNNING')
                                        FOR UPDATE SKIP LOCKED) AS locked
                """,
                row -> new Found(
                        row.uuid("job_id"),
                        Job.Kind.ofWireName(row.text("kind")).orElseThrow(),
                        subject(row),
                        row.integerOrNull("event_version"),
                        row.integer("attempts"),
                        row.instant("next_attempt_at")),
                ids.stream().distinct().toArray(UUID[]::new),
                event.value());
        var now = tx.readClock();
        var due = found.stream().filter(job -> !job.due.isAfter(now)).toList();
        var lease = Ids.next();
        var claimed = new ArrayList<Job>();
        for (var job : due) {
            if (job.attempts < policy.maxAttempts(job.kind)) {
                var version = job.version == null ? OptionalInt.empty() : OptionalInt.of(job.version);
                claimed.add(new Job(event, job.id, job.kind, job.subject, version, job.attempts + 1, lease));
                continue;
            }
            // A worker that survives records its failure, so the worker of the last attempt did not.
            tx.updateExactly(
                    1,
                    """
                    UPDATE jobs
                       SET state = 'DEAD', lease_id = NULL, ended_at = ?, last_error = ?
                     WHERE event_id = ?
                       AND job_id = ?
                    """,
                    now,
                    "The worker of attempt " + job.attempts + " died or took longer than its lease",
                    event.value(),
                    job.id);
        }
        if (!claimed.isEmpty()) {
            tx.updateExactly(claimed.size(), """
                    UPDATE jobs
                       SET state = 'RUNNING', attempts = attempts + 1, lease_id = ?, next_attempt_at = ?, relayed_at = NULL
                     WHERE event_id = ?
                       AND job_id = ANY (?)
                    """, lease, now.plus(policy.lease()), event.value(), ids(claimed));
        }
        return claimed;
    }

    private static UUID[] ids(List<Job> jobs) {
        return jobs.stream().map(Job::id).toArray(UUID[]::new);
    }

    /** Extends the lease. @return {@code false} if this worker has lost it */
    public boolean renew(Tx tx, Job job, Duration lease) throws SQLException {
        return update(tx, job, "next_attempt_at = ?", tx.readClock().plus(lease));
    }

    /**
     * Returns whether the holders of tickets are told of a later change of the event than the one that made a job necessary. The
     * change adds the job for that in its own transaction, so it is seen as soon as the change is.
     */
    public boolean hasLaterAnnouncement(Tx tx, Job job) throws SQLException {
        return tx.query(
                        """
                        SELECT EXISTS (SELECT FROM jobs
                                        WHERE event_id = ?
                                          AND subject_id = ?
                                          AND kind = ?
                                          AND event_version > ?) AS later
                        """,
                        row -> row.bool("later"),
                        job.event().value(),
                        job.event().value(),
                        Job.Kind.ANNOUNCE_CHANGE.wireName(),
                        job.eventVersion().orElseThrow())
                .get(0);
    }

    /**
     * Marks jobs as done that were claimed together.
     *
     * @return those of which this worker has not lost the lease
     */
    public List<Job> complete(Tx tx, List<Job> claimed) throws SQLException {
        var first = claimed.get(0);
        var done = Set.copyOf(tx.query(
                """
                UPDATE jobs
                   SET state = 'DONE', lease_id = NULL, last_error = NULL, ended_at = ?
                 WHERE event_id = ?
                   AND job_id = ANY (?)
                   AND lease_id = ?
                RETURNING job_id
                """, row -> row.uuid("job_id"), tx.readClock(), first.event().value(), ids(claimed), first.lease()));
        return claimed.stream().filter(job -> done.contains(job.id())).toList();
    }

    /** Records a failure and schedules a retry after a pause. @return {@code false} if this worker has lost the lease */
    public boolean retryLater(Tx tx, Job job, String error, Duration pause) throws SQLException {
        return update(
                tx,
                job,
                "state = 'READY', lease_id = NULL, relayed_at = NULL, last_error = ?, next_attempt_at = ?",
                truncated(error),
                tx.readClock().plus(pause));
    }

    /** Records the final failure. @return {@code false} if this worker has lost the lease */
    public boolean markDead(Tx tx, Job job, String error) throws SQLException {
        return update(
                tx,
                job,
                "state = 'DEAD', lease_id = NULL, last_error = ?, ended_at = ?",
                truncated(error),
                tx.readClock());
    }

    /** @param change the SET clause, which must be a constant of this class */
    private static boolean update(Tx tx, Job job, String change, Object... values) throws SQLException {
        var parameters = Arrays.copyOf(values, values.length + 3);
        parameters[values.length] = job.event().value();
        parameters[values.length + 1] = job.id();
        parameters[values.length + 2] = job.lease();
        return tx.update(
                        "UPDATE jobs SET " + change + " WHERE event_id = ? AND job_id = ? AND lease_id = ?", parameters)
                == 1;
    }

    private static String truncated(String error) {
        var printable = error.replace('\0', ' ');
        return printable.length() <= MAX_ERROR ? printable : printable.substring(0, MAX_ERROR);
    }

    /** Lists jobs in a state, the latest first. */
    public List<Listed> list(Tx tx, String state, int limit) throws SQLException {
        return tx.query("""
                SELECT event_id, job_id, kind, subject_type, subject_id, state, attempts, next_attempt_at, last_error
                  FROM jobs
                 WHERE state = ?
                 ORDER BY job_id DESC
                 LIMIT ?
                """, Jobs::listed, state, limit);
    }

    /** Returns the number of jobs in each state, as {@code "DEAD 3"}. */
    public List<String> count(Tx tx) throws SQLException {
        return tx.query(
                "SELECT state || ' ' || count(*) AS line FROM jobs GROUP BY state ORDER BY state",
                row -> row.text("line"));
    }

    /**
     * The jobs that are not done.
     *
     * @param byState number of jobs in each state except {@code DONE}; a state without jobs may be missing
     * @param due since when the longest due job has been due; {@code null} if no job is due
     * @param running when the oldest running job was added; {@code null} if no job is running
     */
    public record Backlog(Map<String, Long> byState, Instant due, Instant running) {}

    /** Returns the backlog of all events. It omits jobs that are done, because counting them would read the whole table. */
    public Backlog backlog(Tx tx, Instant now) throws SQLException {
        record State(String name, long jobs, Instant due, Instant added) {}
        var states = tx.query(
                """
                SELECT state, count(*) AS n, min(next_attempt_at) AS due, min(created_at) AS added
                  FROM jobs
                 WHERE state IN ('READY', 'RUNNING')
                 GROUP BY state
                 UNION ALL
                SELECT 'DEAD', count(*), NULL, NULL
                  FROM jobs
                 WHERE state = 'DEAD'
                """, row -> new State(row.text("state"), row.bigint("n"), row.instant("due"), row.instant("added")));
        return new Backlog(
                states.stream().collect(toMap(State::name, State::jobs)),
                states.stream()
                        .filter(state -> state.name.equals("READY") && state.due.isBefore(now))
                        .map(State::due)
                        .findFirst()
                        .orElse(null),
                states.stream()
                        .filter(state -> state.name.equals("RUNNING"))
                        .map(State::added)
                        .findFirst()
                        .orElse(null));
    }

    /**
     * Makes dead jobs due again and resets their attempts.
     *
     * @param id of one job, or {@code null} for all dead jobs
     * @return the number of jobs
     */
    public int retryDead(Tx tx, UUID id) throws SQLException {
        return tx.update("""
                UPDATE jobs
                   SET state = 'READY', attempts = 0, relayed_at = NULL, ended_at = NULL, next_attempt_at = ?
                 WHERE state = 'DEAD'
                   AND (?::uuid IS NULL OR job_id = ?)
                """, tx.readClock(), id, id);
    }

    private static Listed listed(Row row) throws SQLException {
        return new Listed(
                new EventId(row.uuid("event_id")),
                row.uuid("job_id"),
                row.text("kind"),
                row.text("subject_type").toLowerCase(Locale.ROOT) + " " + row.uuid("subject_id"),
                row.text("state"),
                row.integer("attempts"),
                row.instant("next_attempt_at"),
                row.text("last_error"));
    }

    private static Job.Subject subject(Row row) throws SQLException {
        return new Job.Subject(Job.Subject.Type.of(row.text("subject_type")), row.uuid("subject_id"));
    }
}
