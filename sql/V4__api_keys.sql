-- Seatlock: who may call what.

CREATE TABLE api_keys (
    key_id       uuid        NOT NULL,
    role         text        NOT NULL,
    name         text        NOT NULL,
    events       uuid[],
    secret_hash  bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,

    CONSTRAINT api_keys_pk PRIMARY KEY (key_id),
    CONSTRAINT api_keys_role_known CHECK (role IN ('ADMIN', 'SALES', 'GATE')),
    CONSTRAINT api_keys_name_length CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT api_keys_events_some CHECK (
        cardinality(events) BETWEEN 1 AND 100 AND array_position(events, NULL) IS NULL),
    CONSTRAINT api_keys_secret_hash_sha256 CHECK (length(secret_hash) = 32),
    CONSTRAINT api_keys_expires_after_created CHECK (expires_at >= created_at),
    CONSTRAINT api_keys_revoked_after_created CHECK (revoked_at >= created_at),
    CONSTRAINT api_keys_used_after_created CHECK (last_used_at >= created_at)
);

COMMENT ON TABLE api_keys IS 'The keys of the API. Belongs to no event: a reference table, where tables are distributed.';
COMMENT ON COLUMN api_keys.events IS 'Those it is for; NULL: all of them, those to come included.';
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of its secret, which is 32 random bytes and lies nowhere.';
COMMENT ON COLUMN api_keys.expires_at IS 'From this instant on it is refused: when it was replaced by another one, or was made for a time.';
COMMENT ON COLUMN api_keys.last_used_at IS 'To the minute.';
