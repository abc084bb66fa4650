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

    /** Bounds the locks of one reservation, and with them how long it can make others wait. */
    public static final int MAX_SEATS_PER_RESERVATION = 100;

    /** Ten times the capacity of the largest stadiums. */
    public static final int MAX_CAPACITY = 1_000_000;

    /** When the event starts, by its current terms. */
    public Instant startsAt() {
        return terms.startsAt();
    }
}
