-- Seatlock: an idempotency key is written once, together with its reply, at the end of the transaction that has its effect.
--
-- It was inserted first and completed last, which cost a second version of the row and, as replies are long, mostly a
-- second entry in the index: more than a third of what the database did for a booking.

ALTER TABLE idempotency_keys
    ALTER COLUMN reply_status SET NOT NULL,
    ALTER COLUMN reply_body SET NOT NULL,
    DROP CONSTRAINT idempotency_keys_reply_whole,
    RESET (fillfactor);

COMMENT ON COLUMN idempotency_keys.reply_status IS 'Of HTTP.';

-- What the planner, once it has counted, may think of the rows of one event: that they are all there are. Counted, it would
-- be wrong for the next large event; that it is not wrong before it has counted is up to the statements themselves.
ALTER TABLE seats ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE reservations ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE reservation_seats ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE tickets ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE jobs ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE idempotency_keys ALTER COLUMN event_id SET (n_distinct = 1);
