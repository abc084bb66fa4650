package seatlock.reports;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import seatlock.catalog.Event;
import seatlock.db.Tx;

/**
 * The figures of the sale of an event at one instant: all of them are read by one statement, so they agree with each other.
 *
 * @param asOf the database's clock
 * @param total sums of all sections, and of all fees
 * @param sections in the order of the seat plan
 * @param priceTypes in their order
 * @param fees in their order
 * @param discounts what codes took off the prices
 * @param tax that the amounts of the total contain
 * @param payments sums of the payments through a provider; empty if there are none
 * @param days on which something was sold or refunded, in order
 */
public record SalesFigures(
        Instant asOf,
        Figures total,
        List<Section> sections,
        List<PriceTypeSales> priceTypes,
        List<FeeSales> fees,
        Amounts discounts,
        Amounts tax,
        Optional<PaymentSums> payments,
        List<Day> days) {

    /**
     * Sums of payments through a provider, in minor units.
     *
     * @param captured money that was moved
     * @param refunded the part of it that was given back or is on its way
     * @param stranded money that confirms nothing and was not given back yet
     */
    public record PaymentSums(long captured, long refunded, long stranded) {}

    /**
     * Sums, in minor units.
     *
     * @param sold of all that was ever confirmed
     * @param refunded the part of it that was refunded since
     */
    public record Amounts(long sold, long refunded) {

        private static final Amounts NONE = new Amounts(0, 0);
    }

    /**
     * The seats of a price type.
     *
     * @param sold that were not refunded
     * @param amounts after discounts, without fees
     */
    public record PriceTypeSales(String id, long sold, Amounts amounts) {}

    /**
     * A fee. One per seat is refunded with each of its seats, one per reservation with the last seat; one that is not refundable
     * never is.
     */
    public record FeeSales(String name, Amounts amounts) {}

    /**
     * Figures of a section or of the event. Every seat is either available, held, sold or withheld; a seat whose hold has lapsed
     * is not held.
     *
     * @param available number of free seats that are for everybody
     * @param withheld number of free seats that are for somebody: those of allocations
     * @param checkedIn number of valid tickets that were checked in
     * @param soldAmount of all that was ever confirmed, in minor units: after discounts; those of a section without fees
     * @param refundedAmount the part of it that was refunded since
     */
    public record Figures(
            long capacity,
            long available,
            long held,
            long sold,
            long withheld,
            long checkedIn,
            long soldAmount,
            long refundedAmount) {

        private static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0);

        private Figures plus(Amounts fee) {
            return new Figures(
                    capacity,
                    available,
                    held,
                    sold,
                    withheld,
                    checkedIn,
                    soldAmount + fee.sold,
                    refundedAmount + fee.refunded);
        }

        private Figures plus(Figures other) {
            return new Figures(
                    capacity + other.capacity,
                    available + other.available,
                    held + other.held,
                    sold + other.sold,
                    withheld + other.withheld,
                    checkedIn + other.checkedIn,
                    soldAmount + other.soldAmount,
                    refundedAmount + other.refundedAmount);
        }
    }

    /** The figures of one section. */
    public record Section(String name, Figures figures) {}

    /**
     * The seats that were confirmed on one day, and those that were refunded on it, whenever they were confirmed.
     *
     * @param date in the time zone of the event
     */
    public record Day(LocalDate date, long sold, long refunded, long soldAmount, long refundedAmount) {

        private Day plus(Day other) {
            return new Day(
                    date,
                    sold + other.sold,
                    refunded + other.refunded,
                    soldAmount + other.soldAmount,
                    refundedAmount + other.refundedAmount);
        }
    }

    /**
     * Rows of several kinds: one per section, price type and fee, by name; one for discounts and one for tax; one for
     * payments, if there are any; and one per quarter of an hour in which something was sold or refunded. Offsets of time zones are whole quarters of an hour, so days can be made of
     * these in any zone, also in one that PostgreSQL does not know. Tax is that of each line of each bill: see {@link
     * seatlock.inventory.Bill}. Refunds are those of {@link seatlock.inventory.Breakdown}: a seat with its fees, which a free one
     * does not have, and the fees per reservation with the last seat.
     */
    private static final String SELECT = """
            WITH lines AS MATERIALIZED (
                SELECT r.reservation_id, s.section, rs.price_type, rs.price, rs.discount, count(*) AS seats,
                       count(*) * (rs.price - rs.discount) AS amount,
                       floor(extract(epoch FROM r.confirmed_at) / 900)::bigint AS confirmed,
                       floor(extract(epoch FROM coalesce(rs.refunded_at, CASE WHEN r.status = 'CANCELLED' THEN r.ended_at END))
                             / 900)::bigint AS refunded
                  FROM reservations AS r
                  JOIN reservation_seats AS rs ON rs.event_id = r.event_id AND rs.reservation_id = r.reservation_id
                  JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
                 WHERE r.event_id = ?
                   AND r.confirmed_at IS NOT NULL
                 GROUP BY r.reservation_id, s.section, rs.price_type, rs.price, rs.discount, confirmed, refunded),
            claims AS (
                SELECT section, price_type, sum(seats)::bigint AS seats, sum(amount)::bigint AS amount,
                       sum(seats * discount)::bigint AS discount, confirmed, refunded
                  FROM lines
                 GROUP BY section, price_type, confirmed, refunded),
            fee_lines AS MATERIALIZED (
                SELECT rf.reservation_id, rf.fee, f.amount * sum(l.seats)::bigint AS amount, l.confirmed,
                       CASE WHEN f.is_refundable THEN l.refunded END AS refunded
                  FROM reservation_fees AS rf
                  JOIN fees AS f ON f.event_id = rf.event_id AND f.fee = rf.fee AND f.per = 'SEAT'
                  JOIN lines AS l ON l.reservation_id = rf.reservation_id AND l.price > l.discount
                 WHERE rf.event_id = ?
                 GROUP BY rf.reservation_id, rf.fee, f.amount, f.is_refundable, l.confirmed, l.refunded
                 UNION ALL
                SELECT rf.reservation_id, rf.fee, rf.amount, floor(extract(epoch FROM r.confirmed_at) / 900)::bigint,
                       CASE WHEN r.status = 'CANCELLED' AND f.is_refundable
                            THEN floor(extract(epoch FROM r.ended_at) / 900)::bigint END
                  FROM reservation_fees AS rf
                  JOIN reservations AS r ON r.event_id = rf.event_id AND r.reservation_id = rf.reservation_id
                  JOIN fees AS f ON f.event_id = rf.event_id AND f.fee = rf.fee AND f.per = 'RESERVATION'
                 WHERE rf.event_id = ?
                   AND r.confirmed_at IS NOT NULL),
            tax AS (
                SELECT sum((2 * amount * rate + 10000 + rate) / (2 * (10000 + rate)))::bigint AS sold,
                       (sum((2 * refunded * rate + 10000 + rate) / (2 * (10000 + rate))))::bigint AS refunded
                  FROM (SELECT sum(amount)::bigint AS amount,
                               coalesce(sum(amount) FILTER (WHERE refunded IS NOT NULL), 0)::bigint AS refunded
                          FROM lines
                         GROUP BY reservation_id, section, price_type, price, discount
                         UNION ALL
                        SELECT sum(amount)::bigint, coalesce(sum(amount) FILTER (WHERE refunded IS NOT NULL), 0)::bigint
                          FROM fee_lines
                         GROUP BY reservation_id, fee) AS taxed
                 CROSS JOIN (SELECT coalesce(tax_rate, 0)::bigint AS rate FROM events WHERE event_id = ?) AS event),
            states AS (
                SELECT section, min(seat_id) AS place, count(*) AS capacity, count(*) FILTER (WHERE status = 'SOLD') AS sold,
                       count(*) FILTER (WHERE held_until > statement_timestamp()) AS held,
                       count(*) FILTER (WHERE allocation_id IS NOT NULL
                                          AND (status = 'AVAILABLE' OR held_until <= statement_timestamp())) AS withheld
                  FROM seats
                 WHERE event_id = ?
                 GROUP BY section),
            amounts AS (
                SELECT section, sum(amount)::bigint AS sold, (sum(amount) FILTER (WHERE refunded IS NOT NULL))::bigint AS refunded
                  FROM claims
                 GROUP BY section),
            entries AS (
                SELECT s.section, count(*) AS checked_in
                  FROM tickets AS t
                  JOIN seats AS s ON s.event_id = t.event_id AND s.seat_id = t.seat_id
                 WHERE t.event_id = ?
                   AND t.checked_in_at IS NOT NULL
                   AND t.voided_at IS NULL
                 GROUP BY s.section),
            moments AS (
                SELECT confirmed AS quarter, seats AS sold, 0 AS refunded, amount AS sold_amount, 0 AS refunded_amount FROM claims
                 UNION ALL
                SELECT refunded, 0, seats, 0, amount FROM claims WHERE refunded IS NOT NULL
                 UNION ALL
                SELECT confirmed, 0, 0, amount, 0 FROM fee_lines
                 UNION ALL
                SELECT refunded, 0, 0, 0, amount FROM fee_lines WHERE refunded IS NOT NULL)
            SELECT statement_timestamp() AS now, 'SECTION' AS kind, section AS name, place, capacity, states.sold, held, withheld,
                   coalesce(checked_in, 0) AS checked_in, coalesce(amounts.sold, 0) AS sold_amount,
                   coalesce(amounts.refunded, 0) AS refunded_amount, 0::bigint AS quarter, 0::bigint AS refunded
              FROM states
              LEFT JOIN amounts USING (section)
              LEFT JOIN entries USING (section)
             UNION ALL
            SELECT statement_timestamp(), 'QUARTER', NULL, NULL, 0, sum(sold)::bigint, 0, 0, 0, sum(sold_amount)::bigint,
                   sum(refunded_amount)::bigint, quarter, sum(refunded)::bigint
              FROM moments
             GROUP BY quarter
             UNION ALL
            SELECT statement_timestamp(), 'PRICE_TYPE', p.price_type, p.place, 0, coalesce(sum(c.seats), 0)::bigint, 0, 0, 0,
                   coalesce(sum(c.amount), 0)::bigint,
                   coalesce(sum(c.amount) FILTER (WHERE c.refunded IS NOT NULL), 0)::bigint, 0,
                   coalesce(sum(c.seats) FILTER (WHERE c.refunded IS NOT NULL), 0)::bigint
              FROM price_types AS p
              LEFT JOIN claims AS c ON c.price_type = p.price_type
             WHERE p.event_id = ?
             GROUP BY p.price_type, p.place
             UNION ALL
            SELECT statement_timestamp(), 'FEE', f.name, f.fee, 0, 0, 0, 0, 0, coalesce(sum(l.amount), 0)::bigint,
                   coalesce(sum(l.amount) FILTER (WHERE l.refunded IS NOT NULL), 0)::bigint, 0, 0
              FROM fees AS f
              LEFT JOIN fee_lines AS l ON l.fee = f.fee
             WHERE f.event_id = ?
             GROUP BY f.name, f.fee
             UNION ALL
            SELECT statement_timestamp(), 'DISCOUNT', NULL, NULL, 0, 0, 0, 0, 0, coalesce(sum(discount), 0)::bigint,
                   coalesce(sum(discount) FILTER (WHERE refunded IS NOT NULL), 0)::bigint, 0, 0
              FROM claims
             UNION ALL
            SELECT statement_timestamp(), 'TAX', NULL, NULL, 0, 0, 0, 0, 0, coalesce(sold, 0), coalesce(refunded, 0), 0, 0
              FROM tax
             UNION ALL
            SELECT statement_timestamp(), 'PAYMENTS', NULL, NULL, 0, 0, 0, 0, 0, sum(captured)::bigint, sum(refunded)::bigint, 0,
                   coalesce(sum(CASE status WHEN 'AUTHORIZED' THEN amount
                                            WHEN 'CAPTURED' THEN captured
                                                 - (SELECT coalesce(sum(r.amount), 0)
                                                      FROM refunds AS r
                                                     WHERE r.event_id = p.event_id
                                                       AND r.payment_id = p.payment_id
                                                       AND r.status = 'DONE') END)
                            FILTER (WHERE verdict <> 'CONFIRMS'), 0)::bigint
              FROM payments AS p
             WHERE p.event_id = ?
            HAVING count(*) > 0
             ORDER BY place
            """;

    private enum Kind {
        SECTION,
        QUARTER,
        PRICE_TYPE,
        FEE,
        DISCOUNT,
        TAX,
        PAYMENTS
    }

    /** A row of {@link #SELECT}. */
    private record Line(
            Instant now,
            Kind kind,
            String name,
            long capacity,
            long sold,
            long held,
            long withheld,
            long checkedIn,
            long soldAmount,
            long refundedAmount,
            long quarter,
            long refunded) {

        private Section toSection() {
            var available = capacity - held - sold - withheld;
            return new Section(
                    name,
                    new Figures(capacity, available, held, sold, withheld, checkedIn, soldAmount, refundedAmount));
        }

        private Amounts amounts() {
            return new Amounts(soldAmount, refundedAmount);
        }

        private Day toDay(ZoneId zone) {
            var date = LocalDate.ofInstant(Instant.ofEpochSecond(quarter * 900), zone);
            return new Day(date, sold, refunded, soldAmount, refundedAmount);
        }
    }

    /** Reads the figures of an event. */
    public static SalesFigures read(Tx tx, Event event) throws SQLException {
        var id = event.id().value();
        var lines = tx.query(
                SELECT,
                row -> new Line(
                        row.instant("now"),
                        Kind.valueOf(row.text("kind")),
                        row.text("name"),
                        row.bigint("capacity"),
                        row.bigint("sold"),
                        row.bigint("held"),
                        row.bigint("withheld"),
                        row.bigint("checked_in"),
                        row.bigint("sold_amount"),
                        row.bigint("refunded_amount"),
                        row.bigint("quarter"),
                        row.bigint("refunded")),
                id,
                id,
                id,
                id,
                id,
                id,
                id,
                id,
                id);
        var sections = new ArrayList<Section>();
        var days = new TreeMap<LocalDate, Day>(Comparator.naturalOrder());
        var priceTypes = new ArrayList<PriceTypeSales>();
        var fees = new ArrayList<FeeSales>();
        var discounts = Amounts.NONE;
        var tax = Amounts.NONE;
        var payments = Optional.<PaymentSums>empty();
        for (var line : lines) {
            switch (line.kind) {
                case SECTION -> sections.add(line.toSection());
                case QUARTER -> {
                    var day = line.toDay(event.timeZone());
                    days.merge(day.date(), day, Day::plus);
                }
                case PRICE_TYPE ->
                    priceTypes.add(new PriceTypeSales(line.name, line.sold - line.refunded, line.amounts()));
                case FEE -> fees.add(new FeeSales(line.name, line.amounts()));
                case DISCOUNT -> discounts = line.amounts();
                case TAX -> tax = line.amounts();
                case PAYMENTS ->
                    payments = Optional.of(new PaymentSums(line.soldAmount, line.refundedAmount, line.refunded));
            }
        }
        var seats = sections.stream().map(Section::figures).reduce(Figures.NONE, Figures::plus);
        var total = fees.stream().map(FeeSales::amounts).reduce(seats, Figures::plus, Figures::plus);
        return new SalesFigures(
                lines.get(0).now,
                total,
                sections,
                priceTypes,
                fees,
                discounts,
                tax,
                payments,
                List.copyOf(days.values()));
    }
}
