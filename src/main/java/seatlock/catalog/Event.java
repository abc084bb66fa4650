package seatlock.catalog;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.Optional;

/**
 * One dated performance with its own seats. Time zone and currency are names, because an event that another node created may have
 * ones that are too new for this version of Java.
 *
 * @param timeZoneName IANA name of the time zone of the venue
 * @param currencyCode ISO 4217 code of the currency of every amount that belongs to the event
 * @param terms its current rules
 * @param capacity number of seats
 */
public record Event(
        EventId id,
        String name,
        String venue,
        String timeZoneName,
        String currencyCode,
        Terms terms,
        int capacity,
        Instant createdAt) {

    /** Limits the locks of one reservation, and so how long others wait for it. */
    public static final int MAX_SEATS_PER_RESERVATION = 100;

    /** Ten times the capacity of the largest stadiums. */
    public static final int MAX_CAPACITY = 1_000_000;

    /** Creates an event with a time zone and a currency that this version of Java knows. */
    public Event(
            EventId id,
            String name,
            String venue,
            ZoneId timeZone,
            Currency currency,
            Terms terms,
            int capacity,
            Instant createdAt) {
        this(id, name, venue, timeZone.getId(), currency.getCurrencyCode(), terms, capacity, createdAt);
    }

    /** Returns the time zone of the venue, or UTC if this version of Java does not know it, so that a printed time is right. */
    public ZoneId timeZone() {
        return knownTimeZone().orElse(ZoneId.of("UTC"));
    }

    Optional<ZoneId> knownTimeZone() {
        try {
            return Optional.of(ZoneId.of(timeZoneName));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Returns the start according to the current terms. */
    public Instant startsAt() {
        return terms.startsAt();
    }
}
