package seatlock.maintenance;

/** The statements of the invariants about tickets, their scans and the jobs for them, by the names of the {@link Invariant}s. */
final class TicketRules {

    private TicketRules() {}

    static final String A_SOLD_SEAT_HAS_ONE_LIVE_TICKET_AND_NO_OTHER_SEAT_HAS_ANY = """
            SELECT count(*) AS n
              FROM seats AS s
              LEFT JOIN tickets AS t ON t.event_id = s.event_id AND t.seat_id = s.seat_id AND t.voided_at IS NULL
              LEFT JOIN reservations AS w
                ON w.event_id = s.event_id AND w.reservation_id = s.reservation_id AND w.awaits_capture
             WHERE ofEvent(s)
               AND (CASE WHEN s.status = 'SOLD' AND w.reservation_id IS NULL THEN s.reservation_id END)
                   IS DISTINCT FROM t.reservation_id
            """;

    static final String A_RESERVATION_HAS_A_TICKET_FOR_EACH_SEAT_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE = """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN (SELECT t.event_id, t.reservation_id, count(*) AS tickets
                           FROM tickets AS t
                          WHERE ofEvent(t) AND t.transfers = 0
                          GROUP BY t.event_id, t.reservation_id) AS c
                ON c.event_id = r.event_id AND c.reservation_id = r.reservation_id
             WHERE ofEvent(r)
               AND (CASE WHEN r.confirmed_at IS NOT NULL AND NOT r.awaits_capture THEN r.seat_count END) IS DISTINCT FROM c.tickets
            """;

    static final String A_TICKET_IS_VOID_IF_AND_ONLY_IF_ITS_RESERVATION_WAS_REFUNDED_OR_IT_WAS_TRANSFERRED = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN reservations AS r ON r.event_id = t.event_id AND r.reservation_id = t.reservation_id
              LEFT JOIN reservation_seats AS rs
                ON rs.event_id = t.event_id AND rs.reservation_id = t.reservation_id AND rs.seat_id = t.seat_id
              LEFT JOIN tickets AS next
                ON next.event_id = t.event_id AND next.reservation_id = t.reservation_id AND next.seat_id = t.seat_id
                   AND next.transfers = t.transfers + 1
             WHERE ofEvent(t)
               AND CASE WHEN next.ticket_id IS NOT NULL
                        THEN t.voided_at IS NULL
                        WHEN rs.refunded_at IS NOT NULL THEN t.voided_at IS DISTINCT FROM rs.refunded_at
                        ELSE r.status IS DISTINCT FROM CASE WHEN t.voided_at IS NULL THEN 'CONFIRMED' ELSE 'CANCELLED' END
                   END
            """;

    static final String A_TRANSFERRED_TICKET_BEGINS_WHEN_THE_ONE_BEFORE_IT_ENDS = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN tickets AS former
                ON former.event_id = t.event_id AND former.reservation_id = t.reservation_id
                   AND former.seat_id = t.seat_id AND former.transfers = t.transfers - 1
             WHERE ofEvent(t) AND t.transfers > 0 AND former.voided_at IS DISTINCT FROM t.issued_at
            """;

    static final String BOTH_HOLDERS_OF_A_TRANSFERRED_TICKET_ARE_TOLD = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN tickets AS former
                ON former.event_id = t.event_id AND former.reservation_id = t.reservation_id
                   AND former.seat_id = t.seat_id AND former.transfers = t.transfers - 1
              LEFT JOIN jobs AS mail
                ON mail.event_id = t.event_id AND mail.ticket_id = t.ticket_id AND mail.kind = 'SendTransferredTicket'
              LEFT JOIN jobs AS notice
                ON notice.event_id = t.event_id AND notice.ticket_id = former.ticket_id
                   AND notice.kind = 'SendTransferNotice'
             WHERE ofEvent(t) AND t.transfers > 0 AND (mail.job_id IS NULL OR notice.job_id IS NULL)
            """;

    static final String A_TICKET_IS_SIGNED_WITH_A_KEY_THAT_IS_KEPT = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN ticket_keys AS k ON k.key_id = t.key_id
             WHERE ofEvent(t) AND k.key_id IS NULL
            """;

    static final String A_RESERVATION_HAS_ONE_JOB_FOR_ITS_TICKETS_ONCE_IT_WAS_CONFIRMED_AND_NONE_BEFORE = """
            SELECT count(*) AS n
              FROM reservations AS r
              LEFT JOIN (SELECT j.event_id, j.reservation_id, count(*) AS jobs
                           FROM jobs AS j
                          WHERE ofEvent(j) AND j.kind = 'IssueTickets'
                          GROUP BY j.event_id, j.reservation_id) AS c
                ON c.event_id = r.event_id AND c.reservation_id = r.reservation_id
             WHERE ofEvent(r)
               AND (CASE WHEN r.confirmed_at IS NOT NULL AND NOT r.awaits_capture THEN 1 END) IS DISTINCT FROM c.jobs
            """;

    static final String A_JOB_THAT_IS_DONE_HAS_MADE_A_DOCUMENT_FOR_EACH_LIVE_TICKET = """
            SELECT count(*) AS n
              FROM tickets AS t
              JOIN jobs AS j
                ON j.event_id = t.event_id AND j.reservation_id = t.reservation_id
                   AND j.kind = 'IssueTickets' AND j.state = 'DONE'
              LEFT JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
              LEFT JOIN reservations AS r ON r.event_id = t.event_id AND r.reservation_id = t.reservation_id
             WHERE ofEvent(t) AND t.voided_at IS NULL AND t.transfers = 0 AND d.ticket_id IS NULL AND r.erased_at IS NULL
               AND NOT EXISTS (SELECT FROM jobs AS n
                                WHERE n.event_id = t.event_id AND n.reservation_id = t.reservation_id
                                  AND n.kind = 'RenewTickets' AND n.state <> 'DONE')
            """;

    static final String A_TRANSFERRED_TICKET_THAT_WAS_SENT_HAS_A_DOCUMENT = """
            SELECT count(*) AS n
              FROM jobs AS j
              JOIN tickets AS t
                ON t.event_id = j.event_id AND t.ticket_id = j.ticket_id AND t.voided_at IS NULL
                   AND t.holder_email IS NOT NULL
              LEFT JOIN ticket_documents AS d ON d.event_id = t.event_id AND d.ticket_id = t.ticket_id
             WHERE ofEvent(j) AND j.kind = 'SendTransferredTicket' AND j.state = 'DONE' AND d.ticket_id IS NULL
               AND NOT EXISTS (SELECT FROM jobs AS n
                                WHERE n.event_id = t.event_id AND n.reservation_id = t.reservation_id
                                  AND n.kind = 'RenewTickets' AND n.state <> 'DONE')
            """;

    static final String A_JOB_THAT_IS_DONE_IS_FOLLOWED_BY_A_JOB_FOR_THE_MAIL = """
            SELECT count(*) AS n
              FROM jobs AS j
              JOIN reservations AS r
                ON r.event_id = j.event_id AND r.reservation_id = j.reservation_id AND r.status = 'CONFIRMED'
              LEFT JOIN (SELECT m.event_id, m.reservation_id, count(*) AS mails
                           FROM jobs AS m
                          WHERE ofEvent(m) AND m.kind = 'SendTickets'
                          GROUP BY m.event_id, m.reservation_id) AS c
                ON c.event_id = j.event_id AND c.reservation_id = j.reservation_id
             WHERE ofEvent(j) AND j.kind = 'IssueTickets' AND j.state = 'DONE' AND c.mails IS NULL AND r.erased_at IS NULL
            """;

    static final String A_TICKET_IS_CHECKED_IN_BY_THE_EARLIEST_OF_ITS_SCANS = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN (SELECT s.event_id, s.ticket_id, s.entry, min(s.judged_at) AS judged_at
                           FROM scans AS s
                          WHERE ofEvent(s) AND s.outcome IN ('ADMITTED', 'ALREADY_CHECKED_IN')
                          GROUP BY s.event_id, s.ticket_id, s.entry) AS first
                ON first.event_id = t.event_id AND first.ticket_id = t.ticket_id AND first.entry = t.entry
             WHERE ofEvent(t) AND t.checked_in_at IS DISTINCT FROM first.judged_at
            """;

    static final String A_TICKET_IS_IN_THE_ENTRY_AFTER_THOSE_THAT_HAVE_ENDED = """
            SELECT count(*) AS n
              FROM tickets AS t
              LEFT JOIN (SELECT s.event_id, s.ticket_id, count(*) AS ended, max(s.entry) AS last,
                                max(s.judged_at) FILTER (WHERE s.outcome = 'CHECKED_OUT') AS out
                           FROM scans AS s
                          WHERE ofEvent(s) AND s.outcome IN ('CHECKED_OUT', 'UNDONE')
                          GROUP BY s.event_id, s.ticket_id) AS e
                ON e.event_id = t.event_id AND e.ticket_id = t.ticket_id
             WHERE ofEvent(t)
               AND (t.entry <> coalesce(e.ended, 0) + 1 OR t.entry <> coalesce(e.last, 0) + 1
                    OR t.checked_out_at IS DISTINCT FROM e.out)
            """;

    static final String A_SCAN_BELONGS_TO_THE_ENTRY_OF_ITS_TIME = """
            SELECT count(*) AS n
              FROM scans AS s
              JOIN scans AS e
                ON e.event_id = s.event_id AND e.ticket_id = s.ticket_id AND e.outcome IN ('CHECKED_OUT', 'UNDONE')
                   AND e.entry IN (s.entry, s.entry - 1)
             WHERE ofEvent(s)
               AND CASE WHEN e.entry = s.entry THEN s.judged_at > e.judged_at ELSE s.judged_at < e.judged_at END
            """;

    static final String A_SCAN_IS_JUDGED_WITHIN_THE_LIFE_OF_ITS_TICKET = """
            SELECT count(*) AS n
              FROM scans AS s
              LEFT JOIN tickets AS t ON t.event_id = s.event_id AND t.ticket_id = s.ticket_id
             WHERE ofEvent(s)
               AND (t.issued_at IS NULL OR s.judged_at < t.issued_at
                    OR (s.outcome = 'VOIDED' AND (t.voided_at IS NULL OR s.judged_at < t.voided_at)))
            """;
}
