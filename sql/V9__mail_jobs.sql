-- Documents and mail become separate jobs: when a job for documents (IssueTickets) is done, a job for the mail (SendTickets)
-- follows, added in the same transaction.
--
-- Workers of earlier releases do both in one job, so stop them first.

-- Completed jobs of earlier releases have also sent the mail. Each gets the job that now stands for it, so that every done job
-- for the documents of a confirmed reservation has a job for the mail. Jobs that are not done get theirs when they are. The
-- id keeps the time of the other job: jobs are listed by their ids.
INSERT INTO jobs (event_id, job_id, kind, subject_type, subject_id, state, attempts, created_at, next_attempt_at, ended_at)
SELECT j.event_id, (left(j.job_id::text, 18) || substr(gen_random_uuid()::text, 19))::uuid, 'SendTickets', j.subject_type,
       j.subject_id, 'DONE', j.attempts, j.created_at, j.next_attempt_at, j.ended_at
  FROM jobs AS j
  JOIN reservations AS r ON r.event_id = j.event_id AND r.reservation_id = j.reservation_id
 WHERE j.kind = 'IssueTickets'
   AND j.state = 'DONE'
   AND r.status = 'CONFIRMED';

-- The relay looks for due jobs of one kind: thousands that wait for a mail server must not slow down the others.
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (kind, next_attempt_at) WHERE state IN ('READY', 'RUNNING');

COMMENT ON INDEX jobs_one_issue_per_reservation IS 'The documents of a reservation are made by one job; mails are jobs of another kind.';
