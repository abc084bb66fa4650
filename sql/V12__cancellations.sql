-- Jobs about a version of an event: its cancellation, or a change of what its tickets say.

ALTER TABLE jobs ADD COLUMN event_version integer;

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_known CHECK (
    kind IN ('IssueTickets', 'SendTickets', 'RefreshEvent', 'AnnounceChange', 'RenewTickets', 'SendUpdate',
             'SendCancellation'));
ALTER TABLE jobs DROP CONSTRAINT jobs_subject_matches_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_matches_kind CHECK (
    subject_type = CASE WHEN kind IN ('RefreshEvent', 'AnnounceChange') THEN 'EVENT' ELSE 'RESERVATION' END);
ALTER TABLE jobs ADD CONSTRAINT jobs_event_version_matches_kind CHECK (
    (kind IN ('IssueTickets', 'SendTickets')) = (event_version IS NULL));
ALTER TABLE jobs ADD CONSTRAINT jobs_event_version_fk FOREIGN KEY (event_id, event_version)
    REFERENCES event_terms (event_id, version);

COMMENT ON COLUMN jobs.event_version IS 'The version of the event that made the job necessary; NULL if a sale did.';

-- However often a worker or the sweeper dies and begins again, each holder is told once of each change.
CREATE UNIQUE INDEX jobs_one_per_version ON jobs (event_id, subject_id, kind, event_version)
 WHERE event_version IS NOT NULL;
COMMENT ON INDEX jobs_one_per_version IS 'A change of an event causes one job of a kind for each subject.';

-- The progress of a cancellation. Sales make no such rows.
CREATE INDEX changes_by_jobs ON changes (event_id, type) WHERE actor = 'job';
