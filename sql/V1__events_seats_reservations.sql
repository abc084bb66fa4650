-- Seatlock: events, seats, reservations, idempotency keys.
--
-- Two rules hold for every table here (SchemaTest reads the catalogue and fails on a table that breaks them):
--
--   1. event_id comes first in every primary key, unique index and foreign key, so that the tables can be
--      distributed by event without a change: all that one transaction touches lies on one node.
--   2. Nothing that correctness depends on is a trigger, a sequence, an advisory lock or a volatile default. Ids and
--      times are parameters: the caller reads the clock itself, after it holds its locks.
--
-- The constraints repeat what Inventory.java decides. They are never the way a request learns that it is refused; they
-- are there for the day somebody's code is wrong.

CREATE TABLE events (
    event_id                  uuid        NOT NULL,
    name                      text        NOT NULL,
    venue                     text        NOT NULL,
    starts_at                 timestamptz NOT NULL,
    time_zone                 text        NOT NULL,
    currency                  text        NOT NULL,
    max_seats_per_reservation integer     NOT NULL,
    reservation_ttl_ms        bigint,
    capacity                  integer     NOT NULL,
    created_at                timestamptz NOT NULL,

    CONSTRAINT events_pk PRIMARY KEY (event_id),
    -- What reservations copy and refer to, so that a CHECK can see it there.
    CONSTRAINT events_terms_unique UNIQUE (event_id, starts_at, max_seats_per_reservation),
    CONSTRAINT events_name_length CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT events_venue_length CHECK (length(venue) BETWEEN 1 AND 200),
    CONSTRAINT events_currency_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT events_max_seats_in_range CHECK (max_seats_per_reservation BETWEEN 1 AND 100),
    CONSTRAINT events_reservation_ttl_in_range CHECK (reservation_ttl_ms BETWEEN 100 AND 604800000),
    CONSTRAINT events_capacity_in_range CHECK (capacity BETWEEN 1 AND 1000000)
);

COMMENT ON TABLE events IS 'One dated performance with its own seats.';
COMMENT ON COLUMN events.time_zone IS 'IANA name of the time zone of the venue; starts_at itself is an instant.';
COMMENT ON COLUMN events.reservation_ttl_ms IS 'How long a pending reservation of this event holds its seats, in milliseconds; NULL: as long as the server is set to (RESERVATION_TTL).';

CREATE INDEX events_by_start ON events (starts_at, event_id);

CREATE TABLE seat_plans (
    event_id      uuid    NOT NULL,
    first_seat_id integer NOT NULL,
    section       text    NOT NULL COLLATE "C",
    price         bigint  NOT NULL,
    row_name      text    NOT NULL COLLATE "C",
    seat_count    integer NOT NULL,

    CONSTRAINT seat_plans_pk PRIMARY KEY (event_id, first_seat_id),
    CONSTRAINT seat_plans_row_unique UNIQUE (event_id, section, row_name),
    CONSTRAINT seat_plans_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT seat_plans_first_seat_id_positive CHECK (first_seat_id >= 1),
    CONSTRAINT seat_plans_names_length CHECK (length(section) BETWEEN 1 AND 50 AND length(row_name) BETWEEN 1 AND 50),
    CONSTRAINT seat_plans_price_in_range CHECK (price BETWEEN 0 AND 1000000000000),
    CONSTRAINT seat_plans_seat_count_positive CHECK (seat_count >= 1)
);

COMMENT ON TABLE seat_plans IS 'The seat plan of an event as it was given, a line a row of seats. The seats themselves are in table seats.';
COMMENT ON COLUMN seat_plans.first_seat_id IS 'seats.seat_id of the first seat of the row: it tells the order of the plan.';
COMMENT ON COLUMN seat_plans.price IS 'Of each seat of the section, in minor units of the currency of the event.';

CREATE TABLE reservations (
    event_id           uuid        NOT NULL,
    reservation_id     uuid        NOT NULL,
    status             text        NOT NULL,
    email              text        NOT NULL,
    token_hash         bytea       NOT NULL,
    seat_count         integer     NOT NULL,
    total              bigint      NOT NULL,
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    confirmed_at       timestamptz,
    ended_at           timestamptz,
    payment_reference  text,
    amount_paid        bigint,
    event_starts_at    timestamptz NOT NULL,
    event_max_seats    integer     NOT NULL,

    CONSTRAINT reservations_pk PRIMARY KEY (event_id, reservation_id),
    -- Checked with the event's own terms: they are copied here, and this key says that the copy is true.
    CONSTRAINT reservations_event_fk FOREIGN KEY (event_id, event_starts_at, event_max_seats)
        REFERENCES events (event_id, starts_at, max_seats_per_reservation),
    CONSTRAINT reservations_before_event_starts CHECK (created_at < event_starts_at),
    CONSTRAINT reservations_seat_count_in_limit CHECK (seat_count BETWEEN 1 AND event_max_seats),
    CONSTRAINT reservations_status_known CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
    CONSTRAINT reservations_total_not_negative CHECK (total >= 0),
    CONSTRAINT reservations_token_hash_sha256 CHECK (length(token_hash) = 32),
    CONSTRAINT reservations_expires_after_created CHECK (expires_at > created_at),
    -- The state machine, told by its times:
    --   PENDING    neither confirmed nor ended
    --   CONFIRMED  confirmed, not ended
    --   CANCELLED  ended; confirmed before that if it was a refund
    --   EXPIRED    ended, never confirmed
    CONSTRAINT reservations_confirmed_at_matches_status CHECK (
        CASE status
            WHEN 'CONFIRMED' THEN confirmed_at IS NOT NULL
            WHEN 'CANCELLED' THEN true
            ELSE confirmed_at IS NULL
        END),
    CONSTRAINT reservations_ended_at_matches_status CHECK (
        (status IN ('CANCELLED', 'EXPIRED')) = (ended_at IS NOT NULL)),
    CONSTRAINT reservations_confirmed_in_time CHECK (confirmed_at < expires_at),
    CONSTRAINT reservations_expired_not_early CHECK (status <> 'EXPIRED' OR ended_at >= expires_at),
    CONSTRAINT reservations_paid_when_confirmed CHECK (
        (confirmed_at IS NULL AND payment_reference IS NULL AND amount_paid IS NULL)
        OR (confirmed_at IS NOT NULL AND payment_reference IS NOT NULL AND amount_paid IS NOT NULL)),
    CONSTRAINT reservations_paid_in_full CHECK (amount_paid = total)
);

COMMENT ON TABLE reservations IS 'One buyer''s claim on one or more seats: PENDING becomes CONFIRMED, CANCELLED or EXPIRED; CONFIRMED may become CANCELLED (a refund).';
COMMENT ON COLUMN reservations.token_hash IS 'SHA-256 of the token that lets its holder read and cancel the reservation.';
COMMENT ON COLUMN reservations.total IS 'Sum of the prices, in minor units of the currency of the event.';
COMMENT ON COLUMN reservations.expires_at IS 'From this instant on the seats are free again, whatever the status still says.';
COMMENT ON COLUMN reservations.ended_at IS 'When it was cancelled or found expired.';
COMMENT ON COLUMN reservations.event_starts_at IS 'Copy of events.starts_at, kept true by reservations_event_fk.';
COMMENT ON COLUMN reservations.event_max_seats IS 'Copy of events.max_seats_per_reservation, kept true by reservations_event_fk.';

-- What the sweeper looks for, over all events.
CREATE INDEX reservations_pending_by_expiry ON reservations (expires_at) WHERE status = 'PENDING';

CREATE TABLE seats (
    event_id       uuid    NOT NULL,
    seat_id        integer NOT NULL,
    label          text    NOT NULL COLLATE "C",
    section        text    NOT NULL COLLATE "C",
    row_name       text    NOT NULL COLLATE "C",
    seat_number    integer NOT NULL,
    price          bigint  NOT NULL,
    status         text    NOT NULL,
    reservation_id uuid,
    held_until     timestamptz,

    CONSTRAINT seats_pk PRIMARY KEY (event_id, seat_id),
    CONSTRAINT seats_label_unique UNIQUE (event_id, label),
    CONSTRAINT seats_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT seats_label_composed CHECK (label = section || '-' || row_name || '-' || seat_number),
    CONSTRAINT seats_seat_id_positive CHECK (seat_id >= 1),
    CONSTRAINT seats_number_positive CHECK (seat_number >= 1),
    CONSTRAINT seats_price_in_range CHECK (price BETWEEN 0 AND 1000000000000),
    CONSTRAINT seats_status_known CHECK (status IN ('AVAILABLE', 'HELD', 'SOLD')),
    CONSTRAINT seats_holder_matches_status CHECK ((status = 'AVAILABLE') = (reservation_id IS NULL)),
    CONSTRAINT seats_held_until_matches_status CHECK ((status = 'HELD') = (held_until IS NOT NULL))
) WITH (fillfactor = 60); -- Room beside a seat for its next version: an update then touches no index.

COMMENT ON TABLE seats IS 'The seats of an event, and who has each of them now. Every change of one goes through Inventory.java.';
COMMENT ON COLUMN seats.seat_id IS 'Place in the seat plan, from 1. Seats are locked in this order, always.';
COMMENT ON COLUMN seats.price IS 'In minor units of the currency of the event.';
COMMENT ON COLUMN seats.held_until IS 'When the hold lapses: expires_at of the reservation. From then on the seat is free, whatever the status still says.';

CREATE TABLE reservation_seats (
    event_id       uuid    NOT NULL,
    reservation_id uuid    NOT NULL,
    seat_id        integer NOT NULL,
    price          bigint  NOT NULL,
    active         boolean NOT NULL,

    CONSTRAINT reservation_seats_pk PRIMARY KEY (event_id, reservation_id, seat_id),
    CONSTRAINT reservation_seats_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT reservation_seats_seat_fk FOREIGN KEY (event_id, seat_id) REFERENCES seats (event_id, seat_id),
    CONSTRAINT reservation_seats_price_not_negative CHECK (price >= 0)
);

COMMENT ON TABLE reservation_seats IS 'Which seats a reservation has or had, at which price.';
COMMENT ON COLUMN reservation_seats.active IS 'Whether the seat is still its: false once it was cancelled, expired, or taken over after the hold lapsed.';

-- One active claim per seat. A second one stops here even if all of the Java were wrong.
CREATE UNIQUE INDEX reservation_seats_one_active_per_seat ON reservation_seats (event_id, seat_id) WHERE active;
COMMENT ON INDEX reservation_seats_one_active_per_seat IS 'A seat belongs to one reservation at a time.';

-- A seat can only be held by a reservation that lists it.
ALTER TABLE seats ADD CONSTRAINT seats_holder_fk FOREIGN KEY (event_id, reservation_id, seat_id)
    REFERENCES reservation_seats (event_id, reservation_id, seat_id);

CREATE TABLE idempotency_keys (
    event_id        uuid        NOT NULL,
    idempotency_key text        NOT NULL COLLATE "C",
    fingerprint     bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    reply_status    integer,
    reply_location  text,
    reply_body      bytea,

    CONSTRAINT idempotency_keys_pk PRIMARY KEY (event_id, idempotency_key),
    CONSTRAINT idempotency_keys_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT idempotency_keys_length CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_fingerprint_sha256 CHECK (length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_reply_whole CHECK ((reply_status IS NULL) = (reply_body IS NULL)),
    CONSTRAINT idempotency_keys_reply_storable CHECK (
        reply_status BETWEEN 200 AND 499 AND reply_status NOT IN (400, 401, 403, 429))
) WITH (fillfactor = 60);

COMMENT ON TABLE idempotency_keys IS 'The Idempotency-Keys clients sent, with the reply each one got. Key, effect and reply are written in one transaction.';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of what was asked: the same key with another one is refused.';
COMMENT ON COLUMN idempotency_keys.reply_status IS 'NULL only inside the transaction that is still working it out; nobody else ever sees that.';

-- For the pruning of old keys. Rows arrive in order of time, so a few bytes per range of pages are enough.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING brin (created_at);
