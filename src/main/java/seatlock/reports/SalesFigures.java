package seatlock.reports;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import seatlock.catalog.Event;
import seatlock.db.Tx;

/**
 * The figures of the sale of an event at one instant: all of them are read by one statement, so they agree with each other.
 *
 * @param asOf the database's clock
 * @param total sums of all sections
 * @param sections in the order of the seat plan
 * @param days on which something was sold or refunded, in order
 */
public record SalesFigures(Instant asOf, Figures total, List<Section> sections, List<Day> days) {

    /**
     * Figures of a section or of the event. Every seat is either available, held or sold; a seat whose hold has lapsed is
     * available.
     *
     * @param checkedIn number of valid tickets that were checked in
     * @param soldAmount of all that was ever confirmed, in minor units
     * @param refundedAmount the part of it that was refunded since
     */
    public record Figures(
            long capacity, long available, long held, long sold, long checkedIn, long soldAmount, long refundedAmount) {

        private static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0);

        private Figures plus(Figures other) {
            return new Figures(
                    capacity + other.capacity,
                    available + other.available,
                    held + other.held,
                    sold + other.sold,
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
     * Two kinds of rows: one per section, with a name; one per quarter of an hour in which something was sold or refunded. Offsets
     * of time zones are whole quarters of an hour, so days can be made of these in any zone, also in one that PostgreSQL does not
     * know.
     */
    private static final String SELECT = """
            WITH claims AS MATERIALIZED (
                SELECT s.section, count(*) AS seats, sum(rs.price)::bigint AS price,
                       floor(extract(epoch FROM r.confirmed_at) / 900)::bigint AS confirmed,
                       CASE WHEN rs.refunded_at IS NOT NULL THEN floor(extract(epoch FROM rs.refunded_at) / 900)::bigint
                            WHEN r.status = 'CANCELLED' THEN floor(extract(epoch FROM r.ended_at) / 900)::bigint END AS refunded
                  FROM reservations AS r
                  JOIN reservation_seats AS rs ON rs.event_id = r.event_id AND rs.reservation_id = r.reservation_id
                  JOIN seats AS s ON s.event_id = rs.event_id AND s.seat_id = rs.seat_id
                 WHERE r.event_id = ?
                   AND r.confirmed_at IS NOT NULL
                 GROUP BY s.section, confirmed, refunded),
            states AS (
                SELECT section, min(seat_id) AS place, count(*) AS capacity, count(*) FILTER (WHERE status = 'SOLD') AS sold,
                       count(*) FILTER (WHERE held_until > statement_timestamp()) AS held
                  FROM seats
                 WHERE event_id = ?
                 GROUP BY section),
            amounts AS (
                SELECT section, sum(price)::bigint AS sold, (sum(price) FILTER (WHERE refunded IS NOT NULL))::bigint AS refunded
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
                SELECT confirmed AS quarter, seats AS sold, 0 AS refunded, price AS sold_amount, 0 AS refunded_amount FROM claims
                 UNION ALL
                SELECT refunded, 0, seats, 0, price FROM claims WHERE refunded IS NOT NULL)
            SELECT statement_timestamp() AS now, section, place, capacity, states.sold, held, coalesce(checked_in, 0) AS checked_in,
                   coalesce(amounts.sold, 0) AS sold_amount, coalesce(amounts.refunded, 0) AS refunded_amount,
                   0::bigint AS quarter, 0::bigint AS refunded
              FROM states
              LEFT JOIN amounts USING (section)
              LEFT JOIN entries USING (section)
             UNION ALL
            SELECT statement_timestamp(), NULL, NULL, 0, sum(sold)::bigint, 0, 0, sum(sold_amount)::bigint, sum(refunded_amount)::bigint,
                   quarter, sum(refunded)::bigint
              FROM moments
             GROUP BY quarter
             ORDER BY place
            """;

    /** A row of {@link #SELECT}: of a section, if that is not null; otherwise of a quarter of an hour. */
    private record Line(
            Instant now,
            String section,
            long capacity,
            long sold,
            long held,
            long checkedIn,
            long soldAmount,
            long refundedAmount,
            long quarter,
            long refunded) {

        private Section toSection() {
            return new Section(
                    section,
                    new Figures(capacity, capacity - sold - held, held, sold, checkedIn, soldAmount, refundedAmount));
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
                        row.text("section"),
                        row.bigint("capacity"),
                        row.bigint("sold"),
                        row.bigint("held"),
                        row.bigint("checked_in"),
                        row.bigint("sold_amount"),
                        row.bigint("refunded_amount"),
                        row.bigint("quarter"),
                        row.bigint("refunded")),
                id,
                id,
                id);
        var sections = new ArrayList<Section>();
        var days = new TreeMap<LocalDate, Day>(Comparator.naturalOrder());
        for (var line : lines) {
            if (line.section != null) {
                sections.add(line.toSection());
            } else {
                var day = line.toDay(event.timeZone());
                days.merge(day.date(), day, Day::plus);
            }
        }
        var total = sections.stream().map(Section::figures).reduce(Figures.NONE, Figures::plus);
        return new SalesFigures(lines.get(0).now, total, sections, List.copyOf(days.values()));
    }
}
