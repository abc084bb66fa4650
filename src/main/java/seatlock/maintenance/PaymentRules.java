package seatlock.maintenance;

/** The statements of those {@linkplain Invariant invariants} that are about payments through a provider. */
final class PaymentRules {

    /** Joins each payment with the sum of its refunds. */
    private static final String GIVEN = """
            LEFT JOIN (SELECT f.event_id, f.payment_id, sum(f.amount) AS amount,
                              count(*) FILTER (WHERE f.status <> 'DONE') AS undone
                         FROM refunds AS f
                        WHERE ofEvent(f)
                        GROUP BY f.event_id, f.payment_id) AS given
              ON given.event_id = p.event_id AND given.payment_id = p.payment_id
            """;

    /** A reservation that a payment has confirmed names it, and waits for its tickets exactly as long as the money is reserved. */
    static final String CONFIRMS = """
            SELECT count(*) AS n
              FROM payments AS p
              LEFT JOIN reservations AS r ON r.event_id = p.event_id AND r.reservation_id = p.reservation_id
             WHERE ofEvent(p) AND p.verdict = 'CONFIRMS'
               AND (r.confirmed_at IS NULL OR r.payment_reference IS DISTINCT FROM p.reference
                    OR r.amount_paid IS DISTINCT FROM p.amount
                    OR r.status = 'CONFIRMED' AND p.status NOT IN ('AUTHORIZED', 'CAPTURED')
                    OR r.status = 'CONFIRMED' AND r.awaits_capture AND p.status <> 'AUTHORIZED')
            """;

    static final String AWAITS = """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN payments AS p
                ON p.event_id = r.event_id AND p.reservation_id = r.reservation_id AND p.verdict = 'CONFIRMS'
             WHERE ofEvent(r) AND r.awaits_capture AND p.payment_id IS NULL
            """;

    /** That money which is only reserved is released, the schema makes sure: such a payment is due. */
    static final String MONEY_IS_FOR_SEATS = """
            SELECT count(*) AS n
              FROM payments AS p
              LEFT JOIN reservations AS r ON r.event_id = p.event_id AND r.reservation_id = p.reservation_id
            """ + GIVEN + """
             WHERE ofEvent(p) AND p.status = 'CAPTURED' AND r.payment_reference IS DISTINCT FROM p.reference
               AND p.captured > coalesce(given.amount, 0)
            """;

    static final String ONE_PAYMENT = """
            SELECT count(*) AS n
              FROM (SELECT FROM payments AS p
            """ + GIVEN + """
                     WHERE ofEvent(p) AND p.captured > coalesce(given.amount, 0)
                     GROUP BY p.event_id, p.reservation_id
                    HAVING count(*) > 1) AS twice
            """;

    static final String REFUNDS = """
            SELECT count(*) AS n
              FROM payments AS p
            """ + GIVEN + """
             WHERE ofEvent(p)
               AND (p.refunded <> coalesce(given.amount, 0) OR p.refunded > p.captured
                    OR given.undone > 0 AND p.due_at IS NULL)
            """;

    private PaymentRules() {}
}
