package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import seatlock.support.TestSystem;

/**
 * The last line of defence: the schema stops SQL that bypasses the Java code and breaks a rule of the domain.
 *
 * <p>The event of each test has four seats: S-A-1 held by the pending reservation {@code held}, S-A-2 sold to the
 * confirmed {@code sold}, S-A-3 and S-A-4 available. {@code :event}, {@code :held} and {@code :sold} stand for their ids.
 */
class ConstraintsTest {

    private static final String HELD_KEY = "key_hash = sha256(E'anonymous reserve\\nheld')";

    private static final String NEW_RESERVATION = """
            INSERT INTO reservations (event_id, reservation_id, reference, version, status, email, token_hash, seat_count, prices, discounts, fees, total, created_at,
                                      expires_at, hold_until, confirmed_at, ended_at, payment_reference, amount_paid,
                                      event_starts_at, event_max_seats, terms_version, awaits_capture)
            SELECT event_id, gen_random_uuid(), %s FROM event_terms WHERE event_id = :event
            """;

    private static final String GOOD =
            "'ABCDEFGH', 1, 'PENDING', 'a@b.c', sha256('x'), 1, 100, 0, 0, 100, now(), now() + interval '1 minute',"
                    + " now() + interval '3 minutes', NULL, NULL, NULL, NULL, starts_at, max_seats_per_reservation, version, false";

    private static String reservation(String good, String bad) {
        assertThat(GOOD).contains(good);
        return NEW_RESERVATION.formatted(GOOD.replace(good, bad));
    }

    private static String event(String column, String value) {
        return "UPDATE events SET " + column + " = " + value + " WHERE event_id = :event";
    }

    private static String seat(int number, String change) {
        return "UPDATE seats SET " + change + " WHERE event_id = :event AND seat_id = " + number;
    }

    private static String allocation(String id, String nameAndReason) {
        return "INSERT INTO allocations (event_id, allocation_id, name, reason, created_at) VALUES (:event, " + id
                + ", " + nameAndReason + ", now())";
    }

    private static String held(String change) {
        return "UPDATE reservations SET " + change + " WHERE event_id = :event AND reservation_id = :held";
    }

    private static String sold(String change) {
        return "UPDATE reservations SET " + change + " WHERE event_id = :event AND reservation_id = :sold";
    }

    /** Makes the pending reservation an expired one that was replaced. */
    private static String lapsed(String successor) {
        return held("status = 'EXPIRED', expires_at = now(), ended_at = now(), replaced_by = " + successor);
    }

    /** Copies the confirmed reservation twice, as an expired or a confirmed one with the same partner. */
    private static String twice(String column, String partner) {
        var copy =
                "INSERT INTO reservations (event_id, reservation_id, reference, version, status, email, token_hash, seat_count,"
                        + " prices, discounts, fees, total, created_at, expires_at, hold_until, confirmed_at, ended_at, payment_reference, amount_paid, event_starts_at,"
                        + " event_max_seats, terms_version, awaits_capture, " + column
                        + ") SELECT event_id, gen_random_uuid(), '%s', 1, "
                        + (column.equals("replaces") ? "'CONFIRMED'" : "'EXPIRED'")
                        + ", email, token_hash, seat_count, prices, discounts, fees, total, created_at, expires_at, hold_until, "
                        + (column.equals("replaces")
                                ? "confirmed_at, NULL, payment_reference, amount_paid"
                                : "NULL, expires_at, NULL, NULL")
                        + ", event_starts_at, event_max_seats, terms_version, false, " + partner
                        + " FROM reservations WHERE event_id = :event AND reservation_id = :sold";
        return copy.formatted("ABCDEFGH") + "; " + copy.formatted("HGFEDCBA");
    }

    private static String ticket(String change) {
        return "UPDATE tickets SET " + change + " WHERE event_id = :event";
    }

    private static String document(String pdf, String createdAt) {
        return "INSERT INTO ticket_documents SELECT event_id, ticket_id, " + pdf + ", " + createdAt
                + ", 1 FROM tickets WHERE event_id = :event";
    }

    private static String job(String change) {
        return "UPDATE jobs SET " + change + " WHERE event_id = :event";
    }

    /** A copy of the event's job, with another id, kind and subject. */
    private static String secondUpdate() {
        return "INSERT INTO jobs (event_id, job_id, kind, subject_type, subject_id, event_version, state, attempts, created_at,"
                + " next_attempt_at) SELECT event_id, gen_random_uuid(), kind, subject_type, subject_id, event_version,"
                + " state, attempts, created_at, next_attempt_at FROM jobs WHERE event_id = :event";
    }

    private static String newJob(String id, String kindAndSubject) {
        return "INSERT INTO jobs (event_id, job_id, kind, subject_type, subject_id, state, attempts, created_at,"
                + " next_attempt_at) SELECT event_id, " + id + ", " + kindAndSubject
                + ", state, attempts, created_at, next_attempt_at FROM jobs WHERE event_id = :event";
    }

    /** A job about the ticket of the sold seat. */
    private static String transferJob() {
        return newJob(
                "gen_random_uuid()",
                "'SendTransferNotice', 'TICKET', (SELECT ticket_id FROM tickets WHERE event_id = :event)");
    }

    /** A change of the sold reservation, which has one of version 2 already. */
    private static String change(String good, String bad) {
        var row =
                ":event, gen_random_uuid(), 'reservation.confirmed', :sold, NULL::uuid, 3, 'holder', now(), NULL::bigint";
        assertThat(row).contains(good);
        return "INSERT INTO changes SELECT " + row.replace(good, bad);
    }

    private static String key(String change) {
        return "UPDATE idempotency_keys SET " + change + " WHERE event_id = :event AND " + HELD_KEY;
    }

    private static String payment(String event, String reservation) {
        return "INSERT INTO payment_references VALUES (%s, 'pi_' || :sold, %s)".formatted(event, reservation);
    }

    private static String word(String word, String reservation) {
        return "INSERT INTO reservation_words SELECT :event, " + word + ", " + reservation;
    }

    /** A scan of the sold ticket. */
    private static String scan(String good, String bad) {
        var row = "event_id, ticket_id, gen_random_uuid(), 'N', 'n-1', now(), now(), now(), 'ADMITTED', 1, NULL";
        assertThat(row).contains(good);
        return "INSERT INTO scans (event_id, ticket_id, scan_id, gate, nonce, scanned_at, judged_at, received_at, outcome,"
                + " entry, reason) SELECT " + row.replace(good, bad) + " FROM tickets WHERE event_id = :event";
    }

    /** A code of ten percent: sections, price types, whether it is for a single use. */
    private static String code(String values) {
        return "INSERT INTO codes (event_id, code_id, code, effect, value, is_active, created_at, sections, price_types,"
                + " is_single_use) SELECT :event, gen_random_uuid(), 'EARLY', 'PERCENT', 10, true, now(), " + values;
    }

    private static String quota(String event, String subject, String reservations) {
        return "INSERT INTO quotas SELECT %s, %s, %s".formatted(event, subject, reservations);
    }

    private static String apiKey(String good, String bad) {
        var row = "gen_random_uuid(), 'GATE', 'north', NULL::uuid[], sha256('x'), now(), now(), now(), now()";
        assertThat(row).contains(good);
        return "INSERT INTO api_keys VALUES (" + row.replace(good, bad) + ")";
    }

    /** SQL that breaks a rule, and the constraint that stops it. */
    static Stream<Arguments> violations() {
        return Stream.of(
                        EventConstraints.violations(),
                        PriceConstraints.violations(),
                        PaymentConstraints.violations(),
                        ofSales())
                .flatMap(cases -> cases);
    }

    private static Stream<Arguments> ofSales() {
        return Stream.of(
                // The owner of a seat
                arguments(seat(3, "status = 'SOLD'"), "seats_holder_matches_status"),
                arguments(seat(2, "status = 'AVAILABLE'"), "seats_holder_matches_status"),
                arguments(seat(2, "reservation_id = NULL"), "seats_holder_matches_status"),
                arguments(seat(1, "held_until = NULL"), "seats_held_until_matches_status"),
                arguments(seat(1, "status = 'SOLD'"), "seats_held_until_matches_status"),
                arguments(seat(2, "status = 'HELD'"), "seats_held_until_matches_status"),
                arguments(seat(2, "status = 'BROKEN'"), "seats_status_known"),
                // Sold to a reservation that does not list it
                arguments(seat(2, "reservation_id = :held"), "seats_holder_fk"),
                arguments(seat(3, "allocation_id = gen_random_uuid()"), "seats_allocation_fk"),
                arguments(
                        allocation(":held", "'HOUSE', NULL") + "; " + allocation(":held", "'PRESS', NULL"),
                        "allocations_pk"),
                arguments(
                        allocation(":held", "'HOUSE', NULL") + "; " + allocation(":sold", "'HOUSE', NULL"),
                        "allocations_name_unique"),
                arguments(allocation(":held", "'house', NULL"), "allocations_name_form"),
                arguments(allocation(":held", "'HOUSE', ''"), "allocations_reason_length"),
                arguments(
                        "INSERT INTO allocations (event_id, allocation_id, name, created_at)"
                                + " VALUES (gen_random_uuid(), gen_random_uuid(), 'HOUSE', now())",
                        "allocations_event_fk"),
                arguments(held("customer = ''"), "reservations_customer_length"),
                arguments(
                        sold("email = 'erased', erased_at = now(), customer = 'c-17'"),
                        "reservations_erased_has_no_customer"),
                arguments(
                        "DELETE FROM reservation_seats WHERE event_id = :event AND reservation_id = :sold",
                        "seats_holder_fk"),
                // A second claim to the same seat
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 2, 'standard', 4500, 0, true)",
                        "reservation_seats_one_active_per_seat"),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :sold, 2, 'standard', 4500, 0, false)",
                        "reservation_seats_pk"),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, gen_random_uuid(), 3, 'standard', 4500, 0, true)",
                        "reservation_seats_reservation_fk"),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 99, 'standard', 4500, 0, true)",
                        "reservation_seats_seat_fk"),
                arguments(
                        "UPDATE reservation_seats SET refunded_at = now() WHERE event_id = :event AND active",
                        "reservation_seats_refunded_is_not_active"),
                // The life of a reservation
                arguments(held("status = 'CONFIRMED'"), "reservations_confirmed_at_matches_status"),
                arguments(sold("status = 'PENDING'"), "reservations_confirmed_at_matches_status"),
                arguments(held("status = 'CANCELLED'"), "reservations_ended_at_matches_status"),
                arguments(sold("ended_at = now()"), "reservations_ended_at_matches_status"),
                arguments(held("status = 'EXPIRED', ended_at = now()"), "reservations_expired_not_early"),
                arguments(sold("confirmed_at = expires_at"), "reservations_confirmed_in_time"),
                arguments(held("status = 'LOST'"), "reservations_status_known"),
                arguments(sold("payment_reference = NULL"), "reservations_paid_when_confirmed"),
                arguments(sold("amount_paid = NULL"), "reservations_paid_when_confirmed"),
                arguments(sold("amount_paid = total - 1"), "reservations_paid_in_full"),
                arguments(held("payment_reference = 'pi', amount_paid = total"), "reservations_paid_when_confirmed"),
                arguments(held("expires_at = created_at"), "reservations_expires_after_created"),
                arguments(held("expires_at = hold_until + interval '1 us'"), "reservations_held_within_limit"),
                // A reservation in the place of a lapsed one
                arguments(sold("replaces = gen_random_uuid()"), "reservations_replaces_fk"),
                arguments(lapsed("gen_random_uuid()"), "reservations_replaced_by_fk"),
                arguments(sold("replaces = reservation_id"), "reservations_replaces_another"),
                arguments(lapsed("reservation_id"), "reservations_replaces_another"),
                arguments(held("replaced_by = :sold"), "reservations_replaced_once_expired"),
                arguments(held("replaces = :sold"), "reservations_successor_was_confirmed"),
                arguments(twice("replaces", ":held"), "reservations_replaces_unique"),
                arguments(twice("replaced_by", ":sold"), "reservations_replaced_by_unique"),
                // What may be reserved
                arguments(reservation("now(), now()", "starts_at, starts_at"), "reservations_before_event_starts"),
                arguments(reservation("starts_at, max", "starts_at + interval '1 year', max"), "reservations_terms_fk"),
                arguments(reservation("sha256('x'), 1", "sha256('x'), 11"), "reservations_seat_count_in_limit"),
                arguments(reservation("sha256('x'), 1", "sha256('x'), 0"), "reservations_seat_count_in_limit"),
                arguments(reservation("max_seats_per_reservation", "100"), "reservations_terms_fk"),
                arguments(reservation("100, 0, 0, 100", "-1, 0, 0, -1"), "reservations_total_not_negative"),
                arguments(reservation("sha256('x')", "'x'::bytea"), "reservations_token_hash_sha256"),
                arguments(NEW_RESERVATION.formatted(GOOD).replace("gen_random_uuid()", ":held"), "reservations_pk"),
                // The catalogue
                arguments(event("name", "''"), "events_name_length"),
                arguments(event("venue", "repeat('x', 201)"), "events_venue_length"),
                arguments(event("currency", "'euro'"), "events_currency_iso_4217"),
                arguments(event("capacity", "0"), "events_capacity_in_range"),
                arguments(event("starts_at", "now()"), "events_terms_fk"),
                arguments(event("terms_version", "2"), "events_terms_fk"),
                // Buyers
                arguments(held("reference = 'ABCDEFG1'"), "reservations_reference_form"),
                arguments(
                        "UPDATE reservations SET reference = 'ABCDEFGH' WHERE event_id = :event",
                        "reservations_reference_unique"),
                arguments(held("name = ''"), "reservations_name_length"),
                arguments(held("language = 'German'"), "reservations_language_form"),
                arguments(held("version = 0"), "reservations_version_positive"),
                arguments(sold("erased_at = now()"), "reservations_erased_has_no_data"),
                arguments(sold("email = 'erased'"), "reservations_erased_has_no_data"),
                arguments(sold("email = 'erased', erased_at = now(), name = 'Ada'"), "reservations_erased_has_no_data"),
                arguments(held("email = 'erased', erased_at = now()"), "reservations_erased_is_not_pending"),
                arguments(
                        "UPDATE reservation_seats SET holder = '' WHERE event_id = :event",
                        "reservation_seats_holder_length"),
                // Changes
                arguments(change("'reservation.confirmed'", "'Confirmed'"), "changes_type_form"),
                arguments(change(":sold", "NULL"), "changes_subject_matches_type"),
                arguments(change("'reservation.confirmed'", "'ticket.voided'"), "changes_subject_matches_type"),
                arguments(change("3,", "0,"), "changes_version_positive"),
                arguments(change("'holder'", "'Ada'"), "changes_actor_form"),
                arguments(change("NULL::bigint", "0"), "changes_position_positive"),
                arguments(change(":sold", "gen_random_uuid()"), "changes_reservation_fk"),
                arguments(
                        change(":event, gen_random_uuid()", "gen_random_uuid(), gen_random_uuid()")
                                .replace("reservation.confirmed", "event.changed")
                                .replace(":sold", "NULL"),
                        "changes_event_fk"),
                arguments(
                        change(
                                "'reservation.confirmed', :sold, NULL::uuid",
                                "'ticket.voided', :sold, gen_random_uuid()"),
                        "changes_ticket_fk"),
                arguments(
                        change("gen_random_uuid()", ":held") + "; " + change("gen_random_uuid()", ":held"),
                        "changes_pk"),
                arguments(
                        change("NULL::bigint", "1") + "; "
                                + change("NULL::bigint", "1").replace(" 3,", " 4,"),
                        "changes_position_unique"),
                // Seats
                arguments("INSERT INTO events SELECT * FROM events WHERE event_id = :event", "events_pk"),
                arguments(seat(1, "label = 'S-A-9'"), "seats_label_composed"),
                arguments(seat(1, "seat_number = '', label = 'S-A-'"), "seats_number_length"),
                arguments(seat(3, "seat_id = 0"), "seats_seat_id_positive"),
                arguments(seat(3, "seat_id = 4"), "seats_pk"),
                arguments(seat(3, "seat_number = '4', label = 'S-A-4'"), "seats_label_unique"),
                arguments(seat(3, "event_id = gen_random_uuid()"), "seats_event_fk"),
                arguments(
                        "UPDATE section_prices SET price = -1 WHERE event_id = :event",
                        "section_prices_price_in_range"),
                // Tickets
                arguments(
                        "INSERT INTO tickets (event_id, ticket_id, reservation_id, seat_id, key_id, transfers, entry,"
                                + " issued_at, voided_at)"
                                + " SELECT event_id, gen_random_uuid(), reservation_id, seat_id, 1, 0, 1, now(), now()"
                                + " FROM tickets WHERE event_id = :event",
                        "tickets_claim_unique"),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 2, 'standard', 1, 0, false);"
                                + " INSERT INTO tickets (event_id, ticket_id, reservation_id, seat_id, key_id, transfers,"
                                + " entry, issued_at) VALUES (:event, gen_random_uuid(), :held, 2, 1, 0, 1, now())",
                        "tickets_one_live_per_seat"),
                arguments(ticket("seat_id = 3"), "tickets_claim_fk"),
                arguments("INSERT INTO tickets SELECT * FROM tickets WHERE event_id = :event", "tickets_pk"),
                arguments(ticket("voided_at = issued_at - interval '1 second'"), "tickets_voided_after_issued"),
                arguments(ticket("checked_in_at = now()"), "tickets_checked_in_at_a_gate"),
                arguments(ticket("check_in_nonce = 'n'"), "tickets_nonce_of_a_check_in"),
                arguments(ticket("checked_in_at = now(), check_in_gate = ''"), "tickets_gate_length"),
                arguments(
                        ticket("checked_in_at = now(), check_in_gate = 'N', check_in_nonce = ''"),
                        "tickets_nonce_length"),
                arguments(ticket("transfers = -1"), "tickets_transfers_not_negative"),
                arguments(ticket("holder_email = 'a@b.c'"), "tickets_holder_of_a_transferred_one"),
                arguments(ticket("transfers = 1, holder_name = ''"), "tickets_holder_length"),
                arguments(ticket("entry = 0"), "tickets_entry_positive"),
                arguments(ticket("checked_out_at = now()"), "tickets_checked_out_from_an_entry"),
                arguments(document("'no PDF'::bytea", "now()"), "ticket_documents_pdf"),
                arguments(
                        document("'%PDF-'::bytea", "now()").replace(", 1 FROM", ", 0 FROM"),
                        "ticket_documents_event_version_positive"),
                arguments(
                        document("'%PDF-'::bytea", "now()") + "; " + document("'%PDF-'::bytea", "now()"),
                        "ticket_documents_pk"),
                arguments(
                        document("'%PDF-'::bytea", "now()").replace("ticket_id,", "gen_random_uuid(),"),
                        "ticket_documents_ticket_fk"),
                arguments("INSERT INTO ticket_keys SELECT * FROM ticket_keys", "ticket_keys_pk"),
                arguments("INSERT INTO ticket_keys VALUES (0, '', '', now())", "ticket_keys_key_id_in_range"),
                // Jobs
                arguments(job("kind = 'Dance'"), "jobs_kind_known"),
                arguments(job("kind = 'SendUpdate'"), "jobs_event_version_matches_kind"),
                arguments(job("kind = 'SendUpdate', event_version = 9"), "jobs_event_version_fk"),
                arguments(
                        job("kind = 'SendUpdate', event_version = 1") + "; " + secondUpdate(), "jobs_one_per_version"),
                arguments(job("state = 'LOST'"), "jobs_state_known"),
                arguments(job("attempts = -1"), "jobs_attempts_not_negative"),
                arguments(job("state = 'RUNNING'"), "jobs_lease_while_running"),
                arguments(job("lease_id = gen_random_uuid()"), "jobs_lease_while_running"),
                arguments(job("state = 'DONE'"), "jobs_ended_at_matches_state"),
                arguments(job("state = 'DEAD', ended_at = now()"), "jobs_dead_for_a_reason"),
                arguments(job("subject_id = gen_random_uuid()"), "jobs_reservation_fk"),
                arguments(job("subject_type = 'EVENT', subject_id = event_id"), "jobs_subject_matches_kind"),
                arguments(newJob("job_id", "'SendTickets', 'RESERVATION', subject_id"), "jobs_pk"),
                arguments(
                        newJob("gen_random_uuid()", "'IssueTickets', 'RESERVATION', subject_id"),
                        "jobs_one_issue_per_reservation"),
                arguments(
                        newJob("gen_random_uuid()", "'SendTransferNotice', 'RESERVATION', subject_id"),
                        "jobs_subject_matches_kind"),
                arguments(
                        newJob("gen_random_uuid()", "'SendTransferNotice', 'TICKET', gen_random_uuid()"),
                        "jobs_ticket_fk"),
                arguments(transferJob() + "; " + transferJob(), "jobs_one_per_transfer"),
                // Keys of the API
                arguments(apiKey("'GATE'", "'OWNER'"), "api_keys_role_known"),
                arguments(apiKey("'north'", "''"), "api_keys_name_length"),
                arguments(apiKey("NULL::uuid[]", "'{}'"), "api_keys_events_some"),
                arguments(apiKey("NULL::uuid[]", "ARRAY[:held, NULL]"), "api_keys_events_some"),
                arguments(apiKey("NULL::uuid[]", "array_fill(:held, ARRAY[101])"), "api_keys_events_some"),
                arguments(apiKey("sha256('x')", "'x'"), "api_keys_secret_hash_sha256"),
                arguments(
                        apiKey("now(), now(), now(), now()", "now(), now() - interval '1 s', NULL, NULL"),
                        "api_keys_expires_after_created"),
                arguments(
                        apiKey("now(), now(), now(), now()", "now(), NULL, now() - interval '1 s', NULL"),
                        "api_keys_revoked_after_created"),
                arguments(
                        apiKey("now(), now(), now(), now()", "now(), NULL, NULL, now() - interval '1 s'"),
                        "api_keys_used_after_created"),
                arguments(
                        apiKey("gen_random_uuid()", ":held") + "; " + apiKey("gen_random_uuid()", ":held"),
                        "api_keys_pk"),
                // Quotas
                arguments(quota(":event", "'x'", "ARRAY[:held]"), "quotas_subject_sha256"),
                arguments(quota(":event", "sha256('x')", "'{}'::uuid[]"), "quotas_reservations_known"),
                arguments(quota(":event", "sha256('x')", "ARRAY[:held, NULL]"), "quotas_reservations_known"),
                arguments(quota("gen_random_uuid()", "sha256('x')", "ARRAY[:held]"), "quotas_event_fk"),
                arguments(
                        quota(":event", "sha256('x')", "ARRAY[:held]") + "; "
                                + quota(":event", "sha256('x')", "ARRAY[:held]"),
                        "quotas_pk"),
                // Idempotency keys
                arguments(key("reply = '500 {}'"), "idempotency_keys_reply_storable"),
                arguments(key("reply = '429 {}'"), "idempotency_keys_reply_storable"),
                arguments(key("reply = '{}'"), "idempotency_keys_reply_storable"),
                arguments(key("fingerprint = 'x'"), "idempotency_keys_fingerprint_sha256"),
                arguments(key("key_hash = 'x'"), "idempotency_keys_key_hash_sha256"),
                arguments(key("salt = 'x'"), "idempotency_keys_salt_length"),
                arguments(key("event_id = gen_random_uuid()"), "idempotency_keys_event_fk"),
                arguments(
                        "INSERT INTO idempotency_keys SELECT * FROM idempotency_keys WHERE event_id = :event" + " AND "
                                + HELD_KEY,
                        "idempotency_keys_pk"),
                // Codes
                arguments(code("'{}', NULL, false"), "codes_scope_not_empty"),
                arguments(code("NULL, '{}', false"), "codes_scope_not_empty"),
                arguments(code("NULL, NULL, true"), "codes_single_use_is_counted"),
                arguments(held("discounts = 100, total = total - 100"), "reservations_discount_by_a_code"),
                // Words
                arguments(word("''", ":held"), "reservation_words_word_length"),
                arguments(word("repeat('x', 51)", ":held"), "reservation_words_word_length"),
                arguments(word("'ada'", "gen_random_uuid()"), "reservation_words_reservation_fk"),
                arguments(word("'ada'", ":held") + "; " + word("'ada'", ":held"), "reservation_words_pk"),
                // Payments
                arguments(payment(":event", ":held"), "payment_references_pk"),
                arguments(payment("gen_random_uuid()", ":sold"), "payment_references_reservation_fk"),
                // Feeds
                arguments(change("3,", "2,"), "changes_version_unique"),
                arguments("INSERT INTO feeds VALUES (:event, 0), (:event, 0)", "feeds_pk"),
                arguments("INSERT INTO feeds VALUES (gen_random_uuid(), 0)", "feeds_event_fk"),
                arguments("INSERT INTO feeds VALUES (:event, -1)", "feeds_last_position_not_negative"),
                // Scans
                arguments(scan("'ADMITTED'", "'MAYBE'"), "scans_outcome_known"),
                arguments(scan("'N'", "''"), "scans_gate_length"),
                arguments(scan("'n-1'", "''"), "scans_nonce_length"),
                arguments(scan("event_id", "gen_random_uuid()"), "scans_ticket_fk"),
                arguments(scan("gen_random_uuid()", ":held") + "; " + scan("gen_random_uuid()", ":held"), "scans_pk"),
                arguments(scan("'N'", "'N'") + "; " + scan("'N'", "'S'"), "scans_one_admitted_per_entry"),
                arguments(
                        scan("'ADMITTED'", "'CHECKED_OUT'") + "; " + scan("'ADMITTED'", "'CHECKED_OUT'"),
                        "scans_one_end_per_entry"),
                arguments(scan("'N'", "NULL"), "scans_gate_unless_undone"),
                arguments(scan("1, NULL", "0, NULL"), "scans_entry_positive"),
                arguments(scan("1, NULL", "1, 'by mistake'"), "scans_reason_of_an_undone_one"),
                arguments(scan("'ADMITTED', 1, NULL", "'UNDONE', 1, ''").replace("'N'", "NULL"), "scans_reason_length"),
                arguments(
                        ticket("checked_in_at = issued_at - interval '1 s', check_in_gate = 'N'"),
                        "tickets_checked_in_after_issued"));
    }

    private final TestSystem system = TestSystem.shared();

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("violations")
    void the_schema_stops_sql_that_bypasses_the_java_code(String sql, String constraint) {
        var event = system.event(4);
        var held = system.api
                .reserve(event.id(), "held", new String[] {"S-A-1"})
                .json()
                .get("id")
                .asText();
        var sold = system.api.reserve(event.id(), "S-A-2").json().get("id").asText();
        system.api.confirm(event.id(), sold, 4500);
        var statement = sql.replace(":event", "'" + event.id() + "'::uuid")
                .replace(":held", "'" + held + "'::uuid")
                .replace(":sold", "'" + sold + "'::uuid");

        var stopped = catchThrowable(() -> system.update(statement));

        assertThat(stopped).as(statement).hasRootCauseInstanceOf(PSQLException.class);
        var error = ((PSQLException) stopped.getCause()).getServerErrorMessage();
        assertThat(error.getConstraint()).as(error.getMessage()).isEqualTo(constraint);
    }

    /** Except the constraints that another one always precedes. */
    @Test
    void every_constraint_of_the_schema_has_a_test() {
        var tested = violations().map(arguments -> (String) arguments.get()[1]).collect(Collectors.toSet());
        Set<String> all = new TreeSet<>(system.query("""
                SELECT conname AS name FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
                 WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'flyway_schema_history'
                """, row -> row.text("name")));
        all.removeAll(tested);
        // Unique keys that contain the primary key; the event of a job, which its reservation precedes; types of
        // subjects, which the rule about kinds precedes; and prices, which their discounts precede.
        assertThat(all)
                .containsExactly(
                        "event_terms_limits_unique",
                        "event_terms_start_unique",
                        "jobs_event_fk",
                        "jobs_subject_known",
                        "reservation_seats_price_not_negative");
    }
}
