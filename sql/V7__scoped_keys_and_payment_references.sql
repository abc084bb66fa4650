-- Idempotency keys of their own for each caller and operation, without readable tokens; and payments that are used once.
--
-- Nodes of earlier releases cannot serve on this schema: stop them first.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Idempotency keys -------------------------------------------------------------------------------------------------------
--
-- A key is identified by a hash of its caller, its operation and its text. The text itself is not stored, because it encrypts
-- the body of the reply, which may hold the token of a reservation. Keys that earlier releases stored are identified by the hash
-- of their text alone; they and their replies, which are not encrypted, are found for the rest of their day.

ALTER TABLE idempotency_keys ADD COLUMN key_hash bytea;
UPDATE idempotency_keys SET key_hash = sha256(convert_to(idempotency_key, 'UTF8'));
ALTER TABLE idempotency_keys ALTER COLUMN key_hash SET NOT NULL;
ALTER TABLE idempotency_keys ADD COLUMN salt bytea;
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_pk;
ALTER TABLE idempotency_keys DROP COLUMN idempotency_key; -- and its constraint idempotency_keys_length
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_pk PRIMARY KEY (event_id, key_hash);
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_key_hash_sha256 CHECK (length(key_hash) = 32);
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_salt_length CHECK (length(salt) = 16);

COMMENT ON TABLE idempotency_keys IS 'The Idempotency-Keys of clients, with the reply that each one got. Key, effect and reply are written in one transaction.';
COMMENT ON COLUMN idempotency_keys.key_hash IS 'SHA-256 of the caller, the operation and the key.';
COMMENT ON COLUMN idempotency_keys.salt IS 'Encrypts the body of the reply, together with the key; NULL if an earlier release stored the reply, unencrypted.';
COMMENT ON COLUMN idempotency_keys.reply IS 'Status, space, location (if any), line feed; then the encrypted body.';

-- 2. Payment references -----------------------------------------------------------------------------------------------------

CREATE TABLE payment_references (
    event_id       uuid NOT NULL,
    reference      text NOT NULL COLLATE "C",
    reservation_id uuid NOT NULL,

    CONSTRAINT payment_references_pk PRIMARY KEY (event_id, reference),
    CONSTRAINT payment_references_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id)
);

COMMENT ON TABLE payment_references IS 'The payments that confirmed a reservation: each confirms only one. Free reservations are not listed.';
COMMENT ON COLUMN payment_references.reference IS 'As reservations.payment_reference.';

-- Earlier releases let one payment confirm several reservations; the first one has it.
INSERT INTO payment_references (event_id, reference, reservation_id)
SELECT DISTINCT ON (event_id, payment_reference) event_id, payment_reference, reservation_id
  FROM reservations
 WHERE amount_paid > 0
 ORDER BY event_id, payment_reference, confirmed_at, reservation_id;

ALTER TABLE payment_references ALTER COLUMN event_id SET (n_distinct = 1);
