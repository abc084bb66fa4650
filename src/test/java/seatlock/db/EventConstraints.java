package seatlock.db;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** SQL that breaks the rules of events and prices, for {@link ConstraintsTest}. */
final class EventConstraints {

    private static final String CANCELLED =
            "status = 'CANCELLED', cancelled_at = now(), cancel_refund = true, cancel_notify = true";

    private EventConstraints() {}

    private static String event(String column, String value) {
        return "UPDATE events SET " + column + " = " + value + " WHERE event_id = :event";
    }

    private static String price(String row) {
        return "INSERT INTO section_prices SELECT " + row;
    }

    private static String terms(String change) {
        return "UPDATE event_terms SET " + change + " WHERE event_id = :event";
    }

    /** Further terms of the event: version, start, seats per reservation, time to live. */
    private static String newTerms(String values) {
        return "INSERT INTO event_terms (event_id, version, starts_at, max_seats_per_reservation, reservation_ttl_ms,"
                + " created_at, is_paused, reentry, orphans, accessible_released) SELECT event_id, " + values
                + ", now(), false, false, 'ALLOWED', false FROM event_terms WHERE event_id = :event";
    }

    /** SQL that breaks a rule, and the constraint that stops it. */
    static Stream<Arguments> violations() {
        return Stream.of(
                arguments(
                        terms("on_sale_from = now(), on_sale_until = now()"), "event_terms_sale_ends_after_it_begins"),
                arguments(terms("on_sale_from = starts_at"), "event_terms_sale_begins_before_the_start"),
                arguments(terms("max_seats_per_customer = 0"), "event_terms_max_seats_per_customer_in_range"),
                arguments(terms("max_hold_ms = 1"), "event_terms_max_hold_in_range"),
                arguments(terms("max_seats_per_reservation = 9"), "reservations_terms_fk"),
                arguments(terms("orphans = 'SOME'"), "event_terms_orphans_known"),
                arguments(newTerms("0, starts_at, 1, NULL"), "event_terms_version_positive"),
                arguments(newTerms("2, starts_at, 0, NULL"), "event_terms_max_seats_in_range"),
                arguments(newTerms("2, starts_at, 1, 99"), "event_terms_reservation_ttl_in_range"),
                arguments(newTerms("1, starts_at, 1, NULL"), "event_terms_pk"),
                arguments(event("status", "'SOLD OUT'"), "events_status_known"),
                arguments(event("is_public", "false"), "events_public_from_publication_on"),
                arguments(event("status", "'DRAFT'"), "events_public_from_publication_on"),
                arguments(event("description", "''"), "events_description_length"),
                arguments(event("url", "''"), "events_urls_length"),
                arguments(event("organiser_name", "''"), "events_organiser_length"),
                arguments(event("organiser_email", "'a@b.c'"), "events_organiser_has_a_name"),
                arguments(event("doors_at", "starts_at + interval '1 s'"), "events_doors_not_after_start"),
                arguments(event("ends_at", "starts_at"), "events_ends_after_start"),
                arguments(event("language", "'English'"), "events_language_form"),
                arguments(event("printed_version", "2"), "events_printed_version_in_range"),
                arguments(event("status", "'CANCELLED'"), "events_cancelled_when_cancelled"),
                arguments(event("cancelled_at", "now()"), "events_cancelled_when_cancelled"),
                arguments(event("cancel_reason", "'rain'"), "events_cancel_reason_of_a_cancelled_one"),
                arguments(event("cancel_completed_at", "now()"), "events_cancel_completed_of_a_cancelled_one"),
                arguments(event(CANCELLED + ", cancel_reason", "''"), "events_cancel_reason_length"),
                arguments(
                        event(CANCELLED + ", cancel_completed_at", "now() - interval '1 s'"),
                        "events_cancel_completed_after_cancelled"),
                arguments(event("tax_rate", "10001"), "events_tax_rate_in_range"),
                arguments(event("focus_x", "0"), "events_focus_whole"),
                arguments(event("focus_x = 0, focus_y", "1e9"), "events_focus_in_range"));
    }
}
