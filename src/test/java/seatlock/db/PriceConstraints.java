package seatlock.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * SQL that breaks the rules of plans, prices, fees, limits, codes, allocations and presales, for {@link ConstraintsTest}. The id of
 * a new row is that of the event, unless the case says something else.
 */
final class PriceConstraints {

    private PriceConstraints() {}

    private static String plan(String change) {
        return "UPDATE seat_plans SET " + change + " WHERE event_id = :event";
    }

    private static String insert(String table, String row, String good, String bad) {
        assertThat(row).contains(good);
        return "INSERT INTO " + table + " SELECT " + row.replace(good, bad);
    }

    /** A seat of the plan, listed as the third of its row. */
    private static String listed(String good, String bad) {
        return insert("listed_seats", ":event, 3, 1, 2, false, false, false, 0, 0", good, bad);
    }

    private static String priceType(String good, String bad) {
        return insert("price_types", ":event, 'child', 2, 'Child', NULL::int, NULL::uuid", good, bad);
    }

    private static String price(String row) {
        return "INSERT INTO section_prices SELECT " + row;
    }

    private static String fee(String good, String bad) {
        return insert("fees", ":event, 1, 'Booking fee', 150, 'SEAT', true", good, bad);
    }

    private static String paidFee(String good, String bad) {
        return fee("1,", "1,") + "; " + insert("reservation_fees", ":event, :held, 1, 1, 150", good, bad);
    }

    private static String limit(String good, String bad) {
        return insert("limits", ":event, :event, 5, 0", good, bad);
    }

    private static String use(String good, String bad) {
        return limit("5", "5") + "; " + insert("limit_uses", ":event, :event, :held, 1, now(), true", good, bad);
    }

    private static String code(String good, String bad) {
        return insert(
                "codes",
                ":event, :event, 'EARLY', 'PERCENT', 10, NULL, NULL::text[], NULL::text[], NULL::uuid, NULL::int,"
                        + " now(), NULL::timestamptz, true, now(), false",
                good,
                bad);
    }

    private static String allocation(String good, String bad) {
        return insert("allocations", ":event, :event, 'HOUSE', 'For the house', now()", good, bad);
    }

    private static String presale(String good, String bad) {
        return insert("presales", ":event, 1, 1, 'MEMBERS', now(), NULL::timestamptz", good, bad);
    }

    private static String claim(String change) {
        return "UPDATE reservation_seats SET " + change + " WHERE event_id = :event AND reservation_id = :held";
    }

    private static String twice(String statement) {
        return statement + "; " + statement;
    }

    /** SQL that breaks a rule, and the constraint that stops it. */
    static Stream<Arguments> violations() {
        return Stream.of(
                arguments(plan("seat_count = 0, length = 0"), "seat_plans_seat_count_positive"),
                arguments(plan("section = ''"), "seat_plans_names_length"),
                arguments(plan("first_seat_id = 0"), "seat_plans_first_seat_id_positive"),
                arguments(plan("event_id = gen_random_uuid()"), "seat_plans_event_fk"),
                arguments("INSERT INTO seat_plans SELECT * FROM seat_plans WHERE event_id = :event", "seat_plans_pk"),
                arguments(
                        "INSERT INTO seat_plans SELECT event_id, 9, section, row_name, seat_count, sold, is_listed, length FROM seat_plans"
                                + " WHERE event_id = :event",
                        "seat_plans_row_unique"),
                // Plans
                arguments(plan("sold = 'BY_WEIGHT'"), "seat_plans_sold_known"),
                arguments(plan("length = 5"), "seat_plans_gaps_of_a_listed_row"),
                arguments(plan("length = 3, is_listed = true"), "seat_plans_gaps_of_a_listed_row"),
                arguments(plan("sold = 'AS_PLACES'"), "seat_plans_places_have_no_list"),
                arguments(
                        plan("sold = 'AS_PLACES', row_name = 'GA', is_listed = true"),
                        "seat_plans_places_have_no_list"),
                arguments(twice(listed("0, 0", "0, 0")), "listed_seats_pk"),
                arguments(
                        listed("0, 0", "0, 0") + "; " + listed(":event, 3", ":event, 2"),
                        "listed_seats_position_unique"),
                arguments(listed(":event, 3, 1, 2", ":event, 9, 1, 8"), "listed_seats_seat_fk"),
                arguments(listed("3, 1, 2", "3, 2, 2"), "listed_seats_row_fk"),
                arguments(listed("3, 1, 2", "1, 3, -1"), "listed_seats_position_not_negative"),
                arguments(listed("3, 1, 2", "3, 1, 1"), "listed_seats_order_of_positions"),
                arguments(listed("0, 0", "0, NULL"), "listed_seats_point_whole"),
                arguments(listed("0, 0", "0, 1e9"), "listed_seats_point_in_range"),
                arguments(listed("0, 0", "-1e9, 0"), "listed_seats_point_in_range"),
                // Prices
                arguments(priceType("'child'", "'standard'"), "price_types_pk"),
                arguments(priceType("2,", "1,"), "price_types_place_unique"),
                arguments(priceType(":event", "gen_random_uuid()"), "price_types_event_fk"),
                arguments(priceType("'child'", "'Child'"), "price_types_id_form"),
                arguments(priceType("2,", "0,"), "price_types_place_positive"),
                arguments(priceType("'Child'", "''"), "price_types_name_length"),
                arguments(priceType("NULL::int, NULL::uuid", "0, :event"), "price_types_max_seats_in_range"),
                arguments(priceType("NULL::int, NULL::uuid", "5, :event"), "price_types_limit_fk"),
                arguments(priceType("NULL::int", "5"), "price_types_limit_of_a_limited_one"),
                arguments(price(":event, 'S', 1, 4500, 'standard'"), "section_prices_pk"),
                arguments(price(":event, 'S', 2, 4500, 'standard'"), "section_prices_terms_fk"),
                arguments(price(":event, 'S', 1, 4500, 'child'"), "section_prices_type_fk"),
                arguments(price(":event, '', 1, 4500, 'standard'"), "section_prices_section_length"),
                arguments(claim("price_type = 'child'"), "reservation_seats_price_type_fk"),
                arguments(claim("discount = -1"), "reservation_seats_discount_within_price"),
                arguments(claim("discount = price + 1"), "reservation_seats_discount_within_price"),
                arguments(claim("refunded_at = now()"), "reservation_seats_refunded_is_not_active"),
                // Fees
                arguments(twice(fee("1,", "1,")), "fees_pk"),
                arguments(fee(":event", "gen_random_uuid()"), "fees_event_fk"),
                arguments(fee(":event, 1", ":event, 0"), "fees_number_positive"),
                arguments(fee("'Booking fee'", "''"), "fees_name_length"),
                arguments(fee("150", "0"), "fees_amount_in_range"),
                arguments(fee("'SEAT'", "'DAY'"), "fees_per_known"),
                arguments(
                        paidFee("150", "150") + "; "
                                + insert("reservation_fees", ":event, :held, 1, 1, 150", "150", "150"),
                        "reservation_fees_pk"),
                arguments(paidFee(":held", "gen_random_uuid()"), "reservation_fees_reservation_fk"),
                arguments(paidFee(":held, 1", ":held, 2"), "reservation_fees_fee_fk"),
                arguments(paidFee("1, 150", "0, 150"), "reservation_fees_quantity_positive"),
                arguments(paidFee("150", "0"), "reservation_fees_amount_positive"),
                arguments(
                        "UPDATE reservations SET total = total + 1 WHERE event_id = :event AND reservation_id = :held",
                        "reservations_total_is_its_parts"),
                // Limits
                arguments(twice(limit("5", "5")), "limits_pk"),
                arguments(limit(":event, :event", "gen_random_uuid(), :event"), "limits_event_fk"),
                arguments(limit("5", "0"), "limits_size_in_range"),
                arguments(limit("5, 0", "5, 6"), "limits_not_exceeded"),
                arguments(limit("5, 0", "5, -1"), "limits_not_exceeded"),
                arguments(
                        use("1", "1") + "; " + insert("limit_uses", ":event, :event, :held, 1, now(), true", "1", "1"),
                        "limit_uses_pk"),
                arguments(use(":event, :event", ":event, :sold"), "limit_uses_limit_fk"),
                arguments(use(":held", "gen_random_uuid()"), "limit_uses_reservation_fk"),
                arguments(use("1,", "-1,"), "limit_uses_quantity_in_range"),
                // Codes
                arguments(twice(code("'EARLY'", "'EARLY'")), "codes_pk"),
                arguments(
                        code("'EARLY'", "'EARLY'") + "; " + code(":event, :event", ":event, :held"),
                        "codes_code_unique"),
                arguments(code(":event, :event", "gen_random_uuid(), :event"), "codes_event_fk"),
                arguments(code("NULL::uuid", ":event"), "codes_limit_fk"),
                arguments(code("'EARLY'", "'AB'"), "codes_code_length"),
                arguments(code("'PERCENT'", "'FREE'"), "codes_effect_known"),
                arguments(code("10", "101"), "codes_value_matches_effect"),
                arguments(code("'PERCENT', 10", "'OFF', 0"), "codes_value_matches_effect"),
                arguments(code("'PERCENT', 10", "'PRICE', -1"), "codes_value_matches_effect"),
                arguments(code("10", "NULL::bigint"), "codes_effect_has_a_value"),
                arguments(code("10, NULL", "10, 'MEMBERS'"), "codes_access_of_an_access_code"),
                arguments(
                        code("'PERCENT', 10, NULL", "'ACCESS', NULL::bigint, NULL"), "codes_access_of_an_access_code"),
                arguments(code("'PERCENT', 10, NULL", "'ACCESS', NULL::bigint, 'members'"), "codes_access_form"),
                arguments(code("NULL::int", "0"), "codes_max_seats_per_reservation_in_range"),
                arguments(code("NULL::timestamptz", "now()"), "codes_valid_from_before_until"),
                arguments("UPDATE reservations SET code_id = :event WHERE event_id = :event", "reservations_code_fk"),
                // Allocations
                arguments(twice(allocation("'HOUSE'", "'HOUSE'")), "allocations_pk"),
                arguments(
                        allocation("'HOUSE'", "'HOUSE'") + "; " + allocation(":event, :event", ":event, :held"),
                        "allocations_name_unique"),
                arguments(allocation(":event, :event", "gen_random_uuid(), :event"), "allocations_event_fk"),
                arguments(allocation("'HOUSE'", "'House'"), "allocations_name_form"),
                arguments(allocation("'For the house'", "''"), "allocations_reason_length"),
                arguments("UPDATE seats SET allocation_id = :event WHERE event_id = :event", "seats_allocation_fk"),
                // Presales
                arguments(twice(presale("1, 1", "1, 1")), "presales_pk"),
                arguments(presale(":event, 1", ":event, 2"), "presales_terms_fk"),
                arguments(presale("1, 1", "1, 0"), "presales_place_positive"),
                arguments(presale("'MEMBERS'", "'members'"), "presales_access_form"),
                arguments(presale("NULL::timestamptz", "now()"), "presales_ends_after_it_begins"));
    }
}
