package seatlock.tickets;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import seatlock.catalog.EventId;
import seatlock.db.Tx;

/**
 * Lists the void tickets of an event for gates that have no network during the event: in the order in which they became void, in
 * pages, so that a gate can continue later where it stopped without missing one.
 *
 * <p>A ticket becomes void at the time that its transaction reads from the database's clock, but becomes visible only when that
 * transaction commits, so tickets can appear behind a position that a gate has reached. Hence the last page of a walk does not
 * continue after its last ticket, but {@link #WINDOW} before the <em>beginning</em> of that walk. Why that misses none: let a walk
 * begin at time s, and a ticket become void at v and visible at c, where c &lt; v + WINDOW because the timeouts of a transaction
 * end it long before. If the walk does not see the ticket, its page was read before c, hence c &gt; s. So v &gt; c - WINDOW &gt; s
 * - WINDOW, which is where the next walk begins. The window also covers a clock that is set back by less than that, as by a failover.
 * The price is that the tickets of the window are listed again by each walk, which changes nothing for a gate. A void ticket
 * never becomes valid again.
 */
public final class Revocations {

    /**
     * Far longer than a transaction can last after it has read the clock: each of its few statements is limited to seconds, as is the
     * time between two of them.
     */
    public static final Duration WINDOW = Duration.ofMinutes(10);

    /** Reasons why tickets are void. Clients branch on the names, so they never change. */
    public enum Reason {
        /** The reservation was refunded. */
        REFUNDED,
        /** Another person has the ticket of the seat now. */
        TRANSFERRED,
        /** The event was cancelled. */
        CANCELLED
    }

    /** A void ticket. */
    public record Revoked(TicketId ticket, Instant voidedAt, Reason reason) {}

    /**
     * A position between two pages.
     *
     * @param voidedAt of the last ticket of the page before
     * @param ticket the last ticket of the page before
     * @param restart where the next walk begins
     */
    public record Position(Instant voidedAt, UUID ticket, Instant restart) {

        private static final UUID FIRST = new UUID(0, 0);

        /** Returns the position before every ticket that became void at this time or later. */
        private static Position from(Instant restart) {
            return new Position(restart, FIRST, restart);
        }

        /**
         * Reads a position as {@link #toString} writes it.
         *
         * @return empty if the text is none
         */
        public static Optional<Position> parse(String text) {
            var parts = text.split("_", -1);
            if (parts.length != 3
                    || !parts[0].matches("-?[0-9]{1,17}")
                    || !parts[1].matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                    || !parts[2].matches("-?[0-9]{1,17}")) {
                return Optional.empty();
            }
            return Optional.of(new Position(instant(parts[0]), UUID.fromString(parts[1]), instant(parts[2])));
        }

        private static Instant instant(String micros) {
            return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
        }

        private static long micros(Instant instant) {
            return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
        }

        @Override
        public String toString() {
            return micros(voidedAt) + "_" + ticket + "_" + micros(restart);
        }
    }

    /**
     * Some void tickets.
     *
     * @param next where to continue, at once if there are more, otherwise later
     */
    public record Page(List<Revoked> tickets, Position next, boolean hasMore) {}

    private Revocations() {}

    /**
     * Returns the void tickets of an event after a position.
     *
     * @param after empty to begin with the first one
     */
    public static Page list(Tx tx, EventId event, Optional<Position> after, int limit) throws SQLException {
        // Before the tickets are read, so that the window is not too short.
        var now = tx.readClock();
        var begin = after.orElse(Position.from(Instant.EPOCH));
        var isFirstPage = begin.ticket.equals(Position.FIRST);
        var restart = isFirstPage ? now.minus(WINDOW) : begin.restart;
        var found = tx.query(
                """
                SELECT t.ticket_id, t.voided_at,
                       CASE WHEN
                """ + Tickets.IS_REPLACED + """
                            THEN 'TRANSFERRED'
                            WHEN t.voided_at >= e.cancelled_at THEN 'CANCELLED'
                            ELSE 'REFUNDED' END AS reason
                  FROM tickets AS t
                  JOIN events AS e ON e.event_id = t.event_id
                 WHERE t.event_id = ?
                   AND t.voided_at IS NOT NULL
                   AND (t.voided_at, t.ticket_id) > (?, ?)
                 ORDER BY t.voided_at, t.ticket_id
                 LIMIT ?
                """,
                row -> new Revoked(
                        new TicketId(row.uuid("ticket_id")),
                        row.instant("voided_at"),
                        Reason.valueOf(row.text("reason"))),
                event.value(),
                begin.voidedAt,
                begin.ticket,
                limit + 1); // one more shows whether there is another page
        var page = List.copyOf(found.subList(0, Math.min(limit, found.size())));
        if (found.size() <= limit) {
            return new Page(page, Position.from(restart), false);
        }
        var last = page.get(limit - 1);
        return new Page(page, new Position(last.voidedAt, last.ticket.value(), restart), true);
    }
}
