-- Holds that are extended, and reservations that take the place of lapsed ones.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Extensions -------------------------------------------------------------------------------------------------------------

ALTER TABLE reservations ADD COLUMN hold_until timestamptz;
-- Nothing has been extended yet, so each was held for one TTL. An event that says nothing else allows three.
UPDATE reservations SET hold_until = created_at + 3 * (expires_at - created_at);
ALTER TABLE reservations ALTER COLUMN hold_until SET NOT NULL;
ALTER TABLE reservations ADD CONSTRAINT reservations_held_within_limit CHECK (expires_at <= hold_until);

COMMENT ON COLUMN reservations.hold_until IS 'How far it can be extended: fixed when it is made, by the terms at that time.';

-- 2. Successors -------------------------------------------------------------------------------------------------------------

ALTER TABLE reservations ADD COLUMN replaces uuid, ADD COLUMN replaced_by uuid;
ALTER TABLE reservations ADD CONSTRAINT reservations_replaces_fk FOREIGN KEY (event_id, replaces)
    REFERENCES reservations (event_id, reservation_id);
ALTER TABLE reservations ADD CONSTRAINT reservations_replaced_by_fk FOREIGN KEY (event_id, replaced_by)
    REFERENCES reservations (event_id, reservation_id);
ALTER TABLE reservations ADD CONSTRAINT reservations_replaces_another CHECK (
    replaces <> reservation_id AND replaced_by <> reservation_id);
ALTER TABLE reservations ADD CONSTRAINT reservations_replaced_once_expired CHECK (
    replaced_by IS NULL OR status = 'EXPIRED');
ALTER TABLE reservations ADD CONSTRAINT reservations_successor_was_confirmed CHECK (
    replaces IS NULL OR confirmed_at IS NOT NULL);

CREATE UNIQUE INDEX reservations_replaces_unique ON reservations (event_id, replaces) WHERE replaces IS NOT NULL;
CREATE UNIQUE INDEX reservations_replaced_by_unique ON reservations (event_id, replaced_by) WHERE replaced_by IS NOT NULL;
COMMENT ON INDEX reservations_replaces_unique IS 'A reservation has one successor.';
COMMENT ON INDEX reservations_replaced_by_unique IS 'A reservation is the successor of one.';

COMMENT ON COLUMN reservations.replaces IS 'The lapsed reservation in whose place it was confirmed; NULL for any other.';
COMMENT ON COLUMN reservations.replaced_by IS 'The reservation that was confirmed in its place after it had lapsed.';
