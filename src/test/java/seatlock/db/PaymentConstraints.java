package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** SQL that breaks the rules of payments, for {@link ConstraintsTest}. The id of a new row is that of the event, unless the case says something else. */
public final class PaymentConstraints {

    /** A payment that its buyer can make. */
    private static final String OPEN =
            ":event, :event, :held, 'sandbox', 'OPEN', NULL, 4500, 'EUR', NULL, 'c', 'u', NULL::text, 0, 0, false, false, now(),"
                    + " now(), NULL::timestamptz, NULL::timestamptz, now(), 0";

    /** A payment that has confirmed its reservation. */
    private static final String CAPTURED =
            ":event, :event, :sold, 'sandbox', 'CAPTURED', 'CONFIRMS', 4500, 'EUR', NULL, 'c', 'u', 'p', 4500, 0, false, false,"
                    + " now(), now(), now(), now(), NULL::timestamptz, 0";

    private PaymentConstraints() {}

    private static String insert(String table, String row, String good, String bad) {
        assertThat(row).contains(good);
        return "INSERT INTO " + table + " SELECT " + row.replace(good, bad);
    }

    private static String open(String good, String bad) {
        return insert("payments", OPEN, good, bad);
    }

    /** Returns SQL that inserts a captured payment of the confirmed reservation, after a change. */
    public static String captured(String good, String bad) {
        return insert("payments", CAPTURED, good, bad);
    }

    private static String captured() {
        return captured("'p'", "'p'");
    }

    private static String refund(String good, String bad) {
        return captured() + "; "
                + insert(
                        "refunds",
                        ":event, :event, :event, 100, 'DONE', 'SELLER', 'ill', 'r', NULL, NULL::text, 1, now(), now(), NULL::timestamptz",
                        good,
                        bad);
    }

    private static String notice(String good, String bad) {
        return captured() + "; " + insert("provider_notices", ":event, 'sandbox', 'n', :event, now()", good, bad);
    }

    private static String page(String good, String bad) {
        return insert("sandbox_checkouts", ":event, :event, 'OPEN', 1, 'EUR', 'Aida', 'u', now()", good, bad);
    }

    private static String money(String good, String bad) {
        return insert("sandbox_payments", ":event, 'p', :event, 'AUTHORIZED', 1, now()", good, bad);
    }

    private static String sandboxRefund(String good, String bad) {
        return insert("sandbox_refunds", ":event, 'k', 'p', 1, now()", good, bad);
    }

    private static String secret(String good, String bad) {
        return insert("sandbox_secret", "1, sha256('x')", good, bad) + " ON CONFLICT DO NOTHING";
    }

    private static String twice(String sql, String first, String second) {
        assertThat(sql).contains(first);
        return sql + "; " + sql.replace(first, second);
    }

    static Stream<Arguments> violations() {
        return Stream.of(
                arguments(twice(open("0, 0", "0, 0"), "'OPEN'", "'OPEN'"), "payments_pk"),
                arguments(
                        twice(open("0, 0", "0, 0"), ":event, :event", ":event, gen_random_uuid()"),
                        "payments_one_open"),
                arguments(
                        captured() + "; "
                                + captured(":event, :event", ":event, gen_random_uuid()")
                                        .replace("'p'", "'q'"),
                        "payments_one_confirms"),
                arguments(
                        captured() + "; "
                                + captured(":event, :event", ":event, gen_random_uuid()")
                                        .replace("'CONFIRMS'", "'LATE'")
                                        .replace("4500, 0", "4500, 4500"),
                        "payments_reference_unique"),
                arguments(open(":held", "gen_random_uuid()"), "payments_reservation_fk"),
                arguments(open("'sandbox'", "'till'"), "payments_provider_known"),
                arguments(open("'OPEN'", "'LOST'"), "payments_status_known"),
                arguments(captured("'CONFIRMS'", "'LOST'").replace("4500, 0", "4500, 4500"), "payments_verdict_known"),
                arguments(
                        open("NULL, 4500", "'LATE', 4500")
                                .replace("NULL::text", "'p'")
                                .replace("NULL::timestamptz, NULL::timestamptz", "now(), NULL::timestamptz"),
                        "payments_verdict_once_paid"),
                arguments(
                        captured("now(), now(), now(), now()", "now(), now(), NULL, now()"),
                        "payments_paid_at_once_paid"),
                arguments(captured("'p'", "NULL"), "payments_reference_once_paid"),
                arguments(open("'c'", "NULL"), "payments_page_once_open"),
                arguments(open("4500", "0"), "payments_amount_positive"),
                arguments(open("'EUR'", "'eur'"), "payments_currency_form"),
                arguments(open("0, 0, false", "1, 0, false"), "payments_captured_matches_status"),
                arguments(captured("4500, 0", "4000, 0"), "payments_confirm_in_full"),
                arguments(captured("4500, 0", "4500, 4501"), "payments_refunded_within_captured"),
                arguments(captured("'CONFIRMS'", "'LATE'"), "payments_unwanted_money_goes_back"),
                arguments(open("now(), 0", "NULL, 0"), "payments_due_until_at_rest"),
                arguments(open("now(), 0", "now(), -1"), "payments_attempts_not_negative"),
                arguments(
                        twice(refund("100", "100"), "INSERT INTO payments SELECT " + CAPTURED + "; ", ""),
                        "refunds_pk"),
                arguments(
                        twice(
                                refund("100", "100"),
                                "INSERT INTO payments SELECT " + CAPTURED
                                        + "; INSERT INTO refunds SELECT :event, :event, :event",
                                "INSERT INTO refunds SELECT :event, gen_random_uuid(), :event"),
                        "refunds_reference_unique"),
                arguments(refund(":event, 100", ":held, 100"), "refunds_payment_fk"),
                arguments(refund("100", "0"), "refunds_amount_positive"),
                arguments(
                        refund("'DONE'", "'LOST'").replace("1, now(), now()", "1, now(), NULL"),
                        "refunds_status_known"),
                arguments(refund("'SELLER'", "'BUYER'"), "refunds_origin_known"),
                arguments(refund("'ill'", "''"), "refunds_reason_length"),
                arguments(refund("NULL::text", "'no money'"), "refunds_failure_of_a_failed_one"),
                arguments(refund("1, now(), now()", "1, now(), NULL"), "refunds_done_at_matches_status"),
                arguments(refund("'r'", "NULL"), "refunds_reference_once_done"),
                arguments(refund("NULL::timestamptz", "now()"), "refunds_retry_at_of_a_failed_one"),
                arguments(refund("1, now()", "0, now()"), "refunds_attempt_positive"),
                arguments(
                        twice(notice("'n'", "'n'"), "INSERT INTO payments SELECT " + CAPTURED + "; ", ""),
                        "provider_notices_pk"),
                arguments(notice("'n', :event", "'n', :held"), "provider_notices_payment_fk"),
                arguments(notice("'n'", "''"), "provider_notices_notice_length"),
                arguments(
                        "UPDATE reservations SET awaits_capture = true WHERE event_id = :event AND reservation_id = :held",
                        "reservations_awaits_capture_of_a_payment"),
                arguments(twice(page("1", "1"), "'u'", "'v'"), "sandbox_checkouts_pk"),
                arguments(page("'OPEN'", "'LOST'"), "sandbox_checkouts_status_known"),
                arguments(page("1", "0"), "sandbox_checkouts_amount_positive"),
                arguments(twice(money("1", "1"), "1", "2"), "sandbox_payments_pk"),
                arguments(money("'AUTHORIZED'", "'LOST'"), "sandbox_payments_status_known"),
                arguments(money("1", "0"), "sandbox_payments_amount_positive"),
                arguments(twice(sandboxRefund("1", "1"), "1", "2"), "sandbox_refunds_pk"),
                arguments(sandboxRefund("1", "0"), "sandbox_refunds_amount_positive"),
                arguments(secret("1", "1") + "; INSERT INTO sandbox_secret SELECT 1, sha256('y')", "sandbox_secret_pk"),
                arguments(secret("1", "2"), "sandbox_secret_single"),
                arguments(secret("sha256('x')", "'\\x00'"), "sandbox_secret_length"));
    }
}
