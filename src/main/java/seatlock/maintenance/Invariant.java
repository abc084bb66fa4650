package seatlock.maintenance;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/**
 * A rule that holds in every committed state; its name is the rule as a sentence. Each rule counts its violations in one
 * statement, hence in one snapshot, so it can be checked while seats are being sold.
 *
 * <p>Rules that hold only temporarily are not listed. A lapsed {@code PENDING} reservation may have lost its seats to other
 * buyers long before the sweeper marks it, a refunded one still has its job and its void tickets, and an idempotency key is
 * deleted after a day while its reservation remains.
 */
public enum Invariant {
    AN_EVENT_HAS_AS_MANY_SEATS_AS_ITS_CAPACITY("Each event has as many seats as its capacity", """
            SELECT count(*) AS n
              FROM events AS e
              LEFT JOIN (SELECT s.event_id, count(*) AS seats FROM seats AS s WHERE ofEvent(s) GROUP BY s.event_id) AS c
                ON c.event_id = e.event_id
             WHERE ofEvent(e) AND e.capacity IS DISTINCT FROM c.seats
            """),
    A_SEAT_IS_AS_THE_PLAN_OF_ITS_EVENT_HAS_IT("Each seat matches its event's plan", """
            SELECT count(*) AS n
              FROM seats AS s
              LEFT JOIN seat_plans AS p
                ON p.event_id = s.event_id AND p.section = s.section AND p.row_name = s.row_name
                   AND s.seat_id - p.first_seat_id + 1 BETWEEN 1 AND p.seat_count
                   AND (p.is_listed OR s.seat_number = (s.seat_id - p.first_seat_id + 1)::text)
              LEFT JOIN listed_seats AS l ON l.event_id = s.event_id AND l.seat_id = s.seat_id
             WHERE ofEvent(s)
               AND (p.event_id IS NULL OR l.first_seat_id IS DISTINCT FROM CASE WHEN p.is_listed THEN p.first_seat_id END)
            """),
    A_CLAIM_HAS_THE_PRICE_OF_ITS_SECTION_IN_THE_VERSION_OF_ITS_RESERVATION(
            "Each seat was reserved at its section's price in that version of the event", """
            SELECT count(*) AS n
              FROM (SELECT DISTINCT r.terms_version AS version, s.event_id, s.section, rs.price_type, rs.price
                      FROM reservation_seats AS rs
                      JOIN reservations AS r ON r.event_id = rs.event_id AND r.reservation_id = rs.reservation_id
                      JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
                     WHERE ofEvent(rs)) AS sold
             WHERE sold.price IS DISTINCT FROM (SELECT p.price
                                                  FROM section_prices AS p
                                                 WHERE p.event_id = sold.event_id AND p.section = sold.section
                                                   AND p.price_type = sold.price_type
                                                   AND p.version <= sold.version
                                                 ORDER BY p.version DESC
                                                 LIMIT 1)
            """),
    A_TABLE_IS_WITHHELD_WHOLE_OR_NOT_AT_ALL("A table is withheld whole or not at all", """
            SELECT count(*) AS n
              FROM (SELECT FROM seat_plans AS p
                      JOIN seats AS s ON s.event_id = p.event_id AND s.section = p.section AND s.row_name = p.row_name
                     WHERE ofEvent(s) AND p.sold = 'WHOLE'
                     GROUP BY s.event_id, s.section, s.row_name
                    HAVING count(DISTINCT s.allocation_id) > 1 OR count(s.allocation_id) NOT IN (0, count(*))) AS partly
            """),
    A_SEAT_HAS_ONE_ACTIVE_CLAIM_AT_MOST("Each seat has at most one active claim", """
            SELECT count(*) AS n
              FROM (SELECT FROM reservation_seats AS rs
                     WHERE ofEvent(rs) AND rs.active
                     GROUP BY rs.event_id, rs.seat_id
                    HAVING count(*) > 1) AS twice
            """),
    A_SEAT_IS_TAKEN_IF_AND_ONLY_IF_ITS_HOLDER_HAS_AN_ACTIVE_CLAIM(
            "A seat is taken if and only if its holder has an active claim", """
            SELECT count(*) AS n
              FROM seats AS s
              LEFT JOIN reservation_seats AS rs
                ON rs.event_id = s.event_id AND rs.seat_id = s.seat_id AND rs.reservation_id = s.reservation_id
                   AND rs.active
             WHERE ofEvent(s) AND (s.status <> 'AVAILABLE') <> (rs.seat_id IS NOT NULL)
            """),
    AN_ACTIVE_CLAIM_HAS_ITS_SEAT("Each active claim has its seat", """
            SELECT count(*) AS n
              FROM reservation_seats AS rs
              LEFT JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
             WHERE ofEvent(rs) AND rs.active AND s.reservation_id IS DISTINCT FROM rs.reservation_id
            """),
    A_SOLD_SEAT_IS_OF_A_CONFIRMED_RESERVATION_AND_A_HELD_ONE_OF_A_PENDING_ONE(
            "Sold seats belong to confirmed reservations, held seats to pending ones", """
            SELECT count(*) AS n
              FROM seats AS s
              LEFT JOIN reservations AS r ON r.event_id = s.event_id AND r.reservation_id = s.reservation_id
             WHERE ofEvent(s) AND s.status <> 'AVAILABLE'
               AND r.status IS DISTINCT FROM CASE s.status WHEN 'SOLD' THEN 'CONFIRMED' ELSE 'PENDING' END
            """),
    A_HOLD_LASTS_AS_LONG_AS_ITS_RESERVATION("Each hold lasts as long as its reservation", """
            SELECT count(*) AS n
              FROM seats AS s
              LEFT JOIN reservations AS r ON r.event_id = s.event_id AND r.reservation_id = s.reservation_id
             WHERE ofEvent(s) AND s.held_until IS DISTINCT FROM CASE s.status WHEN 'HELD' THEN r.expires_at END
            """),
    A_RESERVATION_IS_NOT_HELD_BEYOND_ITS_LIMIT("No reservation is held beyond its limit", """
            SELECT count(*) AS n
              FROM reservations AS r
             WHERE ofEvent(r) AND r.expires_at > r.hold_until
            """),
    /**
     * The clock is read after the snapshot was taken. Any transaction in this snapshot that took over a lapsed seat read an
     * earlier time, so a reservation that has not lapsed now had not lapsed then.
     */
    A_RESERVATION_THAT_HOLDS_HAS_ALL_ITS_SEATS(
            "Each confirmed or valid pending reservation has all its seats but those that were given back", """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN (SELECT s.event_id, s.reservation_id, count(*) AS seats
                           FROM seats AS s
                          WHERE ofEvent(s) AND s.reservation_id IS NOT NULL
                          GROUP BY s.event_id, s.reservation_id) AS h
                ON h.event_id = r.event_id AND h.reservation_id = r.reservation_id
              LEFT JOIN (SELECT rs.event_id, rs.reservation_id, count(*) AS seats
                           FROM reservation_seats AS rs
                          WHERE ofEvent(rs) AND rs.refunded_at IS NOT NULL
                          GROUP BY rs.event_id, rs.reservation_id) AS g
                ON g.event_id = r.event_id AND g.reservation_id = r.reservation_id
             WHERE ofEvent(r)
               AND (r.status = 'CONFIRMED' OR r.status = 'PENDING' AND r.expires_at > clock_timestamp())
               AND r.seat_count - coalesce(g.seats, 0) IS DISTINCT FROM h.seats
            """),
    A_SEAT_IS_GIVEN_BACK_ALONE_ONLY_IF_ITS_RESERVATION_WAS_CONFIRMED_AND_KEEPS_ANOTHER(
            "Seats are given back alone only after the confirmation, if others are kept, and those of a table together",
            """
            SELECT count(*) AS n
              FROM reservation_seats AS rs
              JOIN reservations AS r ON r.event_id = rs.event_id AND r.reservation_id = rs.reservation_id
              JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
              LEFT JOIN seat_plans AS p
                ON p.event_id = s.event_id AND p.section = s.section AND p.row_name = s.row_name AND p.sold = 'WHOLE'
             WHERE ofEvent(rs) AND rs.refunded_at IS NOT NULL
               AND (r.confirmed_at IS NULL OR rs.refunded_at < r.confirmed_at
                    OR NOT EXISTS (SELECT FROM reservation_seats AS kept
                                    WHERE kept.event_id = rs.event_id AND kept.reservation_id = rs.reservation_id
                                      AND kept.refunded_at IS NULL)
                    OR EXISTS (SELECT FROM reservation_seats AS beside
                                WHERE beside.event_id = rs.event_id AND beside.reservation_id = rs.reservation_id
                                  AND beside.seat_id BETWEEN p.first_seat_id AND p.first_seat_id + p.seat_count - 1
                                  AND beside.refunded_at IS DISTINCT FROM rs.refunded_at))
            """),
    AN_ENDED_RESERVATION_HAS_NO_SEAT("Cancelled and expired reservations have no seats", """
            SELECT count(*) AS n
              FROM reservation_seats AS rs
              JOIN reservations AS r ON r.event_id = rs.event_id AND r.reservation_id = rs.reservation_id
             WHERE ofEvent(rs) AND rs.active AND r.status IN ('CANCELLED', 'EXPIRED')
            """),
    A_RESERVATION_LISTS_THE_SEATS_IT_COUNTS_AND_COSTS_THEIR_SUM(
            "Seat count, prices and total of each reservation match its list of seats", """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN (SELECT rs.event_id, rs.reservation_id, count(*) AS seats, sum(rs.price) AS prices,
                                sum(rs.discount) AS discounts
                           FROM reservation_seats AS rs
                          WHERE ofEvent(rs)
                          GROUP BY rs.event_id, rs.reservation_id) AS c
                ON c.event_id = r.event_id AND c.reservation_id = r.reservation_id
             WHERE ofEvent(r)
               AND (r.seat_count IS DISTINCT FROM c.seats OR r.prices IS DISTINCT FROM c.prices
                    OR r.discounts IS DISTINCT FROM c.discounts OR r.total <> r.prices - r.discounts + r.fees)
            """),
    A_RESERVATION_HAS_EACH_FEE_AS_OFTEN_AS_ITS_EVENT_SAYS(
            "The fees of each reservation are those of its event, and their sum", """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN (SELECT rs.event_id, rs.reservation_id, count(*) FILTER (WHERE rs.price > rs.discount) AS paid
                           FROM reservation_seats AS rs
                          WHERE ofEvent(rs)
                          GROUP BY rs.event_id, rs.reservation_id) AS c
                ON c.event_id = r.event_id AND c.reservation_id = r.reservation_id
             WHERE ofEvent(r)
               AND (r.fees IS DISTINCT FROM (SELECT coalesce(sum(rf.amount), 0)
                                               FROM reservation_fees AS rf
                                              WHERE rf.event_id = r.event_id AND rf.reservation_id = r.reservation_id)
                    OR r.fees IS DISTINCT FROM (SELECT coalesce(sum(f.amount * CASE f.per WHEN 'SEAT' THEN c.paid
                                                                                     ELSE least(c.paid, 1) END), 0)
                                                  FROM fees AS f
                                                 WHERE f.event_id = r.event_id))
            """),
    A_RESERVATION_USES_THE_LIMITS_OF_ITS_PRICES(
            "Each reservation uses the limits of its price types, once for each seat", """
            SELECT count(*) AS n
              FROM (SELECT rs.event_id, rs.reservation_id, t.limit_id, count(*) AS seats
                      FROM reservation_seats AS rs
                      JOIN price_types AS t ON t.event_id = rs.event_id AND t.price_type = rs.price_type
                     WHERE ofEvent(rs) AND t.limit_id IS NOT NULL AND rs.refunded_at IS NULL
                     GROUP BY rs.event_id, rs.reservation_id, t.limit_id) AS priced
              FULL JOIN (SELECT u.event_id, u.reservation_id, u.limit_id, u.quantity
                           FROM limit_uses AS u
                           JOIN price_types AS t ON t.event_id = u.event_id AND t.limit_id = u.limit_id
                          WHERE ofEvent(u)) AS used
                ON used.event_id = priced.event_id AND used.reservation_id = priced.reservation_id
                   AND used.limit_id = priced.limit_id
             WHERE used.quantity IS DISTINCT FROM priced.seats
            """),
    A_SUCCESSOR_AND_WHAT_IT_REPLACES_NAME_EACH_OTHER(
            "A successor and the expired reservation that it replaces name each other", """
            SELECT (SELECT count(*)
                      FROM reservations AS s
                      LEFT JOIN reservations AS r
                        ON r.event_id = s.event_id AND r.reservation_id = s.replaces AND r.status = 'EXPIRED'
                           AND r.replaced_by = s.reservation_id
                     WHERE ofEvent(s) AND s.replaces IS NOT NULL AND r.reservation_id IS NULL)
                 + (SELECT count(*)
                      FROM reservations AS r
                      LEFT JOIN reservations AS s
                        ON s.event_id = r.event_id AND s.reservation_id = r.replaced_by
                           AND s.replaces = r.reservation_id
                     WHERE ofEvent(r) AND r.replaced_by IS NOT NULL AND s.reservation_id IS NULL) AS n
            """),
    A_SUCCESSOR_HAS_THE_SEATS_OF_WHAT_IT_REPLACES(
            "A successor has the seats, or as many places, at the prices and terms of the reservation that it replaces",
            """
            SELECT count(*) AS n
              FROM reservations AS s
              JOIN reservations AS r ON r.event_id = s.event_id AND r.reservation_id = s.replaces
             WHERE ofEvent(s) AND s.replaces IS NOT NULL
               AND (s.terms_version <> r.terms_version OR SEATS(s) IS DISTINCT FROM SEATS(r))
            """.replaceAll("SEATS\\((\\w)\\)", """
                (SELECT array_agg((CASE WHEN p.sold = 'AS_PLACES' THEN 0 ELSE c.seat_id END, seats.section, c.price_type, c.price)
                                  ORDER BY CASE WHEN p.sold = 'AS_PLACES' THEN 0 ELSE c.seat_id END, seats.section,
                                           c.price_type, c.price)
                   FROM reservation_seats AS c
                   JOIN seats ON seats.event_id = c.event_id AND seats.seat_id = c.seat_id
                   JOIN seat_plans AS p
                     ON p.event_id = c.event_id AND p.section = seats.section AND p.row_name = seats.row_name
                  WHERE c.event_id = $1.event_id AND c.reservation_id = $1.reservation_id)""")),
    WHAT_WAS_CONFIRMED_WAS_PAID_IN_FULL_AND_IN_TIME(
            "Confirmed reservations were paid in full before they expired", """
            SELECT count(*) AS n
              FROM reservations AS r
             WHERE ofEvent(r)
               AND r.confirmed_at IS NOT NULL
               AND (r.amount_paid IS DISTINCT FROM r.total OR r.confirmed_at >= r.expires_at)
            """),
    A_RESERVATION_HAS_THE_TERMS_OF_ITS_EVENT("Each reservation follows a version of its event's terms", """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN event_terms AS t ON t.event_id = r.event_id AND t.version = r.terms_version
             WHERE ofEvent(r)
               AND (r.event_starts_at IS DISTINCT FROM t.starts_at
                    OR r.event_max_seats IS DISTINCT FROM t.max_seats_per_reservation
                    OR r.created_at >= t.starts_at)
            """),
    AN_EVENT_HAS_ITS_LATEST_TERMS("Each event has its latest terms", """
            SELECT count(*) AS n
              FROM events AS e
              LEFT JOIN (SELECT DISTINCT ON (t.event_id) t.event_id, t.version, t.starts_at
                           FROM event_terms AS t
                          WHERE ofEvent(t)
                          ORDER BY t.event_id, t.version DESC) AS latest
                ON latest.event_id = e.event_id
             WHERE ofEvent(e)
               AND (e.terms_version IS DISTINCT FROM latest.version OR e.starts_at IS DISTINCT FROM latest.starts_at)
            """),
    A_SOLD_SEAT_HAS_ONE_LIVE_TICKET_AND_NO_OTHER_SEAT_HAS_ANY(
            "Each sold seat has one valid ticket, and no other seat has any",
            TicketRules.A_SOLD_SEAT_HAS_ONE_LIVE_TICKET_AND_NO_OTHER_SEAT_HAS_ANY),
    A_RESERVATION_HAS_A_TICKET_FOR_EACH_SEAT_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE(
            "Each confirmed reservation has a ticket per seat, and no other reservation has any",
            TicketRules.A_RESERVATION_HAS_A_TICKET_FOR_EACH_SEAT_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE),
    A_TICKET_IS_VOID_IF_AND_ONLY_IF_ITS_RESERVATION_WAS_REFUNDED_OR_IT_WAS_TRANSFERRED(
            "A ticket is void if and only if its reservation or its seat was refunded or it was transferred",
            TicketRules.A_TICKET_IS_VOID_IF_AND_ONLY_IF_ITS_RESERVATION_WAS_REFUNDED_OR_IT_WAS_TRANSFERRED),
    A_TRANSFERRED_TICKET_BEGINS_WHEN_THE_ONE_BEFORE_IT_ENDS(
            "Each transferred ticket was issued when the one before it became void",
            TicketRules.A_TRANSFERRED_TICKET_BEGINS_WHEN_THE_ONE_BEFORE_IT_ENDS),
    BOTH_HOLDERS_OF_A_TRANSFERRED_TICKET_ARE_TOLD(
            "Each transfer has a job that tells the new holder and one that tells the former holder",
            TicketRules.BOTH_HOLDERS_OF_A_TRANSFERRED_TICKET_ARE_TOLD),
    A_TICKET_IS_SIGNED_WITH_A_KEY_THAT_IS_KEPT(
            "Each ticket is signed with a stored key", TicketRules.A_TICKET_IS_SIGNED_WITH_A_KEY_THAT_IS_KEPT),
    A_RESERVATION_HAS_ONE_JOB_FOR_ITS_TICKETS_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE(
            "Each confirmed reservation has one job for its tickets, and no other reservation has any",
            TicketRules.A_RESERVATION_HAS_ONE_JOB_FOR_ITS_TICKETS_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE),
    A_JOB_HAS_A_SUBJECT_THAT_EXISTS("The subject of each job exists", """
            SELECT count(*) AS n
              FROM jobs AS j
              LEFT JOIN reservations AS r
                ON r.event_id = j.event_id AND r.reservation_id = j.subject_id AND j.subject_type = 'RESERVATION'
              LEFT JOIN events AS e
                ON e.event_id = j.event_id AND e.event_id = j.subject_id AND j.subject_type = 'EVENT'
              LEFT JOIN tickets AS t
                ON t.event_id = j.event_id AND t.ticket_id = j.subject_id AND j.subject_type = 'TICKET'
             WHERE ofEvent(j) AND r.reservation_id IS NULL AND e.event_id IS NULL AND t.ticket_id IS NULL
            """),
    A_JOB_THAT_IS_DONE_HAS_MADE_A_DOCUMENT_FOR_EACH_LIVE_TICKET(
            "Each completed job for documents has stored a document for each valid ticket",
            TicketRules.A_JOB_THAT_IS_DONE_HAS_MADE_A_DOCUMENT_FOR_EACH_LIVE_TICKET),
    A_TRANSFERRED_TICKET_THAT_WAS_SENT_HAS_A_DOCUMENT(
            "Each completed job that mails a transferred ticket has stored its document",
            TicketRules.A_TRANSFERRED_TICKET_THAT_WAS_SENT_HAS_A_DOCUMENT),
    A_RESERVATION_WITHOUT_A_NAME_IS_NOT_FOUND_BY_ONE(
            "A reservation has words to be found by only if it has a name", """
            SELECT count(*) AS n
              FROM reservation_words AS w
              JOIN reservations AS r ON r.event_id = w.event_id AND r.reservation_id = w.reservation_id
             WHERE ofEvent(w) AND r.name IS NULL
            """),
    A_JOB_THAT_IS_DONE_IS_FOLLOWED_BY_A_JOB_FOR_THE_MAIL(
            "Each completed job for the documents of a confirmed reservation is followed by a job for the mail",
            TicketRules.A_JOB_THAT_IS_DONE_IS_FOLLOWED_BY_A_JOB_FOR_THE_MAIL),
    A_REPLY_THAT_SAYS_CREATED_NAMES_A_RESERVATION_THAT_IS_THERE(
            "Each stored 201 reply refers to its event or to an existing reservation", """
            SELECT count(*) AS n
              FROM (SELECT *, substring(reply FROM 5 FOR position('\\x0a'::bytea IN reply) - 5) AS location
                      FROM idempotency_keys) AS k
              LEFT JOIN reservations AS r
                ON r.event_id = k.event_id
                   AND convert_to('/api/events/' || r.event_id || '/reservations/' || r.reservation_id, 'UTF8')
                       = k.location
             WHERE ofEvent(k) AND substring(k.reply FROM 1 FOR 4) = '201 ' AND r.reservation_id IS NULL
               AND k.location NOT IN (convert_to('/api/events/' || k.event_id, 'UTF8'),
                                      convert_to('/api/events/' || k.event_id || '/codes', 'UTF8'))
            """),
    A_PAYMENT_CONFIRMED_ONE_RESERVATION(
            "Each payment on record confirmed its reservation, and each paid reservation has a payment on record", """
            SELECT (SELECT count(*)
                      FROM payment_references AS p
                      LEFT JOIN reservations AS r
                        ON r.event_id = p.event_id AND r.reservation_id = p.reservation_id
                           AND r.payment_reference = p.reference AND r.amount_paid > 0
                     WHERE ofEvent(p) AND r.reservation_id IS NULL)
                 + (SELECT count(*)
                      FROM reservations AS r
                      LEFT JOIN payment_references AS p
                        ON p.event_id = r.event_id AND p.reference = r.payment_reference
                     WHERE ofEvent(r) AND r.amount_paid > 0 AND p.reference IS NULL) AS n
            """),
    A_TICKET_IS_CHECKED_IN_BY_THE_EARLIEST_OF_ITS_SCANS(
            "Each ticket is checked in by the earliest scan of its current entry",
            TicketRules.A_TICKET_IS_CHECKED_IN_BY_THE_EARLIEST_OF_ITS_SCANS),
    A_TICKET_IS_IN_THE_ENTRY_AFTER_THOSE_THAT_HAVE_ENDED(
            "Each ticket is in the entry after those that were checked out or undone",
            TicketRules.A_TICKET_IS_IN_THE_ENTRY_AFTER_THOSE_THAT_HAVE_ENDED),
    A_SCAN_BELONGS_TO_THE_ENTRY_OF_ITS_TIME(
            "Each scan belongs to the entry of its time", TicketRules.A_SCAN_BELONGS_TO_THE_ENTRY_OF_ITS_TIME),
    A_SCAN_IS_JUDGED_WITHIN_THE_LIFE_OF_ITS_TICKET(
            "Each scan is judged after its ticket was issued, and refused as void only after the ticket became void",
            TicketRules.A_SCAN_IS_JUDGED_WITHIN_THE_LIFE_OF_ITS_TICKET),
    A_CHANGE_HAS_A_VERSION_OF_ITS_OWN_WHICH_ITS_RESERVATION_HAS_REACHED(
            "Each change has a version of its own, which its reservation has reached", """
            SELECT (SELECT count(*)
                      FROM changes AS c
                      LEFT JOIN reservations AS r
                        ON r.event_id = c.event_id AND r.reservation_id = c.reservation_id
                     WHERE ofEvent(c) AND c.reservation_id IS NOT NULL
                       AND (r.version IS NULL OR c.version > r.version))
                 + (SELECT count(*)
                      FROM (SELECT FROM changes AS c
                             WHERE ofEvent(c) AND c.reservation_id IS NOT NULL
                             GROUP BY c.event_id, c.reservation_id, c.version
                            HAVING count(*) > 1) AS twice) AS n
            """),
    A_FEED_HAS_ITS_POSITIONS_WITHOUT_A_GAP("Each feed has the positions from 1 to the last one without a gap", """
            SELECT count(*) AS n
              FROM (SELECT c.event_id, count(*) AS positions, min(c.position) AS first, max(c.position) AS last
                      FROM changes AS c
                     WHERE ofEvent(c) AND c.position IS NOT NULL
                     GROUP BY c.event_id) AS given
              FULL JOIN (SELECT f.event_id, f.last_position FROM feeds AS f WHERE ofEvent(f)) AS feed
                ON feed.event_id = given.event_id
             WHERE coalesce(feed.last_position, 0) <> coalesce(given.last, 0)
                OR given.positions <> given.last OR given.first <> 1
            """),
    A_FEED_FOLLOWS_THE_VERSIONS_OF_A_RESERVATION(
            "Each feed has the changes of a reservation in order of their versions", """
            SELECT count(*) AS n
              FROM (SELECT c.position,
                           lag(coalesce(c.position, 9223372036854775807))
                               OVER (PARTITION BY c.event_id, c.reservation_id ORDER BY c.version) AS before
                      FROM changes AS c
                     WHERE ofEvent(c) AND c.reservation_id IS NOT NULL) AS neighbours
             WHERE position < before
            """),
    AN_ERASED_RESERVATION_HAS_NO_NAMES_AND_NO_DOCUMENTS("Erased reservations have no names and no documents", """
            SELECT count(*) AS n
              FROM reservations AS r
              JOIN reservation_seats AS rs ON rs.event_id = r.event_id AND rs.reservation_id = r.reservation_id
              LEFT JOIN tickets AS t
                ON t.event_id = rs.event_id AND t.reservation_id = rs.reservation_id AND t.seat_id = rs.seat_id
              LEFT JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
             WHERE ofEvent(r) AND r.erased_at IS NOT NULL AND (rs.holder IS NOT NULL OR d.ticket_id IS NOT NULL)
            """),
    /** A reservation that has lapsed waits for the sweeper, whether or not the event was cancelled. */
    A_COMPLETED_CANCELLATION_LEAVES_NO_LIVE_RESERVATION(
            "Once the cancellation of an event is complete, nothing is held, and nothing is sold if it refunds", """
            SELECT count(*) AS n
              FROM events AS e
              JOIN seats AS s ON s.event_id = e.event_id
             WHERE ofEvent(e) AND e.cancel_completed_at IS NOT NULL
               AND (s.status = 'HELD' AND s.held_until > clock_timestamp() OR s.status = 'SOLD' AND e.cancel_refund)
            """),
    NOTHING_IS_RESERVED_OR_CONFIRMED_AFTER_A_COMPLETED_CANCELLATION(
            "Nothing is reserved or confirmed once the cancellation of its event is complete", """
            SELECT count(*) AS n
              FROM events AS e
              JOIN reservations AS r ON r.event_id = e.event_id
             WHERE ofEvent(e) AND greatest(r.created_at, r.confirmed_at) > e.cancel_completed_at
            """),
    A_COMPLETED_CANCELLATION_HAS_A_JOB_FOR_EACH_HOLDER(
            "Once the cancellation of an event is complete, there is a job that tells each holder of tickets, if it notifies",
            """
            SELECT count(*) AS n
              FROM events AS e
              JOIN tickets AS t
                ON t.event_id = e.event_id
                   AND (t.voided_at IS NULL
                        OR EXISTS (SELECT FROM changes AS c
                                    WHERE c.event_id = t.event_id AND c.reservation_id = t.reservation_id
                                      AND c.type = 'reservation.refunded' AND c.actor = 'job'))
             WHERE ofEvent(e) AND e.cancel_completed_at IS NOT NULL AND e.cancel_notify
               AND NOT EXISTS (SELECT FROM jobs AS j
                                WHERE j.event_id = t.event_id AND j.subject_id = t.reservation_id
                                  AND j.kind = 'SendCancellation' AND j.event_version = e.terms_version)
            """),
    A_LIMIT_COUNTS_THE_USES_OF_ITS_CONFIRMED_RESERVATIONS_AND_IS_NOT_EXCEEDED(
            "Each limit counts the uses of its confirmed reservations and is not exceeded", CodeRules.LIMIT_COUNTS),
    A_USE_OF_A_LIMIT_LASTS_AS_LONG_AS_ITS_RESERVATION(
            "Each use of a limit lasts as long as its reservation", CodeRules.USE_LASTS),
    A_RESERVATION_WITH_A_LIMITED_CODE_USES_IT_FOR_THE_SEATS_THAT_IT_COVERS(
            "Each reservation with a limited code uses it for the seats that the code covers", CodeRules.CODE_IS_USED),
    A_DISCOUNT_IS_THAT_OF_A_CODE_THAT_COVERS_THE_SEAT(
            "Each discount is that of a code that covers the seat", CodeRules.DISCOUNT_BY_CODE),
    A_RESERVATION_THAT_A_PAYMENT_CONFIRMS_HAS_ITS_MONEY(
            "Each reservation that a payment has confirmed has its money reserved or moved", PaymentRules.CONFIRMS),
    A_RESERVATION_WITHOUT_TICKETS_WAITS_FOR_ITS_PAYMENT(
            "Each reservation that waits for its money has a payment", PaymentRules.AWAITS),
    MONEY_THAT_CONFIRMS_NOTHING_IS_ON_ITS_WAY_BACK(
            "Money that confirms nothing is on its way back", PaymentRules.MONEY_IS_FOR_SEATS),
    A_RESERVATION_HAS_ONE_PAYMENT_AT_MOST_THAT_WAS_NOT_GIVEN_BACK(
            "Each reservation has at most one payment that was captured and not given back", PaymentRules.ONE_PAYMENT),
    A_PAYMENT_IS_GIVEN_BACK_BY_ITS_REFUNDS(
            "Each payment was given back by its refunds, and never more than it has", PaymentRules.REFUNDS);

    /** A placeholder for each table that a statement reads; replaced by a condition on the event, or by {@code true}. */
    private static final Pattern OF_EVENT = Pattern.compile("ofEvent\\((\\w+)\\)");

    private final String sentence;
    private final String sql;

    Invariant(String sentence, String sql) {
        this.sentence = sentence;
        this.sql = sql;
    }

    /** Counts the violations in the whole database, reading each table once. */
    public long count(Tx tx) throws SQLException {
        return count(tx, OF_EVENT.matcher(sql).replaceAll("true"));
    }

    /** Counts the violations in one event, without reading rows of other events. */
    public long count(Tx tx, EventId event) throws SQLException {
        var mentions = (int) OF_EVENT.matcher(sql).results().count();
        var parameters = new Object[mentions];
        Arrays.fill(parameters, event.value());
        return count(tx, OF_EVENT.matcher(sql).replaceAll("$1.event_id = ?"), parameters);
    }

    /** A rule reads all rows of an event: while the statistics are older than they are, PostgreSQL would look up each pair of rows. */
    private static long count(Tx tx, String sql, Object... parameters) throws SQLException {
        tx.update("SET LOCAL enable_nestloop = off");
        return tx.query(sql, row -> row.bigint("n"), parameters).get(0);
    }

    /** Returns the rule as a label value for the metrics. It is the constant's name, which alerts refer to. */
    String slug() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the rule as a sentence. */
    @Override
    public String toString() {
        return sentence;
    }
}
