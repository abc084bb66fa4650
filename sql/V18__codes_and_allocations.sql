-- What is counted, codes, seats withheld for somebody, and sales to some people first.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Limits -----------------------------------------------------------------------------------------------------------------
--
-- Uses of a code, or seats sold at an early price. A counter alone would oversell: a confirmation that reads the clock just before
-- a hold lapses, and commits just after, would be counted by nobody who looks in between. So whoever reserves, extends, confirms
-- or refunds locks the limit before the clock is read.

CREATE TABLE limits (
    event_id  uuid    NOT NULL,
    limit_id  uuid    NOT NULL,
    size      integer NOT NULL,
    confirmed integer NOT NULL,

    CONSTRAINT limits_pk PRIMARY KEY (event_id, limit_id),
    CONSTRAINT limits_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT limits_size_in_range CHECK (size BETWEEN 1 AND 1000000),
    CONSTRAINT limits_not_exceeded CHECK (confirmed BETWEEN 0 AND size)
) WITH (fillfactor = 60);

COMMENT ON TABLE limits IS 'How many seats may be sold with a code or at a price. It is locked before the reservations.';
COMMENT ON COLUMN limits.confirmed IS 'Seats of confirmed reservations. Those of pending ones are in limit_uses.';

CREATE TABLE limit_uses (
    event_id       uuid        NOT NULL,
    limit_id       uuid        NOT NULL,
    reservation_id uuid        NOT NULL,
    quantity       integer     NOT NULL,
    expires_at     timestamptz,
    active         boolean     NOT NULL,

    CONSTRAINT limit_uses_pk PRIMARY KEY (event_id, limit_id, reservation_id),
    CONSTRAINT limit_uses_limit_fk FOREIGN KEY (event_id, limit_id) REFERENCES limits (event_id, limit_id),
    CONSTRAINT limit_uses_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT limit_uses_quantity_in_range CHECK (quantity BETWEEN 0 AND 100)
);

COMMENT ON TABLE limit_uses IS 'The seats of a reservation that count against a limit.';
COMMENT ON COLUMN limit_uses.quantity IS 'Without those that were given back alone; 0 if all of them were.';
COMMENT ON COLUMN limit_uses.expires_at IS 'When it ends to count: reservations.expires_at of a pending reservation; NULL once it was confirmed.';
COMMENT ON COLUMN limit_uses.active IS 'Whether it counts: false once the reservation has ended.';

CREATE INDEX limit_uses_pending ON limit_uses (event_id, limit_id) WHERE active AND expires_at IS NOT NULL;
CREATE INDEX limit_uses_by_reservation ON limit_uses (event_id, reservation_id);

ALTER TABLE limit_uses ALTER COLUMN event_id SET (n_distinct = 1);

ALTER TABLE price_types ADD COLUMN limit_id uuid;
ALTER TABLE price_types ADD CONSTRAINT price_types_limit_fk FOREIGN KEY (event_id, limit_id) REFERENCES limits (event_id, limit_id);
ALTER TABLE price_types ADD CONSTRAINT price_types_limit_of_a_limited_one CHECK ((limit_id IS NULL) = (max_seats IS NULL));

COMMENT ON COLUMN price_types.limit_id IS 'Counts the seats sold at this price; NULL if their number is not limited.';

-- 2. Codes ------------------------------------------------------------------------------------------------------------------

CREATE TABLE codes (
    event_id                  uuid        NOT NULL,
    code_id                   uuid        NOT NULL,
    code                      text        NOT NULL COLLATE "C",
    effect                    text        NOT NULL,
    value                     bigint,
    access                    text        COLLATE "C",
    sections                  text[],
    price_types               text[],
    limit_id                  uuid,
    max_seats_per_reservation integer,
    valid_from                timestamptz,
    valid_until               timestamptz,
    is_active                 boolean     NOT NULL,
    created_at                timestamptz NOT NULL,

    CONSTRAINT codes_pk PRIMARY KEY (event_id, code_id),
    CONSTRAINT codes_code_unique UNIQUE (event_id, code),
    CONSTRAINT codes_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT codes_limit_fk FOREIGN KEY (event_id, limit_id) REFERENCES limits (event_id, limit_id),
    CONSTRAINT codes_code_length CHECK (length(code) BETWEEN 3 AND 50),
    CONSTRAINT codes_effect_known CHECK (effect IN ('PERCENT', 'OFF', 'PRICE', 'ACCESS')),
    CONSTRAINT codes_value_matches_effect CHECK (
        CASE effect
            WHEN 'PERCENT' THEN value BETWEEN 1 AND 100
            WHEN 'OFF' THEN value BETWEEN 1 AND 1000000000000
            WHEN 'PRICE' THEN value BETWEEN 0 AND 1000000000000
            ELSE value IS NULL
        END),
    CONSTRAINT codes_effect_has_a_value CHECK ((effect = 'ACCESS') = (value IS NULL)),
    CONSTRAINT codes_access_of_an_access_code CHECK ((effect = 'ACCESS') = (access IS NOT NULL)),
    CONSTRAINT codes_access_form CHECK (access ~ '^[A-Z0-9][A-Z0-9_-]{0,29}$'),
    CONSTRAINT codes_max_seats_per_reservation_in_range CHECK (max_seats_per_reservation BETWEEN 1 AND 100),
    CONSTRAINT codes_valid_from_before_until CHECK (valid_until > valid_from)
);

COMMENT ON TABLE codes IS 'Codes that change a price, or open what is not for everybody.';
COMMENT ON COLUMN codes.code IS 'Normalised: NFKC, in upper case.';
COMMENT ON COLUMN codes.value IS 'Percent, or an amount in minor units of the currency of the event.';
COMMENT ON COLUMN codes.access IS 'What it opens: the name of an allocation or of a presale.';
COMMENT ON COLUMN codes.sections IS 'Where it has an effect; NULL for all sections.';
COMMENT ON COLUMN codes.price_types IS 'For which price types it has an effect; NULL for all.';
COMMENT ON COLUMN codes.limit_id IS 'Counts the seats reserved with it; NULL if their number is not limited.';

ALTER TABLE reservations ADD COLUMN code_id uuid;
ALTER TABLE reservations ADD CONSTRAINT reservations_code_fk FOREIGN KEY (event_id, code_id) REFERENCES codes (event_id, code_id);

COMMENT ON COLUMN reservations.code_id IS 'The code with which it was made; NULL for none.';

-- 3. Allocations ------------------------------------------------------------------------------------------------------------

CREATE TABLE allocations (
    event_id      uuid        NOT NULL,
    allocation_id uuid        NOT NULL,
    name          text        NOT NULL COLLATE "C",
    reason        text,
    created_at    timestamptz NOT NULL,

    CONSTRAINT allocations_pk PRIMARY KEY (event_id, allocation_id),
    CONSTRAINT allocations_name_unique UNIQUE (event_id, name),
    CONSTRAINT allocations_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT allocations_name_form CHECK (name ~ '^[A-Z0-9][A-Z0-9_-]{0,29}$'),
    CONSTRAINT allocations_reason_length CHECK (length(reason) BETWEEN 1 AND 200)
);

COMMENT ON TABLE allocations IS 'Seats that are withheld for somebody.';
COMMENT ON COLUMN allocations.name IS 'Names it in requests, and in the access codes that open it.';

ALTER TABLE seats ADD COLUMN allocation_id uuid;
ALTER TABLE seats ADD CONSTRAINT seats_allocation_fk FOREIGN KEY (event_id, allocation_id)
    REFERENCES allocations (event_id, allocation_id);

COMMENT ON COLUMN seats.allocation_id IS 'The allocation for which it is withheld, whatever its status; NULL if it is for everybody.';

CREATE INDEX seats_withheld ON seats (event_id, allocation_id, seat_id) WHERE allocation_id IS NOT NULL;

ALTER TABLE reservations ADD COLUMN customer text;
ALTER TABLE reservations ADD CONSTRAINT reservations_customer_length CHECK (length(customer) BETWEEN 1 AND 100);
ALTER TABLE reservations ADD CONSTRAINT reservations_erased_has_no_customer CHECK (erased_at IS NULL OR customer IS NULL);

COMMENT ON COLUMN reservations.customer IS 'For whom the seller made it, so that the limit of a customer counts over several addresses; NULL if not given.';

-- 4. Presales ---------------------------------------------------------------------------------------------------------------

CREATE TABLE presales (
    event_id uuid        NOT NULL,
    version  integer     NOT NULL,
    place    integer     NOT NULL,
    access   text        NOT NULL COLLATE "C",
    from_at  timestamptz NOT NULL,
    until_at timestamptz,

    CONSTRAINT presales_pk PRIMARY KEY (event_id, version, place),
    CONSTRAINT presales_terms_fk FOREIGN KEY (event_id, version) REFERENCES event_terms (event_id, version),
    CONSTRAINT presales_place_positive CHECK (place >= 1),
    CONSTRAINT presales_access_form CHECK (access ~ '^[A-Z0-9][A-Z0-9_-]{0,29}$'),
    CONSTRAINT presales_ends_after_it_begins CHECK (until_at > from_at)
);

COMMENT ON TABLE presales IS 'When holders of an access code may buy although the sale is not open to everybody, in a version of the event.';
COMMENT ON COLUMN presales.until_at IS 'NULL: until the sale is open to everybody.';

-- 5. Halls and partial refunds ----------------------------------------------------------------------------------------------

ALTER TABLE events ADD COLUMN focus_x double precision, ADD COLUMN focus_y double precision;
ALTER TABLE events ADD CONSTRAINT events_focus_whole CHECK ((focus_x IS NULL) = (focus_y IS NULL));
ALTER TABLE events ADD CONSTRAINT events_focus_in_range CHECK (abs(focus_x) <= 1000000 AND abs(focus_y) <= 1000000);

COMMENT ON COLUMN events.focus_x IS 'The point of the hall near which the best seats are.';

ALTER TABLE reservation_seats ADD COLUMN refunded_at timestamptz;
ALTER TABLE reservation_seats ADD CONSTRAINT reservation_seats_refunded_is_not_active CHECK (refunded_at IS NULL OR NOT active);

COMMENT ON COLUMN reservation_seats.refunded_at IS 'When this seat alone was given back; NULL if it was not, or with the whole reservation.';

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_known CHECK (
    kind IN ('IssueTickets', 'SendTickets', 'SendTransferredTicket', 'SendTransferNotice', 'SendRefund', 'RefreshEvent',
             'AnnounceChange', 'RenewTickets', 'SendUpdate', 'SendCancellation'));
ALTER TABLE jobs DROP CONSTRAINT jobs_subject_matches_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_matches_kind CHECK (
    CASE
        WHEN kind IN ('RefreshEvent', 'AnnounceChange') THEN subject_type = 'EVENT'
        WHEN kind IN ('SendTransferredTicket', 'SendTransferNotice', 'SendRefund') THEN subject_type = 'TICKET'
        WHEN kind IN ('SendUpdate', 'SendCancellation') THEN subject_type IN ('RESERVATION', 'TICKET') -- the buyer, another holder
        ELSE subject_type = 'RESERVATION'
    END);
