package seatlock.api;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatlock.catalog.EventId;
import seatlock.support.TestSystem;

/** Reads all rows that belong to an event and can change, so that a test can show that a refused request changed nothing. */
final class EventRows {

    private static final List<String> TABLES = List.of(
            "events",
            "event_terms",
            "quotas",
            "reservations",
            "reservation_words",
            "reservation_seats",
            "reservation_fees",
            "limits",
            "limit_uses",
            "codes",
            "allocations",
            "price_types",
            "fees",
            "section_prices",
            "presales",
            "seat_plans",
            "listed_seats",
            "seats",
            "tickets",
            "ticket_documents",
            "scans",
            "payment_references",
            "payments",
            "refunds",
            "provider_notices",
            "jobs",
            "changes",
            "idempotency_keys");

    private static final String SELECT = TABLES.stream()
            .map(table -> "SELECT '" + table + "' || (to_jsonb(r) - 'position')::text AS line FROM " + table
                    + " AS r WHERE event_id = ?")
            .collect(Collectors.joining(" UNION ALL ", "", " ORDER BY line"));

    private static final String DIGEST = TABLES.stream()
            .map(table -> "SELECT '" + table + " ' || count(*) || ' ' || coalesce(sum(hashtextextended("
                    + (table.equals("changes") ? "(to_jsonb(r) - 'position')" : "r") + "::text, 0)), 0) AS line FROM "
                    + table
                    + " AS r WHERE event_id = ?")
            .collect(Collectors.joining(" UNION ALL "));

    private EventRows() {}

    /** Returns a digest of the rows of each table, which takes less time when there are many. */
    static List<String> digests(TestSystem system, EventId event) {
        var parameters = Stream.generate(event::value).limit(TABLES.size()).toArray();
        return system.query(DIGEST, row -> row.text("line"), parameters);
    }

    /** Returns each row as text, sorted; without the positions of changes, which are given later. */
    static List<String> read(TestSystem system, EventId event) {
        var parameters = Stream.generate(event::value).limit(TABLES.size()).toArray();
        return system.query(SELECT, row -> row.text("line"), parameters);
    }
}
