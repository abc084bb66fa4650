-- How seats are chosen.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

ALTER TABLE event_terms
    ADD COLUMN orphans text NOT NULL DEFAULT 'ALLOWED',
    ADD COLUMN accessible_released boolean NOT NULL DEFAULT false;
ALTER TABLE event_terms ALTER COLUMN orphans DROP DEFAULT, ALTER COLUMN accessible_released DROP DEFAULT;
ALTER TABLE event_terms ADD CONSTRAINT event_terms_orphans_known CHECK (orphans IN ('ALLOWED', 'REFUSED'));

COMMENT ON COLUMN event_terms.orphans IS 'Whether a buyer may leave a single free seat beside the seats chosen.';
COMMENT ON COLUMN event_terms.accessible_released IS 'Whether accessible seats and those of companions are for everybody.';

