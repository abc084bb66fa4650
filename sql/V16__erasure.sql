-- The personal data of a buyer can be erased; amounts, seats and times stay.

ALTER TABLE reservations ADD COLUMN erased_at timestamptz;
ALTER TABLE reservations
    ADD CONSTRAINT reservations_erased_has_no_data CHECK (
        (erased_at IS NOT NULL) = (email = 'erased') AND (erased_at IS NULL OR (name IS NULL AND language IS NULL))),
    ADD CONSTRAINT reservations_erased_is_not_pending CHECK (erased_at IS NULL OR status <> 'PENDING');

COMMENT ON COLUMN reservations.email IS 'Address of the buyer; "erased" once it was erased.';
COMMENT ON COLUMN reservations.erased_at IS 'When the personal data of the buyer was erased.';

ALTER TABLE events ADD COLUMN erased_at timestamptz;

COMMENT ON COLUMN events.erased_at IS 'When the last of its buyers was erased, because it ended long ago (RETENTION).';

-- What the retention looks for: past events with buyers.
CREATE INDEX events_not_erased ON events (starts_at) WHERE erased_at IS NULL;
