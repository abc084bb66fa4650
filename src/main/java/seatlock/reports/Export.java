package seatlock.reports;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import seatlock.catalog.Event;
import seatlock.db.Row;
import seatlock.db.Tx;
import seatlock.tickets.TicketId;
import seatlock.tickets.Tickets;

/**
 * A table of an event as a CSV file, in pages. Each page is read by a statement of its own, so a file of a million rows needs
 * neither a long transaction nor much memory. A row that changes meanwhile is in the file as it was when its page was read.
 */
public enum Export {
    /** Every reservation, the oldest first. */
    RESERVATIONS(
            """
            SELECT r.reservation_id AS k1, NULL::uuid AS k2, r.reference, r.reservation_id,
                   CASE WHEN r.status = 'PENDING' AND r.expires_at <= statement_timestamp() THEN 'EXPIRED'
                        ELSE r.status END AS status,
                   r.email, r.name, r.language, claims.seat_count, claims.seats, claims.refunded_seats, r.total, r.amount_paid, r.created_at, r.expires_at,
                   r.confirmed_at, CASE WHEN r.status = 'CANCELLED' THEN r.ended_at END AS cancelled_at, r.payment_reference,
                   claims.price_types, r.prices, r.discounts, r.fees,
                   claims.tax + (SELECT coalesce(sum((2 * rf.amount * rate + 10000 + rate) / (2 * (10000 + rate))), 0)
                                   FROM reservation_fees AS rf
                                  WHERE rf.event_id = r.event_id AND rf.reservation_id = r.reservation_id) AS tax,
                   CASE WHEN r.confirmed_at IS NULL THEN 0
                        ELSE claims.refunded
                             + (SELECT coalesce(sum(f.amount * CASE WHEN f.per = 'SEAT' THEN claims.refunded_with_fees
                                                                    WHEN r.status = 'CANCELLED' THEN 1 ELSE 0 END), 0)
                                  FROM reservation_fees AS rf
                                  JOIN fees AS f ON f.event_id = rf.event_id AND f.fee = rf.fee AND f.is_refundable
                                 WHERE rf.event_id = r.event_id AND rf.reservation_id = r.reservation_id) END AS refunded
              FROM reservations AS r
             CROSS JOIN LATERAL (SELECT coalesce(tax_rate, 0)::bigint AS rate FROM events WHERE event_id = r.event_id OFFSET 0) AS e
             CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE rs.refunded_at IS NULL) AS seat_count,
                                        string_agg(s.label, ', ' ORDER BY rs.seat_id) FILTER (WHERE rs.refunded_at IS NULL) AS seats,
                                        string_agg(s.label, ', ' ORDER BY rs.seat_id) FILTER (WHERE rs.refunded_at IS NOT NULL)
                                            AS refunded_seats,
                                        string_agg(rs.price_type, ', ' ORDER BY rs.seat_id) FILTER (WHERE rs.refunded_at IS NULL)
                                            AS price_types,
                                        coalesce(sum(rs.price - rs.discount)
                                                 FILTER (WHERE rs.refunded_at IS NOT NULL OR r.status = 'CANCELLED'), 0) AS refunded,
                                        count(*) FILTER (WHERE rs.price > rs.discount
                                                           AND (rs.refunded_at IS NOT NULL OR r.status = 'CANCELLED'))
                                            AS refunded_with_fees,
                                        (SELECT sum((2 * amount * rate + 10000 + rate) / (2 * (10000 + rate)))
                                           FROM (SELECT (count(*) * (l.price - l.discount)) AS amount
                                                   FROM reservation_seats AS l
                                                   JOIN seats AS ls ON ls.event_id = l.event_id AND ls.seat_id = l.seat_id
                                                  WHERE l.event_id = r.event_id AND l.reservation_id = r.reservation_id
                                                  GROUP BY ls.section, l.price_type, l.price, l.discount) AS lines) AS tax
                                   FROM reservation_seats AS rs
                                  CROSS JOIN LATERAL (SELECT label FROM seats WHERE event_id = rs.event_id
                                                         AND seat_id = rs.seat_id OFFSET 0) AS s
                                  WHERE rs.event_id = r.event_id
                                    AND rs.reservation_id = r.reservation_id
                                 OFFSET 0) AS claims
             WHERE r.event_id = ?
               AND r.reservation_id > ?
               AND ?::uuid IS NOT NULL
             ORDER BY r.reservation_id
             LIMIT ?
            """,
            Column.text("reference"),
            Column.text("reservationId", "reservation_id"),
            Column.text("status"),
            Column.text("email"),
            Column.text("name"),
            Column.text("language"),
            Column.text("seatCount", "seat_count"),
            Column.text("seats"),
            Column.text("total"),
            Column.text("amountPaid", "amount_paid"),
            Column.CURRENCY,
            Column.time("createdAt", "created_at"),
            Column.time("expiresAt", "expires_at"),
            Column.time("confirmedAt", "confirmed_at"),
            Column.time("cancelledAt", "cancelled_at"),
            Column.text("paymentReference", "payment_reference"),
            Column.text("priceTypes", "price_types"),
            Column.text("price", "prices"),
            Column.text("discount", "discounts"),
            Column.text("fees"),
            Column.text("tax"),
            Column.text("refundedSeats", "refunded_seats"),
            Column.text("refunded")),

    /** Every ticket, void ones included. */
    TICKETS(
            """
            SELECT t.ticket_id AS k1, NULL::uuid AS k2, t.ticket_id,
                   CASE WHEN t.voided_at IS NOT NULL AND
            """ + Tickets.IS_REPLACED + """
                        THEN 'TRANSFERRED'
                        WHEN t.voided_at IS NOT NULL THEN 'VOIDED' WHEN t.checked_in_at IS NOT NULL THEN 'CHECKED_IN'
                        WHEN t.checked_out_at IS NOT NULL THEN 'CHECKED_OUT' ELSE 'VALID' END AS status,
                   s.label, s.section, s.row_name, s.seat_number, rs.price,
                   CASE WHEN t.transfers = 0 THEN rs.holder ELSE t.holder_name END AS holder, r.reference, t.reservation_id,
                   CASE WHEN t.transfers = 0 THEN r.email ELSE t.holder_email END AS email,
                   CASE WHEN t.transfers = 0 THEN r.name ELSE t.holder_name END AS name, t.issued_at, t.voided_at,
                   t.checked_in_at, t.check_in_gate, rs.price_type, rs.discount,
                   CASE WHEN rs.price = rs.discount THEN 0 ELSE per_seat.fees END AS fees
              FROM tickets AS t
             CROSS JOIN LATERAL (SELECT label, section, row_name, seat_number FROM seats
                                  WHERE event_id = t.event_id AND seat_id = t.seat_id OFFSET 0) AS s
             CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount), 0) AS fees FROM reservation_fees AS rf
                                   JOIN fees AS f ON f.event_id = rf.event_id AND f.fee = rf.fee AND f.per = 'SEAT'
                                  WHERE rf.event_id = t.event_id AND rf.reservation_id = t.reservation_id OFFSET 0) AS per_seat
             CROSS JOIN LATERAL (SELECT price, price_type, discount, holder FROM reservation_seats
                                  WHERE event_id = t.event_id AND reservation_id = t.reservation_id
                                    AND seat_id = t.seat_id OFFSET 0) AS rs
             CROSS JOIN LATERAL (SELECT reference, email, name FROM reservations
                                  WHERE event_id = t.event_id AND reservation_id = t.reservation_id OFFSET 0) AS r
             WHERE t.event_id = ?
               AND t.ticket_id > ?
               AND ?::uuid IS NOT NULL
             ORDER BY t.ticket_id
             LIMIT ?
            """,
            Column.ticketNumber("number"),
            Column.text("ticketId", "ticket_id"),
            Column.text("status"),
            Column.text("seat", "label"),
            Column.text("section"),
            Column.text("row", "row_name"),
            Column.text("seatNumber", "seat_number"),
            Column.text("price"),
            Column.CURRENCY,
            Column.text("holder"),
            Column.text("reference"),
            Column.text("reservationId", "reservation_id"),
            Column.text("email"),
            Column.text("name"),
            Column.time("issuedAt", "issued_at"),
            Column.time("voidedAt", "voided_at"),
            Column.time("checkedInAt", "checked_in_at"),
            Column.text("gate", "check_in_gate"),
            Column.text("priceType", "price_type"),
            Column.text("discount"),
            Column.text("fees"),
            new Column(
                    "tax",
                    (row, event) -> event.taxIn(row.bigint("price") - row.bigint("discount") + row.bigint("fees")))),

    /** Every scan that is stored, whatever its outcome. */
    CHECK_INS(
            """
            SELECT c.ticket_id AS k1, c.scan_id AS k2, c.ticket_id, c.scan_id, c.outcome, c.gate, c.nonce, c.scanned_at, c.judged_at, c.received_at, s.label, r.reference, t.reservation_id
              FROM scans AS c
             CROSS JOIN LATERAL (SELECT reservation_id, seat_id FROM tickets
                                  WHERE event_id = c.event_id AND ticket_id = c.ticket_id OFFSET 0) AS t
             CROSS JOIN LATERAL (SELECT label FROM seats WHERE event_id = c.event_id AND seat_id = t.seat_id OFFSET 0) AS s
             CROSS JOIN LATERAL (SELECT reference FROM reservations
                                  WHERE event_id = c.event_id AND reservation_id = t.reservation_id OFFSET 0) AS r
             WHERE c.event_id = ?
               AND (c.ticket_id, c.scan_id) > (?, ?)
             ORDER BY c.ticket_id, c.scan_id
             LIMIT ?
            """,
            Column.ticketNumber("ticketNumber"),
            Column.text("ticketId", "ticket_id"),
            Column.text("scanId", "scan_id"),
            Column.text("outcome"),
            Column.text("gate"),
            Column.text("nonce"),
            Column.time("scannedAt", "scanned_at"),
            Column.time("judgedAt", "judged_at"),
            Column.time("receivedAt", "received_at"),
            Column.text("seat", "label"),
            Column.text("reference"),
            Column.text("reservationId", "reservation_id")),

    /** Every payment through a provider. */
    PAYMENTS(
            """
            SELECT p.payment_id AS k1, NULL::uuid AS k2, p.reservation_id, r.reference, p.payment_id, p.provider, p.status, p.verdict,
                   p.amount, p.captured, p.refunded, p.currency, p.is_late, p.is_disputed, p.created_at, p.paid_at, p.captured_at,
                   p.reference AS provider_reference
              FROM payments AS p
             CROSS JOIN LATERAL (SELECT reference FROM reservations
                                  WHERE event_id = p.event_id AND reservation_id = p.reservation_id OFFSET 0) AS r
             WHERE p.event_id = ?
               AND p.payment_id > ?
               AND ?::uuid IS NOT NULL
             ORDER BY p.payment_id
             LIMIT ?
            """,
            Column.text("reservationId", "reservation_id"),
            Column.text("reference"),
            Column.text("paymentId", "payment_id"),
            Column.text("provider"),
            Column.text("status"),
            Column.text("verdict"),
            Column.text("amount"),
            Column.text("captured"),
            Column.text("refunded"),
            Column.text("currency"),
            Column.flag("late", "is_late"),
            Column.flag("disputed", "is_disputed"),
            Column.time("createdAt", "created_at"),
            Column.time("paidAt", "paid_at"),
            Column.time("capturedAt", "captured_at"),
            Column.text("providerReference", "provider_reference"));

    /** Some hundred kilobytes of text. */
    private static final int ROWS_PER_PAGE = 2_000;

    /** Less than any id. */
    private static final UUID NONE = new UUID(0, 0);

    @FunctionalInterface
    private interface Cell {
        Object of(Row row, Event event) throws SQLException;
    }

    /** A column of the file, and where its cells come from. */
    private record Column(String header, Cell cell) {

        private static final Column CURRENCY = new Column("currency", (row, event) -> event.currencyCode());

        private static Column text(String name) {
            return text(name, name);
        }

        private static Column text(String header, String column) {
            return new Column(header, (row, event) -> row.text(column));
        }

        /** As it is printed on the ticket: a spreadsheet could take bare digits for a number, such as 123456e78901. */
        private static Column ticketNumber(String header) {
            return new Column(header, (row, event) -> new TicketId(row.uuid("ticket_id")).number());
        }

        /** True or false. */
        private static Column flag(String header, String column) {
            return new Column(header, (row, event) -> row.bool(column));
        }

        /** RFC 3339, in UTC. */
        private static Column time(String header, String column) {
            return new Column(header, (row, event) -> row.instant(column));
        }
    }

    /** The last row of a page. */
    public record Position(UUID first, UUID second) {}

    /**
     * A part of the file.
     *
     * @param last where the next page continues; empty if this is the last page
     */
    public record Page(byte[] bytes, Optional<Position> last) {}

    private final String select;
    private final List<Column> columns;

    Export(String select, Column... columns) {
        this.select = select;
        this.columns = List.of(columns);
    }

    /** Returns the name in the path and in the name of the file. */
    public String wireName() {
        return switch (this) {
            case RESERVATIONS -> "reservations";
            case TICKETS -> "tickets";
            case CHECK_INS -> "check-ins";
            case PAYMENTS -> "payments";
        };
    }

    public static Optional<Export> of(String wireName) {
        return Stream.of(values())
                .filter(export -> export.wireName().equals(wireName))
                .findFirst();
    }

    /**
     * Reads a page of the file.
     *
     * @param after the last row of the previous page; empty for the first page, which begins with the names of the columns
     */
    public Page page(Tx tx, Event event, Optional<Position> after) throws SQLException {
        record Line(Position position, List<Object> cells) {}
        var lines = tx.query(
                select,
                row -> {
                    var cells = new Object[columns.size()];
                    for (int i = 0; i < cells.length; i++) {
                        cells[i] = columns.get(i).cell.of(row, event);
                    }
                    return new Line(new Position(row.uuid("k1"), row.uuid("k2")), Arrays.asList(cells));
                },
                event.id().value(),
                after.map(Position::first).orElse(NONE),
                after.map(Position::second).orElse(NONE),
                ROWS_PER_PAGE);
        var csv = new Csv();
        if (after.isEmpty()) {
            csv.add(Csv.BYTE_ORDER_MARK)
                    .line(columns.stream().map(Column::header).toList());
        }
        lines.forEach(line -> csv.line(line.cells));
        var last = lines.size() < ROWS_PER_PAGE
                ? Optional.<Position>empty()
                : Optional.of(lines.get(lines.size() - 1).position);
        return new Page(csv.toBytes(), last);
    }
}
