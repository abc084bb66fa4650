-- Tickets that change hands, and tickets that are used more than once: check-ins that are undone, and re-entry.
--
-- Nodes of earlier releases cannot serve on this schema: stop them first.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Transfers --------------------------------------------------------------------------------------------------------------
--
-- A seat of a reservation has a ticket for each holder that it has had: number 0 is the buyer's, and each transfer adds the next
-- one. Only the last one may be live (tickets_one_live_per_seat).

ALTER TABLE tickets ADD COLUMN transfers integer NOT NULL DEFAULT 0;
ALTER TABLE tickets ALTER COLUMN transfers DROP DEFAULT;
ALTER TABLE tickets ADD COLUMN holder_name text, ADD COLUMN holder_email text;
ALTER TABLE tickets DROP CONSTRAINT tickets_claim_unique;
ALTER TABLE tickets ADD CONSTRAINT tickets_claim_unique UNIQUE (event_id, reservation_id, seat_id, transfers);
ALTER TABLE tickets ADD CONSTRAINT tickets_transfers_not_negative CHECK (transfers >= 0);
ALTER TABLE tickets ADD CONSTRAINT tickets_holder_of_a_transferred_one CHECK (
    transfers > 0 OR (holder_name IS NULL AND holder_email IS NULL));
ALTER TABLE tickets ADD CONSTRAINT tickets_holder_length CHECK (
    length(holder_name) BETWEEN 1 AND 200 AND length(holder_email) BETWEEN 1 AND 254);

COMMENT ON COLUMN tickets.transfers IS 'How often the ticket of this seat had been transferred before this one was issued: 0 for the buyer''s.';
COMMENT ON COLUMN tickets.holder_name IS 'Of the person to whom it was transferred; NULL for the buyer.';
COMMENT ON COLUMN tickets.holder_email IS 'Of the person to whom it was transferred; NULL for the buyer.';
COMMENT ON COLUMN tickets.voided_at IS 'When the reservation was refunded, or the ticket transferred.';

-- Gates without a network read the void tickets of their event. Nothing is added to it before a refund or a transfer.
CREATE INDEX tickets_voided ON tickets (event_id, voided_at, ticket_id) WHERE voided_at IS NOT NULL;

-- Support calls come from people to whom a ticket was transferred, too. Issuing a ticket adds nothing to it.
CREATE INDEX tickets_by_holder ON tickets (lower(holder_email COLLATE "C"), event_id, reservation_id)
 WHERE holder_email IS NOT NULL;

-- 2. Jobs about tickets -----------------------------------------------------------------------------------------------------

ALTER TABLE jobs ADD COLUMN ticket_id uuid
    GENERATED ALWAYS AS (CASE WHEN subject_type = 'TICKET' THEN subject_id END) STORED;
ALTER TABLE jobs ADD CONSTRAINT jobs_ticket_fk FOREIGN KEY (event_id, ticket_id) REFERENCES tickets (event_id, ticket_id);
ALTER TABLE jobs DROP CONSTRAINT jobs_subject_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_known CHECK (
    CASE subject_type
        WHEN 'EVENT' THEN subject_id = event_id
        WHEN 'RESERVATION' THEN true
        WHEN 'TICKET' THEN true
        ELSE false
    END);
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_known CHECK (
    kind IN ('IssueTickets', 'SendTickets', 'SendTransferredTicket', 'SendTransferNotice', 'RefreshEvent', 'AnnounceChange',
             'RenewTickets', 'SendUpdate', 'SendCancellation'));
ALTER TABLE jobs DROP CONSTRAINT jobs_subject_matches_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_matches_kind CHECK (
    CASE
        WHEN kind IN ('RefreshEvent', 'AnnounceChange') THEN subject_type = 'EVENT'
        WHEN kind IN ('SendTransferredTicket', 'SendTransferNotice') THEN subject_type = 'TICKET'
        WHEN kind IN ('SendUpdate', 'SendCancellation') THEN subject_type IN ('RESERVATION', 'TICKET') -- the buyer, another holder
        ELSE subject_type = 'RESERVATION'
    END);
ALTER TABLE jobs DROP CONSTRAINT jobs_event_version_matches_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_event_version_matches_kind CHECK (
    CASE
        WHEN kind IN ('RefreshEvent', 'AnnounceChange', 'SendUpdate', 'SendCancellation') THEN event_version IS NOT NULL
        WHEN kind = 'RenewTickets' THEN true -- after a change of the event, or a correction of the reservation
        ELSE event_version IS NULL
    END);

COMMENT ON COLUMN jobs.subject_type IS 'What subject_id identifies: EVENT, RESERVATION or TICKET.';
COMMENT ON COLUMN jobs.ticket_id IS 'The subject, if it is a ticket.';

CREATE UNIQUE INDEX jobs_one_per_transfer ON jobs (event_id, ticket_id, kind, coalesce(event_version, 0))
 WHERE ticket_id IS NOT NULL;
COMMENT ON INDEX jobs_one_per_transfer IS 'The old and the new holder of a ticket are told once of its transfer, and the holder of each change of the event.';

-- 3. Entries ----------------------------------------------------------------------------------------------------------------
--
-- A ticket is valid for one entry at a time. A check-out, or undoing the check-in, ends an entry and begins the next one.

ALTER TABLE tickets ADD COLUMN entry integer NOT NULL DEFAULT 1;
ALTER TABLE tickets ALTER COLUMN entry DROP DEFAULT;
ALTER TABLE tickets ADD COLUMN checked_out_at timestamptz;
ALTER TABLE tickets ADD CONSTRAINT tickets_entry_positive CHECK (entry >= 1);
ALTER TABLE tickets ADD CONSTRAINT tickets_checked_out_from_an_entry CHECK (checked_out_at IS NULL OR entry > 1);

COMMENT ON TABLE tickets IS 'The right to one seat, made in the transaction that confirms the reservation, or that transfers the right.';
COMMENT ON COLUMN tickets.entry IS 'Counts from 1; the next one begins when a check-in is undone, or the ticket checked out.';
COMMENT ON COLUMN tickets.checked_in_at IS 'In this entry: scans.judged_at of its earliest scan that was told ADMITTED or ALREADY_CHECKED_IN.';
COMMENT ON COLUMN tickets.checked_out_at IS 'When it was last checked out.';

ALTER TABLE scans ADD COLUMN entry integer NOT NULL DEFAULT 1;
ALTER TABLE scans ALTER COLUMN entry DROP DEFAULT;
ALTER TABLE scans ADD COLUMN reason text;
ALTER TABLE scans ALTER COLUMN gate DROP NOT NULL;
ALTER TABLE scans DROP CONSTRAINT scans_outcome_known;
ALTER TABLE scans ADD CONSTRAINT scans_outcome_known CHECK (
    outcome IN ('ADMITTED', 'ALREADY_CHECKED_IN', 'VOIDED', 'CHECKED_OUT', 'UNDONE'));
ALTER TABLE scans ADD CONSTRAINT scans_gate_unless_undone CHECK ((outcome = 'UNDONE') = (gate IS NULL));
ALTER TABLE scans ADD CONSTRAINT scans_reason_of_an_undone_one CHECK (reason IS NULL OR outcome = 'UNDONE');
ALTER TABLE scans ADD CONSTRAINT scans_reason_length CHECK (length(reason) BETWEEN 1 AND 200);
ALTER TABLE scans ADD CONSTRAINT scans_entry_positive CHECK (entry >= 1);

DROP INDEX scans_one_admitted_per_ticket;
CREATE UNIQUE INDEX scans_one_admitted_per_entry ON scans (event_id, ticket_id, entry) WHERE outcome = 'ADMITTED';
COMMENT ON INDEX scans_one_admitted_per_entry IS 'A ticket is valid for one entry at a time.';
CREATE UNIQUE INDEX scans_one_end_per_entry ON scans (event_id, ticket_id, entry) WHERE outcome IN ('CHECKED_OUT', 'UNDONE');
COMMENT ON INDEX scans_one_end_per_entry IS 'An entry ends once: by a check-out, or because it is undone.';

COMMENT ON TABLE scans IS 'What gates did with a ticket: the scans that let somebody in or out, and all that were uploaded later, whatever the outcome; and the check-ins that a seller has undone.';
COMMENT ON COLUMN scans.entry IS 'Of the ticket: the one to which judged_at belongs.';
COMMENT ON COLUMN scans.reason IS 'Why the seller has undone the check-in.';
COMMENT ON COLUMN scans.outcome IS 'What the gate was told; UNDONE if a seller has undone the check-in.';
