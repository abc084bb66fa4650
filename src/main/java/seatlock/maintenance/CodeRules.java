package seatlock.maintenance;

/** The statements of those {@linkplain Invariant invariants} that are about limits and codes. */
final class CodeRules {

    /**
     * The clock is read after the snapshot was taken, so a use that has not lapsed now had not lapsed when any transaction in this
     * snapshot counted it.
     */
    static final String LIMIT_COUNTS = """
            SELECT count(*) AS n
              FROM limits AS l
              LEFT JOIN (SELECT u.event_id, u.limit_id,
                                sum(u.quantity) FILTER (WHERE r.status = 'CONFIRMED') AS confirmed,
                                sum(u.quantity) FILTER (
                                    WHERE r.status = 'CONFIRMED'
                                       OR r.status = 'PENDING' AND r.expires_at > clock_timestamp()) AS used
                           FROM limit_uses AS u
                           JOIN reservations AS r ON r.event_id = u.event_id AND r.reservation_id = u.reservation_id
                          WHERE ofEvent(u)
                          GROUP BY u.event_id, u.limit_id) AS c
                ON c.event_id = l.event_id AND c.limit_id = l.limit_id
             WHERE ofEvent(l) AND (l.confirmed <> coalesce(c.confirmed, 0) OR c.used > l.size)
            """;

    static final String USE_LASTS = """
            SELECT count(*) AS n
              FROM limit_uses AS u
              LEFT JOIN reservations AS r ON r.event_id = u.event_id AND r.reservation_id = u.reservation_id
             WHERE ofEvent(u)
               AND (u.active IS DISTINCT FROM (r.status IN ('PENDING', 'CONFIRMED'))
                    OR u.expires_at IS DISTINCT FROM CASE WHEN r.confirmed_at IS NULL THEN r.expires_at END)
            """;

    /** Whether the code {@code c} covers the seat {@code s}, which was reserved by {@code rs}. */
    private static final String COVERS =
            "(c.sections IS NULL OR s.section = ANY (c.sections)) AND (c.price_types IS NULL OR rs.price_type = ANY (c.price_types))";

    static final String CODE_IS_USED = """
            SELECT count(*) AS n
              FROM (SELECT r.event_id, r.reservation_id, c.limit_id,
                           CASE WHEN c.is_single_use THEN 1 ELSE count(*) FILTER (WHERE covers AND rs.refunded_at IS NULL) END AS quantity
                      FROM reservations AS r
                      JOIN codes AS c ON c.event_id = r.event_id AND c.code_id = r.code_id AND c.limit_id IS NOT NULL
                      JOIN reservation_seats AS rs ON rs.event_id = r.event_id AND rs.reservation_id = r.reservation_id
                      JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
                     WHERE ofEvent(r)
                     GROUP BY r.event_id, r.reservation_id, c.limit_id, c.is_single_use) AS due
              LEFT JOIN limit_uses AS u
                ON u.event_id = due.event_id AND u.limit_id = due.limit_id AND u.reservation_id = due.reservation_id
             WHERE u.quantity IS DISTINCT FROM due.quantity
            """.replace("covers", COVERS);

    /** Without a code, the expected discount is NULL, from which each is distinct. */
    static final String DISCOUNT_BY_CODE = """
            SELECT count(*) AS n
              FROM reservation_seats AS rs
              JOIN reservations AS r ON r.event_id = rs.event_id AND r.reservation_id = rs.reservation_id
              JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
              LEFT JOIN codes AS c ON c.event_id = r.event_id AND c.code_id = r.code_id
             WHERE ofEvent(rs) AND (rs.discount > 0 OR r.code_id IS NOT NULL)
               AND rs.discount IS DISTINCT FROM
                   CASE WHEN covers
                        THEN CASE c.effect WHEN 'PERCENT' THEN (2 * rs.price * c.value + 100) / 200
                                           WHEN 'OFF' THEN least(rs.price, c.value)
                                           WHEN 'PRICE' THEN greatest(rs.price - c.value, 0)
                                           WHEN 'ACCESS' THEN 0 END
                        ELSE 0 END
            """.replace("covers", COVERS);

    private CodeRules() {}
}
