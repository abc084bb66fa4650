-- Groundwork for later releases.
--
--   1. The rules under which a reservation was sold become versioned terms, so that events can change in later releases.
--   2. Seat numbers become text, to allow numbers such as "12A".
--   3. A job gets a subject, which may be an event instead of a reservation.
--   4. A stored reply becomes one value that only the API interprets.
--
-- Nodes of earlier releases cannot serve on this schema: stop them first. The table seats is rewritten, which takes time in
-- proportion to the number of seats.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Terms ------------------------------------------------------------------------------------------------------------------

CREATE TABLE event_terms (
    event_id                  uuid        NOT NULL,
    version                   integer     NOT NULL,
    starts_at                 timestamptz NOT NULL,
    max_seats_per_reservation integer     NOT NULL,
    reservation_ttl_ms        bigint,
    created_at                timestamptz NOT NULL,

    CONSTRAINT event_terms_pk PRIMARY KEY (event_id, version),
    -- Targets of the foreign keys that keep the copies in events and reservations correct.
    CONSTRAINT event_terms_start_unique UNIQUE (event_id, version, starts_at),
    CONSTRAINT event_terms_limits_unique UNIQUE (event_id, version, starts_at, max_seats_per_reservation),
    CONSTRAINT event_terms_version_positive CHECK (version >= 1),
    CONSTRAINT event_terms_max_seats_in_range CHECK (max_seats_per_reservation BETWEEN 1 AND 100),
    CONSTRAINT event_terms_reservation_ttl_in_range CHECK (reservation_ttl_ms BETWEEN 100 AND 604800000)
);

COMMENT ON TABLE event_terms IS 'The rules of an event, in versions. A version is written once and never changed.';
COMMENT ON COLUMN event_terms.version IS 'Counts from 1. The current one is events.terms_version.';
COMMENT ON COLUMN event_terms.reservation_ttl_ms IS 'How long a pending reservation holds its seats, in milliseconds; NULL for the server''s setting (RESERVATION_TTL).';

INSERT INTO event_terms (event_id, version, starts_at, max_seats_per_reservation, reservation_ttl_ms, created_at)
SELECT event_id, 1, starts_at, max_seats_per_reservation, reservation_ttl_ms, created_at
  FROM events;

ALTER TABLE reservations DROP CONSTRAINT reservations_event_fk;
ALTER TABLE events DROP CONSTRAINT events_terms_unique;
ALTER TABLE events DROP COLUMN max_seats_per_reservation, DROP COLUMN reservation_ttl_ms;
ALTER TABLE events ADD COLUMN terms_version integer NOT NULL DEFAULT 1;
ALTER TABLE events ALTER COLUMN terms_version DROP DEFAULT;
ALTER TABLE events ADD CONSTRAINT events_terms_fk FOREIGN KEY (event_id, terms_version, starts_at)
    REFERENCES event_terms (event_id, version, starts_at);

COMMENT ON COLUMN events.terms_version IS 'Of event_terms: the current version.';
COMMENT ON COLUMN events.starts_at IS 'Copy of event_terms.starts_at, kept true by events_terms_fk: events are listed by it.';

ALTER TABLE reservations ADD COLUMN terms_version integer NOT NULL DEFAULT 1;
ALTER TABLE reservations ALTER COLUMN terms_version DROP DEFAULT;
ALTER TABLE reservations ADD CONSTRAINT reservations_terms_fk
    FOREIGN KEY (event_id, terms_version, event_starts_at, event_max_seats)
    REFERENCES event_terms (event_id, version, starts_at, max_seats_per_reservation);

COMMENT ON COLUMN reservations.terms_version IS 'Of event_terms: the version that the reservation was made under.';
COMMENT ON COLUMN reservations.event_starts_at IS 'Copy of event_terms.starts_at, kept true by reservations_terms_fk.';
COMMENT ON COLUMN reservations.event_max_seats IS 'Copy of event_terms.max_seats_per_reservation, kept true by reservations_terms_fk.';

-- 2. Seat numbers -----------------------------------------------------------------------------------------------------------

ALTER TABLE seats DROP CONSTRAINT seats_number_positive;
ALTER TABLE seats ALTER COLUMN seat_number TYPE text COLLATE "C" USING seat_number::text;
ALTER TABLE seats ADD CONSTRAINT seats_number_length CHECK (length(seat_number) BETWEEN 1 AND 20);

COMMENT ON COLUMN seats.seat_number IS 'As it is printed on the seat.';

-- 3. Subjects of jobs -------------------------------------------------------------------------------------------------------

ALTER TABLE jobs ADD COLUMN subject_type text NOT NULL DEFAULT 'RESERVATION';
ALTER TABLE jobs ALTER COLUMN subject_type DROP DEFAULT;
ALTER TABLE jobs DROP CONSTRAINT jobs_reservation_fk;
DROP INDEX jobs_one_issue_per_reservation;
ALTER TABLE jobs RENAME COLUMN reservation_id TO subject_id;
-- A generated column, so that the foreign key still applies to jobs about a reservation.
ALTER TABLE jobs ADD COLUMN reservation_id uuid
    GENERATED ALWAYS AS (CASE WHEN subject_type = 'RESERVATION' THEN subject_id END) STORED;
ALTER TABLE jobs ADD CONSTRAINT jobs_reservation_fk FOREIGN KEY (event_id, reservation_id)
    REFERENCES reservations (event_id, reservation_id);
ALTER TABLE jobs ADD CONSTRAINT jobs_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id);
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_known CHECK (
    CASE subject_type WHEN 'EVENT' THEN subject_id = event_id WHEN 'RESERVATION' THEN true ELSE false END);
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_matches_kind CHECK (
    kind NOT IN ('IssueTickets', 'SendTickets') OR subject_type = 'RESERVATION');
CREATE UNIQUE INDEX jobs_one_issue_per_reservation ON jobs (event_id, reservation_id) WHERE kind = 'IssueTickets';

COMMENT ON COLUMN jobs.subject_type IS 'What subject_id identifies: EVENT or RESERVATION.';
COMMENT ON COLUMN jobs.subject_id IS 'What the job is about.';
COMMENT ON COLUMN jobs.reservation_id IS 'The subject, if it is a reservation.';
COMMENT ON INDEX jobs_one_issue_per_reservation IS 'Tickets are issued by one job; sending them again is another kind.';

-- 4. Stored replies ---------------------------------------------------------------------------------------------------------

ALTER TABLE idempotency_keys ADD COLUMN reply bytea;
UPDATE idempotency_keys
   SET reply = convert_to(reply_status || ' ' || coalesce(reply_location, '') || E'\n', 'UTF8') || reply_body;
ALTER TABLE idempotency_keys ALTER COLUMN reply SET NOT NULL;
ALTER TABLE idempotency_keys DROP COLUMN reply_status, DROP COLUMN reply_location, DROP COLUMN reply_body;
-- Only replies that depend on the effect are stored: 2xx and 4xx, except 400, 401, 403 and 429.
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_reply_storable CHECK (
    substring(reply FROM 1 FOR 1) IN ('2', '4')
    AND substring(reply FROM 4 FOR 1) = ' '
    AND position('\x0a'::bytea IN reply) > 4
    AND substring(reply FROM 1 FOR 3) NOT IN ('400', '401', '403', '429'));

COMMENT ON COLUMN idempotency_keys.reply IS 'Status, space, location (if any), line feed, body: written and read by the API only.';
