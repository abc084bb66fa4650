package seatlock.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import seatlock.catalog.Event;
import seatlock.catalog.EventId;
import seatlock.support.Api;
import seatlock.support.TestSystem;

/**
 * Each invariant can fail: the constraints of this database are dropped, so that SQL can do what the schema would stop.
 *
 * <p>The event of each test has eight seats: S-A-1 held by the pending reservation {@code held}, S-A-2 sold to the confirmed
 * {@code sold}, S-A-3 transferred, used and refunded, S-A-4 lapsed and taken over, S-A-5 and S-A-6 available, S-A-7
 * lapsed and sold to the successor of its reservation, S-A-8 transferred. All changes have a position.
 */
class InvariantTest {

    private static final TestSystem SYSTEM = new TestSystem();

    @BeforeAll
    static void dropConstraints() {
        SYSTEM.update("""
                DO $$
                DECLARE c record;
                BEGIN
                    FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                              WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
                    LOOP
                        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
                    END LOOP;
                END $$
                """);
        SYSTEM.update("DROP INDEX reservation_seats_one_active_per_seat");
        SYSTEM.update("DROP INDEX tickets_one_live_per_seat");
        SYSTEM.update("DROP INDEX jobs_one_issue_per_reservation");
        SYSTEM.update("DROP INDEX scans_one_admitted_per_entry");
        SYSTEM.update("DROP INDEX changes_version_unique");
        SYSTEM.update("DROP INDEX changes_position_unique");
    }

    @AfterAll
    static void close() {
        SYSTEM.close();
    }

    private static String seat(int number, String change) {
        return "UPDATE seats SET " + change + " WHERE event_id = :event AND seat_id = " + number;
    }

    private static String reservation(String which, String change) {
        return "UPDATE reservations SET " + change + " WHERE event_id = :event AND reservation_id = " + which;
    }

    private static String claim(String which, String change) {
        return "UPDATE reservation_seats SET " + change + " WHERE event_id = :event AND reservation_id = " + which;
    }

    private static String ofEvent(String statement) {
        return statement + " WHERE event_id = :event";
    }

    private static String ofTransferred(String statement) {
        return ofEvent(statement) + " AND transfers > 0";
    }

    private static String scan(String at, String outcome) {
        return "INSERT INTO scans (event_id, ticket_id, scan_id, gate, scanned_at, judged_at, received_at, outcome, entry)"
                + " SELECT event_id, ticket_id, gen_random_uuid(), 'N', now(), " + at + ", now(), '" + outcome
                + "', 1 FROM tickets WHERE event_id = :event";
    }

    private static String cancelled(String refund) {
        return ofEvent("UPDATE events SET status = 'CANCELLED', cancelled_at = now(), cancel_completed_at = now(),"
                + " cancel_notify = true, cancel_refund = " + refund);
    }

    /** The use of a limit whose id is that of the event. */
    private static String use(String which, String expiresAt, String active) {
        return "INSERT INTO limit_uses (event_id, limit_id, reservation_id, quantity, expires_at, active)"
                + " SELECT event_id, event_id, reservation_id, 1, " + expiresAt + ", " + active
                + " FROM reservations WHERE event_id = :event AND reservation_id = " + which;
    }

    /** Gives the pending reservation a code whose limit does not count it. */
    private static String uncountedCode() {
        return "WITH c AS (INSERT INTO codes (event_id, code_id, code, effect, value, limit_id, is_active, created_at, is_single_use)"
                + " VALUES (:event, gen_random_uuid(), 'EARLY', 'PERCENT', 10, gen_random_uuid(), true, now(), false)"
                + " RETURNING code_id) UPDATE reservations SET code_id = c.code_id FROM c"
                + " WHERE event_id = :event AND reservation_id = :held";
    }

    /** SQL that violates an invariant, and that invariant. */
    static Stream<Arguments> violations() {
        return Stream.concat(PaymentViolations.all(), ofSales());
    }

    private static Stream<Arguments> ofSales() {
        return Stream.of(
                arguments(
                        "WITH l AS (INSERT INTO limits VALUES (:event, gen_random_uuid(), 1, 0) RETURNING limit_id)"
                                + " INSERT INTO limit_uses SELECT :event, limit_id, :held, 2, now(), true FROM l",
                        Invariant.A_LIMIT_COUNTS_THE_USES_OF_ITS_CONFIRMED_RESERVATIONS_AND_IS_NOT_EXCEEDED),
                arguments(
                        uncountedCode(),
                        Invariant.A_RESERVATION_WITH_A_LIMITED_CODE_USES_IT_FOR_THE_SEATS_THAT_IT_COVERS),
                arguments(uncountedCode(), Invariant.A_DISCOUNT_IS_THAT_OF_A_CODE_THAT_COVERS_THE_SEAT),
                arguments(
                        claim(":sold", "discount = 100"), Invariant.A_DISCOUNT_IS_THAT_OF_A_CODE_THAT_COVERS_THE_SEAT),
                arguments(
                        "DELETE FROM seats WHERE event_id = :event AND seat_id = 6",
                        Invariant.AN_EVENT_HAS_AS_MANY_SEATS_AS_ITS_CAPACITY),
                arguments(ofEvent("DELETE FROM seats"), Invariant.AN_EVENT_HAS_AS_MANY_SEATS_AS_ITS_CAPACITY),
                arguments(
                        ofEvent("UPDATE section_prices SET price = 1"),
                        Invariant.A_CLAIM_HAS_THE_PRICE_OF_ITS_SECTION_IN_THE_VERSION_OF_ITS_RESERVATION),
                arguments(
                        ofEvent("UPDATE seat_plans SET sold = 'WHOLE'") + "; "
                                + seat(6, "allocation_id = gen_random_uuid()"),
                        Invariant.A_TABLE_IS_WITHHELD_WHOLE_OR_NOT_AT_ALL),
                arguments(seat(6, "seat_id = 9"), Invariant.A_SEAT_IS_AS_THE_PLAN_OF_ITS_EVENT_HAS_IT),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 2, 'standard', 4500, 0, true)",
                        Invariant.A_SEAT_HAS_ONE_ACTIVE_CLAIM_AT_MOST),
                arguments(
                        claim(":sold", "active = false"),
                        Invariant.A_SEAT_IS_TAKEN_IF_AND_ONLY_IF_ITS_HOLDER_HAS_AN_ACTIVE_CLAIM),
                arguments(
                        seat(2, "reservation_id = :held"),
                        Invariant.A_SEAT_IS_TAKEN_IF_AND_ONLY_IF_ITS_HOLDER_HAS_AN_ACTIVE_CLAIM),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 5, 'standard', 4500, 0, true)",
                        Invariant.AN_ACTIVE_CLAIM_HAS_ITS_SEAT),
                arguments(
                        seat(1, "status = 'SOLD', held_until = NULL"),
                        Invariant.A_SOLD_SEAT_IS_OF_A_CONFIRMED_RESERVATION_AND_A_HELD_ONE_OF_A_PENDING_ONE),
                arguments(
                        seat(5, "status = 'SOLD', reservation_id = gen_random_uuid()"),
                        Invariant.A_SOLD_SEAT_IS_OF_A_CONFIRMED_RESERVATION_AND_A_HELD_ONE_OF_A_PENDING_ONE),
                arguments(
                        seat(1, "held_until = held_until + interval '1 s'"),
                        Invariant.A_HOLD_LASTS_AS_LONG_AS_ITS_RESERVATION),
                arguments(
                        reservation(":held", "hold_until = created_at"),
                        Invariant.A_RESERVATION_IS_NOT_HELD_BEYOND_ITS_LIMIT),
                arguments(
                        reservation(":sold", "replaces = :held"),
                        Invariant.A_SUCCESSOR_AND_WHAT_IT_REPLACES_NAME_EACH_OTHER),
                arguments(
                        reservation(":held", "replaced_by = :sold"),
                        Invariant.A_SUCCESSOR_AND_WHAT_IT_REPLACES_NAME_EACH_OTHER),
                arguments(
                        ofEvent("UPDATE reservations SET replaced_by = NULL"),
                        Invariant.A_SUCCESSOR_AND_WHAT_IT_REPLACES_NAME_EACH_OTHER),
                arguments(
                        "UPDATE reservation_seats SET price = 1 WHERE event_id = :event AND reservation_id IN (SELECT replaces"
                                + " FROM reservations WHERE event_id = :event)",
                        Invariant.A_SUCCESSOR_HAS_THE_SEATS_OF_WHAT_IT_REPLACES),
                arguments(
                        ofEvent("UPDATE reservations SET terms_version = 3") + " AND replaces IS NOT NULL",
                        Invariant.A_SUCCESSOR_HAS_THE_SEATS_OF_WHAT_IT_REPLACES),
                arguments(
                        seat(1, "status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"),
                        Invariant.A_RESERVATION_THAT_HOLDS_HAS_ALL_ITS_SEATS),
                arguments(
                        seat(2, "status = 'AVAILABLE', reservation_id = NULL"),
                        Invariant.A_RESERVATION_THAT_HOLDS_HAS_ALL_ITS_SEATS),
                arguments(claim(":sold", "refunded_at = now()"), Invariant.A_RESERVATION_THAT_HOLDS_HAS_ALL_ITS_SEATS),
                arguments(
                        claim(":held", "refunded_at = now()"),
                        Invariant.A_SEAT_IS_GIVEN_BACK_ALONE_ONLY_IF_ITS_RESERVATION_WAS_CONFIRMED_AND_KEEPS_ANOTHER),
                arguments(
                        claim(":sold", "refunded_at = now()"),
                        Invariant.A_TICKET_IS_VOID_IF_AND_ONLY_IF_ITS_RESERVATION_WAS_REFUNDED_OR_IT_WAS_TRANSFERRED),
                arguments(
                        reservation(":held", "status = 'CANCELLED', ended_at = now()"),
                        Invariant.AN_ENDED_RESERVATION_HAS_NO_SEAT),
                arguments(
                        reservation(":held", "total = 1"),
                        Invariant.A_RESERVATION_LISTS_THE_SEATS_IT_COUNTS_AND_COSTS_THEIR_SUM),
                arguments(
                        "INSERT INTO reservation_seats (event_id, reservation_id, seat_id, price_type, price, discount, active) VALUES (:event, :held, 5, 'standard', 0, 0, false)",
                        Invariant.A_RESERVATION_LISTS_THE_SEATS_IT_COUNTS_AND_COSTS_THEIR_SUM),
                arguments(
                        claim(":held", "discount = 1"),
                        Invariant.A_RESERVATION_LISTS_THE_SEATS_IT_COUNTS_AND_COSTS_THEIR_SUM),
                arguments(
                        "INSERT INTO fees (event_id, fee, name, amount, per, is_refundable)"
                                + " VALUES (:event, 1, 'Booking fee', 150, 'RESERVATION', true)",
                        Invariant.A_RESERVATION_HAS_EACH_FEE_AS_OFTEN_AS_ITS_EVENT_SAYS),
                arguments(
                        "INSERT INTO reservation_fees (event_id, reservation_id, fee, quantity, amount)"
                                + " VALUES (:event, :held, 1, 1, 150)",
                        Invariant.A_RESERVATION_HAS_EACH_FEE_AS_OFTEN_AS_ITS_EVENT_SAYS),
                arguments(
                        "INSERT INTO limits (event_id, limit_id, size, confirmed) VALUES (:event, :event, 5, 1)",
                        Invariant.A_LIMIT_COUNTS_THE_USES_OF_ITS_CONFIRMED_RESERVATIONS_AND_IS_NOT_EXCEEDED),
                arguments(
                        use(":sold", "NULL", "true")
                                + "; INSERT INTO limits (event_id, limit_id, size, confirmed) VALUES (:event, :event, 5, 0)",
                        Invariant.A_LIMIT_COUNTS_THE_USES_OF_ITS_CONFIRMED_RESERVATIONS_AND_IS_NOT_EXCEEDED),
                arguments(use(":sold", "NULL", "false"), Invariant.A_USE_OF_A_LIMIT_LASTS_AS_LONG_AS_ITS_RESERVATION),
                arguments(
                        use(":sold", "expires_at", "true"),
                        Invariant.A_USE_OF_A_LIMIT_LASTS_AS_LONG_AS_ITS_RESERVATION),
                arguments(use(":held", "NULL", "true"), Invariant.A_USE_OF_A_LIMIT_LASTS_AS_LONG_AS_ITS_RESERVATION),
                arguments(
                        ofEvent("UPDATE price_types SET limit_id = event_id, max_seats = 5"),
                        Invariant.A_RESERVATION_USES_THE_LIMITS_OF_ITS_PRICES),
                arguments(
                        "INSERT INTO price_types (event_id, place, price_type, name, max_seats, limit_id)"
                                + " VALUES (:event, 2, 'early', 'Early bird', 5, :event); "
                                + use(":held", "expires_at", "true"),
                        Invariant.A_RESERVATION_USES_THE_LIMITS_OF_ITS_PRICES),
                arguments(
                        reservation(":sold", "amount_paid = 1"),
                        Invariant.WHAT_WAS_CONFIRMED_WAS_PAID_IN_FULL_AND_IN_TIME),
                arguments(
                        reservation(":sold", "expires_at = confirmed_at"),
                        Invariant.WHAT_WAS_CONFIRMED_WAS_PAID_IN_FULL_AND_IN_TIME),
                arguments(
                        ofEvent("UPDATE event_terms SET max_seats_per_reservation = 9"),
                        Invariant.A_RESERVATION_HAS_THE_TERMS_OF_ITS_EVENT),
                arguments(
                        ofEvent("UPDATE events SET starts_at = now() + interval '1 day'"),
                        Invariant.AN_EVENT_HAS_ITS_LATEST_TERMS),
                arguments(
                        "INSERT INTO event_terms (event_id, version, starts_at, max_seats_per_reservation, created_at, is_paused,"
                                + " reentry, orphans, accessible_released) SELECT event_id, 3, starts_at, 1, now(), false, false,"
                                + " 'ALLOWED', false FROM event_terms"
                                + " WHERE event_id = :event AND version = 2",
                        Invariant.AN_EVENT_HAS_ITS_LATEST_TERMS),
                arguments(ofEvent("DELETE FROM event_terms"), Invariant.AN_EVENT_HAS_ITS_LATEST_TERMS),
                arguments(
                        ofEvent("UPDATE jobs SET subject_id = gen_random_uuid()"),
                        Invariant.A_JOB_HAS_A_SUBJECT_THAT_EXISTS),
                arguments(ofEvent("UPDATE jobs SET subject_type = 'EVENT'"), Invariant.A_JOB_HAS_A_SUBJECT_THAT_EXISTS),
                arguments(
                        "WITH named AS (" + claim(":sold", "holder = 'Ada'") + ") "
                                + reservation(":sold", "erased_at = now()"),
                        Invariant.AN_ERASED_RESERVATION_HAS_NO_NAMES_AND_NO_DOCUMENTS),
                arguments(
                        ofEvent("DELETE FROM tickets"),
                        Invariant.A_SOLD_SEAT_HAS_ONE_LIVE_TICKET_AND_NO_OTHER_SEAT_HAS_ANY),
                arguments(
                        ofEvent("UPDATE tickets SET voided_at = NULL"),
                        Invariant.A_SOLD_SEAT_HAS_ONE_LIVE_TICKET_AND_NO_OTHER_SEAT_HAS_ANY),
                arguments(
                        "INSERT INTO tickets (event_id, ticket_id, reservation_id, seat_id, key_id, issued_at, transfers,"
                                + " entry) SELECT :event, gen_random_uuid(), :held, 1, 1, now(), 0, 1",
                        Invariant.A_RESERVATION_HAS_A_TICKET_FOR_EACH_SEAT_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE),
                arguments(
                        ofEvent("UPDATE tickets SET voided_at = now()"),
                        Invariant.A_TICKET_IS_VOID_IF_AND_ONLY_IF_ITS_RESERVATION_WAS_REFUNDED_OR_IT_WAS_TRANSFERRED),
                arguments(
                        ofTransferred("UPDATE tickets SET issued_at = issued_at + interval '1 s'"),
                        Invariant.A_TRANSFERRED_TICKET_BEGINS_WHEN_THE_ONE_BEFORE_IT_ENDS),
                arguments(
                        ofEvent("DELETE FROM jobs") + " AND kind = 'SendTransferNotice'",
                        Invariant.BOTH_HOLDERS_OF_A_TRANSFERRED_TICKET_ARE_TOLD),
                arguments(
                        ofEvent("DELETE FROM jobs") + " AND kind = 'SendTransferredTicket'",
                        Invariant.BOTH_HOLDERS_OF_A_TRANSFERRED_TICKET_ARE_TOLD),
                arguments(
                        ofEvent("UPDATE jobs SET state = 'DONE', ended_at = now()"),
                        Invariant.A_TRANSFERRED_TICKET_THAT_WAS_SENT_HAS_A_DOCUMENT),
                arguments(
                        ofEvent("UPDATE tickets SET entry = entry + 1"),
                        Invariant.A_TICKET_IS_IN_THE_ENTRY_AFTER_THOSE_THAT_HAVE_ENDED),
                arguments(
                        ofEvent("UPDATE tickets SET checked_out_at = NULL"),
                        Invariant.A_TICKET_IS_IN_THE_ENTRY_AFTER_THOSE_THAT_HAVE_ENDED),
                arguments(
                        ofEvent("UPDATE scans SET judged_at = judged_at + interval '1 h'")
                                + " AND outcome = 'ADMITTED'",
                        Invariant.A_SCAN_BELONGS_TO_THE_ENTRY_OF_ITS_TIME),
                arguments(
                        ofEvent("UPDATE tickets SET key_id = 999"),
                        Invariant.A_TICKET_IS_SIGNED_WITH_A_KEY_THAT_IS_KEPT),
                arguments(
                        ofEvent("DELETE FROM jobs"),
                        Invariant.A_RESERVATION_HAS_ONE_JOB_FOR_ITS_TICKETS_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE),
                arguments(
                        "INSERT INTO jobs (event_id, job_id, kind, subject_type, subject_id, state, attempts, created_at,"
                                + " next_attempt_at) SELECT event_id, gen_random_uuid(), kind, subject_type, subject_id,"
                                + " state, attempts, created_at, next_attempt_at FROM jobs WHERE event_id = :event"
                                + " AND kind = 'IssueTickets'",
                        Invariant.A_RESERVATION_HAS_ONE_JOB_FOR_ITS_TICKETS_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE),
                arguments(
                        ofEvent("UPDATE jobs SET state = 'DONE', ended_at = now()"),
                        Invariant.A_JOB_THAT_IS_DONE_HAS_MADE_A_DOCUMENT_FOR_EACH_LIVE_TICKET),
                arguments(
                        "INSERT INTO reservation_words VALUES (:event, 'ada', :held)",
                        Invariant.A_RESERVATION_WITHOUT_A_NAME_IS_NOT_FOUND_BY_ONE),
                arguments(
                        ofEvent("UPDATE jobs SET state = 'DONE', ended_at = now()"),
                        Invariant.A_JOB_THAT_IS_DONE_IS_FOLLOWED_BY_A_JOB_FOR_THE_MAIL),
                arguments(
                        ofEvent("UPDATE idempotency_keys SET reply = overlay(reply PLACING 'x' FROM 70)"),
                        Invariant.A_REPLY_THAT_SAYS_CREATED_NAMES_A_RESERVATION_THAT_IS_THERE),
                arguments(
                        "DELETE FROM reservations WHERE event_id = :event AND reservation_id = :held",
                        Invariant.A_REPLY_THAT_SAYS_CREATED_NAMES_A_RESERVATION_THAT_IS_THERE),
                arguments(ofEvent("DELETE FROM payment_references"), Invariant.A_PAYMENT_CONFIRMED_ONE_RESERVATION),
                arguments(
                        ofEvent("UPDATE payment_references SET reservation_id = :held"),
                        Invariant.A_PAYMENT_CONFIRMED_ONE_RESERVATION),
                arguments(
                        ofEvent("UPDATE tickets SET checked_in_at = now(), check_in_gate = 'N'"),
                        Invariant.A_TICKET_IS_CHECKED_IN_BY_THE_EARLIEST_OF_ITS_SCANS),
                arguments(scan("issued_at", "ADMITTED"), Invariant.A_TICKET_IS_CHECKED_IN_BY_THE_EARLIEST_OF_ITS_SCANS),
                arguments(
                        scan("issued_at - interval '1 s'", "VOIDED"),
                        Invariant.A_SCAN_IS_JUDGED_WITHIN_THE_LIFE_OF_ITS_TICKET),
                arguments(
                        reservation(":sold", "version = 1"),
                        Invariant.A_CHANGE_HAS_A_VERSION_OF_ITS_OWN_WHICH_ITS_RESERVATION_HAS_REACHED),
                arguments(
                        ofEvent("UPDATE changes SET version = 2"),
                        Invariant.A_CHANGE_HAS_A_VERSION_OF_ITS_OWN_WHICH_ITS_RESERVATION_HAS_REACHED),
                arguments(
                        ofEvent("UPDATE changes SET position = position + 1"),
                        Invariant.A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP),
                arguments(
                        ofEvent("UPDATE changes SET position = 0") + " AND position = 1",
                        Invariant.A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP),
                arguments(
                        ofEvent("UPDATE changes SET position = NULL") + " AND position = 1",
                        Invariant.A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP),
                arguments(
                        ofEvent("UPDATE feeds SET last_position = last_position + 1"),
                        Invariant.A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP),
                arguments(ofEvent("DELETE FROM feeds"), Invariant.A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP),
                arguments(
                        ofEvent("UPDATE changes SET version = 9 - version") + " AND type <> 'reservation.expired'",
                        Invariant.A_FEED_FOLLOWS_THE_VERSIONS_OF_A_RESERVATION),
                arguments(
                        ofEvent("UPDATE changes SET position = NULL") + " AND version = 2",
                        Invariant.A_FEED_FOLLOWS_THE_VERSIONS_OF_A_RESERVATION),
                arguments(cancelled("true"), Invariant.A_COMPLETED_CANCELLATION_LEAVES_NO_LIVE_RESERVATION),
                arguments(cancelled("false"), Invariant.A_COMPLETED_CANCELLATION_LEAVES_NO_LIVE_RESERVATION),
                arguments(
                        cancelled("true") + "; "
                                + ofEvent("UPDATE events SET cancel_completed_at = now() - interval '1 day'"),
                        Invariant.NOTHING_IS_RESERVED_OR_CONFIRMED_AFTER_A_COMPLETED_CANCELLATION),
                arguments(cancelled("false"), Invariant.A_COMPLETED_CANCELLATION_HAS_A_JOB_FOR_EACH_HOLDER));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void a_violation_made_by_hand_is_detected(String sql, Invariant invariant) {
        var event = SYSTEM.event(8);
        var held = SYSTEM.api.reserve(event.id(), "S-A-1").json().get("id").asText();
        var sold = SYSTEM.api.buy(event.id(), "S-A-2").json().get("id").asText();
        fill(SYSTEM, event);
        assertThat(count(SYSTEM, event, invariant)).isZero();

        SYSTEM.update(sql.replace(":event", "'" + event.id() + "'")
                .replace(":held", "'" + held + "'")
                .replace(":sold", "'" + sold + "'"));

        assertThat(count(SYSTEM, event, invariant)).isPositive();
        assertThat(SYSTEM.database.<Long>inTransaction(invariant::count)).isPositive();
    }

    @Test
    void every_invariant_has_a_test_that_violates_it() {
        assertThat(violations().map(row -> row.get()[1]).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder((Object[]) Invariant.values());
    }

    @Test
    void no_regular_operation_violates_an_invariant() {
        try (var system = new TestSystem()) {
            for (int i = 0; i < 2; i++) {
                var event = system.event(8);
                system.api.reserve(event.id(), "S-A-1");
                system.api.buy(event.id(), "S-A-2");
                fill(system, event);
                system.lapse(event.id());

                assertThat(counts(system, event)).isEmpty();
            }
            sellToEarlyBirds(system);
            assertThat(Invariant.values())
                    .allSatisfy(invariant -> assertThat(system.database.<Long>inTransaction(invariant::count))
                            .isZero());
        }
    }

    @Test
    void an_invariant_prints_as_a_sentence() {
        assertThat(Invariant.AN_ACTIVE_CLAIM_HAS_ITS_SEAT).hasToString("Each active claim has its seat");
    }

    /**
     * Seat 3 is transferred, used and refunded. Seat 4 lapses and is taken over by another reservation before the sweeper runs. Seat 7
     * lapses, and a late payment confirms a successor. Seat 8 is transferred.
     */
    private static void fill(TestSystem system, Event event) {
        system.changeTerms(event.id(), "reentry = true");
        var refunded = transferred(system, event, "S-A-3");
        var code = system.api.tickets(event.id(), refunded).get(1).get("code").asText();
        assertThat(system.api.scan(event.id(), code, "N").outcome()).isEqualTo("200");
        assertThat(system.api.checkOut(event.id(), code, "N").outcome()).isEqualTo("200");
        var force = Api.post(
                system.api.asAdmin(system.api.request(Api.path(event.id(), refunded) + "/cancel")), "{\"force\":true}");
        assertThat(system.api.send(force).outcome()).isEqualTo("200");
        transferred(system, event, "S-A-8");
        lapse(
                system,
                event,
                system.api.reserve(event.id(), "S-A-4").json().get("id").asText());
        system.api.reserve(event.id(), "S-A-4");
        var late = system.api.reserve(event.id(), "S-A-7").json().get("id").asText();
        lapse(system, event, late);
        var reacquired = system.api.reacquire(event.id(), late, "late", 4500);
        assertThat(reacquired.status()).isEqualTo(200);
        system.database.inTransaction(tx -> system.feed.sequence(tx, event.id()));
    }

    /** Sells places with fees, some at a limited price: one sold, one refunded, one held, one lapsed, one lapsed and paid late. */
    private static void sellToEarlyBirds(TestSystem system) {
        var created = system.api.createEvent("""
                {"name":"Club Night","venue":"Halle","startsAt":"2031-06-18T19:00:00Z","timeZone":"Europe/Berlin",
                 "currency":"EUR","priceTypes":[{"id":"full","name":"Full"},{"id":"early","name":"Early bird","max":9}],
                 "fees":[{"name":"Booking fee","amount":100,"per":"SEAT"},{"name":"Postage","amount":300,"per":"RESERVATION"}],
                 "sections":[{"name":"FLOOR","prices":{"full":4000,"early":3000},"places":20}]}""");
        var event = new EventId(UUID.fromString(created.json().get("id").asText()));
        var sold = reservePlaces(system, event);
        assertThat(system.api.confirm(event, sold, 10_600).status()).isEqualTo(200);
        var refunded = reservePlaces(system, event);
        assertThat(system.api.confirm(event, refunded, 10_600).status()).isEqualTo(200);
        assertThat(system.api.cancel(event, refunded, TestSystem.ADMIN_KEY).status())
                .isEqualTo(200);
        var late = reservePlaces(system, event);
        reservePlaces(system, event);
        system.lapse(event);
        assertThat(system.api.reacquire(event, late, "late", 10_600).status()).isEqualTo(200);
        reservePlaces(system, event);
        system.sweeper().runOnce();
        system.database.inTransaction(tx -> system.feed.sequence(tx, event));
        assertThat(system.violations(event)).isEmpty();
    }

    /** Reserves two places at the limited price and one at the other. Returns the id of the reservation. */
    private static String reservePlaces(TestSystem system, EventId event) {
        var reserved = system.api.reserveWith(event, UUID.randomUUID().toString(), """
                {"places":[{"section":"FLOOR","quantity":2,"priceType":"early"},{"section":"FLOOR","quantity":1}],
                 "email":"ada@example.org"}""");
        assertThat(reserved.status()).as(reserved.text()).isEqualTo(201);
        return reserved.json().get("id").asText();
    }

    private static void lapse(TestSystem system, Event event, String reservation) {
        system.update("""
                UPDATE reservations SET created_at = created_at - interval '1 hour', expires_at = created_at
                 WHERE event_id = ? AND reservation_id = ?::uuid
                """, event.id().value(), reservation);
        system.update("""
                UPDATE seats SET held_until = r.expires_at FROM reservations AS r
                 WHERE seats.event_id = ? AND r.event_id = seats.event_id
                   AND r.reservation_id = seats.reservation_id AND seats.status = 'HELD'
                """, event.id().value());
    }

    private static String transferred(TestSystem system, Event event, String seat) {
        var reservation = system.api.buyOne(event.id(), seat);
        var first = system.api.tickets(event.id(), reservation).get(0).get("id").asText();
        assertThat(system.api.transfer(event.id(), first, TestSystem.ADMIN_KEY).outcome())
                .isEqualTo("200");
        return reservation;
    }

    private static Map<Invariant, Long> counts(TestSystem system, Event event) {
        var counts = new EnumMap<Invariant, Long>(Invariant.class);
        for (var invariant : Invariant.values()) {
            counts.put(invariant, count(system, event, invariant));
        }
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    private static long count(TestSystem system, Event event, Invariant invariant) {
        return system.database.inTransaction(tx -> invariant.count(tx, event.id()));
    }
}
