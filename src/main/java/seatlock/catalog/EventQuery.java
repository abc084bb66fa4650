package seatlock.catalog;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A request for a list of events.
 *
 * @param from only events that start at this time or later; empty: only those that are not over (see {@link #LASTS})
 * @param to only events that start before this time
 * @param status only events with this status
 * @param text only events whose name or venue contains this text, in any case, with or without accents
 * @param hidden the events that were never published and are shown
 * @param after only events after this place in the list
 */
public record EventQuery(
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<Event.Status> status,
        Optional<String> text,
        Hidden hidden,
        Optional<Cursor> after) {

    /** An event without an end is over this long after its start. */
    public static final Duration LASTS = Duration.ofHours(12);

    /**
     * The events that were never published and that a caller may see: drafts, and drafts that were cancelled.
     *
     * @param all whether it may see all of them
     * @param of ids of those that it may see otherwise
     */
    public record Hidden(boolean all, Set<EventId> of) {}

    /**
     * A place in the list, after an event. Events are listed by start, and those that start at the same time by the random end of
     * their ids. Both are in the cursor, so it stays valid when the event is moved. On the wire it is a UUID of version 8 (RFC 9562).
     *
     * @param startsAt start of the event when it was listed
     * @param tail the last 62 bits of its id
     */
    public record Cursor(Instant startsAt, long tail) {

        private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
        private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");
        /** The two bits before the tail, as in every UUID of RFC 9562. */
        private static final long VARIANT = 0x8000000000000000L;

        private static final long TAIL = 0x3fffffffffffffffL;

        /** Returns the place after an event. */
        public static Cursor of(Event event) {
            return new Cursor(event.startsAt(), event.id().value().getLeastSignificantBits() & TAIL);
        }

        /** Parses a cursor; empty if the UUID is none. */
        public static Optional<Cursor> parse(UUID id) {
            if (id.version() != 8 || id.variant() != 2) {
                return Optional.empty();
            }
            var most = id.getMostSignificantBits();
            var micros = (most >>> 16 << 12) | (most & 0xfff);
            var startsAt = FIRST.plus(micros, ChronoUnit.MICROS);
            return startsAt.isAfter(LAST)
                    ? Optional.empty()
                    : Optional.of(new Cursor(startsAt, id.getLeastSignificantBits() & TAIL));
        }

        /** Returns the last eight bytes of the id, as the database compares them. */
        byte[] idTail() {
            return ByteBuffer.allocate(Long.BYTES).putLong(VARIANT | tail).array();
        }

        /** Returns the cursor as a UUID. */
        public UUID toUuid() {
            // ChronoUnit.MICROS.between would overflow after three centuries.
            var micros = (startsAt.getEpochSecond() - FIRST.getEpochSecond()) * 1_000_000 + startsAt.getNano() / 1_000;
            var most = (micros >>> 12 << 16) | 0x8000L | (micros & 0xfff);
            return new UUID(most, VARIANT | tail);
        }
    }
}
