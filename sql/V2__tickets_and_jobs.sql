-- Seatlock: tickets, their documents, the jobs that make and send them, and the keys that sign them.

CREATE TABLE ticket_keys (
    key_id      integer     NOT NULL,
    public_key  bytea       NOT NULL,
    private_key bytea       NOT NULL,
    created_at  timestamptz NOT NULL,

    CONSTRAINT ticket_keys_pk PRIMARY KEY (key_id),
    CONSTRAINT ticket_keys_key_id_in_range CHECK (key_id BETWEEN 1 AND 65535)
);

COMMENT ON TABLE ticket_keys IS 'Ed25519 key pairs that sign tickets. The newest signs; all of them verify. Belongs to no event: a reference table, where tables are distributed.';
COMMENT ON COLUMN ticket_keys.public_key IS 'X.509 SubjectPublicKeyInfo (RFC 8410).';
COMMENT ON COLUMN ticket_keys.private_key IS 'PKCS #8 (RFC 8410). Whoever has it can forge tickets.';

CREATE TABLE tickets (
    event_id       uuid        NOT NULL,
    ticket_id      uuid        NOT NULL,
    reservation_id uuid        NOT NULL,
    seat_id        integer     NOT NULL,
    key_id         integer     NOT NULL,
    issued_at      timestamptz NOT NULL,
    voided_at      timestamptz,
    checked_in_at  timestamptz,
    check_in_gate  text,
    check_in_nonce text,

    CONSTRAINT tickets_pk PRIMARY KEY (event_id, ticket_id),
    CONSTRAINT tickets_claim_unique UNIQUE (event_id, reservation_id, seat_id),
    CONSTRAINT tickets_claim_fk FOREIGN KEY (event_id, reservation_id, seat_id)
        REFERENCES reservation_seats (event_id, reservation_id, seat_id),
    CONSTRAINT tickets_voided_after_issued CHECK (voided_at >= issued_at),
    CONSTRAINT tickets_checked_in_at_a_gate CHECK ((checked_in_at IS NULL) = (check_in_gate IS NULL)),
    CONSTRAINT tickets_nonce_of_a_check_in CHECK (check_in_nonce IS NULL OR checked_in_at IS NOT NULL),
    CONSTRAINT tickets_gate_length CHECK (length(check_in_gate) BETWEEN 1 AND 100),
    CONSTRAINT tickets_nonce_length CHECK (length(check_in_nonce) BETWEEN 1 AND 100)
);

COMMENT ON TABLE tickets IS 'The right to one seat, made in the transaction that confirms the reservation; checked in once.';
COMMENT ON COLUMN tickets.key_id IS 'Of ticket_keys: what its code is signed with.';
COMMENT ON COLUMN tickets.voided_at IS 'When the reservation was refunded.';
COMMENT ON COLUMN tickets.checked_in_at IS 'When it was scanned: the gate''s clock, if the scan was uploaded later.';
COMMENT ON COLUMN tickets.check_in_nonce IS 'The gate''s own name for the scan, by which it can be uploaded again.';

-- One live ticket per seat, whatever the Java does.
CREATE UNIQUE INDEX tickets_one_live_per_seat ON tickets (event_id, seat_id) WHERE voided_at IS NULL;
COMMENT ON INDEX tickets_one_live_per_seat IS 'A seat has one ticket that is not voided.';

CREATE TABLE ticket_documents (
    event_id   uuid        NOT NULL,
    ticket_id  uuid        NOT NULL,
    pdf        bytea       NOT NULL,
    created_at timestamptz NOT NULL,

    CONSTRAINT ticket_documents_pk PRIMARY KEY (event_id, ticket_id),
    CONSTRAINT ticket_documents_ticket_fk FOREIGN KEY (event_id, ticket_id) REFERENCES tickets (event_id, ticket_id),
    CONSTRAINT ticket_documents_pdf CHECK (substring(pdf FROM 1 FOR 5) = '%PDF-'::bytea)
);

COMMENT ON TABLE ticket_documents IS 'The PDF of a ticket: made once.';

-- It is compressed already.
ALTER TABLE ticket_documents ALTER COLUMN pdf SET STORAGE EXTERNAL;

CREATE TABLE jobs (
    event_id        uuid        NOT NULL,
    job_id          uuid        NOT NULL,
    kind            text        NOT NULL,
    reservation_id  uuid        NOT NULL,
    state           text        NOT NULL,
    attempts        integer     NOT NULL,
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    relayed_at      timestamptz,
    lease_id        uuid,
    last_error      text,
    ended_at        timestamptz,

    CONSTRAINT jobs_pk PRIMARY KEY (event_id, job_id),
    CONSTRAINT jobs_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT jobs_kind_known CHECK (kind IN ('IssueTickets', 'SendTickets')),
    CONSTRAINT jobs_state_known CHECK (state IN ('READY', 'RUNNING', 'DONE', 'DEAD')),
    CONSTRAINT jobs_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT jobs_lease_while_running CHECK ((state = 'RUNNING') = (lease_id IS NOT NULL)),
    CONSTRAINT jobs_ended_at_matches_state CHECK ((state IN ('DONE', 'DEAD')) = (ended_at IS NOT NULL)),
    CONSTRAINT jobs_dead_for_a_reason CHECK (state <> 'DEAD' OR last_error IS NOT NULL)
) WITH (fillfactor = 80);

COMMENT ON TABLE jobs IS 'Background work. The row is the truth; Redis only carries its id, and may lose it.';
COMMENT ON COLUMN jobs.next_attempt_at IS 'READY: not before this. RUNNING: when the lease ends, and the job is anybody''s again.';
COMMENT ON COLUMN jobs.relayed_at IS 'When its id was last handed to Redis since it became due; NULL if it was not.';
COMMENT ON COLUMN jobs.lease_id IS 'Of the worker that has it: only who knows it may end the job.';

-- A reservation's tickets are issued by one job.
CREATE UNIQUE INDEX jobs_one_issue_per_reservation ON jobs (event_id, reservation_id) WHERE kind = 'IssueTickets';
COMMENT ON INDEX jobs_one_issue_per_reservation IS 'Tickets are issued by one job; sending them again is another kind.';

-- What the relay looks for, over all events.
CREATE INDEX jobs_due ON jobs (next_attempt_at) WHERE state IN ('READY', 'RUNNING');
CREATE INDEX jobs_dead ON jobs (ended_at) WHERE state = 'DEAD';
