package seatlock.inventory;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Tx;
import seatlock.text.Words;

/**
 * Finds reservations, the newest first: ids grow with time, so the id of the last one found is where the next page begins, however
 * many reservations are made in the meantime.
 *
 * <p>The most selective filter chooses the index, and the others are applied to what it finds, at most {@link #WINDOW} reservations
 * for each page. So a page takes a bounded time whatever is asked for; it may be short or empty although there is a next one.
 */
public final class ReservationSearch {

    /** The maximum number of reservations that a page looks at. */
    static final int WINDOW = 5_000;

    /** Less than any id. */
    private static final UUID START = new UUID(0, 0);

    /** Greater than any id. */
    private static final UUID END = new UUID(-1, -1);

    /**
     * The conditions for a reservation; an empty field admits every one.
     *
     * @param email in any case: of the buyer, or of a person to whom a ticket was transferred
     * @param words that the buyer's name must have, as {@link Words} returns them; none to admit every name
     * @param status at present: a pending reservation that has lapsed is expired
     */
    public record Filter(
            Optional<String> email,
            Set<String> words,
            Optional<Reference> reference,
            Optional<ReservationStatus> status) {

        public Filter {
            words = Set.copyOf(words);
        }
    }

    /** A reservation and its event. */
    public record Found(EventId event, Reservation reservation) {}

    /**
     * A part of what was found.
     *
     * @param next where the next page begins; empty if this is the last one
     */
    public record Page(List<Found> found, Optional<ReservationId> next) {}

    /** A part of a statement with its parameters. */
    private record Sql(String text, List<Object> parameters) {

        static Sql of(String text, Object... parameters) {
            return new Sql(text, List.of(parameters));
        }

        Sql then(Sql next) {
            var all = new ArrayList<>(parameters);
            all.addAll(next.parameters);
            return new Sql(text + next.text, all);
        }

        Object[] array() {
            return parameters.toArray();
        }
    }

    /**
     * Finds reservations of an event.
     *
     * @param after the {@code next} of the previous page; empty for the first page
     * @param limit maximum number of reservations in the page
     */
    public Page find(Tx tx, EventId event, Filter filter, Optional<ReservationId> after, int limit)
            throws SQLException {
        var now = tx.readClock();
        var candidates =
                candidates(event, filter, after.map(ReservationId::value).orElse(END));
        // Looked up one by one and in order, so that PostgreSQL stops as soon as the page is full.
        var statement = Sql.of("SELECT r.*, " + InventoryReader.codeOf("r") + " FROM (")
                .then(candidates)
                .then(Sql.of("""
                         LIMIT ?) AS seen
                         CROSS JOIN LATERAL (SELECT * FROM reservations WHERE event_id = seen.event_id
                                                AND reservation_id = seen.reservation_id OFFSET 0) AS r
                         WHERE true
                        """, WINDOW))
                .then(conditions(filter, now))
                .then(Sql.of(" ORDER BY seen.reservation_id DESC LIMIT ?", limit + 1));
        var rows = tx.query(statement.text, InventoryReader::reservation, statement.array());
        var page = rows.subList(0, Math.min(limit, rows.size()));
        var found = InventoryReader.withSeats(tx, event, page).values().stream()
                .map(reservation -> new Found(event, reservation.asOf(now)))
                .toList();
        if (rows.size() > limit) {
            return new Page(found, Optional.of(page.get(limit - 1).id()));
        }
        var last = candidates.then(Sql.of(" OFFSET ? LIMIT 1", WINDOW - 1));
        return new Page(found, tx.find(last.text, row -> new ReservationId(row.uuid("reservation_id")), last.array()));
    }

    /** Selects the reservations that the most selective filter admits. */
    private static Sql candidates(EventId event, Filter filter, UUID before) {
        if (filter.reference.isPresent()) {
            return select(
                    "reference = ? AND event_id = ?",
                    before,
                    filter.reference.get().value(),
                    event.value());
        } else if (filter.email.isPresent()) {
            return ofAddress(lowerCase(filter.email.get()), Sql.of("?", event.value()), before);
        } else if (!filter.words.isEmpty()) {
            return Sql.of("""
                    SELECT event_id, reservation_id
                      FROM reservation_words
                     WHERE event_id = ? AND word = ? AND reservation_id < ?
                     ORDER BY reservation_id DESC
                    """, event.value(), mostSelective(filter.words), before);
        }
        // The index for these two is partial, so PostgreSQL must know the status when it plans.
        var status = filter.status
                .filter(wanted -> wanted == ReservationStatus.CONFIRMED || wanted == ReservationStatus.CANCELLED)
                .map(wanted -> "status = '" + wanted.code() + "' AND ")
                .orElse("");
        return select(status + "event_id = ?", before, event.value());
    }

    /**
     * Selects the reservations of an address: as the buyer's, and as that of a person to whom one of the tickets was transferred.
     * Both come from an index in the order of the answer, and each is limited to what a page looks at.
     *
     * @param address in lower case
     * @param event an expression
     */
    private static Sql ofAddress(String address, Sql event, UUID before) {
        return Sql.of("""
                        SELECT event_id, reservation_id
                          FROM ((SELECT event_id, reservation_id
                                  FROM reservations
                                 WHERE lower(email COLLATE "C") = ? AND reservation_id < ? AND event_id =
                        """, address, before)
                .then(event)
                .then(Sql.of("""
                                 ORDER BY reservation_id DESC LIMIT ?)
                                 UNION ALL
                                (SELECT DISTINCT t.event_id, t.reservation_id
                                   FROM tickets AS t
                                  WHERE lower(t.holder_email COLLATE "C") = ? AND t.holder_email IS NOT NULL
                                    AND (SELECT lower(r.email COLLATE "C") FROM reservations AS r
                                          WHERE r.event_id = t.event_id AND r.reservation_id = t.reservation_id) <> ?
                                    AND t.reservation_id < ? AND t.event_id =
                        """, WINDOW, address, address, before))
                .then(event)
                .then(Sql.of("""
                                  ORDER BY t.reservation_id DESC LIMIT ?)) AS own_or_given
                         ORDER BY reservation_id DESC
                        """, WINDOW));
    }

    private static Sql select(String condition, UUID before, Object... parameters) {
        return Sql.of("SELECT event_id, reservation_id FROM reservations WHERE " + condition, parameters)
                .then(Sql.of(" AND reservation_id < ? ORDER BY reservation_id DESC", before));
    }

    /** The longest word is the rarest, more often than not. */
    private static String mostSelective(Set<String> words) {
        return words.stream()
                .max(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Returns the conditions for all filters. One that has chosen the candidates is cheap to repeat. */
    private static Sql conditions(Filter filter, Instant now) {
        var conditions = Sql.of("");
        if (filter.email.isPresent()) {
            var address = lowerCase(filter.email.get());
            conditions = conditions.then(Sql.of("""
                     AND (lower(r.email COLLATE "C") = ?
                          OR (SELECT true FROM tickets AS t
                               WHERE t.event_id = r.event_id AND t.reservation_id = r.reservation_id
                                 AND lower(t.holder_email COLLATE "C") = ? LIMIT 1))
                    """, address, address));
        }
        for (var word : filter.words) {
            // Not EXISTS, which PostgreSQL might turn into a join with all reservations that have the word.
            conditions = conditions.then(Sql.of("""
                     AND (SELECT true FROM reservation_words AS w
                           WHERE w.event_id = r.event_id AND w.word = ? AND w.reservation_id = r.reservation_id)
                    """, word));
        }
        if (filter.status.isPresent()) {
            conditions = conditions.then(
                    switch (filter.status.get()) {
                        case PENDING -> Sql.of(" AND r.status = 'PENDING' AND r.expires_at > ?", now);
                        case EXPIRED ->
                            Sql.of(" AND (r.status = 'EXPIRED' OR r.status = 'PENDING' AND r.expires_at <= ?)", now);
                        case CONFIRMED -> Sql.of(" AND r.status = 'CONFIRMED'");
                        case CANCELLED -> Sql.of(" AND r.status = 'CANCELLED'");
                    });
        }
        return conditions;
    }

    private static String lowerCase(String email) {
        return email.toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the reservations of an e-mail address in all events: of the buyer, or of a person to whom a ticket was transferred.
     *
     * @param email in any case
     * @param events to look in; none to look in all
     * @param after the {@code next} of the previous page; empty for the first page
     * @param limit maximum number of reservations in the page
     */
    public Page findByEmail(Tx tx, String email, Set<EventId> events, Optional<ReservationId> after, int limit)
            throws SQLException {
        record Row(EventId event, Reservation reservation) {}
        var now = tx.readClock();
        var before = after.map(ReservationId::value).orElse(END);
        var address = lowerCase(email);
        var only = events.stream().map(EventId::value).toArray(UUID[]::new);
        // The indexes begin with the address and the event: the events of the address are found by skipping from one to
        // the next.
        var statement = Sql.of("""
                        WITH RECURSIVE own (event_id) AS (
                            SELECT ?::uuid
                            UNION ALL
                            SELECT least((SELECT r.event_id FROM reservations AS r
                                           WHERE lower(r.email COLLATE "C") = ? AND r.event_id > own.event_id
                                           ORDER BY r.event_id LIMIT 1),
                                         (SELECT t.event_id FROM tickets AS t
                                           WHERE lower(t.holder_email COLLATE "C") = ? AND t.holder_email IS NOT NULL
                                             AND t.event_id > own.event_id
                                           ORDER BY t.event_id LIMIT 1))
                              FROM own
                             WHERE own.event_id IS NOT NULL)
                        SELECT r.*,
                        """ + InventoryReader.codeOf("r") + """
                          FROM own
                         CROSS JOIN LATERAL (
                        """, START, address, address)
                .then(ofAddress(address, Sql.of("own.event_id"), before))
                .then(Sql.of("""
                         LIMIT ?) AS seen
                         CROSS JOIN LATERAL (SELECT * FROM reservations WHERE event_id = seen.event_id
                                                AND reservation_id = seen.reservation_id OFFSET 0) AS r
                         WHERE (cardinality(?::uuid[]) = 0 OR own.event_id = ANY (?))
                         ORDER BY seen.reservation_id DESC
                         LIMIT ?
                        """, limit + 1, only, only, limit + 1));
        var rows = tx.query(
                statement.text,
                row -> new Row(new EventId(row.uuid("event_id")), InventoryReader.reservation(row)),
                statement.array());
        var page = rows.subList(0, Math.min(limit, rows.size()));
        var complete = new HashMap<ReservationId, Reservation>();
        var byEvent = page.stream().collect(groupingBy(Row::event, mapping(Row::reservation, toList())));
        for (var event : byEvent.entrySet()) {
            complete.putAll(InventoryReader.withSeats(tx, event.getKey(), event.getValue()));
        }
        var found = page.stream()
                .map(row ->
                        new Found(row.event, complete.get(row.reservation.id()).asOf(now)))
                .toList();
        return new Page(
                found,
                rows.size() > limit
                        ? Optional.of(page.get(limit - 1).reservation.id())
                        : Optional.empty());
    }
}
