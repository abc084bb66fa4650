-- The feed of each event: its changes with positions.

CREATE TABLE feeds (
    event_id      uuid   NOT NULL,
    last_position bigint NOT NULL,

    CONSTRAINT feeds_pk PRIMARY KEY (event_id),
    CONSTRAINT feeds_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT feeds_last_position_not_negative CHECK (last_position >= 0)
);

COMMENT ON TABLE feeds IS 'A row for each event with a feed. Only those that give positions lock it, so at most one does at a time.';
COMMENT ON COLUMN feeds.last_position IS 'The highest position of a change of the event, and so the number of changes that have one.';

-- One change makes one version of a reservation.
DROP INDEX changes_by_reservation;
CREATE UNIQUE INDEX changes_version_unique ON changes (event_id, reservation_id, version) WHERE reservation_id IS NOT NULL;
COMMENT ON INDEX changes_version_unique IS 'Each change of a reservation makes a version of its own.';
