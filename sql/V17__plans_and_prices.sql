-- Plans as people have them, prices by type, fees, and what a reservation's total is made of.
--
-- Nodes of earlier releases cannot serve on this schema: stop them first.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Plans ------------------------------------------------------------------------------------------------------------------

ALTER TABLE seat_plans
    ADD COLUMN sold text NOT NULL DEFAULT 'SINGLY',
    ADD COLUMN is_listed boolean NOT NULL DEFAULT false,
    ADD COLUMN length integer;
UPDATE seat_plans SET length = seat_count;
ALTER TABLE seat_plans
    ALTER COLUMN sold DROP DEFAULT,
    ALTER COLUMN is_listed DROP DEFAULT,
    ALTER COLUMN length SET NOT NULL;
ALTER TABLE seat_plans ADD CONSTRAINT seat_plans_sold_known CHECK (sold IN ('SINGLY', 'WHOLE', 'AS_PLACES'));
ALTER TABLE seat_plans ADD CONSTRAINT seat_plans_gaps_of_a_listed_row CHECK (
    length = seat_count OR (is_listed AND length > seat_count));
ALTER TABLE seat_plans ADD CONSTRAINT seat_plans_places_have_no_list CHECK (
    sold <> 'AS_PLACES' OR (row_name = 'GA' AND NOT is_listed));

COMMENT ON TABLE seat_plans IS 'The seat plan of an event as it was given, a line for each row of seats, table, or section of places. The seats themselves are in table seats.';
COMMENT ON COLUMN seat_plans.sold IS 'SINGLY: each seat by its label. WHOLE: all together, a table. AS_PLACES: by number, because nobody chooses one.';
COMMENT ON COLUMN seat_plans.is_listed IS 'Whether its seats were listed one by one (listed_seats); else they are numbered from 1.';
COMMENT ON COLUMN seat_plans.length IS 'Number of its positions: seats and gaps.';

CREATE TABLE listed_seats (
    event_id        uuid             NOT NULL,
    seat_id         integer          NOT NULL,
    first_seat_id   integer          NOT NULL,
    position        integer          NOT NULL,
    accessible      boolean          NOT NULL,
    companion       boolean          NOT NULL,
    restricted_view boolean          NOT NULL,
    x               double precision,
    y               double precision,

    CONSTRAINT listed_seats_pk PRIMARY KEY (event_id, seat_id),
    CONSTRAINT listed_seats_position_unique UNIQUE (event_id, first_seat_id, position),
    CONSTRAINT listed_seats_seat_fk FOREIGN KEY (event_id, seat_id) REFERENCES seats (event_id, seat_id),
    CONSTRAINT listed_seats_row_fk FOREIGN KEY (event_id, first_seat_id) REFERENCES seat_plans (event_id, first_seat_id),
    CONSTRAINT listed_seats_position_not_negative CHECK (position >= 0),
    CONSTRAINT listed_seats_order_of_positions CHECK (position >= seat_id - first_seat_id),
    CONSTRAINT listed_seats_point_whole CHECK ((x IS NULL) = (y IS NULL)),
    CONSTRAINT listed_seats_point_in_range CHECK (abs(x) <= 1000000 AND abs(y) <= 1000000)
);

COMMENT ON TABLE listed_seats IS 'What a plan says about seats that it lists one by one. It never changes.';
COMMENT ON COLUMN listed_seats.first_seat_id IS 'Of its row.';
COMMENT ON COLUMN listed_seats.position IS 'In its row, from 0; a number without a seat is a gap. Seats at consecutive positions are beside each other.';
COMMENT ON COLUMN listed_seats.accessible IS 'Whether it is a space for a wheelchair, or for somebody else who needs such a seat.';
COMMENT ON COLUMN listed_seats.companion IS 'Whether it is for a companion of somebody in an accessible seat.';

ALTER TABLE listed_seats ALTER COLUMN event_id SET (n_distinct = 1);

-- 2. Prices -----------------------------------------------------------------------------------------------------------------

CREATE TABLE price_types (
    event_id   uuid    NOT NULL,
    price_type text    NOT NULL COLLATE "C",
    place      integer NOT NULL,
    name       text    NOT NULL,
    max_seats  integer,

    CONSTRAINT price_types_pk PRIMARY KEY (event_id, price_type),
    CONSTRAINT price_types_place_unique UNIQUE (event_id, place),
    CONSTRAINT price_types_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT price_types_id_form CHECK (price_type ~ '^[a-z0-9][a-z0-9_-]{0,29}$'),
    CONSTRAINT price_types_place_positive CHECK (place >= 1),
    CONSTRAINT price_types_name_length CHECK (length(name) BETWEEN 1 AND 50),
    CONSTRAINT price_types_max_seats_in_range CHECK (max_seats BETWEEN 1 AND 1000000)
);

COMMENT ON TABLE price_types IS 'For whom the prices of an event are, such as adults and children.';
COMMENT ON COLUMN price_types.place IS 'Their order, from 1. The first is that of a seat for which none is named.';
COMMENT ON COLUMN price_types.max_seats IS 'How many seats are sold at this price at most; NULL for no limit.';

INSERT INTO price_types (event_id, price_type, place, name) SELECT event_id, 'standard', 1, 'Standard' FROM events;

ALTER TABLE section_prices ADD COLUMN price_type text NOT NULL DEFAULT 'standard' COLLATE "C";
ALTER TABLE section_prices ALTER COLUMN price_type DROP DEFAULT;
ALTER TABLE section_prices DROP CONSTRAINT section_prices_pk;
ALTER TABLE section_prices ADD CONSTRAINT section_prices_pk PRIMARY KEY (event_id, section, price_type, version);
ALTER TABLE section_prices ADD CONSTRAINT section_prices_type_fk FOREIGN KEY (event_id, price_type)
    REFERENCES price_types (event_id, price_type);

COMMENT ON TABLE section_prices IS 'The price of a seat of a section for a price type, from a version of the event on. Reserved seats keep their price: reservation_seats.price.';

CREATE TABLE fees (
    event_id      uuid    NOT NULL,
    fee           integer NOT NULL,
    name          text    NOT NULL,
    amount        bigint  NOT NULL,
    per           text    NOT NULL,
    is_refundable boolean NOT NULL,

    CONSTRAINT fees_pk PRIMARY KEY (event_id, fee),
    CONSTRAINT fees_event_fk FOREIGN KEY (event_id) REFERENCES events (event_id),
    CONSTRAINT fees_number_positive CHECK (fee >= 1),
    CONSTRAINT fees_name_length CHECK (length(name) BETWEEN 1 AND 50),
    CONSTRAINT fees_amount_in_range CHECK (amount BETWEEN 1 AND 1000000000000),
    CONSTRAINT fees_per_known CHECK (per IN ('SEAT', 'RESERVATION'))
);

COMMENT ON TABLE fees IS 'What buyers pay on top of the prices. Free seats carry none.';
COMMENT ON COLUMN fees.fee IS 'Their order, from 1.';
COMMENT ON COLUMN fees.amount IS 'In minor units of the currency of the event.';
COMMENT ON COLUMN fees.per IS 'SEAT: for each seat that is not free. RESERVATION: once, unless all seats are free.';
COMMENT ON COLUMN fees.is_refundable IS 'Whether it is given back with the price.';

ALTER TABLE events ADD COLUMN tax_rate integer;
ALTER TABLE events ADD CONSTRAINT events_tax_rate_in_range CHECK (tax_rate BETWEEN 1 AND 10000);

COMMENT ON COLUMN events.tax_rate IS 'The tax that all prices and fees contain, in hundredths of a percent; NULL for none.';

-- 3. What a total is made of ------------------------------------------------------------------------------------------------

ALTER TABLE reservation_seats
    ADD COLUMN price_type text NOT NULL DEFAULT 'standard' COLLATE "C",
    ADD COLUMN discount bigint NOT NULL DEFAULT 0;
ALTER TABLE reservation_seats ALTER COLUMN price_type DROP DEFAULT, ALTER COLUMN discount DROP DEFAULT;
ALTER TABLE reservation_seats ADD CONSTRAINT reservation_seats_price_type_fk FOREIGN KEY (event_id, price_type)
    REFERENCES price_types (event_id, price_type);
ALTER TABLE reservation_seats ADD CONSTRAINT reservation_seats_discount_within_price CHECK (discount BETWEEN 0 AND price);

COMMENT ON COLUMN reservation_seats.price IS 'Without discount and fees, in minor units of the currency of the event.';
COMMENT ON COLUMN reservation_seats.discount IS 'What a code takes off the price.';

CREATE TABLE reservation_fees (
    event_id       uuid    NOT NULL,
    reservation_id uuid    NOT NULL,
    fee            integer NOT NULL,
    quantity       integer NOT NULL,
    amount         bigint  NOT NULL,

    CONSTRAINT reservation_fees_pk PRIMARY KEY (event_id, reservation_id, fee),
    CONSTRAINT reservation_fees_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT reservation_fees_fee_fk FOREIGN KEY (event_id, fee) REFERENCES fees (event_id, fee),
    CONSTRAINT reservation_fees_quantity_positive CHECK (quantity >= 1),
    CONSTRAINT reservation_fees_amount_positive CHECK (amount >= 1)
);

COMMENT ON TABLE reservation_fees IS 'The fees of a reservation. One of events without fees has none.';
COMMENT ON COLUMN reservation_fees.quantity IS 'How many seats carry it; 1 for a fee per reservation.';
COMMENT ON COLUMN reservation_fees.amount IS 'Altogether, in minor units of the currency of the event.';

ALTER TABLE reservation_fees ALTER COLUMN event_id SET (n_distinct = 1);

ALTER TABLE reservations
    ADD COLUMN prices bigint,
    ADD COLUMN discounts bigint NOT NULL DEFAULT 0,
    ADD COLUMN fees bigint NOT NULL DEFAULT 0;
UPDATE reservations SET prices = total;
ALTER TABLE reservations
    ALTER COLUMN prices SET NOT NULL,
    ALTER COLUMN discounts DROP DEFAULT,
    ALTER COLUMN fees DROP DEFAULT;
ALTER TABLE reservations ADD CONSTRAINT reservations_total_is_its_parts CHECK (total = prices - discounts + fees);

COMMENT ON COLUMN reservations.prices IS 'Sum of the prices of its seats: reservation_seats.price.';
COMMENT ON COLUMN reservations.discounts IS 'Sum of their discounts: reservation_seats.discount.';
COMMENT ON COLUMN reservations.fees IS 'Sum of its fees: reservation_fees.amount.';
COMMENT ON COLUMN reservations.total IS 'What is paid, in minor units of the currency of the event.';
