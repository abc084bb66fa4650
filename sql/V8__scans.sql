-- The scans of tickets, each judged as of its own time; check-in by the number printed on a ticket.
--
-- Nodes of earlier releases cannot serve on this schema: they would check in tickets without a scan.

CREATE TABLE scans (
    event_id    uuid        NOT NULL,
    ticket_id   uuid        NOT NULL,
    scan_id     uuid        NOT NULL,
    gate        text        NOT NULL,
    nonce       text,
    scanned_at  timestamptz NOT NULL,
    judged_at   timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    outcome     text        NOT NULL,

    CONSTRAINT scans_pk PRIMARY KEY (event_id, ticket_id, scan_id),
    CONSTRAINT scans_ticket_fk FOREIGN KEY (event_id, ticket_id) REFERENCES tickets (event_id, ticket_id),
    CONSTRAINT scans_outcome_known CHECK (outcome IN ('ADMITTED', 'ALREADY_CHECKED_IN', 'VOIDED')),
    CONSTRAINT scans_gate_length CHECK (length(gate) BETWEEN 1 AND 100),
    CONSTRAINT scans_nonce_length CHECK (length(nonce) BETWEEN 1 AND 100)
);

COMMENT ON TABLE scans IS 'The scans that checked a ticket in, and all that were uploaded later, whatever the outcome.';
COMMENT ON COLUMN scans.nonce IS 'The gate''s own name for the scan; NULL if it gave none.';
COMMENT ON COLUMN scans.scanned_at IS 'By the gate''s clock if the scan was uploaded later.';
COMMENT ON COLUMN scans.judged_at IS 'scanned_at, but neither before the ticket was issued nor after the scan was received.';
COMMENT ON COLUMN scans.received_at IS 'When it was received, by the database''s clock.';
COMMENT ON COLUMN scans.outcome IS 'What the gate was told.';

-- One check-in is admitted per ticket, whatever the Java does.
CREATE UNIQUE INDEX scans_one_admitted_per_ticket ON scans (event_id, ticket_id) WHERE outcome = 'ADMITTED';
COMMENT ON INDEX scans_one_admitted_per_ticket IS 'A ticket is valid for one entry.';

INSERT INTO scans (event_id, ticket_id, scan_id, gate, nonce, scanned_at, judged_at, received_at, outcome)
SELECT event_id, ticket_id, ticket_id, check_in_gate, check_in_nonce, checked_in_at, greatest(checked_in_at, issued_at),
       greatest(checked_in_at, issued_at), 'ADMITTED'
  FROM tickets
 WHERE checked_in_at IS NOT NULL;

-- Earlier releases accepted scans from before the ticket was issued. Their own time is kept in scans.
UPDATE tickets SET checked_in_at = issued_at WHERE checked_in_at < issued_at;
ALTER TABLE tickets ADD CONSTRAINT tickets_checked_in_after_issued CHECK (checked_in_at >= issued_at);

COMMENT ON COLUMN tickets.checked_in_at IS 'When it was first scanned: scans.judged_at of the earliest scan that was not of a void ticket.';

-- The number that is printed on a ticket is the last part of its id.
CREATE INDEX tickets_by_number ON tickets (event_id, right(ticket_id::text, 12));

-- Mails with the tickets of a reservation are limited.
CREATE INDEX jobs_mails_by_reservation ON jobs (event_id, reservation_id) WHERE kind = 'SendTickets';

ALTER TABLE scans ALTER COLUMN event_id SET (n_distinct = 1);
