-- Finding the reservations of an event by the names of their buyers, and those that were sold or given back.

-- A row per word instead of an index on words (GIN): its primary key is in the order of the answer, so that the newest ten
-- of a million buyers with one name are found by reading ten rows. A reservation without a name has none and costs nothing.
CREATE TABLE reservation_words (
    event_id       uuid NOT NULL,
    word           text NOT NULL COLLATE "C",
    reservation_id uuid NOT NULL,

    CONSTRAINT reservation_words_pk PRIMARY KEY (event_id, word, reservation_id),
    CONSTRAINT reservation_words_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT reservation_words_word_length CHECK (length(word) BETWEEN 1 AND 50)
);

COMMENT ON TABLE reservation_words IS 'The words of reservations.name, for finding a reservation by them.';
COMMENT ON COLUMN reservation_words.word IS 'In lower case, without accents.';

ALTER TABLE reservation_words ALTER COLUMN event_id SET (n_distinct = 1);

-- A plain reservation adds nothing to it, a confirmation one entry.
CREATE INDEX reservations_by_outcome ON reservations (event_id, status, reservation_id) WHERE status IN ('CONFIRMED', 'CANCELLED');

-- Documents are made again when they show something that has changed. No mail follows.
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_known CHECK (kind IN ('IssueTickets', 'SendTickets', 'RenewTickets'));
ALTER TABLE jobs DROP CONSTRAINT jobs_subject_matches_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_subject_matches_kind CHECK (
    kind NOT IN ('IssueTickets', 'SendTickets', 'RenewTickets') OR subject_type = 'RESERVATION');
