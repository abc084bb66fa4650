-- Seatlock: how much of an event one buyer may have at a time.
--
-- The rows are locked by who reserves, so that two requests at once, on two nodes, cannot both be within a limit that only
-- one of them is within. Without a limit nothing is written here.

CREATE TABLE quotas (
    event_id     uuid   NOT NULL,
    subject      bytea  NOT NULL,
    reservations uuid[] NOT NULL,

    CONSTRAINT quotas_pk PRIMARY KEY (event_id, subject),
    CONSTRAINT quotas_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT quotas_subject_sha256 CHECK (length(subject) = 32),
    CONSTRAINT quotas_reservations_known CHECK (
        cardinality(reservations) >= 1 AND array_position(reservations, NULL) IS NULL)
) WITH (fillfactor = 60);

COMMENT ON TABLE quotas IS 'What counts against the limits of one buyer of an event. Forgotten once the event has begun.';
COMMENT ON COLUMN quotas.subject IS 'SHA-256 of what the buyer is known by: an e-mail address, or an address on the network.';
COMMENT ON COLUMN quotas.reservations IS 'Those made under that name that were pending or confirmed when the last one was added.';

ALTER TABLE quotas ALTER COLUMN event_id SET (n_distinct = 1);
