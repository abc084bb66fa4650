-- What an event is from its draft to its doors, in versions; what a buyer is called; and the history of changes.

-- 1. Events -----------------------------------------------------------------------------------------------------------------

ALTER TABLE events ADD COLUMN status text NOT NULL DEFAULT 'PUBLISHED';
ALTER TABLE events ALTER COLUMN status DROP DEFAULT;
ALTER TABLE events ADD COLUMN is_public boolean NOT NULL DEFAULT true;
ALTER TABLE events ALTER COLUMN is_public DROP DEFAULT;
ALTER TABLE events
    ADD COLUMN description text,
    ADD COLUMN url text,
    ADD COLUMN image_url text,
    ADD COLUMN organiser_name text,
    ADD COLUMN organiser_email text,
    ADD COLUMN organiser_url text,
    ADD COLUMN doors_at timestamptz,
    ADD COLUMN ends_at timestamptz,
    ADD COLUMN language text,
    ADD COLUMN printed_version integer NOT NULL DEFAULT 1,
    ADD COLUMN cancelled_at timestamptz,
    ADD COLUMN cancel_reason text,
    ADD COLUMN cancel_refund boolean,
    ADD COLUMN cancel_notify boolean,
    ADD COLUMN cancel_completed_at timestamptz;
ALTER TABLE events ALTER COLUMN printed_version DROP DEFAULT;
ALTER TABLE events
    ADD CONSTRAINT events_status_known CHECK (status IN ('DRAFT', 'PUBLISHED', 'CANCELLED')),
    ADD CONSTRAINT events_public_from_publication_on CHECK (
        (status <> 'PUBLISHED' OR is_public) AND (status <> 'DRAFT' OR NOT is_public)),
    ADD CONSTRAINT events_description_length CHECK (length(description) BETWEEN 1 AND 10000),
    ADD CONSTRAINT events_urls_length CHECK (
        length(url) BETWEEN 1 AND 2000 AND length(image_url) BETWEEN 1 AND 2000 AND length(organiser_url) BETWEEN 1 AND 2000),
    ADD CONSTRAINT events_organiser_length CHECK (
        length(organiser_name) BETWEEN 1 AND 200 AND length(organiser_email) BETWEEN 1 AND 254),
    ADD CONSTRAINT events_organiser_has_a_name CHECK (
        organiser_name IS NOT NULL OR (organiser_email IS NULL AND organiser_url IS NULL)),
    ADD CONSTRAINT events_doors_not_after_start CHECK (doors_at <= starts_at),
    ADD CONSTRAINT events_ends_after_start CHECK (ends_at > starts_at),
    ADD CONSTRAINT events_language_form CHECK (language ~ '^[a-z]{2}$'),
    ADD CONSTRAINT events_printed_version_in_range CHECK (printed_version BETWEEN 1 AND terms_version),
    ADD CONSTRAINT events_cancelled_when_cancelled CHECK (
        (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
        AND (status = 'CANCELLED') = (cancel_refund IS NOT NULL)
        AND (status = 'CANCELLED') = (cancel_notify IS NOT NULL)),
    ADD CONSTRAINT events_cancel_reason_length CHECK (length(cancel_reason) BETWEEN 1 AND 1000),
    ADD CONSTRAINT events_cancel_reason_of_a_cancelled_one CHECK (cancel_reason IS NULL OR cancelled_at IS NOT NULL),
    ADD CONSTRAINT events_cancel_completed_after_cancelled CHECK (cancel_completed_at >= cancelled_at),
    ADD CONSTRAINT events_cancel_completed_of_a_cancelled_one CHECK (cancel_completed_at IS NULL OR cancelled_at IS NOT NULL);

COMMENT ON COLUMN events.status IS 'DRAFT. PUBLISHED. CANCELLED: nothing is sold any more.';
COMMENT ON COLUMN events.is_public IS 'Whether it has been published; otherwise only sellers see it, even if it is cancelled.';
COMMENT ON COLUMN events.terms_version IS 'Counts every change of the event: of its rules (event_terms), prices (section_prices), plan and texts.';
COMMENT ON COLUMN events.printed_version IS 'The version that last changed what tickets say: documents of earlier ones are outdated.';
COMMENT ON COLUMN events.language IS 'ISO 639-1 code: of mails and tickets to buyers that chose none; NULL for English.';
COMMENT ON COLUMN events.cancel_refund IS 'Whether confirmed reservations are cancelled, too.';
COMMENT ON COLUMN events.cancel_notify IS 'Whether holders of tickets are told by mail.';
COMMENT ON COLUMN events.cancel_completed_at IS 'When nothing was left to be cancelled.';

CREATE INDEX events_being_cancelled ON events (cancelled_at) WHERE status = 'CANCELLED' AND cancel_completed_at IS NULL;

ALTER TABLE event_terms
    ADD COLUMN on_sale_from timestamptz,
    ADD COLUMN on_sale_until timestamptz,
    ADD COLUMN is_paused boolean NOT NULL DEFAULT false,
    ADD COLUMN max_seats_per_customer integer,
    ADD COLUMN max_hold_ms bigint,
    ADD COLUMN reentry boolean NOT NULL DEFAULT false,
    ADD COLUMN transfer_until timestamptz;
ALTER TABLE event_terms ALTER COLUMN is_paused DROP DEFAULT;
ALTER TABLE event_terms ALTER COLUMN reentry DROP DEFAULT;
ALTER TABLE event_terms
    ADD CONSTRAINT event_terms_sale_ends_after_it_begins CHECK (on_sale_until > on_sale_from),
    ADD CONSTRAINT event_terms_sale_begins_before_the_start CHECK (on_sale_from < starts_at),
    ADD CONSTRAINT event_terms_max_seats_per_customer_in_range CHECK (max_seats_per_customer BETWEEN 1 AND 1000000),
    ADD CONSTRAINT event_terms_max_hold_in_range CHECK (max_hold_ms BETWEEN 100 AND 2592000000);

COMMENT ON COLUMN event_terms.version IS 'Counts from 1; every version of an event has a row. The current one is events.terms_version.';
COMMENT ON COLUMN event_terms.on_sale_from IS 'Nothing can be reserved before; NULL: from the creation on.';
COMMENT ON COLUMN event_terms.on_sale_until IS 'Nothing can be reserved from then on; NULL: until the start.';
COMMENT ON COLUMN event_terms.is_paused IS 'Whether the seller has stopped the sale until further notice.';
COMMENT ON COLUMN event_terms.max_seats_per_customer IS 'Seats of one e-mail address in all its reservations; NULL for the server''s setting.';
COMMENT ON COLUMN event_terms.max_hold_ms IS 'For how long a reservation can be held altogether, extensions included, in milliseconds, but at least for its TTL; NULL for three times its TTL.';
COMMENT ON COLUMN event_terms.reentry IS 'Whether a ticket that was checked out can be checked in again.';
COMMENT ON COLUMN event_terms.transfer_until IS 'No ticket can be transferred from then on; NULL: until the start.';

-- 2. Prices -----------------------------------------------------------------------------------------------------------------

CREATE TABLE section_prices (
    event_id uuid    NOT NULL,
    section  text    NOT NULL COLLATE "C",
    version  integer NOT NULL,
    price    bigint  NOT NULL,

    CONSTRAINT section_prices_pk PRIMARY KEY (event_id, section, version),
    CONSTRAINT section_prices_terms_fk FOREIGN KEY (event_id, version) REFERENCES event_terms (event_id, version),
    CONSTRAINT section_prices_section_length CHECK (length(section) BETWEEN 1 AND 50),
    CONSTRAINT section_prices_price_in_range CHECK (price BETWEEN 0 AND 1000000000000)
);

COMMENT ON TABLE section_prices IS 'The price of a seat of a section, from a version of the event on. Reserved seats keep their price: reservation_seats.price.';
COMMENT ON COLUMN section_prices.version IS 'The first version of the event with this price.';
COMMENT ON COLUMN section_prices.price IS 'In minor units of the currency of the event.';

INSERT INTO section_prices (event_id, section, version, price)
SELECT DISTINCT event_id, section, 1, price
  FROM seat_plans;

ALTER TABLE seat_plans DROP COLUMN price;
ALTER TABLE seats DROP COLUMN price;

-- 3. Buyers -----------------------------------------------------------------------------------------------------------------

ALTER TABLE reservations
    ADD COLUMN reference text COLLATE "C",
    ADD COLUMN name text,
    ADD COLUMN language text,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE reservations ALTER COLUMN version DROP DEFAULT;

-- Numbers of reservations in their event, spread over all texts of eight of 30 characters: a bijection, since the factor has
-- no divisor in common with 30.
WITH numbered AS (
    SELECT event_id, reservation_id,
           row_number() OVER (PARTITION BY event_id ORDER BY reservation_id) * 405482914189 % 656100000000 AS n
      FROM reservations)
UPDATE reservations AS r
   SET reference = (SELECT string_agg(substr('23456789ABCDEFGHJKMNPQRSTVWXYZ', (n / power(30, k)::bigint % 30)::integer + 1, 1), ''
                                      ORDER BY k)
                      FROM generate_series(0, 7) AS k)
  FROM numbered
 WHERE r.event_id = numbered.event_id
   AND r.reservation_id = numbered.reservation_id;

ALTER TABLE reservations
    ALTER COLUMN reference SET NOT NULL,
    ADD CONSTRAINT reservations_reference_form CHECK (reference ~ '^[2-9A-HJKMNP-TV-Z]{8}$'),
    ADD CONSTRAINT reservations_name_length CHECK (length(name) BETWEEN 1 AND 200),
    ADD CONSTRAINT reservations_language_form CHECK (language ~ '^[a-z]{2}$'),
    ADD CONSTRAINT reservations_version_positive CHECK (version >= 1);

COMMENT ON COLUMN reservations.reference IS 'To be read out: eight characters without look-alikes.';
COMMENT ON COLUMN reservations.name IS 'Of the buyer; NULL if it is not known.';
COMMENT ON COLUMN reservations.language IS 'ISO 639-1 code: of mails and tickets; NULL for that of the event.';
COMMENT ON COLUMN reservations.version IS 'Counts the changes of the reservation, from 1.';

CREATE UNIQUE INDEX reservations_reference_unique ON reservations (event_id, reference);
COMMENT ON INDEX reservations_reference_unique IS 'A reference identifies one reservation of an event.';
-- Ids grow with time, so this lists what an address has, the newest first, in one event or in all.
CREATE INDEX reservations_by_email ON reservations (lower(email COLLATE "C"), event_id, reservation_id);

ALTER TABLE reservation_seats
    ADD COLUMN holder text,
    ADD CONSTRAINT reservation_seats_holder_length CHECK (length(holder) BETWEEN 1 AND 200);

COMMENT ON COLUMN reservation_seats.holder IS 'Name that the ticket shows; NULL for the buyer''s.';

-- 4. Documents --------------------------------------------------------------------------------------------------------------

ALTER TABLE ticket_documents ADD COLUMN event_version integer NOT NULL DEFAULT 1;
ALTER TABLE ticket_documents ALTER COLUMN event_version DROP DEFAULT;
ALTER TABLE ticket_documents ADD CONSTRAINT ticket_documents_event_version_positive CHECK (event_version >= 1);

COMMENT ON TABLE ticket_documents IS 'The PDF of a ticket.';
COMMENT ON COLUMN ticket_documents.event_version IS 'Version of the event that it shows: outdated if it is less than events.printed_version.';

-- 5. Changes ----------------------------------------------------------------------------------------------------------------

CREATE TABLE changes (
    event_id       uuid        NOT NULL,
    change_id      uuid        NOT NULL,
    type           text        NOT NULL,
    reservation_id uuid,
    ticket_id      uuid,
    version        integer     NOT NULL,
    actor          text        NOT NULL,
    changed_at     timestamptz NOT NULL,
    position       bigint,

    CONSTRAINT changes_pk PRIMARY KEY (event_id, change_id),
    CONSTRAINT changes_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT changes_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT changes_ticket_fk FOREIGN KEY (event_id, ticket_id) REFERENCES tickets (event_id, ticket_id),
    CONSTRAINT changes_type_form CHECK (type ~ '^(event|reservation|ticket)[.][a-z]+(-[a-z]+)*$'),
    CONSTRAINT changes_subject_matches_type CHECK (
        (split_part(type, '.', 1) = 'event') = (reservation_id IS NULL)
        AND (split_part(type, '.', 1) = 'ticket') = (ticket_id IS NOT NULL)),
    CONSTRAINT changes_version_positive CHECK (version >= 1),
    CONSTRAINT changes_actor_form CHECK (actor ~ '^(key [0-9a-f-]{36}|holder|sweeper|job|operator)$'),
    CONSTRAINT changes_position_positive CHECK (position >= 1)
);

COMMENT ON TABLE changes IS 'What happened to an event, its reservations and its tickets, but for plain reservations. Written in the transaction of the change; without personal data.';
COMMENT ON COLUMN changes.type IS 'Such as reservation.confirmed.';
COMMENT ON COLUMN changes.version IS 'Of the reservation (of the event, if it has none) after the change.';
COMMENT ON COLUMN changes.actor IS 'The API key, or what else made the change.';
COMMENT ON COLUMN changes.position IS 'In the feed of the event, from 1 without gaps; NULL until it is given, after the commit.';

CREATE UNIQUE INDEX changes_position_unique ON changes (event_id, position) WHERE position IS NOT NULL;
COMMENT ON INDEX changes_position_unique IS 'A position of a feed is given once.';
CREATE INDEX changes_by_reservation ON changes (event_id, reservation_id, version) WHERE reservation_id IS NOT NULL;
CREATE INDEX changes_without_position ON changes (event_id, change_id) WHERE position IS NULL;

ALTER TABLE section_prices ALTER COLUMN event_id SET (n_distinct = 1);
ALTER TABLE changes ALTER COLUMN event_id SET (n_distinct = 1);
