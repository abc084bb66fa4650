-- Payments through a provider: money that comes in, money that goes back.
--
-- Nodes of earlier releases cannot serve on this schema: stop them first.
--
-- Each ALTER TABLE that adds a constraint does nothing else, so that the tables may be distributed (src/docs/decisions.md).

-- 1. Payments and refunds ---------------------------------------------------------------------------------------------------
--
-- Neither has a lock of its own: that of the reservation guards both.

CREATE TABLE payments (
    event_id       uuid        NOT NULL,
    payment_id     uuid        NOT NULL,
    reservation_id uuid        NOT NULL,
    provider       text        NOT NULL,
    status         text        NOT NULL,
    verdict        text,
    amount         bigint      NOT NULL,
    currency       text        NOT NULL,
    return_url     text,
    checkout       text,
    url            text,
    reference      text,
    captured       bigint      NOT NULL,
    refunded       bigint      NOT NULL,
    is_late        boolean     NOT NULL,
    is_disputed    boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    paid_at        timestamptz,
    captured_at    timestamptz,
    due_at         timestamptz,
    attempts       integer     NOT NULL,

    CONSTRAINT payments_pk PRIMARY KEY (event_id, payment_id),
    CONSTRAINT payments_reservation_fk FOREIGN KEY (event_id, reservation_id)
        REFERENCES reservations (event_id, reservation_id),
    CONSTRAINT payments_reference_unique UNIQUE (event_id, provider, reference),
    CONSTRAINT payments_provider_known CHECK (provider IN ('sandbox', 'stripe')),
    CONSTRAINT payments_status_known CHECK (status IN ('CREATED', 'OPEN', 'CLOSED', 'AUTHORIZED', 'CAPTURED', 'VOIDED')),
    CONSTRAINT payments_verdict_known CHECK (verdict IN ('CONFIRMS', 'LATE', 'DUPLICATE', 'WRONG_AMOUNT', 'UNWANTED')),
    CONSTRAINT payments_verdict_once_paid CHECK ((verdict IS NULL) = (status IN ('CREATED', 'OPEN', 'CLOSED'))),
    CONSTRAINT payments_paid_at_once_paid CHECK ((verdict IS NULL) = (paid_at IS NULL)),
    CONSTRAINT payments_reference_once_paid CHECK (verdict IS NULL OR reference IS NOT NULL),
    CONSTRAINT payments_page_once_open CHECK (status <> 'OPEN' OR (checkout IS NOT NULL AND url IS NOT NULL)),
    CONSTRAINT payments_amount_positive CHECK (amount > 0),
    CONSTRAINT payments_currency_form CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT payments_captured_matches_status CHECK (
        captured >= 0 AND (status = 'CAPTURED') = (captured > 0) AND (status = 'CAPTURED') = (captured_at IS NOT NULL)),
    CONSTRAINT payments_confirm_in_full CHECK (verdict <> 'CONFIRMS' OR status <> 'CAPTURED' OR captured = amount),
    CONSTRAINT payments_refunded_within_captured CHECK (refunded BETWEEN 0 AND captured),
    CONSTRAINT payments_unwanted_money_goes_back CHECK (
        status <> 'CAPTURED' OR verdict = 'CONFIRMS' OR refunded = captured),
    -- What is not at rest is looked at again, whatever happens to a process.
    CONSTRAINT payments_due_until_at_rest CHECK (status NOT IN ('CREATED', 'OPEN', 'AUTHORIZED') OR due_at IS NOT NULL),
    CONSTRAINT payments_attempts_not_negative CHECK (attempts >= 0)
) WITH (fillfactor = 70);

COMMENT ON TABLE payments IS 'Payments through a provider. A reservation that a seller confirms has none.';
COMMENT ON COLUMN payments.status IS 'CREATED: the provider may not know it yet. OPEN: the buyer can pay. AUTHORIZED: the money is reserved. CAPTURED: it was moved. CLOSED: nothing was paid. VOIDED: what was reserved was released.';
COMMENT ON COLUMN payments.verdict IS 'What the money is for, decided when it was first known: CONFIRMS its reservation, or is given back because it was LATE, a DUPLICATE, of the WRONG_AMOUNT, or UNWANTED, because the reservation was cancelled.';
COMMENT ON COLUMN payments.amount IS 'What is to be paid, in minor units.';
COMMENT ON COLUMN payments.checkout IS 'By which the provider knows the page where the buyer pays.';
COMMENT ON COLUMN payments.reference IS 'By which the provider knows the payment.';
COMMENT ON COLUMN payments.refunded IS 'Sum of its refunds, those included that are on their way.';
COMMENT ON COLUMN payments.is_late IS 'Whether it was paid after the hold had lapsed.';
COMMENT ON COLUMN payments.expires_at IS 'When the page closes.';
COMMENT ON COLUMN payments.due_at IS 'When the provider is to be asked, or told, next; NULL if nothing is to be done.';
COMMENT ON COLUMN payments.attempts IS 'How often that has failed since the last time it did not.';

CREATE INDEX payments_by_reservation ON payments (event_id, reservation_id);
CREATE UNIQUE INDEX payments_one_open ON payments (event_id, reservation_id) WHERE status IN ('CREATED', 'OPEN');
CREATE UNIQUE INDEX payments_one_confirms ON payments (event_id, reservation_id) WHERE verdict = 'CONFIRMS';
CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payments_by_reference ON payments (reference) WHERE reference IS NOT NULL;

COMMENT ON INDEX payments_one_open IS 'A buyer has one page to pay on.';
COMMENT ON INDEX payments_one_confirms IS 'A reservation is paid once.';

ALTER TABLE payments ALTER COLUMN event_id SET (n_distinct = 1);

CREATE TABLE refunds (
    event_id   uuid        NOT NULL,
    refund_id  uuid        NOT NULL,
    payment_id uuid        NOT NULL,
    amount     bigint      NOT NULL,
    status     text        NOT NULL,
    origin     text        NOT NULL,
    reason     text,
    reference  text,
    former     text,
    failure    text,
    attempt    integer     NOT NULL,
    created_at timestamptz NOT NULL,
    done_at    timestamptz,
    retry_at   timestamptz,

    CONSTRAINT refunds_pk PRIMARY KEY (event_id, refund_id),
    CONSTRAINT refunds_payment_fk FOREIGN KEY (event_id, payment_id) REFERENCES payments (event_id, payment_id),
    CONSTRAINT refunds_reference_unique UNIQUE (event_id, payment_id, reference),
    CONSTRAINT refunds_amount_positive CHECK (amount > 0),
    CONSTRAINT refunds_status_known CHECK (status IN ('READY', 'SENT', 'DONE', 'FAILED')),
    CONSTRAINT refunds_origin_known CHECK (origin IN ('SELLER', 'CANCELLATION', 'UNWANTED', 'PROVIDER')),
    CONSTRAINT refunds_reason_length CHECK (length(reason) BETWEEN 1 AND 200),
    CONSTRAINT refunds_failure_of_a_failed_one CHECK ((status = 'FAILED') = (failure IS NOT NULL)),
    CONSTRAINT refunds_retry_at_of_a_failed_one CHECK ((status = 'FAILED') = (retry_at IS NOT NULL)),
    CONSTRAINT refunds_done_at_matches_status CHECK ((status = 'DONE') = (done_at IS NOT NULL)),
    CONSTRAINT refunds_reference_once_done CHECK (status <> 'DONE' OR reference IS NOT NULL),
    CONSTRAINT refunds_attempt_positive CHECK (attempt >= 1)
);

COMMENT ON TABLE refunds IS 'Money that goes back to a buyer. One that failed is sent again.';
COMMENT ON COLUMN refunds.origin IS 'SELLER: asked for. CANCELLATION: seats were given back. UNWANTED: the payment confirms nothing. PROVIDER: made there.';
COMMENT ON COLUMN refunds.reference IS 'By which the provider knows it.';
COMMENT ON COLUMN refunds.former IS 'The reference of the attempt before, which has failed; news about it is old.';
COMMENT ON COLUMN refunds.failure IS 'Why the provider refused it.';
COMMENT ON COLUMN refunds.retry_at IS 'When one that failed may be sent again.';
COMMENT ON COLUMN refunds.attempt IS 'From 1; a part of the key that the provider gets, which repeats its answer for the same one.';

CREATE INDEX refunds_by_payment ON refunds (event_id, payment_id);
CREATE INDEX refunds_failed ON refunds (created_at) WHERE status = 'FAILED';

ALTER TABLE refunds ALTER COLUMN event_id SET (n_distinct = 1);

CREATE TABLE provider_notices (
    event_id    uuid        NOT NULL,
    provider    text        NOT NULL,
    notice      text        NOT NULL COLLATE "C",
    payment_id  uuid        NOT NULL,
    received_at timestamptz NOT NULL,

    CONSTRAINT provider_notices_pk PRIMARY KEY (event_id, provider, notice),
    CONSTRAINT provider_notices_payment_fk FOREIGN KEY (event_id, payment_id) REFERENCES payments (event_id, payment_id),
    CONSTRAINT provider_notices_notice_length CHECK (length(notice) BETWEEN 1 AND 255)
);

COMMENT ON TABLE provider_notices IS 'What providers have told, once each. Kept for 90 days: a provider may repeat a notice for 30.';
COMMENT ON COLUMN provider_notices.notice IS 'Its id at the provider.';

CREATE INDEX provider_notices_by_age ON provider_notices USING brin (received_at);

-- 2. Reservations that wait for their money ---------------------------------------------------------------------------------

ALTER TABLE reservations ADD COLUMN awaits_capture boolean NOT NULL DEFAULT false;
ALTER TABLE reservations ALTER COLUMN awaits_capture DROP DEFAULT;
ALTER TABLE reservations ADD CONSTRAINT reservations_awaits_capture_of_a_payment CHECK (NOT awaits_capture OR coalesce(amount_paid, 0) > 0);

COMMENT ON COLUMN reservations.awaits_capture IS 'Whether its payment was reserved but not moved, so that it has no tickets yet, or was cancelled before it had any.';

-- 3. Mail -------------------------------------------------------------------------------------------------------------------

ALTER TABLE jobs DROP CONSTRAINT jobs_kind_known;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind_known CHECK (
    kind IN ('IssueTickets', 'SendTickets', 'SendTransferredTicket', 'SendTransferNotice', 'SendRefund', 'RefreshEvent',
             'AnnounceChange', 'RenewTickets', 'SendUpdate', 'SendCancellation', 'SendPaymentReturned'));

-- 4. The history ------------------------------------------------------------------------------------------------------------

ALTER TABLE changes DROP CONSTRAINT changes_type_form;
ALTER TABLE changes ADD CONSTRAINT changes_type_form CHECK (
    type ~ '^(event|reservation|ticket|payment)[.][a-z]+(-[a-z]+)*$');
ALTER TABLE changes DROP CONSTRAINT changes_actor_form;
ALTER TABLE changes ADD CONSTRAINT changes_actor_form CHECK (
    actor ~ '^(key [0-9a-f-]{36}|holder|sweeper|job|operator|provider)$');

-- 5. The sandbox ------------------------------------------------------------------------------------------------------------
--
-- The books of a provider for trying things out. It is another party: nothing refers to these tables, and they refer to nothing.

CREATE TABLE sandbox_checkouts (
    event_id    uuid        NOT NULL,
    payment_id  uuid        NOT NULL,
    status      text        NOT NULL,
    amount      bigint      NOT NULL,
    currency    text        NOT NULL,
    description text        NOT NULL,
    return_url  text        NOT NULL,
    expires_at  timestamptz NOT NULL,

    CONSTRAINT sandbox_checkouts_pk PRIMARY KEY (event_id, payment_id),
    CONSTRAINT sandbox_checkouts_status_known CHECK (status IN ('OPEN', 'PAID', 'CLOSED')),
    CONSTRAINT sandbox_checkouts_amount_positive CHECK (amount > 0)
);

COMMENT ON TABLE sandbox_checkouts IS 'Pages where a buyer pretends to pay.';

CREATE INDEX sandbox_checkouts_by_payment ON sandbox_checkouts (payment_id);

CREATE TABLE sandbox_payments (
    event_id   uuid        NOT NULL,
    reference  text        NOT NULL COLLATE "C",
    payment_id uuid        NOT NULL,
    status     text        NOT NULL,
    amount     bigint      NOT NULL,
    created_at timestamptz NOT NULL,

    CONSTRAINT sandbox_payments_pk PRIMARY KEY (event_id, reference),
    CONSTRAINT sandbox_payments_status_known CHECK (status IN ('AUTHORIZED', 'CAPTURED', 'VOIDED')),
    CONSTRAINT sandbox_payments_amount_positive CHECK (amount > 0)
);

COMMENT ON TABLE sandbox_payments IS 'Money that a buyer pretended to pay.';

CREATE INDEX sandbox_payments_by_payment ON sandbox_payments (event_id, payment_id);

CREATE TABLE sandbox_refunds (
    event_id   uuid        NOT NULL,
    refund_key text        NOT NULL COLLATE "C",
    reference  text        NOT NULL COLLATE "C",
    amount     bigint      NOT NULL,
    created_at timestamptz NOT NULL,

    CONSTRAINT sandbox_refunds_pk PRIMARY KEY (event_id, refund_key),
    CONSTRAINT sandbox_refunds_amount_positive CHECK (amount > 0)
);

COMMENT ON TABLE sandbox_refunds IS 'Money that the sandbox pretended to give back.';
COMMENT ON COLUMN sandbox_refunds.reference IS 'Of the payment: sandbox_payments.reference.';

CREATE TABLE sandbox_secret (
    id     integer NOT NULL,
    secret bytea   NOT NULL,

    CONSTRAINT sandbox_secret_pk PRIMARY KEY (id),
    CONSTRAINT sandbox_secret_single CHECK (id = 1),
    CONSTRAINT sandbox_secret_length CHECK (length(secret) = 32)
);

COMMENT ON TABLE sandbox_secret IS 'Signs the notices of the sandbox; all nodes share it.';
