package seatlock.catalog;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;

/**
 * One dated performance with its own seats.
 *
 * @param timeZone of the venue
 * @param currency of every amount that belongs to the event
 * @param terms its current rules
 * @param capacity number of seats
 */
public record Event(
        EventId id,
        String name,
        String venue,
        ZoneId timeZone,
        Currency currency,
        Terms terms,
        int capacity,
        Instant createdAt) {

    /** Limits the locks of one reservation, and so how long others wait for it. */
    public static final int MAX_SEATS_PER_RESERVATION = 100;

    /** Ten times the capacity of the largest stadiums. */
    public static final int MAX_CAPACITY = 1_000_000;

    /** Returns the start according to the current terms. */
    public Instant startsAt() {
        return terms.startsAt();
    }
}
