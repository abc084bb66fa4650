package seatlock.catalog;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.Optional;

/**
 * One dated performance with its own seats, in one of its versions. Time zone and currency are names, because an event that
 * another node created may have ones that are too new for this version of Java.
 *
 * @param isPublic whether it has been published; otherwise only sellers see it, even if it is cancelled
 * @param timeZoneName IANA name of the time zone of the venue
 * @param currencyCode ISO 4217 code of the currency of every amount that belongs to the event
 * @param taxRate the tax that all prices and fees contain, in hundredths of a percent; 0 for none
 * @param terms its rules
 * @param printedVersion the version that last changed what tickets say
 * @param capacity number of seats
 */
public record Event(
        EventId id,
        Status status,
        boolean isPublic,
        Details details,
        String timeZoneName,
        String currencyCode,
        int taxRate,
        Terms terms,
        int printedVersion,
        int capacity,
        Instant createdAt) {

    /** Limits the locks of one reservation, and so how long others wait for it. */
    public static final int MAX_SEATS_PER_RESERVATION = 100;

    /** Ten times the capacity of the largest stadiums. */
    public static final int MAX_CAPACITY = 1_000_000;

    /** The life of an event. The names are those in the database and on the wire. */
    public enum Status {
        /** Not published yet. */
        DRAFT,
        PUBLISHED,
        /** Nothing is sold any more, and nothing can be changed. */
        CANCELLED
    }

    /**
     * Texts and times for people.
     *
     * @param url of the event's page
     * @param imageUrl of a picture
     * @param doorsAt when the doors open; not after the start
     * @param endsAt after the start
     * @param language ISO 639-1 code of mails and tickets to buyers that chose none; empty for English
     */
    public record Details(
            String name,
            String venue,
            Optional<String> description,
            Optional<String> url,
            Optional<String> imageUrl,
            Optional<Organiser> organiser,
            Optional<Instant> doorsAt,
            Optional<Instant> endsAt,
            Optional<String> language) {

        /** Returns details of which only the name and the venue are known. */
        public static Details of(String name, String venue) {
            return new Details(
                    name,
                    venue,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** The person or company to which buyers turn. */
    public record Organiser(String name, Optional<String> email, Optional<String> url) {}

    /** Creates an event that was published, unless it is a draft. */
    public Event(
            EventId id,
            Status status,
            Details details,
            String timeZoneName,
            String currencyCode,
            int taxRate,
            Terms terms,
            int printedVersion,
            int capacity,
            Instant createdAt) {
        this(
                id,
                status,
                status != Status.DRAFT,
                details,
                timeZoneName,
                currencyCode,
                taxRate,
                terms,
                printedVersion,
                capacity,
                createdAt);
    }

    /** Creates a published event, in its first version, with a time zone and a currency that this version of Java knows. */
    public Event(
            EventId id,
            String name,
            String venue,
            ZoneId timeZone,
            Currency currency,
            Terms terms,
            int capacity,
            Instant createdAt) {
        this(
                id,
                Status.PUBLISHED,
                Details.of(name, venue),
                timeZone.getId(),
                currency.getCurrencyCode(),
                0,
                terms,
                terms.version(),
                capacity,
                createdAt);
    }

    /** Returns the same event as a draft or published, in the same version. */
    public Event withStatus(Status other) {
        return new Event(
                id, other, details, timeZoneName, currencyCode, taxRate, terms, printedVersion, capacity, createdAt);
    }

    /** Returns the same event under other terms, whose version it has. */
    public Event withTerms(Terms other) {
        return new Event(
                id,
                status,
                isPublic,
                details,
                timeZoneName,
                currencyCode,
                taxRate,
                other,
                printedVersion,
                capacity,
                createdAt);
    }

    /** Returns the same event with another number of seats, in the same version. */
    public Event withCapacity(int other) {
        return new Event(
                id,
                status,
                isPublic,
                details,
                timeZoneName,
                currencyCode,
                taxRate,
                terms,
                printedVersion,
                other,
                createdAt);
    }

    /**
     * Returns this event as the version after another one.
     *
     * @param before the current version; tickets of it are still right if they say the same as those of this event
     */
    public Event following(Event before) {
        var version = before.version() + 1;
        return new Event(
                id,
                status,
                isPublic,
                details,
                timeZoneName,
                currencyCode,
                taxRate,
                terms.withVersion(version),
                printsLike(before) ? before.printedVersion : version,
                capacity,
                createdAt);
    }

    /** Returns the next version of the event, in which it is cancelled. */
    public Event cancelled() {
        return new Event(
                id,
                Status.CANCELLED,
                isPublic,
                details,
                timeZoneName,
                currencyCode,
                taxRate,
                terms.next(),
                printedVersion,
                capacity,
                createdAt);
    }

    /** Returns whether tickets say the same about both events. */
    private boolean printsLike(Event other) {
        return name().equals(other.name())
                && venue().equals(other.venue())
                && startsAt().equals(other.startsAt())
                && details.doorsAt().equals(other.details.doorsAt())
                && timeZoneName.equals(other.timeZoneName)
                && terms.hasReentry() == other.terms.hasReentry();
    }

    /** Returns the tax that an amount contains, rounded half up to whole minor units. */
    public long taxIn(long amount) {
        var whole = 10_000L + taxRate;
        return Math.floorDiv(2 * amount * taxRate + whole, 2 * whole);
    }

    public String name() {
        return details.name();
    }

    public String venue() {
        return details.venue();
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

    /** Returns the version, which every change of the event increases. */
    public int version() {
        return terms.version();
    }
}
