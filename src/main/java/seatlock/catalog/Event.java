package seatlock.catalog;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;

/**
 * One dated performance with its own seats.
 *
 * @param startsAt no seat is reserved from this instant on; what was reserved before can still be confirmed
 * @param timeZone of the venue
 * @param currency of every amount that belongs to the event
 * @param maxSeatsPerReservation at least 1, at most {@link #MAX_SEATS_PER_RESERVATION}
 * @param reservationTtl how long a pending reservation holds its seats; {@code null}: as long as the server is set to
 * @param capacity number of seats
 */
public record Event(
        EventId id,
        String name,
        String venue,
        Instant startsAt,
        ZoneId timeZone,
        Currency currency,
        int maxSeatsPerReservation,
        Duration reservationTtl,
        int capacity,
        Instant createdAt) {

    /** Bounds the locks of one reservation, and so how long it can keep others waiting. */
    public static final int MAX_SEATS_PER_RESERVATION = 100;

    /** The largest stadiums have a tenth of it. */
    public static final int MAX_CAPACITY = 1_000_000;
}
